//! Turning the widely used "Spotify tracks" CSV into a Melody catalogue.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Serialize;

use super::audio::AudioFeature;
use super::contents::Catalogue;
use super::credits::ArtistId;
use super::generate::{base_genres, campaigns, mark_at_random};
use super::song::{Artist, Genre, GenreId, Song};
use super::taxonomy::taxonomy;
use super::write::{CatalogueFiles, render};
use crate::input::{InputError, Problem, Row, Table};

const REQUIRED: [&str; 6] =
    ["track_id", "artists", "track_name", "popularity", "duration_ms", "track_genre"];

/// The seed of the simulated campaigns and premium marks, which the data does not have.
const MARKS_SEED: u64 = 1;

/// What an import kept, changed and dropped, with the reasons counted.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportSummary {
    /// Of the CSV, without its header.
    pub rows: usize,
    /// Written to the catalogue.
    pub songs: usize,
    /// Different names among them.
    pub artists: usize,
    /// Rows whose track was there already (the public file lists a track once per genre).
    pub duplicates: usize,
    /// Songs by more than one artist.
    pub several_artists: usize,
    /// Rows dropped, by reason.
    pub dropped: BTreeMap<String, usize>,
    /// Missing or impossible values left out of songs that were kept, by column.
    pub missing: BTreeMap<String, usize>,
    /// The genre each imported genre is heard as; absent where the model knows none like it.
    pub heard_as: BTreeMap<String, Option<String>>,
    /// Simulated marks: the data itself has no campaigns and no premium songs.
    pub simulated_promoted: usize,
    /// Premium songs, which the CSV does not know and which are drawn.
    pub simulated_premium: usize,
}

/// Reads `path` and renders it as a catalogue called `name`.
///
/// # Errors
/// When the file cannot be read, lacks a column, or keeps too few songs to recommend from.
pub fn import_spotify(
    path: &Path,
    name: &str,
) -> Result<(CatalogueFiles, ImportSummary), InputError> {
    let table = Table::read(path)?;
    table.expect_columns(&REQUIRED, &[], false)?;
    let mut import = Import::default();
    table.each_row(&|_| {}, |row| {
        import.read(row);
        Ok(())
    })?;
    let Import { mut songs, artists, genres, mut summary, .. } = import;
    if songs.len() < 20 {
        let message = format!("only {} usable songs", songs.len());
        return Err(Problem::new(&table.name, message)
            .line(1)
            .field("track_id")
            .help(format!("a catalogue needs 20; dropped: {:?}", summary.dropped))
            .into());
    }
    mark_at_random(&mut songs, MARKS_SEED);
    summary.songs = songs.len();
    summary.artists = artists.len();
    summary.simulated_promoted = songs.iter().filter(|s| s.promoted()).count();
    summary.simulated_premium = songs.iter().filter(|s| s.premium).count();
    let catalogue = Catalogue {
        name: name.into(),
        hash: String::new(),
        songs: songs.into(),
        artists,
        genres,
        campaigns: campaigns(),
    };
    let description =
        format!("imported from {}; campaigns and premium marks are simulated", table.name);
    Ok((render(&catalogue, &description), summary))
}

struct Import {
    songs: Vec<Song>,
    artists: Vec<Artist>,
    genres: Vec<Genre>,
    by_name: HashMap<String, ArtistId>,
    seen: HashMap<String, usize>,
    summary: ImportSummary,
}

impl Default for Import {
    fn default() -> Self {
        Import {
            songs: Vec::new(),
            artists: Vec::new(),
            genres: base_genres(),
            by_name: HashMap::new(),
            seen: HashMap::new(),
            summary: ImportSummary::default(),
        }
    }
}

impl Import {
    fn read(&mut self, row: &Row) {
        self.summary.rows += 1;
        let id = printable(row.text("track_id"));
        if !id.is_empty() && self.seen.contains_key(&id) {
            self.summary.duplicates += 1;
            return;
        }
        match self.song(row) {
            Ok(song) => {
                self.seen.insert(id, self.songs.len());
                self.songs.push(song);
            }
            Err(reason) => *self.summary.dropped.entry(reason.into()).or_default() += 1,
        }
    }

    /// The song of a row, or why the row cannot be one.
    fn song(&mut self, row: &Row) -> Result<Song, &'static str> {
        let id = printable(row.text("track_id"));
        let title = printable(row.text("track_name"));
        if id.is_empty() {
            return Err("no track id");
        }
        if title.is_empty() {
            return Err("no title");
        }
        let names: Vec<String> =
            row.text("artists").split(';').map(printable).filter(|n| !n.is_empty()).collect();
        if names.is_empty() {
            return Err("no artist");
        }
        let genre_name = printable(row.text("track_genre"));
        if genre_name.is_empty() {
            return Err("no genre");
        }
        let duration = self.value(row, "duration_ms", 1_000.0..=86_400_000.0);
        let duration_ms = duration.ok_or("no usable duration")? as u32;
        let popularity = self.value(row, "popularity", 0.0..=100.0).unwrap_or(0.0) as f32;
        let audio = AudioFeature::ALL
            .map(|feature| self.value(row, feature.name(), feature.range()).map(|v| v as f32));
        self.summary.several_artists += usize::from(names.len() > 1);
        Ok(Song {
            artists: names.into_iter().map(|name| self.artist(name)).collect::<Vec<_>>().into(),
            genre: self.genre(&genre_name),
            explicit: row.flag("explicit").unwrap_or(false),
            id: id.into(),
            title: title.into(),
            year: None,
            duration_ms,
            popularity,
            premium: false,
            campaign: None,
            audio: audio.into(),
        })
    }

    /// A value in range; anything else is counted as missing.
    fn value(
        &mut self,
        row: &Row,
        column: &str,
        range: std::ops::RangeInclusive<f64>,
    ) -> Option<f64> {
        let value = row.number::<f64>(column).ok().flatten().filter(|v| range.contains(v));
        if value.is_none() {
            *self.summary.missing.entry(column.into()).or_default() += 1;
        }
        value
    }

    fn artist(&mut self, name: String) -> ArtistId {
        if let Some(&id) = self.by_name.get(&name) {
            return id;
        }
        let id = ArtistId(self.artists.len() as u32);
        self.by_name.insert(name.clone(), id);
        self.artists.push(Artist { name: name.into() });
        id
    }

    fn genre(&mut self, name: &str) -> GenreId {
        let t = taxonomy();
        let base = t.genre_or_alias(name);
        self.summary
            .heard_as
            .entry(name.into())
            .or_insert_with(|| base.map(|b| t.genres[b].id.clone()));
        let place = self.genres.iter().position(|g| g.id == name).unwrap_or_else(|| {
            // A genre with no likeness is filed under pop, the broadest family.
            let family = base.map_or(0, |b| t.family_of(b));
            let (id, name, name_zh) = (name.to_string(), name.to_string(), name.to_string());
            self.genres.push(Genre { id, name, name_zh, family, base });
            self.genres.len() - 1
        });
        GenreId(place as u16)
    }
}

/// The text without control characters, which could rewrite a terminal.
fn printable(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.trim().to_string()
}
