//! A model folder. What can be wrong inside the weights is tested with the model itself.

use std::path::Path;

use crate::bad_input::bench::{Bench, SCRIPT};

const REPLAY: [&str; 4] = ["replay", "session.toml", "--model", "model"];

const FILES: [&str; 6] = [
    "model.toml",
    "config.toml",
    "schema.toml",
    "weights.safetensors",
    "towers.safetensors",
    "examples.safetensors",
];

/// A bench with a copy of the default model.
fn bench() -> Bench {
    let bench = Bench::new();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/default");
    for name in FILES {
        bench.write(&format!("model/{name}"), std::fs::read(shipped.join(name)).unwrap());
    }
    bench
}

#[test]
fn texts_of_the_folder() {
    let bench = bench();
    bench.accepts(&REPLAY);
    for name in ["model.toml", "config.toml", "schema.toml"] {
        bench.refuses_what_is_no_text(&format!("model/{name}"), &REPLAY);
    }
    let edit = |name: &str, from: &str, to: &str, field: &str, says: &str| {
        let name = format!("model/{name}");
        let good = std::fs::read_to_string(bench.path(&name)).unwrap();
        let (broken, line) = crate::bad_input::bench::edited(&good, from, to);
        bench.write(&name, broken);
        bench.refuses(&REPLAY, &[&format!("{name}:{line}: {field}: "), says]);
        bench.write(&name, good);
    };
    edit("model.toml", "format = 1", "format = 2", "format", "only format 1");
    edit("model.toml", "weights_sha256 = \"", "weights_sha256 = \"0", "weights_sha256", "hash");
    edit("model.toml", "steps = ", "stepps = ", "stepps", "did you mean `steps`?");
    edit("model.toml", "name = ", "name = = ", "name", "not valid TOML");
    edit("config.toml", "\nheads = ", "\n¶heads = 7 # ", "heads", "do not divide");
    edit("config.toml", "layers = ", "layer = ", "layer", "did you mean `layers`?");
    edit("config.toml", "\nd_id = ", "\n¶d_id = nan # ", "d_id", "invalid type");
    edit("schema.toml", "format = 1", "format = 2", "format", "only format 1");
    edit("schema.toml", "\"energy\"", "\"enery\"", "song[1]", "enery");
}

/// Where lines mean nothing, the message names file and field.
#[test]
fn binary_files_of_the_folder() {
    let bench = bench();
    for name in FILES.into_iter().filter(|name| name.ends_with(".safetensors")) {
        let name = &format!("model/{name}")[..];
        let good = std::fs::read(bench.path(name)).unwrap();
        for broken in [&good[..good.len() / 2], &good[..4], b"GARBAGE, AND MORE OF IT", &[0xff; 64]]
        {
            bench.write(name, broken);
            bench.refuses(&REPLAY, &[name, ": (header): ", "not a safetensors file"]);
        }
        bench.write(name, "");
        bench.refuses(&REPLAY, &[name, "(whole file): the file is empty"]);
        bench.remove(name);
        bench.refuses(&REPLAY, &[name, ": no such file"]);
        std::fs::create_dir(bench.path(name)).unwrap();
        bench.refuses(&REPLAY, &[name, ": is a folder"]);
        bench.remove(name);
        bench.write(name, good);
    }
    // The two files in each other's place.
    let [weights, examples] = ["model/weights.safetensors", "model/examples.safetensors"];
    bench.write(weights, std::fs::read(bench.path(examples)).unwrap());
    bench.refuses(&REPLAY, &[weights, "the tensor is missing"]);
}

#[test]
fn the_folder_itself() {
    let bench = bench();
    let with = |model| ["replay", "session.toml", "--model", model];
    bench.refuses(&with("nowhere"), &["nowhere: model: "]);
    bench.refuses(&with("defalt"), &["did you mean `default`?"]);
    bench.refuses(&with("policy.toml"), &["policy.toml: is a file, not a model folder"]);
    bench.refuses(&with("catalogue"), &["model.toml: no such file"]);
    bench.write("session.toml", SCRIPT.replace("seed = 1", "seed = 1\nmodel = \"modle\""));
    bench.refuses(&["replay", "session.toml"], &["session.toml:8: session.model: "]);
}
