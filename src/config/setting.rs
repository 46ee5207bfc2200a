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
    Environment {
        /// Of the variable.
        name: &'static str,
    },
    File {
        path: PathBuf,
        /// 1-based.
        line: usize,
    },
    Flag {
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    pub value: T,
    pub origin: Origin,
}

impl<T> Setting<T> {
    pub fn built_in(value: T) -> Self {
        Setting { value, origin: Origin::Default }
    }

    /// A value that a variable of the environment decided, or none of them.
    pub fn decided(value: T, by: Option<&'static str>) -> Self {
        let origin = by.map_or(Origin::Default, |name| Origin::Environment { name });
        Setting { value, origin }
    }

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
    pub theme: Option<Setting<String>>,
    pub lang: Option<Setting<Option<Lang>>>,
    pub ascii: Option<Setting<Option<bool>>>,
    pub motion: Option<Setting<bool>>,
    pub mouse: Option<Setting<bool>>,
    pub speed: Option<Setting<Speed>>,
    pub profile: Option<Setting<String>>,
    pub policy: Option<Setting<String>>,
    pub model: Option<Setting<String>>,
    pub catalogue: Option<Setting<String>>,
    pub scene: Option<Setting<Scene>>,
    pub seed: Option<Setting<u64>>,
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
