//! `melody import`.

mod formats;
mod history;
mod lightgbm;
mod mssd;
mod output;
pub(crate) mod reading;
mod spotify_tracks;

use super::arguments::{Import, Imports};
use super::failure::Failure;

pub(super) fn run(imports: &Imports) -> Result<(), Failure> {
    match &imports.command {
        None => formats::run(imports.json),
        Some(Import::SpotifyTracks { file, out, json }) => spotify_tracks::run(file, out, *json),
        Some(Import::History(arguments)) => history::run(arguments),
        Some(Import::Mssd(arguments)) => mssd::run(arguments),
        Some(Import::Lightgbm { file, out }) => lightgbm::run(file, out),
    }
}
