//! The catalogue: every song that can be played.
//!
//! A catalogue is a folder with `songs.csv` and `catalogue.toml`. The default one is compiled in.

mod audio;
mod contents;
mod credits;
mod embedded;
mod generate;
mod import_mssd;
mod import_spotify;
mod likeness;
mod lists;
mod load;
mod prepared;
mod similarity;
mod song;
mod songs;
mod sound;
mod taxonomy;
mod words;
mod write;

pub use audio::{Audio, AudioFeature};
pub use contents::Catalogue;
pub use credits::{ArtistId, Credits};
pub use embedded::default_catalogue;
pub use generate::{DEFAULT_SEED, Size, generate};
pub use import_mssd::{TrackSummary, import_mssd};
pub use import_spotify::{ImportSummary, import_spotify};
pub use lists::Lists;
pub use load::{load, parse};
pub use similarity::similarity;
pub use song::{Artist, Campaign, CampaignId, Genre, GenreId, Song, SongId};
pub use songs::Songs;
pub use taxonomy::{BaseGenre, Family, Taxonomy, taxonomy};
pub use write::{CatalogueFiles, may_write_catalogue, render, write};
