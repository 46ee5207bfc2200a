//! Reading a catalogue folder, checked whole.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use compact_str::CompactString;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::audio::AudioFeature;
use super::contents::Catalogue;
use super::credits::{ArtistId, Credits};
use super::prepared;
use super::song::{Artist, Campaign, CampaignId, Genre, GenreId, Song};
use super::songs::Songs;
use super::taxonomy::taxonomy;
use crate::input::{InputError, Problem, Progress, Row, Table, TomlFile, read_text};

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

/// The prepared form of a large catalogue, in its folder.
const PREPARED: &str = "catalogue.prepared";
/// Bytes of a `songs.csv` (about 30,000 songs) from which on a prepared form is worth its room on the disk: what is smaller
/// is read in a tenth of a second.
const LARGE: u64 = 1 << 22;

/// Reads `songs.csv` and `catalogue.toml` in `folder`. `progress` is told of bytes of `songs.csv` as songs are made of them.
///
/// A large catalogue is read from its prepared form where one lies in the folder that was made of these very files, and else
/// leaves one there if it can. What is read is the same.
///
/// # Errors
/// Everything that is wrong with the two files, each with its place.
pub fn load(folder: &Path, progress: Progress) -> Result<Catalogue, InputError> {
    if folder.is_file() {
        return Err(Problem::new(folder.display().to_string(), "is a file, not a catalogue folder")
            .help("a catalogue is a folder with songs.csv and catalogue.toml; `melody import spotify-tracks` makes one from a CSV")
            .into());
    }
    let path = |name: &str| folder.join(name);
    let manifest = TomlFile::read(&path("catalogue.toml"))?;
    let (songs, prepared) = (path("songs.csv"), path(PREPARED));
    let large = songs.metadata().is_ok_and(|file| file.len() >= LARGE);
    if large && let Some(catalogue) = from_prepared(&manifest, &songs, &prepared)? {
        return Ok(catalogue);
    }
    let name = songs.display().to_string();
    let catalogue = parse_telling(&manifest, &name, &read_text(&songs)?, progress)?;
    if large {
        // It is never needed.
        let _ = prepared::write(&prepared, &catalogue.hash, &catalogue.songs, &catalogue.artists);
    }
    Ok(catalogue)
}

/// The catalogue as its prepared form has it, if that fits.
fn from_prepared(
    manifest: &TomlFile,
    songs: &Path,
    prepared: &Path,
) -> Result<Option<Catalogue>, InputError> {
    if !prepared.is_file() {
        return Ok(None);
    }
    let (name, genres, campaigns) = read_manifest(manifest)?;
    let Some(hash) = hash_of(manifest, songs) else { return Ok(None) };
    let kinds = (genres.len(), campaigns.len());
    let read = prepared::read(prepared, &hash, kinds);
    Ok(read.map(|(songs, artists)| Catalogue { name, hash, songs, artists, genres, campaigns }))
}

/// What [`Catalogue::hash`] is for these files, without holding the larger one; none where it cannot be read.
fn hash_of(manifest: &TomlFile, songs: &Path) -> Option<String> {
    let mut hash = Sha256::new().chain_update(&manifest.text);
    let mut file = File::open(songs).ok()?;
    let mut block = vec![0; 1 << 18];
    loop {
        match file.read(&mut block).ok()? {
            0 => return Some(hexadecimal(hash)),
            read => hash.update(&block[..read]),
        }
    }
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Builds a catalogue from the texts of its two files.
pub fn parse(manifest: &TomlFile, songs_name: &str, songs: &str) -> Result<Catalogue, InputError> {
    parse_telling(manifest, songs_name, songs, &|_| {})
}

fn parse_telling(
    manifest: &TomlFile,
    songs_name: &str,
    songs: &str,
    progress: Progress,
) -> Result<Catalogue, InputError> {
    let (name, genres, campaigns) = read_manifest(manifest)?;
    let table = Table::parse(songs_name, songs)?;
    table.expect_columns(&REQUIRED, &OPTIONAL, true)?;

    let mut reader = SongReader::of(&genres, &campaigns);
    let read = table.each_row(progress, |row| reader.read(row));
    let SongReader { songs: all, artists, lines, .. } = reader;
    let all = Songs::from(all);
    let mut problems = read.err().map_or(Vec::new(), |error| error.problems);
    problems.extend(all.twice().map(|song| {
        let message = format!("the song `{}` appears twice", all[song.index()].id);
        let line = lines[song.index()] as usize;
        Problem::new(songs_name, message).line(line).field("song_id")
    }));
    if !problems.is_empty() {
        problems.sort_by_key(|problem| problem.line);
        return Err(InputError { problems });
    }
    // Promoted songs are mixed in among natural ones, so those alone must be able to fill a queue.
    let natural = all.iter().filter(|song| !song.promoted()).count();
    if natural < FEWEST_SONGS {
        let message = format!("{natural} songs are too few to recommend from");
        return Err(Problem::new(songs_name, message)
            .line(1)
            .field("song_id")
            .help(format!(
                "a catalogue needs at least {FEWEST_SONGS} songs that are in no campaign"
            ))
            .into());
    }
    let hash = hexadecimal(Sha256::new().chain_update(&manifest.text).chain_update(songs));
    Ok(Catalogue { name, hash, songs: all, artists, genres, campaigns })
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

struct SongReader<'a> {
    genres: &'a [Genre],
    genre_ids: HashMap<&'a str, GenreId>,
    campaigns: &'a [Campaign],
    songs: Vec<Song>,
    /// Where each song stands in the file, from 1.
    lines: Vec<u32>,
    artists: Vec<Artist>,
    by_name: HashMap<CompactString, ArtistId>,
}

impl<'a> SongReader<'a> {
    fn of(genres: &'a [Genre], campaigns: &'a [Campaign]) -> Self {
        SongReader {
            genre_ids: genres.iter().map(|g| g.id.as_str()).zip((0..).map(GenreId)).collect(),
            genres,
            campaigns,
            songs: Vec::new(),
            lines: Vec::new(),
            artists: Vec::new(),
            by_name: HashMap::new(),
        }
    }

    fn read(&mut self, row: &Row) -> Result<(), Problem> {
        let id = plain(row, "song_id")?.into();
        let title = plain(row, "title")?.into();
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
            audio: audio.into(),
            id,
        };
        self.songs.push(song);
        self.lines.push(row.line as u32);
        Ok(())
    }

    fn artists(&mut self, row: &Row) -> Result<Credits, Problem> {
        let names = plain(row, "artists")?;
        let mut ids = Vec::new();
        for name in names.split(';').map(str::trim).filter(|name| !name.is_empty()) {
            ids.push(match self.by_name.get(name) {
                Some(&known) => known,
                None => self.artist(name),
            });
        }
        if ids.is_empty() {
            Err(row.problem("artists", "at least one artist is needed"))
        } else {
            Ok(ids.into())
        }
    }

    /// Takes note of an artist who was not there before.
    fn artist(&mut self, name: &str) -> ArtistId {
        let id = ArtistId(self.artists.len() as u32);
        self.by_name.insert(name.into(), id);
        self.artists.push(Artist { name: name.into() });
        id
    }

    fn genre(&self, row: &Row) -> Result<GenreId, Problem> {
        let name = row.text("genre");
        self.genre_ids.get(name).copied().ok_or_else(|| {
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
fn plain<'r>(row: &Row<'r>, column: &str) -> Result<&'r str, Problem> {
    let text = row.text(column);
    if text.is_empty() {
        return Err(row.problem(column, "a value is needed"));
    }
    match text.chars().find(|c| c.is_control()) {
        Some(c) => Err(row.problem(column, format!("holds the control character {c:?}"))),
        None => Ok(text),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::generate::{Size, generate};
    use crate::catalogue::write::write;
    use std::fs;

    fn same(a: &Catalogue, b: &Catalogue) {
        assert_eq!((&a.name, &a.hash), (&b.name, &b.hash));
        assert!(*a.songs == *b.songs && a.artists == b.artists);
        assert!(a.songs.by_id() == b.songs.by_id());
        assert_eq!((&a.genres, &a.campaigns), (&b.genres, &b.campaigns));
    }

    #[test]
    fn a_large_catalogue_is_the_same_prepared_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let files = generate(3, Size::new(40_000, None).unwrap(), &|_| {});
        write(&files, folder.path()).unwrap();
        let told = std::cell::Cell::new(0);
        let load = || load(folder.path(), &|bytes| told.set(told.get() + bytes)).unwrap();

        let first = load();
        let (prepared, read) = (fs::read(at(PREPARED)).unwrap(), told.get());
        assert!(read > files.songs.len() as u64 * 8 / 10, "{read}");
        same(&load(), &first);
        assert_eq!(told.get(), read, "the prepared form was read, not the CSV");

        fs::remove_file(at(PREPARED)).unwrap();
        same(&load(), &first);
        assert!(fs::read(at(PREPARED)).unwrap() == prepared);

        let mut damaged = prepared.clone();
        damaged[prepared.len() / 2] ^= 4;
        fs::write(at(PREPARED), damaged).unwrap();
        same(&load(), &first);
        assert!(fs::read(at(PREPARED)).unwrap() == prepared, "made again");

        // Of other sources.
        let other = files.songs.replacen("s00001,", "s00001b,", 1);
        fs::write(at("songs.csv"), &other).unwrap();
        assert_eq!(load().songs[0].id, "s00001b");
        assert!(fs::read(at(PREPARED)).unwrap() != prepared, "made again");

        // Where it cannot be.
        fs::write(at("songs.csv"), &files.songs).unwrap();
        for taken in [true, false] {
            fs::remove_file(at(PREPARED)).unwrap_or_default();
            if taken {
                fs::create_dir(at(PREPARED)).unwrap();
            } else {
                fs::write(at(PREPARED), "somebody's notes").unwrap();
            }
            same(&load(), &first);
            let _ = fs::remove_dir(at(PREPARED));
        }
        assert_eq!(fs::read(at(PREPARED)).unwrap(), b"somebody's notes");
    }
}
