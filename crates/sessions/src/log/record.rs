//! What the log's records hold.

use serde::{Deserialize, Serialize};

use super::listener::Listener;
use crate::opening::Opening;
use melody_core::event::Event;
use melody_core::score::Score;
use melody_recommender::bandit::Reward;
use melody_recommender::engine::{Served, Setup, Trace, Versions};

/// The version of the log's schema.
pub const LOG_FORMAT: u32 = 1;

/// One record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Record {
    /// The session opened. Always the first record, and only that.
    Opened(Box<Header>),
    /// A step was taken.
    Step(Box<StepRecord>),
    /// The listener took steps back: those after `to` no longer count.
    Rewound {
        /// The step that is the last again.
        to: u32,
    },
}

/// What the session opened with, in full: enough to replay the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`LOG_FORMAT`]; logs of other versions are refused.
    pub log_format: u32,
    /// The version of Melody that wrote it.
    pub melody: String,
    /// What every step follows from, with the events.
    pub opening: Opening,
    /// Names and hashes of what the opening's names stood for then.
    pub versions: Versions,
    /// Who listens, so that a model can learn from the log alone. Absent where nobody said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listener: Option<Box<Listener>>,
}

impl Header {
    /// The header of a session, from its opening and its first trace.
    pub fn new(opening: &Opening, first: &Trace) -> Self {
        Header {
            log_format: LOG_FORMAT,
            melody: env!("CARGO_PKG_VERSION").into(),
            opening: opening.clone(),
            versions: first.versions.clone(),
            listener: None,
        }
    }

    /// The same saying who listens, which its engine was given.
    pub fn of(self, setup: &Setup) -> Self {
        Header { listener: Some(Box::new(Listener::new(setup))), ..self }
    }
}

/// One step: what the listener did and what they were shown then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// From 0, where the session begins; a step taken anew after a rewind has its old number.
    pub step: u32,
    /// Milliseconds since the session began.
    pub at_ms: u64,
    /// Absent at step 0, where the session begins.
    pub event: Option<Event>,
    /// The play that the event ended.
    pub ended: Option<Ended>,
    /// The song that plays now.
    pub playing: String,
    /// The queue as it was shown, in order.
    pub impressions: Vec<Impression>,
    /// The bandit's arm, and the probability with which it was chosen.
    pub arm: String,
    /// In (0, 1]: what off-policy estimates divide by.
    pub propensity: Score,
    /// The reward of the arm before, at the step it was learned.
    pub learned: Option<LearnedReward>,
    /// The segment that the listener is in now. Absent in logs of before it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Near-line updates up to here; 0 is the model as trained.
    pub model_number: u32,
    /// SHA-256 of the weights that scored, in hexadecimal.
    pub model_hash: String,
}

/// How a play went that a step ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// The song's identifier in the catalogue.
    pub song: String,
    /// Time heard over duration, in [0, 1].
    pub play_ratio: Score,
    /// Heard to the end, or nearly so.
    pub completed: bool,
    /// Left before it was completed.
    pub skipped: bool,
    /// While it played.
    pub liked: bool,
    /// While it played.
    pub saved: bool,
    /// The request that queued it, its place there, and the propensity of that request's decision. Absent
    /// where the listener chose it, and in logs of before there were requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<Served>,
}

/// A song shown at a place of the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Impression {
    /// The song's identifier in the catalogue.
    pub song: String,
    /// From 1.
    pub position: usize,
    /// Whether it is a campaign's.
    pub promoted: bool,
    /// Its score in the end, adjustments counted.
    pub score: Score,
}

/// What a decision was worth, once its plays were over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnedReward {
    /// The arm that was in force, by name.
    pub arm: String,
    /// Plays under it.
    pub plays: u32,
    /// The parts and the total.
    pub reward: Reward,
}

impl From<&Trace> for StepRecord {
    fn from(trace: &Trace) -> Self {
        StepRecord {
            step: trace.step,
            at_ms: trace.at_ms,
            event: trace.event.clone(),
            ended: trace.ended.as_ref().map(|ended| Ended {
                song: ended.song.id.clone(),
                play_ratio: ended.play_ratio,
                completed: ended.completed,
                skipped: ended.skipped,
                liked: ended.liked,
                saved: ended.saved,
                served: ended.served,
            }),
            playing: trace.playing.song.id.clone(),
            impressions: trace
                .queue
                .iter()
                .map(|entry| Impression {
                    song: entry.song.id.clone(),
                    position: entry.position,
                    promoted: entry.promoted,
                    score: entry.score,
                })
                .collect(),
            arm: trace.bandit.arm.clone(),
            propensity: trace.bandit.propensity,
            learned: trace.bandit.learned.as_ref().map(|learned| LearnedReward {
                arm: learned.arm.clone(),
                plays: learned.plays,
                reward: learned.reward,
            }),
            segment: Some(trace.listener.segment.name.clone()),
            model_number: trace.versions.model_number,
            model_hash: trace.versions.model_hash.clone(),
        }
    }
}

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// From 0, without gaps.
    pub sequence: u64,
    /// The hash of the record before it; 64 zeros for the first.
    pub previous: String,
    /// What is told.
    pub record: Record,
    /// SHA-256, in hexadecimal, over the bytes of the line up to the comma before this field. As
    /// they hold `previous`, it stands for every record so far.
    pub hash: String,
}
