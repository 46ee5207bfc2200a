//! Trace files, for `melody diff`.

use crate::bad_input::bench::Bench;

const DIFF: [&str; 3] = ["diff", "trace.jsonl", "good.jsonl"];

fn bench() -> (Bench, String) {
    let bench = Bench::new();
    bench.accepts(&["replay", "session.toml", "--trace", "good.jsonl"]);
    let good = std::fs::read_to_string(bench.path("good.jsonl")).unwrap();
    bench.write("trace.jsonl", &good);
    (bench, good)
}

#[test]
fn a_trace_file() {
    let (bench, good) = bench();
    bench.accepts(&DIFF);
    bench.refuses_what_is_no_text("trace.jsonl", &DIFF);
    bench.refuses(&["diff", "nowhere.jsonl", "good.jsonl"], &["nowhere.jsonl: no such file"]);
    bench.refuses(&["diff", "good.jsonl", "nowhere.jsonl"], &["nowhere.jsonl: no such file"]);

    let lines: Vec<&str> = good.lines().collect();
    let with = |line: usize, text: &str| {
        let mut all = lines.clone();
        all[line] = text;
        all.join("\n")
    };
    let refuses = |text: String, says: &[&str]| {
        bench.write("trace.jsonl", text);
        bench.refuses(&DIFF, says);
    };
    refuses(" \n\n".into(), &["trace.jsonl:1: trace_format: "]);
    refuses("{}".into(), &["trace.jsonl:1: ", "missing field"]);
    refuses("format = 1".into(), &["trace.jsonl:1: ", "not the first line of a trace file"]);
    refuses(lines[0].into(), &["trace.jsonl:1: step: the session holds no step"]);
    refuses(
        good.replacen("\"trace_format\":", "\"trace_fromat\":", 1),
        &["trace.jsonl:1: ", "trace_fromat"],
    );
    let later = good.replacen("\"trace_format\":1", "\"trace_format\":99", 1);
    assert_ne!(later, good);
    refuses(later, &["trace.jsonl:1: trace_format: the format is 99"]);
    refuses(with(1, "{"), &["trace.jsonl:2: "]);
    refuses(with(2, "[1, 2]"), &["trace.jsonl:3: "]);
    refuses(with(2, "garbage"), &["trace.jsonl:3: (line): "]);
    refuses(with(lines.len() - 1, lines[0]), &["step: the session holds no step"]);
    refuses(with(2, &format!("{}x", lines[2])), &["trace.jsonl:3: (line): trailing characters"]);
    refuses(with(2, &lines[2][..lines[2].len() / 2]), &["trace.jsonl:3: ", "EOF"]);
    let edit = |from: &str, to: &str| {
        assert!(lines[2].contains(from), "{from}");
        with(2, &lines[2].replacen(from, to, 1))
    };
    refuses(edit("\"step\":1", "\"step\":-1"), &["trace.jsonl:3: step: "]);
    refuses(edit("\"step\":1", "\"step\":NaN"), &["trace.jsonl:3: "]);
    refuses(edit("\"at_ms\":", "\"at_s\":"), &["trace.jsonl:3: ", "missing field `at_ms`"]);
    refuses(edit("\"target\":", "\"target\":\"x\",\"t\":"), &["trace.jsonl:3: promotion.target: "]);
    refuses(edit("\"target\":", "\"target\":1e300,\"t\":"), &["trace.jsonl:3: promotion.target: "]);
    refuses(
        edit("\"scene\":\"relax\"", "\"scene\":\"nowhere\""),
        &["trace.jsonl:3: listener.scene: "],
    );
}

/// Two traces that differ are a failed check, not bad input.
#[test]
fn a_difference_is_something_else() {
    let (bench, good) = bench();
    bench.write("trace.jsonl", good.replacen("\"step\":1", "\"step\":7", 1));
    let (code, said) = bench.run(&DIFF);
    assert_eq!(code, Some(1), "{said}");
}

const LONGER: &str = r#"format = 1
name = "Some decisions"

[session]
profile = "profile.toml"
seed = 1
policy = "policy.toml"
catalogue = "catalogue"

[[steps]]
do = "autopilot"
songs = 10
"#;

/// What off-policy evaluation reads of traces.
#[test]
fn traces_of_decisions() {
    let bench = Bench::new();
    bench.write("longer.toml", LONGER);
    bench.accepts(&["replay", "longer.toml", "session.toml", "--trace", "two.jsonl"]);
    bench.accepts(&["replay", "longer.toml", "--trace", "good.jsonl"]);
    bench.accepts(&["ope", "good.jsonl"]);
    bench.accepts(&["ope", "two.jsonl", "good.jsonl", "--all", "--bootstrap", "100"]);
    bench.accepts(&["replay", "session.toml", "--trace", "short.jsonl"]);
    bench.refuses(&["ope", "short.jsonl"], &["no decision of the bandit was paid out"]);
    bench.refuses(&["ope", "nowhere"], &["nowhere: no such file"]);
    bench.refuses(&["ope", "catalogue"], &["catalogue: there is no trace file"]);
    bench.refuses(&["ope", "good.jsonl", "--threshold", "0"], &["a number above 0"]);

    let good = std::fs::read_to_string(bench.path("good.jsonl")).unwrap();
    let line = good.lines().position(|line| line.contains("\"decided\":")).unwrap();
    let refuses = |edit: &dyn Fn(&mut serde_json::Value), says: &str| {
        let mut lines: Vec<String> = good.lines().map(String::from).collect();
        let mut trace: serde_json::Value = serde_json::from_str(&lines[line]).unwrap();
        edit(&mut trace["bandit"]["decided"]);
        lines[line] = trace.to_string();
        bench.write("trace.jsonl", lines.join("\n"));
        bench.refuses(&["ope", "trace.jsonl"], &[&format!("trace.jsonl:{}: {says}", line + 1)]);
    };
    let arms = "bandit.decided.arms.propensity: ";
    refuses(&|decided| decided["arm"] = 9.into(), "bandit.decided.arm: there is no arm number 9");
    refuses(
        &|decided| decided["arms"][0]["propensity"] = serde_json::json!(-0.5),
        &format!("{arms}a probability is below 0"),
    );
    refuses(
        &|decided| decided["arms"][0]["propensity"] = serde_json::json!(1.5),
        &format!("{arms}the arms' probabilities sum to "),
    );
    refuses(
        &|decided| {
            let taken = decided["arm"].as_u64().unwrap() as usize;
            for (place, arm) in decided["arms"].as_array_mut().unwrap().iter_mut().enumerate() {
                arm["propensity"] = if place == taken { 0.0 } else { 0.25 }.into();
            }
        },
        arms,
    );
    let renamed = good.replace("\"light\"", "\"lighter\"");
    bench.write("trace.jsonl", renamed);
    let says = ["trace.jsonl:2: bandit.decided.arms: the arms are none, lighter"];
    bench.refuses(&["ope", "good.jsonl", "trace.jsonl"], &says);
}

#[test]
fn a_session_that_is_there_twice_counts_once() {
    let bench = Bench::new();
    bench.write("longer.toml", LONGER);
    bench.write("other.toml", LONGER.replace("seed = 1", "seed = 2"));
    bench.accepts(&["replay", "longer.toml", "--trace", "one.jsonl"]);
    bench.accepts(&["replay", "other.toml", "--trace", "other.jsonl"]);
    let one = std::fs::read_to_string(bench.path("one.jsonl")).unwrap();
    bench.write("copy.jsonl", one.replace("Some decisions", "Some others"));
    // Its beginning, as of a session that was written down while it went on.
    let decided = one.lines().filter(|line| line.contains("\"decided\":")).count();
    assert!(decided > 2, "{decided}");
    let lines: Vec<&str> = one.lines().collect();
    bench.write("begun.jsonl", lines[..lines.len() - 3].join("\n"));
    let told = |files: &[&str]| -> serde_json::Value {
        serde_json::from_str(&bench.printed(&[&["ope", "--json"], files].concat())).unwrap()
    };
    let mut copies = told(&["begun.jsonl", "one.jsonl", "other.jsonl", "copy.jsonl"]);
    assert_eq!((&copies["copies"], &copies["sessions"]), (&2.into(), &2.into()));
    copies.as_object_mut().unwrap().remove("copies");
    assert_eq!(copies, told(&["one.jsonl", "other.jsonl"]));
    let said = bench.printed(&["ope", "one.jsonl", "copy.jsonl"]);
    assert!(said.contains("left out: 1 session, of which another holds every decision"), "{said}");
}
