//! `melody import spotify-tracks`.

use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::say::{say, say_json};
use melody_core::catalogue::{ImportSummary, import_spotify, may_write_catalogue, write};

pub(super) fn run(file: &Path, out: &Path, json: bool) -> Result<(), Failure> {
    let name = out.file_name().map_or("imported".into(), |n| n.to_string_lossy().into_owned());
    may_write_catalogue(out, &[file])?;
    let (files, summary) = import_spotify(file, &name)?;
    write(&files, out)?;
    if json {
        say_json(&summary)?;
    } else {
        print(&summary)?;
        say!("wrote {0}/songs.csv and {0}/catalogue.toml", out.display())?;
        say!("use it: melody --catalogue {}", out.display())?;
    }
    Ok(())
}

fn print(summary: &ImportSummary) -> Result<(), Failure> {
    say!("{} rows: {} songs by {} artists", summary.rows, summary.songs, summary.artists)?;
    say!("  several artists  {}", summary.several_artists)?;
    say!("  duplicates       {} (a track already there)", summary.duplicates)?;
    for (reason, count) in &summary.dropped {
        say!("  dropped          {count}: {reason}")?;
    }
    for (column, count) in &summary.missing {
        say!("  missing          {column} in {count} songs, left empty")?;
    }
    for (genre, heard_as) in &summary.heard_as {
        match heard_as {
            Some(base) if base == genre => {}
            Some(base) => say!("  genre            {genre}, heard as {base}")?,
            None => {
                say!("  genre            {genre}, unknown to the model: judged by sound alone")?
            }
        }
    }
    say!(
        "  simulated        {} promoted and {} premium songs: the data has neither",
        summary.simulated_promoted,
        summary.simulated_premium
    )
}
