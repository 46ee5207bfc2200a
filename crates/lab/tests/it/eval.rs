//! Judging models: figures are those worked out by hand, intervals hold what they should as often as
//! they should, and a log is judged as its plays are.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use melody_core::catalogue::{Catalogue, SongId, default_catalogue};
use melody_core::plays::Truth;
use melody_core::rng::{Purpose, generator};
use melody_lab::config::TrainingConfig;
use melody_lab::data::log::{Listening, TrainingLog, simulate_log};
use melody_lab::data::{Dataset, Split, Splits, TrainedOn, held_out};
use melody_lab::evaluation::{
    Evaluation, Evaluator, Judge, Kind, Play, Popularity, Resampling, measure, predict,
};
use melody_lab::statistics::{
    Clustered, Labelled, Prediction, auc, basic_interval, brier, calibration, grouped_auc,
    log_loss, resample,
};
use melody_model as model;
use melody_model::{Backend, LABELS, Network, NetworkConfig, Output};
use melody_simulation::LogConfig;
use rand::RngExt;

static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Arc::new(default_catalogue()));

/// Predictions of `listeners` listeners who differ in how often things come true.
fn predictions(seed: u64, listeners: u32) -> Vec<Prediction> {
    let mut rng = generator(seed, Purpose::Bootstrap, 1 << 32);
    let mut all = Vec::new();
    for listener in 0..listeners {
        let lean: f64 = rng.random_range(-0.2..0.2);
        for _ in 0..rng.random_range(3..9) {
            // Few different scores, so that there are ties.
            let score = f64::from(rng.random_range(1..20u32)) / 20.0;
            let label = rng.random_bool((score + lean).clamp(0.0, 1.0));
            all.push(Prediction { listener, score, label });
        }
    }
    all
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} is not {b}");
}

#[test]
fn clustered_figures_are_the_plain_ones_and_a_weight_is_a_copy() {
    let all = predictions(3, 40);
    let plain = |all: &[Prediction]| {
        let labelled: Vec<Labelled> = all.iter().map(|p| Labelled::new(p.score, p.label)).collect();
        let grouped: Vec<(u32, Labelled)> =
            all.iter().map(|p| (p.listener, Labelled::new(p.score, p.label))).collect();
        [
            auc(&labelled).unwrap(),
            log_loss(&labelled).unwrap(),
            calibration(&labelled, 15).expected_error,
            brier(&labelled).unwrap(),
            grouped_auc(&grouped).unwrap().0,
        ]
    };
    let clustered = Clustered::new(all.clone()).unwrap();
    for (a, b) in clustered.weighted(&|_| 1.0).into_iter().zip(plain(&all)) {
        close(a, b);
    }
    // Listeners drawn more than once are as if they were there more than once.
    let times = resample(7, 0, 40);
    close(times.iter().sum(), 40.0);
    let mut copies = Vec::new();
    for p in &all {
        for copy in 0..times[p.listener as usize] as u32 {
            copies.push(Prediction { listener: p.listener * 100 + copy, ..*p });
        }
    }
    let weighted = clustered.weighted(&|listener| times[listener as usize]);
    for (a, b) in weighted.into_iter().zip(plain(&copies)) {
        close(a, b);
    }
}

#[test]
fn intervals_hold_the_true_value_about_nineteen_times_in_twenty() {
    // 0.3 is foretold of every play, and true of 0.05 or of 0.55 of a listener's: right on average,
    // with a Brier score of 0.09 + 0.4 * 0.3 = 0.21.
    let of = |seed: u64| -> Vec<Prediction> {
        let mut rng = generator(seed, Purpose::Bootstrap, 1 << 33);
        let mut all = Vec::new();
        for listener in 0..60u32 {
            let chance = if rng.random_bool(0.5) { 0.05 } else { 0.55 };
            for _ in 0..10 {
                all.push(Prediction { listener, score: 0.3, label: rng.random_bool(chance) });
            }
        }
        all
    };
    let (mut held, mut held_of_plays) = (0, 0);
    for seed in 0..200 {
        let all = of(seed);
        let interval = |all: Vec<Prediction>, clusters: usize| {
            let clustered = Clustered::new(all).unwrap();
            let draws: Vec<f64> = (0..200)
                .map(|number| {
                    let times = resample(seed, number, clusters);
                    clustered.weighted(&|l| times[l as usize])[3]
                })
                .collect();
            let [low, high] =
                basic_interval(clustered.weighted(&|_| 1.0)[3], &draws, [0.0, 1.0]).unwrap();
            assert!(low < high);
            u32::from((low..=high).contains(&0.21))
        };
        let alone = all.iter().zip(0..).map(|(p, listener)| Prediction { listener, ..*p });
        held_of_plays += interval(alone.collect(), all.len());
        held += interval(all, 60);
    }
    assert!((174..=198).contains(&held), "{held} of 200");
    // Plays drawn one by one would pretend to know more than they do.
    assert!(held_of_plays < held - 10, "{held_of_plays} of 200");
}

#[test]
fn a_basic_interval_takes_off_what_resampling_adds() {
    // A figure of 0.5 that resampling raises by 0.1 on average.
    let draws: Vec<f64> = (0..=100).map(|i| 0.5 + f64::from(i) / 500.0).collect();
    let [low, high] = basic_interval(0.5, &draws, [0.0, 1.0]).unwrap();
    close(low, 1.0 - 0.695);
    close(high, 1.0 - 0.505);
    assert_eq!(basic_interval(0.5, &[], [0.0, 1.0]), None);
    assert_eq!(basic_interval(f64::NAN, &draws, [0.0, 1.0]), None);
    assert_eq!(basic_interval(0.5, &[f64::NAN, 0.5, 0.5], [0.0, 1.0]), None, "too few");
}

/// A play that only its completion is known of.
fn play(listener: u32, predicted: f32, completed: bool, slice: usize) -> Play {
    let only = |output: Output, value: f32| {
        let mut all = [0.0; LABELS];
        all[output.index()] = value;
        all
    };
    Play {
        listener,
        labels: only(Output::Completion, f32::from(u8::from(completed))),
        mask: only(Output::Completion, 1.0),
        truth: None,
        model: only(Output::Completion, predicted),
        popularity: None,
        logistic: None,
        against: Some(only(Output::Completion, 1.0 - predicted)),
        slices: vec![slice],
    }
}

#[test]
fn figures_of_four_plays_are_those_worked_out_by_hand() {
    let plays = [
        play(0, 0.9, true, 0),
        play(0, 0.2, false, 0),
        play(1, 0.6, false, 1),
        play(1, 0.4, true, 1),
    ];
    let kinds = [Kind { name: "half", slices: vec!["first".into(), "second".into()] }];
    let none = Resampling { seed: 1, resamples: 0 };
    let found = measure(&plays, &kinds, none);
    assert_eq!((found.listeners, found.plays, found.heads.len()), (2, 4, 1));
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    let head = &found.heads[0];
    assert_eq!((head.label.as_str(), head.plays, head.positives), ("interest: completion", 4, 2));
    // 0.9 beats both that were not completed, 0.4 only 0.2.
    near(head.model.auc, 0.75);
    near(head.model.log_loss, -(0.9f64.ln() + 0.8f64.ln() + 2.0 * 0.4f64.ln()) / 4.0);
    near(head.model.brier.unwrap(), (0.01 + 0.04 + 0.36 + 0.36) / 4.0);
    // Each in a bin of its own.
    near(head.model.calibration_error, (0.1 + 0.2 + 0.6 + 0.6) / 4.0);
    near(head.model.grouped_auc.unwrap(), 0.5);
    near(head.against.unwrap().model.auc, 0.25);
    assert_eq!((head.intervals, head.popularity, head.best), (None, None, None));
    let aucs: Vec<f64> = found.slices.iter().map(|s| s.heads[0].model.auc).collect();
    assert_eq!(aucs, [1.0, 0.0]);
    // A report is read back as it was written.
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Evaluation>(&text).unwrap(), found);
}

#[test]
fn replays_are_judged_by_the_chance_of_one_at_all() {
    let mut plays = [play(0, 0.0, false, 0), play(1, 0.0, false, 0)];
    for (i, play) in plays.iter_mut().enumerate() {
        let at = Output::Replays.index();
        (play.mask[at], play.labels[at]) = (1.0, 2.0 * i as f32);
        play.model[at] = 1.5;
        play.truth = Some(Truth {
            completion: 0.5,
            play_ratio: 0.5,
            explicit: 0.5,
            save: 0.5,
            skip: 0.5,
            replay: 0.25 + 0.5 * i as f64,
            engaged: 0.5,
            subscription: None,
        });
    }
    let found = measure(&plays, &[], Resampling { seed: 1, resamples: 0 });
    let replay = found.heads.iter().find(|h| h.label == "interest: replay").unwrap();
    let chance = 1.0 - (-1.5f64).exp();
    let wanted = -(chance.ln() + (1.0 - chance).ln()) / 2.0;
    assert!((replay.model.log_loss - wanted).abs() < 1e-6, "{}", replay.model.log_loss);
    assert_eq!(replay.best.unwrap().auc, 1.0);
}

fn small() -> NetworkConfig {
    NetworkConfig {
        d_model: 16,
        layers: 1,
        heads: 2,
        feed_forward: 16,
        song_buckets: 64,
        artist_buckets: 64,
        ..NetworkConfig::default()
    }
}

/// A training log with a part that is never learned from.
fn log(folder: &Path) -> TrainingLog {
    let config = LogConfig { seed: 21, sessions: 3, rollouts: 1, slates: 0.0 };
    let splits = Splits { validation: 0.1, test: 0.3, later: 0.1, ..Splits::default() };
    let folder = folder.join("log");
    simulate_log(&folder, &CATALOGUE, config, 60, splits, &|| {}).unwrap();
    TrainingLog::open(&folder, CATALOGUE.clone()).unwrap()
}

#[test]
fn a_log_is_judged_as_its_plays_are() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(folder.path());
    let device = model::device(Backend::default());
    let config = small();
    let network = Network::new(&config, 4, &device);
    let policy = melody_recommender::policy::shipped("default").unwrap();

    // A fifth of the songs is kept from training.
    let held = held_out(&CATALOGUE, 0.2);
    let share = held.iter().filter(|h| **h).count() as f64 / held.len() as f64;
    assert!((0.12..0.26).contains(&share), "{share}");
    let mut train = log.read(0, Split::Train).unwrap();
    train.unlabel(&held);
    let mut heard = TrainedOn::default();
    heard.add(&CATALOGUE, &train);
    for id in CATALOGUE.ids().filter(|id| held[id.index()]) {
        assert!(!heard.song(&CATALOGUE, id), "{}", CATALOGUE.song(id).id);
    }
    let mut popularity = Popularity::new(&CATALOGUE);
    popularity.learn(&train);

    let judge = Judge { network: &network, shape: &config, catalogue: &CATALOGUE, device: &device };
    let evaluator = Evaluator {
        policy: &policy,
        model: judge,
        against: Some(judge),
        heard: Some(&heard),
        popularity: Some(&popularity),
        logistic: None,
        resampling: Resampling { seed: 1, resamples: 60 },
        reliability: false,
    };
    let test = Listening::Log(log.clone(), Some(Split::Test));
    let found = evaluator.evaluate(&test, &|_| false, &|| {}).unwrap();

    // The same by hand.
    let data: Dataset = log.read(0, Split::Test).unwrap();
    let predicted = predict(judge, &data);
    let rows: Vec<_> = data.listeners.iter().flat_map(|l| l.fresh()).collect();
    assert_eq!((found.listeners, found.plays), (data.listeners.len(), rows.len()));
    let at = Output::Completion.index();
    let labelled = rows
        .iter()
        .zip(&predicted)
        .map(|(row, p)| Labelled::new(f64::from(p[at]), row.labels[at] > 0.5));
    let completion = &found.heads[0];
    close(completion.model.auc, auc(&labelled.collect::<Vec<_>>()).unwrap());
    let [low, high] = completion.intervals.unwrap().auc.unwrap();
    assert!(low < completion.model.auc && completion.model.auc < high && high - low < 0.3);
    // The same model beside itself differs in nothing, in no draw.
    let against = completion.against.unwrap();
    assert_eq!(against.difference, None);
    assert!(completion.best.unwrap().auc > 0.6, "{completion:?}");
    assert!(completion.popularity.is_some());

    // Every play is in one slice of each kind.
    let mut plays: BTreeMap<&str, usize> = BTreeMap::new();
    for slice in &found.slices {
        *plays.entry(&slice.kind).or_default() += slice.plays;
    }
    let kinds: Vec<(&str, usize)> = plays.into_iter().collect();
    let all = rows.len();
    assert_eq!(kinds, [("heard in training", all), ("scene", all), ("segment", all)]);
    let of = |name: &str| found.slices.iter().find(|s| s.name == name).map_or(0, |s| s.plays);
    let cold = rows.iter().filter(|row| !heard.song(&CATALOGUE, SongId(row.song))).count();
    assert_eq!(of("artist only") + of("neither"), cold);
    assert!(cold > 100, "{cold}");

    // Who is left out is not judged by.
    let first = log.listeners(0).unwrap();
    let first = first.iter().find(|l| log.manifest().splits.listener(&l.name) == Split::Test);
    let first = first.unwrap();
    let fewer = evaluator.evaluate(&test, &|name| name == first.name, &|| {}).unwrap();
    assert_eq!(fewer.listeners, found.listeners - 1);
    assert_eq!(fewer.plays, found.plays - first.plays());
}

#[test]
fn later_sessions_are_judged_with_the_earlier_ones_as_their_past() {
    let device = model::device(Backend::default());
    let training = TrainingConfig {
        seed: 5,
        listeners: 50,
        test_listeners: 20,
        sessions: 2,
        rollouts: 1,
        ..TrainingConfig::default()
    };
    let trained = Dataset::simulate(&CATALOGUE, &training, Split::Train, &|| {});
    let later = Dataset::simulate(&CATALOGUE, &training, Split::Later, &|| {});
    assert_eq!(later.listeners.len(), 20);
    for (later, trained) in later.listeners.iter().zip(&trained.listeners) {
        assert_eq!(later.known, trained.rows.len());
        assert!(!later.fresh().is_empty());
        let alike = |(a, b): (&melody_lab::data::Row, &melody_lab::data::Row)| {
            a.known_alike(b) && a.went_alike(b)
        };
        assert!(later.rows.iter().zip(&trained.rows).all(alike));
    }
    let config = small();
    let network = Network::new(&config, 4, &device);
    let judge = Judge { network: &network, shape: &config, catalogue: &CATALOGUE, device: &device };
    let predicted = predict(judge, &later);
    assert_eq!(predicted.len(), later.plays());
    assert!(predicted.iter().flatten().all(|p| p.is_finite() && *p > 0.0));
}
