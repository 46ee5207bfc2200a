//! Towers that are trained bring more than chance does, the same ones each time, and move nothing else.

use std::path::Path;
use std::sync::Arc;

use melody_core::catalogue::default_catalogue;
use melody_lab::config::TrainingConfig;
use melody_lab::data::Split;
use melody_lab::data::log::Listening;
use melody_lab::retrieval::{TowerRecipe, TowerReport, tower_work, train_towers};
use melody_model::{Backend, ModelFiles, device, weights_hash};
use melody_sessions::names::{DEFAULT, model_named, policy_named};

/// Gives the default model other towers, of a few listeners.
fn trained(listeners: u64) -> (ModelFiles, Option<TowerReport>) {
    let device = device(Backend::default());
    let catalogue = Arc::new(default_catalogue());
    let mut files = model_named(DEFAULT, Path::new(""), &device).unwrap();
    let config = TrainingConfig {
        listeners,
        test_listeners: 12,
        sessions: 3,
        rollouts: 0,
        ..TrainingConfig::default()
    };
    let listening = |split| Listening::simulated(catalogue.clone(), &config, split);
    let (learn, judge) = (listening(Split::Train), listening(Split::Test));
    let recipe = TowerRecipe {
        catalogue: &catalogue,
        learn: &learn,
        judge: &judge,
        interest: policy_named(DEFAULT, Path::new("")).unwrap().interest,
        seed: 3,
        device: &device,
    };
    let done = std::cell::Cell::new(0);
    let report = train_towers(&mut files, &recipe, &|| done.set(done.get() + 1)).unwrap();
    assert!(report.is_none() || done.get() == tower_work(&recipe), "{done:?} units were told");
    (files, report)
}

#[test]
fn a_few_moments_teach_more_than_chance() {
    let shipped = model_named(DEFAULT, Path::new(""), &device(Backend::default())).unwrap();
    let (files, report) = trained(50);
    let report = report.unwrap();
    // Fewer than a batch: they are learned from all the same.
    assert!((20..256).contains(&report.moments), "{} moments", report.moments);
    let [first, .., last] = report.losses[..] else { panic!("several epochs") };
    assert!(last.order < first.order, "{first:?} to {last:?}");
    let recall = &report.recall;
    assert!(recall.moments > 10, "{} moments", recall.moments);
    assert!(recall.of_network[0] > 2.0 * recall.by_chance[0], "{recall:?}");
    let unseen = &report.of_strangers;
    assert_eq!(unseen.moments, recall.moments);
    assert!(
        unseen.of_network[0] > unseen.by_chance[0],
        "content alone tells something: {unseen:?}"
    );
    assert_ne!(unseen.of_network, recall.of_network);
    assert!(recall.of_network.is_sorted() && recall.of_enjoyed.is_sorted(), "{recall:?}");

    assert_eq!(weights_hash(&files.network), weights_hash(&shipped.network));
    let hash = files.towers.as_ref().map(weights_hash);
    assert_eq!(hash, files.manifest.towers_sha256);
    assert_ne!(hash, shipped.manifest.towers_sha256);
    let (again, same) = trained(50);
    assert_eq!((again.manifest.towers_sha256, same), (hash, Some(report)));
}

#[test]
fn from_nobody_there_is_nothing_to_learn() {
    let (files, report) = trained(0);
    assert!(report.is_none() && files.towers.is_none());
    assert_eq!(files.manifest.towers_sha256, None);
}
