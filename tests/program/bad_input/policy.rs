//! A policy file, named by a script or on the command line.

use crate::bad_input::bench::{Bench, Edit, POLICY, edited};

const REPLAY: [&str; 2] = ["replay", "session.toml"];

const EDITS: &[Edit] = &[
    ("@mixing.queue", "= 12", "queue", "not valid TOML"),
    ("[mixing]", "[mixing", "(syntax)", "not valid TOML"),
    ("\nwindow = ", "\n¶windwo = ", "mixing.windwo", "did you mean `window`?"),
    ("[guardrail]", "[gaurdrail]", "gaurdrail", "did you mean `guardrail`?"),
    ("@mixing.window", "\"ten\"", "mixing.window", "invalid type"),
    ("@mixing.window", "-10", "mixing.window", "invalid value"),
    ("@mixing.at_most", "1000", "mixing.at_most", "do not fit a window of"),
    ("@mixing.spacing", "0", "mixing.spacing", "outside"),
    ("@mixing.per_song", "4", "mixing.per_song", "conflicts with mixing.per_campaign = 3"),
    ("@diversity.method", "\"mrm\"", "diversity.method", "mmr"),
    ("@mixing.queue", "0", "mixing.queue", "outside"),
    ("@previews.seconds", "0", "previews.seconds", "outside"),
    ("@mixing.queue", "101", "mixing.queue", "outside"),
    ("@mixing.least_interest", "nan", "mixing.least_interest", "outside"),
    ("@fusion.epsilon", "inf", "fusion.epsilon", "outside"),
    ("@ranking.scorer", "\"lrt\"", "ranking.scorer", "did you mean `ltr`?"),
    ("@ranking.ranker", "\"\"", "ranking.ranker", "a text is needed"),
    (
        "[interest]\ncompletion = ",
        "[interest]\ncompletion = 0.999 # ",
        "interest",
        "the weights sum to",
    ),
    ("@interest.completion", "-nan", "interest.completion", "outside"),
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
        "@name = \"new\"|weights",
        "{ alpha = -1.1, beta = 0.05, gamma = 0.05 }",
        "segments[1].weights",
        "the user comes first",
    ),
    (
        "@name = \"new\"|weights",
        "{ alpha = 1.0, beta = 0.0, gamma = 0.0 }",
        "segments[1].weights.alpha",
        "2.185 (with fusion.weights) is outside 0 to 2",
    ),
    (
        "@fusion.weights",
        "{ alpha = 0.2, beta = 0.2, gamma = 0.1 }",
        "fusion.weights",
        "the user comes first",
    ),
    (
        "@name = \"new\"|when",
        "{ tenure_days = { below = 3, at_least = 9 } }",
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
    ("@bandit.algorithm", "\"thomson\"", "bandit.algorithm", "did you mean `thompson`?"),
    ("@bandit.uniform", "1.5", "bandit.uniform", "outside 0 to 1"),
    ("@bandit.ridge", "0.0", "bandit.ridge", "outside"),
    ("@bandit.every", "0", "bandit.every", "outside"),
    ("@bandit.commercial_weight", "9.9", "bandit.commercial_weight", "the user comes first"),
    ("name = \"light\"", "name = \"none\"", "bandit.arms[1].name", "appears twice"),
    ("@name = \"light\"|ratio", "5", "bandit.arms[1].ratio", "outside 0 to 1"),
    ("@guardrail.false_alarms", "0.0", "guardrail.false_alarms", "outside"),
    ("@guardrail.shortfall", "1.0", "guardrail.shortfall", "outside"),
    ("@guardrail.usual", "{ completed = 0.7, early = 0.4 }", "guardrail.usual", "not be over 1"),
    ("@guardrail.cap_step", "9223372036854775807", "guardrail.cap_step", "outside"),
    ("@guardrail.levels", "4294967296", "guardrail.levels", "invalid"),
    ("@near_line.lag", "0", "near_line.lag", "outside"),
    ("@near_line.learning_rate", "1e400", "near_line.learning_rate", "overflowed"),
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
    let refuses = |from: &str, to: &str, says: &[&str]| {
        bench.write("policy.toml", edited(POLICY, from, to).0);
        bench.refuses(&REPLAY, &[&["policy.toml:"], says].concat());
    };
    refuses("\nuniform = ", "\n# ", &[": bandit.uniform: missing field"]);
    let subscriber = "\nweights = { alpha = 0.5";
    refuses(subscriber, "\n# { alpha = 0.5", &[": segments[0].weights: missing field"]);
    let condition = "0.0\nwhen = { tenure_days = { below = 3 } }";
    let last = "@name = \"balanced\"|novelty";
    refuses(last, condition, &[": appetites[2]: the last appetite must have no conditions"]);
}

/// Where one part does not fit another, the part that has to change is named.
#[test]
fn parts_that_do_not_fit() {
    let bench = Bench::new();
    bench.write("policy.toml", edited(POLICY, "@mixing.queue", "100").0);
    bench.refuses(&REPLAY, &["policy.toml:", ": candidates: ", "at least three queues"]);
    let conflicts = |from: &str, to: &str, field: &str, with: &str| {
        bench.write("policy.toml", edited(POLICY, from, to).0);
        bench.refuses(&REPLAY, &["policy.toml:", &format!(": {field}: "), with]);
    };
    let spacing = "conflicts with mixing.spacing = 9 and mixing.window = 10";
    conflicts("@mixing.spacing", "9", "mixing.at_most", spacing);
    let cap = "conflicts with mixing.at_most = 2 in mixing.window = 11";
    conflicts("@mixing.window", "11", "bandit.arms[4].ratio", cap);
    conflicts("@mixing.per_day", "0", "bandit.arms[1].ratio", "mixing.per_day = 0 allows none");
    let looser = "0.0\nmixing = { at_most = 3 }";
    conflicts("@scenes.workout.novelty", looser, "scenes.workout.mixing.at_most", "looser");
}

#[test]
fn a_policy_on_the_command_line() {
    let bench = Bench::new();
    let with = |policy| ["replay", "session.toml", "--policy", policy];
    bench.accepts(&with("default"));
    bench.write("mine.toml", edited(POLICY, "@mixing.window", "nan").0);
    bench.refuses(&with("mine.toml"), &["mine.toml:", ": mixing.window: "]);
    bench.refuses(&with("mime.toml"), &["mime.toml: policy: ", "`mime.toml`"]);
    bench.refuses(&with("defualt"), &["did you mean `default`?"]);
}
