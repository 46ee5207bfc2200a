//! Trace files, for `melody diff`.

use crate::bench::Bench;

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
    bench.refuses(&["diff", "nowhere.jsonl", "good.jsonl"], &["nowhere.jsonl:1: "]);
    bench.refuses(&["diff", "good.jsonl", "nowhere.jsonl"], &["nowhere.jsonl:1: "]);

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
    refuses(with(2, lines[0]), &["trace.jsonl:3: ", "another session begins here"]);
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
