//! Feedback at rest: logs as a data set of Parquet, and either of them as a training log.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use serde_json::Value;

/// What the sessions below are played by.
const PROFILES: [&str; 6] =
    ["explorer", "casual-listener", "enthusiast", "likely-payer", "subscriber", "new-listener"];
const DAY: &str = "2026-11-30";

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

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&said(arguments)).unwrap()
}

/// A folder with logs of short sessions.
struct Place(tempfile::TempDir, Vec<String>);

impl Place {
    fn played() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut scripts = Vec::new();
        for (number, profile) in PROFILES.into_iter().enumerate() {
            let script = folder.path().join(format!("{profile}.toml"));
            let text = format!(
                "format = 1\nname = \"{profile}\"\n[session]\nprofile = \"{profile}\"\nseed = {number}\n\
                 [[steps]]\ndo = \"autopilot\"\nsongs = 8\n[[steps]]\ndo = \"search\"\nartist = \"Wolf Kitchen\"\n\
                 [[steps]]\ndo = \"autopilot\"\nsongs = 3\n"
            );
            fs::write(&script, text).unwrap();
            scripts.push(script.display().to_string());
        }
        let logs = folder.path().join("logs").display().to_string();
        let mut arguments = vec!["replay", "--log", &logs];
        arguments.extend(scripts.iter().map(String::as_str));
        said(&arguments);
        let logs = PROFILES.map(|profile| format!("{logs}/{profile}.jsonl"));
        Place(folder, logs.into())
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// A command with all logs.
    fn with_logs<'a>(&'a self, before: &[&'a str], after: &[&'a str]) -> Vec<&'a str> {
        let logs = self.1.iter().map(String::as_str);
        before.iter().copied().chain(logs).chain(after.iter().copied()).collect()
    }
}

fn reader(path: &Path) -> SerializedFileReader<File> {
    SerializedFileReader::new(File::open(path).unwrap()).unwrap()
}

fn rows(path: &Path) -> u64 {
    reader(path).metadata().file_metadata().num_rows() as u64
}

/// The only part of a table.
fn part(set: &str, table: &str) -> PathBuf {
    Path::new(set).join(format!("{table}/day={DAY}/part-0.parquet"))
}

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())
    };
    let mut files: Vec<(String, Vec<u8>)> = entries.map(read).collect();
    files.sort();
    files
}

#[test]
fn a_data_set_has_what_log_show_tells() {
    let place = Place::played();
    let set = place.at("set");
    let after = ["--as", "parquet", "--day", DAY, "--out", &set];
    let told = json(&place.with_logs(&["log", "export"], &[&after[..], &["--json"]].concat()));
    let (mut expected, mut searches) = ([0; 4], 0);
    for log in &place.1 {
        let shown = json(&["log", "show", log, "--json"]);
        let steps = shown["steps"].as_array().unwrap();
        let ended = steps.iter().filter(|step| !step["ended"].is_null()).count();
        searches += steps.iter().filter(|step| step["event"]["do"] == "search").count();
        searches += steps.iter().filter(|step| step["event"]["action"]["do"] == "search").count();
        let places = steps.iter().map(|step| step["impressions"].as_array().unwrap().len());
        let records = fs::read_to_string(log).unwrap().lines().count();
        let own = [1, records, ended, places.sum::<usize>()];
        expected.iter_mut().zip(own).for_each(|(all, own)| *all += own as u64);
    }
    for (table, rows_of) in ["sessions", "events", "plays", "impressions"].into_iter().zip(expected)
    {
        assert_eq!(told[table], rows_of, "{table}");
        assert_eq!(rows(&part(&set, table)), rows_of, "{table}");
        let file = reader(&part(&set, table));
        let notes = file.metadata().file_metadata().key_value_metadata().unwrap();
        let note = |key: &str| notes.iter().find(|note| note.key == key).unwrap().value.clone();
        assert_eq!(note("feedback_format").as_deref(), Some("1"));
        assert_eq!(note("melody").as_deref(), Some(env!("CARGO_PKG_VERSION")));
        assert_eq!(note("table").as_deref(), Some(table));
    }
    let file = reader(&part(&set, "events"));
    let schema = file.metadata().file_metadata().schema_descr();
    let types = |name: &str| {
        let column = schema.columns().iter().find(|column| column.name() == name).unwrap();
        (column.physical_type().to_string(), column.logical_type_ref().is_some())
    };
    assert_eq!(types("at_ms"), ("INT64".into(), false));
    assert_eq!(types("counts"), ("BOOLEAN".into(), false));
    assert_eq!(types("propensity"), ("DOUBLE".into(), false));
    assert_eq!(types("action"), ("BYTE_ARRAY".into(), true));
    let arms = file.metadata().row_group(0).columns().iter();
    let arms = arms.clone().find(|column| column.column_path().string() == "arm").unwrap();
    assert!(arms.dictionary_page_offset().is_some(), "texts that come again are in a dictionary");
    assert!(format!("{:?}", arms.compression()).starts_with("SNAPPY"));
    let rows = file.get_row_iter(None).unwrap().map(Result::unwrap);
    let searched = rows.filter(|row| row.get_string(8).is_ok_and(|action| action == "search"));
    assert!(searches >= PROFILES.len(), "{searches}");
    assert_eq!(searched.count(), searches);

    // What is there stays.
    let (code, _, error) = melody(&place.with_logs(&["log", "export"], &after));
    assert_eq!(code, 2);
    assert!(error.contains("no data set is written: there is something else already"), "{error}");
}

#[test]
fn logs_and_their_data_set_are_one_training_log_and_a_model_learns_from_it() {
    let place = Place::played();
    let [set, of_logs, of_set, copy] =
        ["set", "of-logs", "of-set", "copy.jsonl"].map(|name| place.at(name));
    fs::copy(&place.1[2], &copy).unwrap();
    said(&place.with_logs(&["log", "export", &copy], &["--as", "parquet", "--out", &set]));
    let shares = ["--validation", "0.3", "--test", "0"];
    let import = |out: &str, before: &[&str], more: &[&str]| {
        let after = [&shares[..], &["--out", out], more].concat();
        said(&place.with_logs(before, &after))
    };
    let told = import(&of_logs, &["log", "import", &copy], &[]);
    assert!(told.contains("6 sessions of feedback") && told.contains("1 log: others"), "{told}");
    said(&[&["log", "import", &set, "--out", &of_set][..], &shares[..]].concat());
    assert!(files(&of_logs) == files(&of_set), "the same bytes");
    let checked = said(&["log", "check", &of_logs]);
    assert!(checked.contains("no leak"), "{checked}");

    let config = place.at("train.toml");
    fs::write(&config, TRAINING).unwrap();
    let model = place.at("model");
    said(&["train", "--config", &config, "--log", &of_set, "--out", &model]);
    let judged = json(&[
        "eval",
        &model,
        "--log",
        &of_set,
        "--split",
        "validation",
        "--json",
        "--resamples",
        "0",
    ]);
    assert!(judged.is_object());

    // Without anybody to watch the training by, it is a model all the same.
    let (unwatched, all) = (place.at("unwatched"), place.at("all"));
    said(&["log", "import", &set, "--out", &all, "--validation", "0", "--test", "0"]);
    said(&["train", "--config", &config, "--log", &all, "--out", &unwatched]);
    let learned = json(&[
        "eval",
        &unwatched,
        "--log",
        &all,
        "--split",
        "train",
        "--json",
        "--resamples",
        "0",
    ]);
    assert!(learned.is_object());
}

/// A small training.
const TRAINING: &str = concat!(
    "epochs = 1\nbatch = 2\nwarm_up = 2\nexamples = 16\n",
    include_str!("tiny_network.toml")
);

#[test]
fn what_is_damaged_foreign_or_old_is_told_with_its_file_and_the_rest_is_taken() {
    let place = Place::played();
    let old = crate::log::written(place.0.path()).display().to_string();
    let text = fs::read_to_string(&place.1[0]).unwrap();
    fs::write(&place.1[0], text.replacen("\"heard_ms\":", "\"heard_ms\":1", 1)).unwrap();
    let out = place.at("log");
    let told = json(&place.with_logs(&["log", "import", &old], &["--out", &out, "--json"]));
    assert_eq!((&told["sessions"], &told["log"]["listeners"]), (&5.into(), &5.into()));
    let left = told["left_out"].as_array().unwrap();
    let why = |name: &str| {
        let left = left.iter().find(|left| left["file"].as_str().unwrap().ends_with(name));
        left.unwrap_or_else(|| panic!("{name} is told")).get("why").unwrap().to_string()
    };
    assert_eq!(left.len(), 2);
    assert!(why("explorer.jsonl").contains("the record was changed"), "{left:?}");
    assert!(why("session.jsonl").contains("does not say who listens"), "{left:?}");

    // Of another catalogue all are foreign.
    let songs = place.at("songs");
    said(&["catalogue", "generate", "--songs", "200", "--out", &songs]);
    let other = place.at("other");
    let after = ["--catalogue", &songs, "--out", &other];
    let (code, _, error) = melody(&place.with_logs(&["log", "import"], &after));
    assert_eq!(code, 2);
    assert!(error.contains("subscriber.jsonl: it was heard from the catalogue"), "{error}");
    assert!(!Path::new(&other).exists());

    // An export tells the same of what it cannot read, and has what is old.
    let set = place.at("set");
    let after = ["--as", "parquet", "--out", &set, "--json"];
    let told = json(&place.with_logs(&["log", "export", &old], &after));
    assert_eq!((&told["sessions"], told["left_out"].as_array().unwrap().len()), (&6.into(), 1));
}

#[test]
fn what_makes_no_sense_of_feedback_is_refused() {
    let place = Place::played();
    let [set, out] = ["set", "out"].map(|name| place.at(name));
    let log = place.1[0].as_str();
    let plays = "tests/fixtures/import/lastfm.tsv";
    said(&["log", "export", log, "--as", "parquet", "--day", DAY, "--out", &set]);
    for (arguments, message) in [
        (vec!["log", "import", log, plays, "--out", &out], "is no feedback log"),
        (vec!["log", "import", plays, &set, "--out", &out], "is imported by itself"),
        (
            vec!["log", "import", log, "--matched-only", "--out", &out],
            "--matched-only: is of plays",
        ),
        (vec!["log", "export", log, "--as", "plays", "--day", DAY, "--out", &out], "--day: is of"),
        (vec!["log", "export", log, log, "--as", "plays", "--out", &out], "is one of several"),
        (vec!["log", "export", &set, "--as", "parquet", "--out", &out], "which are files"),
        (
            vec!["log", "export", log, "--as", "parquet", "--day", "30.11.26", "--out", &out],
            "2026-11-30",
        ),
        (vec!["log", "export", plays, "--as", "parquet", "--out", &out], "lastfm.tsv: line 1"),
    ] {
        let (code, _, error) = melody(&arguments);
        assert_eq!(code, 2, "{arguments:?}");
        assert!(error.contains(message), "{arguments:?}: {error}");
        assert!(!Path::new(&out).exists(), "{arguments:?}");
    }
}
