//! Scenes: the situations a listener can be in.

use serde::{Deserialize, Serialize};

/// The situation a listener is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scene {
    /// On the way.
    Commute,
    /// In the mood for what is new.
    Explore,
    /// At work; music stays in the background.
    Focus,
    /// In motion.
    Workout,
    /// At rest.
    Relax,
}

impl Scene {
    /// How many there are.
    pub const COUNT: usize = 5;
    /// In the order of one-hot features.
    pub const ALL: [Scene; Self::COUNT] =
        [Scene::Commute, Scene::Explore, Scene::Focus, Scene::Workout, Scene::Relax];

    /// As files and traces write it.
    pub fn name(self) -> &'static str {
        match self {
            Scene::Commute => "commute",
            Scene::Explore => "explore",
            Scene::Focus => "focus",
            Scene::Workout => "workout",
            Scene::Relax => "relax",
        }
    }

    /// Its place in [`Scene::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The scene after this one, for a key that cycles.
    pub fn next(self) -> Scene {
        Self::ALL[(self.index() + 1) % Self::COUNT]
    }
}
