//! What two weights at once would make of the queue: which song stands first where.
//!
//! Each point is a preview, as each sample of a [`Sweep`](super::sweep::Sweep) is: the engine's own deciding, ranking and mixing of
//! one look, with both weights set by hand and all else as it is set. Of what is between points nothing is said: where the sliders
//! stand there, the song that is first is that of their own preview, and not of a point nearby.

use super::slider::Slider;
use super::sweep::clamped;
use melody_core::overrides::{MOST_WEIGHT, Overrides};
use melody_core::score::Score;
use melody_recommender::engine::{Engine, Look, State, Trace};

/// Points along each weight: about a second's work in all.
const POINTS: [i64; 2] = [33, 13];

/// The song that stands first at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct First {
    /// Its place in [`Map::songs`].
    pub song: usize,
    /// Whether the user-first clamp holds a weight to less than the point says.
    pub clamped: bool,
}

/// A song that stands first somewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Winner {
    /// Its identifier in the catalogue.
    pub id: String,
    /// As the catalogue writes it.
    pub title: String,
    /// Whether a campaign promotes it.
    pub promoted: bool,
    /// Points at which it stands first.
    pub points: usize,
}

/// Two weights' whole ranges.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The one that grows to the right, and the one that grows upwards.
    pub sliders: [Slider; 2],
    /// The largest value of either.
    pub most: Score,
    /// Songs that stand first somewhere, those at most points first.
    pub songs: Vec<Winner>,
    /// Row after row, the highest first, each from nothing to the right; `None` where the values are impossible.
    pub points: Vec<Vec<Option<First>>>,
}

impl Map {
    /// The weight that is set beside another.
    pub(super) fn beside(slider: Slider) -> [Slider; 2] {
        match slider {
            Slider::Beta => [Slider::Beta, Slider::Alpha],
            Slider::Gamma => [Slider::Gamma, Slider::Alpha],
            _ => [Slider::Alpha, Slider::Beta],
        }
    }

    /// Every point of two weights, the others being as they are set.
    pub(crate) fn over(
        engine: &Engine,
        state: &State,
        trace: &Trace,
        look: &Look,
        (sliders, set): ([Slider; 2], Overrides),
    ) -> Self {
        let mut songs: Vec<Winner> = Vec::new();
        let [columns, rows] = POINTS;
        let at = |x: i64, y: i64| Self::set(sliders, &set, trace, (x, y));
        let mut point = |x: i64, y: i64| {
            let preview = engine.preview(state, look, &at(x, y)).ok()?;
            let first = preview.queue.first()?;
            let known = songs.iter().position(|song| song.id == first.song.id);
            let song = known.unwrap_or_else(|| {
                let (id, title) = (first.song.id.clone(), first.song.title.clone());
                songs.push(Winner { id, title, promoted: first.promoted, points: 0 });
                songs.len() - 1
            });
            songs[song].points += 1;
            Some(First { song, clamped: clamped(&preview.weights) })
        };
        let points: Vec<Vec<Option<First>>> =
            (0..rows).rev().map(|y| (0..columns).map(|x| point(x, y)).collect()).collect();
        Map { sliders, most: MOST_WEIGHT, songs, points }.sorted()
    }

    /// The values of a point.
    fn set(sliders: [Slider; 2], set: &Overrides, trace: &Trace, (x, y): (i64, i64)) -> Overrides {
        let mut set = set.clone();
        for (slider, (at, points)) in sliders.into_iter().zip([x, y].into_iter().zip(POINTS)) {
            let value = Score::from_millionths(MOST_WEIGHT.millionths() * at / (points - 1));
            slider.set(&mut set, trace, value.value());
        }
        set
    }

    /// How far apart points are along each weight.
    pub fn apart(&self) -> [f64; 2] {
        POINTS.map(|points| self.most.value() / (points - 1) as f64)
    }

    /// The point nearest to two values: its column and its row, as in [`Map::points`].
    pub fn nearest(&self, values: [f64; 2]) -> (usize, usize) {
        let [x, y] = [0, 1].map(|axis| {
            let points = POINTS[axis] as f64 - 1.0;
            (values[axis] / self.most.value()).clamp(0.0, 1.0) * points
        });
        (x.round() as usize, POINTS[1] as usize - 1 - y.round() as usize)
    }

    /// With the songs at most points first.
    fn sorted(mut self) -> Self {
        let mut order: Vec<usize> = (0..self.songs.len()).collect();
        order.sort_by_key(|song| std::cmp::Reverse(self.songs[*song].points));
        let place = |song: usize| order.iter().position(|old| *old == song).unwrap_or(song);
        for first in self.points.iter_mut().flatten().flatten() {
            first.song = place(first.song);
        }
        self.songs = order.iter().map(|song| self.songs[*song].clone()).collect();
        self
    }
}
