//! `melody import mssd`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::output::PLAYS;
use super::reading::{byte_bar, print_read};
use crate::cli::arguments::ImportMssd;
use crate::cli::failure::Failure;
use crate::cli::say::{say, say_json};
use melody_core::catalogue::{TrackSummary, import_mssd, may_write_catalogue, write};
use melody_core::output::{Draft, may_replace};
use melody_core::plays::{ReadSummary, read_mssd, save};

/// What became of the files.
#[derive(Serialize)]
struct Summary {
    log: ReadSummary,
    plays: u64,
    sessions: u64,
    tracks: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue: Option<TrackSummary>,
}

pub(super) fn run(arguments: &ImportMssd) -> Result<(), Failure> {
    let out = &arguments.out;
    let inputs: Vec<&Path> =
        arguments.logs.iter().chain(&arguments.features).map(PathBuf::as_path).collect();
    if !arguments.features.is_empty() {
        may_write_catalogue(out, &inputs)?;
    }
    let plays_path = out.join("plays.jsonl");
    may_replace(&plays_path, PLAYS, &inputs)?;
    let mut plays_file = Draft::begin(&plays_path)?;
    let bar = byte_bar(&arguments.logs, "reading sessions");
    let log = read_mssd(&arguments.logs, &|bytes| bar.inc(bytes), &mut |play| {
        save(&mut plays_file, [play])
    })?;
    bar.finish_and_clear();
    let plays: u64 = log.tracks.values().map(|&plays| u64::from(plays)).sum();
    if plays == 0 {
        return Err(Failure::Input(log.summary.nothing_kept().into()));
    }
    let catalogue = if arguments.features.is_empty() {
        None
    } else {
        let name = out.file_name().map_or("mssd".into(), |n| n.to_string_lossy().into_owned());
        let bar = byte_bar(&arguments.features, "reading tracks");
        let most = arguments.songs as usize;
        let (files, summary) =
            import_mssd(&arguments.features, &log.tracks, most, &name, &|bytes| bar.inc(bytes))?;
        bar.finish_and_clear();
        write(&files, out)?;
        Some(summary)
    };
    plays_file.commit()?;
    let (sessions, tracks) = (log.sessions, log.tracks.len());
    let summary = Summary { log: log.summary, plays, sessions, tracks, catalogue };
    if arguments.json {
        say_json(&summary)?;
    } else {
        print(arguments, &summary)?;
    }
    Ok(())
}

fn print(arguments: &ImportMssd, summary: &Summary) -> Result<(), Failure> {
    let out = arguments.out.display();
    print_read(&summary.log)?;
    say!("{} plays of {} tracks in {} sessions", summary.plays, summary.tracks, summary.sessions)?;
    if let Some(catalogue) = &summary.catalogue {
        say!("{} rows of features: {} songs", catalogue.rows, catalogue.songs)?;
        say!(
            "  left out         {}: not played, or not among the most played",
            catalogue.left_out
        )?;
        for (reason, count) in &catalogue.dropped {
            say!("  dropped          {count}: {reason}")?;
        }
        let genres: Vec<String> =
            catalogue.sounds_like.iter().map(|(genre, songs)| format!("{genre} {songs}")).collect();
        say!("  genres imputed   by sound: {}", genres.join(", "))?;
        say!(
            "  simulated        {} promoted and {} premium songs; the data has neither",
            catalogue.simulated_promoted,
            catalogue.simulated_premium
        )?;
        say!("wrote {out}/songs.csv and {out}/catalogue.toml")?;
    }
    say!("wrote {out}/plays.jsonl")?;
    let catalogue =
        if summary.catalogue.is_some() { format!(" --catalogue {out}") } else { String::new() };
    say!(
        "a listener of it: melody import history {out}/plays.jsonl --listener SESSION --as NAME{catalogue}"
    )
}
