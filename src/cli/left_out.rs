//! Many feedback logs gone over, as a person sees it: how far it is, and what was passed over.

use std::path::PathBuf;

use indicatif::ProgressBar;

use super::failure::Failure;
use super::progress::byte_bar;
use super::say::{counted, say};
use melody_stream::rest::LeftOut;

/// Files that are listed; more are counted.
const LISTED: usize = 12;

/// A bar over the bytes of logs, which are gone over and then read.
pub(super) fn gone_over(logs: &[PathBuf], what: &str) -> ProgressBar {
    let size = |path: &PathBuf| path.metadata().map_or(0, |data| data.len());
    byte_bar(logs.iter().map(size).sum::<u64>().saturating_mul(2), what)
}

/// Prints which logs hold nothing of their own, end half-written, or were left out, and why.
pub(super) fn passed_over(
    copies: u64,
    torn: &[LeftOut],
    left_out: &[LeftOut],
) -> Result<(), Failure> {
    if copies > 0 {
        say!("  copies       {}: others hold all of it", counted(copies, "log"))?;
    }
    listed("half-written", torn)?;
    listed("left out", left_out)
}

fn listed(what: &str, files: &[LeftOut]) -> Result<(), Failure> {
    for file in files.iter().take(LISTED) {
        say!("  {what:12} {file}")?;
    }
    match files.len().saturating_sub(LISTED) {
        0 => Ok(()),
        more => say!("  {what:12} and {more} more"),
    }
}
