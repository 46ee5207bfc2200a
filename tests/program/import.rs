//! Real listening as other services export it: histories that become profiles, session logs that become
//! plays and a catalogue. All data here are invented.

#![cfg(feature = "terminal")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use melody::catalogue::{Catalogue, SongId, load};
use melody::history::Interaction;
use melody::opening::profile_named;
use melody::plays::{
    Format, How, Importing, Matcher, Play, ReadSummary, Recorded, artists_of, formats,
    interactions, normal, placed, plain_title,
};
use melody::profile::{Past, PastPlays, Tier};
use melody::scene::Scene;
use melody::simulation::estimate;
use proptest::prelude::*;
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name)
}

fn catalogue() -> &'static Catalogue {
    &crate::common::LIBRARY.catalogue
}

/// All plays of a file of one listener, in order, and what was dropped.
fn read(path: &Path, listener: Option<&str>) -> (Vec<Play>, ReadSummary) {
    let mut plays = Vec::new();
    let files = [path.to_path_buf()];
    let importing = Importing { files: &files, format: None, listener, incognito: false };
    let summary = importing.read(&|_| {}, None, &mut |play| plays.push(play)).unwrap();
    (plays, summary)
}

fn dropped(summary: &ReadSummary) -> BTreeMap<&str, u64> {
    summary.dropped.iter().map(|(reason, dropped)| (reason.as_str(), dropped.count)).collect()
}

fn titles(plays: &[Play]) -> Vec<&str> {
    plays.iter().map(|play| play.title.as_deref().unwrap_or_default()).collect()
}

/// Runs the program with a home in `folder`: exit code, standard output, standard error.
fn melody(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_melody"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("MELODY_CONFIG")
        .env("XDG_CONFIG_HOME", folder.join("home"))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn spotify_streams_are_plays_and_podcasts_are_not() {
    let (plays, summary) = read(&fixture("spotify.json"), None);
    assert_eq!(summary.files[0].1, Format::named("spotify"));
    assert_eq!(
        dropped(&summary),
        BTreeMap::from([
            ("a podcast episode", 1),
            ("no title or no artist", 1),
            ("nothing of it was heard", 1),
            ("ms_played: not what it should be", 1),
            ("ts: not a time", 1),
            ("not a play's object", 1),
            ("not JSON", 1),
        ])
    );
    assert!(summary.dropped["not JSON"].first.contains("spotify.json:28"), "{summary:?}");
    let night = "夜の電車, \"月\" ]";
    assert_eq!(
        titles(&plays),
        ["No More Dreamers", "UNDER the whisper - Remastered 2011", night, night]
    );
    // The export has when a stream ended.
    assert_eq!(plays[0].time_ms, Some(1_709_402_400_000));
    assert_eq!(plays[0].opened, Some(true));
    // The third broke off without going on; the last play ended by itself.
    let outcomes: Vec<(bool, bool)> = plays
        .iter()
        .map(|play| play.outcome(Some(210_000)))
        .map(|outcome| (outcome.completed, outcome.skipped))
        .collect();
    assert_eq!(outcomes, [(true, false), (false, true), (false, false), (true, false)]);
}

#[test]
fn listenbrainz_listens_of_export_and_api() {
    let (plays, summary) = read(&fixture("listenbrainz.jsonl"), None);
    assert_eq!(titles(&plays), ["No More Dreamers", "Invented"]);
    assert_eq!((plays[0].duration_ms, plays[1].duration_ms), (Some(236_000), Some(200_500)));
    assert_eq!(plays[0].genre.as_deref(), Some("house"));
    assert_eq!(plays[0].time_ms, Some(1_709_402_636_000));
    assert!(!plays[0].outcome(None).completed_known);
    assert_eq!(
        dropped(&summary),
        BTreeMap::from([
            ("listened_at: missing", 1),
            ("no title or no artist", 1),
            ("not JSON", 1)
        ])
    );
    assert!(summary.dropped["not JSON"].first.contains("listenbrainz.jsonl:6"), "{summary:?}");

    let (plays, summary) = read(&fixture("listenbrainz_api.json"), None);
    assert_eq!(titles(&plays), ["No More Dreamers"]);
    assert_eq!(summary.listener.as_deref(), Some("someone"));
    assert_eq!(dropped(&summary), BTreeMap::from([("listened_at: not a time", 1)]));
}

#[test]
fn a_scrobble_file_has_several_listeners_and_one_is_taken() {
    let (plays, summary) = read(&fixture("lastfm.tsv"), None);
    assert_eq!(titles(&plays), ["No More Dreamers (Live_2009_4_15)", "夜の電車"]);
    assert_eq!((summary.other_listeners, summary.others.len()), (1, 1));
    assert_eq!(
        dropped(&summary),
        BTreeMap::from([
            ("no title or no artist", 1),
            ("time: not RFC 3339", 1),
            ("not six fields between tabs", 1),
        ])
    );
    let (plays, _) = read(&fixture("lastfm.tsv"), Some("user_2"));
    assert_eq!(titles(&plays), ["Invented"]);
}

#[test]
fn our_own_lines_say_what_they_know() {
    let (plays, summary) = read(&fixture("plays.jsonl"), Some("ann"));
    assert_eq!(summary.files[0].1, Format::named("melody"));
    assert_eq!(plays.len(), 3);
    assert_eq!(plays[0].scene, Some(Scene::Focus));
    assert_eq!(plays[2].tier, Some(Tier::Premium));
    let reasons: Vec<&str> = summary.dropped.keys().map(String::as_str).collect();
    assert_eq!(
        reasons,
        [
            "not JSON",
            "not a play's object",
            "play_ratio: outside 0 to 1",
            "time: not what it should be",
            "titel: not what it should be",
            "title: neither title and artist nor a song's identifier",
        ]
    );
}

#[test]
fn what_is_zipped_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["spotify.json", "listenbrainz.jsonl", "lastfm.tsv", "plays.jsonl"] {
        let path = folder.path().join(name);
        let mut zip = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
        zip.write_all(&std::fs::read(fixture(name)).unwrap()).unwrap();
        zip.finish().unwrap();
        assert_eq!(read(&path, None).0, read(&fixture(name), None).0, "{name}");
    }
}

fn recorded(plays: Vec<Play>) -> Recorded {
    Recorded { plays, catalogue: None, stand_ins: true }
}

#[test]
fn a_history_becomes_a_past_in_sessions() {
    let (plays, _) = read(&fixture("spotify.json"), None);
    let since = 3_600_000;
    let past = interactions(catalogue(), &recorded(plays), Scene::Relax, since);
    let ids: Vec<&str> = past.iter().map(|play| catalogue().song(play.song).id.as_str()).collect();
    assert_eq!(&ids[..2], ["s0001", "s0002"]);
    assert_eq!(past[2].song, past[3].song);
    let firsts: Vec<bool> = past.iter().map(|play| play.first).collect();
    assert_eq!(firsts, [true, false, false, true]);
    assert_eq!(past[0].began_ms, -since - 7_440_000);
    // One play that was heard out may have been rewound: it is not known how long the song is.
    let recorded = recorded(read(&fixture("spotify.json"), None).0);
    let heard = placed(&Matcher::new(catalogue()), &recorded);
    let outcome = heard[2].outcome;
    assert!(
        heard[2].length.is_none() && !outcome.ratio_known && outcome.skipped_known,
        "{outcome:?}"
    );
    assert!(past[0].opened && past[1].skipped && !past[2].skipped && !past[2].replayed);
    assert!((past[1].play_ratio - 30.0 / 167.0).abs() < 1e-6, "the catalogue's length");
}

#[test]
fn a_download_that_is_to_be_played_at_once_wants_a_terminal_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let source = fixture("spotify.json").display().to_string();
    let asked = ["import", "history", &source, "--out", "me.toml", "--open"];
    let (code, out, error) = melody(folder.path(), &asked);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(error.contains("needs a terminal") && error.contains("without `--open`"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
}

#[test]
fn a_person_plays_as_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let source = fixture("spotify.json").display().to_string();
    let (code, out, error) = melody(folder.path(), &["import", "history", &source, "--as", "me"]);
    assert_eq!(code, Some(0), "{error}");
    for part in
        ["matched          2", "imputed          2", "1: a podcast episode", "2  架空の歌手"]
    {
        assert!(out.contains(part), "no {part:?} in\n{out}");
    }
    let own = folder.path().join("home/melody/profiles/me.toml");
    let text = std::fs::read_to_string(&own).unwrap();
    assert!(text.contains("marked `imputed`"), "{text}");
    let lines = std::fs::read_to_string(own.with_file_name("me.plays.jsonl")).unwrap();
    let marks: Vec<bool> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|play| play["imputed"] == true)
        .collect();
    assert_eq!(marks, [false, false, true, true]);

    // The simulator finds it by name; a script does by path.
    let (code, out, error) = melody(folder.path(), &["config", "--json", "--profile", "me"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(out.contains("profiles"), "{out}");
    let script = "format = 1\nname = \"Me\"\n[session]\nprofile = \"home/melody/profiles/me.toml\"\nseed = 1\n\
                  [[steps]]\ndo = \"expect\"\nwhat = \"listener.profile\"\nequals = \"me\"\n\
                  [[steps]]\ndo = \"autopilot\"\nsongs = 2\n";
    std::fs::write(folder.path().join("s.toml"), script).unwrap();
    let (code, out, error) = melody(folder.path(), &["replay", "s.toml"]);
    assert_eq!(code, Some(0), "{out}{error}");

    // Its past is what was imported, and stays the same from one opening to the next.
    let profile = profile_named(&own.display().to_string(), Path::new("")).unwrap();
    let Past::Recorded(stored) = &profile.past else { panic!("{profile:?}") };
    let again = interactions(catalogue(), stored, profile.scene, 0);
    let (plays, _) = read(&fixture("spotify.json"), None);
    assert_eq!(again, interactions(catalogue(), &recorded(plays), profile.scene, 0));
    let engine = crate::common::LIBRARY.engine(&profile, None, 1);
    assert_eq!(engine.setup.past.len(), 4);

    // What is there is not written over.
    let (code, _, error) = melody(folder.path(), &["import", "history", &source, "--as", "me"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("is there already") && error.contains("--force"), "{error}");
    let arguments = ["import", "history", &source, "--as", "me", "--force", "--matched-only"];
    assert_eq!(melody(folder.path(), &arguments).0, Some(0));
    let profile = profile_named(&own.display().to_string(), Path::new("")).unwrap();
    assert_eq!(crate::common::LIBRARY.engine(&profile, None, 1).setup.past.len(), 2);
}

#[test]
fn a_profile_of_ones_own_can_be_chosen_in_the_simulator() {
    let folder = tempfile::tempdir().unwrap();
    let source = fixture("lastfm.tsv").display().to_string();
    let arguments = ["import", "history", &source, "--as", "me", "--json"];
    let (code, out, error) = melody(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{error}");
    let summary: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(summary["profile"]["matching"]["version"], 1);
    assert_eq!(summary["profile"]["outcome_unknown"], 2);
    let path = folder.path().join("home/melody/profiles/me.toml");
    let mut app = crate::stage::app("casual-listener", folder.path());
    app.profiles = vec![("me".into(), path.clone())];
    crate::stage::press(&mut app, "p enter");
    // The list begins with one's own, but the present listener is selected.
    crate::stage::press(&mut app, "p up up up up up up up up up enter");
    assert_eq!(app.session.profile().id, "me");
    assert_eq!(app.session.opening().profile, path.display().to_string());
}

#[test]
fn every_play_of_everyone_can_be_written_as_our_own_lines() {
    let folder = tempfile::tempdir().unwrap();
    let source = fixture("lastfm.tsv").display().to_string();
    let (code, _, error) =
        melody(folder.path(), &["import", "history", &source, "--log", "log.jsonl.gz"]);
    assert_eq!(code, Some(0), "{error}");
    let log = folder.path().join("log.jsonl.gz");
    for listener in ["user_1", "user_2"] {
        let (plays, summary) = read(&log, Some(listener));
        assert_eq!(summary.dropped.len(), 0);
        assert_eq!(plays, read(&fixture("lastfm.tsv"), Some(listener)).0);
    }
}

/// A stream as Spotify's extended history has it; `more` goes on from its last value.
fn stream(ts: &str, ms_played: u32, title: &str, more: &str) -> String {
    format!(
        "{{\"ts\": \"{ts}\", \"ms_played\": {ms_played}, \"master_metadata_track_name\": \"{title}\", \
         \"master_metadata_album_artist_name\": \"Velvet Sinners\", \"reason_end\": \"fwdbtn\"{more}}}"
    )
}

/// The same as account data have it: the end by the minute, and less besides.
fn short(end: &str, ms_played: u32, title: &str) -> String {
    format!(
        "{{\"endTime\": \"{end}\", \"artistName\": \"Velvet Sinners\", \"trackName\": \"{title}\", \
         \"msPlayed\": {ms_played}}}"
    )
}

fn array(folder: &Path, name: &str, records: &[String]) {
    std::fs::write(folder.join(name), format!("[{}]", records.join(",\n"))).unwrap();
}

/// `melody log import` of these files, with all listeners learned from; what it tells in JSON and in words.
fn log_import(folder: &Path, files: &[&str], out: &str) -> (Value, String) {
    let all = ["--validation", "0", "--test", "0", "--later", "0"];
    let told = |out: &str, more: &[&str]| {
        let arguments = [&["log", "import"], files, &["--out", out], &all, more].concat();
        let (code, said, error) = melody(folder, &arguments);
        assert_eq!(code, Some(0), "{error}");
        said
    };
    let json = serde_json::from_str(&told(&format!("{out}-json"), &["--json"])).unwrap();
    (json, told(out, &[]))
}

#[test]
fn plays_that_are_told_twice_count_once_whoever_imports() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let at = |i: u32| format!("2024-01-01T{:02}:{:02}:07Z", 10 + i / 60, i % 60);
    let streams: Vec<String> = (0..40)
        .map(|i| stream(&at(i), 9_000, ["No More Dreamers", "Leave It On"][i as usize % 2], ""))
        .collect();
    array(here, "x.json", &streams);
    let (json, said) = log_import(here, &["x.json", "x.json"], "twice");
    assert_eq!((&json["log"]["plays"], &json["doubles"]), (&40.into(), &40.into()));
    assert!(said.contains("left out         40, told twice"), "{said}");
    let (once, _) = log_import(here, &["x.json"], "once");
    assert_eq!(json["log"]["shards"], once["log"]["shards"], "to the bit as if told once");

    // The two histories of one account, in either order.
    let ends = ["2024-01-01 10:03", "2024-01-01 10:05"];
    array(
        here,
        "short.json",
        &[short(ends[0], 236_000, "No More Dreamers"), short(ends[1], 94_000, "Leave It On")],
    );
    let long = |end: &str, ms, title| stream(&format!("{}Z", end.replace(' ', "T")), ms, title, "");
    array(
        here,
        "long.json",
        &[
            long("2024-01-01 10:03:56", 236_000, "No More Dreamers"),
            long("2024-01-01 10:05:30", 94_000, "Leave It On"),
        ],
    );
    for (order, out) in [(["short.json", "long.json"], "a"), (["long.json", "short.json"], "b")] {
        let (json, _) = log_import(here, &order, out);
        assert_eq!((&json["log"]["plays"], &json["doubles"]), (&2.into(), &2.into()), "{order:?}");
        assert!(
            !json["unknown"].as_array().unwrap().contains(&"skipped".into()),
            "the fuller one stays"
        );
        let history =
            [&["import", "history"], &order[..], &["--as", out, "--json", "--plays", "2"]].concat();
        let (_, said, error) = melody(here, &history);
        let told: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{error}"));
        let plays = &told["plays"];
        let counts = ["kept", "duplicates", "older"].map(|count| plays[count].as_u64().unwrap());
        assert_eq!(counts, [2, 2, 0], "doubles take no other play's place: {said}");
    }

    // Lines of our own with sessions, by the second and by the hour.
    let line = |time: &str, title: &str| {
        format!(
            "{{\"time\":\"{time}\",\"title\":\"{title}\",\"artist\":\"A\",\"session\":\"7\",\"completed\":true}}\n"
        )
    };
    let by_second = line("2024-01-01T10:00:01Z", "a") + &line("2024-01-01T10:04:01Z", "a");
    let hour = "2024-01-01T12:00:00Z";
    let by_hour = [line(hour, "b"), line(hour, "c"), line(hour, "b")].concat();
    std::fs::write(here.join("own.jsonl"), by_second + &by_hour).unwrap();
    let (json, _) = log_import(here, &["own.jsonl", "own.jsonl"], "own");
    assert_eq!((&json["log"]["plays"], &json["doubles"]), (&5.into(), &5.into()));
}

#[test]
fn formats_are_listed_with_what_they_do_not_say() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, error) = melody(folder.path(), &["import", "--formats"]);
    assert_eq!(code, Some(0), "{error}");
    let short = "spotify-account  Spotify, streaming history of account data";
    let lacks = "unknown  length, completed, skipped, liked, saved";
    assert!(out.contains(short) && out.contains(lacks), "{out}");
    let (_, out, _) = melody(folder.path(), &["import", "--formats", "--json"]);
    let told: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(told.len(), formats().count());
    assert!(told.iter().all(|format| format["source"].is_string()), "{out}");
    let (code, _, error) = melody(folder.path(), &["import"]);
    assert!(code == Some(2) && error.contains("--formats"), "{error}");
}

/// What was downloaded, as one of the folders that the formats are tested by.
fn download(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/core/tests/imports");
    folder.join(name).display().to_string()
}

#[test]
fn a_download_is_imported_as_it_is_by_whoever_imports() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (theirs, streams) = (download("takeout-of-ann"), download("spotify.json"));
    let history = ["import", "history", &theirs, &streams, "--as", "me", "--json"];
    let (code, out, error) = melody(here, &history);
    assert_eq!(code, Some(0), "{error}");
    let told: Value = serde_json::from_str(&out).unwrap();
    let marks = &told["plays"]["marks"];
    assert_eq!(
        (&marks["likes"], &marks["hates"], &marks["saves"]),
        (&1.into(), &1.into(), &1.into())
    );
    // Of the one listener who is named, whoever does not name them.
    assert_eq!((&told["read"]["listener"], &told["plays"]["kept"]), (&"ann".into(), &7.into()));
    assert_eq!(told["plays"]["pieces"], 1);
    let without = told["read"]["without_plays"].as_array().unwrap();
    assert!(without.len() == 2 && without[0][0].as_str().unwrap().contains("Playlist1"), "{out}");
    let (json, said) = log_import(here, &[&theirs, &streams], "log");
    let log = &json["log"];
    assert_eq!(
        (&log["listeners"], &log["plays"], &json["pieces"]),
        (&1.into(), &7.into(), &1.into())
    );
    assert!(said.contains("1 like, 1 dislike and 1 save on plays"), "{said}");
    assert!(said.contains("1: played in incognito mode (`--incognito` keeps it)"), "{said}");
    let (_, said, _) = melody(here, &[&history[..6], &["--force", "--incognito"]].concat());
    assert!(said.contains("8 plays") || said.contains("9 plays"), "{said}");
}

#[test]
fn a_song_whose_length_nobody_tells_says_neither_skip_nor_completion() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let short =
        |day: usize, title: &str, ms: u32| short(&format!("2024-01-{day:02} 10:04"), ms, title);
    let patience = |records: &[String]| {
        array(here, "short.json", records);
        let (code, out, error) =
            melody(here, &["import", "history", "short.json", "--as", "me", "--force", "--json"]);
        assert_eq!(code, Some(0), "{error}");
        let told: Value = serde_json::from_str(&out).unwrap();
        let path = here.join("home/melody/profiles/me.toml").display().to_string();
        let profile = profile_named(&path, Path::new("")).unwrap();
        (profile.taste.patience, told["profile"]["length_unknown"].as_u64().unwrap())
    };
    // Heard again and again at the same length, that is the song's.
    let same: Vec<String> =
        (1..=28).map(|day| short(day, "Two And A Half Minutes", 150_000)).collect();
    let (full, unknown) = patience(&same);
    assert!(full > 0.5 && unknown == 0, "{full} {unknown}");
    // Once each, nothing is known of them.
    let once: Vec<String> = (1..=28)
        .map(|day| short(day, &format!("Number {day}"), 150_000 + 7 * day as u32))
        .collect();
    let (none, unknown) = patience(&once);
    assert!(none > 0.0 && none < full && unknown == 28, "{none} {unknown}");
}

#[test]
fn several_users_of_spotify_are_several_listeners_and_one_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let of = |user: &str, minute: u32| {
        let ts = format!("2020-01-01T10:{minute:02}:00Z");
        stream(&ts, 30_000, "Leave It On", &format!(", \"username\": \"{user}\""))
    };
    array(here, "two.json", &[of("ann", 1), of("bob", 2), of("bob", 3)]);
    let (json, said) = log_import(here, &["two.json"], "two");
    assert_eq!(
        (&json["log"]["listeners"], &json["read"]["by_username"]),
        (&2.into(), &true.into())
    );
    assert!(said.contains("several listeners, told apart by Spotify's `username`"), "{said}");
    let history = ["import", "history", "two.json", "--as", "me"];
    let (_, said, _) = melody(here, &history);
    assert!(said.contains("2: of other listeners (`--listener`: bob)"), "{said}");
    let (_, said, _) = melody(here, &[&history[..], &["--force", "--listener", "bob"]].concat());
    assert!(said.contains("2 plays, 2020-01-01"), "{said}");

    // Newer files leave the name out: one user's are one listener's.
    array(here, "ann.json", &[of("ann", 1)]);
    array(here, "newer.json", &[stream("2024-01-01T10:00:00Z", 30_000, "Leave It On", "")]);
    let (json, said) = log_import(here, &["ann.json", "newer.json"], "ann");
    assert_eq!((&json["log"]["listeners"], &json["log"]["plays"]), (&1.into(), &2.into()));
    assert!(!said.contains("several listeners"), "{said}");
}

#[test]
fn a_label_that_nobody_has_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let scrobbles = fixture("lastfm.tsv").display().to_string();
    let (_, said) = log_import(here, &[&scrobbles], "log");
    let unknown = "unknown          completed, play_ratio, skipped, liked, saved, subscribes, engaged: no play tells";
    assert!(said.contains(unknown), "{said}");
    let (code, said, error) = melody(here, &["eval", "default", "--log", "log", "--split", "all"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(said.contains("expected play ratio: no play tells how much was heard"), "{said}");
    assert!(said.contains("not measured: no play tells") && !said.contains("-0.0000"), "{said}");
    let (code, _, error) = melody(here, &["train", "--log", "log", "--out", "model"]);
    assert!(
        code == Some(2) && error.contains("tells how it went: nothing can be learned"),
        "{error}"
    );
    assert!(!here.join("model").exists());
}

#[test]
fn a_log_of_nothing_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let episode = stream("2020-01-01T10:00:00Z", 30_000, "x", ", \"episode_name\": \"e\"");
    let episode = episode
        .replace("\"master_metadata_track_name\": \"x\"", "\"master_metadata_track_name\": null");
    array(here, "podcasts.json", &[episode, stream("2020-01-01T10:00:00Z", 0, "y", "")]);
    let import = ["log", "import", "podcasts.json", "--out", "log"];
    let (code, _, error) = melody(here, &import);
    let says = [
        "no play could be read",
        "1 dropped: a podcast episode",
        "1 dropped: nothing of it was heard",
    ];
    assert!(code == Some(2) && says.iter().all(|part| error.contains(part)), "{error}");
    assert!(!here.join("log").exists(), "nothing is left of it");
    array(here, "podcasts.json", &[stream("2020-01-01T10:00:00Z", 9_000, "Unheard Of", "")]);
    let (code, _, error) = melody(here, &[&import[..], &["--matched-only"]].concat());
    assert!(code == Some(2) && error.contains("none of the 1 plays is of a song of"), "{error}");
}

#[test]
fn session_logs_become_plays_and_a_catalogue() {
    let folder = tempfile::tempdir().unwrap();
    let (log, tracks) = (fixture("mssd_log.csv"), fixture("mssd_tracks.csv"));
    let (log, tracks) = (log.display().to_string(), tracks.display().to_string());
    let arguments = ["import", "mssd", &log, "--features", &tracks, "--out", "m", "--json"];
    let (code, out, error) = melody(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{error}");
    let summary: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&summary["plays"], &summary["sessions"]), (&60.into(), &3.into()));
    let dropped = summary["log"]["dropped"].as_object().unwrap();
    assert_eq!(dropped.len(), 3, "{out}");
    let catalogue = load(&folder.path().join("m"), &|_| {}).unwrap();
    assert_eq!(catalogue.songs.len(), summary["tracks"].as_u64().unwrap() as usize);
    assert_eq!(summary["catalogue"]["dropped"]["not as many fields as columns"], 1);
    // The fourth of the first session: skipped, but after most of it; and in the catalogue.
    let session = "0_invented-0";
    let (plays, _) = read(&folder.path().join("m/plays.jsonl"), Some(session));
    assert_eq!(plays.len(), 20);
    let outcomes: Vec<(f32, bool)> = plays[..5]
        .iter()
        .map(|play| play.outcome(None))
        .map(|outcome| (outcome.play_ratio, outcome.skipped))
        .collect();
    assert_eq!(outcomes, [(0.05, true), (0.175, true), (0.6, false), (0.9, true), (1.0, false)]);
    let past = interactions(&catalogue, &recorded(plays), Scene::Relax, 0);
    assert_eq!(past.iter().filter(|play| play.first).count(), 1);
    assert!(past.is_sorted_by_key(|play| play.began_ms));

    let plays = "m/plays.jsonl";
    let arguments =
        ["import", "history", plays, "--listener", session, "--as", "x", "--catalogue", "m"];
    let (code, out, error) = melody(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{error}");
    assert!(out.contains("20 by identifier"), "{out}");

    // With a catalogue that has none of them, the same songs stand in each time.
    let arguments = ["import", "history", plays, "--listener", session, "--as", "y"];
    assert_eq!(melody(folder.path(), &arguments).0, Some(0));
    let own = folder.path().join("home/melody/profiles/y.toml").display().to_string();
    let Past::Recorded(stored) = profile_named(&own, Path::new("")).unwrap().past else {
        panic!("{own}");
    };
    assert!(stored.plays.iter().all(|play| play.imputed));
    let (plays, _) = read(&folder.path().join(plays), Some(session));
    assert_eq!(
        interactions(self::catalogue(), &stored, Scene::Relax, 0),
        interactions(self::catalogue(), &recorded(plays), Scene::Relax, 0)
    );
}

/// What simulated listeners did, told as plays, suggests the taste they did it by. Correlation over
/// families, of a listener with 1,500 plays; chance would give half of them a negative one.
#[test]
fn the_estimated_taste_is_like_the_hidden_one() {
    let mut correlations = Vec::new();
    for name in crate::common::profiles() {
        let mut profile = profile_named(name, Path::new("")).unwrap();
        profile.past = Past::Simulated(PastPlays { plays: 1_500, seed: 5 });
        let hidden = profile.taste.clone();
        let plays =
            crate::common::LIBRARY.engine(&profile, None, 1).setup.past.iter().map(told).collect();
        let recorded = recorded(plays);
        let heard = placed(&Matcher::new(catalogue()), &recorded);
        let guessed = estimate(catalogue(), &heard);
        correlations.push(correlation(&guessed.families, &hidden.families));
    }
    let mean = correlations.iter().sum::<f64>() / correlations.len() as f64;
    assert!(mean > 0.5 && correlations.iter().all(|&r| r > 0.0), "{correlations:?}");
}

/// A play as a service would tell it.
fn told(play: &Interaction) -> Play {
    Play {
        song: Some(catalogue().song(play.song).id.to_string()),
        play_ratio: Some(play.play_ratio),
        completed: Some(play.completed),
        skipped: Some(play.skipped),
        ..Play::default()
    }
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (am, bm) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        a.iter().zip(b).map(|(&a, &b)| f(a - am, b - bm)).sum()
    };
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

#[test]
fn stand_ins_say_nothing_of_the_taste() {
    let play = |i: u32| Play {
        title: Some(format!("Invented {i}")),
        artist: Some("Nobody in Particular".into()),
        skipped: Some(true),
        ..Play::default()
    };
    let recorded = recorded((0..200).map(play).collect());
    let heard = placed(&Matcher::new(catalogue()), &recorded);
    assert!(heard.iter().all(|heard| heard.how == How::Anything));
    let taste = estimate(catalogue(), &heard);
    assert!(taste.families.iter().chain(&taste.genres).chain(&taste.sound).all(|&e| e == 0.0));
    assert_eq!(taste.pickiness, 0.0);
    // How it went is the listener's own.
    assert!(taste.patience < -1.0, "{taste:?}");
}

/// Other ways to write the title of the same recording.
fn dressed(title: &str, how: usize) -> String {
    match how {
        0 => title.to_uppercase(),
        1 => format!("  {title} - Remastered 2011"),
        2 => format!("{title} (feat. Somebody Else)"),
        3 => format!("{title} [Live at Home, 1999] - 2003 Remaster"),
        4 => format!("“{}”", title.replace(' ', "\u{a0}")),
        _ => title.chars().flat_map(|c| [c, '\u{301}']).collect(),
    }
}

proptest! {
    #[test]
    fn a_song_is_found_however_its_title_is_written(song in 0u32..2_000, how in 0usize..6) {
        let matcher = Matcher::new(catalogue());
        let song = catalogue().song(SongId(song % catalogue().songs.len() as u32));
        let artist = &catalogue().artist(song.lead_artist()).name;
        let play = Play {
            title: Some(dressed(&song.title, how)),
            artist: Some(artist.to_lowercase().trim_start_matches("the ").to_string()),
            ..Play::default()
        };
        let found = matcher.find(&play);
        let found = found.map(|(found, _)| catalogue().song(found));
        prop_assert!(found.is_some(), "{play:?}");
        let found = found.unwrap();
        prop_assert_eq!(plain_title(&found.title), plain_title(&song.title));
        prop_assert!(found.artists.iter().any(|a| song.artists.contains(a)));
    }

    #[test]
    fn stand_ins_are_the_same_each_time_and_of_one_artist(
        artist in "\\PC{0,6}[a-z]\\PC{0,6}", titles in prop::collection::vec("\\PC{1,12}", 1..6)
    ) {
        let matcher = Matcher::new(catalogue());
        let stand_in = |title: &String| {
            let (title, artist) = (Some(title.clone()), Some(artist.clone()));
            matcher.stand_in(&Play { title, artist, ..Play::default() })
        };
        let lead = |(song, how): (SongId, How)| {
            assert!(how.imputed());
            catalogue().song(song).lead_artist()
        };
        let first = lead(stand_in(&titles[0]));
        for title in &titles {
            prop_assert_eq!(stand_in(title), stand_in(title));
            prop_assert!(
                lead(stand_in(title)) == first || stand_in(title).1 == How::SameArtist,
                "{} {}", artist, title
            );
        }
    }

    #[test]
    fn a_stand_in_is_of_the_genre_that_is_known(title in "[a-z]{1,8}", genre in 0usize..24) {
        let genre = &melody::catalogue::taxonomy().genres[genre].id;
        let artist = Some("Nobody in Particular".to_string());
        let play = Play { title: Some(title), artist, genre: Some(genre.clone()), ..Play::default() };
        let (song, how) = Matcher::new(catalogue()).stand_in(&play);
        prop_assert_eq!(how, How::SameGenre);
        prop_assert_eq!(&catalogue().genre(catalogue().song(song)).id, genre);
    }

    #[test]
    fn normal_forms_are_their_own(text in "\\PC*") {
        let form = normal(&text);
        prop_assert_eq!(normal(&form), form);
        prop_assert!(!artists_of(&text).is_empty());
        let plain = plain_title(&text);
        prop_assert_eq!(normal(&plain), plain);
    }

    /// Whatever is in a file, reading it ends with plays, or with a problem that has a place.
    #[test]
    fn garbage_is_told_or_dropped(
        start in "(\u{feff})?(\\[|\\{\"listens\":\\[|)", records in prop::collection::vec(record(), 0..8),
        bytes in prop::collection::vec(any::<u8>(), 0..40)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("garbage");
        let mut text = start.into_bytes();
        text.extend(records.join(",\n").into_bytes());
        text.extend(bytes);
        std::fs::write(&path, text).unwrap();
        for format in [None].into_iter().chain(formats().map(Some)) {
            let mut taken = 0;
            let files = std::slice::from_ref(&path);
            let importing = Importing { files, format, listener: None, incognito: false };
            match importing.read(&|_| {}, None, &mut |_| taken += 1) {
                Ok(summary) => {
                    let dropped: u64 = summary.dropped.values().map(|dropped| dropped.count).sum();
                    prop_assert_eq!(summary.records, dropped + summary.other_listeners + taken);
                }
                Err(error) => {
                    prop_assert!(error.problems.iter().all(|p| p.line.is_some() && p.field.is_some()));
                }
            }
        }
    }
}

/// Records, whole and broken.
fn record() -> impl Strategy<Value = String> {
    let whole = "{\"ts\":\"2024-03-02T18:00:00Z\",\"ms_played\":1000,\
                 \"master_metadata_track_name\":\"A\",\"master_metadata_album_artist_name\":\"B\"}";
    prop_oneof![
        Just(whole.to_string()),
        Just("{\"title\":\"A\",\"artist\":\"B\",\"time\":5}".to_string()),
        (0..whole.len()).prop_map(move |at| whole[..at].to_string()),
        (0..whole.len()).prop_map(move |at| whole[at..].to_string()),
        "\\PC{0,20}",
    ]
}

#[test]
fn plays_that_name_nobody_beside_several_listeners_are_not_taken_for_the_first_ones() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let of = |listener: &str, minute: u32| {
        let listener = if listener.is_empty() {
            String::new()
        } else {
            format!("\"listener\":\"{listener}\",")
        };
        format!(
            "{{{listener}\"time\":\"2020-01-01T10:{minute:02}:00Z\",\"title\":\"Leave It On\",\"artist\":\"A\"}}\n"
        )
    };
    let write =
        |lines: &[String]| std::fs::write(here.join("plays.jsonl"), lines.concat()).unwrap();
    let history = ["import", "history", "plays.jsonl", "--as", "me", "--force"];
    let two = [of("ann", 1), of("", 5), of("", 9), of("bob", 13)];
    for lines in [two.clone(), [of("", 5), of("ann", 1), of("bob", 13), of("", 9)]] {
        write(&lines);
        let (code, _, error) = melody(here, &history);
        assert_eq!(code, Some(2), "{error}");
        assert!(
            error.contains("2 plays name no listener, and there are several: ann, bob"),
            "{error}"
        );
        for (listener, plays) in [("ann", "1 play,"), ("", "2 plays,")] {
            let (code, said, error) =
                melody(here, &[&history[..], &["--listener", listener]].concat());
            assert!(code == Some(0) && said.contains(plays), "{said}{error}");
        }
    }
    // Of one who is named they are.
    write(&two[..3]);
    let (_, said, error) = melody(here, &history);
    assert!(said.contains("3 plays, 2020-01-01"), "{said}{error}");
    assert!(said.contains("kept             3 ("), "{said}");
}

#[test]
fn an_artist_that_no_file_names_is_told_with_the_file_that_does() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let apple = download("apple");
    let activity = format!("{apple}/Apple Music Play Activity.csv");
    let (_, said, error) = melody(here, &["import", "history", &activity, "--as", "me"]);
    assert!(
        said.contains("artist unknown   ") && said.contains("Daily Tracks.csv"),
        "{said}{error}"
    );
}
