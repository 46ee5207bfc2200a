//! Turning the track features of the Music Streaming Sessions Dataset into a Melody catalogue.
//!
//! The data have sound, length, year and popularity, but no titles, artists or genres. A track is called
//! by its identifier, is alone with its artist, and is filed under the genre it sounds like; the
//! catalogue's description says so.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde::Serialize;

use super::audio::AudioFeature;
use super::contents::Catalogue;
use super::credits::ArtistId;
use super::generate::{base_genres, campaigns, mark_at_random};
use super::likeness::sounds_like;
use super::song::{Artist, GenreId, Song};
use super::songs::Songs;
use super::taxonomy::taxonomy;
use super::write::{CatalogueFiles, render};
use crate::input::{Columns, Fields, InputError, Layout, Problem, Progress, Records};

/// The seed of the simulated campaigns and premium marks, which the data does not have.
const MARKS_SEED: u64 = 1;
/// Characters of an identifier in a title.
const SHORT: usize = 8;

/// What became of the tracks.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct TrackSummary {
    /// Rows of all feature files.
    pub rows: u64,
    /// Songs written.
    pub songs: usize,
    /// Never played in the log, or less often than those kept.
    pub left_out: u64,
    /// Rows dropped, by reason.
    pub dropped: BTreeMap<String, u64>,
    /// Songs by the genre they were found to sound like.
    pub sounds_like: BTreeMap<String, usize>,
    /// Promoted songs, which the dataset does not know and which are drawn.
    pub simulated_promoted: usize,
    /// Premium songs, drawn too.
    pub simulated_premium: usize,
}

/// Reads track features row by row and renders the `most` tracks with the most `plays` as a catalogue
/// called `name`. In memory are the tracks that are kept.
///
/// # Errors
/// When a file cannot be read or lacks a column, or too few songs are left to recommend from.
pub fn import_mssd(
    files: &[PathBuf],
    plays: &HashMap<String, u32>,
    most: usize,
    name: &str,
    progress: Progress,
) -> Result<(CatalogueFiles, TrackSummary), InputError> {
    let mut order: Vec<(&String, u32)> = plays.iter().map(|(id, &plays)| (id, plays)).collect();
    order.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    order.truncate(most);
    // Each is taken out once found, so that a track that comes again is left out.
    let mut wanted: HashMap<&String, u32> = order.into_iter().collect();
    let mut found: Vec<(Song, f64)> = Vec::new();
    let mut summary = TrackSummary::default();
    let mut buffer = Vec::new();
    for path in files {
        let mut records = Records::open(path, progress)?;
        let header = records.next(Layout::Lines, &mut buffer)?.and_then(|record| record.bytes);
        let columns =
            Columns::read(&path.display().to_string(), header.unwrap_or_default(), &required())?;
        while let Some(record) = records.next(Layout::Lines, &mut buffer)? {
            summary.rows += 1;
            let Some(row) = record.bytes.and_then(|bytes| columns.fields(bytes)) else {
                *summary.dropped.entry("not as many fields as columns".into()).or_default() += 1;
                continue;
            };
            if wanted.remove(&row.text("track_id").to_string()).is_none() {
                summary.left_out += 1;
                continue;
            }
            match song(&row) {
                Ok(song) => found.push(song),
                Err(why) => *summary.dropped.entry(why.into()).or_default() += 1,
            }
        }
    }
    if found.len() < FEWEST {
        let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        return Err(Problem::new(files.join(", "), format!("only {} usable songs", found.len()))
            .line(1)
            .field("track_id")
            .help(format!(
                "a catalogue needs {FEWEST} songs that the log plays; dropped: {:?}",
                summary.dropped
            ))
            .into());
    }
    let songs = ranked(found);
    let (files, songs) = finish(songs, name);
    summary.songs = songs.len();
    summary.simulated_promoted = songs.iter().filter(|song| song.promoted()).count();
    summary.simulated_premium = songs.iter().filter(|song| song.premium).count();
    for song in &songs {
        let genre = &taxonomy().genres[usize::from(song.genre.0)].id;
        *summary.sounds_like.entry(genre.clone()).or_default() += 1;
    }
    Ok((files, summary))
}

/// A catalogue needs 20 songs in no campaign; one in twelve is in one.
const FEWEST: usize = 24;

fn required() -> Vec<&'static str> {
    let mut columns = vec!["track_id", "duration", "release_year", "us_popularity_estimate"];
    columns.extend(AudioFeature::ALL.map(AudioFeature::name));
    columns
}

/// The song of a row and its popularity in the data; its artist is to follow.
fn song(row: &Fields) -> Result<(Song, f64), &'static str> {
    let seconds = row.number("duration").filter(|s| (1.0..=86_400.0).contains(s));
    let seconds = seconds.ok_or("no usable duration")?;
    let value = |f: AudioFeature| row.number(f.name()).filter(|v| f.range().contains(v));
    let audio = AudioFeature::ALL.map(|feature| value(feature).map(|v| v as f32));
    let id: String = row.text("track_id").chars().filter(|c| !c.is_control()).collect();
    let short: String = id.trim_start_matches("t_").chars().take(SHORT).collect();
    let song = Song {
        title: format!("Track {short}").into(),
        id: id.into(),
        artists: Vec::new().into(),
        genre: GenreId(sounds_like(&audio) as u16),
        year: row
            .number("release_year")
            .filter(|y| (1000.0..=2100.0).contains(y))
            .map(|y| y as u16),
        duration_ms: (seconds * 1_000.0) as u32,
        popularity: 0.0,
        explicit: false,
        premium: false,
        campaign: None,
        audio: audio.into(),
    };
    Ok((song, row.number("us_popularity_estimate").unwrap_or(0.0)))
}

/// The songs, the most popular first. The data's estimate crowds just below 100, so popularity is the
/// place in its order, from 0 to 100.
fn ranked(mut found: Vec<(Song, f64)>) -> Vec<Song> {
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.id.cmp(&b.0.id)));
    let last = (found.len() - 1).max(1) as f32;
    let place = |(i, (song, _)): (usize, (Song, f64))| Song {
        popularity: (100.0 * (1.0 - i as f32 / last)).round(),
        ..song
    };
    found.into_iter().enumerate().map(place).collect()
}

fn finish(mut songs: Vec<Song>, name: &str) -> (CatalogueFiles, Songs) {
    mark_at_random(&mut songs, MARKS_SEED);
    let artist = |song: &Song| Artist { name: format!("Artist of {}", song.title).into() };
    let artists: Vec<Artist> = songs.iter().map(artist).collect();
    for (song, id) in songs.iter_mut().zip(0..) {
        song.artists = vec![ArtistId(id)].into();
    }
    let catalogue = Catalogue {
        name: name.into(),
        hash: String::new(),
        songs: songs.into(),
        artists,
        genres: base_genres(),
        campaigns: campaigns(),
    };
    let description = "imported from track features of the Music Streaming Sessions Dataset, which has \
                       no titles, artists and genres: genres are imputed from sound; campaigns and \
                       premium marks are simulated";
    (render(&catalogue, description), catalogue.songs)
}
