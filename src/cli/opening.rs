//! Opening what a command works with. A large catalogue takes seconds, without its prepared form more: a bar says how far it is.

use std::cell::Cell;
use std::path::Path;

use indicatif::ProgressBar;

use super::progress::{byte_style, spinner};
use melody_core::catalogue::Catalogue;
use melody_core::input::InputError;
use melody_model::Backend;
use melody_sessions::library::Library;
use melody_sessions::names;
use melody_sessions::opening::Opening;

/// A shipped catalogue or the one in a folder.
pub(super) fn catalogue(name: &str, base: &Path) -> Result<Catalogue, InputError> {
    with_bar(name, base, |progress| names::catalogue_telling(name, base, progress))
}

/// The library of an opening.
pub(super) fn library(
    opening: &Opening,
    base: &Path,
    backend: Backend,
) -> Result<Library, InputError> {
    with_bar(&opening.catalogue, base, |progress| {
        Library::load_telling(opening, base, backend, progress)
    })
}

/// A smaller `songs.csv`, in bytes, is open before anybody could read that it is being opened.
const LARGE: u64 = 8_000_000;

/// Does the work, of which something moves on the screen where the catalogue is large: a bar while its CSV is read, a sign of
/// life before and after.
fn with_bar<T>(catalogue: &str, base: &Path, work: impl FnOnce(&dyn Fn(u64)) -> T) -> T {
    let songs = base.join(catalogue).join("songs.csv");
    let size = songs.metadata().map_or(0, |songs| songs.len());
    let bar = if size > LARGE { spinner("opening the catalogue") } else { ProgressBar::hidden() };
    let reads = Cell::new(false);
    let done = work(&|bytes| {
        if !reads.replace(true) {
            bar.set_length(size);
            bar.set_style(byte_style());
        }
        bar.inc(bytes);
    });
    bar.finish_and_clear();
    done
}
