//! A script.

use crate::bad_input::bench::{Bench, Edit, SCRIPT};

const REPLAY: [&str; 2] = ["replay", "session.toml"];

const EDITS: &[Edit] = &[
    ("seed = 1", "seed = 1 2", "seed", "not valid TOML"),
    ("[session]", "[session", "(syntax)", "not valid TOML"),
    ("format = 1", "format = 0", "format", "only format 1"),
    ("name = \"A short session\"", "name = \"\"", "name", "a text is needed"),
    ("name = \"A short", "title = \"A short", "title", "unknown field"),
    ("seed = 1", "seed = -1", "session.seed", "invalid value"),
    ("seed = 1", "seed = 1.5", "session.seed", "invalid type"),
    ("seed = 1", "sead = 1", "session.sead", "did you mean `seed`?"),
    ("scene = \"relax\"", "scene = \"relaxed\"", "session.scene", "did you mean `relax`?"),
    (
        "profile = \"profile.toml\"",
        "profile = \"comuter\"",
        "session.profile",
        "did you mean `commuter`?",
    ),
    ("profile = \"profile.toml\"", "profile = \"nobody.toml\"", "session.profile", "`nobody.toml`"),
    (
        "policy = \"policy.toml\"",
        "policy = \"defalt\"",
        "session.policy",
        "did you mean `default`?",
    ),
    (
        "policy = \"policy.toml\"",
        "model = \"big\"",
        "session.model",
        "no shipped model is called `big`",
    ),
    ("catalogue = \"catalogue\"", "catalogue = \"songs\"", "session.catalogue", "`songs`"),
    ("ratio = 1.0", "ratio = 1.5", "steps[0].ratio", "outside 0 to 1"),
    ("ratio = 1.0", "ratio = nan", "steps[0].ratio", "outside"),
    ("ratio = 1.0", "seconds = -1", "steps[0].seconds", "outside"),
    ("ratio = 1.0", "seconds = 1e300", "steps[0].seconds", "outside"),
    ("after = 3.0", "after = inf", "steps[2].after", "outside"),
    ("times = 1", "times = 0", "steps[2].times", "outside"),
    (
        "[[steps]]\ndo = \"expect\"",
        "[[steps]]\nnear = 2\ndo = \"expect\"",
        "steps[3]",
        "go together",
    ),
];

/// Steps that take the place of the first one, with the step's line and what must be said.
const STEPS: &[(&str, &str)] = &[
    ("do = \"skipp\"", "did you mean `skip`?"),
    ("do = 7", "invalid type"),
    ("d0 = \"skip\"", "missing field `do`"),
    ("do = \"skip\"\naftr = 1", "did you mean `after`?"),
    ("do = \"skip\"\nafter = \"soon\"", "invalid type"),
    ("do = \"play\"\nseconds = 1\nratio = 0.5", "one is enough"),
    ("do = \"scene\"\nscene = \"comute\"", "did you mean `commute`?"),
    ("do = \"scene\"", "missing field `scene`"),
    ("do = \"search\"", "needs exactly one of"),
    ("do = \"search\"\nsong = \"s0001\"\nartist = \"Velvet Sinners\"", "needs exactly one of"),
    ("do = \"search\"\nsong = \"s9999\"", "no song `s9999`"),
    ("do = \"search\"\nartist = \"Velvet Siners\"", "did you mean `Velvet Sinners`?"),
    ("do = \"open\"\nsong = \"s0001\"\nposition = 1", "needs exactly one of"),
    ("do = \"open\"\nposition = 0", "counted from 1"),
    ("do = \"open\"\nposition = 99", "places, not 99"),
    ("do = \"listen\"\nsongs = 0", "outside"),
    ("do = \"listen\"\nsongs = 1\nskip = \"promted\"", "did you mean `promoted`?"),
    ("do = \"autopilot\"\nsongs = 1000000", "outside"),
    ("do = \"wait\"\nseconds = nan", "outside"),
    ("do = \"scene\"\nscene = \"relax\"", "the scene is relax already"),
    ("do = \"override\"\nalpha = 2.5", "must be from 0 to 2"),
    ("do = \"override\"\nbeta = nan", "no score"),
    ("do = \"override\"\nboost = -1", "must be from 0 to 5"),
    ("do = \"override\"\nwindow = 0", "must be from 1 to 100"),
    ("do = \"override\"\nwindow = -1", "invalid value"),
    ("do = \"override\"\nat_most = 5\nwindow = 4", "must not be over the window of 4"),
    ("do = \"override\"\nat_most = 500", "must not be over the window of 10"),
    ("do = \"override\"\narm = \"lihgt\"", "is no arm of this policy; it has none, light"),
    ("do = \"override\"\nalhpa = 1", "did you mean `alpha`?"),
    ("do = \"expect\"\nwhat = \"step\"", "expects nothing"),
    ("do = \"expect\"\nequals = 1", "needs `what`"),
    ("do = \"expect\"\nwhat = \"step\"\nabove = 1\nsince = \"here\"", "unknown mark `here`"),
    ("do = \"expect\"\nwhat = \"step\"\nabov = 1", "did you mean `above`?"),
];

#[test]
fn the_script_itself() {
    let bench = Bench::new();
    bench.refuses_edits("session.toml", SCRIPT, &REPLAY, EDITS);
    bench.refuses_what_is_no_text("session.toml", &REPLAY);
    bench.write("session.toml", SCRIPT.replace("seed = 1\n", ""));
    bench.refuses(&REPLAY, &["session.toml:4: session.seed: missing field"]);
}

#[test]
fn its_steps() {
    let bench = Bench::new();
    let first = SCRIPT.find("[[steps]]").unwrap();
    let line = SCRIPT[..first].matches('\n').count() + 1;
    for &(step, says) in STEPS {
        let text = format!("{}[[steps]]\n{step}\n", &SCRIPT[..first]);
        bench.write("session.toml", &text);
        let (code, said) = bench.run(&REPLAY);
        // The line of the step or of the key within it.
        let named: Option<usize> = said
            .split_once("session.toml:")
            .and_then(|(_, rest)| rest.split(':').next()?.parse().ok());
        let lines = line..=line + 1 + step.matches('\n').count();
        assert!(named.is_some_and(|named| lines.contains(&named)), "{step:?}: {said}");
        assert!(
            code == Some(2) && said.contains(": steps[0]") && said.contains(says),
            "{step:?}: {said}"
        );
    }
}

/// A trace asked for is written when all went well, and not touched before.
#[test]
fn an_older_trace_is_not_lost() {
    let bench = Bench::new();
    let traced = ["replay", "session.toml", "--trace", "trace.jsonl"];
    bench.write("trace.jsonl", "precious");
    bench.refuses(&traced, &["something else already"]);
    std::fs::remove_file(bench.path("trace.jsonl")).unwrap();
    bench.accepts(&traced);
    let broken = SCRIPT.replace("profile.toml", "nobody.toml");
    bench.write("session.toml", broken);
    bench.refuses(&traced, &["session.profile"]);
    bench.write(
        "session.toml",
        SCRIPT.replace("do = \"mark\"\nname = \"here\"", "do = \"open\"\nsong = \"s9\""),
    );
    bench.refuses(&traced, &["steps[1].song"]);
    bench.write("session.toml", SCRIPT);
    bench.refuses(
        &["replay", "session.toml", "nowhere.toml", "--trace", "trace.jsonl"],
        &["nowhere.toml: "],
    );
    bench.refuses(&["replay", "session.toml", "--trace", "no/such/folder"], &["no/such"]);
    bench.refuses(&["replay", "session.toml", "--trace", "catalogue"], &["is a folder"]);
    bench.accepts(&traced);
    assert!(std::fs::read_to_string(bench.path("trace.jsonl")).unwrap().contains("trace_format"));
}

/// An expectation that does not hold is no bad input: exit code 1.
#[test]
fn a_failed_expectation_is_something_else() {
    let bench = Bench::new();
    bench.write("session.toml", SCRIPT.replace("equals = 2", "equals = 3"));
    let (code, said) = bench.run(&REPLAY);
    assert_eq!(code, Some(1), "{said}");
}
