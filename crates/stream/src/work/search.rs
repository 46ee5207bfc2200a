//! A batch of a search on its way: the policies that are tried, and who goes through each.
//!
//! Policies travel as the texts they are, each under its hash, and so does the list of them: a job's description holds how many
//! go through each, and stays small.

use serde::{Deserialize, Serialize};

use super::job::{Arm, Task};
use super::parcel::Parcel;
use super::part::File;
use melody_lab::experiment::Batch;

/// A policy, and who goes through it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    /// The policy's text.
    pub policy: File,
    /// Numbers in the job's cohort.
    pub listeners: Vec<u64>,
}

/// A batch as what is to be done, of a search that began from this arm. `parcel` is given what must travel of it.
pub fn search(arm: Arm, batch: &Batch, parcel: &mut Parcel) -> Task {
    let mut list = |run: &melody_lab::experiment::Run| Listed {
        policy: parcel.pack("policy.toml", run.policy.text.as_bytes().to_vec()),
        listeners: run.listeners.clone(),
    };
    let listed: Vec<Listed> = batch.runs.iter().map(&mut list).collect();
    let text = serde_json::to_vec(&listed).expect("a list holds texts and whole numbers");
    let runs = batch.runs.iter().map(|run| run.listeners.len() as u64).collect();
    Task::Search { arm, batch: parcel.pack("batch.json", text), runs }
}

/// What a batch lists, of which the job says how many go through each policy.
///
/// # Errors
/// When the bytes are no such list, or another's.
pub(super) fn read(bytes: &[u8], runs: &[u64]) -> Result<Vec<Listed>, String> {
    let listed: Vec<Listed> = serde_json::from_slice(bytes)
        .map_err(|error| format!("the policies that are tried cannot be read: {error}"))?;
    let counts = listed.iter().map(|listed| listed.listeners.len() as u64);
    if !counts.eq(runs.iter().copied()) {
        return Err("not as many listeners go through each policy as the job says".into());
    }
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::super::part::Part;
    use super::*;
    use melody_core::input::TomlFile;
    use melody_lab::experiment::{Cohort, Part as Searched, Run, Stage};
    use melody_recommender::policy;

    #[test]
    fn a_batch_is_read_as_it_was_packed_and_like_policies_travel_once() {
        let of = |name: &str| {
            let text = policy::DEFAULT_TEXT.replacen("\"default\"", &format!("\"{name}\""), 1);
            policy::parse(&TomlFile::embedded("(drawn policy)", &text)).unwrap()
        };
        let run =
            |name: &str, listeners: &[u64]| Run { policy: of(name), listeners: listeners.to_vec() };
        let batch = Batch {
            stage: Stage::Draws(Searched::Scenes),
            cohort: Cohort { seed: 7, listeners: 9, sessions: 1, songs: 2 },
            runs: vec![run("one", &[3, 1, u64::MAX]), run("two", &[]), run("one", &[8])],
        };
        let arm = || Arm {
            policy: Part::shipped("default", &"a".repeat(64)),
            model: Part::shipped("default", &"b".repeat(64)),
        };
        let mut parcel = Parcel::default();
        let task = search(arm(), &batch, &mut parcel);
        let Task::Search { batch: list, runs, .. } = &task else { panic!("{task:?}") };
        assert_eq!(*runs, [3, 0, 1]);
        assert_eq!(parcel.all().count(), 3, "two policies and the list");
        let bytes = parcel.get(list).unwrap();
        let listed = read(bytes, runs).unwrap();
        for (listed, run) in listed.iter().zip(&batch.runs) {
            assert_eq!(listed.listeners, run.listeners);
            assert_eq!(listed.policy.sha256, run.policy.hash);
            assert_eq!(parcel.get(&listed.policy), Some(run.policy.text.as_bytes()));
        }
        assert!(read(bytes, &[3, 0, 2]).is_err() && read(bytes, &[3, 0]).is_err());
        assert!(read(b"[{}]", runs).is_err_and(|told| told.contains("cannot be read")));
        // Another listener is another job.
        let mut other = batch.clone();
        other.runs[2].listeners[0] = 7;
        assert_ne!(search(arm(), &other, &mut parcel), task);
    }
}
