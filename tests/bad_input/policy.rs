//! A policy file, named by a script or on the command line.

use crate::bench::{Bench, Edit, POLICY};

const REPLAY: [&str; 2] = ["replay", "session.toml"];

const EDITS: &[Edit] = &[
    ("queue = 12 ", "queue = = 12 ", "queue", "not valid TOML"),
    ("[mixing]", "[mixing", "(syntax)", "not valid TOML"),
    ("window = 10 ", "windwo = 10 ", "mixing.windwo", "did you mean `window`?"),
    ("[guardrail]", "[gaurdrail]", "gaurdrail", "did you mean `guardrail`?"),
    ("window = 10 ", "window = \"ten\" ", "mixing.window", "invalid type"),
    ("window = 10 ", "window = -10 ", "mixing.window", "invalid value"),
    ("at_most = 2 ", "at_most = 20 ", "mixing.at_most", "do not fit a window of 10"),
    ("spacing = 1 ", "spacing = 0 ", "mixing.spacing", "outside"),
    ("queue = 12 ", "queue = 0 ", "mixing.queue", "outside"),
    ("queue = 12 ", "queue = 101 ", "mixing.queue", "outside"),
    ("least_interest = 0.35", "least_interest = nan", "mixing.least_interest", "outside"),
    ("epsilon = 0.0005", "epsilon = inf", "fusion.epsilon", "outside"),
    (
        "[interest]\ncompletion = 0.45",
        "[interest]\ncompletion = 0.5",
        "interest",
        "the weights sum to 1.05, not 1",
    ),
    ("completion = 0.45", "completion = -nan", "interest.completion", "outside"),
    ("name = \"new\"", "name = \"subscriber\"", "segments[1].name", "appears twice"),
    ("name = \"new\"", "name = \"  \"", "segments[1].name", "a text is needed"),
    ("name = \"new\"", "name = \"\\u0007\"", "segments[1].name", "control character"),
    (
        "tier = [\"premium\"]",
        "tier = [\"premiun\"]",
        "segments[0].when.tier[0]",
        "did you mean `premium`?",
    ),
    ("tier = [\"premium\"]", "tier = []", "segments[0].when.tier", "names no tier"),
    (
        "alpha = 0.90, beta = 0.05",
        "alpha = 0.05, beta = 0.05",
        "segments[1].weights",
        "the user comes first",
    ),
    (
        "tenure_days = { below = 30 }",
        "tenure_days = { below = 3, at_least = 9 }",
        "segments[1].when.tenure_days",
        "no value",
    ),
    (
        "gamma_scores = \"diversity\"",
        "gamma_scores = \"diverse\"",
        "segments[0].gamma_scores",
        "diversity",
    ),
    ("[scenes.commute]", "[scenes.comute]", "scenes.comute", "did you mean `commute`?"),
    (
        "algorithm = \"thompson\"",
        "algorithm = \"thomson\"",
        "bandit.algorithm",
        "did you mean `thompson`?",
    ),
    ("uniform = 0.05", "uniform = 1.5", "bandit.uniform", "outside 0 to 1"),
    ("ridge = 1.0", "ridge = 0.0", "bandit.ridge", "outside"),
    ("every = 3 ", "every = 0 ", "bandit.every", "outside"),
    (
        "commercial_weight = 0.3",
        "commercial_weight = 0.9",
        "bandit.commercial_weight",
        "the user comes first",
    ),
    ("name = \"light\"", "name = \"none\"", "bandit.arms[1].name", "appears twice"),
    ("ratio = 0.05", "ratio = 5", "bandit.arms[1].ratio", "outside 0 to 1"),
    ("release_above = 0.60", "release_above = 0.30", "guardrail.release_above", "flap"),
    ("cap_step = 1 ", "cap_step = 9223372036854775807 ", "guardrail.cap_step", "outside"),
    ("levels = 3", "levels = 4294967296", "guardrail.levels", "invalid"),
    ("popular = 120", "popular = 0", "candidates", "three queues"),
    ("lag = 2 ", "lag = 0 ", "near_line.lag", "outside"),
    ("learning_rate = 0.002", "learning_rate = 1e400", "near_line.learning_rate", "outside"),
    ("format = 1", "format = 9", "format", "only format 1"),
    ("format = 1\n", "format = 1\n¶format = 1\n", "format", "not valid TOML"),
];

#[test]
fn a_policy_the_script_names() {
    let bench = Bench::new();
    bench.accepts(&REPLAY);
    bench.refuses_edits("policy.toml", POLICY, &REPLAY, EDITS);
    bench.refuses_what_is_no_text("policy.toml", &REPLAY);
}

#[test]
fn parts_that_are_missing() {
    let bench = Bench::new();
    let refuses = |from: &str, to: &str, field: &str| {
        bench.write("policy.toml", POLICY.replacen(from, to, 1));
        bench.refuses(&REPLAY, &["policy.toml:", &format!(": {field}: "), "missing field"]);
    };
    refuses("uniform = 0.05", "#", "bandit.uniform");
    refuses("weights = { alpha = 0.80, beta = 0.10, gamma = 0.10 }", "", "segments[5].weights");
    let text = POLICY.replace(
        "[near_line]",
        "[[appetites]]\nname = \"x\"\nname_zh = \"x\"\nnovelty = 0\n[near_line]",
    );
    let when = text.replacen(
        "novelty = 0.0\n\n# What a scene",
        "novelty = 0.0\nwhen = { tenure_days = { below = 3 } }\n\n# What a scene",
        1,
    );
    bench.write("policy.toml", when);
    bench.accepts(&REPLAY);
    let open = POLICY.replacen(
        "novelty = 0.0\n\n# What a scene",
        "novelty = 0.0\nwhen = { tenure_days = { below = 3 } }\n\n# What a scene",
        1,
    );
    bench.write("policy.toml", open);
    bench.refuses(&REPLAY, &[": appetites: the last appetite must have no conditions"]);
}

#[test]
fn a_policy_on_the_command_line() {
    let bench = Bench::new();
    let with = |policy| ["replay", "session.toml", "--policy", policy];
    bench.accepts(&with("default"));
    bench.write("mine.toml", POLICY.replace("window = 10 ", "window = nan "));
    bench.refuses(&with("mine.toml"), &["mine.toml:", ": mixing.window: "]);
    bench.refuses(&with("mime.toml"), &["mime.toml:1: policy: ", "`mime.toml`"]);
    bench.refuses(&with("defualt"), &["did you mean `default`?"]);
}
