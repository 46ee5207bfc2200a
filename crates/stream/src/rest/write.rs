//! Logs written as a data set.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::chosen::{Chosen, Session};
use super::day::Day;
use super::folder::Draft;
use super::left_out::LeftOut;
use super::tables::{COLUMNS, FORMAT_KEY, REST_FORMAT, TABLES};
use melody_core::input::{InputError, Problem};
use melody_lab::export::Sheet;

/// Rows of all tables from which on a part is full: what follows goes to the next one, session by session.
pub const PART: u64 = 4_000_000;

/// What is written.
pub struct Exporting<'a> {
    /// Feedback logs.
    pub logs: &'a [PathBuf],
    /// Of all of them; else each one's own.
    pub day: Option<Day>,
    /// Rows from which on a part is full: [`PART`].
    pub part: u64,
}

/// What was.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Exported {
    /// Rows of the tables.
    pub sessions: u64,
    /// Rows of the tables.
    pub events: u64,
    /// Rows of the tables.
    pub plays: u64,
    /// Rows of the tables.
    pub impressions: u64,
    /// The days that the sessions lie under.
    pub days: Vec<String>,
    /// Files of the data set.
    pub files: u64,
    /// Logs that hold nothing that another does not.
    pub copies: u64,
    /// Logs whose last record was half-written.
    pub torn: Vec<LeftOut>,
    /// Logs that cannot be read.
    pub left_out: Vec<LeftOut>,
}

impl Exporting<'_> {
    /// Goes over the logs, and over each session again to write it. `progress` is told the bytes of each, twice.
    ///
    /// # Errors
    /// When there is something at the place, no log can be read, or the disk refuses.
    pub fn write(&self, out: &Path, progress: &dyn Fn(u64)) -> Result<Exported, InputError> {
        let draft = Draft::begin(out)?;
        let Chosen { sessions, copies, torn, left_out } = Chosen::of(self.logs, progress);
        if sessions.is_empty() {
            let problems = left_out.into_iter().map(|left| Problem::new(left.file, left.why));
            return Err(InputError { problems: problems.collect() });
        }
        let mut days: BTreeMap<Day, Vec<&Session>> = BTreeMap::new();
        for session in &sessions {
            let own = || Day::of_change(&session.path).map_err(|why| draft.problem(&why));
            days.entry(self.day.map_or_else(own, Ok)?).or_default().push(session);
        }
        let mut exported = Exported { copies, torn, left_out, ..Exported::default() };
        for (day, sessions) in days {
            let day = day.to_string();
            self.day(&draft, &day, &sessions, &mut exported, progress)?;
            exported.days.push(day);
        }
        draft.commit()?;
        Ok(exported)
    }

    fn day(
        &self,
        draft: &Draft,
        day: &str,
        sessions: &[&Session],
        exported: &mut Exported,
        progress: &dyn Fn(u64),
    ) -> Result<(), InputError> {
        let mut sessions = sessions.iter().peekable();
        let mut number = 0;
        while sessions.peek().is_some() {
            let mut part = Part::begin(draft, day, number)?;
            while let Some(session) = sessions.next_if(|_| part.rows() < self.part) {
                let name = session.path.file_name().unwrap_or_default().to_string_lossy();
                let rows = session.read()?.rows(&name).map_err(|why| draft.problem(&why))?;
                for (sheet, rows) in part.0.iter_mut().zip(rows) {
                    rows.into_iter()
                        .try_for_each(|row| sheet.push(row))
                        .map_err(|why| draft.problem(&why))?;
                }
                progress(session.bytes());
            }
            part.finish(exported).map_err(|why| draft.problem(&why))?;
            number += 1;
        }
        Ok(())
    }
}

/// The files of some sessions, one of each table.
struct Part(Vec<Sheet>);

impl Part {
    fn begin(draft: &Draft, day: &str, number: u32) -> Result<Self, Problem> {
        let format = REST_FORMAT.to_string();
        let tables = TABLES.into_iter().zip(COLUMNS);
        let sheets = tables.map(|(table, columns)| {
            let path = draft.folder(table, day)?.join(format!("part-{number}.parquet"));
            let notes = [
                (FORMAT_KEY, format.as_str()),
                ("melody", env!("CARGO_PKG_VERSION")),
                ("table", table),
            ];
            Sheet::noted(&path, columns, &notes).map_err(|why| draft.problem(&why))
        });
        Ok(Part(sheets.collect::<Result<_, Problem>>()?))
    }

    fn rows(&self) -> u64 {
        self.0.iter().map(Sheet::rows).sum()
    }

    fn finish(self, exported: &mut Exported) -> Result<(), String> {
        let Exported { sessions, events, plays, impressions, files, .. } = exported;
        // In the order of the tables.
        for (sheet, count) in self.0.into_iter().zip([sessions, events, plays, impressions]) {
            *count += sheet.finish()?;
            *files += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::made_up::{branch, copy};
    use crate::rest::rows::Rows;
    use crate::rest::tables::{EVENTS, PLAYS, SESSIONS};
    use melody_lab::export::Column;
    use std::collections::{BTreeMap, BTreeSet};

    /// A table's rows, as cells by column.
    fn table(out: &Path, table: &str, day: &str, part: u32) -> Vec<BTreeMap<&'static str, String>> {
        let columns = COLUMNS[TABLES.iter().position(|name| *name == table).unwrap()];
        let path = out.join(format!("{table}/day={day}/part-{part}.parquet"));
        let mut rows = Rows::open(&path, columns).unwrap();
        let mut found = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cell = |(name, kind): &(&'static str, Column)| {
                let cell = match kind {
                    Column::Text => row.some_text(name).map(String::from),
                    Column::Whole => row.some_count::<i64>(name).unwrap().map(|n| n.to_string()),
                    Column::Number => row.some_number(name).map(|n| n.to_string()),
                    Column::Flag => row.flag(name).ok().map(|flag| flag.to_string()),
                };
                (*name, cell.unwrap_or_else(|| "null".into()))
            };
            found.push(columns.iter().map(cell).collect());
        }
        found
    }

    const DAY: &str = "2026-11-30";

    fn exported(logs: &[PathBuf], out: &Path, part: u64) -> Exported {
        let exporting = Exporting { logs, day: Some(DAY.parse().unwrap()), part };
        exporting.write(out, &|_| {}).unwrap()
    }

    #[test]
    fn every_record_has_its_row() {
        let folder = tempfile::tempdir().unwrap();
        let (log, hashes) = crate::made_up::log(folder.path(), 3, 40);
        let out = folder.path().join("set");
        let told = exported(std::slice::from_ref(&log), &out, PART);
        assert_eq!((told.sessions, told.events, told.files), (1, 40, 4));
        assert_eq!(told.days, [DAY]);

        let [session] = &table(&out, "sessions", DAY, 0)[..] else { panic!("one session") };
        assert_eq!((&session["session"], &session["first"]), (&hashes[0], &hashes[0]));
        assert_eq!(session["last"], hashes[39]);
        assert_eq!(
            (session["file"].as_str(), session["shared"].as_str()),
            ("session-3.jsonl", "0")
        );
        let steps = melody_sessions::log::read(&log).unwrap();
        let header: melody_sessions::log::Header =
            serde_json::from_str(&session["header"]).unwrap();
        assert_eq!(header, steps.header);

        let events = table(&out, "events", DAY, 0);
        let told_hashes: Vec<&String> = events.iter().map(|event| &event["hash"]).collect();
        assert_eq!(told_hashes, hashes.iter().collect::<Vec<_>>());
        assert_eq!(events[0]["kind"], "opened");
        assert_eq!((events[0]["step"].as_str(), events[0]["counts"].as_str()), ("null", "null"));
        assert_eq!((events[1]["action"].as_str(), events[1]["counts"].as_str()), ("null", "true"));

        let plays = table(&out, "plays", DAY, 0);
        let ended: Vec<String> =
            steps.steps().iter().filter_map(|s| Some(s.ended.as_ref()?.song.clone())).collect();
        assert_eq!(plays.iter().map(|play| play["song"].clone()).collect::<Vec<_>>(), ended);
        assert!(plays.windows(2).all(|pair| pair[0]["ended_ms"] == pair[1]["began_ms"]));

        let shown: usize = steps.steps().iter().map(|step| step.impressions.len()).sum();
        let impressions = table(&out, "impressions", DAY, 0);
        assert_eq!((impressions.len(), told.impressions), (shown, shown as u64));
    }

    #[test]
    fn a_play_says_which_arm_queued_it() {
        let folder = tempfile::tempdir().unwrap();
        let logs: Vec<PathBuf> =
            (1..=6).map(|seed| crate::made_up::log(folder.path(), seed, 40).0).collect();
        let out = folder.path().join("set");
        exported(&logs, &out, PART);
        let events = table(&out, "events", DAY, 0);
        let (mut served, mut arms, mut moved) = (0, BTreeSet::new(), 0);
        for play in table(&out, "plays", DAY, 0).iter().filter(|play| play["decision"] != "null") {
            let at = |step: &str| {
                let found = events
                    .iter()
                    .find(|event| event["session"] == play["session"] && event["step"] == step);
                found.unwrap()
            };
            let decided = at(&play["decision"]);
            let told = (&decided["arm"], &decided["propensity"]);
            assert_eq!(told, (&play["arm"], &play["propensity"]));
            served += 1;
            moved += usize::from(at(&play["step"])["arm"] != play["arm"]);
            arms.insert(play["arm"].clone());
        }
        assert!(served > 100 && arms.len() > 1, "{served} plays, {arms:?}");
        assert!(moved > 0, "a song outlasts the decision that queued it");
    }

    #[test]
    fn what_was_taken_back_counts_nowhere_and_what_is_shared_is_marked() {
        let folder = tempfile::tempdir().unwrap();
        let (log, _) = crate::made_up::log(folder.path(), 3, 20);
        let (other, _) = branch(&log, &folder.path().join("other.jsonl"), 12);
        let again = copy(&log, &folder.path().join("again.jsonl"), 8);
        let out = folder.path().join("set");
        let told = exported(&[log, other, again], &out, PART);
        assert_eq!((told.sessions, told.events, told.copies), (2, 20 + 13, 1));
        let events = table(&out, "events", DAY, 0);
        let rewound = events.iter().find(|event| event["kind"] == "rewound").unwrap();
        assert_eq!(rewound["step"], "8");
        let branch = |row: &&BTreeMap<&str, String>| row["session"] == rewound["session"];
        let counting = events.iter().filter(branch).filter(|event| event["counts"] == "true");
        assert_eq!(counting.count(), 9);
        let taken_back = events.iter().filter(branch).filter(|event| event["counts"] == "false");
        assert_eq!(taken_back.map(|e| e["step"].as_str()).collect::<Vec<_>>(), ["9", "10"]);
        let plays = table(&out, "plays", DAY, 0);
        assert!(plays.iter().filter(branch).all(|play| play["step"].parse::<u32>().unwrap() <= 8));

        // Without what is shared, each record is there once.
        let once = events.iter().filter(|event| event["shared"] == "false");
        let mut hashes: Vec<&String> = once.map(|event| &event["hash"]).collect();
        let all = hashes.len();
        hashes.sort();
        hashes.dedup();
        assert_eq!((all, hashes.len()), (21, 21));
    }

    #[test]
    fn a_full_part_is_followed_by_another_and_sessions_stay_whole() {
        let folder = tempfile::tempdir().unwrap();
        let logs: Vec<PathBuf> =
            (1..=5).map(|seed| crate::made_up::log(folder.path(), seed, 8).0).collect();
        let out = folder.path().join("set");
        let told = exported(&logs, &out, 300);
        assert!(told.files > 4 && told.files.is_multiple_of(4), "{} files", told.files);
        let parts = (told.files / 4) as u32;
        let sessions: Vec<String> = (0..parts)
            .flat_map(|part| {
                let own = table(&out, "sessions", DAY, part);
                let events = table(&out, "events", DAY, part);
                assert_eq!(events.len(), own.len() * 8);
                own.into_iter().map(|session| session["session"].clone())
            })
            .collect();
        assert_eq!(sessions.len(), 5);
        assert!(sessions.is_sorted(), "of one listener, they are in the order of their names");
        assert_eq!([SESSIONS.len(), EVENTS.len(), PLAYS.len()], [19, 20, 21]);
    }

    #[test]
    fn sessions_lie_under_the_day_of_their_files() {
        let folder = tempfile::tempdir().unwrap();
        let logs: Vec<PathBuf> =
            (1..=2).map(|seed| crate::made_up::log(folder.path(), seed, 4).0).collect();
        for (log, days) in logs.iter().zip([20_000, 20_001]) {
            let changed = std::time::SystemTime::UNIX_EPOCH
                + std::time::Duration::from_secs(days * 86_400 + 3_600);
            std::fs::File::options().write(true).open(log).unwrap().set_modified(changed).unwrap();
        }
        let out = folder.path().join("set");
        let exporting = Exporting { logs: &logs, day: None, part: PART };
        let told = exporting.write(&out, &|_| {}).unwrap();
        assert_eq!(told.days, ["2024-10-04", "2024-10-05"]);
        for (day, file) in told.days.iter().zip(["session-1.jsonl", "session-2.jsonl"]) {
            assert_eq!(table(&out, "sessions", day, 0)[0]["file"], file);
        }
    }

    #[test]
    fn of_logs_that_cannot_be_read_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log.jsonl");
        std::fs::write(&log, "hello\n").unwrap();
        let out = folder.path().join("set");
        let exporting = Exporting { logs: std::slice::from_ref(&log), day: None, part: PART };
        let error = exporting.write(&out, &|_| {}).unwrap_err().to_string();
        assert!(error.contains("log.jsonl: line 1"), "{error}");
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1);
    }
}
