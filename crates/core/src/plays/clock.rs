//! Points in time, as services write them: milliseconds since 1970 in UTC here.

use std::fmt;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::Serializer;

/// The latest time taken for one: the end of 2099. Later ones are a wrong unit.
const LATEST_MS: i64 = 4_102_444_800_000;

/// Whole seconds since 1970 that are a time.
pub(super) const SECONDS: Range<i64> = 0..LATEST_MS / 1_000;

/// A time in range, or `None`.
pub(super) fn sensible(ms: i64) -> Option<i64> {
    (0..LATEST_MS).contains(&ms).then_some(ms)
}

/// Times without a zone, as exports write them. They are taken to be UTC.
const CIVIL: [&str; 7] = [
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%d %b %Y, %H:%M",
    "%d %b %Y %H:%M",
    "%d %b %Y, %H:%M:%S",
    "%d %b %Y %H:%M:%S",
];

/// The time of an RFC 3339 text, or of one of [`CIVIL`].
pub(super) fn parse(text: &str) -> Option<i64> {
    plain(text.as_bytes()).or_else(|| any(text))
}

/// The time as most services write it, `2024-03-01T10:03:20Z`, or without seconds or zone, and a blank in place of the `T`. Nothing
/// where it is written otherwise, or there is no such time.
fn plain(text: &[u8]) -> Option<i64> {
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i64, |number, &digit| {
            digit.is_ascii_digit().then(|| 10 * number + i64::from(digit - b'0'))
        })
    };
    // What names the zone has a `T`, and seconds.
    let time = match (text[10], time) {
        (b'T', [time @ .., b'Z']) if time.len() == 8 => time,
        (b'T', time) if time.len() == 8 => time,
        (b' ', time) if time.len() == 8 || time.len() == 5 => time,
        _ => return None,
    };
    let parted = date[4] == b'-'
        && date[7] == b'-'
        && time[2] == b':'
        && *time.get(5).unwrap_or(&b':') == b':';
    let (year, month, day) = (number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?);
    let (hour, minute, second) =
        (number(&time[..2])?, number(&time[3..5])?, number(time.get(6..).unwrap_or(b"0"))?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => 31,
    };
    let is = parted
        && (1970..2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    // Days since 1970, of a year that begins in March: so its leap day is its last.
    let year = year - i64::from(month < 3);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + of_year - 719_468;
    is.then_some((((24 * days + hour) * 60 + minute) * 60 + second) * 1_000).and_then(sensible)
}

/// The same of any text.
fn any(text: &str) -> Option<i64> {
    let stamp = text.parse::<Timestamp>().ok();
    let civil = || {
        let time = CIVIL.iter().find_map(|form| DateTime::strptime(form, text).ok())?;
        TimeZone::UTC.to_timestamp(time).ok()
    };
    sensible(stamp.or_else(civil)?.as_millisecond())
}

/// The time of seconds since 1970, whole or not.
pub(super) fn seconds(seconds: f64) -> Option<i64> {
    let ms = seconds * 1_000.0;
    (ms.is_finite() && ms.abs() < LATEST_MS as f64).then_some(ms.round() as i64).and_then(sensible)
}

/// Milliseconds since 1970 that are plainly seconds: as milliseconds they are of 1970 to 1973, when nothing here was heard,
/// as seconds of any time since.
pub(super) fn plainly_seconds(ms: i64) -> bool {
    (100_000_000..100_000_000_000).contains(&ms)
}

/// The beginning of an hour (0 to 23) of a date, in UTC: `2018-07-15`, `20180715`, or `15-07-18` (day first).
pub(super) fn hour(date: &str, hour: u32) -> Option<i64> {
    let parsed =
        ["%d-%m-%y", "%Y-%m-%d", "%Y%m%d"].iter().find_map(|f| Date::strptime(f, date).ok())?;
    let at = parsed.at(i8::try_from(hour).ok().filter(|h| (0..24).contains(h))?, 0, 0, 0);
    sensible(TimeZone::UTC.to_timestamp(at).ok()?.as_millisecond())
}

/// RFC 3339.
pub(super) fn written(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |stamp| stamp.to_string())
}

/// Either RFC 3339, where it is a time, or milliseconds.
enum Written {
    Time(Option<i64>),
    Ms(i64),
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Written;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("RFC 3339 or milliseconds since 1970")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Written, E> {
                Ok(Written::Time(parse(text)))
            }

            fn visit_i64<E: Error>(self, ms: i64) -> Result<Written, E> {
                Ok(Written::Ms(ms))
            }

            fn visit_u64<E: Error>(self, ms: u64) -> Result<Written, E> {
                i64::try_from(ms).map(Written::Ms).map_err(E::custom)
            }
        }

        from.deserialize_any(Either)
    }
}

/// For serde: a time that may be there.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let wrong = || D::Error::custom("not RFC 3339 and not milliseconds since 1970");
    let unit = |ms| format!("{ms} is a time in seconds; milliseconds since 1970 are wanted");
    let written = Option::<Written>::deserialize(from).map_err(|_| wrong())?;
    let ms = match written {
        None => return Ok(None),
        Some(Written::Time(time)) => time,
        Some(Written::Ms(ms)) if plainly_seconds(ms) => return Err(D::Error::custom(unit(ms))),
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

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_time_as_most_write_it_is_the_same_read_either_way(
            (year, month, day) in (1965_u32..2105, 0_u32..14, 0_u32..33),
            (hour, minute, second) in (0_u32..25, 0_u32..62, 0_u32..62),
            form in 0_usize..6,
        ) {
            let (date, time) = (format!("{year}-{month:02}-{day:02}"), format!("{hour:02}:{minute:02}"));
            let text = match form {
                0 => format!("{date}T{time}:{second:02}Z"),
                1 => format!("{date}T{time}:{second:02}"),
                2 => format!("{date} {time}:{second:02}"),
                3 => format!("{date} {time}"),
                4 => format!("{date} {time}:{second:02}Z"),
                _ => format!("{date}T{time}:{second:02}+"),
            };
            let read = plain(text.as_bytes());
            if read.is_some() || form < 4 && second < 60 {
                prop_assert_eq!(read, super::any(&text), "{}", text);
            }
            prop_assert_eq!(parse(&text), super::any(&text));
        }
    }

    #[test]
    fn a_line_of_ours_has_its_time_either_way() {
        #[derive(serde::Deserialize)]
        struct Line {
            #[serde(with = "super", default)]
            time: Option<i64>,
        }
        let time = |text: &str| {
            let line = serde_json::from_str(&format!("{{\"time\": {text}}}"));
            line.map(|line: Line| line.time).map_err(|error| error.to_string())
        };
        assert_eq!(time("\"2024-03-02T18:00:00Z\""), Ok(Some(1_709_402_400_000)));
        assert_eq!((time("1709402400000"), time("null")), (Ok(Some(1_709_402_400_000)), Ok(None)));
        for wrong in ["\"then\"", "\"\"", "-1", "1.5", "true", "[1]", "99999999999999999999"] {
            let told = time(wrong).unwrap_err();
            assert!(told.starts_with("not RFC 3339 and not milliseconds since 1970"), "{told}");
        }
        assert!(time("1709402400").unwrap_err().contains("is a time in seconds"));
    }

    #[test]
    fn what_is_nearly_a_time_is_read_with_care() {
        for text in [
            "",
            "2024-01-01",
            "2024-01-01T",
            "2024-01-01T1",
            "2024-01-01 10:1",
            "2024/01/01 10:10",
            "2024-01-01 10:10:1x",
            "+024-01-01 10:10",
            "2024-01-01T10:10",
            "2024-01-01T10:10Z",
            "2024-01-01é10:10",
            "2024-01-01 10.10",
        ] {
            assert_eq!(plain(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn times_as_services_write_them() {
        assert_eq!(parse("1970-01-01T00:00:01Z"), Some(1_000));
        assert_eq!(parse("1970-01-01T01:00:00.5+01:00"), Some(500));
        assert_eq!(parse("1970-01-01 00:02"), Some(120_000));
        assert_eq!(parse("1970-01-01 00:00:01.25"), Some(1_250));
        assert_eq!(parse("2019-11-24 00:03:13.442536+00:00"), Some(1_574_553_793_442));
        assert_eq!(parse("13 Jun 2025, 00:55"), parse("2025-06-13T00:55:00Z"));
        assert_eq!(parse("15 Jun 2007 22:30"), parse("2007-06-15 22:30"));
        assert_eq!(parse("yesterday"), None);
        assert_eq!((seconds(1.5), seconds(-1.0), seconds(f64::NAN)), (Some(1_500), None, None));
        assert_eq!(parse("2130-01-01T00:00:00Z"), None);
        assert_eq!(hour("2018-07-15", 3), hour("15-07-18", 3));
        assert_eq!(hour("20180715", 3), hour("15-07-18", 3));
        assert_eq!(hour("2018-07-15", 24), None);
        assert_eq!(written(1_500), "1970-01-01T00:00:01.5Z");
        assert_eq!(parse(&written(1_234_567_890_123)), Some(1_234_567_890_123));
    }
}
