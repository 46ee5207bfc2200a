//! Feedback logs, or a data set of them, as a training log.
//!
//! Each session is a listener of its own, with the past that it began with: that is what the model which served it was given. Where a
//! listener has several, their names carry the session's hash, and all are in one part of the split. Logs and the data set made
//! of them give the same training log, to the byte.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::chosen::Chosen;
use super::left_out::LeftOut;
use super::stored::{DataSet, Told};
use melody_core::catalogue::Catalogue;
use melody_core::input::{InputError, Problem};
use melody_core::plays::LoggedListener;
use melody_lab::data::log::{LogManifest, LogWriter, Origin, SHARD_PLAYS, heard};
use melody_lab::data::{Splits, session_of};
use melody_sessions::log::{Header, StepRecord};

/// What is learned from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// Feedback logs.
    Logs(&'a [PathBuf]),
    /// The folder of a data set.
    DataSet(&'a Path),
}

/// What is turned into a training log.
pub struct Training<'a> {
    /// From where.
    pub source: Source<'a>,
    /// The one that all was heard from.
    pub catalogue: &'a Catalogue,
    /// How the listeners are split.
    pub splits: Splits,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Taught {
    /// What was written.
    pub log: LogManifest,
    /// Sessions that are in it.
    pub sessions: u64,
    /// Logs that hold nothing that another does not.
    pub copies: u64,
    /// Logs whose last record was half-written.
    pub torn: Vec<LeftOut>,
    /// Logs that cannot be read, and sessions that cannot be learned from.
    pub left_out: Vec<LeftOut>,
}

/// How a feedback log begins.
const BEGINNING: &[u8] = b"{\"sequence\":0,\"previous\":\"0000";

/// Whether a file begins as a feedback log does.
pub fn is_log(path: &Path) -> bool {
    let mut start = [0; BEGINNING.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == BEGINNING
}

impl Training<'_> {
    /// Writes it into a new folder. `progress` is told the bytes of each log, twice; of a data set, one for each session.
    ///
    /// # Errors
    /// When the folder is not empty or cannot be written to, the data set is damaged, or nothing can be learned from any session.
    pub fn write(&self, out: &Path, progress: &dyn Fn(u64)) -> Result<Taught, InputError> {
        match self.source {
            Source::Logs(logs) => {
                let chosen = Chosen::of(logs, progress);
                let known = (chosen.sessions.len() as u64, chosen.digest());
                let mut writing = self.begin(out, known)?;
                writing.left_out = chosen.left_out;
                for session in &chosen.sessions {
                    let whole = session.read()?;
                    let file = session.path.display().to_string();
                    let steps: Vec<&StepRecord> = whole.counting().map(|(_, step)| step).collect();
                    writing.take(&file, &whole.id, &whole.header, &steps)?;
                    progress(session.bytes());
                }
                Ok(Taught { copies: chosen.copies, torn: chosen.torn, ..writing.finish()? })
            }
            Source::DataSet(folder) => {
                let set = DataSet::open(folder)?;
                let mut writing = self.begin(out, (set.sessions(), set.digest()))?;
                set.each(&mut |told: Told| {
                    let steps: Vec<&StepRecord> = told.steps.iter().collect();
                    writing.take(&told.file, &told.id, &told.header, &steps)?;
                    progress(1);
                    Ok(())
                })?;
                writing.finish()
            }
        }
    }

    fn begin(&self, out: &Path, (sessions, digest): (u64, String)) -> Result<Writing<'_>, Problem> {
        // The same of the same sessions, wherever they were read.
        let from = format!("feedback of {sessions} sessions, {digest}");
        let origin = Origin::Imported { from };
        let writer = LogWriter::create(out, self.catalogue, origin, self.splits, SHARD_PLAYS);
        Ok(Writing {
            out: out.into(),
            catalogue: self.catalogue,
            writer: writer.map_err(|why| Problem::new(out.display().to_string(), why))?,
            waiting: None,
            before: None,
            sessions: 0,
            left_out: Vec::new(),
        })
    }
}

/// A listener whose name is not settled: nobody knows yet whether they have another session.
struct Waiting {
    told: LoggedListener,
    id: String,
}

/// A training log being written.
struct Writing<'a> {
    out: PathBuf,
    catalogue: &'a Catalogue,
    writer: LogWriter<'a>,
    waiting: Option<Waiting>,
    /// The listener of the session before.
    before: Option<String>,
    sessions: u64,
    left_out: Vec<LeftOut>,
}

impl Writing<'_> {
    fn take(
        &mut self,
        file: &str,
        id: &str,
        header: &Header,
        steps: &[&StepRecord],
    ) -> Result<(), InputError> {
        let played = steps.iter().any(|step| step.ended.is_some());
        let why = match heard(self.catalogue, header, steps, true) {
            Ok(told) if played => {
                self.sessions += 1;
                self.settle(Some(&told.name))?;
                self.waiting = Some(Waiting { told, id: id.into() });
                return Ok(());
            }
            Ok(_) => "no play has ended in it".into(),
            Err(unfit) => unfit.to_string(),
        };
        self.left_out.push(LeftOut { file: file.into(), why });
        Ok(())
    }

    /// Hands on who waits; `next`: who comes after them.
    fn settle(&mut self, next: Option<&str>) -> Result<(), Problem> {
        let Some(Waiting { mut told, id }) = self.waiting.take() else { return Ok(()) };
        let name = told.name.clone();
        if self.before.as_deref() == Some(&name) || next == Some(&name) {
            told.name = session_of(&name, &id);
        }
        self.before = Some(name);
        self.writer.push(told).map_err(|why| Problem::new(self.out.display().to_string(), why))
    }

    fn finish(mut self) -> Result<Taught, InputError> {
        self.settle(None)?;
        let Writing { out, writer, sessions, left_out, .. } = self;
        if sessions == 0 {
            // It is empty, and would look like a log that was begun.
            let _ = std::fs::remove_dir(&out);
            let reasons: BTreeSet<(String, String)> =
                left_out.into_iter().map(|left| (left.file, left.why)).collect();
            let problems = reasons.into_iter().map(|(file, why)| Problem::new(file, why));
            let mut problems: Vec<Problem> = problems.collect();
            if problems.is_empty() {
                problems.push(Problem::new(out.display().to_string(), "there is no session"));
            }
            return Err(InputError { problems });
        }
        let log = writer.finish();
        let log = log.map_err(|why| Problem::new(out.display().to_string(), why))?;
        Ok(Taught { log, sessions, copies: 0, torn: Vec::new(), left_out })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::{library, log, session};
    use crate::rest::made_up::branch;
    use crate::rest::write::{Exporting, PART};
    use melody_lab::data::log::{LeakCheck, TrainingLog};
    use melody_lab::data::{Split, rows};
    use melody_sessions::log::FeedbackLog;

    fn taught(source: Source, out: &Path) -> Result<Taught, InputError> {
        let splits = Splits { validation: 0.3, test: 0.3, ..Splits::default() };
        Training { source, catalogue: &library().catalogue, splits }.write(out, &|_| {})
    }

    fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let read = |path: PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        };
        let mut files: Vec<(String, Vec<u8>)> = entries.map(read).collect();
        files.sort();
        files
    }

    /// A log that does not say who listens.
    fn old(folder: &Path) -> PathBuf {
        let (opening, _, traces) = session(9, 5);
        let path = folder.join("old.jsonl");
        let mut log = FeedbackLog::create(&path, &Header::new(&opening, &traces[0])).unwrap();
        traces.iter().for_each(|trace| {
            log.append(trace).unwrap();
        });
        path
    }

    #[test]
    fn a_data_set_and_the_logs_it_was_made_of_give_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let mut logs: Vec<PathBuf> = (1..=4).map(|seed| log(folder.path(), seed, 16).0).collect();
        logs.push(branch(&logs[0], &folder.path().join("other.jsonl"), 12).0);
        logs.push(old(folder.path()));
        // A session of which only the beginning was kept.
        logs.push(log(folder.path(), 5, 2).0);
        for (number, log) in logs.iter().enumerate() {
            let seconds = 1_700_000_000 + 86_400 * (number as u64 % 2);
            let changed =
                std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            std::fs::File::options().write(true).open(log).unwrap().set_modified(changed).unwrap();
        }
        let at = |name: &str| folder.path().join(name);
        let of_logs = taught(Source::Logs(&logs), &at("of-logs")).unwrap();
        assert_eq!((of_logs.sessions, of_logs.left_out.len()), (5, 2));
        let why: Vec<&str> = of_logs.left_out.iter().map(|left| left.why.as_str()).collect();
        assert!(why.iter().any(|why| why.contains("does not say who listens")), "{why:?}");
        assert!(why.contains(&"no play has ended in it"), "{why:?}");
        assert_eq!(files(&at("of-logs")).len(), 2);

        // In the other order, over two days and many parts.
        logs.reverse();
        for (name, part) in [("one", PART), ("many", 200)] {
            let exporting = Exporting { logs: &logs, day: None, part };
            let exported = exporting.write(&at(name), &|_| {}).unwrap();
            assert_eq!((exported.sessions, exported.days.len()), (7, 2));
            let into = at(&format!("of-{name}"));
            let of_set = taught(Source::DataSet(&at(name)), &into).unwrap();
            assert_eq!(of_set.log, of_logs.log);
            assert!(files(&into) == files(&at("of-logs")), "{name}: the same bytes");
            let mut left: Vec<&str> = of_set.left_out.iter().map(|l| l.why.as_str()).collect();
            left.sort_unstable();
            let mut why = why.clone();
            why.sort_unstable();
            assert_eq!(left, why);
        }
    }

    #[test]
    fn sessions_of_one_listener_are_in_one_part_and_nothing_leaks() {
        let folder = tempfile::tempdir().unwrap();
        let logs: Vec<PathBuf> = (1..=6).map(|seed| log(folder.path(), seed, 10).0).collect();
        let out = folder.path().join("log");
        taught(Source::Logs(&logs), &out).unwrap();
        let catalogue = library().catalogue.clone();
        let log = TrainingLog::open(&out, catalogue.clone()).unwrap();
        let (mut check, mut names) = (LeakCheck::default(), Vec::new());
        let splits = &log.manifest().splits;
        for shard in 0..log.manifest().shards.len() {
            let listeners = log.listeners(shard).unwrap();
            check.see(&listeners, splits);
            check.see_features(&catalogue, &listeners, rows);
            names.extend(listeners.into_iter().map(|listener| listener.name));
        }
        assert!(check.leaks.is_empty(), "{:?}", check.leaks);
        assert_eq!(names.len(), 6);
        assert!(names.iter().all(|name| name.contains(" @ ")), "{names:?}");
        let parts: BTreeSet<Split> = names.iter().map(|name| splits.listener(name)).collect();
        assert_eq!(parts.len(), 1, "{parts:?}");
        // Alone, a listener keeps their name.
        let alone = folder.path().join("alone");
        taught(Source::Logs(&logs[..1]), &alone).unwrap();
        let alone = TrainingLog::open(&alone, catalogue).unwrap();
        let name = alone.listeners(0).unwrap()[0].name.clone();
        assert!(names[0].starts_with(&format!("{name} @ ")), "{name}");
    }

    #[test]
    fn where_nothing_can_be_learned_the_reasons_are_told_and_no_folder_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let logs = [old(folder.path()), log(folder.path(), 1, 2).0];
        let out = folder.path().join("log");
        let error = taught(Source::Logs(&logs), &out).unwrap_err();
        assert_eq!(error.problems.len(), 2, "{error}");
        assert!(error.to_string().contains("old.jsonl: its first record does not say"), "{error}");
        assert!(!out.exists());
    }

    #[test]
    fn a_data_set_whose_tables_do_not_fit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let logs = [1, 2].map(|seed| log(folder.path(), seed, 8).0);
        let day = Some("2026-11-30".parse().unwrap());
        for (name, logs) in [("one", &logs[..1]), ("two", &logs[1..])] {
            Exporting { logs, day, part: PART }.write(&at(name), &|_| {}).unwrap();
        }
        let events = "events/day=2026-11-30/part-0.parquet";
        std::fs::copy(at("one").join(events), at("two").join(events)).unwrap();
        let error = taught(Source::DataSet(&at("two")), &at("log")).unwrap_err().to_string();
        assert!(error.contains("is not where it must be"), "{error}");
        std::fs::remove_file(at("one").join(events)).unwrap();
        let error = taught(Source::DataSet(&at("one")), &at("other")).unwrap_err().to_string();
        assert!(error.contains("part-0.parquet"), "{error}");
    }
}
