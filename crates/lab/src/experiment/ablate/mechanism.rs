//! The mechanisms, and the objective each exists for: written down before anything is run.

use serde::{Deserialize, Serialize};

use super::edit::Edit;
use super::measure::Measure;
use crate::experiment::metric::Metric;
use melody_recommender::policy::{Rerank, Settings};

/// One mechanism, with and without.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mechanism {
    /// What tables and flags call it: a group, and after a stroke what it is held against or which of the group it is.
    pub name: String,
    /// What is done without it, or in its place.
    pub without: String,
    /// What it exists for.
    pub objective: Measure,
    /// It earns its place where it is no worse than this below what is without it: 0, but for what exists to save work.
    pub margin: f64,
    /// Files do not tell what is changed, so a mechanism that was read changes nothing.
    #[serde(skip)]
    pub(super) with_it: Edit,
    #[serde(skip)]
    pub(super) without_it: Edit,
}

impl Mechanism {
    /// Whether a word names it, or the group it is of.
    pub fn is(&self, word: &str) -> bool {
        self.name == word || self.name.split_once('/').is_some_and(|(group, _)| group == word)
    }
}

/// Value that retrieval may give up for not scoring every song.
const RETRIEVAL_MARGIN: f64 = 0.005;

/// All of them, in the order of tables. The policy says which arms there are to hold its bandit against.
pub(super) fn mechanisms(settings: &Settings) -> Vec<Mechanism> {
    let taken = |name: &str, objective, without_it, without: &str| Mechanism {
        name: name.into(),
        without: without.into(),
        objective,
        margin: 0.0,
        with_it: Edit::AsItIs,
        without_it,
    };
    let rerank = |name: &str, objective, method| Mechanism {
        with_it: Edit::Rerank(method),
        ..taken(name, objective, Edit::Rerank(Rerank::None), "songs stay in the order of scores")
    };
    let value = Measure::Value;
    let completion = Measure::Completion;
    let variety = Measure::Counted(Metric::GenreEntropy);

    let mut all = vec![
        taken("short-time", completion, Edit::NoShortTime, "the model's module sees no session"),
        taken("streaks", completion, Edit::NoStreaks, "no boost, no source by streaks"),
        taken(
            "weariness",
            completion,
            Edit::NoWeariness,
            "a genre heard much of lately loses nothing",
        ),
        taken("search", completion, Edit::NoSearch, "no boost, no source by searches"),
        taken("previews", value, Edit::NoPreviews, "a song that is cut off counts as a whole one"),
        taken("near-line", completion, Edit::NoNearLine, "the model learns nothing in a session"),
        taken("bandit/uniform", value, Edit::Uniform, "every arm as likely"),
    ];
    all.extend(settings.bandit.arms.iter().map(|arm| {
        let always = Edit::Always(arm.name.clone());
        let without = format!("always the arm \"{}\"", arm.name);
        taken(&format!("bandit/always-{}", arm.name), value, always, &without)
    }));
    all.extend([
        taken("guardrail/listening", completion, Edit::NoGuardrail, "its level never rises"),
        // What it is for comes up by no chance that a cohort could wait for.
        Mechanism {
            with_it: Edit::TurnedRound(Box::new(Edit::AsItIs)),
            ..taken(
                "guardrail/collapse",
                completion,
                Edit::TurnedRound(Box::new(Edit::NoGuardrail)),
                "its level never rises; both serve first, by mistake, what is wanted least",
            )
        },
        taken(
            "guardrail/selling",
            Measure::Counted(Metric::Conversions),
            Edit::NoSelling,
            "beta never rises",
        ),
        taken(
            "guardrail/waiting",
            completion,
            Edit::NoWaiting,
            "promotion goes on after skips in a row",
        ),
        taken(
            "subscription",
            Measure::Counted(Metric::Conversions),
            Edit::NoSubscription,
            "beta is nothing for everybody",
        ),
        taken("segments", value, Edit::OneSize, "the last segment's weights and rules for all"),
        taken("scenes", value, Edit::NoScenes, "a scene changes nothing"),
        rerank("diversity/mmr", variety, Rerank::Mmr),
        rerank("diversity/determinantal", variety, Rerank::Determinantal),
        rerank(
            "diversity/calibrated",
            Measure::Counted(Metric::Miscalibration),
            Rerank::Calibrated,
        ),
        taken("diversity/gamma", variety, Edit::NoDiverseGamma, "no gamma where it is diversity"),
        Mechanism {
            margin: RETRIEVAL_MARGIN,
            ..taken("retrieval", value, Edit::Everything, "every song is scored")
        },
        taken("ranker", value, Edit::Fusion, "the fused score ranks"),
    ]);
    all
}
