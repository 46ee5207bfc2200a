//! The day that a session's rows are put under.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// A day of the calendar, written `2026-11-30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

impl Day {
    /// The day on which a file was last changed, in UTC.
    ///
    /// # Errors
    /// When the system does not say it, or it is no day of a calendar.
    pub fn of_change(path: &Path) -> Result<Self, String> {
        let fail = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
        let changed = path.metadata().and_then(|data| data.modified()).map_err(|e| fail(&e))?;
        let changed = Timestamp::try_from(changed).map_err(|e| fail(&e))?;
        Ok(Day(Offset::UTC.to_datetime(changed).date()))
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day: Option<Date> = text.parse().ok();
        // Readers take what is spelled like this for a day, and other spellings for texts.
        let day = day.filter(|day| day.to_string() == text && day.year() > 0);
        day.map(Day).ok_or_else(|| "a day is written as 2026-11-30".into())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_day_is_spelled_in_one_way() {
        assert_eq!("2026-11-30".parse::<Day>().unwrap().to_string(), "2026-11-30");
        for other in
            ["2026-11-31", "20261130", "2026-11-30T10:00", "30.11.2026", "", "-000001-01-01"]
        {
            assert!(other.parse::<Day>().is_err(), "{other}");
        }
    }

    #[test]
    fn a_file_is_of_the_day_of_its_last_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let file = File::create(&path).unwrap();
        // The last second of a leap day.
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_251_199);
        file.set_modified(changed).unwrap();
        assert_eq!(Day::of_change(&path).unwrap().to_string(), "2024-02-29");
        file.set_modified(changed + Duration::from_secs(1)).unwrap();
        assert_eq!(Day::of_change(&path).unwrap().to_string(), "2024-03-01");
        assert!(Day::of_change(&folder.path().join("none")).is_err());
    }
}
