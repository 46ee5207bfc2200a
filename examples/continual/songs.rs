//! A catalogue that grows: the shipped songs, and so many new ones for each day.

use std::collections::HashMap;

use melody::catalogue::{
    Artist, ArtistId, Catalogue, Size, Song, default_catalogue, generate, parse, render,
};
use melody::input::{InputError, TomlFile};
use melody::rng::{Purpose, generator};
use rand::RngExt;
use rand::seq::SliceRandom;

/// Of the new songs, those that are by artists who were there before.
const BY_KNOWN: f64 = 0.5;

/// The shipped songs, and after them `new` for each of `days`, half of them by artists of the shipped catalogue and half
/// by new ones. They are drawn as the shipped ones were, from another seed, and have identifiers that no training has met.
pub(crate) fn grown(
    new: usize,
    days: usize,
    seed: u64,
) -> Result<Catalogue, Box<dyn std::error::Error>> {
    let known = default_catalogue();
    let more = new * days;
    // In the order of their artists: drawn from twice as many, no artist has all that is new of a day.
    let drawn = read(generate(seed, Size::new((2 * more).max(1_000) as u32, None)?, &|_| {}))?;
    let mut rng = generator(seed, Purpose::Catalogue, 9);
    let mut order: Vec<&Song> = drawn.songs.iter().collect();
    order.shuffle(&mut rng);
    let mut artists = known.artists.clone();
    let mut places: HashMap<String, u32> =
        artists.iter().zip(0..).map(|(artist, place)| (artist.name.to_string(), place)).collect();
    let mut songs: Vec<Song> = known.songs.to_vec();
    for (number, song) in order.into_iter().take(more).enumerate() {
        let alike: Vec<&Song> =
            known.songs.iter().filter(|other| other.genre == song.genre).collect();
        let by_known = rng.random_bool(BY_KNOWN) && !alike.is_empty();
        let credits = if by_known {
            // As often as they have songs: who is known has more.
            alike[rng.random_range(0..alike.len())].artists.clone()
        } else {
            let place = |artist: &ArtistId| {
                let name = &drawn.artist(*artist).name;
                ArtistId(*places.entry(name.to_string()).or_insert_with(|| {
                    artists.push(Artist { name: name.clone() });
                    artists.len() as u32 - 1
                }))
            };
            song.artists.iter().map(place).collect::<Vec<ArtistId>>().into()
        };
        let id = format!("day{:02}-{:04}", number / new.max(1) + 1, number % new.max(1)).into();
        songs.push(Song { id, artists: credits, ..song.clone() });
    }
    let all = Catalogue { songs: songs.into(), artists, name: "growing".into(), ..known };
    Ok(read(render(&all, "the shipped songs, and new ones for every day"))?)
}

fn read(files: melody::catalogue::CatalogueFiles) -> Result<Catalogue, InputError> {
    parse(&TomlFile::embedded("catalogue.toml", &files.manifest), "songs.csv", &files.songs)
}

/// The first `songs` of a catalogue, under its hash: a song's place is the same in both, and what was heard of one was heard
/// of the other.
pub(crate) fn first(all: &Catalogue, songs: usize) -> Catalogue {
    Catalogue { songs: all.songs[..songs].to_vec().into(), ..all.clone() }
}
