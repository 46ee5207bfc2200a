//! Writing a catalogue folder.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::audio::AudioFeature;
use super::contents::Catalogue;
use super::taxonomy::taxonomy;
use crate::output::{Kind, Mark, may_replace, write_together};

/// The texts of a catalogue's two files.
pub struct CatalogueFiles {
    /// Contents of `catalogue.toml`.
    pub manifest: String,
    /// Contents of `songs.csv`.
    pub songs: String,
}

/// Renders a catalogue as its two files. Reading them back gives the same catalogue.
pub fn render(catalogue: &Catalogue, description: &str) -> CatalogueFiles {
    CatalogueFiles { manifest: manifest(catalogue, description), songs: songs(catalogue) }
}

const SONGS: Kind = Kind { name: "catalogue", mark: Mark::Line("song_id,") };
const MANIFEST: Kind = Kind { name: "catalogue", mark: Mark::Line("[[campaigns]]") };

fn places(folder: &Path) -> [PathBuf; 2] {
    ["songs.csv", "catalogue.toml"].map(|name| folder.join(name))
}

/// Whether a catalogue may be written into a folder, which need not be there, by a command that reads `inputs`.
///
/// # Errors
/// Where something else would be lost, or what the command reads.
pub fn may_write_catalogue(folder: &Path, inputs: &[&Path]) -> Result<(), String> {
    if folder.exists() && !folder.is_dir() {
        return Err(format!("{}: is a file, not a folder", folder.display()));
    }
    let [songs, manifest] = places(folder);
    may_replace(&songs, SONGS, inputs).and_then(|()| may_replace(&manifest, MANIFEST, inputs))
}

/// Writes both files into `folder`, which is made if it is not there.
///
/// # Errors
/// When the disk refuses; an older catalogue is then there still.
pub fn write(files: &CatalogueFiles, folder: &Path) -> Result<(), String> {
    let [songs, manifest] = places(folder);
    write_together(&[(songs, files.songs.as_bytes()), (manifest, files.manifest.as_bytes())])
}

fn manifest(catalogue: &Catalogue, description: &str) -> String {
    let mut out = String::new();
    let quoted = |text: &str| toml::Value::String(text.into()).to_string();
    let mut line = |text: String| writeln!(out, "{text}").expect("writing to a string");
    line("format = 1".into());
    line(format!("name = {}", quoted(&catalogue.name)));
    line(format!("description = {}", quoted(description)));
    let t = taxonomy();
    for genre in &catalogue.genres[t.genres.len()..] {
        line(format!("\n[[genres]]\nid = {}", quoted(&genre.id)));
        match genre.base {
            Some(base) => line(format!("like = {}", quoted(&t.genres[base].id))),
            None => line(format!("family = {}", quoted(&t.families[genre.family].id))),
        }
    }
    for campaign in &catalogue.campaigns {
        line(format!(
            "\n[[campaigns]]\nid = {}\nname = {}\nsponsor = {}",
            quoted(&campaign.id),
            quoted(&campaign.name),
            quoted(&campaign.sponsor)
        ));
    }
    out
}

fn songs(catalogue: &Catalogue) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header: Vec<&str> = vec![
        "song_id",
        "title",
        "artists",
        "genre",
        "year",
        "duration_ms",
        "popularity",
        "explicit",
        "premium",
        "campaign",
    ];
    header.extend(AudioFeature::ALL.map(AudioFeature::name));
    let infallible = "writing CSV to memory";
    writer.write_record(&header).expect(infallible);
    for song in &catalogue.songs {
        let artists: Vec<&str> =
            song.artists.iter().map(|&a| catalogue.artist(a).name.as_str()).collect();
        let mut record = vec![
            song.id.to_string(),
            song.title.to_string(),
            artists.join(";"),
            catalogue.genre(song).id.clone(),
            song.year.map_or(String::new(), |y| y.to_string()),
            song.duration_ms.to_string(),
            song.popularity.to_string(),
            song.explicit.to_string(),
            song.premium.to_string(),
            song.campaign.map_or(String::new(), |c| catalogue.campaign(c).id.clone()),
        ];
        record.extend(song.audio.all().map(|v| v.map_or(String::new(), |v| v.to_string())));
        writer.write_record(&record).expect(infallible);
    }
    String::from_utf8(writer.into_inner().expect(infallible)).expect("every field was a string")
}
