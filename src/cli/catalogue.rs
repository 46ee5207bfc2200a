//! `melody catalogue`.

use std::collections::BTreeMap;
use std::path::Path;

use super::arguments::Catalogue;
use super::failure::Failure;
use super::opening::catalogue as open_catalogue;
use super::progress::bar;
use super::say::{say, say_json};
use melody_core::catalogue::{Size, generate, may_write_catalogue, taxonomy, write};

pub(super) fn run(command: &Catalogue) -> Result<(), Failure> {
    match command {
        Catalogue::Generate { songs, artists, seed, out } => {
            let size = Size::new(*songs, *artists)?;
            may_write_catalogue(out, &[])?;
            let progress = bar(u64::from(*songs), "drawing songs");
            let files = generate(*seed, size, &|songs| progress.inc(songs));
            progress.finish();
            write(&files, out)?;
            say!("wrote {0}/songs.csv and {0}/catalogue.toml", out.display())
        }
        Catalogue::Check { catalogue, json } => check(catalogue, *json),
    }
}

fn check(name: &str, json: bool) -> Result<(), Failure> {
    let catalogue = open_catalogue(name, Path::new(""))?;
    let mut families: BTreeMap<&str, usize> = BTreeMap::new();
    for song in &catalogue.songs {
        let family = &taxonomy().families[catalogue.family(song)].id;
        *families.entry(family).or_default() += 1;
    }
    let count = |holds: fn(&melody_core::catalogue::Song) -> bool| {
        catalogue.songs.iter().filter(|s| holds(s)).count()
    };
    let (promoted, premium) = (count(|s| s.promoted()), count(|s| s.premium));
    let incomplete = count(|s| s.audio.incomplete());
    if json {
        let report = serde_json::json!({
            "name": catalogue.name,
            "sha256": catalogue.hash,
            "songs": catalogue.songs.len(),
            "artists": catalogue.artists.len(),
            "campaigns": catalogue.campaigns.len(),
            "promoted": promoted,
            "premium": premium,
            "incomplete_audio": incomplete,
            "families": families,
        });
        return say_json(&report);
    }
    say!(
        "{}: {} songs by {} artists",
        catalogue.name,
        catalogue.songs.len(),
        catalogue.artists.len()
    )?;
    say!("  promoted  {promoted} in {} campaigns", catalogue.campaigns.len())?;
    say!("  premium   {premium}")?;
    say!("  audio features missing in {incomplete}")?;
    let list: Vec<String> = families.iter().map(|(name, n)| format!("{name} {n}")).collect();
    say!("  families  {}", list.join(", "))?;
    say!("  sha256    {}", catalogue.hash)
}
