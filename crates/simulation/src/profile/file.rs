//! Reading a profile's TOML, checked whole.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use super::listener::{Past, PastPlays, Profile};
use crate::taste::{SOUND, Taste};
use melody_core::catalogue::taxonomy;
use melody_core::input::{Checker, InputError, TomlFile};
use melody_core::listener::{Account, Tier};
use melody_core::plays;
use melody_core::plays::{MOST_RECORDED, Recorded};
use melody_core::scene::Scene;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    format: u32,
    id: String,
    name: String,
    summary: String,
    summary_zh: Option<String>,
    tier: Tier,
    tenure_days: u32,
    hours_per_week: f32,
    premium_previews: u32,
    past_conversions: u32,
    favourite_genres: Vec<String>,
    scene: Scene,
    history: HistoryEntry,
    taste: TasteEntry,
}

/// The past: simulated (`plays`, `seed`), or recorded in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryEntry {
    plays: Option<u32>,
    seed: Option<u64>,
    file: Option<String>,
    catalogue: Option<String>,
    stand_ins: Option<bool>,
}

/// The hidden taste, in the words of a profile. Units: see [`Taste`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TasteEntry {
    families: BTreeMap<String, f64>,
    #[serde(default)]
    genres: BTreeMap<String, f64>,
    sound: BTreeMap<String, f64>,
    pickiness: f64,
    mainstream: f64,
    novelty: f64,
    promotion_tolerance: f64,
    patience: f64,
    generosity: f64,
    willingness_to_pay: f64,
}

/// Reads a profile; a file of plays it names is looked for in its folder.
pub fn load(path: &Path) -> Result<Profile, InputError> {
    parse(&TomlFile::read(path)?, path.parent().unwrap_or(Path::new("")))
}

/// Builds a profile from its text, and from its file of plays in `folder`, if it names one.
pub fn parse(file: &TomlFile, folder: &Path) -> Result<Profile, InputError> {
    let entry: ProfileFile = file.parse()?;
    let t = taxonomy();
    let mut check = file.checker();
    check.require(entry.format == 1, "format", "only format 1 is known");
    let summary_zh = entry.summary_zh.as_ref().unwrap_or(&entry.summary);
    for (field, text) in [
        ("id", &entry.id),
        ("name", &entry.name),
        ("summary", &entry.summary),
        ("summary_zh", summary_zh),
    ] {
        check.text(field, text);
    }
    check.range("hours_per_week", entry.hours_per_week.into(), 0.0..=168.0);
    check.range("tenure_days", entry.tenure_days.into(), 0.0..=36_500.0);
    check.range("premium_previews", entry.premium_previews.into(), 0.0..=10_000.0);
    check.range("past_conversions", entry.past_conversions.into(), 0.0..=1_000.0);
    check_history(&entry.history, &mut check);

    let mut favourite_genres = Vec::new();
    for (i, name) in entry.favourite_genres.iter().enumerate() {
        let field = format!("favourite_genres[{i}]");
        if check.known(&field, "genre", name, t.genre_ids()) {
            let twice = t.genre(name).is_some_and(|genre| favourite_genres.contains(&genre));
            check.require(!twice, &field, format!("`{name}` appears twice"));
            favourite_genres.extend(t.genre(name));
        }
    }

    let taste = &entry.taste;
    let mut families = vec![0.0; t.families.len()];
    for (name, &value) in &taste.families {
        let field = format!("taste.families.{name}");
        check.range(&field, value, -4.0..=4.0);
        if check.known(&field, "family", name, t.family_ids()) {
            families[t.family(name).unwrap_or_default()] = value;
        }
    }
    let mut genres = vec![0.0; t.genres.len()];
    for (name, &value) in &taste.genres {
        let field = format!("taste.genres.{name}");
        check.range(&field, value, -4.0..=4.0);
        if check.known(&field, "genre", name, t.genre_ids()) {
            genres[t.genre(name).unwrap_or_default()] = value;
        }
    }
    let mut sound = [0.0; SOUND.len()];
    for (name, &value) in &taste.sound {
        let field = format!("taste.sound.{name}");
        check.range(&field, value, -3.0..=3.0);
        if check.known(&field, "sound", name, SOUND.map(|f| f.name())) {
            let place = SOUND.iter().position(|f| f.name() == name);
            sound[place.unwrap_or_default()] = value;
        }
    }
    check.range("taste.pickiness", taste.pickiness, 0.0..=1.0);
    check.range("taste.mainstream", taste.mainstream, -2.0..=2.0);
    check.range("taste.novelty", taste.novelty, -1.0..=1.0);
    check.range("taste.promotion_tolerance", taste.promotion_tolerance, 0.0..=1.0);
    check.range("taste.patience", taste.patience, -4.0..=4.0);
    check.range("taste.generosity", taste.generosity, -4.0..=4.0);
    check.range("taste.willingness_to_pay", taste.willingness_to_pay, -4.0..=4.0);
    check.finish()?;
    let past = past(entry.history, folder)?;

    Ok(Profile {
        id: entry.id,
        name: entry.name,
        summary_zh: entry.summary_zh.unwrap_or_else(|| entry.summary.clone()),
        summary: entry.summary,
        account: Account {
            tier: entry.tier,
            tenure_days: entry.tenure_days,
            hours_per_week: entry.hours_per_week,
            premium_previews: entry.premium_previews,
            past_conversions: entry.past_conversions,
            favourite_genres,
        },
        scene: entry.scene,
        past,
        taste: Taste {
            families,
            genres,
            sound,
            pickiness: taste.pickiness,
            mainstream: taste.mainstream,
            novelty: taste.novelty,
            promotion_tolerance: taste.promotion_tolerance,
            patience: taste.patience,
            generosity: taste.generosity,
            willingness_to_pay: taste.willingness_to_pay,
        },
    })
}

/// Requires the keys of one of the two kinds of past, and none of the other.
fn check_history(entry: &HistoryEntry, check: &mut Checker) {
    let recorded = entry.file.is_some();
    check.range("history.plays", entry.plays.unwrap_or(0).into(), 0.0..=MOST_RECORDED as f64);
    let simulated = [("plays", entry.plays.is_some()), ("seed", entry.seed.is_some())];
    for (key, given) in simulated {
        let field = format!("history.{key}");
        match (recorded, given) {
            (true, true) => {
                check.problem(&field, "is for a simulated past, `file` for a recorded one");
            }
            (false, false) => {
                check.problem(&field, format!("missing field `{key}`")).help =
                    Some("a simulated past has `plays` and `seed`, a recorded one `file`".into());
            }
            _ => {}
        }
    }
    for (key, given) in
        [("catalogue", entry.catalogue.is_some()), ("stand_ins", entry.stand_ins.is_some())]
    {
        let field = format!("history.{key}");
        check.require(recorded || !given, &field, "goes with `file`, which is not given");
    }
}

fn past(entry: HistoryEntry, folder: &Path) -> Result<Past, InputError> {
    let Some(file) = entry.file else {
        let (plays, seed) = (entry.plays.unwrap_or_default(), entry.seed.unwrap_or_default());
        return Ok(Past::Simulated(PastPlays { plays, seed }));
    };
    Ok(Past::Recorded(Arc::new(Recorded {
        plays: plays::load(&folder.join(file))?,
        catalogue: entry.catalogue,
        stand_ins: entry.stand_ins.unwrap_or(true),
    })))
}
