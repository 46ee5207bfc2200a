//! `melody import spotify-tracks`.

use std::path::Path;

use crate::cli::failure::Failure;
use melody_core::catalogue::{ImportSummary, import_spotify, may_write_catalogue, write};

pub(super) fn run(file: &Path, out: &Path, json: bool) -> Result<(), Failure> {
    let name = out.file_name().map_or("imported".into(), |n| n.to_string_lossy().into_owned());
    may_write_catalogue(out, &[file])?;
    let (files, summary) = import_spotify(file, &name)?;
    write(&files, out)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&summary).map_err(|e| e.to_string())?);
    } else {
        print(&summary);
        println!("wrote {0}/songs.csv and {0}/catalogue.toml", out.display());
        println!("use it: melody --catalogue {}", out.display());
    }
    Ok(())
}

fn print(summary: &ImportSummary) {
    println!("{} rows: {} songs by {} artists", summary.rows, summary.songs, summary.artists);
    println!("  several artists  {}", summary.several_artists);
    println!("  duplicates       {} (a track already there)", summary.duplicates);
    for (reason, count) in &summary.dropped {
        println!("  dropped          {count}: {reason}");
    }
    for (column, count) in &summary.missing {
        println!("  missing          {column} in {count} songs, left empty");
    }
    for (genre, heard_as) in &summary.heard_as {
        match heard_as {
            Some(base) if base == genre => {}
            Some(base) => println!("  genre            {genre}, heard as {base}"),
            None => {
                println!("  genre            {genre}, unknown to the model: judged by sound alone")
            }
        }
    }
    println!(
        "  simulated        {} promoted and {} premium songs: the data has neither",
        summary.simulated_promoted, summary.simulated_premium
    );
}
