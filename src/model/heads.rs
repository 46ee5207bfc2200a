//! What the three heads say about a song.

use serde::{Deserialize, Serialize};

use super::config::InterestBlend;
use crate::score::Score;

/// A task of the model, in the order of gates and towers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    Interest,
    Subscription,
    Exposure,
}

pub const TASKS: [Task; 3] = [Task::Interest, Task::Subscription, Task::Exposure];

impl Task {
    pub fn name(self) -> &'static str {
        match self {
            Task::Interest => "interest",
            Task::Subscription => "subscription",
            Task::Exposure => "exposure",
        }
    }
}

/// Probabilities and the expected play ratio, each rounded to a millionth on leaving the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadOutputs {
    pub completion: Score,
    /// Expected seconds heard over duration.
    pub play_ratio: Score,
    /// Liked or saved.
    pub like: Score,
    pub skip: Score,
    /// Subscribing or starting a trial in this session if the song is played.
    pub subscription: Score,
    /// A promoted song being opened, completed or liked.
    pub exposure: Score,
}

impl HeadOutputs {
    /// Number of logits the towers put out, in the order of the fields.
    pub const WIDTH: usize = 6;

    /// From the towers' logits.
    pub fn from_logits(logits: &[f32]) -> Self {
        let p = |i: usize| Score::new(1.0 / (1.0 + (-f64::from(logits[i])).exp()));
        HeadOutputs {
            completion: p(0),
            play_ratio: p(1),
            like: p(2),
            skip: p(3),
            subscription: p(4),
            exposure: p(5),
        }
    }

    /// The interest score in [0, 1]: a weighted mean of completing, play ratio, liking and not
    /// skipping.
    pub fn interest(&self, blend: &InterestBlend) -> Score {
        Score::new(
            blend.completion * self.completion.value()
                + blend.play_ratio * self.play_ratio.value()
                + blend.like * self.like.value()
                + blend.no_skip * (1.0 - self.skip.value()),
        )
    }
}

/// How much each task uses each expert, `[task][expert]`, each row summing to about one.
pub type Gates = Vec<Vec<Score>>;
