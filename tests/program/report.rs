//! `melody report`: what experiments print becomes a page that says the same.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn melody(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut melody = Command::new(env!("CARGO_BIN_EXE_melody"));
    let out = melody.current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap_or(-1), text(&out.stdout), text(&out.stderr))
}

/// What a command prints as JSON, as it is and as it stands in the page made of it.
fn paged(folder: &Path, arguments: &[&str]) -> (Value, Value) {
    let (code, printed, told) = melody(folder, &[arguments, &["--json"]].concat());
    assert_eq!(code, 0, "{told}");
    fs::write(folder.join("found.json"), &printed).unwrap();
    let (code, said, told) =
        melody(folder, &["report", "found.json", "--out", "found.html", "--lang", "en"]);
    assert_eq!(code, 0, "{told}");
    assert!(said.starts_with("wrote found.html: "), "{said}");
    let html = fs::read_to_string(folder.join("found.html")).unwrap();
    let json = html.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    (serde_json::from_str(&printed).unwrap(), serde_json::from_str(json).unwrap())
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn section<'a>(page: &'a Value, id: &str) -> &'a Value {
    array(&page["parts"][0]["sections"]).iter().find(|section| section["id"] == id).unwrap()
}

#[test]
fn an_ab_test_is_a_forest_of_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let untuned = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/policy/untuned.toml");
    let untuned = untuned.display().to_string();
    let line = ["ab", "default", &untuned, "--listeners", "14", "--songs", "6"];
    let (found, page) = paged(folder.path(), &line);
    let everyone = section(&page, "everyone");
    let rows = array(&everyone["tables"][0]["rows"]);
    assert_eq!(rows.len(), array(&found["metrics"]).len());
    for (row, metric) in rows.iter().zip(array(&found["metrics"])) {
        let told = [&row[2], &row[3], &row[4], &row[5], &row[6], &row[7]];
        let valid = &metric["always_valid"]["p"];
        let wanted = ["mean_a", "mean_b", "difference", "interval", "p"].map(|key| &metric[key]);
        assert_eq!((&told[..5], told[5]), (&wanted[..], valid));
    }
    // A dot is the difference over the size that would matter.
    let mut drawn = 0;
    for point in array(&everyone["charts"][0]["series"]).iter().flat_map(|s| array(&s["points"])) {
        let metric = &found["metrics"][point["y"].as_f64().unwrap() as usize];
        let size = metric["always_valid"]["mixing_deviation"].as_f64().unwrap();
        let wanted = metric["difference"].as_f64().unwrap() / size;
        assert_eq!(point["x"].as_f64().unwrap(), wanted);
        drawn += 1;
    }
    assert_eq!(drawn, rows.len());
    // In its own unit there is one plot of each metric, everybody first.
    let by_segment = array(&section(&page, "by-segment")["charts"]);
    assert_eq!(by_segment.len(), rows.len());
    let first = &by_segment[0]["series"][0]["points"][0];
    assert_eq!(first["x"], found["metrics"][0]["difference"]);
}

#[test]
fn an_ablation_and_a_judgement_are_shown_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["ablate", "--only", "streaks,search", "--listeners", "6", "--songs", "5"];
    let (found, page) = paged(folder.path(), &line);
    let rows = array(&section(&page, "objectives")["tables"][0]["rows"]);
    assert_eq!(rows.len(), array(&found["mechanisms"]).len());
    for (row, mechanism) in rows.iter().zip(array(&found["mechanisms"])) {
        let difference = &mechanism["objective_difference"];
        assert_eq!((&row[0], &row[5]), (&mechanism["name"], &difference["difference"]));
        assert_eq!(row[6], difference["interval"]);
    }
    let (found, page) = paged(folder.path(), &["eval", "--listeners", "12", "--resamples", "20"]);
    let curves = array(&section(&page, "reliability")["charts"]);
    let heads = array(&found["heads"]);
    assert_eq!(curves.len(), heads.len());
    for (curve, head) in curves.iter().zip(heads) {
        let bins = array(&head["reliability"]);
        assert!(bins.iter().map(|bin| bin["count"].as_u64().unwrap()).sum::<u64>() > 0);
        let points = array(&curve["series"][1]["points"]);
        assert_eq!(points.len(), bins.len());
        for (point, bin) in points.iter().zip(bins) {
            assert_eq!((&point["x"], &point["y"]), (&bin["mean_predicted"], &bin["mean_observed"]));
        }
    }
}

#[test]
fn plots_are_written_as_svg_and_nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/screens.jsonl");
    fs::copy(&fixture, here.join("a.jsonl")).unwrap();
    let line = ["report", "a.jsonl", "--out", "a.html", "--svg", "slides", "--lang", "zh"];
    let (code, said, told) = melody(here, &line);
    assert_eq!((code, told.as_str()), (0, ""), "{said}");
    let slide = fs::read_to_string(here.join("slides/promotion.svg")).unwrap();
    assert!(slide.contains("<svg") && slide.contains("推广"), "{slide}");
    assert_eq!(fs::read_dir(here.join("slides")).unwrap().count(), 6);
    // The same file again is the same page, over itself.
    let before = fs::read(here.join("a.html")).unwrap();
    assert_eq!(melody(here, &line).0, 0);
    assert!(before == fs::read(here.join("a.html")).unwrap());
    for out in ["a.jsonl", "note.html"] {
        fs::write(here.join("note.html"), "<p>mine</p>").unwrap();
        let (code, _, told) = melody(here, &["report", "a.jsonl", "--out", out]);
        assert!(code == 2 && told.contains("no report is written"), "{told}");
    }
    fs::write(here.join("slides/mood.svg"), "<svg>mine</svg>").unwrap();
    let (code, _, told) = melody(here, &line);
    assert!(code == 2 && told.contains("mood.svg: no plot is written"), "{told}");
}

#[test]
fn plots_are_written_as_png_too_and_say_what_their_font_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/screens.jsonl");
    fs::copy(&fixture, here.join("a.jsonl")).unwrap();
    let line = ["report", "a.jsonl", "--out", "a.html", "--svg", "svg", "--png", "png"];
    let line = [&line[..], &["--lang", "zh"]].concat();
    let (code, said, told) = melody(here, &line);
    assert_eq!(code, 0, "{told}");
    assert!(said.contains("wrote png: 6 plots"), "{said}");
    assert!(told.contains("labelled in English"), "{told}");
    let plots: Vec<_> = fs::read_dir(here.join("png")).unwrap().map(|f| f.unwrap()).collect();
    assert_eq!(plots.len(), fs::read_dir(here.join("svg")).unwrap().count());
    for plot in &plots {
        let picture = fs::read(plot.path()).unwrap();
        assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"));
        let size = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
        let svg = here.join("svg").join(plot.path().with_extension("svg").file_name().unwrap());
        let svg = fs::read_to_string(svg).unwrap();
        // Two pixels for each unit of the drawing, in whatever it is drawn.
        let wide = svg.split("width=\"").nth(1).unwrap().split('"').next().unwrap();
        let wide: f64 = wide.trim_end_matches("px").parse().unwrap();
        assert!((f64::from(size(16)) - 2.0 * wide).abs() <= 40.0, "{} of {wide}", size(16));
        assert!(size(20) >= 120);
        assert!(picture.len() > 8_000, "{}: {} bytes", plot.path().display(), picture.len());
    }
    // The same again, over themselves; a picture of somebody's stays.
    assert_eq!(melody(here, &line).0, 0);
    fs::write(here.join("png/mood.png"), b"\x89PNG\r\n\x1a\nmine").unwrap();
    let (code, _, told) = melody(here, &line);
    assert!(code == 2 && told.contains("mood.png: no plot is written"), "{told}");
    // Titles are in letters that the font has; English needs no word about it.
    let line = ["report", "a.jsonl", "--out", "b.html", "--png", "other", "--lang", "en"];
    let (code, _, told) = melody(here, &line);
    assert_eq!((code, told.as_str()), (0, ""));
}

#[test]
fn what_is_no_file_for_a_report_is_told_with_what_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("keys.json"), melody(here, &["keys", "--json"]).1).unwrap();
    fs::write(here.join("x.toml"), "format = 1\n").unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/screens.jsonl");
    let text = fs::read_to_string(fixture).unwrap();
    fs::write(here.join("cut.jsonl"), &text[..text.len() / 2]).unwrap();
    for (file, says) in [
        ("keys.json", "JSON that no report is made of"),
        ("x.toml", "x.toml:1: (whole file): neither a trace nor a JSON document"),
        ("cut.jsonl", "cut.jsonl:"),
        ("nowhere.json", "no such file"),
    ] {
        let (code, _, told) = melody(here, &["report", file, "--out", "out.html"]);
        assert!(code == 2 && told.contains(says), "{file}: {told}");
        assert!(!here.join("out.html").exists());
    }
}
