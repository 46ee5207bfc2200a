//! `melody report`: a file as one page with plots, and its plots as SVG and PNG.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::arguments::{LangWord, Report};
use super::failure::Failure;
use super::note::note;
use super::say::{counted, say};
use crate::config::Environment;
use melody_core::output::{Kind, may_replace, may_write, write_together, write_whole};
use melody_report::{
    Chart, Document, PAGE, PNG, PNG_LANG, SVG, document, file_of, page, png, read, svg, unwritten,
};
use melody_tui::Lang;

pub(super) fn run(arguments: &Report) -> Result<(), Failure> {
    let file = file_of(&arguments.file);
    let inputs = [file.as_path()];
    may_write(&arguments.out, PAGE, &inputs)?;
    let source = read(&file)?;
    let name = arguments.file.display().to_string();
    let about = (name.as_str(), &*changed(&file));
    let lang = language(arguments.lang);
    let whole = document(&source, about, lang);
    let plain = document(&source, about, PNG_LANG);
    let mut sets: Vec<(&Path, Files)> = Vec::new();
    if let Some(folder) = &arguments.svg {
        let svg = |chart: &Chart| Ok(svg(chart).into_bytes());
        sets.push((folder, plots(&whole, folder, ("svg", SVG, &svg), &inputs)?));
    }
    if let Some(folder) = &arguments.png {
        sets.push((folder, plots(&plain, folder, ("png", PNG, &png), &inputs)?));
        told_of_letters(&plain, lang);
    }
    write_whole(&arguments.out, page(&whole).as_bytes())?;
    say!("wrote {}: {}", arguments.out.display(), counted(whole.charts().count(), "plot"))?;
    for (folder, files) in sets {
        let files: Vec<(PathBuf, &[u8])> =
            files.iter().map(|(place, bytes)| (place.clone(), bytes.as_slice())).collect();
        write_together(&files)?;
        say!("wrote {}: {}", folder.display(), counted(files.len(), "plot"))?;
    }
    Ok(())
}

/// Files by their places.
type Files = Vec<(PathBuf, Vec<u8>)>;

/// How plots are drawn: the ending of their files, what these are told by, and what is in them.
type Drawing<'a> = (&'a str, Kind, &'a dyn Fn(&Chart) -> Result<Vec<u8>, String>);

/// Every plot as a file of this folder, none of which takes the place of anything else.
fn plots(
    document: &Document,
    folder: &Path,
    (ending, kind, drawn): Drawing,
    inputs: &[&Path],
) -> Result<Files, Failure> {
    let of = |chart: &Chart| -> Result<(PathBuf, Vec<u8>), Failure> {
        let place = folder.join(format!("{}.{ending}", chart.id));
        may_replace(&place, kind, inputs)?;
        Ok((place, drawn(chart)?))
    };
    document.charts().map(of).collect()
}

/// Says what a picture cannot, as its font has no letters for it.
fn told_of_letters(document: &Document, lang: Lang) {
    if lang != PNG_LANG {
        note(
            "the plots as PNG are labelled in English: their font has no Chinese letters; SVG has them",
        );
    }
    let lacking = document.charts().filter(|chart| unwritten(chart)).count();
    if lacking > 0 {
        note(format!(
            "{} with letters that the font of PNG lacks, drawn as boxes; SVG has them",
            counted(lacking, "plot")
        ));
    }
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
