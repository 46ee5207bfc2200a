//! The same songs as ones that no model has seen.
//!
//! A model knows a song by content, and by what it learned of the song's and the artist's identifiers. Under fresh identifiers
//! only the first is left, which is what a song that is new to the service has.

use melody_core::catalogue::{Artist, Catalogue};
use melody_core::rng::hash64;

/// The catalogue, every song and artist under an identifier that no model has seen.
pub fn strangers(catalogue: &Catalogue) -> Catalogue {
    let fresh = |name: &str| format!("fresh {:016x}", hash64(name));
    let songs = catalogue.songs.iter().map(|song| {
        let mut song = song.clone();
        song.id = fresh(&song.id).into();
        song
    });
    let artists =
        catalogue.artists.iter().map(|artist| Artist { name: fresh(&artist.name).into() });
    Catalogue { songs: songs.collect(), artists: artists.collect(), ..catalogue.clone() }
}
