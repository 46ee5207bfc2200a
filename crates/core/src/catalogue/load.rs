//! Reading a catalogue folder, checked whole.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::contents::Catalogue;
use super::song::{
    Artist, ArtistId, AudioFeature, Campaign, CampaignId, Genre, GenreId, Song, SongId,
};
use super::taxonomy::taxonomy;
use crate::input::{InputError, Problem, Row, Table, TomlFile, read_text};

/// Columns of `songs.csv` that must be there; audio features and the rest may be left out or empty.
pub(super) const REQUIRED: [&str; 6] =
    ["song_id", "title", "artists", "genre", "duration_ms", "popularity"];
const OPTIONAL: [&str; 13] = [
    "year",
    "explicit",
    "premium",
    "campaign",
    "danceability",
    "energy",
    "valence",
    "acousticness",
    "speechiness",
    "instrumentalness",
    "liveness",
    "loudness",
    "tempo",
];

/// A queue needs something to choose from.
const FEWEST_SONGS: usize = 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    name: String,
    #[expect(dead_code, reason = "for the reader of the file")]
    #[serde(default)]
    description: String,
    #[serde(default)]
    genres: Vec<ExtraGenre>,
    #[serde(default)]
    campaigns: Vec<CampaignEntry>,
}

/// A genre that the taxonomy does not have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtraGenre {
    id: String,
    /// The taxonomy's genre it is heard as.
    like: Option<String>,
    /// Needed where `like` is absent.
    family: Option<String>,
    name: Option<String>,
    name_zh: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CampaignEntry {
    id: String,
    name: String,
    sponsor: String,
}

/// Reads `songs.csv` and `catalogue.toml` in `folder`.
pub fn load(folder: &Path) -> Result<Catalogue, InputError> {
    if folder.is_file() {
        return Err(Problem::new(folder.display().to_string(), "is a file, not a catalogue folder")
            .help("a catalogue is a folder with songs.csv and catalogue.toml; `melody import spotify-tracks` makes one from a CSV")
            .into());
    }
    let path = |name: &str| folder.join(name);
    let manifest = TomlFile::read(&path("catalogue.toml"))?;
    let songs = path("songs.csv");
    parse(&manifest, &songs.display().to_string(), &read_text(&songs)?)
}

/// Builds a catalogue from the texts of its two files.
pub fn parse(manifest: &TomlFile, songs_name: &str, songs: &str) -> Result<Catalogue, InputError> {
    let (name, genres, campaigns) = read_manifest(manifest)?;
    let table = Table::parse(songs_name, songs)?;
    table.expect_columns(&REQUIRED, &OPTIONAL, true)?;

    let mut reader = SongReader { genres: &genres, campaigns: &campaigns, ..SongReader::default() };
    let mut problems = Vec::new();
    for row in table.rows() {
        if let Err(problem) = reader.read(&row) {
            problems.push(problem);
        }
    }
    // Promoted songs are mixed in among natural ones, so those alone must be able to fill a queue.
    let natural = reader.songs.iter().filter(|song| !song.promoted()).count();
    if problems.is_empty() && natural < FEWEST_SONGS {
        problems.push(
            Problem::new(songs_name, format!("{natural} songs are too few to recommend from"))
                .line(1)
                .field("song_id")
                .help(format!(
                    "a catalogue needs at least {FEWEST_SONGS} songs that are in no campaign"
                )),
        );
    }
    if !problems.is_empty() {
        return Err(InputError { problems });
    }
    let SongReader { songs: all, artists, by_id, .. } = reader;
    let hash = Sha256::new().chain_update(&manifest.text).chain_update(songs).finalize();
    Ok(Catalogue {
        name,
        hash: hash.iter().map(|b| format!("{b:02x}")).collect(),
        songs: all,
        artists,
        by_id,
        lists: OnceLock::new(),
        genres,
        campaigns,
    })
}

fn read_manifest(file: &TomlFile) -> Result<(String, Vec<Genre>, Vec<Campaign>), InputError> {
    let manifest: Manifest = file.parse()?;
    let mut check = file.checker();
    check.require(manifest.format == 1, "format", "only format 1 is known");
    check.text("name", &manifest.name);

    let t = taxonomy();
    let mut genres: Vec<Genre> = t
        .genres
        .iter()
        .enumerate()
        .map(|(i, g)| Genre {
            id: g.id.clone(),
            name: g.name.clone(),
            name_zh: g.name_zh.clone(),
            family: t.family_of(i),
            base: Some(i),
        })
        .collect();
    for (i, extra) in manifest.genres.into_iter().enumerate() {
        let field = |name: &str| format!("genres[{i}].{name}");
        check.text(&field("id"), &extra.id);
        for (key, text) in [("name", &extra.name), ("name_zh", &extra.name_zh)] {
            text.iter().for_each(|text| check.text(&field(key), text));
        }
        check.require(
            !genres.iter().any(|g| g.id == extra.id),
            &field("id"),
            format!("the genre `{}` exists already", extra.id),
        );
        let base = extra.like.as_deref().and_then(|like| {
            check.known(&field("like"), "genre", like, t.genre_ids()).then(|| t.genre(like))?
        });
        let family = match (base, extra.family.as_deref()) {
            (_, Some(family)) => {
                check.known(&field("family"), "family", family, t.family_ids());
                t.family(family)
            }
            (Some(base), None) => Some(t.family_of(base)),
            (None, None) => {
                check.problem(&field("family"), "a genre needs `like` or `family`");
                None
            }
        };
        let name = extra.name.unwrap_or_else(|| extra.id.clone());
        let name_zh = extra.name_zh.unwrap_or_else(|| name.clone());
        genres.push(Genre { id: extra.id, name, name_zh, family: family.unwrap_or(0), base });
    }
    let mut campaigns: Vec<Campaign> = Vec::new();
    for (i, entry) in manifest.campaigns.into_iter().enumerate() {
        for (key, text) in [("id", &entry.id), ("name", &entry.name), ("sponsor", &entry.sponsor)] {
            check.text(&format!("campaigns[{i}].{key}"), text);
        }
        check.require(
            !campaigns.iter().any(|c| c.id == entry.id),
            &format!("campaigns[{i}].id"),
            format!("the campaign `{}` appears twice", entry.id),
        );
        campaigns.push(Campaign { id: entry.id, name: entry.name, sponsor: entry.sponsor });
    }
    check.finish()?;
    Ok((manifest.name, genres, campaigns))
}

#[derive(Default)]
struct SongReader<'a> {
    genres: &'a [Genre],
    campaigns: &'a [Campaign],
    songs: Vec<Song>,
    artists: Vec<Artist>,
    by_name: HashMap<String, ArtistId>,
    by_id: HashMap<String, SongId>,
}

impl SongReader<'_> {
    fn read(&mut self, row: &Row) -> Result<(), Problem> {
        let id = plain(row, "song_id")?;
        let title = plain(row, "title")?;
        let artists = self.artists(row)?;
        let genre = self.genre(row)?;
        let campaign = self.campaign(row)?;
        let mut audio = [None; AudioFeature::COUNT];
        for feature in AudioFeature::ALL {
            audio[feature as usize] =
                bounded(row, feature.name(), feature.range())?.map(|v| v as f32);
        }
        let needed = |column: &str, range| {
            bounded(row, column, range)?.ok_or_else(|| row.problem(column, "a value is needed"))
        };
        let song = Song {
            title,
            artists,
            genre,
            year: bounded(row, "year", 1000.0..=2100.0)?.map(|y| y as u16),
            duration_ms: needed("duration_ms", 1_000.0..=86_400_000.0)? as u32,
            popularity: needed("popularity", 0.0..=100.0)? as f32,
            explicit: row.flag("explicit")?,
            premium: row.flag("premium")?,
            campaign,
            audio,
            id,
        };
        let place = SongId(self.songs.len() as u32);
        if let Some(first) = self.by_id.insert(song.id.clone(), place) {
            self.by_id.insert(song.id.clone(), first);
            return Err(row.problem("song_id", format!("the song `{}` appears twice", song.id)));
        }
        self.songs.push(song);
        Ok(())
    }

    fn artists(&mut self, row: &Row) -> Result<Vec<ArtistId>, Problem> {
        let names = plain(row, "artists")?;
        let ids: Vec<ArtistId> = names
            .split(';')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| {
                *self.by_name.entry(name.to_string()).or_insert_with(|| {
                    self.artists.push(Artist { name: name.to_string() });
                    ArtistId(self.artists.len() as u32 - 1)
                })
            })
            .collect();
        if ids.is_empty() {
            Err(row.problem("artists", "at least one artist is needed"))
        } else {
            Ok(ids)
        }
    }

    fn genre(&self, row: &Row) -> Result<GenreId, Problem> {
        let name = row.text("genre");
        let found = self.genres.iter().position(|g| g.id == name);
        found.map(|i| GenreId(i as u16)).ok_or_else(|| {
            let valid = self.genres.iter().map(|g| g.id.as_str());
            row.problem("genre", format!("unknown genre `{name}`")).suggest(name, valid)
        })
    }

    fn campaign(&self, row: &Row) -> Result<Option<CampaignId>, Problem> {
        let name = row.text("campaign");
        if name.is_empty() {
            return Ok(None);
        }
        let found = self.campaigns.iter().position(|c| c.id == name);
        found.map(|i| Some(CampaignId(i as u16))).ok_or_else(|| {
            let valid = self.campaigns.iter().map(|c| c.id.as_str());
            row.problem("campaign", format!("unknown campaign `{name}`")).suggest(name, valid)
        })
    }
}

/// A text that is there and safe to print: control characters would let a title rewrite the screen.
fn plain(row: &Row, column: &str) -> Result<String, Problem> {
    let text = row.text(column);
    if text.is_empty() {
        return Err(row.problem(column, "a value is needed"));
    }
    match text.chars().find(|c| c.is_control()) {
        Some(c) => Err(row.problem(column, format!("holds the control character {c:?}"))),
        None => Ok(text.to_string()),
    }
}

fn bounded(
    row: &Row,
    column: &str,
    range: std::ops::RangeInclusive<f64>,
) -> Result<Option<f64>, Problem> {
    match row.number::<f64>(column)? {
        Some(value) if !range.contains(&value) => Err(
            row.problem(column, format!("{value} is outside {} to {}", range.start(), range.end()))
        ),
        value => Ok(value),
    }
}
