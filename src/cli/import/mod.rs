//! `melody import`.

mod history;
mod mssd;
mod output;
mod spotify_tracks;

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

use super::arguments::Import;
use super::failure::Failure;
use crate::plays::ReadSummary;

pub fn run(command: &Import) -> Result<(), Failure> {
    match command {
        Import::SpotifyTracks { file, out, json } => spotify_tracks::run(file, out, *json),
        Import::History(arguments) => history::run(arguments),
        Import::Mssd(arguments) => mssd::run(arguments),
    }
}

/// A bar over the bytes of files.
pub(super) fn byte_bar(files: &[PathBuf], what: &str) -> ProgressBar {
    let size = |path: &PathBuf| path.metadata().map_or(0, |data| data.len());
    let bar = super::progress::bar(files.iter().map(size).sum(), what);
    let style = "{msg:24} [{bar:30}] {bytes}/{total_bytes}  {elapsed_precise} < {eta_precise}";
    let style = ProgressStyle::with_template(style).expect("the template is valid");
    bar.with_style(style.progress_chars("=> "))
}

/// Prints what was read and what of it was dropped.
pub(super) fn print_read(summary: &ReadSummary) {
    for (file, format) in &summary.files {
        println!("{file}{}", format.map_or(String::new(), |f| format!(": {}", f.name())));
    }
    println!("{} records", summary.records);
    for (reason, dropped) in &summary.dropped {
        println!("  dropped          {}: {reason} (first {})", dropped.count, dropped.first);
    }
    if summary.other_listeners > 0 {
        let names: Vec<&str> = summary.others.iter().map(String::as_str).collect();
        println!(
            "  dropped          {}: of other listeners (`--listener`: {})",
            summary.other_listeners,
            names.join(", ")
        );
    }
}
