//! Writes one scoring of the whole catalogue - what the network is given and what it says - for other
//! tools, as safetensors. `tools/interchange.py` reads it.
//!
//! ```text
//! cargo run --release --example export_scores -- MODEL FILE [LISTENER SONGS]
//! ```
//!
//! `MODEL` is the name of a shipped model or a folder; `LISTENER` that of a profile or its file. The moment is one of a session that the
//! listener plays by themselves, after so many songs: 12 of the "enthusiast", unless others are named.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use melody::catalogue::{SongId, default_catalogue};
use melody::model::{self, Backend, SongTable};
use melody::opening::{Library, Opening, model_named, policy_named, profile_named};
use melody::simulation::{Until, listen};

const SEED: u64 = 7;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (model, file, listener, songs) = match words[..] {
        [model, file] => (model, file, "enthusiast", "12"),
        [model, file, listener, songs] => (model, file, listener, songs),
        _ => {
            eprintln!("usage: export_scores MODEL FILE [LISTENER SONGS]");
            return ExitCode::from(2);
        }
    };
    match export(model, Path::new(file), listener, songs) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn export(
    model: &str,
    file: &Path,
    listener: &str,
    songs: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let songs = songs.parse()?;
    let device = model::device(Backend::default());
    let files = model_named(model, Path::new(""), &device)?;
    let catalogue = Arc::new(default_catalogue());
    let policy = Arc::new(policy_named(&Opening::default().policy, Path::new(""))?);
    let library = Library::new(catalogue.clone(), policy, files.clone())?;
    let profile = profile_named(listener, Path::new(""))?;
    let engine = library.engine(&profile, None, SEED);
    let mut state = engine.start().0;
    listen(
        &engine,
        &profile,
        library.world(),
        SEED,
        Until { songs, leaving: false },
        &mut |next, _| {
            state = next.clone();
        },
    )?;

    let table = SongTable::new(&catalogue, &files.config, &device);
    let songs: Vec<SongId> = catalogue.ids().collect();
    let bytes = model::scoring(&files, &table, &catalogue, &state.view(), &songs);
    std::fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(())
}
