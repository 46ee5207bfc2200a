//! Reading a tour, checked whole.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::scene::{Caption, Scene, Tour};
use crate::command::{Key, Tab};
use melody_core::input::{Checker, InputError, TomlFile};
use melody_sessions::script::{SessionEntry, Step, check_step};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TourFile {
    format: u32,
    name: String,
    session: SessionEntry,
    #[serde(default)]
    scenes: Vec<SceneEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SceneEntry {
    caption: CaptionEntry,
    /// For whoever presents it.
    notes: Option<CaptionEntry>,
    view: String,
    /// From 1.
    #[serde(default = "first")]
    select: usize,
    /// As it is titled in English.
    section: Option<String>,
    /// Names of keys with spaces between.
    #[serde(default)]
    keys: String,
    /// Texts of the screen, in English.
    #[serde(default)]
    shows: Vec<String>,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaptionEntry {
    en: String,
    zh: Option<String>,
}

fn first() -> usize {
    1
}

/// Most scenes of a tour: more would not fit their own numbers.
const MOST_SCENES: usize = 99;

impl Tour {
    /// The tour that ships with the program.
    ///
    /// # Errors
    /// Never for the file that was compiled in; tests hold it to that.
    pub fn shipped() -> Result<Self, InputError> {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/tour.toml"));
        parse(TomlFile::embedded("assets/tour.toml", text))
    }

    /// Reads a tour, checked whole.
    ///
    /// # Errors
    /// When anything in it is wrong: names file, line and field.
    pub fn load(path: &Path) -> Result<Self, InputError> {
        parse(TomlFile::read(path)?)
    }

    /// Requires everything the tour's session names to be there; relative paths start at `base`.
    ///
    /// # Errors
    /// When something is not there, and where it is named.
    pub fn check_names(&self, base: &Path) -> Result<(), InputError> {
        melody_sessions::script::check_names(&self.file, &self.opening, &self.opening, base)
    }
}

fn parse(file: TomlFile) -> Result<Tour, InputError> {
    let entry: TourFile = file.parse()?;
    let mut check = file.checker();
    check.require(entry.format == 1, "format", "only format 1 is known");
    check.text("name", &entry.name);
    let count = entry.scenes.len();
    check.require(count > 0, "scenes", "a tour needs a scene");
    check.require(count <= MOST_SCENES, "scenes", format!("{count} are over {MOST_SCENES}"));
    let mut marks = BTreeSet::new();
    let mut scenes = Vec::new();
    for (i, scene) in entry.scenes.into_iter().enumerate() {
        let place = format!("scenes[{i}]");
        for (j, step) in scene.steps.iter().enumerate() {
            check_step(&mut check, &format!("{place}.steps[{j}]"), step, &mut marks);
        }
        scenes.extend(read_scene(&mut check, &place, scene));
    }
    check.finish()?;
    Ok(Tour { name: entry.name, opening: entry.session.into(), scenes, file })
}

/// A scene but for its steps; `None` if something is wrong, of which `check` has been told.
fn read_scene(check: &mut Checker, place: &str, scene: SceneEntry) -> Option<Scene> {
    let SceneEntry { caption, notes, view, select, section, keys, shows, steps } = scene;
    let mut both = |field: &str, said: CaptionEntry| {
        check.text(&format!("{place}.{field}.en"), &said.en);
        if let Some(zh) = &said.zh {
            check.text(&format!("{place}.{field}.zh"), zh);
        }
        Caption { en: said.en, zh: said.zh }
    };
    let caption = both("caption", caption);
    let notes = notes.map(|notes| both("notes", notes));
    if let Some(section) = &section {
        check.text(&format!("{place}.section"), section);
    }
    for (j, text) in shows.iter().enumerate() {
        check.text(&format!("{place}.shows[{j}]"), text);
    }
    check.require(select > 0, &format!("{place}.select"), "places are counted from 1");
    let ids = Tab::ALL.map(Tab::id);
    check.known(&format!("{place}.view"), "view", &view, ids);
    let mut pressed = Vec::new();
    for name in keys.split_whitespace() {
        match name.parse::<Key>() {
            Ok(key) => pressed.push(key),
            Err(error) => {
                check.problem(&format!("{place}.keys"), error.to_string());
            }
        }
    }
    Some(Scene {
        caption,
        notes,
        view: Tab::ALL.into_iter().find(|tab| tab.id() == view)?,
        select: select.checked_sub(1)?,
        section,
        keys: pressed,
        shows,
        steps,
    })
}
