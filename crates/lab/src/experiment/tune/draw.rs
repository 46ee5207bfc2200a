//! What a search draws: weights and rules of a segment or a scene.

use std::ops::{Range, RangeInclusive};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::part::Part;
use super::surface::Place;
use melody_core::overrides::MOST_WEIGHT;
use melody_core::rng::{Purpose, generator, hash64};
use melody_core::scene::Scene;
use melody_recommender::policy::{Mixing, Settings, Tighter, Weights};

/// Below this there is nothing to sell, which is another matter than selling little.
const LEAST_BETA: f64 = 0.001;
/// A segment keeps its meaning: each of its weights stays between half and twice what people had set, this
/// many powers of two either way. What is zero stays so.
const DOUBLINGS: Range<f64> = -1.0..1.0;
/// Bound of what a scene adds or takes.
const SCENE: Range<f64> = -0.10..0.10;
/// How far from what is there a draw goes that keeps near it, as a share of the bounds' width.
const NEAR: Range<f64> = -0.20..0.20;
/// How much tighter rules may become.
const MORE_PROTECTED: RangeInclusive<usize> = 0..=4;
const MORE_INTEREST: Range<f64> = 0.0..0.20;

/// Draw number `number` for a group, written into `settings`; number 0 is what is there. A draw
/// depends on seed, group and number alone.
pub(super) fn draw(settings: &mut Settings, part: Part, group: &str, seed: u64, number: u32) {
    if number == 0 {
        return;
    }
    let key = hash64(&format!("{}/{group}/{seed}", part.name()));
    let mut rng = generator(key, Purpose::Tuning, number.into());
    // Every other draw keeps near what is there, as people have thought about that.
    let near = number % 2 == 1;
    match part {
        Part::Segments => segment(settings, group, near, &mut rng),
        Part::Scenes => scene(settings, group, near, &mut rng),
    }
}

/// Where a group lies among the draws.
pub(super) fn place(settings: &Settings, part: Part, group: &str) -> Place {
    let share = |value: f64, bounds: &Range<f64>| value / (bounds.end - bounds.start);
    let of = |weights: Weights, share: &dyn Fn(f64) -> f64| {
        vec![share(weights.alpha), share(weights.beta), share(weights.gamma)]
    };
    let doublings = |weight: f64| if weight > 0.0 { share(weight.log2(), &DOUBLINGS) } else { 0.0 };
    let (weights, tighter) = match part {
        Part::Segments => {
            let segment = settings.segments.iter().find(|segment| segment.name == group);
            let own = segment.map(|s| (settings.weights_of(s), s.mixing));
            let (weights, tighter) = own.unwrap_or_default();
            (of(weights, &doublings), tighter)
        }
        Part::Scenes => {
            let effect = settings.scenes.iter().find(|(scene, _)| scene.name() == group);
            let (weights, novelty, tighter) =
                effect.map(|(_, e)| (e.weights, e.novelty, e.mixing)).unwrap_or_default();
            let mut weights = of(weights, &|weight| share(weight, &SCENE));
            weights.push(share(novelty, &SCENE));
            (weights, tighter)
        }
    };
    let mixing = settings.mixing;
    let at_most = tighter.at_most.unwrap_or(mixing.at_most);
    let protected = tighter.protected.unwrap_or(mixing.protected);
    let least_interest = tighter.least_interest.unwrap_or(mixing.least_interest);
    let rules = vec![
        at_most as f64 / mixing.at_most.max(1) as f64,
        protected as f64 / *MORE_PROTECTED.end() as f64,
        share(least_interest, &MORE_INTEREST),
    ];
    Place { weights, rules }
}

fn segment(settings: &mut Settings, name: &str, near: bool, rng: &mut ChaCha8Rng) {
    let mixing = settings.mixing;
    let Some(at) = settings.segments.iter().position(|s| s.name == name) else { return };
    let old = settings.weights_of(&settings.segments[at]);
    let mut weight =
        |old: f64| (old * within(0.0, near, DOUBLINGS, rng).exp2()).min(MOST_WEIGHT.value());
    let mut drawn =
        Weights { alpha: weight(old.alpha), beta: weight(old.beta), gamma: weight(old.gamma) };
    // The user first: the commercial weights shrink until they are less than alpha, with room for
    // rounding.
    let (commercial, most) = (drawn.beta + drawn.gamma, 0.98 * drawn.alpha);
    if commercial > most {
        drawn.beta *= most / commercial;
        drawn.gamma *= most / commercial;
    }
    let mut drawn = rounded(drawn);
    if old.beta > 0.0 {
        drawn.beta = drawn.beta.max(LEAST_BETA);
    }
    let added = settings.added_for(drawn);
    let segment = &mut settings.segments[at];
    segment.weights = added;
    segment.mixing = tighter(segment.mixing, mixing, rng);
}

fn scene(settings: &mut Settings, name: &str, near: bool, rng: &mut ChaCha8Rng) {
    let Some(scene) = Scene::ALL.into_iter().find(|s| s.name() == name) else { return };
    let mixing = settings.mixing;
    let Some(effect) = settings.scenes.get_mut(&scene) else { return };
    let old = effect.weights;
    let mut drawn = |old: f64| within(old, near, meant(old), rng);
    effect.weights = rounded(Weights {
        alpha: drawn(old.alpha),
        beta: drawn(old.beta),
        gamma: drawn(old.gamma),
    });
    effect.novelty = thousandth(drawn(effect.novelty));
    effect.mixing = tighter(effect.mixing, mixing, rng);
}

/// A scene keeps its meaning: what it lowers it goes on to lower, and what it raises to raise.
fn meant(old: f64) -> Range<f64> {
    match old {
        _ if old < 0.0 => SCENE.start..0.0,
        _ if old > 0.0 => 0.0..SCENE.end,
        _ => SCENE,
    }
}

/// A value near the old one, or anywhere within bounds.
fn within(old: f64, near: bool, bounds: Range<f64>, rng: &mut ChaCha8Rng) -> f64 {
    let (step, anywhere) = (rng.random_range(NEAR), rng.random_range(bounds.clone()));
    let width = bounds.end - bounds.start;
    if near { (old + width * step).clamp(bounds.start, bounds.end) } else { anywhere }
}

/// Rules drawn anew, each with the chance of a coin; they are as tight as the policy's at least.
fn tighter(old: Tighter, mixing: Mixing, rng: &mut ChaCha8Rng) -> Tighter {
    // All is drawn whether it is used or not, so that no draw moves another.
    let [at_most, protected, least] = std::array::from_fn(|_| rng.random_bool(0.5));
    let fewer = mixing.at_most - rng.random_range(0..=mixing.at_most.saturating_sub(1));
    let more_protected = mixing.protected + rng.random_range(MORE_PROTECTED);
    let more_interest = (mixing.least_interest + rng.random_range(MORE_INTEREST)).min(1.0);
    let mut drawn = old;
    if at_most {
        drawn.at_most = Some(fewer).filter(|m| *m < mixing.at_most);
    }
    if protected {
        drawn.protected = Some(more_protected).filter(|p| *p > mixing.protected);
    }
    if least {
        drawn.least_interest =
            Some(thousandth(more_interest)).filter(|l| *l > mixing.least_interest);
    }
    drawn
}

fn rounded(weights: Weights) -> Weights {
    Weights {
        alpha: thousandth(weights.alpha),
        beta: thousandth(weights.beta),
        gamma: thousandth(weights.gamma),
    }
}

/// More digits would promise a precision no search has.
fn thousandth(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_scenes_keep_their_meaning() {
        // One whose segments exclude each other, and one whose overlap: what each comes to by itself is drawn.
        for name in ["untuned", "default"] {
            keep_their_meaning(&melody_recommender::policy::shipped(name).unwrap().settings);
        }
    }

    fn keep_their_meaning(base: &Settings) {
        for number in 1..200 {
            let mut drawn = base.clone();
            for segment in &base.segments {
                draw(&mut drawn, Part::Segments, &segment.name, 7, number);
            }
            for (old, new) in base.segments.iter().zip(&drawn.segments) {
                assert_eq!(base.sells(old), drawn.sells(new), "{}", old.name);
                let (old, new) = (base.weights_of(old), drawn.weights_of(new));
                let pairs = [(old.alpha, new.alpha), (old.beta, new.beta), (old.gamma, new.gamma)];
                for (old, new) in pairs {
                    // To a thousandth.
                    let kept = (0.5 * old - 1e-3..=2.0 * old + 1e-3).contains(&new);
                    assert!(kept, "{old} became {new}");
                }
                assert!(new.alpha >= new.beta + new.gamma);
            }
            for scene in Scene::ALL {
                draw(&mut drawn, Part::Scenes, scene.name(), 7, number);
                let (old, new) = (base.scenes[&scene].weights, drawn.scenes[&scene].weights);
                assert!(old.alpha * new.alpha >= 0.0 && old.beta * new.beta >= 0.0);
                assert!(old.gamma * new.gamma >= 0.0);
            }
        }
    }
}
