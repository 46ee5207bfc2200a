//! What moving one slider from end to end would make of the queue: where ranks cross, where promoted songs
//! enter, where the clamp holds.
//!
//! Each sample is a preview: the engine's own deciding, ranking and mixing of one look. Between two samples with
//! the same songs in the same order, under the same adjustments, a score is a sum of weighed parts, so nothing
//! can happen there; where two samples differ, more are taken between them until they stand a millionth of
//! weight apart. So a crossing is where ranking really crosses, and not where lines drawn through samples do.
//! Near one the roundings let the order flicker; what counts is where it has settled.

use super::slider::Slider;
use melody_core::overrides::Overrides;
use melody_core::score::Score;
use melody_recommender::engine::{Engine, Look, Preview, State, Trace};
use melody_recommender::ranking::{FusionWeights, Node};

/// Samples along a weight, before more are taken where they differ.
const ALONG: i64 = 80;
/// More samples at most, about two seconds' work. Where they are used up a crossing is known as well as they go.
const MORE: usize = 2_000;
/// Millionths of weight that an order has to hold over, to be no flicker of roundings: as for the smallest
/// change.
const HELD: i64 = 1_000;

/// A song of the queue that would be.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its identifier in the catalogue.
    pub id: String,
    /// As the catalogue writes it.
    pub title: String,
    /// Whether a campaign promotes it.
    pub promoted: bool,
    /// What it would score.
    pub score: Score,
    /// What alpha, beta and gamma multiply.
    pub parts: [Score; 3],
    /// What adjustments and the tie-breaker add, which no weight touches.
    pub rest: Score,
}

impl Placed {
    /// What it would score under other weights, as long as it keeps its place.
    pub fn score_under(&self, weights: &FusionWeights) -> Score {
        let weights = [&weights.alpha, &weights.beta, &weights.gamma];
        let weighed = self.parts.iter().zip(weights).map(|(part, w)| part.times(w.value));
        weighed.sum::<Score>() + self.rest
    }
}

/// The queue at one value of the slider.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The value.
    pub at: Score,
    /// The queue it would be.
    pub queue: Vec<Placed>,
    /// Whether the user-first clamp holds a weight to less than was set or decided.
    pub clamped: bool,
    /// Interest given up for the promoted songs in it.
    pub displaced: Score,
}

impl Sample {
    /// The queue of a preview.
    pub fn of(at: Score, preview: &Preview) -> Self {
        let queue = preview.queue.iter().map(|entry| {
            let weighed = ["interest", "subscription", "exposure"]
                .map(|name| part(&entry.ledger.score, name).unwrap_or_default());
            Placed {
                id: entry.song.id.clone(),
                title: entry.song.title.clone(),
                promoted: entry.promoted,
                score: entry.score,
                parts: [entry.interest, entry.subscription, entry.exposure],
                rest: entry.score - weighed.into_iter().sum(),
            }
        });
        Sample {
            at,
            queue: queue.collect(),
            clamped: clamped(&preview.weights),
            displaced: preview.promotion.displaced_interest,
        }
    }

    /// Whether the same songs stand in the same order.
    fn same_order(&self, other: &Sample) -> bool {
        self.ids().eq(other.ids())
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.queue.iter().map(|song| song.id.as_str())
    }

    /// The same with the same adjustments.
    fn alike(&self, other: &Sample) -> bool {
        let rests = |sample: &Sample| sample.queue.iter().map(|s| s.rest).collect::<Vec<_>>();
        self.same_order(other) && rests(self) == rests(other) && self.clamped == other.clamped
    }
}

/// Whether the user-first clamp holds a weight to less than was set or decided.
pub(super) fn clamped(weights: &FusionWeights) -> bool {
    let all = [&weights.alpha, &weights.beta, &weights.gamma].into_iter();
    all.flat_map(|weight| &weight.terms).any(|t| t.name == "clamp" && t.from == "user first")
}

/// A part of a score by its name, however deep.
fn part(node: &Node, name: &str) -> Option<Score> {
    if node.name == name {
        return Some(node.value);
    }
    node.children.iter().find_map(|child| part(child, name))
}

/// What becomes of the queue at one value, on the way up.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The first value from which it stays so.
    pub at: Score,
    /// Songs that come into the queue, by identifier.
    pub enter: Vec<String>,
    /// Songs that go out of it.
    pub leave: Vec<String>,
    /// Songs that stand right above another one, which stood above them before: each pair.
    pub pass: Vec<(String, String)>,
    /// Songs that are in the queue before and after at other places: each with both, the longest way first.
    pub moved: Vec<(String, [usize; 2])>,
    /// What the promoted songs displace in interest, before and from here on.
    pub displaced: [Score; 2],
}

impl Turn {
    /// The two songs that change places, where nothing else moves: the one that stands higher from here on first.
    pub fn swap(&self) -> Option<(&str, &str)> {
        if !(self.enter.is_empty() && self.leave.is_empty()) {
            return None;
        }
        let [(a, [from, to]), (b, _)] = self.moved.as_slice() else { return None };
        Some(if to < from { (a, b) } else { (b, a) })
    }
}

/// The whole range of a slider.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Which one.
    pub slider: Slider,
    /// The largest value.
    pub most: Score,
    /// In the order of their values.
    pub samples: Vec<Sample>,
    /// What changes on the way, in the same order.
    pub turns: Vec<Turn>,
}

impl Sweep {
    /// A sweep of these samples, which are in the order of their values.
    pub fn new(slider: Slider, most: Score, samples: Vec<Sample>) -> Self {
        let held = if slider.continuous() { HELD } else { 0 };
        let settled = settled(&samples, held);
        let turns = settled.windows(2).filter_map(|pair| turn(pair[0], pair[1])).collect();
        Sweep { slider, most, samples, turns }
    }

    /// Every value of a slider that there is, the others being as they are set.
    pub(crate) fn across(
        engine: &Engine,
        state: &State,
        trace: &Trace,
        look: &Look,
        (slider, set): (Slider, Overrides),
    ) -> Self {
        let (_, most) = slider.value(&set, trace);
        let most = Score::new(most);
        // A learned score moves in steps along a weight, between any two values. Along a factor on boosts scores are
        // lines that no weighed part tells: where the order is the same at both ends it is between them.
        let lines = engine.setup.ranker.is_none() && slider.weighs();
        let mut probe = Probe { engine, state, trace, look, slider, set, lines, left: MORE };
        let grid = match slider {
            Slider::Alpha | Slider::Beta | Slider::Gamma | Slider::Boost => ALONG,
            Slider::AtMost | Slider::Window | Slider::Arm => most.millionths() / 1_000_000,
        };
        let value = |i: i64| Score::from_millionths(most.millionths() * i / grid.max(1));
        let mut samples: Vec<Sample> = Vec::new();
        for at in (0..=grid).map(value) {
            let Some(sample) = probe.sample(at) else { continue };
            if let Some(last) = samples.last().cloned().filter(|_| slider.continuous()) {
                probe.between(&last, &sample, true, &mut samples);
            }
            samples.push(sample);
        }
        let mut sweep = Sweep::new(slider, most, samples);
        let now = Score::new(slider.value(&trace.overrides, trace).0);
        for turn in &mut sweep.turns {
            if let Some(at) = probe.crossing(turn, now) {
                turn.at = at;
            }
        }
        sweep.turns.sort_by_key(|turn| turn.at);
        sweep
    }

    /// The sample that holds at a value: the last one that is not above it.
    pub fn at(&self, value: Score) -> Option<&Sample> {
        let after = self.samples.partition_point(|sample| sample.at <= value);
        self.samples.get(after.saturating_sub(1))
    }

    /// Every song's score at a value, on the line between the samples around it. In the queue's order.
    pub fn scores(&self, value: Score) -> Vec<(&Placed, f64)> {
        let after = self.samples.partition_point(|sample| sample.at <= value);
        let Some(from) = self.samples.get(after.saturating_sub(1)) else { return Vec::new() };
        let to = self.samples.get(after).filter(|to| to.same_order(from)).unwrap_or(from);
        let long = (to.at - from.at).value();
        let share = if long > 0.0 { (value - from.at).value() / long } else { 0.0 };
        let between =
            |(a, b): (&Placed, &Placed)| a.score.value() + (b.score - a.score).value() * share;
        from.queue.iter().zip(&to.queue).map(|pair| (pair.0, between(pair))).collect()
    }
}

/// The first sample of each order that holds for so many millionths at least, and of the first and the last.
fn settled(samples: &[Sample], held: i64) -> Vec<&Sample> {
    let runs: Vec<&[Sample]> = samples.chunk_by(Sample::same_order).collect();
    let last = runs.len().saturating_sub(1);
    let holds = |(i, run): &(usize, &&[Sample])| {
        let long = run.last().zip(run.first()).map_or(0, |(b, a)| (b.at - a.at).millionths());
        long >= held || *i == 0 || *i == last
    };
    runs.iter().enumerate().filter(holds).filter_map(|(_, run)| run.first()).collect()
}

/// What is different at the second of two neighbours.
fn turn(from: &Sample, to: &Sample) -> Option<Turn> {
    if from.same_order(to) {
        return None;
    }
    let lacks = |a: &Sample, b: &Sample| -> Vec<String> {
        a.ids().filter(|id| b.ids().all(|other| other != *id)).map(String::from).collect()
    };
    let was = |id: &str| from.ids().position(|other| other == id);
    let stays = to.queue.iter().enumerate();
    let mut moved: Vec<(String, [usize; 2])> = stays
        .filter_map(|(place, song)| {
            let before = was(&song.id)?;
            (before != place).then(|| (song.id.clone(), [before + 1, place + 1]))
        })
        .collect();
    moved.sort_by_key(|(_, [from, to])| std::cmp::Reverse(from.abs_diff(*to)));
    let pass = to.queue.windows(2).filter_map(|pair| {
        let (above, below) = (was(&pair[0].id)?, was(&pair[1].id)?);
        (above > below).then(|| (pair[0].id.clone(), pair[1].id.clone()))
    });
    Some(Turn {
        at: to.at,
        enter: lacks(to, from),
        leave: lacks(from, to),
        pass: pass.collect(),
        moved,
        displaced: [from.displaced, to.displaced],
    })
}

/// Takes samples.
struct Probe<'a> {
    engine: &'a Engine,
    state: &'a State,
    trace: &'a Trace,
    look: &'a Look,
    slider: Slider,
    set: Overrides,
    /// Whether scores are lines along a weight.
    lines: bool,
    /// More samples that may be taken.
    left: usize,
}

impl Probe<'_> {
    /// Where two songs that change places by their scores really do: the smallest change of the weight that puts the
    /// one above the other, as the account of a song tells it, from the side that the weight is on now. So both
    /// views say the same digits. `None` where the turn is no such crossing.
    fn crossing(&self, turn: &Turn, now: Score) -> Option<Score> {
        let weight = match self.slider {
            Slider::Alpha => "alpha",
            Slider::Beta => "beta",
            Slider::Gamma => "gamma",
            _ => return None,
        };
        let (above, below) = turn.swap()?;
        // On the way up the one rises; seen from above the other one does on the way down.
        let up = turn.at > now;
        let (song, other) = if up { (above, below) } else { (below, above) };
        let [song, other] = [song, other].map(|id| self.engine.setup.catalogue.find(id));
        let off = Score::from_millionths(HELD);
        let from = if up { turn.at - off } else { turn.at + off };
        let mut set = self.set.clone();
        self.slider.set(&mut set, self.trace, from.value());
        let state = self.state.with_overrides(set);
        let to = self.engine.flip(&state, self.look, (song?, other?), weight)?;
        ((to - turn.at).abs() <= off).then_some(to)
    }

    /// None where the values set are impossible together.
    fn sample(&self, at: Score) -> Option<Sample> {
        let mut set = self.set.clone();
        self.slider.set(&mut set, self.trace, at.value());
        let preview = self.engine.preview(self.state, self.look, &set).ok()?;
        Some(Sample::of(at, &preview))
    }

    /// Samples between two, down to a millionth around whatever differs. `guess`: where the lines cross, in
    /// place of the middle.
    fn between(&mut self, a: &Sample, b: &Sample, guess: bool, found: &mut Vec<Sample>) {
        let (low, high) = (a.at.millionths() + 1, b.at.millionths() - 1);
        let same = if self.lines { a.alike(b) } else { a.same_order(b) };
        if same || low > high || self.left == 0 {
            return;
        }
        self.left -= 1;
        let at = crossing(a, b).filter(|_| guess).unwrap_or(low + (high - low) / 2);
        let Some(mid) = self.sample(Score::from_millionths(at.clamp(low, high))) else { return };
        self.between(a, &mid, !guess, found);
        found.push(mid.clone());
        self.between(&mid, b, !guess, found);
    }
}

/// Where the lines of the first two songs cross that do not keep their order, in millionths.
fn crossing(a: &Sample, b: &Sample) -> Option<i64> {
    let (above, other) = a.queue.iter().zip(&b.queue).find(|(x, y)| x.id != y.id)?;
    let score = |sample: &Sample, id: &str| {
        sample.queue.iter().find(|song| song.id == id).map(|song| song.score.millionths())
    };
    let ahead = above.score.millionths() - score(a, &other.id)?;
    let behind = other.score.millionths() - score(b, &above.id)?;
    let (ahead, behind) = (ahead.max(0), behind.max(0));
    let long = i128::from((b.at - a.at).millionths());
    let gone = long * i128::from(ahead) / i128::from((ahead + behind).max(1));
    Some(a.at.millionths() + gone as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at: f64, order: &[&str]) -> Sample {
        let queue = order.iter().map(|id| Placed {
            id: (*id).into(),
            title: (*id).into(),
            promoted: false,
            score: Score::ZERO,
            parts: [Score::ZERO; 3],
            rest: Score::ZERO,
        });
        Sample {
            at: Score::new(at),
            queue: queue.collect(),
            clamped: false,
            displaced: Score::ZERO,
        }
    }

    fn only_turn(before: &[&str], after: &[&str]) -> Turn {
        let samples = vec![sample(0.0, before), sample(0.1, before), sample(0.2, after)];
        let sweep = Sweep::new(Slider::AtMost, Score::ONE, samples);
        let [turn] = sweep.turns.as_slice() else { panic!("{:?}", sweep.turns) };
        turn.clone()
    }

    #[test]
    fn two_songs_that_change_places_are_named_however_far_apart_they_stand() {
        let turn = only_turn(&["a", "P", "b", "c", "d"], &["a", "P", "d", "c", "b"]);
        assert_eq!(turn.swap(), Some(("d", "b")));
        assert_eq!(turn.moved, [("d".into(), [5, 3]), ("b".into(), [3, 5])]);
    }

    #[test]
    fn of_several_that_move_the_one_that_goes_furthest_comes_first() {
        let turn = only_turn(&["a", "b", "c", "d"], &["d", "a", "b", "c"]);
        assert_eq!(turn.swap(), None);
        assert_eq!(turn.moved[0], ("d".into(), [4, 1]));
        let enters = only_turn(&["a", "b"], &["b", "c"]);
        assert_eq!((enters.swap(), enters.enter.clone()), (None, vec!["c".to_string()]));
    }
}
