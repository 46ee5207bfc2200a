//! Exports as they lie beside the project, where they do: `MELODY_EXPORTS_DIR` names the folder. None of it is needed here.

use std::path::Path;

use melody_core::plays::Format;

use crate::formats::read;

/// Files, their format (of the first, of an archive) and how many plays they have.
const EXPORTS: [(&str, &str, usize); 46] = [
    ("apple/Apple Music - Play History Daily Tracks.csv", "apple-daily", 1),
    ("apple/Apple Music Play Activity.csv", "apple-activity", 2),
    ("apple/Library.xml", "apple-library", 1),
    ("lastfm/LFM-1b_LEs.txt", "lfm-1b", 2),
    ("lastfm/lastfmstats-invented.csv", "lastfmstats-csv", 1),
    ("lastfm/lastfmstats-invented.json", "lastfmstats", 1),
    ("lastfm/lfm2b_listening_events.tsv", "lfm-2b", 2),
    ("lastfm/recenttracks-invented-1749776100.csv", "lastfm-ghan", 1),
    ("lastfm/user.getrecenttracks.json", "lastfm-api", 1),
    ("listenbrainz/5.listens", "listenbrainz", 2),
    ("listenbrainz/6.jsonl", "listenbrainz", 4),
    ("listenbrainz/api.json", "listenbrainz", 2),
    ("listenbrainz/feedback.jsonl", "listenbrainz-feedback", 0),
    ("listenbrainz/listenbrainz_invented_1749780844.zip", "listenbrainz-user", 4),
    ("other/koito_export.json", "koito", 1),
    ("other/tidal_streaming.csv", "tidal", 1),
    ("research/deezer_dsg17.csv", "deezer-dsg17", 1),
    ("research/kkbox_train.csv", "kkbox", 1),
    ("research/log_input_test.csv", "mssd-input", 1),
    ("research/log_mini.csv", "mssd", 10),
    ("research/log_standard_4_22_to_5_08_pure.csv", "kuairand", 1),
    ("research/mpd.slice.0-999.json", "million-playlist", 1),
    ("research/mssd_skip2_endplay.csv", "mssd", 2),
    ("research/music.inter", "recbole", 1),
    ("research/music4all_listening_history.csv", "music4all", 1),
    ("research/six.inter", "recbole", 2),
    ("research/yambda_likes.parquet", "yambda", 0),
    ("research/yambda_listens.parquet", "yambda", 3),
    ("scrobbler/.scrobbler.log", "scrobbler-log", 2),
    ("scrobbler/panoscrobbler.jsonl", "pano-scrobbler", 1),
    ("spotify/StreamingHistory_audiobook_0.json", "spotify-account", 0),
    ("spotify/StreamingHistory_music_0.json", "spotify-account", 4),
    ("spotify/StreamingHistory_podcast_0.json", "spotify-account", 0),
    ("spotify/Streaming_History_Audio_2025.json", "spotify", 7),
    ("spotify/Streaming_History_Video_2024.json", "spotify", 0),
    ("spotify/YourLibrary.json", "spotify-library", 0),
    ("spotify/both_ext.json", "spotify", 2),
    ("spotify/both_short.json", "spotify-account", 2),
    ("spotify/endsong_0.json", "spotify", 8),
    ("spotify/ext_300_full.json", "spotify", 300),
    ("spotify/ext_local.json", "spotify", 1),
    ("spotify/ext_nextbtn.json", "spotify", 2),
    ("spotify/my_spotify_data.zip", "spotify", 2),
    ("spotify/short_150s.json", "spotify-account", 7),
    ("spotify/short_300_full.json", "spotify-account", 300),
    ("spotify/spotify_history.csv", "spotify-csv", 1),
];
/// Files that have counts of plays and no plays.
const COUNTS: [&str; 2] =
    ["lastfm/usersha1-artmbid-artname-plays.tsv", "research/kkbox_user_logs.csv"];

#[test]
fn what_lies_beside_the_project_is_read() {
    let Some(folder) = std::env::var_os("MELODY_EXPORTS_DIR") else { return };
    let folder = Path::new(&folder);
    for (name, format, plays) in EXPORTS {
        let (found, summary) = read(&[folder.join(name)], false).unwrap();
        let told = summary.files[0].1.map(Format::name);
        assert_eq!((told, found.len()), (Some(format), plays), "{name}: {summary:?}");
    }
    for name in COUNTS {
        let refused = read(&[folder.join(name)], false).unwrap_err();
        assert!(refused.contains("counts of plays, and no plays"), "{refused}");
    }
    // The two histories of one account are one.
    let both = ["both_ext.json", "both_short.json"].map(|name| folder.join("spotify").join(name));
    assert_eq!(read(&both, false).unwrap().0.len(), 2);
}
