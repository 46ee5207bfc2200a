//! Files that are read in pieces, on several threads: what is read of them is what is in them, in its order, wherever they are cut.

use std::fs;

use melody_core::input::InputError;
use melody_core::plays::{Format, Importing, Play, ReadSummary};

/// Every play of a file, in order, and the summary.
fn read(name: &str, text: &str) -> Result<(Vec<Play>, ReadSummary), InputError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let mut all = Vec::new();
    let files = [path];
    let importing = Importing { files: &files, format: None, listener: None, incognito: false };
    let mut take = |play: &Play| {
        all.push(play.clone());
        Ok(())
    };
    let mut summary = importing.read(&|_| {}, Some(&mut take), &mut |_| {})?;
    let place = format!("{}/", folder.path().display());
    for dropped in summary.dropped.values_mut() {
        dropped.first = dropped.first.replace(&place, "");
    }
    Ok((all, summary))
}

/// A stream of Spotify's, one line each. `more` are further keys.
fn stream(number: usize, title: &str, more: &str) -> String {
    let (minute, second) = (number / 60 % 60, number % 60);
    format!(
        "{{\"ts\": \"2024-03-01T{:02}:{minute:02}:{second:02}Z\", \"ms_played\": {}, \"master_metadata_track_name\": \"{title}\", \
         \"master_metadata_album_artist_name\": \"Band\", \"reason_end\": \"trackdone\"{more}}}",
        number / 3_600 % 24,
        30_000 + number
    )
}

/// Some thousands of streams, each in a line of its own; `odd` is put in place of the one of its number.
fn streams(many: usize, odd: &[(usize, String)]) -> String {
    let one = |number: usize| {
        let odd = odd.iter().find(|(place, _)| *place == number);
        odd.map_or_else(|| stream(number, &format!("Song {number}"), ""), |(_, text)| text.clone())
    };
    (0..many).map(one).collect::<Vec<_>>().join(",\n")
}

fn numbers(plays: &[Play]) -> Vec<u32> {
    plays.iter().filter_map(|play| play.ms_played).map(|ms| ms - 30_000).collect()
}

#[test]
fn a_large_array_is_read_in_its_order_and_what_is_dropped_has_its_line() {
    let odd = [
        (3_000, stream(3_000, "", ", \"episode_name\": \"Talk\"")),
        (5_000, "{\"ts\": 5, \"ms_played\": 1}".into()),
        (7_000, stream(7_000, "Caf\\u00e9 }, { \\\"Live\\\"", "")),
        (8_000, "7".into()),
        (9_000, stream(9_000, "Twice", ", \"ms_played\": 1")),
    ];
    let (plays, summary) =
        read("large.json", &format!("[\n{}\n] and more", streams(12_000, &odd))).unwrap();
    let left: Vec<u32> =
        (0..12_000).filter(|n| ![3_000, 5_000, 8_000, 9_000].contains(n)).collect();
    assert_eq!(numbers(&plays), left);
    assert_eq!(plays[6_998].title.as_deref(), Some("Café }, { \"Live\""));
    assert_eq!(summary.records, 12_000);
    let first = |reason: &str| summary.dropped[reason].first.as_str();
    assert_eq!(first("a podcast episode"), "large.json:3002");
    assert_eq!(
        first("ts: not what it should be"),
        "large.json:5002: invalid type: integer `5`, expected a string"
    );
    assert_eq!(first("not a play's object").split_once(": ").unwrap().0, "large.json:8002");
    assert_eq!(summary.dropped.values().map(|dropped| dropped.count).sum::<u64>(), 4);
}

#[test]
fn where_a_text_looks_like_the_end_of_a_record_nothing_is_lost() {
    let note = format!(", \"note\": \"{}\"", "},\\n{ ".repeat(100_000));
    let odd = [(4_000, stream(4_000, "Noted", &note)), (9_999, stream(9_999, "Noted", &note))];
    let (plays, summary) = read("odd.json", &format!("[{}]", streams(15_000, &odd))).unwrap();
    assert_eq!(numbers(&plays), (0..15_000).collect::<Vec<_>>());
    assert_eq!((summary.records, summary.dropped.len()), (15_000, 0));
    // Longer than any record: only that one is left out.
    let note = note.repeat(2);
    let odd = [(4_000, stream(4_000, "Noted", &note))];
    let (plays, summary) = read("long.json", &format!("[{}]", streams(15_000, &odd))).unwrap();
    assert_eq!(plays.len(), 14_999);
    assert_eq!(summary.dropped["longer than a megabyte"].first, "long.json:4001");
}

#[test]
fn lists_within_records_do_not_part_them() {
    let more = ", \"devices\": [{\"a\": 1},{\"b\": \"]\"},{\"c\": [1]}]";
    let odd: Vec<_> = (2_000..9_000).map(|n| (n, stream(n, "Listed", more))).collect();
    let (plays, _) = read("lists.json", &format!("[{}]", streams(12_000, &odd))).unwrap();
    assert_eq!(numbers(&plays), (0..12_000).collect::<Vec<_>>());
}

#[test]
fn a_large_array_that_is_cut_short_is_told_with_its_last_line() {
    let whole = format!("[\n{}\n]", streams(12_000, &[]));
    for cut in [whole.len() - 1, whole.len() - 20, whole.len() * 3 / 4] {
        let error = read("cut.json", &whole[..cut]).unwrap_err();
        let lines = whole[..cut].matches('\n').count() + 1;
        assert!(error.to_string().contains("ends before its array does"), "{error}");
        assert_eq!(error.problems[0].line, Some(lines));
    }
}

#[test]
fn lines_and_tables_are_read_in_their_order_too() {
    let line = |n: u32| {
        format!(
            "{{\"title\": \"Song {n}\", \"artist\": \"Band\", \"ms_played\": {}}}\n",
            30_000 + n
        )
    };
    let text: String = (0..9_000).map(line).collect();
    let (plays, _) = read("own.jsonl", &text).unwrap();
    assert_eq!(numbers(&plays), (0..9_000).collect::<Vec<_>>());
    let row = |n: u32| format!("2024-03-01 10:00:00,{},Song {n},Band\n", 30_000 + n);
    let rows: String = (0..12_000).map(row).collect();
    let table = format!("ts,ms_played,track_name,artist_name\n{rows}x,1,\"Song\",Band\n");
    let (plays, summary) = read("table.csv", &table).unwrap();
    assert_eq!(numbers(&plays), (0..12_000).collect::<Vec<_>>());
    assert_eq!(summary.dropped["ts: not a time"].first, "table.csv:12002: `x`");
}

#[test]
fn a_list_that_is_said_to_be_a_table_has_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.json");
    fs::write(&path, format!("[{}]", streams(9_000, &[]))).unwrap();
    let (files, format) = ([path], Format::named("tidal"));
    let importing = Importing { files: &files, format, listener: None, incognito: false };
    let summary = importing.read(&|_| {}, None, &mut |play| panic!("{play:?}")).unwrap();
    assert_eq!((summary.records, summary.files.len()), (0, 1));
}
