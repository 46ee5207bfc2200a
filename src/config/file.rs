//! Reading the config file, checked whole.

use std::path::Path;

use serde::Deserialize;

use super::places::Places;
use super::setting::{Layer, Origin, Setting};
use melody_core::input::{Checker, InputError, TomlFile};
use melody_core::scene::Scene;
use melody_model::Backend;
use melody_sessions::library::missing;
use melody_sessions::names::anchored;
use melody_sessions::opening::Opening;
use melody_tui::theme::{Place, Shelf};
use melody_tui::{Lang, Speed};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    theme: Option<String>,
    lang: Option<String>,
    ascii: Option<String>,
    motion: Option<String>,
    mouse: Option<String>,
    speed: Option<f64>,
    profile: Option<String>,
    scene: Option<Scene>,
    seed: Option<u64>,
    policy: Option<String>,
    model: Option<String>,
    catalogue: Option<String>,
    device: Option<Backend>,
}

const AUTO: &str = "auto";
const ON: &str = "on";
const OFF: &str = "off";

/// What the config file says; nothing if it is not there and nobody has named it.
pub(super) fn read(places: &Places) -> Result<Layer, InputError> {
    match &places.config {
        Some(path) if places.named || path.exists() => {
            let shelf = Shelf { folder: places.themes() };
            parse(&TomlFile::read(path)?, path, &shelf)
        }
        _ => Ok(Layer::default()),
    }
}

/// The layer of a config file's text. `path` is where it is: relative names start beside it.
pub fn parse(file: &TomlFile, path: &Path, shelf: &Shelf) -> Result<Layer, InputError> {
    let entry: ConfigFile = file.parse()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut check = file.checker();
    let languages = [AUTO].into_iter().chain(Lang::ALL.map(Lang::tag));
    let lang = word(&mut check, "lang", &entry.lang, languages);
    let ascii = word(&mut check, "ascii", &entry.ascii, [AUTO, ON, OFF]);
    let motion = word(&mut check, "motion", &entry.motion, [ON, OFF]);
    let mouse = word(&mut check, "mouse", &entry.mouse, [ON, OFF]);
    let speed = entry.speed.map(speed).transpose().unwrap_or_else(|said| {
        check.problem("speed", said);
        None
    });
    check_names(&entry, path, &mut check);
    let theme = entry.theme.map(|theme| match shelf.locate(&theme, folder) {
        Ok(Place::Elsewhere(path)) => path.display().to_string(),
        Ok(Place::Shipped | Place::Own(_)) => theme,
        Err(problem) => {
            check.problem("theme", problem.message).help = problem.help;
            theme
        }
    });
    check.finish()?;

    let from = Source { file, path };
    let anchored = |name: String| anchored(&name, folder);
    Ok(Layer {
        theme: from.setting("theme", theme),
        lang: from.setting("lang", lang.map(language)),
        ascii: from.setting("ascii", ascii.map(|word| (word != AUTO).then_some(word == ON))),
        motion: from.setting("motion", motion.map(|word| word == ON)),
        mouse: from.setting("mouse", mouse.map(|word| word == ON)),
        speed: from.setting("speed", speed),
        profile: from.setting("profile", entry.profile.map(anchored)),
        policy: from.setting("policy", entry.policy.map(anchored)),
        model: from.setting("model", entry.model.map(anchored)),
        catalogue: from.setting("catalogue", entry.catalogue.map(anchored)),
        scene: from.setting("scene", entry.scene),
        seed: from.setting("seed", entry.seed),
        device: from.setting("device", entry.device),
    })
}

/// A word that must be one of a few.
fn word<'a>(
    check: &mut Checker,
    field: &str,
    given: &'a Option<String>,
    valid: impl IntoIterator<Item = &'static str> + Clone,
) -> Option<&'a str> {
    let given = given.as_deref()?;
    check.known(field, "word", given, valid).then_some(given)
}

/// The language of a tag; none is `auto`.
fn language(tag: &str) -> Option<Lang> {
    Lang::ALL.into_iter().find(|lang| lang.tag() == tag)
}

/// The speed of a factor.
///
/// # Errors
/// A list of those that are known, where this is none of them.
pub fn speed(factor: f64) -> Result<Speed, String> {
    Speed::new(factor).ok_or_else(|| {
        let known: Vec<String> = Speed::ALL.iter().map(f64::to_string).collect();
        format!("speeds are {}", known.join(", "))
    })
}

/// Requires what a session would be opened with to be there.
fn check_names(entry: &ConfigFile, path: &Path, check: &mut Checker) {
    let folder = path.parent().unwrap_or(Path::new(""));
    let places = Places { config: Some(path.to_path_buf()), named: true };
    let own = |name: &String| places.profile(name).is_some();
    let defaults = Opening::default();
    let named = |name: &Option<String>, default| name.clone().unwrap_or(default);
    let opening = Opening {
        profile: named(&entry.profile.clone().filter(|name| !own(name)), defaults.profile),
        policy: named(&entry.policy, defaults.policy),
        model: named(&entry.model, defaults.model),
        catalogue: named(&entry.catalogue, defaults.catalogue),
        ..defaults
    };
    for (field, problem) in missing(&opening, folder) {
        check.problem(field, problem.message).help = problem.help;
    }
}

/// The file that values come from.
struct Source<'a> {
    file: &'a TomlFile,
    path: &'a Path,
}

impl Source<'_> {
    fn setting<T>(&self, field: &str, value: Option<T>) -> Option<Setting<T>> {
        let value = value?;
        let line = self.file.line(field).unwrap_or(1);
        Some(Setting { value, origin: Origin::File { path: self.path.to_path_buf(), line } })
    }
}
