//! A value with where it came from, and a layer of them.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use melody_core::scene::Scene;
use melody_model::Backend;
use melody_tui::{Lang, Speed};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "lowercase")]
pub enum Origin {
    /// It is built in.
    Default,
    /// A variable decided it.
    Environment {
        /// Of the variable.
        name: &'static str,
    },
    /// A line of the config file says it.
    File {
        /// Of the config file.
        path: PathBuf,
        /// 1-based.
        line: usize,
    },
    /// The command line says it.
    Flag {
        /// With its dashes, as typed.
        name: &'static str,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::Environment { name } => write!(f, "environment: {name}"),
            Origin::File { path, line } => write!(f, "{}:{line}", path.display()),
            Origin::Flag { name } => f.write_str(name),
        }
    }
}

/// A value in effect, and what put it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The one that won.
    pub value: T,
    /// The layer it came from.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// A value that nobody has said.
    pub fn built_in(value: T) -> Self {
        Setting { value, origin: Origin::Default }
    }

    /// A value that a variable of the environment decided, or none of them.
    pub fn decided(value: T, by: Option<&'static str>) -> Self {
        let origin = by.map_or(Origin::Default, |name| Origin::Environment { name });
        Setting { value, origin }
    }

    /// The same setting with its value as something else; the origin stays.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: to(self.value), origin: self.origin }
    }
}

impl<T> Setting<Option<T>> {
    /// The value, where one is said; `auto` says none.
    pub fn said(self) -> Option<Setting<T>> {
        let origin = self.origin;
        self.value.map(|value| Setting { value, origin })
    }
}

/// What a config file or a command line says. Of `lang` and `ascii` no value is `auto`: as the
/// environment is.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// The name of one, or a path.
    pub theme: Option<Setting<String>>,
    /// No value within is `auto`: as the locale is.
    pub lang: Option<Setting<Option<Lang>>>,
    /// No value within is `auto`: as the locale is.
    pub ascii: Option<Setting<Option<bool>>>,
    /// On or off; there is no `auto`.
    pub motion: Option<Setting<bool>>,
    /// On or off; there is no `auto`.
    pub mouse: Option<Setting<bool>>,
    /// One of [`Speed::ALL`].
    pub speed: Option<Setting<Speed>>,
    /// The name of a shipped one or one's own, or a path.
    pub profile: Option<Setting<String>>,
    /// The name of a shipped one, or a path.
    pub policy: Option<Setting<String>>,
    /// The name of a shipped one, or a path.
    pub model: Option<Setting<String>>,
    /// The name of a shipped one, or a path.
    pub catalogue: Option<Setting<String>>,
    /// Where absent everywhere, the profile's own counts.
    pub scene: Option<Setting<Scene>>,
    /// Of everything drawn in a session.
    pub seed: Option<Setting<u64>>,
    /// The backend the model is run on.
    pub device: Option<Setting<Backend>>,
}

impl Layer {
    /// This layer with what it does not say taken from the one below.
    pub fn over(self, below: Layer) -> Layer {
        Layer {
            theme: self.theme.or(below.theme),
            lang: self.lang.or(below.lang),
            ascii: self.ascii.or(below.ascii),
            motion: self.motion.or(below.motion),
            mouse: self.mouse.or(below.mouse),
            speed: self.speed.or(below.speed),
            profile: self.profile.or(below.profile),
            policy: self.policy.or(below.policy),
            model: self.model.or(below.model),
            catalogue: self.catalogue.or(below.catalogue),
            scene: self.scene.or(below.scene),
            seed: self.seed.or(below.seed),
            device: self.device.or(below.device),
        }
    }
}
