//! Opening what a command works with. A large catalogue without its prepared form takes seconds: a bar says how far it is.

use std::cell::OnceCell;
use std::path::Path;

use indicatif::ProgressBar;

use super::progress::byte_bar;
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

/// Does the work under a bar, which comes when it is first told of anything: of small catalogues it never is.
fn with_bar<T>(catalogue: &str, base: &Path, work: impl FnOnce(&dyn Fn(u64)) -> T) -> T {
    let songs = base.join(catalogue).join("songs.csv");
    let size = || songs.metadata().map_or(0, |songs| songs.len());
    let bar: OnceCell<ProgressBar> = OnceCell::new();
    let done = work(&|bytes| {
        bar.get_or_init(|| byte_bar(size(), "opening the catalogue")).inc(bytes);
    });
    if let Some(bar) = bar.get() {
        bar.finish_and_clear();
    }
    done
}
