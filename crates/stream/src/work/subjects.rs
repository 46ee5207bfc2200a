//! Where everything lies.
//!
//! | subject | holds | stream |
//! |---|---|---|
//! | `STREAM.work.PROGRAM.JOB.SHARD` | shards to be done | `STREAM_WORK`, a work queue |
//! | `STREAM.jobs.JOB` | what jobs are made of | `STREAM_RESULTS` |
//! | `STREAM.files.SHA256.PIECE` | files that jobs need, and results too large for a message | the same |
//! | `STREAM.results.JOB.SHARD` | what came of shards | the same |
//! | `STREAM.notes.JOB` | who is at what, in passing | none |

use crate::nats::Address;

/// The subjects of an address.
#[derive(Clone, Debug)]
pub(super) struct Subjects {
    stream: String,
}

impl Subjects {
    pub(super) fn of(address: &Address) -> Self {
        Subjects { stream: address.stream.clone() }
    }

    /// The name of the work queue.
    pub(super) fn queue(&self) -> String {
        format!("{}_WORK", self.stream)
    }

    /// The name of the stream of all that is kept.
    pub(super) fn store(&self) -> String {
        format!("{}_RESULTS", self.stream)
    }

    /// All that lies in the queue.
    pub(super) fn all_work(&self) -> String {
        format!("{}.work.>", self.stream)
    }

    /// What of it is for one program.
    pub(super) fn work_of(&self, program: &str) -> String {
        format!("{}.work.{program}.>", self.stream)
    }

    /// What of that is of one job.
    pub(super) fn work_of_job(&self, program: &str, job: &str) -> String {
        format!("{}.work.{program}.{job}.*", self.stream)
    }

    pub(super) fn work(&self, program: &str, job: &str, shard: u64) -> String {
        format!("{}.work.{program}.{job}.{shard}", self.stream)
    }

    /// The program, the job and the shard of a subject of the queue.
    pub(super) fn read_work<'a>(&self, subject: &'a str) -> Option<(&'a str, &'a str, u64)> {
        let rest = subject.strip_prefix(&self.stream)?.strip_prefix(".work.")?;
        let mut parts = rest.split('.');
        let (program, job, shard) = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().is_none().then_some(())?;
        Some((program, job, shard.parse().ok()?))
    }

    /// All that is kept.
    pub(super) fn all_kept(&self) -> Vec<String> {
        ["jobs", "files", "results"].map(|kind| format!("{}.{kind}.>", self.stream)).to_vec()
    }

    pub(super) fn job(&self, job: &str) -> String {
        format!("{}.jobs.{job}", self.stream)
    }

    pub(super) fn piece(&self, sha256: &str, piece: u64) -> String {
        format!("{}.files.{sha256}.{piece}", self.stream)
    }

    pub(super) fn result(&self, job: &str, shard: u64) -> String {
        format!("{}.results.{job}.{shard}", self.stream)
    }

    pub(super) fn results_of(&self, job: &str) -> String {
        format!("{}.results.{job}.*", self.stream)
    }

    /// The shard of a subject of results.
    pub(super) fn read_result(&self, subject: &str) -> Option<u64> {
        let rest = subject.strip_prefix(&self.stream)?.strip_prefix(".results.")?;
        rest.split_once('.')?.1.parse().ok()
    }

    pub(super) fn notes(&self, job: &str) -> String {
        format!("{}.notes.{job}", self.stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_as_they_are_written() {
        let subjects = Subjects::of(&"nats://localhost/EARS".parse().unwrap());
        let work = subjects.work("cafe", "b0b", 17);
        assert_eq!(work, "EARS.work.cafe.b0b.17");
        assert_eq!(subjects.read_work(&work), Some(("cafe", "b0b", 17)));
        assert_eq!(subjects.read_work("EARS.work.cafe.b0b"), None);
        assert_eq!(subjects.read_work("EARS.work.cafe.b0b.17.1"), None);
        assert_eq!(subjects.read_work("EYES.work.cafe.b0b.17"), None);
        assert_eq!(subjects.read_result(&subjects.result("b0b", 3)), Some(3));
        assert_eq!(subjects.read_result("EARS.results.b0b.x"), None);
    }
}
