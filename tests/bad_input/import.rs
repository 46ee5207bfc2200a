//! A CSV to import.

use crate::bench::Bench;

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
