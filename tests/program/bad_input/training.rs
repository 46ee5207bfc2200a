//! A training config.

use crate::bad_input::bench::{Bench, Edit};

const CONFIG: &str = "seed = 3
listeners = 50
test_listeners = 20
epochs = 1
learning_rate = 0.002

[objective]
scheme = \"staged\"
pretrain = 0.15

[objective.weights]
interest = 1.0
subscription = 0.5
exposure = 0.3

[network]
d_model = 64
heads = 4
sharing = \"mmoe\"
song_buckets = 16384
d_id = 8
";

const EDITS: &[Edit] = &[
    ("epochs = 1", "epochs == 1", "epochs", "not valid TOML"),
    ("epochs = 1", "epoch = 1", "epoch", "did you mean `epochs`?"),
    ("epochs = 1", "epochs = 0", "epochs", "outside"),
    ("epochs = 1", "epochs = \"one\"", "epochs", "invalid type"),
    ("listeners = 50", "listeners = 5", "listeners", "outside"),
    ("learning_rate = 0.002", "learning_rate = nan", "learning_rate", "outside"),
    ("learning_rate = 0.002", "learning_rate = inf", "learning_rate", "outside"),
    (
        "learning_rate = 0.002",
        "learning_rate = 0.002\n¶without = [\"atention\"]",
        "without[0]",
        "did you mean `attention`?",
    ),
    ("scheme = \"staged\"", "scheme = \"stagd\"", "objective.scheme", "did you mean `staged`?"),
    ("pretrain = 0.15", "pretrain = 2", "objective.pretrain", "outside 0 to 1"),
    ("exposure = 0.3", "exposure = -0.3", "objective.weights.exposure", "outside"),
    ("exposure = 0.3", "", "objective.weights.exposure", "missing field"),
    ("heads = 4", "heads = 5", "network.heads", "do not divide"),
    ("heads = 4", "heads = 0", "network.heads", "outside"),
    ("d_model = 64", "d_model = 4097", "network.d_model", "outside"),
    ("sharing = \"mmoe\"", "sharing = \"mnoe\"", "network.sharing", "did you mean `mmoe`?"),
    (
        "song_buckets = 16384\nd_id = 8",
        "song_buckets = 16777216\nd_id = 256",
        "network.song_buckets",
        "parameters",
    ),
    ("seed = 3", "seed = 3\n¶seed = 4", "seed", "not valid TOML"),
];

#[test]
fn the_training_config() {
    let bench = Bench::new();
    let train = ["train", "--out", "mine", "--config", "training.toml"];
    bench.write("training.toml", CONFIG);
    for &(from, to, field, says) in EDITS {
        let (broken, line) = crate::bad_input::bench::edited(CONFIG, from, to);
        bench.write("training.toml", broken);
        // A value that is missing is told where its table begins.
        let place = if says == "missing field" {
            "training.toml:".into()
        } else {
            format!("training.toml:{line}: ")
        };
        bench.refuses(&train, &[&place, &format!(": {field}: "), says]);
    }
    bench.write("training.toml", CONFIG);
    bench.refuses_what_is_no_text("training.toml", &train);
}
