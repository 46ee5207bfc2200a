//! The config file of the terminal program.

use crate::bad_input::bench::{Bench, Edit};

const CHECK: [&str; 1] = ["config"];
const NAME: &str = "home/melody/config.toml";
pub(super) const CONFIG: &str = r#"theme = "dusk"
lang = "zh"
ascii = "auto"
motion = "off"
mouse = "on"
speed = 4
profile = "../../profile.toml"
scene = "focus"
seed = 12
policy = "../../policy.toml"
model = "default"
catalogue = "../../catalogue"
device = "flex"
"#;

const EDITS: &[Edit] = &[
    ("theme = ", "theem = ", "theem", "did you mean `theme`?"),
    ("\"dusk\"", "\"dsuk\"", "theme", "did you mean `dusk`?"),
    ("\"dusk\"", "\"themes/none.toml\"", "theme", "no file is there"),
    ("\"dusk\"", "3", "theme", "invalid type"),
    ("\"zh\"", "\"cn\"", "lang", "unknown word `cn`"),
    ("\"auto\"", "\"atuo\"", "ascii", "did you mean `auto`?"),
    ("\"off\"", "false", "motion", "invalid type"),
    ("\"off\"", "\"auto\"", "motion", "valid here: on, off"),
    ("mouse = \"on\"", "mouse = \"\"", "mouse", "unknown word"),
    ("speed = 4", "speed = 3", "speed", "speeds are 0.5, 1, 2"),
    ("speed = 4", "speed = nan", "speed", "speeds are"),
    ("speed = 4", "speed = \"4x\"", "speed", "invalid type"),
    ("../../profile.toml", "profile.toml", "profile", "no file is there"),
    ("../../profile.toml", "comuter", "profile", "did you mean `commuter`?"),
    ("\"focus\"", "\"focsu\"", "scene", "did you mean `focus`?"),
    ("seed = 12", "seed = -1", "seed", "invalid value"),
    ("../../policy.toml", "defualt", "policy", "did you mean `default`?"),
    ("\"default\"", "\"nowhere\"", "model", "no file is there"),
    ("../../catalogue", "catalogue", "catalogue", "no file is there"),
    ("\"flex\"", "\"felx\"", "device", "did you mean `flex`?"),
    ("seed = 12", "seed = 12\n¶seed = 13", "seed", "not valid TOML"),
    ("seed = 12", "seed 12", "(syntax)", "not valid TOML"),
];

#[test]
fn config_toml() {
    let bench = Bench::new();
    bench.accepts(&CHECK);
    bench.write(NAME, CONFIG);
    bench.accepts(&CHECK);
    bench.refuses_edits(NAME, CONFIG, &CHECK, EDITS);
}

#[test]
fn several_problems_are_told_at_once() {
    let bench = Bench::new();
    bench.write(NAME, "lang = \"cn\"\nspeed = 3\npolicy = \"x\"\n");
    bench.refuses(&CHECK, &["toml:1: lang", "toml:2: speed", "toml:3: policy"]);
}

#[test]
fn flags_that_name_nothing() {
    let bench = Bench::new();
    bench.refuses(&["config", "--theme", "drak"], &["drak: theme: ", "did you mean `dark`?"]);
    bench.refuses(&["config", "--policy", "defalt"], &["policy: ", "did you mean `default`?"]);
}

#[test]
fn what_is_no_text() {
    let bench = Bench::new();
    bench.write(NAME, "");
    bench.refuses(&CHECK, &[&format!("{NAME}:1: (whole file): the file is empty")]);
    bench.write(NAME, b"seed = 1\n\xff\xfe");
    bench.refuses(&CHECK, &[&format!("{NAME}:2: (whole file): not a text file")]);
    bench.remove(NAME);
    std::fs::create_dir(bench.path(NAME)).unwrap();
    bench.refuses(&CHECK, &[&format!("{NAME}: is a folder")]);
}
