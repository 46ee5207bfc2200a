//! What workers say in passing: kept nowhere, and missed by nobody who goes by results.

use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use super::program::Program;
use super::subjects::Subjects;
use crate::nats::{Link, Unreachable};

/// What a worker says of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notice {
    /// Its name.
    pub worker: String,
    /// What it is.
    pub program: Program,
    /// The shard it speaks of; of none where it speaks of the job.
    pub shard: Option<u64>,
    /// What is with it.
    pub about: About,
}

/// What is with a shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum About {
    /// It was begun.
    Began,
    /// It is being done.
    Goes,
    /// It is done.
    Done,
    /// It cannot be done here.
    Refused(String),
    /// It is for another program.
    Another,
}

impl Notice {
    /// Says it. That nobody hears is no harm.
    pub(super) fn say(&self, link: &Link, subjects: &Subjects, job: &str) {
        let words = serde_json::to_vec(self).expect("a notice holds texts and whole numbers");
        let client = link.context.client();
        let _ = link.wait(client.publish(subjects.notes(job), words.into()));
    }
}

/// Who listens to notices of a job.
pub(super) struct Ears {
    heard: Subscriber,
}

impl Ears {
    pub(super) fn open(link: &Link, subjects: &Subjects, job: &str) -> Result<Self, Unreachable> {
        let heard = link.wait(link.context.client().subscribe(subjects.notes(job)));
        let heard = heard.map_err(|e| Unreachable::Away(format!("{}: {e}", link.address)))?;
        Ok(Ears { heard })
    }

    /// The next notice, if one comes in time. What is no notice is passed over.
    pub(super) fn hear(&mut self, link: &Link, within: Duration) -> Option<Notice> {
        let next = async { tokio::time::timeout(within, self.heard.next()).await };
        let message = link.wait(next).ok().flatten()?;
        serde_json::from_slice(&message.payload).ok()
    }
}
