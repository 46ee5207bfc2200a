//! Turning a table of Spotify's tracks into a Melody catalogue.
//!
//! The widely used tables say the same in columns of other names ([`COLUMNS`]): some name one genre, some a playlist's, some none,
//! in which case a song is filed under the one it sounds like; artists are parted by semicolons, or stand in a list as Python
//! writes it.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::path::Path;

use serde::Serialize;

use super::audio::AudioFeature;
use super::contents::Catalogue;
use super::credits::ArtistId;
use super::generate::{base_genres, campaigns, mark_at_random};
use super::likeness::sounds_like;
use super::song::{Artist, Genre, GenreId, Song};
use super::taxonomy::taxonomy;
use super::write::{CatalogueFiles, render};
use crate::input::{InputError, Problem, Row, Table, nearest};

/// What a song needs, by the name that it has in the most used table, and the other names for it. The last four may be missing.
const COLUMNS: [(&str, &[&str]); 8] = [
    ("track_id", &["track_id", "id", "track uri", "spotify_id"]),
    ("artists", &["artists", "artist_name", "track_artist", "artist name(s)", "artist(s) name"]),
    ("track_name", &["track_name", "name", "track name"]),
    ("duration_ms", &["duration_ms", "duration (ms)", "track duration (ms)"]),
    ("popularity", &["popularity", "track_popularity"]),
    ("track_genre", &["track_genre", "genre", "playlist_genre", "genres", "artist genres"]),
    (
        "year",
        &["year", "release_date", "track_album_release_date", "release date", "album release date"],
    ),
    ("explicit", &["explicit"]),
];
/// How many of them are needed.
const NEEDED: usize = 4;

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
    /// Songs whose genre the table does not say, by the one they sound like.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sounds_like: BTreeMap<String, usize>,
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
    let table = Table::read_packed(path)?;
    let mut import = Import { columns: columns(&table)?, ..Import::default() };
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

/// The table's own name of each of [`COLUMNS`], or nothing.
///
/// What is needed and missing is told, and so is a genre's column that is written otherwise; a column that has a use is never taken
/// for what is meant.
fn columns(table: &Table) -> Result<HashMap<&'static str, String>, InputError> {
    let found: HashMap<&'static str, String> = COLUMNS
        .iter()
        .filter_map(|(field, names)| Some((*field, table.column(names)?.to_string())))
        .collect();
    let audio = |name: &str| AudioFeature::ALL.iter().any(|f| f.name().eq_ignore_ascii_case(name));
    let used = |name: &str| found.values().any(|own| own == name) || audio(name);
    let spare: Vec<&str> = table.columns().into_iter().filter(|name| !used(name)).collect();
    let missing = COLUMNS.iter().enumerate().filter(|(_, (field, _))| !found.contains_key(field));
    let problems = missing.filter_map(|(place, (field, names))| {
        let problem = Problem::new(&table.name, format!("the column `{field}` is missing"));
        let problem = problem.line(1).field(*field);
        match nearest(field, spare.iter().copied()) {
            Some(close) if place < NEEDED || *field == "track_genre" => {
                Some(problem.help(format!("is `{close}` meant? rename it to `{field}`")))
            }
            _ if place < NEEDED => {
                Some(problem.help(format!("it may be called {}", names.join(", "))))
            }
            _ => None,
        }
    });
    let problems: Vec<Problem> = problems.collect();
    if problems.is_empty() { Ok(found) } else { Err(InputError { problems }) }
}

struct Import {
    /// The table's names of what is read.
    columns: HashMap<&'static str, String>,
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
            columns: HashMap::new(),
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
    /// What a row says under one of [`COLUMNS`].
    fn text<'r>(&self, row: &Row<'r>, field: &str) -> &'r str {
        self.columns.get(field).map_or("", |column| row.text(column))
    }

    /// The track's identifier, without the words that make an address of it.
    fn id(&self, row: &Row) -> String {
        let text = self.text(row, "track_id");
        printable(text.rsplit_once("track:").map_or(text, |(_, id)| id))
    }

    fn read(&mut self, row: &Row) {
        self.summary.rows += 1;
        let id = self.id(row);
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
        let id = self.id(row);
        let title = printable(self.text(row, "track_name"));
        if id.is_empty() {
            return Err("no track id");
        }
        if title.is_empty() {
            return Err("no title");
        }
        let names = self.artists_of(row);
        if names.is_empty() {
            return Err("no artist");
        }
        let duration = self.value(row, "duration_ms", 1_000.0..=86_400_000.0);
        let duration_ms = duration.ok_or("no usable duration")? as u32;
        let audio = AudioFeature::ALL.map(|feature| {
            let name = row.column(feature.name()).unwrap_or(feature.name());
            self.number(row, name, feature.name(), feature.range()).map(|v| v as f32)
        });
        let genre = self.genre_of(row, &audio)?;
        let popularity = self.value(row, "popularity", 0.0..=100.0).unwrap_or(0.0) as f32;
        self.summary.several_artists += usize::from(names.len() > 1);
        Ok(Song {
            artists: names.into_iter().map(|name| self.artist(name)).collect::<Vec<_>>().into(),
            genre,
            explicit: self.columns.get("explicit").is_some_and(|c| row.flag(c).unwrap_or(false)),
            id: id.into(),
            title: title.into(),
            year: year(self.text(row, "year")),
            duration_ms,
            popularity,
            premium: false,
            campaign: None,
            audio: audio.into(),
        })
    }

    /// The artists of a row, each once.
    fn artists_of(&self, row: &Row) -> Vec<String> {
        let text = self.text(row, "artists");
        let several = self.columns.get("artists").is_some_and(|c| c.to_lowercase().contains("(s)"));
        // Exportify's, which had commas before it had semicolons.
        let between = if several && !text.contains(';') { ',' } else { ';' };
        let listed = python_list(text);
        let names = listed.unwrap_or_else(|| text.split(between).map(str::to_string).collect());
        let mut all: Vec<String> = Vec::new();
        for name in names.iter().map(|name| printable(name)).filter(|name| !name.is_empty()) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        all
    }

    /// The genre that a row names, the first of several; where the table has none, the one that the song sounds like.
    fn genre_of(
        &mut self,
        row: &Row,
        audio: &[Option<f32>; AudioFeature::COUNT],
    ) -> Result<GenreId, &'static str> {
        let text = self.text(row, "track_genre");
        let listed = python_list(text).and_then(|genres| genres.into_iter().next());
        let many =
            self.columns.get("track_genre").is_some_and(|c| c.ends_with('s') || c.ends_with('S'));
        let first = if many { text.split([',', ';']).next().unwrap_or_default() } else { text };
        let named = printable(listed.as_deref().unwrap_or(first));
        if !named.is_empty() {
            return Ok(self.genre(&named));
        }
        if self.columns.contains_key("track_genre") && !many {
            return Err("no genre");
        }
        let genre = sounds_like(audio);
        *self.summary.sounds_like.entry(taxonomy().genres[genre].id.clone()).or_default() += 1;
        Ok(GenreId(genre as u16))
    }

    /// A value of [`COLUMNS`] in range; anything else is counted as missing.
    fn value(&mut self, row: &Row, field: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let column = self.columns.get(field).cloned().unwrap_or(field.to_string());
        self.number(row, &column, field, range)
    }

    /// A column's value in range; anything else is counted as missing, under this name.
    fn number(
        &mut self,
        row: &Row,
        column: &str,
        name: &str,
        range: RangeInclusive<f64>,
    ) -> Option<f64> {
        let value = row.number::<f64>(column).ok().flatten().filter(|v| range.contains(v));
        if value.is_none() {
            *self.summary.missing.entry(name.into()).or_default() += 1;
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

/// The year of a date, or of a year alone.
fn year(date: &str) -> Option<u16> {
    let digits = date.trim().get(..4)?;
    digits.parse().ok().filter(|year| (1000..=2100).contains(year))
}

/// The texts of a list as Python writes it: `['A', "O'Brien"]`. `None` if it is no such list.
fn python_list(text: &str) -> Option<Vec<String>> {
    let inside = text.trim().strip_prefix('[')?.strip_suffix(']')?;
    let (mut texts, mut signs) = (Vec::new(), inside.chars());
    while let Some(quote) = signs.find(|sign| !sign.is_whitespace() && *sign != ',') {
        if !['\'', '"'].contains(&quote) {
            return None;
        }
        let mut one = String::new();
        loop {
            match signs.next()? {
                sign if sign == quote => break,
                '\\' => one.push(signs.next()?),
                sign => one.push(sign),
            }
        }
        texts.push(one);
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::catalogue::load::parse;
    use crate::input::TomlFile;

    /// A table of 24 songs with these columns, and each row's values; `#` is the song's number.
    fn imported(header: &str, row: &str) -> Result<(Catalogue, ImportSummary), String> {
        let rows = (0..24).map(|i| row.replace('#', &i.to_string()));
        let text = std::iter::once(header.to_string()).chain(rows).collect::<Vec<_>>().join("\n");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let (files, summary) = import_spotify(&path, "t").map_err(|error| error.to_string())?;
        let manifest = TomlFile::embedded("catalogue.toml", &files.manifest);
        let parsed = parse(&manifest, "songs.csv", &files.songs);
        Ok((parsed.map_err(|error| error.to_string())?, summary))
    }

    const AUDIO: &str = "danceability,energy,valence,acousticness,speechiness,instrumentalness,liveness,loudness,tempo";
    const SOUND: &str = "0.5,0.5,0.5,0.1,0.1,0,0.1,-5,120";

    #[test]
    fn tables_of_other_columns_say_the_same() {
        for (header, row, artists, year) in [
            (
                "id,name,artists,duration_ms,popularity,release_date",
                "t#,Song #,\"['A', \"\"O'Brien\"\"]\",200000,5,1922-02-22",
                2,
                Some(1922),
            ),
            (
                "year,artists,duration_ms,id,name,popularity,release_date",
                "1921,\"['A', 'B']\",200000,t#,Song #,4,1921",
                2,
                Some(1921),
            ),
            (
                "track_id,track_name,track_artist,track_popularity,track_album_release_date,playlist_genre,duration_ms",
                "t#,Song #,A,66,2019-06-14,pop,194754",
                1,
                Some(2019),
            ),
            (
                "genre,artist_name,track_name,track_id,popularity,duration_ms",
                "Pop,A,Song #,t#,0,99373",
                1,
                None,
            ),
            (
                "Track URI,Track Name,Artist Name(s),Release Date,Duration (ms),Popularity,Genres",
                "spotify:track:t#,Song #,\"A,B\",2020-01-01,200000,50,\"pop,rock\"",
                2,
                Some(2020),
            ),
        ] {
            let audio = if header.starts_with("Track URI") {
                AUDIO.replace("dance", "Dance")
            } else {
                AUDIO.into()
            };
            let (catalogue, summary) =
                imported(&format!("{header},{audio}"), &format!("{row},{SOUND}")).unwrap();
            let song = &catalogue.songs[3];
            assert_eq!((song.title.as_str(), song.id.as_str()), ("Song 3", "t3"), "{header}");
            assert_eq!((song.artists.len(), song.year), (artists, year), "{header}");
            assert_eq!(summary.missing.len(), 0, "{header}: {summary:?}");
            let told = header.to_lowercase().contains("genre");
            assert_eq!(summary.sounds_like.values().sum::<usize>(), if told { 0 } else { 24 });
        }
    }

    #[test]
    fn no_hint_takes_a_column_that_has_a_use() {
        let error = imported("track_id,artists,track_name,popularity,duration", "t#,A,S #,1,200")
            .unwrap_err();
        assert!(error.contains("duration_ms: the column `duration_ms` is missing"), "{error}");
        let error =
            imported("track_id,artists,track_genre,duration_ms", "t#,A,pop,200000").unwrap_err();
        assert!(
            error.contains("track_name") && !error.contains("is `track_genre` meant"),
            "{error}"
        );
        assert!(!error.contains("is `track_id` meant"), "{error}");
    }

    #[test]
    fn lists_as_python_writes_them_are_lists() {
        let list = |text: &str| python_list(text);
        let own = |names: &[&str]| Some(names.iter().map(|name| name.to_string()).collect());
        assert_eq!(list("['A', \"O'Brien\"]"), own(&["A", "O'Brien"]));
        assert_eq!(list("['It\\'s']"), own(&["It's"]));
        assert_eq!(list("[]"), own(&[]));
        assert_eq!(list("A; B"), None);
        assert_eq!(list("[A]"), None);
        assert_eq!(list("['A"), None);
    }
}
