//! The smallest change of one fusion weight that puts a song above another.
//!
//! A total is the weighed scores, each rounded to a millionth, plus adjustments that no weight
//! touches, minus the artist spread, which depends on how many songs of the same artist rank better.
//! So along one weight a total is a line with roundings and steps. The search walks away from today's
//! weight and never jumps over a place where anything could change: far from a crossing it takes long
//! strides, near one it goes by millionths. Near a crossing the roundings make the order flicker: level,
//! above, level again. What is found is the first value from which the song stays above, to the
//! millionth, and where before it the two stand level.

use serde::{Deserialize, Serialize};

use super::pipeline::Ranking;
use melody_core::catalogue::SongId;
use melody_core::overrides::MOST_WEIGHT;
use melody_core::score::Score;

/// What changing one weight alone, all else held, would take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flip {
    /// `alpha`, `beta` or `gamma`.
    pub weight: String,
    /// The weight as it is.
    pub from: Score,
    /// The first value from which the song's score stays the higher one, rounded as it is. Absent where
    /// no allowed change does it.
    pub to: Option<Score>,
    /// The value from which the two scores are level, where that comes before: there the tie decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Score>,
    /// Why not.
    pub why: Option<String>,
    /// Where the two songs stand in the queue that this really leads to; absent where that was not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<Stands>,
}

/// Where two songs stand in a queue, from 1; none for one that is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stands {
    /// The one that is to be above.
    pub song: Option<usize>,
    /// The one that it is held against.
    pub other: Option<usize>,
}

impl Stands {
    /// Neither of them is in the queue.
    pub fn neither(&self) -> bool {
        self.song.is_none() && self.other.is_none()
    }

    /// The one that is to be above is above.
    pub fn above(&self) -> bool {
        self.song.is_some_and(|song| self.other.is_none_or(|other| song < other))
    }

    /// In English.
    pub fn told(&self) -> String {
        match (self.song, self.other) {
            (Some(song), Some(other)) => format!("then: it at {song}, the other at {other}"),
            (Some(song), None) => format!("then: it at {song}, the other not in the queue"),
            (None, Some(other)) => format!("then: it not in the queue, the other at {other}"),
            (None, None) => "then neither is in the queue".into(),
        }
    }
}

impl Flip {
    /// By how much the weight changes; `None` where no allowed change does it.
    pub fn change(&self) -> Option<Score> {
        self.to.map(|to| to - self.from)
    }
}

/// One song's total before the spread, along a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Course {
    song: SongId,
    /// What the weight multiplies.
    score: Score,
    /// Everything else.
    rest: Score,
    /// Decides ties.
    interest: Score,
}

impl Course {
    fn at(&self, weight: Score) -> Score {
        self.score.times(weight) + self.rest
    }
}

/// A song, and those of its lead artist that could rank better.
struct Contender {
    own: Course,
    rivals: Vec<Course>,
}

/// Strides that no rounding of two products can make wrong.
const SLACK: i64 = 3;
/// Millionths of weight that an order has to hold over, to be no flicker of roundings: its own, or those
/// of songs by the same artist.
const HELD: i64 = 1_000;

impl Contender {
    fn total(&self, weight: Score, spread: impl Fn(usize) -> Score) -> Score {
        let place =
            |course: &Course| (course.at(weight), course.interest, std::cmp::Reverse(course.song));
        let own = place(&self.own);
        let better = self.rivals.iter().filter(|rival| place(rival) > own);
        own.0 + spread(better.count())
    }

    /// Millionths of weight over which its place among its rivals cannot change.
    fn steady(&self, weight: Score) -> i64 {
        let own = self.own.at(weight);
        let apart = |rival: &Course| {
            stride(
                (rival.at(weight) - own).millionths(),
                (rival.score - self.own.score).millionths(),
            )
        };
        self.rivals.iter().map(apart).min().unwrap_or(i64::MAX)
    }
}

/// Millionths of weight that a gap of total cannot close over, at this difference of slopes.
fn stride(gap: i64, slope: i64) -> i64 {
    match slope.abs() {
        0 => i64::MAX,
        slope => ((gap.abs() - SLACK).max(0) as i128 * 1_000_000 / i128::from(slope))
            .min(i128::from(i64::MAX)) as i64,
    }
}

impl Ranking<'_> {
    /// Points of score a song lacks to stand level with another; negative where it is ahead.
    pub fn lacks(&self, song: SongId, above: SongId) -> Score {
        self.total(above) - self.total(song)
    }

    /// For alpha, beta and gamma, the smallest change of it alone from which on `song` has a higher score
    /// than `above`. Weights stay in [0, 2] and user-first: alpha >= beta + gamma. With a
    /// diversity re-rank nothing is said: a song's score depends on all above it. Nor with a learned
    /// ranker, whose score is no line along a weight.
    pub fn flips(&self, song: SongId, above: SongId) -> Vec<Flip> {
        let w = self.weights();
        let (alpha, beta, gamma) = (w.alpha.value, w.beta.value, w.gamma.value);
        let ranges = [
            ("alpha", alpha, (beta + gamma, MOST_WEIGHT)),
            ("beta", beta, (Score::ZERO, if self.unsold() { Score::ZERO } else { alpha - gamma })),
            ("gamma", gamma, (Score::ZERO, alpha - beta)),
        ];
        let flip = |(part, (name, from, range)): (usize, (&str, Score, (Score, Score)))| {
            let (a, b) = (self.contender(song, part, from), self.contender(above, part, from));
            let unsaid = if self.is_learned() {
                Some("a learned score moves in steps; the what-if view shows by how much")
            } else if self.diversified() {
                Some("with diversity, scores depend on every song above")
            } else {
                None
            };
            if unsaid.is_some() {
                let why = unsaid.map(String::from);
                return Flip { weight: name.into(), from, to: None, level: None, why, then: None };
            }
            let crossing = self.smallest(&a, &b, from, range);
            Flip {
                weight: name.into(),
                from,
                to: crossing.map(|(_, to)| to),
                level: crossing.filter(|(level, to)| level != to).map(|(level, _)| level),
                why: crossing.is_none().then(|| why(&a, &b, range)),
                then: None,
            }
        };
        ranges.into_iter().enumerate().map(flip).collect()
    }

    fn contender(&self, song: SongId, part: usize, weight: Score) -> Contender {
        let course = |song: SongId| {
            let scores = self.scores(song);
            let score = [scores.interest, scores.subscription, scores.exposure][part];
            let rest = self.before_spread(song) - score.times(weight);
            Course { song, score, rest, interest: scores.interest }
        };
        let rivals = self.rivals(song).map(course).collect();
        Contender { own: course(song), rivals }
    }

    /// The weight nearest to `from` in its range from which on `a` scores higher than `b`, and before it
    /// the one from which on it scores no lower.
    fn smallest(
        &self,
        a: &Contender,
        b: &Contender,
        from: Score,
        (low, high): (Score, Score),
    ) -> Option<(Score, Score)> {
        let walk = |direction: i64, most: i64| -> Option<(i64, i64)> {
            let at = |gone: i64| Score::from_millionths(from.millionths() + direction * gone);
            let (mut gone, mut level, mut above) = (0, None, None);
            while gone <= most {
                let weight = at(gone);
                let [x, y] =
                    [a, b].map(|of| of.total(weight, |better| self.spread(of.own.song, better)));
                let ahead = (x - y).millionths();
                level = (ahead >= 0).then(|| level.unwrap_or(gone));
                above = (ahead > 0).then(|| above.unwrap_or(gone));
                let apart = stride(ahead, (a.own.score - b.own.score).millionths());
                let step = apart.min(a.steady(weight)).min(b.steady(weight));
                if ahead > 0 && step >= HELD {
                    break;
                }
                gone = gone.saturating_add(step.max(1));
            }
            Some((level?, above?))
        };
        let up = walk(1, (high - from).millionths()).map(|gone| (gone, 1));
        let down = walk(-1, (from - low).millionths()).map(|gone| (gone, -1));
        let nearest = up.into_iter().chain(down).min_by_key(|((_, above), _)| *above);
        let ((level, above), direction) = nearest?;
        let at = |gone: i64| Score::from_millionths(from.millionths() + direction * gone);
        Some((at(level), at(above)))
    }
}

fn why(a: &Contender, b: &Contender, (low, high): (Score, Score)) -> String {
    if low == high {
        return format!("it stays {low:.3}");
    }
    if a.own.score == b.own.score {
        return "both songs have the same score here".into();
    }
    format!("not between {low:.3} and {high:.3}, where alpha >= beta + gamma holds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strides_never_reach_a_crossing() {
        assert_eq!(stride(1_003, 1_000_000), 1_000);
        assert_eq!(stride(-1_003, -500_000), 2_000);
        assert_eq!(stride(2, 10), 0);
        assert_eq!(stride(5, 0), i64::MAX);
    }
}
