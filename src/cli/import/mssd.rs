//! `melody import mssd`.

use serde::Serialize;

use super::output::Output;
use super::reading::{byte_bar, print_read};
use crate::cli::arguments::ImportMssd;
use crate::cli::failure::Failure;
use melody_core::catalogue::{TrackSummary, import_mssd, write};
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
    let mut plays_file = Output::create(&out.join("plays.jsonl"))?;
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
        write(&files, out).map_err(|e| format!("{}: {e}", out.display()))?;
        Some(summary)
    };
    plays_file.finish()?;
    let (sessions, tracks) = (log.sessions, log.tracks.len());
    let summary = Summary { log: log.summary, plays, sessions, tracks, catalogue };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&summary).map_err(|e| e.to_string())?);
    } else {
        print(arguments, &summary);
    }
    Ok(())
}

fn print(arguments: &ImportMssd, summary: &Summary) {
    let out = arguments.out.display();
    print_read(&summary.log);
    println!(
        "{} plays of {} tracks in {} sessions",
        summary.plays, summary.tracks, summary.sessions
    );
    if let Some(catalogue) = &summary.catalogue {
        println!("{} rows of features: {} songs", catalogue.rows, catalogue.songs);
        println!(
            "  left out         {}: not played, or not among the most played",
            catalogue.left_out
        );
        for (reason, count) in &catalogue.dropped {
            println!("  dropped          {count}: {reason}");
        }
        let genres: Vec<String> =
            catalogue.sounds_like.iter().map(|(genre, songs)| format!("{genre} {songs}")).collect();
        println!("  genres imputed   by sound: {}", genres.join(", "));
        println!(
            "  simulated        {} promoted and {} premium songs; the data has neither",
            catalogue.simulated_promoted, catalogue.simulated_premium
        );
        println!("wrote {out}/songs.csv and {out}/catalogue.toml");
    }
    println!("wrote {out}/plays.jsonl");
    let catalogue =
        if summary.catalogue.is_some() { format!(" --catalogue {out}") } else { String::new() };
    println!(
        "a listener of it: melody import history {out}/plays.jsonl --listener SESSION --as NAME{catalogue}"
    );
}
