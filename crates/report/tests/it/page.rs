//! What stands in a page is what stood in the file, and nothing of a file is taken for markup.

use std::fs;
use std::path::{Path, PathBuf};

use melody_report::{Chart, document, file_of, page, read, svg};
use melody_tui::Lang;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fixture() -> PathBuf {
    root().join("tests/fixtures/screens.jsonl")
}

/// The page of a file, and the JSON in it.
fn paged(file: &Path, lang: Lang) -> (String, Value) {
    let html = page(&document(&read(file).unwrap(), ("a file", "a day"), lang));
    let begins = "<script type=\"application/json\" id=\"data\">";
    let json = html.split(begins).nth(1).unwrap().split("</script>").next().unwrap();
    let data = serde_json::from_str(json).unwrap();
    (html, data)
}

/// All steps of the fixture, read without any of our types.
fn steps() -> Vec<Value> {
    let text = fs::read_to_string(fixture()).unwrap();
    text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sections(data: &Value) -> &Vec<Value> {
    data["parts"][0]["sections"].as_array().unwrap()
}

fn chart<'a>(data: &'a Value, id: &str) -> &'a Value {
    let charts = sections(data).iter().flat_map(|section| section["charts"].as_array().unwrap());
    charts.into_iter().find(|chart| chart["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

fn ys(series: &Value) -> Vec<Value> {
    series["points"].as_array().unwrap().iter().map(|point| point["y"].clone()).collect()
}

#[test]
fn weights_and_promotion_are_the_traces_to_the_digit() {
    let (_, data) = paged(&fixture(), Lang::En);
    let steps = steps();
    let weights = chart(&data, "weights");
    for (i, weight) in ["alpha", "beta", "gamma"].into_iter().enumerate() {
        let found: Vec<Value> =
            steps.iter().map(|step| step["weights"][weight]["value"].clone()).collect();
        assert_eq!(ys(&weights["series"][i]), found, "{weight}");
        assert_eq!(weights["series"][i]["name"], weight);
    }
    let promotion = chart(&data, "promotion");
    for (i, value) in ["cap", "target", "shown", "realised"].into_iter().enumerate() {
        let found: Vec<Value> = steps.iter().map(|step| step["promotion"][value].clone()).collect();
        assert_eq!(ys(&promotion["series"][i]), found, "{value}");
    }
    // A cause is marked where it came.
    let skips: Vec<&Value> =
        steps.iter().filter(|step| step["ended"]["skipped"] == true).map(|s| &s["step"]).collect();
    let named = |chart: &Value, name: &str| {
        let all = chart["series"].as_array().unwrap().clone();
        all.into_iter().find(|series| series["name"] == name).unwrap()
    };
    let marked = named(weights, "skip");
    let marked: Vec<f64> = marked["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["x"].as_f64().unwrap())
        .collect();
    assert_eq!(marked, skips.iter().map(|s| s.as_f64().unwrap()).collect::<Vec<_>>());
    assert!(!marked.is_empty());
}

#[test]
fn queue_plays_and_every_ledger_are_the_traces() {
    let (_, data) = paged(&fixture(), Lang::En);
    let steps = steps();
    let ledgers = sections(&data).iter().find(|s| s["id"] == "ledger").unwrap()["ledgers"].clone();
    assert_eq!(ledgers.as_array().unwrap().len(), steps.len());
    for (shown, step) in ledgers.as_array().unwrap().iter().zip(&steps) {
        assert_eq!(shown["step"], step["step"]);
        let queue = step["queue"].as_array().unwrap();
        assert_eq!(shown["queue"].as_array().unwrap().len(), queue.len());
        for (place, entry) in shown["queue"].as_array().unwrap().iter().zip(queue) {
            assert_eq!(place["ledger"], entry["ledger"]["score"], "to the last part");
            assert_eq!(place["title"], entry["song"]["title"]);
        }
    }
    // Each place of each step is a point of the bump chart, and there are no others.
    let mut shown: Vec<(f64, f64)> = Vec::new();
    for series in chart(&data, "queue")["series"].as_array().unwrap() {
        let points = series["points"].as_array().unwrap();
        shown.extend(points.iter().filter_map(|p| Some((p["x"].as_f64()?, p["y"].as_f64()?))));
    }
    let mut found: Vec<(f64, f64)> = Vec::new();
    for step in &steps {
        let places = step["queue"].as_array().unwrap().iter().map(|e| e["position"].as_f64());
        found.extend(places.map(|place| (step["step"].as_f64().unwrap(), place.unwrap())));
    }
    shown.sort_by(|a, b| a.partial_cmp(b).unwrap());
    found.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(shown, found);
    let heard = sections(&data).iter().find(|s| s["id"] == "plays").unwrap()["tables"][0].clone();
    let heard: Vec<&Value> = heard["rows"].as_array().unwrap().iter().map(|row| &row[5]).collect();
    let ended: Vec<&Value> = steps
        .iter()
        .map(|s| &s["ended"])
        .filter(|e| !e.is_null())
        .map(|e| &e["play_ratio"])
        .collect();
    assert_eq!(heard, ended);
}

#[test]
fn a_name_that_is_markup_does_no_harm() {
    let hostile = "</script><script>alert(1)</script><!-- & <b>\u{202e}\u{2028}";
    let text = fs::read_to_string(fixture()).unwrap();
    let title = steps()[0]["queue"][0]["song"]["title"].as_str().unwrap().to_string();
    let quoted = serde_json::to_string(hostile).unwrap();
    let text = text
        .replace(&format!("\"title\":\"{title}\""), &format!("\"title\":{quoted}"))
        .replace("\"name\":\"screens\"", &format!("\"name\":{quoted}"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile.jsonl");
    fs::write(&file, text).unwrap();
    let (html, data) = paged(&file, Lang::En);
    let plain = paged(&fixture(), Lang::En).0;
    for mark in ["</script", "<script", "<!--", "<b>", "alert(1)</"] {
        assert_eq!(html.matches(mark).count(), plain.matches(mark).count(), "{mark}");
    }
    assert!(!html.contains(['\u{202e}', '\u{2028}']));
    let told = sections(&data).iter().find(|s| s["id"] == "ledger").unwrap();
    assert_eq!(told["ledgers"][0]["queue"][0]["title"], hostile, "and is there all the same");
    assert_eq!(data["title"], hostile);
    // The same on slides.
    let document = document(&read(&file).unwrap(), ("a file", ""), Lang::En);
    for chart in document.charts() {
        let drawn = svg(chart);
        assert!(!drawn.contains("<script") && drawn.matches("</svg>").count() == 1);
    }
}

#[test]
fn a_page_holds_all_it_needs_and_may_ask_for_nothing() {
    let (html, _) = paged(&fixture(), Lang::En);
    let plotly = fs::read_to_string(root().join("assets/report/plotly-basic.min.js")).unwrap();
    let html = html.replace(&plotly, "");
    assert!(html.len() < 1_000_000);
    assert!(html.starts_with("<!doctype html>\n<!-- melody report"));
    assert!(html.contains("default-src 'none'"), "the browser refuses whatever is asked for");
    for outside in ["src=\"http", "href=\"http", "<link ", "<iframe", "<img"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("Permission is hereby granted, free of charge"), "Plotly's licence");
}

#[test]
fn a_training_and_ways_of_training_are_what_the_model_folder_says() {
    let model = root().join("models/default");
    let (_, data) = paged(&file_of(&model), Lang::En);
    let text = fs::read_to_string(model.join("report.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let looks = report["validations"].as_array().unwrap();
    let held = ys(&chart(&data, "loss-watched")["series"][0]);
    assert_eq!(held, looks.iter().map(|look| look["loss"].clone()).collect::<Vec<_>>());
    let heads = report["heads"].as_array().unwrap();
    let figures = sections(&data).iter().find(|s| s["id"] == "figures").unwrap();
    for (row, head) in figures["tables"][0]["rows"].as_array().unwrap().iter().zip(heads) {
        assert_eq!((&row[3], &row[4]), (&head["model"]["auc"], &head["intervals"]["auc"]));
    }
    let (_, data) = paged(&model.join("comparison.json"), Lang::En);
    let ways = &sections(&data)[0]["tables"][0]["rows"];
    assert_eq!(ways.as_array().unwrap().len(), 10);
}

/// Letters in a row that would be English on a Chinese page; names, identifiers and paths are not looked at.
fn english(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphabetic() && c != ' ').collect();
    words.iter().any(|part| part.split_whitespace().filter(|w| w.len() > 2).count() > 2)
}

#[test]
fn a_chinese_page_says_its_titles_and_sentences_in_chinese() {
    for file in [fixture(), root().join("models/default/report.json")] {
        let document = document(&read(&file).unwrap(), ("x", "y"), Lang::Zh);
        let mut said: Vec<String> = document.facts.iter().map(|fact| fact.name.clone()).collect();
        let of = |chart: &Chart| {
            let axes = [chart.x.title.clone(), chart.y.title.clone()];
            let names = chart.series.iter().map(|series| series.name.clone());
            let told = [chart.title.clone(), chart.about.clone()].into_iter().chain(axes);
            told.chain(names).collect::<Vec<String>>()
        };
        said.extend(document.charts().flat_map(of));
        for section in document.parts.iter().flat_map(|part| &part.sections) {
            said.extend([section.title.clone(), section.about.clone(), section.choice.clone()]);
            for table in &section.tables {
                said.extend(table.columns.iter().map(|column| column.title.clone()));
            }
        }
        let left: Vec<&String> =
            said.iter().filter(|text| english(text) || text.is_ascii() && text.len() > 5).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
