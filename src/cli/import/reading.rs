//! Reading files of plays, as a person sees it: how far it is, and what came of it.

use std::path::PathBuf;

use indicatif::ProgressBar;

use crate::cli::failure::Failure;
use crate::cli::progress;
use crate::cli::say::say;
use melody_core::plays::ReadSummary;

/// A bar over the bytes of files.
pub(crate) fn byte_bar(files: &[PathBuf], what: &str) -> ProgressBar {
    let size = |path: &PathBuf| path.metadata().map_or(0, |data| data.len());
    progress::byte_bar(files.iter().map(size).sum(), what)
}

/// Prints what was read and what of it was dropped.
pub(crate) fn print_read(summary: &ReadSummary) -> Result<(), Failure> {
    for (file, format) in &summary.files {
        say!("{file}{}", format.map_or(String::new(), |f| format!(": {}", f.name())))?;
    }
    say!("{} records", summary.records)?;
    for (reason, dropped) in &summary.dropped {
        say!("  dropped          {}: {reason} (first {})", dropped.count, dropped.first)?;
    }
    if summary.by_username {
        say!("several listeners, told apart by Spotify's `username`")?;
    }
    if summary.other_listeners > 0 {
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
