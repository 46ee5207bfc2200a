//! A network that was trained without a part of it: judged as any other, and compared with the whole.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const CONFIG: &str = concat!(
    r#"
listeners = 50
test_listeners = 20
sessions = 2
rollouts = 1
epochs = 1
batch = 8
warm_up = 4
validate_every = 10
patience = 0
examples = 16
without = ["session", "attention"]

"#,
    include_str!("tiny_network.toml")
);

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let mut melody = Command::new(env!("CARGO_BIN_EXE_melody"));
    melody.args(arguments).arg("--json").current_dir(folder);
    let Output { status, stdout, stderr } = melody.output().expect("the program starts");
    assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
    serde_json::from_slice(&stdout).expect("it prints JSON")
}

#[test]
fn it_is_judged_as_any_other_and_its_card_says_what_it_lacks() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("config.toml"), CONFIG).unwrap();
    json(place.path(), &["train", "--config", "config.toml", "--out", "lacking"]);
    let read = |file: &str| fs::read_to_string(place.path().join("lacking").join(file)).unwrap();
    assert!(read("MODEL_CARD.md").contains("| trained without | attention, session |"));
    // Its layers are those of any network.
    assert!(!read("config.toml").contains("without"));
    let against = ["eval", "lacking", "--against", "default", "--listeners", "20"];
    let judged = json(place.path(), &against);
    assert!(judged["heads"].as_array().is_some_and(|heads| heads.len() > 3), "{judged}");
}

#[test]
fn the_parts_of_a_config_are_compared_one_by_one() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("config.toml"), CONFIG).unwrap();
    let compared = json(
        place.path(),
        &["train", "--compare", "--seeds", "1", "--config", "config.toml", "--out", "compared"],
    );
    let runs = compared["runs"].as_array().unwrap();
    let without: Vec<&Value> = runs.iter().map(|run| &run["variant"]["without"]).collect();
    assert_eq!(without, [&Value::Null, &"attention".into(), &"session".into()]);
    let auc = |run: &Value| run["heads"][0][1]["auc"].as_f64().unwrap();
    assert!(runs.iter().all(|run| auc(run) > 0.4));
    assert_ne!(auc(&runs[0]), auc(&runs[1]));
    assert_ne!(auc(&runs[0]), auc(&runs[2]));
}
