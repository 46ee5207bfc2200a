//! The best prediction without reading minds, from outside.

use std::path::Path;

use melody_core::catalogue::Catalogue;
use melody_core::plays::{LoggedPlay, LoggedSession, Truth};
use melody_core::rng::{Purpose, generator};
use melody_lab::statistics::{Labelled, log_loss};
use melody_sessions::names::catalogue_named;
use melody_simulation::{IdealObserver, IdealSettings, LogConfig, Person, World, listener_log};
use rayon::prelude::*;

const SETTINGS: IdealSettings = IdealSettings { particles: 60, sweeps: 1, endings: 4 };

fn catalogue() -> Catalogue {
    catalogue_named("default", Path::new("")).unwrap()
}

fn log(catalogue: &Catalogue, world: &World, index: u64) -> (Person, Vec<LoggedSession>) {
    listener_log(
        catalogue,
        world,
        LogConfig { seed: 77, sessions: 3, rollouts: 0, slates: 0.0 },
        index,
    )
}

fn predict(
    catalogue: &Catalogue,
    world: &World,
    person: &Person,
    sessions: &[LoggedSession],
) -> Vec<Truth> {
    let mut rng = generator(77, Purpose::Ideal, 0);
    let observer = IdealObserver::new(catalogue, world, SETTINGS, &mut rng);
    observer.predict(&person.account, sessions, &mut rng)
}

/// Nothing that comes later moves an earlier prediction, and a play's own outcome does not either.
#[test]
fn a_prediction_rests_on_earlier_plays_alone() {
    let catalogue = catalogue();
    let world = World::new(&catalogue);
    let (person, mut sessions) = log(&catalogue, &world, 0);
    let whole = predict(&catalogue, &world, &person, &sessions);
    assert_eq!(whole.len(), sessions.iter().map(|s| s.plays.len()).sum::<usize>());
    sessions.truncate(1);
    let last = &mut sessions[0].plays.last_mut().unwrap().play;
    last.completed = !last.completed;
    last.play_ratio = if last.completed { 1.0 } else { 0.3 };
    let part = predict(&catalogue, &world, &person, &sessions);
    assert_eq!(part[..], whole[..part.len()]);
}

/// Probabilities are probabilities, and in the order they must be in.
#[test]
fn predictions_make_sense() {
    let catalogue = catalogue();
    let world = World::new(&catalogue);
    let (person, sessions) = log(&catalogue, &world, 1);
    for p in predict(&catalogue, &world, &person, &sessions) {
        for probability in [p.completion, p.play_ratio, p.explicit, p.skip, p.replay, p.engaged] {
            assert!((0.0..=1.0).contains(&probability), "{p:?}");
        }
        assert!(p.subscription.is_none_or(|s| (0.0..=1.0).contains(&s)), "{p:?}");
        assert!(p.save < p.explicit && p.explicit < p.completion, "{p:?}");
        assert!(p.replay < p.completion && p.completion < p.engaged, "{p:?}");
        assert!(p.completion < p.play_ratio, "{p:?}");
        assert!(
            (p.completion + p.skip - 1.0).abs() < 1e-9,
            "who does not hear it out skips: {p:?}"
        );
    }
}

/// Who reads minds predicts better, who does not look at all worse; and what is foretold happens
/// about as often.
#[test]
fn it_stands_between_chance_and_reading_minds() {
    let catalogue = catalogue();
    let world = World::new(&catalogue);
    let told: Vec<(LoggedPlay, Truth)> = (10..26u64)
        .into_par_iter()
        .flat_map(|index| {
            let (person, sessions) = log(&catalogue, &world, index);
            let predictions = predict(&catalogue, &world, &person, &sessions);
            let plays = sessions.into_iter().flat_map(|s| s.plays);
            plays.zip(predictions).collect::<Vec<_>>()
        })
        .collect();
    let share = told.iter().filter(|(l, _)| l.play.completed).count() as f64 / told.len() as f64;
    let loss = |score: &dyn Fn(&LoggedPlay, &Truth) -> f64| {
        let examples: Vec<Labelled> =
            told.iter().map(|(l, p)| Labelled::new(score(l, p), l.play.completed)).collect();
        log_loss(&examples).unwrap()
    };
    let (mind, ideal) = (loss(&|l, _| l.truth.unwrap().completion), loss(&|_, p| p.completion));
    let chance = loss(&|_, _| share);
    assert!(mind < ideal && ideal < chance - 0.02, "{mind} {ideal} {chance}");
    let foretold = told.iter().map(|(_, p)| p.completion).sum::<f64>() / told.len() as f64;
    assert!((foretold - share).abs() < 0.04, "{foretold} {share} of {}", told.len());
}
