//! `melody report`: a file as one page with plots, and its plots as SVG.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::arguments::{LangWord, Report};
use super::failure::Failure;
use super::say::{counted, say};
use crate::config::Environment;
use melody_core::output::{may_replace, may_write, write_together, write_whole};
use melody_report::{Chart, Document, PAGE, SVG, document, file_of, page, read, svg};
use melody_tui::Lang;

pub(super) fn run(arguments: &Report) -> Result<(), Failure> {
    let file = file_of(&arguments.file);
    let inputs = [file.as_path()];
    may_write(&arguments.out, PAGE, &inputs)?;
    let source = read(&file)?;
    let name = arguments.file.display().to_string();
    let document = document(&source, (&name, &changed(&file)), language(arguments.lang));
    let plots = match &arguments.svg {
        Some(folder) => plots(&document, folder, &inputs)?,
        None => Vec::new(),
    };
    write_whole(&arguments.out, page(&document).as_bytes())?;
    say!("wrote {}: {}", arguments.out.display(), counted(document.charts().count(), "plot"))?;
    if let Some(folder) = &arguments.svg {
        let files: Vec<(PathBuf, &[u8])> =
            plots.iter().map(|(place, text)| (place.clone(), text.as_bytes())).collect();
        write_together(&files)?;
        say!("wrote {}: {}", folder.display(), counted(files.len(), "plot"))?;
    }
    Ok(())
}

/// Every plot as a file of this folder, none of which takes the place of anything else.
fn plots(
    document: &Document,
    folder: &Path,
    inputs: &[&Path],
) -> Result<Vec<(PathBuf, String)>, Failure> {
    let of = |chart: &Chart| -> Result<(PathBuf, String), Failure> {
        let place = folder.join(format!("{}.svg", chart.id));
        may_replace(&place, SVG, inputs)?;
        Ok((place, svg(chart)))
    };
    document.charts().map(of).collect()
}

fn language(word: Option<LangWord>) -> Lang {
    match word {
        Some(LangWord::En) => Lang::En,
        Some(LangWord::Zh) => Lang::Zh,
        Some(LangWord::Auto) | None => Environment::of_process().lang().value,
    }
}

/// When a file was last changed, for a person; empty where nobody says.
fn changed(file: &Path) -> String {
    let at = fs::metadata(file).and_then(|about| about.modified()).ok();
    let at = at.and_then(|at| Timestamp::try_from(at).ok());
    at.map_or(String::new(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}
