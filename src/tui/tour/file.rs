//! Reading a tour, checked whole.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Caption, Scene, Tour};
use crate::input::{Checker, InputError, TomlFile};
use crate::script::{SessionEntry, Step, check_step};
use crate::tui::keys::Key;
use crate::tui::tab::Tab;

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
    view: String,
    /// From 1.
    #[serde(default = "first")]
    select: usize,
    /// Names of keys with spaces between.
    #[serde(default)]
    keys: String,
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

pub fn parse(file: TomlFile) -> Result<Tour, InputError> {
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
    let SceneEntry { caption, view, select, keys, steps } = scene;
    check.text(&format!("{place}.caption.en"), &caption.en);
    if let Some(zh) = &caption.zh {
        check.text(&format!("{place}.caption.zh"), zh);
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
        caption: Caption { en: caption.en, zh: caption.zh },
        view: Tab::ALL.into_iter().find(|tab| tab.id() == view)?,
        select: select.checked_sub(1)?,
        keys: pressed,
        steps,
    })
}
