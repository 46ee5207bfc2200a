//! Settings of the terminal program, each with where it came from.
//!
//! They come in layers, of which a later one wins: what is built in, what the environment is like (its
//! locale and colours), the config file, the flags. Only the simulator and `melody config` read them:
//! a replay or an experiment depends on what its command line says and on nothing that lies in a home.

mod environment;
mod file;
mod places;
mod setting;

pub use environment::Environment;
pub use file::{parse, speed};
pub use places::Places;
pub use setting::{Layer, Origin, Setting};

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use melody_core::input::InputError;
use melody_core::scene::Scene;
use melody_model::Backend;
use melody_sessions::names::anchored;
use melody_sessions::opening::Opening;
use melody_tui::theme::{ColourDepth, Shelf};
use melody_tui::{Lang, Look, Speed, Theme, theme};

/// Every setting as it is in effect.
#[derive(Clone, Debug)]
pub struct Config {
    /// The name of a theme, or the path of one.
    pub theme: Setting<String>,
    /// The language of the screen.
    pub lang: Setting<Lang>,
    /// Whether the screen is drawn in ASCII only.
    pub ascii: Setting<bool>,
    /// Whether things may move for the sake of the eye.
    pub motion: Setting<bool>,
    /// Whether clicks and the wheel are listened to.
    pub mouse: Setting<bool>,
    /// The colours that the terminal shows; the environment alone says.
    pub colours: Setting<ColourDepth>,
    /// How fast the clock runs when the simulator opens.
    pub speed: Setting<Speed>,
    /// Names of shipped ones, or paths, as in [`Opening`].
    pub profile: Setting<String>,
    /// The rules that decide, likewise.
    pub policy: Setting<String>,
    /// What scores the songs, likewise.
    pub model: Setting<String>,
    /// The songs there are, likewise.
    pub catalogue: Setting<String>,
    /// The profile's own if absent.
    pub scene: Setting<Option<Scene>>,
    /// Decides all that is drawn in a session.
    pub seed: Setting<u64>,
    /// The backend the model is run on.
    pub device: Setting<Backend>,
    /// Where the config file and what lies beside it are.
    pub places: Places,
}

impl Config {
    /// Reads the config file, if there is one, and lays the flags over it.
    ///
    /// # Errors
    /// When the file cannot be read or anything in it is wrong, or when the environment names a file
    /// that is not there. Flags that name what is not there are found out where that is opened.
    pub fn load(environment: &Environment, flags: Layer) -> Result<Self, InputError> {
        let places = Places::of(environment);
        let file = file::read(&places)?;
        Ok(Config::laid(environment, file, flags, places))
    }

    fn laid(environment: &Environment, file: Layer, flags: Layer, places: Places) -> Self {
        let top = flags.over(file);
        let defaults = Opening::default();
        let named = |layer: Option<Setting<String>>, default: String| {
            layer.unwrap_or(Setting::built_in(default))
        };
        Config {
            theme: named(top.theme, theme::DEFAULT.into()),
            lang: top.lang.and_then(Setting::said).unwrap_or_else(|| environment.lang()),
            ascii: top.ascii.and_then(Setting::said).unwrap_or_else(|| environment.ascii()),
            motion: top.motion.unwrap_or(Setting::built_in(true)),
            mouse: top.mouse.unwrap_or(Setting::built_in(true)),
            colours: environment.colours(),
            speed: top.speed.unwrap_or(Setting::built_in(Speed::NORMAL)),
            profile: named(top.profile, defaults.profile),
            policy: named(top.policy, defaults.policy),
            model: named(top.model, defaults.model),
            catalogue: named(top.catalogue, defaults.catalogue),
            scene: top.scene.map_or(Setting::built_in(None), |scene| scene.map(Some)),
            seed: top.seed.unwrap_or(Setting::built_in(defaults.seed)),
            device: top.device.unwrap_or(Setting::built_in(Backend::default())),
            places,
        }
    }

    /// What a session is opened with. Scripts and logs of the session name it, wherever they are read.
    pub fn opening(&self) -> Opening {
        let here = Path::new("");
        Opening {
            profile: match self.places.profile(&self.profile.value) {
                Some(own) => own.display().to_string(),
                None => anchored(&self.profile.value, here),
            },
            scene: self.scene.value,
            seed: self.seed.value,
            policy: anchored(&self.policy.value, here),
            model: anchored(&self.model.value, here),
            catalogue: anchored(&self.catalogue.value, here),
            memory: None,
            memory_hash: None,
            versions: None,
        }
    }

    /// The themes that can be named.
    pub fn shelf(&self) -> Shelf {
        Shelf { folder: self.places.themes() }
    }

    /// Profiles of one's own that go by a name, in order, each with its file.
    pub fn profiles(&self) -> Vec<(String, PathBuf)> {
        let entries = self.places.profiles().and_then(|folder| folder.read_dir().ok());
        let names = entries.into_iter().flatten().filter_map(|entry| {
            Some(entry.ok()?.file_name().to_str()?.strip_suffix(".toml")?.to_string())
        });
        let mut own: Vec<(String, PathBuf)> =
            names.filter_map(|name| self.places.profile(&name).map(|path| (name, path))).collect();
        own.sort();
        own
    }

    /// How the program looks on this terminal.
    ///
    /// # Errors
    /// When the theme is not there or something is wrong with it.
    pub fn look(&self) -> Result<Look, InputError> {
        let named = self.shelf().named(&self.theme.value, Path::new(""))?;
        Ok(Look {
            theme: self.fitted(named.theme),
            lang: self.lang.value,
            motion: self.motion.value,
            ascii: self.ascii.value,
        })
    }

    /// Every theme that can be chosen, by name, as this terminal shows it; first the one in effect, if
    /// its name is a path.
    pub fn themes(&self) -> Vec<(String, Theme)> {
        let list = self.shelf().list();
        let known = list.iter().any(|found| found.name == self.theme.value);
        let own = self.look().ok().filter(|_| !known);
        let own = own.map(|look| (self.theme.value.clone(), look.theme));
        let found = list.into_iter();
        let found = found.filter_map(|f| Some((f.name, self.fitted(f.theme.ok()?.theme))));
        own.into_iter().chain(found).collect()
    }

    /// A theme as this terminal shows it.
    fn fitted(&self, theme: Theme) -> Theme {
        let mut theme = theme.reduced(self.colours.value);
        // Parts of a cell are no ASCII; patterns of whole cells are.
        theme.colour &= !self.ascii.value;
        theme
    }

    /// Name, value and origin of every setting.
    pub fn rows(&self) -> Vec<(&'static str, Value, &Origin)> {
        vec![
            ("theme", json!(self.theme.value), &self.theme.origin),
            ("lang", json!(self.lang.value.tag()), &self.lang.origin),
            ("ascii", json!(on_off(self.ascii.value)), &self.ascii.origin),
            ("motion", json!(on_off(self.motion.value)), &self.motion.origin),
            ("mouse", json!(on_off(self.mouse.value)), &self.mouse.origin),
            ("colours", json!(self.colours.value.name()), &self.colours.origin),
            ("speed", json!(self.speed.value.factor()), &self.speed.origin),
            ("profile", json!(self.profile.value), &self.profile.origin),
            ("scene", json!(self.scene.value), &self.scene.origin),
            ("seed", json!(self.seed.value), &self.seed.origin),
            ("policy", json!(self.policy.value), &self.policy.origin),
            ("model", json!(self.model.value), &self.model.origin),
            ("catalogue", json!(self.catalogue.value), &self.catalogue.origin),
            ("device", json!(self.device.value.name()), &self.device.origin),
        ]
    }
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(environment: &[(&str, &str)], file: Layer, flags: Layer) -> Config {
        let environment = Environment::of(environment);
        let places = Places::of(&environment);
        Config::laid(&environment, file, flags, places)
    }

    fn flag<T>(value: T) -> Option<Setting<T>> {
        Some(Setting { value, origin: Origin::Flag { name: "--flag" } })
    }

    fn line<T>(value: T) -> Option<Setting<T>> {
        let origin = Origin::File { path: "config.toml".into(), line: 3 };
        Some(Setting { value, origin })
    }

    #[test]
    fn a_later_layer_wins() {
        let file = Layer { seed: line(2), speed: line(Speed::NORMAL), ..Layer::default() };
        let flags = Layer { seed: flag(3), ..Layer::default() };
        let config = laid(&[], file, flags);
        assert_eq!((config.seed.value, config.seed.origin.to_string()), (3, "--flag".into()));
        assert_eq!(config.speed.origin.to_string(), "config.toml:3");
        assert_eq!(config.profile.origin, Origin::Default);
        assert_eq!(config.opening(), Opening { seed: 3, ..Opening::default() });
    }

    #[test]
    fn the_locale_decides_where_nothing_else_does() {
        let chinese = [("LANG", "zh_CN.GB2312")];
        let config = laid(&chinese, Layer::default(), Layer::default());
        assert_eq!((config.lang.value, config.ascii.value), (Lang::Zh, true));
        assert_eq!(config.lang.origin, Origin::Environment { name: "LANG" });
        let file =
            Layer { lang: line(Some(Lang::En)), ascii: line(Some(false)), ..Layer::default() };
        let config = laid(&chinese, file.clone(), Layer::default());
        assert_eq!((config.lang.value, config.ascii.value), (Lang::En, false));
        // A flag may ask for what the environment says, too.
        let flags = Layer { ascii: flag(None), ..Layer::default() };
        let config = laid(&chinese, file, flags);
        assert_eq!((config.lang.value, config.ascii.value), (Lang::En, true));
    }

    #[test]
    fn the_look_is_one_the_terminal_can_show() {
        let flags =
            Layer { theme: flag("dark".into()), ascii: flag(Some(true)), ..Layer::default() };
        let look = laid(&[("TERM", "linux")], Layer::default(), flags.clone()).look().unwrap();
        assert!(look.ascii && !look.theme.colour);
        assert_eq!(look.theme.text.bg, Some(ratatui::style::Color::Black));
        let plain = laid(&[("NO_COLOR", "1")], Layer::default(), flags).look().unwrap();
        assert_eq!(plain.theme, Theme::plain());
    }
}
