//! A listener profile, named by a script.

use crate::bad_input::bench::{Bench, Edit, PROFILE};

const REPLAY: [&str; 2] = ["replay", "session.toml"];

const EDITS: &[Edit] = &[
    ("id = \"commuter\"", "id = commuter", "id", "not valid TOML"),
    ("format = 1", "format = 3", "format", "only format 1"),
    ("name = \"Mei\"", "nmae = \"Mei\"", "nmae", "did you mean `name`?"),
    ("name = \"Mei\"", "name = 7", "name", "invalid type"),
    ("id = \"commuter\"", "id = \"\"", "id", "a text is needed"),
    ("name = \"Mei\"", "name = \"\\u001b[31mMei\"", "name", "control character"),
    ("tier = \"free\"", "tier = \"fre\"", "tier", "did you mean `free`?"),
    ("tenure_days = 430", "tenure_days = -1", "tenure_days", "invalid value"),
    ("hours_per_week = 9.0", "hours_per_week = 169", "hours_per_week", "outside 0 to 168"),
    ("hours_per_week = 9.0", "hours_per_week = nan", "hours_per_week", "outside"),
    ("[\"c-pop\", \"pop\"]", "[\"c-pop\", \"popp\"]", "favourite_genres[1]", "did you mean `pop`?"),
    ("[\"c-pop\", \"pop\"]", "[\"c-pop\", \"c-pop\"]", "favourite_genres[1]", "appears twice"),
    ("[\"c-pop\", \"pop\"]", "\"pop\"", "favourite_genres", "invalid type"),
    ("scene = \"commute\"", "scene = \"commuting\"", "scene", "commute"),
    ("scene = \"commute\"", "scene = \"comute\"", "scene", "did you mean `commute`?"),
    ("plays = 50", "plays = 5001", "history.plays", "outside"),
    ("plays = 50", "play = 50", "history.play", "did you mean `plays`?"),
    ("pickiness = 0.14", "pickiness = inf", "taste.pickiness", "outside"),
    ("novelty = -0.7", "novelty = -7", "taste.novelty", "outside -1 to 1"),
    ("east = 1.8", "esat = 1.8", "taste.families.esat", "did you mean `east`?"),
    ("east = 1.8", "east = nan", "taste.families.east", "outside"),
    ("c-pop = 0.8", "d-pop = 0.8", "taste.genres.d-pop", "unknown genre `d-pop`"),
    ("energy = -0.1", "enegry = -0.1", "taste.sound.enegry", "did you mean `energy`?"),
    ("format = 1", "format = 1\n¶format = 1", "format", "not valid TOML"),
];

#[test]
fn a_profile_the_script_names() {
    let bench = Bench::new();
    bench.refuses_edits("profile.toml", PROFILE, &REPLAY, EDITS);
    bench.refuses_what_is_no_text("profile.toml", &REPLAY);
    bench.write("profile.toml", PROFILE.replace("seed = 1", ""));
    bench.refuses(&REPLAY, &["profile.toml:", ": history.seed: missing field"]);
}

/// A profile whose past is a file of plays: what is wrong with either names its file.
#[test]
fn a_profile_with_recorded_plays() {
    let bench = Bench::new();
    let simulated = "plays = 50\nseed = 1\n";
    assert!(PROFILE.contains(simulated));
    let recorded = PROFILE.replace(simulated, "file = \"me.jsonl\"\nstand_ins = false\n");
    let play = "{\"title\": \"A\", \"artist\": \"B\"}\n{\"song\": \"s0001\", \"time\": 5}\n";
    bench.write("profile.toml", &recorded);
    bench.refuses(&REPLAY, &["me.jsonl: no such file"]);
    bench.write("me.jsonl", play);
    bench.accepts(&REPLAY);
    bench.refuses_edits(
        "me.jsonl",
        play,
        &REPLAY,
        &[
            ("\"title\"", "\"titel\"", "titel", "unknown field"),
            ("\"A\"", "7", "title", "invalid type"),
            (", \"artist\": \"B\"", "", "title", "neither title and artist"),
            ("5}", "\"noon\"}", "time", "not RFC 3339"),
            ("5}", "5, \"play_ratio\": 2}", "play_ratio", "outside 0 to 1"),
            ("5}", "5", "(line)", "EOF"),
        ],
    );
    bench.refuses_edits(
        "profile.toml",
        &recorded,
        &REPLAY,
        &[
            ("stand_ins = false", "plays = 3", "history.plays", "for a simulated past"),
            ("stand_ins = false", "stand_in = 1", "history.stand_in", "did you mean `stand_ins`?"),
        ],
    );
    bench.write(
        "profile.toml",
        PROFILE.replace(simulated, "plays = 50\nseed = 1\nstand_ins = true\n"),
    );
    bench.refuses(&REPLAY, &["profile.toml:", ": history.stand_ins: goes with `file`"]);
}
