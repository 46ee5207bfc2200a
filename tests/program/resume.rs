//! A training that is killed at any moment and taken up again ends with the same bits.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use melody::rng::{Purpose, generator};
use rand::RngExt;

/// Small, and by the scheme that keeps the most on the way: weights, critics, their targets, two
/// optimisers, the best network so far, the multiplier.
const CONFIG: &str = concat!(
    r#"
listeners = 60
test_listeners = 20
sessions = 2
rollouts = 1
epochs = 4
batch = 3
warm_up = 10
validate_every = 11
checkpoint_every = 4
patience = 0
examples = 16

[objective]
scheme = "rmtl"

[objective.rmtl]
pretrain = 0.3
critics = 0.1

"#,
    include_str!("tiny_network.toml")
);

const KILLS: u64 = 20;

fn train(config: &Path, out: &Path, more: &[&str]) -> Command {
    let mut melody = Command::new(env!("CARGO_BIN_EXE_melody"));
    melody.args(["train", "--json", "--config"]).arg(config).arg("--out").arg(out).args(more);
    melody.stdout(Stdio::null()).stderr(Stdio::null());
    melody
}

fn training(config: &Path, out: &Path) -> Child {
    train(config, out, &[]).spawn().expect("the program starts")
}

/// Steps done by the checkpoint in a model's folder, if there is one.
fn checkpoint(model: &Path) -> Option<u64> {
    let text = fs::read_to_string(model.join("checkpoint/progress.toml")).ok()?;
    let saved: toml::Table = text.parse().ok()?;
    saved["checkpoint"]["step"].as_integer().map(|step| step as u64)
}

const NAMES: [&str; 3] = ["weights.safetensors", "model.toml", "steps.csv"];

/// What must not differ: the weights, what the model is, and what every step did.
fn ended(model: &Path) -> [Vec<u8>; 3] {
    NAMES.map(|name| fs::read(model.join(name)).unwrap_or_else(|e| panic!("{name}: {e}")))
}

#[test]
fn killed_at_any_step_and_resumed_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    fs::write(&config, CONFIG).unwrap();
    // Named alike, as the name is part of the model.
    let place = |run: u64| folder.path().join(run.to_string()).join("model");
    let whole = place(KILLS);
    assert!(training(&config, &whole).wait().unwrap().success());
    let wanted = ended(&whole);
    assert!(!whole.join("checkpoint").exists());
    let steps = String::from_utf8_lossy(&wanted[2]).lines().count() as u64 - 1;
    assert!(steps > 60, "{steps} steps are too few to be killed in");

    let mut rng = generator(9, Purpose::Training, 0);
    for run in 0..KILLS {
        let model = place(run);
        let mut child = training(&config, &model);
        // Once that many steps are behind it, and then at whatever it is doing, the writing of a
        // checkpoint too.
        let after = rng.random_range(0..steps * 7 / 10);
        let started = Instant::now();
        while checkpoint(&model).is_none_or(|step| step < after) {
            assert!(started.elapsed() < Duration::from_secs(120), "no checkpoint after {after}");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(rng.random_range(0..20_000)));
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success(), "run {run} was over before it was killed");
        assert!(!model.join("weights.safetensors").exists());

        assert!(training(&config, &model).wait().unwrap().success(), "run {run} is not taken up");
        for (name, (found, wanted)) in NAMES.iter().zip(ended(&model).iter().zip(&wanted)) {
            assert!(found == wanted, "run {run}, killed after step {after}: another {name}");
        }
    }
}

/// A training that was killed once it had a checkpoint.
fn interrupted(config: &Path, model: &Path, more: &[&str]) {
    let mut child = train(config, model, more).spawn().expect("the program starts");
    let started = Instant::now();
    while checkpoint(model).is_none() {
        assert!(started.elapsed() < Duration::from_secs(120), "no checkpoint");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What is said to a training that must not go on, nor panic.
fn refused(config: &Path, model: &Path, more: &[&str]) -> String {
    let output = train(config, model, more).stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

#[test]
fn a_checkpoint_of_another_config_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (config, model) = (folder.path().join("config.toml"), folder.path().join("model"));
    fs::write(&config, CONFIG).unwrap();
    interrupted(&config, &model, &[]);
    fs::write(&config, CONFIG.replace("batch = 3", "batch = 5")).unwrap();
    let said = refused(&config, &model, &[]);
    assert!(said.contains("made with another training config"), "{said}");
    assert!(checkpoint(&model).is_some(), "the checkpoint is still there");
}

#[test]
fn a_checkpoint_of_another_log_split_or_device_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (config, model) = (at("config.toml"), at("model"));
    fs::write(&config, CONFIG).unwrap();
    let [one, other] = ["one", "other"].map(|name| at(name).display().to_string());
    let melody = |arguments: &[&str]| {
        let mut melody = Command::new(env!("CARGO_BIN_EXE_melody"));
        assert!(melody.args(arguments).stdout(Stdio::null()).status().unwrap().success());
    };
    for (log, seed) in [(&one, "1"), (&other, "2")] {
        melody(&["log", "simulate", "--out", log, "--listeners", "60", "--seed", seed]);
    }
    interrupted(&config, &model, &["--log", &one]);
    let said = refused(&config, &model, &["--log", &other]);
    assert!(said.contains("made with another training log"), "{said}");
    let said = refused(&config, &model, &[]);
    assert!(said.contains("another training log") && said.contains("it is simulated"), "{said}");
    let said = refused(&config, &model, &["--log", &one, "--device", "ndarray"]);
    assert!(said.contains("made with another device"), "{said}");
    melody(&["log", "split", &one, "--split-seed", "9"]);
    let said = refused(&config, &model, &["--log", &one]);
    assert!(said.contains("made with another split of the log"), "{said}");
    // As it was, it goes on; but for a file that is not as it was written.
    melody(&["log", "split", &one]);
    let network = model.join("checkpoint/network.bpk");
    let good = fs::read(&network).unwrap();
    fs::write(&network, &good[..good.len() / 2]).unwrap();
    let said = refused(&config, &model, &["--log", &one]);
    assert!(said.contains("network.bpk: not a whole checkpoint"), "{said}");
    fs::write(&network, &good).unwrap();
    assert!(train(&config, &model, &["--log", &one]).status().unwrap().success());
}

#[test]
fn one_training_at_a_time_is_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (config, model) = (folder.path().join("config.toml"), folder.path().join("model"));
    fs::write(&config, CONFIG).unwrap();
    let held = melody_core::output::Lock::hold(&model).unwrap();
    let said = refused(&config, &model, &[]);
    assert!(said.contains("model: another program is using it"), "{said}");
    assert!(!model.exists(), "and nothing is made");
    drop(held);
}
