//! What the three heads say about a song.

use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;
use serde::{Deserialize, Serialize};

use melody_core::score::Score;

/// A task of the model, in the order of gates and towers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Will it be enjoyed?
    Interest,
    /// Will they pay?
    Subscription,
    /// Will a promoted song be taken up?
    Exposure,
}

/// In the order of gates and losses.
pub const TASKS: [Task; 3] = [Task::Interest, Task::Subscription, Task::Exposure];

impl Task {
    /// As files and screens write it.
    pub fn name(self) -> &'static str {
        match self {
            Task::Interest => "interest",
            Task::Subscription => "subscription",
            Task::Exposure => "exposure",
        }
    }
}

/// One number that a tower puts out, in the order of the logits: the interest tower's first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Output {
    /// Heard to (nearly) the end.
    Completion,
    /// Seconds heard over duration.
    PlayRatio,
    /// Liked or saved.
    Like,
    /// Left early.
    Skip,
    /// Saved.
    Save,
    /// Times played again at once.
    Replays,
    /// A subscription right after it.
    Subscription,
    /// A promoted song opened, completed or liked.
    Exposure,
}

/// Logits of the interest tower; the other towers put out one each.
pub const INTEREST_OUTPUTS: usize = 6;

impl Output {
    /// In the order of the head's logits.
    pub const ALL: [Output; HeadOutputs::WIDTH] = [
        Output::Completion,
        Output::PlayRatio,
        Output::Like,
        Output::Skip,
        Output::Save,
        Output::Replays,
        Output::Subscription,
        Output::Exposure,
    ];

    /// Place among the logits and labels.
    pub fn index(self) -> usize {
        self as usize
    }

    /// As in reports and files.
    pub fn name(self) -> &'static str {
        match self {
            Output::Completion => "completion",
            Output::PlayRatio => "play_ratio",
            Output::Like => "like",
            Output::Skip => "skip",
            Output::Save => "save",
            Output::Replays => "replays",
            Output::Subscription => "subscription",
            Output::Exposure => "exposure",
        }
    }

    /// The task whose tower puts it out.
    pub fn task(self) -> Task {
        match self {
            Output::Subscription => Task::Subscription,
            Output::Exposure => Task::Exposure,
            _ => Task::Interest,
        }
    }
}

/// Largest logit whose exponential is still taken as a count of replays.
pub(crate) const MOST_REPLAYS_LOGIT: f32 = 4.0;

/// Probabilities, and for replays the expected count, of logits `[rows, HeadOutputs::WIDTH]`.
pub fn link(logits: Tensor<2>) -> Tensor<2> {
    let (at, width) = (Output::Replays.index(), HeadOutputs::WIDTH);
    let replays = logits.clone().narrow(1, at, 1).clamp_max(MOST_REPLAYS_LOGIT).exp();
    let p = sigmoid(logits);
    let (before, after) = (p.clone().narrow(1, 0, at), p.narrow(1, at + 1, width - at - 1));
    Tensor::cat(vec![before, replays, after], 1)
}

/// Probabilities and expectations, each rounded to a millionth on leaving the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadOutputs {
    /// Probability of being heard to the end, 0 to 1.
    pub completion: Score,
    /// Expected seconds heard over duration.
    pub play_ratio: Score,
    /// Liked or saved.
    pub like: Score,
    /// Probability of being left early, 0 to 1.
    pub skip: Score,
    /// Probability of being saved, 0 to 1.
    #[serde(default)]
    pub save: Score,
    /// Expected number of times it is played again at once.
    #[serde(default)]
    pub replays: Score,
    /// Subscribing right after the song if it is played.
    pub subscription: Score,
    /// A promoted song being opened, completed or liked.
    pub exposure: Score,
}

impl HeadOutputs {
    /// Number of logits the towers put out, in the order of [`Output::ALL`].
    pub const WIDTH: usize = INTEREST_OUTPUTS + 2;

    /// From the towers' logits.
    pub fn from_logits(logits: &[f32]) -> Self {
        let p =
            |output: Output| Score::new(1.0 / (1.0 + (-f64::from(logits[output.index()])).exp()));
        let replays = logits[Output::Replays.index()].min(MOST_REPLAYS_LOGIT);
        HeadOutputs {
            completion: p(Output::Completion),
            play_ratio: p(Output::PlayRatio),
            like: p(Output::Like),
            skip: p(Output::Skip),
            save: p(Output::Save),
            replays: Score::new(f64::from(replays).exp()),
            subscription: p(Output::Subscription),
            exposure: p(Output::Exposure),
        }
    }

    /// All of them, in the order of [`Output::ALL`].
    pub fn in_order(&self) -> [Score; Self::WIDTH] {
        let HeadOutputs {
            completion,
            play_ratio,
            like,
            skip,
            save,
            replays,
            subscription,
            exposure,
        } = *self;
        [completion, play_ratio, like, skip, save, replays, subscription, exposure]
    }

    /// The interest score in [0, 1]: a weighted mean of completing, play ratio, liking, not skipping,
    /// saving and playing again, of which one time is as good as more.
    pub fn interest(&self, blend: &InterestBlend) -> Score {
        Score::new(
            blend.completion * self.completion.value()
                + blend.play_ratio * self.play_ratio.value()
                + blend.like * self.like.value()
                + blend.no_skip * (1.0 - self.skip.value())
                + blend.save * self.save.value()
                + blend.replay * self.replays.value().min(1.0),
        )
    }
}

/// How the interest head's outputs make one interest score. The weights sum to one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterestBlend {
    /// Share of completion.
    pub completion: f64,
    /// Share of the expected play ratio.
    pub play_ratio: f64,
    /// Share of the probability of a like.
    pub like: f64,
    /// Share of one less the probability of a skip.
    pub no_skip: f64,
    /// Share of the probability of being saved.
    #[serde(default)]
    pub save: f64,
    /// Share of the expected number of times it is played again at once, 1 at most.
    #[serde(default)]
    pub replay: f64,
}

/// The blend by which what is wanted least scores highest: the mistake that guardrails are tried on.
impl std::ops::Neg for InterestBlend {
    type Output = Self;

    fn neg(self) -> Self {
        let InterestBlend { completion, play_ratio, like, no_skip, save, replay } = self;
        InterestBlend {
            completion: -completion,
            play_ratio: -play_ratio,
            like: -like,
            no_skip: -no_skip,
            save: -save,
            replay: -replay,
        }
    }
}

/// What is to be learned of a play: a value for every output, or, as a mask, 1 where that value exists.
///
/// Whoever makes labels names them here; their places among the logits are told in [`Labels::in_order`]
/// alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Labels {
    /// 1 where heard to the end.
    pub completion: f32,
    /// Seconds heard over duration.
    pub play_ratio: f32,
    /// Liked or saved.
    pub like: f32,
    /// 1 where left early.
    pub skip: f32,
    /// 1 where saved.
    pub save: f32,
    /// Times it was played again at once.
    pub replays: f32,
    /// Subscribed right after it.
    pub subscription: f32,
    /// A promoted song was opened, completed or liked.
    pub exposure: f32,
}

impl Labels {
    /// All of them, in the order of [`Output::ALL`], as those of [`HeadOutputs::in_order`].
    pub fn in_order(self) -> [f32; HeadOutputs::WIDTH] {
        let Labels { completion, play_ratio, like, skip, save, replays, subscription, exposure } =
            self;
        [completion, play_ratio, like, skip, save, replays, subscription, exposure]
    }
}

/// How much each task uses each expert, `[task][expert]`, each row summing to about one.
pub type Gates = Vec<Vec<Score>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_where_the_logits_do() {
        let labels = Labels {
            completion: 0.0,
            play_ratio: 1.0,
            like: 2.0,
            skip: 3.0,
            save: 4.0,
            replays: 5.0,
            subscription: 6.0,
            exposure: 7.0,
        };
        for (place, value) in labels.in_order().into_iter().enumerate() {
            assert_eq!(Output::ALL[place].index(), value as usize, "{}", Output::ALL[place].name());
        }
        // A tower that is sure of one output is sure of it in the field of that name.
        for output in Output::ALL.into_iter().filter(|output| *output != Output::Replays) {
            let mut logits = [-30.0; HeadOutputs::WIDTH];
            logits[output.index()] = 30.0;
            let said = HeadOutputs::from_logits(&logits).in_order();
            assert_eq!(said[output.index()], Score::new(1.0), "{}", output.name());
            assert!((0..said.len()).all(|k| k == output.index() || said[k] == Score::new(0.0)));
        }
    }
}
