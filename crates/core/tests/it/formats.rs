//! Every format by a small file of its own: what is read of it, to the last value.
//!
//! A file `NAME` of `tests/imports` goes with `NAME.plays`: its format, each play as a line of our own, each mark's effect, and why
//! records were no plays. `MELODY_WRITE_PLAYS=1` writes those anew, to be looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use melody_core::plays::{Format, Importing, Kept, Play, ReadSummary, formats};

/// What is read of files: the newest plays kept, in order, and the summary.
pub(crate) fn read(files: &[PathBuf], incognito: bool) -> Result<(Vec<Play>, ReadSummary), String> {
    let importing = Importing { files, format: None, listener: None, incognito };
    let mut kept = Kept::new(5_000);
    let summary = importing.read(&|_| {}, None, &mut |play| kept.push(play));
    let summary = summary.map_err(|error| error.to_string())?;
    let listener = summary.listener.clone().unwrap_or_default();
    let (plays, _) = kept.finish(&summary.marks, &listener);
    Ok((plays, summary))
}

/// What is read, as a text.
fn told(files: &[PathBuf], folder: &Path) -> String {
    let short = |text: &str| text.replace(&format!("{}/", folder.display()), "");
    let (plays, summary) = match read(files, false) {
        Ok(read) => read,
        Err(problem) => return short(&problem) + "\n",
    };
    let mut lines: Vec<String> = summary
        .files
        .iter()
        .map(|(name, format)| format!("{}: {}", short(name), format.map_or("?", Format::name)))
        .collect();
    lines.extend(summary.without_plays.iter().map(|(name, why)| format!("{}: {why}", short(name))));
    lines.extend(plays.iter().map(|play| serde_json::to_string(play).unwrap()));
    lines.extend(summary.dropped.iter().map(|(reason, dropped)| {
        format!("{} dropped: {reason} (first {})", dropped.count, short(&dropped.first))
    }));
    lines.join("\n") + "\n"
}

#[test]
fn every_format_is_read_to_the_last_value() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imports");
    let mut names: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in names.iter().filter(|path| path.extension().is_none_or(|ending| ending != "plays"))
    {
        let told = told(std::slice::from_ref(path), &folder);
        for line in told.lines() {
            if let Some((_, name)) = line.rsplit_once(": ") {
                seen.insert(name.to_string());
            }
        }
        let expected =
            path.with_file_name(format!("{}.plays", path.file_name().unwrap().display()));
        if std::env::var_os("MELODY_WRITE_PLAYS").is_some() {
            fs::write(&expected, &told).unwrap();
        }
        let right = fs::read_to_string(&expected).unwrap_or_default();
        if right != told {
            wrong.push(format!("{}:\n{told}rather than\n{right}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Two have counts alone, and the file of another is written by its own test.
    let others = ["lastfm-360k", "kkbox-days", "yambda"];
    let unseen: Vec<&str> = formats()
        .map(Format::name)
        .filter(|name| !seen.contains(*name) && !others.contains(name))
        .collect();
    assert!(unseen.is_empty(), "formats without a file of their own: {unseen:?}");
}
