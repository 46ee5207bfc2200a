//! Points in time, as services write them: milliseconds since 1970 in UTC here.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serializer};

/// The latest time taken for one: the end of 2099. Later ones are a wrong unit.
const LATEST_MS: i64 = 4_102_444_800_000;

/// A time in range, or `None`.
pub(super) fn sensible(ms: i64) -> Option<i64> {
    (0..LATEST_MS).contains(&ms).then_some(ms)
}

/// The time of an RFC 3339 text, or of `YYYY-MM-DD HH:MM`, which is taken to be UTC.
pub(super) fn parse(text: &str) -> Option<i64> {
    let stamp = text.parse::<Timestamp>().ok();
    let civil = || {
        let time = DateTime::strptime("%Y-%m-%d %H:%M", text).ok()?;
        TimeZone::UTC.to_timestamp(time).ok()
    };
    sensible(stamp.or_else(civil)?.as_millisecond())
}

/// The beginning of an hour (0 to 23) of a date, in UTC: `2018-07-15`, or `15-07-18` (day first).
pub(super) fn hour(date: &str, hour: u32) -> Option<i64> {
    let parsed = ["%d-%m-%y", "%Y-%m-%d"].iter().find_map(|f| Date::strptime(f, date).ok())?;
    let at = parsed.at(i8::try_from(hour).ok().filter(|h| (0..24).contains(h))?, 0, 0, 0);
    sensible(TimeZone::UTC.to_timestamp(at).ok()?.as_millisecond())
}

/// RFC 3339.
pub(super) fn written(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |stamp| stamp.to_string())
}

/// Either RFC 3339 or milliseconds.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Ms(i64),
}

/// For serde: a time that may be there.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let wrong = || serde::de::Error::custom("not RFC 3339 and not milliseconds since 1970");
    let written = Option::<Written>::deserialize(from).map_err(|_| wrong())?;
    let ms = match written {
        None => return Ok(None),
        Some(Written::Text(text)) => parse(&text),
        Some(Written::Ms(ms)) => sensible(ms),
    };
    ms.map(Some).ok_or_else(wrong)
}

pub(super) fn serialize<S: Serializer>(ms: &Option<i64>, to: S) -> Result<S::Ok, S::Error> {
    match ms {
        Some(ms) => to.serialize_str(&written(*ms)),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_services_write_them() {
        assert_eq!(parse("1970-01-01T00:00:01Z"), Some(1_000));
        assert_eq!(parse("1970-01-01T01:00:00.5+01:00"), Some(500));
        assert_eq!(parse("1970-01-01 00:02"), Some(120_000));
        assert_eq!(parse("yesterday"), None);
        assert_eq!(parse("2130-01-01T00:00:00Z"), None);
        assert_eq!(hour("2018-07-15", 3), hour("15-07-18", 3));
        assert_eq!(hour("2018-07-15", 24), None);
        assert_eq!(written(1_500), "1970-01-01T00:00:01.5Z");
        assert_eq!(parse(&written(1_234_567_890_123)), Some(1_234_567_890_123));
    }
}
