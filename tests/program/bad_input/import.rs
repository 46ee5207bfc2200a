//! A CSV to import.

use crate::bad_input::bench::Bench;

const IMPORT: [&str; 5] = ["import", "spotify-tracks", "tracks.csv", "--out", "imported"];
const HEADER: &str = "track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,track_genre";

fn tracks(rows: usize) -> String {
    let row = |i: usize| {
        format!(
            "t{i},Artist {i};Another,\"An album, with a comma\",Track {i},55,200000,False,0.5,0.6,3,-7.1,pop"
        )
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn a_csv_that_cannot_be_imported() {
    let bench = Bench::new();
    bench.write("tracks.csv", tracks(30));
    bench.refuses_what_is_no_text("tracks.csv", &IMPORT);
    let refuses = |text: String, says: &[&str]| {
        bench.write("tracks.csv", text);
        bench.refuses(&IMPORT, says);
    };
    let good = tracks(30);
    refuses(good.replace("track_id", "track"), &["tracks.csv:1: track_id: ", "is missing"]);
    refuses(
        good.replace("track_genre", "track_gerne"),
        &["tracks.csv:1: track_genre: ", "is `track_gerne` meant?"],
    );
    refuses(
        good.replace("album_name", "track_name"),
        &["tracks.csv:1: track_name: ", "appears twice"],
    );
    refuses(format!("{HEADER}\n"), &["tracks.csv:1: track_id: only 0 usable songs"]);
    refuses(tracks(19), &["tracks.csv:1: track_id: only 19 usable songs"]);
    refuses(good.replace(",pop\n", ",\n"), &["only 0 usable songs", "no genre"]);
    refuses(
        good.replace("t4,Artist 4;Another,", "t4,Artist 4,Another,"),
        &["tracks.csv:6: (row): ", "13 fields", "double quotes"],
    );
    refuses("\u{0}\u{1}\n\u{2}".into(), &["tracks.csv:1: track_id: "]);
}

/// Odd values in rows are left out and counted: public data is never clean.
#[test]
fn odd_rows_are_counted_not_refused() {
    let bench = Bench::new();
    let odd = tracks(30)
        .replace("t3,", "t2,")
        .replace("Track 5,55,200000", "Track 5,NaN,200000")
        .replace("Track 6,55,200000", "Track 6,55,-3")
        .replace("Track 7,", ",")
        .replace("Track 8,55", "Track\u{7} 8,1e999")
        .replace("t9,Artist 9;Another", "t9,;");
    bench.write("tracks.csv", odd);
    bench.accepts(&IMPORT);
    bench.accepts(&["catalogue", "check", "imported"]);
}

const HISTORY: [&str; 5] = ["import", "history", "plays.json", "--as", "me"];

fn stream(title: &str) -> String {
    format!(
        "{{\"ts\": \"2024-03-02T18:03:56Z\", \"ms_played\": 9000, \"master_metadata_track_name\": {title}, \
         \"master_metadata_album_artist_name\": \"B\", \"reason_end\": \"fwdbtn\"}}"
    )
}

#[test]
fn a_history_that_cannot_be_imported() {
    let bench = Bench::new();
    let refuses = |text: &[u8], says: &[&str]| {
        bench.write("plays.json", text);
        bench.refuses(&HISTORY, says);
    };
    let (good, none) = (stream("\"A\""), stream("null"));
    refuses(b"", &["plays.json:1: (whole file): the file is empty"]);
    refuses(b"\xef\xbb\xbf \n", &["plays.json:1: (whole file): the file is empty"]);
    refuses(b"\x7fELF\x02\x01\xff\xfe\x00", &["plays.json:1: (whole file): not recognised"]);
    refuses(b"\x1f\x8b\x08\x00 no gzip", &["plays.json:1: (whole file): cannot be read on"]);
    refuses(b"[]", &["plays.json:1: (whole file): not recognised"]);
    refuses(b"session_id,track\n", &["melody import mssd"]);
    refuses(b"<html><body>Log in</body></html>", &["a page of HTML, perhaps a page to log in on"]);
    refuses(b"<!DOCTYPE html><a href=\"https://www.youtube.com\">", &["Google Takeout has"]);
    refuses(b"PK\x03\x04 and no more", &["a zip archive that is cut short, or none at all"]);
    refuses(
        format!("[{good},\n{none}").as_bytes(),
        &["plays.json:2: (array): the file ends", "help: "],
    );
    refuses(format!("[{good},\n{}", &good[..40]).as_bytes(), &["plays.json:2: (array): "]);
    refuses(
        format!("[{none}]").as_bytes(),
        &["no play could be read", "1 dropped: no title or no artist"],
    );
    bench.remove("plays.json");
    bench.refuses(&HISTORY, &["plays.json: no such file"]);
    bench.write("out.toml", "");
    bench.refuses(
        &["import", "history", "plays.json", "--out", "out.toml"],
        &["plays.json: no such file"],
    );
    bench.write("plays.json", format!("[{good}]"));
    let name = |name| ["import", "history", "plays.json", "--as", name];
    bench.refuses(&name("../me"), &["no name for a file", "--as"]);
    bench.refuses(&name("explorer"), &["a shipped profile"]);
    let more = |flag, value| [&HISTORY[..], &[flag, value]].concat();
    bench.refuses(&more("--listener", "ann"), &["no play could be read", "listeners here: "]);
    bench.refuses(&more("--catalogue", "nowhere"), &["nowhere: catalogue: "]);
    bench.refuses(
        &[&HISTORY[..], &["--matched-only"]].concat(),
        &["the play is not of a song", "help: "],
    );
    bench.accepts(&HISTORY);
}

#[test]
fn a_session_log_that_cannot_be_imported() {
    let bench = Bench::new();
    let header = "session_id,track_id_clean,skip_1,skip_2,skip_3,not_skipped";
    let row = "s,t_1,False,False,False,True";
    let log = ["import", "mssd", "log.csv", "--out", "imported"];
    bench.write("log.csv", format!("{header}\n{row}\n").replace("skip_2", "skip_two"));
    bench.refuses(&log, &["log.csv:1: skip_2: ", "is missing"]);
    bench.write("log.csv", format!("{header}\nrow\n"));
    bench.refuses(&log, &["log.csv:1: (whole file): no play could be read"]);
    bench.write("log.csv", format!("{header}\n{row}\n"));
    bench.write("tracks.csv", "track_id,duration\n");
    let both = [&log[..], &["--features", "tracks.csv"]].concat();
    bench.refuses(&both, &["tracks.csv:1: release_year: ", "is missing"]);
    let tracks = std::fs::read_to_string("tests/fixtures/import/mssd_tracks.csv").unwrap();
    bench.write("tracks.csv", tracks);
    bench.refuses(&both, &["tracks.csv:1: track_id: only 0 usable songs", "help: "]);
    bench.accepts(&log);
}
