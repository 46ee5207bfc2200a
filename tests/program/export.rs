//! What is exported for other tools: the estimates that anybody makes of it are those of `melody ope`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::log::written;
use melody::ltr::Ranker;
use melody_recommender::ranking::feature_names;
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;

fn melody(arguments: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_melody")).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap_or(-1), text(&out.stdout), text(&out.stderr))
}

/// Runs a command that must go well.
fn said(arguments: &[&str]) -> String {
    let (code, out, err) = melody(arguments);
    assert_eq!(code, 0, "{arguments:?}: {err}");
    out
}

/// Sessions of two listeners, traced.
fn traced(folder: &Path) -> PathBuf {
    let trace = folder.join("trace.jsonl");
    let scripts = ["streak", "subscriber", "guardrail", "near-line"];
    let scripts = scripts.map(|name| format!("tests/sessions/{name}.toml"));
    let mut arguments = vec!["replay"];
    arguments.extend(scripts.iter().map(String::as_str));
    arguments.extend(["--trace", trace.to_str().unwrap()]);
    said(&arguments);
    trace
}

/// A row of a CSV file, by the names of its columns.
type Row = BTreeMap<String, String>;

/// What a target policy does: the probability of an arm at a decision.
type Target = Box<dyn Fn(&Row, usize) -> f64>;

/// A CSV file's rows, by the names of its columns.
fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn number(row: &Row, name: &str) -> f64 {
    row[name].parse().unwrap_or_else(|_| panic!("{name} is {}", row[name]))
}

/// IPS, SNIPS and DR of a target, worked out of nothing but the exported columns.
fn estimates(rows: &[Row], target: &dyn Fn(&Row, usize) -> f64) -> [f64; 3] {
    let arms = (0..).take_while(|k| rows[0].contains_key(&format!("propensity_{k}"))).count();
    let (mut ips, mut weights, mut dr) = (0.0, 0.0, 0.0);
    for row in rows {
        let taken: usize = row["item_id"].parse().unwrap();
        let expected = |k: usize| number(row, &format!("expected_{k}"));
        let (reward, weight) =
            (number(row, "click"), target(row, taken) / number(row, "propensity_score"));
        ips += weight * reward;
        weights += weight;
        let total: f64 = (0..arms).map(|k| target(row, k)).sum();
        let direct: f64 = (0..arms).map(|k| target(row, k) * expected(k)).sum::<f64>() / total;
        dr += direct + weight * (reward - expected(taken));
    }
    let n = rows.len() as f64;
    [ips / n, ips / weights, dr / n]
}

/// Who hears every song out, by these seeds: they all earn the same, decision by decision.
fn heard_out(folder: &Path, seeds: &[u64]) -> PathBuf {
    let trace = folder.join("heard-out.jsonl");
    let script = |seed: &u64| {
        let path = folder.join(format!("{seed}.toml"));
        let finish = "[[steps]]\ndo = \"play\"\nratio = 1.0\n".repeat(7);
        let head = format!("format = 1\nname = \"{seed}\"\n[session]\n");
        let text = format!("{head}profile = \"casual-listener\"\nseed = {seed}\n{finish}");
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let scripts: Vec<String> = seeds.iter().map(script).collect();
    let mut arguments = vec!["replay"];
    arguments.extend(scripts.iter().map(String::as_str));
    arguments.extend(["--trace", trace.to_str().unwrap()]);
    said(&arguments);
    trace
}

#[test]
fn sessions_that_earned_the_same_are_no_copies_of_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let trace = heard_out(folder.path(), &[11, 12, 13, 14]);
    let report = said(&["ope", trace.to_str().unwrap(), "--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["sessions"], 4, "{report}");
}

#[test]
fn a_context_that_no_listener_can_be_in_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let trace = heard_out(folder.path(), &[11]);
    let text = std::fs::read_to_string(&trace).unwrap();
    let spoilt = |place: usize, value: f64| {
        let lines = text.lines().map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            if let Some(feature) = line.pointer_mut(&format!("/bandit/decided/context/{place}")) {
                *feature = value.into();
            }
            line.to_string() + "\n"
        });
        let path = folder.path().join("spoilt.jsonl");
        std::fs::write(&path, lines.collect::<String>()).unwrap();
        let (code, _, err) = melody(&["ope", path.to_str().unwrap()]);
        assert_eq!(code, 2, "{err}");
        err
    };
    let err = spoilt(1, 1e200);
    assert!(err.contains("bandit.decided.context: a feature is out of range"), "{err}");
    assert!(err.contains("spoilt.jsonl:2"), "{err}");
    let err = spoilt(0, 2.0);
    assert!(err.contains("its first feature is not 1"), "{err}");
}

#[test]
fn whoever_reads_the_exported_decisions_estimates_as_ope_does() {
    let folder = tempfile::tempdir().unwrap();
    let trace = traced(folder.path());
    let (trace, out) = (trace.to_str().unwrap(), folder.path().join("obd"));
    // A copy of a session counts once, and that it is there is said.
    let copy = folder.path().join("copy.jsonl");
    std::fs::copy(trace, &copy).unwrap();
    let (copy, into) = (copy.to_str().unwrap(), out.to_str().unwrap());
    let told = said(&["trace", "export", trace, copy, "--as", "open-bandit", "--out", into]);
    assert!(told.starts_with("left out: 4 sessions"), "{told}");
    let report: Value = serde_json::from_str(&said(&["ope", trace, "--json", "--all"])).unwrap();
    let rows = rows(&out.join("bts/all/all.csv"));
    assert_eq!(rows.len() as u64, report["decisions"].as_u64().unwrap());
    assert!(rows.len() >= 5, "{}", rows.len());
    let arms = report["rows"].as_array().unwrap();
    let always =
        arms.iter().filter(|row| row["policy"].as_str().unwrap().starts_with("always ")).count();
    let mut compared = 0;
    for row in arms {
        let policy = row["policy"].as_str().unwrap();
        let place = arms.iter().filter(|r| r["policy"].as_str().unwrap().starts_with("always "));
        let place = place.clone().position(|r| r["policy"] == row["policy"]);
        let target: Target = match policy {
            "as logged" => Box::new(|row, k| number(row, &format!("propensity_{k}"))),
            "uniform" => Box::new(move |_, _| 1.0 / always as f64),
            _ => match place {
                Some(arm) => Box::new(move |_, k| if k == arm { 1.0 } else { 0.0 }),
                None => continue,
            },
        };
        let found = estimates(&rows, &*target);
        for (estimator, found) in ["ips", "snips", "dr"].into_iter().zip(found) {
            let all = row["estimates"].as_array().unwrap();
            let Some(told) = all.iter().find(|e| e["estimator"] == estimator) else { continue };
            let told = told["value"].as_f64().unwrap();
            assert!((told - found).abs() < 1e-9, "{policy}, {estimator}: {told} and {found}");
            compared += 1;
        }
    }
    assert!(compared >= 12, "{compared}");
}

#[test]
fn an_open_bandit_log_is_weighed_as_the_traces_it_came_of() {
    let folder = tempfile::tempdir().unwrap();
    let trace = traced(folder.path());
    let (trace, out) = (trace.to_str().unwrap(), folder.path().join("obd"));
    let into = out.to_str().unwrap();
    said(&["trace", "export", trace, "--as", "open-bandit", "--out", into]);
    let report = |path: &str| -> Value {
        serde_json::from_str(&said(&["ope", path, "--json", "--all"])).unwrap()
    };
    let (of_traces, of_rows) = (report(trace), report(into));
    let known = of_traces["rows"].as_array().unwrap();
    let mut compared = 0;
    for row in of_rows["rows"].as_array().unwrap() {
        let same = known.iter().find(|other| other["policy"] == row["policy"]).unwrap();
        for estimate in row["estimates"].as_array().unwrap() {
            let all = same["estimates"].as_array().unwrap();
            let other = all.iter().find(|e| e["estimator"] == estimate["estimator"]).unwrap();
            let (a, b) = (&estimate["value"], &other["value"]);
            assert!((a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-9, "{row} {other}");
            compared += 1;
        }
    }
    assert!(compared >= 9, "{compared}");
    let told = said(&["ope", into]);
    assert!(told.contains("SNIPS") && told.contains("cannot be told"), "{told}");
    let (code, _, err) = melody(&["ope", into, trace]);
    assert!(code == 2 && err.contains("name it alone"), "{code}: {err}");
}

#[test]
fn costs_are_within_the_range_that_explorers_want() {
    let folder = tempfile::tempdir().unwrap();
    let trace = traced(folder.path());
    let trace = trace.to_str().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let said = [("vw-dsjson", "d.json"), ("vw-cb-adf", "d.txt")]
        .map(|(form, name)| said(&["trace", "export", trace, "--as", form, "--out", &at(name)]));
    let told = said[0].lines().last().unwrap();
    let parts: Vec<f64> =
        told.split([' ', '=', '*']).filter_map(|word| word.parse().ok()).collect();
    let [best, range] = parts[..] else { panic!("{told}") };
    let lines = std::fs::read_to_string(at("d.json")).unwrap();
    let text = std::fs::read_to_string(at("d.txt")).unwrap();
    let labels: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("0:"))
        .map(|line| line.split([':', ' ']).collect())
        .collect();
    assert_eq!(labels.len(), lines.lines().count());
    let mut costs = Vec::new();
    for (line, label) in lines.lines().zip(&labels) {
        let line: Value = serde_json::from_str(line).unwrap();
        let of = |name: &str| line[name].as_f64().unwrap();
        let cost = of("_label_cost");
        assert!((0.0..=1.0).contains(&cost), "{cost}");
        assert!((of("reward") - (best - range * cost)).abs() < 1e-9);
        assert_eq!(of("_label_probability"), line["p"][0].as_f64().unwrap());
        assert_eq!(line["_label_Action"], line["a"][0]);
        assert_eq!((label[1].parse(), label[2].parse()), (Ok(cost), Ok(of("_label_probability"))));
        costs.push(cost);
    }
    assert!(costs.contains(&0.0) && costs.contains(&1.0), "{costs:?}");
}

#[test]
fn tables_hold_a_row_for_each_play_and_each_place_shown() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let trace = traced(folder.path());
    let out = |name: &str| at(name).to_str().unwrap().to_string();
    let traces: Vec<Value> = std::fs::read_to_string(&trace)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ended = traces.iter().filter(|step| step["ended"].is_object()).count();
    let shown: usize = traces.iter().filter_map(|step| Some(step["queue"].as_array()?.len())).sum();
    let trace = trace.to_str().unwrap();
    for (form, count) in [("plays", ended), ("impressions", shown)] {
        let csv = out(&format!("{form}.csv"));
        let said = said(&["trace", "export", trace, "--as", form, "--out", &csv]);
        assert!(said.ends_with(&format!(": {count} {form}\n")), "{said}");
        assert_eq!(rows(Path::new(&csv)).len(), count);
        self::said(&[
            "trace",
            "export",
            trace,
            "--as",
            form,
            "--out",
            &out(&format!("{form}.parquet")),
        ]);
        let parquet =
            SerializedFileReader::new(File::open(at(&format!("{form}.parquet"))).unwrap());
        assert_eq!(parquet.unwrap().get_row_iter(None).unwrap().count(), count);
    }
    // A durable log knows of the same plays.
    let log = written(folder.path());
    said(&["log", "export", log.to_str().unwrap(), "--as", "plays", "--out", &out("log.csv")]);
    assert!(
        rows(&at("log.csv")).iter().all(|row| number(row, "ended_ms") > number(row, "began_ms"))
    );
    let (code, _, told) = melody(&[
        "log",
        "export",
        log.to_str().unwrap(),
        "--as",
        "plays",
        "--out",
        &out("log.csv"),
    ]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("there is something else already"), "{told}");
}

#[test]
fn a_training_log_becomes_a_table_and_atomic_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    said(&["log", "simulate", "--out", &at("log"), "--listeners", "6", "--sessions", "2"]);
    let told = said(&["log", "export", &at("log"), "--as", "plays", "--out", &at("plays.csv")]);
    let table = rows(Path::new(&at("plays.csv")));
    assert!(told.contains(&format!("{} plays", table.len())), "{told}");
    assert!(table.iter().all(|row| number(row, "true_completion") <= 1.0));
    let listeners: BTreeSet<&String> = table.iter().map(|row| &row["listener"]).collect();
    assert_eq!(listeners.len(), 6);
    let told = said(&["log", "export", &at("log"), "--as", "recbole", "--out", &at("mine")]);
    assert!(
        told.contains(&format!("{} plays", table.len())) && told.contains("by 6 listeners"),
        "{told}"
    );
    let read = |ending: &str| std::fs::read_to_string(at(&format!("mine/mine.{ending}"))).unwrap();
    assert_eq!(read("inter").lines().count(), table.len() + 1);
    assert!(read("inter").starts_with("user_id:token\titem_id:token\ttimestamp:float\t"));
    let songs: BTreeSet<&String> = table.iter().map(|row| &row["song"]).collect();
    assert_eq!(read("item").lines().count(), songs.len() + 1);
    assert_eq!(read("user").lines().count(), 7);
}

/// What a terminal shows that was sent all of a recording's output.
fn played(recording: &str) -> vt100::Parser {
    let lines = |count| std::num::NonZero::new(count).unwrap();
    let mut terminal = vt100::Parser::new(lines(40), lines(120), 0);
    for line in recording.lines().skip(1) {
        let event: Value = serde_json::from_str(line).unwrap();
        let written = event[2].as_str().unwrap();
        // The last output gives the terminal back.
        if event[1] == "o" && !written.ends_with("\u{1b}[?1049l") {
            terminal.process(written.as_bytes());
        }
    }
    terminal
}

#[test]
fn a_tour_is_recorded_the_same_each_time_and_plays_as_it_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let tour = at("tour.toml");
    std::fs::write(
        &tour,
        "format = 1\nname = \"short\"\n[session]\nprofile = \"explorer\"\nseed = 3\n\
         [[scenes]]\nview = \"stage\"\ncaption = { en = \"It begins.\" }\n\
         [[scenes]]\nview = \"stage\"\ncaption = { en = \"Two songs are skipped.\" }\n\
         [[scenes.steps]]\ndo = \"skip\"\n[[scenes.steps]]\ndo = \"skip\"\n",
    )
    .unwrap();
    let record = |name: &str, version: &str| {
        let (tour, out) = (tour.to_str().unwrap(), at(name));
        let out = Command::new(env!("CARGO_BIN_EXE_melody"))
            .args(["demo", tour, "--record", out.to_str().unwrap(), "--asciicast", version])
            .env("TERM", "xterm-256color")
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        std::fs::read_to_string(at(name)).unwrap()
    };
    let [first, again, third] =
        [("a.cast", "2"), ("b.cast", "2"), ("c.cast", "3")].map(|(name, v)| record(name, v));
    assert!(first == again, "the same tour, another recording");
    let marks = first.lines().filter(|line| line.contains("\"m\"")).count();
    assert_eq!(marks, 2);
    let frames = first.lines().count();
    assert!(frames > 6, "{frames}");
    let shown = played(&first).screen().contents();
    assert!(shown.contains("Two songs are skipped."), "{shown}");
    assert_eq!(shown, played(&third).screen().contents());
    assert!(third.starts_with("{\"version\":3,"));
}

#[test]
fn the_shipped_ranker_goes_to_lightgbm_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let told = said(&["export", "lightgbm", "default", "--out", &at("model.txt")]);
    assert!(told.contains("240 trees over 57 features"), "{told}");
    said(&["import", "lightgbm", &at("model.txt"), "--out", &at("back.json")]);
    let features = feature_names();
    let shipped = std::fs::read_to_string("models/ltr/default.json").unwrap();
    let back = std::fs::read_to_string(at("back.json")).unwrap();
    let [shipped, back] = [shipped, back].map(|text| Ranker::parse("r", &text, &features).unwrap());
    // Rows all over where features lie, the same whenever this runs.
    let value = |place: usize| ((place * 7919) % 2003) as f32 / 1000.0 - 0.5;
    for number in 0..200 {
        let row: Vec<f32> =
            (0..features.len()).map(|i| value(number * features.len() + i)).collect();
        let (a, b) = (shipped.score(&row), back.score(&row));
        assert!((a - b).abs() < 1e-6, "row {number}: {a} and {b}");
    }
}

#[test]
fn a_model_becomes_three_graphs_once_and_what_is_no_model_none() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("graphs");
    let into = out.to_str().unwrap();
    let told = said(&["export", "onnx", "default", "--out", into]);
    assert!(told.contains("songs.onnx, encode.onnx and score.onnx of default"), "{told}");
    for name in ["songs", "encode", "score"] {
        let bytes = std::fs::read(out.join(format!("{name}.onnx"))).unwrap();
        // A field of a number, 8: the version of the form; then who wrote it.
        assert_eq!(&bytes[..10], b"\x08\x08\x12\x06melody", "{name}");
    }
    let (code, _, told) = melody(&["export", "onnx", "default", "--out", into]);
    assert!(code == 2 && told.contains("songs.onnx: no graph is written"), "{told}");
    let (code, _, told) = melody(&["export", "onnx", "README.md", "--out", into]);
    assert!(code == 2 && told.contains("README.md: is a file, not a model folder"), "{told}");
}
