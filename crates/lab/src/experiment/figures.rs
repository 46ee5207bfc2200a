//! Figures of a population.

use serde::Serialize;

use super::outcome::{Heard, ListenerOutcome, SessionOutcome};

/// Lower quartile, median and upper quartile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quartiles {
    /// A quarter of the values are below it.
    pub lower: f64,
    /// Half of them are.
    pub median: f64,
    /// Three quarters of them are.
    pub upper: f64,
}

/// How a population listened. Shares are in [0, 1].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// In the population.
    pub listeners: usize,
    /// Of all listeners.
    pub sessions: usize,
    /// Of all sessions.
    pub plays: usize,
    /// Plays that were completed.
    pub completion: f64,
    /// Plays that were skipped.
    pub skip: f64,
    /// Plays of which less than a quarter was heard.
    pub early_skip: f64,
    /// Mean of all plays.
    pub play_ratio: f64,
    /// Share of plays that ended below a quarter, a half, three quarters, 0.985, and at 0.985 or
    /// later, as KKBox counts them. Completed plays are in the last one.
    pub play_ratio_bins: [f64; 5],
    /// Below a tenth: hardly begun.
    pub very_early_skip: f64,
    /// Per play.
    pub likes: f64,
    /// Per play.
    pub saves: f64,
    /// Per play; may be above 1.
    pub searches: f64,
    /// Per session in which the listener could subscribe.
    pub conversion: f64,
    /// Of plays.
    pub promoted: f64,
    /// Of promoted plays.
    pub promoted_engagement: f64,
    /// Of promoted plays.
    pub promoted_completion: f64,
    /// Over sessions.
    pub songs_per_session: Quartiles,
    /// Over sessions, of what was heard.
    pub minutes_per_session: Quartiles,
    /// Sessions the listener ended, rather than the limit.
    pub left: f64,
    /// Over listeners with a play, of each one's own share.
    pub completion_by_listener: Quartiles,
    /// Over listeners with a play, of each one's own share.
    pub early_skip_by_listener: Quartiles,
}

/// Where KKBox's bins of play ratios end.
const BINS: [f64; 4] = [0.25, 0.50, 0.75, 0.985];
const EARLY: f64 = BINS[0];
const VERY_EARLY: f64 = 0.10;

impl Figures {
    /// Of everything these listeners heard.
    pub fn new(listeners: &[ListenerOutcome]) -> Self {
        let all: Vec<&Heard> = listeners.iter().flat_map(ListenerOutcome::plays).collect();
        let sessions: Vec<&SessionOutcome> = listeners.iter().flat_map(|l| &l.sessions).collect();
        let count = |holds: &dyn Fn(&Heard) -> bool| all.iter().filter(|p| holds(p)).count();
        let of_plays = |holds: &dyn Fn(&Heard) -> bool| share(count(holds), all.len());
        let of_promoted = |holds: &dyn Fn(&Heard) -> bool| {
            share(count(&|p| p.promoted && holds(p)), count(&|p| p.promoted))
        };
        let by_listener = |holds: fn(&Heard) -> bool| {
            let heard = listeners.iter().filter(|l| l.plays().next().is_some());
            Quartiles::new(
                heard
                    .map(|l| share(l.plays().filter(|p| holds(p)).count(), l.plays().count()))
                    .collect(),
            )
        };
        let could = sessions.iter().filter(|s| s.could_subscribe).count();
        let searches: u32 = sessions.iter().map(|s| s.searches).sum();
        Figures {
            listeners: listeners.len(),
            sessions: sessions.len(),
            plays: all.len(),
            completion: of_plays(&|p| p.completed),
            skip: of_plays(&|p| p.skipped),
            early_skip: of_plays(&early),
            play_ratio: all.iter().map(|p| p.play_ratio).sum::<f64>() / all.len().max(1) as f64,
            play_ratio_bins: std::array::from_fn(|i| of_plays(&|p| bin(p) == i)),
            very_early_skip: of_plays(&|p| !p.completed && p.play_ratio < VERY_EARLY),
            likes: of_plays(&|p| p.liked),
            saves: of_plays(&|p| p.saved),
            searches: share(searches as usize, all.len()),
            conversion: share(sessions.iter().filter(|s| s.subscribed).count(), could),
            promoted: of_plays(&|p| p.promoted),
            promoted_engagement: of_promoted(&|p| p.engaged),
            promoted_completion: of_promoted(&|p| p.completed),
            songs_per_session: Quartiles::new(
                sessions.iter().map(|s| s.plays.len() as f64).collect(),
            ),
            minutes_per_session: Quartiles::new(
                sessions.iter().map(|s| s.listening_s / 60.0).collect(),
            ),
            left: share(sessions.iter().filter(|s| s.left).count(), sessions.len()),
            completion_by_listener: by_listener(|p| p.completed),
            early_skip_by_listener: by_listener(early),
        }
    }
}

pub(super) fn early(play: &Heard) -> bool {
    !play.completed && play.play_ratio < EARLY
}

fn bin(play: &Heard) -> usize {
    if play.completed { BINS.len() } else { BINS.iter().filter(|b| play.play_ratio >= **b).count() }
}

pub(super) fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

impl Quartiles {
    /// Quantiles by linear interpolation between the two nearest ranks; zeros of nothing.
    pub fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let Some(last) = values.len().checked_sub(1) else { return 0.0 };
            let place = share * last as f64;
            let (below, above) = (place.floor() as usize, place.ceil() as usize);
            values[below] + (place - below as f64) * (values[above] - values[below])
        };
        Quartiles { lower: at(0.25), median: at(0.50), upper: at(0.75) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_interpolate() {
        let q = Quartiles::new(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!(q, Quartiles { lower: 1.75, median: 2.5, upper: 3.25 });
        assert_eq!(Quartiles::new(vec![]), Quartiles::default());
    }

    #[test]
    fn every_play_is_in_one_bin() {
        let play = |play_ratio: f64, completed| Heard {
            play_ratio,
            completed,
            skipped: !completed,
            liked: false,
            saved: false,
            promoted: false,
            opened: false,
            engaged: false,
        };
        let plays = vec![play(0.05, false), play(0.25, false), play(0.7, false), play(0.98, true)];
        let session = SessionOutcome { plays, ..SessionOutcome::default() };
        let figures =
            Figures::new(&[ListenerOutcome { segment: String::new(), sessions: vec![session] }]);
        assert_eq!(figures.play_ratio_bins, [0.25, 0.25, 0.25, 0.0, 0.25]);
        assert_eq!((figures.early_skip, figures.completion), (0.25, 0.25));
    }
}
