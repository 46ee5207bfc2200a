//! How the plays of a session went beside what had been predicted for them.

use std::sync::Arc;

use crate::statistics::Labelled;
use melody_core::score::Score;
use melody_model::HeadOutputs;
use melody_recommender::engine::{EndedPlay, Trace};

/// A probability predicted for some plays, and how often it came true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foretold {
    /// How many; at least one.
    pub plays: usize,
    /// Mean predicted probability.
    pub predicted: Score,
    /// Share of the plays that it happened in.
    pub observed: Score,
    /// Standard deviation of that share if every prediction is right.
    pub spread: Score,
}

impl Foretold {
    /// `None` of no plays.
    pub fn new(plays: &[Labelled]) -> Option<Self> {
        let count = plays.len() as f64;
        let mean = |of: &dyn Fn(&Labelled) -> f64| plays.iter().map(of).sum::<f64>() / count;
        let variance = mean(&|play| play.score * (1.0 - play.score)) / count;
        (!plays.is_empty()).then(|| Foretold {
            plays: plays.len(),
            predicted: Score::new(mean(&|play| play.score)),
            observed: Score::new(mean(&|play| if play.label { 1.0 } else { 0.0 })),
            spread: Score::new(variance.sqrt()),
        })
    }

    /// Whether the gap is what chance makes of right predictions nineteen times in twenty.
    pub fn within_chance(&self) -> bool {
        (self.observed - self.predicted).abs().value() <= 1.96 * self.spread.value()
    }
}

/// Plays that ended in these steps, each with what was predicted for its song as it began. A play whose song
/// was in no queue, as after a search, and one that was played again, is left out.
pub fn predictions(traces: &[Arc<Trace>]) -> Vec<(&HeadOutputs, &EndedPlay)> {
    let steps = traces.iter().zip(traces.iter().skip(1));
    steps
        .filter_map(|(before, trace)| {
            let ended = trace.ended.as_ref()?;
            let begun = before.playing.heads.as_ref();
            Some((begun.filter(|_| before.playing.served.is_some())?, ended))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_predictions_are_within_chance_and_wrong_ones_are_not() {
        let plays = |score: f64, happened: usize| -> Vec<Labelled> {
            (0..100).map(|i| Labelled::new(score, i < happened)).collect()
        };
        let fair = Foretold::new(&plays(0.5, 55)).unwrap();
        assert_eq!((fair.predicted, fair.observed), (Score::new(0.5), Score::new(0.55)));
        assert_eq!(fair.spread, Score::new(0.05));
        assert!(fair.within_chance());
        assert!(!Foretold::new(&plays(0.5, 65)).unwrap().within_chance());
        assert_eq!(Foretold::new(&[]), None);
    }
}
