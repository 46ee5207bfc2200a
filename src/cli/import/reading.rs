//! Reading files of plays, as a person sees it: how far it is, and what came of it.

use std::path::PathBuf;

use indicatif::ProgressBar;

use crate::cli::failure::Failure;
use crate::cli::progress;
use crate::cli::say::{counted, say};
use melody_core::input::files_of;
use melody_core::plays::{MarkSummary, ReadSummary};

/// A bar over the bytes of files.
pub(crate) fn byte_bar(files: &[PathBuf], what: &str) -> ProgressBar {
    let size = |path: &PathBuf| path.metadata().map_or(0, |data| data.len());
    // What cannot be listed is told when it is read.
    let all = files.iter().flat_map(|path| files_of(path).unwrap_or_default());
    progress::byte_bar(all.map(|path| size(&path)).sum(), what)
}

/// Prints what was read and what of it was dropped.
pub(crate) fn print_read(summary: &ReadSummary) -> Result<(), Failure> {
    for (file, format) in &summary.files {
        say!("{file}{}", format.map_or(String::new(), |f| format!(": {}", f.name())))?;
    }
    for (file, what) in &summary.without_plays {
        say!("{file}: no plays ({what})")?;
    }
    if summary.more_files > 0 {
        say!("and {}", counted(summary.more_files, "more file"))?;
    }
    say!("{}", counted(summary.records, "record"))?;
    for (reason, dropped) in &summary.dropped {
        say!("  dropped          {}: {reason} (first {})", dropped.count, dropped.first)?;
    }
    if summary.artist_unknown > 0 {
        say!("  artist unknown   {}: no file names it", summary.artist_unknown)?;
        if summary.files.iter().flat_map(|(_, format)| format).any(|f| f.name() == "apple-activity")
        {
            say!(
                "                   `Apple Music - Play History Daily Tracks.csv` of the same download does: import both"
            )?;
        }
    }
    if summary.by_username {
        say!("several listeners, told apart by Spotify's `username`")?;
    }
    if summary.other_listeners > 0 {
        if let Some(kept) = summary.listener.as_ref().filter(|kept| !kept.is_empty()) {
            say!("  listener         {kept}")?;
        }
        let name = |name: &String| if name.is_empty() { "(no name)".into() } else { name.clone() };
        let names: Vec<String> = summary.others.iter().map(name).collect();
        say!(
            "  dropped          {}: of other listeners (`--listener`: {})",
            summary.other_listeners,
            names.join(", ")
        )?;
    }
    Ok(())
}

/// Prints what became of likes and saves that are told apart from the plays.
pub(crate) fn print_marks(marks: MarkSummary) -> Result<(), Failure> {
    if marks == MarkSummary::default() {
        return Ok(());
    }
    say!(
        "  marks            {}, {} and {} on plays; {} of songs that were not played",
        counted(marks.likes, "like"),
        counted(marks.hates, "dislike"),
        counted(marks.saves, "save"),
        marks.unplayed
    )
}
