//! `melody import`.

mod history;
mod mssd;
mod output;
pub(crate) mod reading;
mod spotify_tracks;

use super::arguments::Import;
use super::failure::Failure;

pub(super) fn run(command: &Import) -> Result<(), Failure> {
    match command {
        Import::SpotifyTracks { file, out, json } => spotify_tracks::run(file, out, *json),
        Import::History(arguments) => history::run(arguments),
        Import::Mssd(arguments) => mssd::run(arguments),
    }
}
