//! What it says of a taste that the logging recommender chose a song.
//!
//! Part of the log is chosen by a noisy view of the listener's own utility, so a song that comes up
//! is liked better than its content alone lets expect. The chance of winning such a comparison
//! is approximated: seen utilities of rivals as normal, the highest of several of them as normal
//! too, and the normal distribution function by a logistic one (largest error 0.01).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::features::Features;
use super::hypothesis::Leaning;
use crate::logging::{COMPARED, COMPARED_PROMOTED, UP_TO, chart_weight};
use crate::response::{Feelings, Moment, Setting};
use crate::world::World;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::listener::{History, Tier};
use melody_core::scene::Scene;
use melody_recommender::policy::Previews;

/// Mean and standard deviation of the highest of nine standard normals, and of three.
const HIGHEST_OF_NINE: (f64, f64) = (1.485, 0.598);
const HIGHEST_OF_THREE: (f64, f64) = (0.846, 0.748);
/// Makes a logistic distribution function nearest to the normal one.
const LOGISTIC: f64 = 1.702;
/// Songs that stand for the catalogue, and for its promoted part.
const RIVALS: usize = 64;
const PROMOTED_RIVALS: usize = 24;

/// The songs others are compared with.
pub(super) struct Rivals {
    any: Vec<Rival>,
    promoted: Vec<Rival>,
    chances: Chances,
}

/// A song never heard, and its own part of utility in each scene.
struct Rival {
    features: Features,
    rest: [f64; Scene::COUNT],
}

/// How likely each song is to enter a comparison.
struct Chances {
    chart: Vec<f64>,
    promoted: usize,
}

/// What a song must beat: the chance to win is logistic in utility.
#[derive(Clone, Copy, Debug, Default)]
struct Bar {
    height: f64,
    slope: f64,
}

impl Bar {
    /// `utilities` of rivals; the song competes with as many of them as `highest` is made for.
    fn over(utilities: impl Iterator<Item = f64> + Clone, highest: (f64, f64)) -> Self {
        let count = utilities.clone().count().max(1) as f64;
        let mean = utilities.clone().sum::<f64>() / count;
        let variance = utilities.map(|u| (u - mean).powi(2)).sum::<f64>() / count;
        // Everything is seen through noise of variance 1.
        let seen = (variance + 1.0).sqrt();
        Bar {
            height: mean + highest.0 * seen,
            slope: LOGISTIC / (1.0 + (highest.1 * seen).powi(2)).sqrt(),
        }
    }

    fn win(self, utility: f64) -> f64 {
        1.0 / (1.0 + (self.slope * (self.height - utility)).exp())
    }
}

/// The bars of one taste, by scene.
#[derive(Clone, Debug)]
pub(super) struct Standards {
    any: [Bar; Scene::COUNT],
    promoted: [Bar; Scene::COUNT],
}

/// One song's ways of having been chosen, with weights that sum to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    scene: Scene,
    /// Whatever the taste.
    regardless: f64,
    /// As the best of any songs.
    best: f64,
    /// As the best of promoted ones.
    best_promoted: f64,
}

impl Rivals {
    pub(super) fn new(catalogue: &Catalogue, world: &World, rng: &mut ChaCha8Rng) -> Self {
        let total: f64 = catalogue.songs.iter().map(chart_weight).sum();
        let chart: Vec<f64> = catalogue.songs.iter().map(|s| chart_weight(s) / total).collect();
        let even = 1.0 / catalogue.songs.len() as f64;
        let promoted: Vec<SongId> =
            catalogue.ids().filter(|&s| catalogue.song(s).promoted()).collect();
        let rival = |song: SongId| {
            let (history, rested) = (History::default(), Feelings::default());
            let at = |scene| {
                let setting = Setting { scene, tier: Tier::Free, previews: Previews::default() };
                let moment = Moment { history: &history, feelings: &rested, setting };
                Features::of(catalogue, world, &moment, song)
            };
            let rest = Scene::ALL.map(|scene| at(scene).rest);
            Rival { features: at(Scene::ALL[0]), rest }
        };
        let mut order: Vec<SongId> = catalogue.ids().collect();
        order.sort_by_key(|&s| (catalogue.song(s).genre, catalogue.song(s).popularity as u32));
        let weights = order.iter().map(|s| 0.5 * (even + chart[s.index()]));
        Rivals {
            any: spread(weights, RIVALS, rng).into_iter().map(|i| rival(order[i])).collect(),
            promoted: spread(promoted.iter().map(|_| 1.0), PROMOTED_RIVALS, rng)
                .into_iter()
                .map(|i| rival(promoted[i]))
                .collect(),
            chances: Chances { chart, promoted: promoted.len() },
        }
    }

    pub(super) fn standards(&self, leaning: &Leaning) -> Standards {
        let felt = |rivals: &[Rival], promotion: f64| -> Vec<f64> {
            rivals
                .iter()
                .map(|r| {
                    leaning.utility(&r.features) - r.features.rest
                        + promotion * (1.0 - leaning.tolerance) * r.features.promotion
                })
                .collect()
        };
        let bars = |rivals: &[Rival], felt: &[f64], highest| {
            Scene::ALL.map(|scene| {
                let utilities = rivals.iter().zip(felt).map(|(r, u)| u + r.rest[scene.index()]);
                Bar::over(utilities, highest)
            })
        };
        Standards {
            any: bars(&self.any, &felt(&self.any, 0.0), HIGHEST_OF_NINE),
            // Among promoted songs promotion makes no difference.
            promoted: bars(&self.promoted, &felt(&self.promoted, 1.0), HIGHEST_OF_THREE),
        }
    }

    /// How `song` may have come up after `history`.
    pub(super) fn choice(
        &self,
        catalogue: &Catalogue,
        history: &History,
        scene: Scene,
        song: SongId,
    ) -> Choice {
        let even = 1.0 / catalogue.songs.len() as f64;
        let chart = self.chances.chart[song.index()];
        let completed = || history.recent().iter().filter(|p| p.completed);
        let known = match completed().count() {
            0 => chart,
            count => completed().filter(|p| p.song == song).count() as f64 / count as f64,
        };
        let [promoted, any, charts, liked] = UP_TO;
        let mut regardless =
            (any - promoted) * even + (charts - any) * chart + (liked - charts) * known;
        let mut best_promoted = 0.0;
        if self.chances.promoted == 0 {
            regardless += promoted * even;
        } else if catalogue.song(song).promoted() {
            let entered = COMPARED_PROMOTED.min(self.chances.promoted) as f64;
            best_promoted = promoted * entered / self.chances.promoted as f64;
        }
        let best = (1.0 - liked) * COMPARED as f64 * 0.5 * (even + chart);
        let total = regardless + best + best_promoted;
        Choice {
            scene,
            regardless: regardless / total,
            best: best / total,
            best_promoted: best_promoted / total,
        }
    }
}

impl Choice {
    /// The likelihood of having come up, up to a factor that is the same for all tastes.
    pub(super) fn likelihood(
        &self,
        utility: f64,
        song: &Features,
        leaning: &Leaning,
        standards: &Standards,
    ) -> f64 {
        let scene = self.scene.index();
        let mut chance = self.regardless + self.best * standards.any[scene].win(utility);
        if self.best_promoted > 0.0 {
            let unpromoted = utility + (1.0 - leaning.tolerance) * song.promotion;
            chance += self.best_promoted * standards.promoted[scene].win(unpromoted);
        }
        chance
    }
}

/// `count` places spread evenly over the weights: a place of twice the weight comes up twice as
/// often, to within one.
pub(super) fn spread(
    weights: impl Iterator<Item = f64> + Clone,
    count: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<usize> {
    let total: f64 = weights.clone().sum();
    let step = total / count as f64;
    let mut mark = step * rng.random::<f64>();
    let mut reached = 0.0;
    let mut places = Vec::with_capacity(count);
    let mut last = 0;
    for (place, weight) in weights.enumerate() {
        reached += weight;
        last = place;
        while mark < reached && places.len() < count {
            places.push(place);
            mark += step;
        }
    }
    // Rounding may leave the last mark just beyond the sum.
    if total > 0.0 {
        places.resize(count, last);
    }
    places
}
