//! Scenes: the situations a listener can be in.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scene {
    Commute,
    Explore,
    Focus,
    Workout,
    Relax,
}

impl Scene {
    pub const COUNT: usize = 5;
    pub const ALL: [Scene; Self::COUNT] =
        [Scene::Commute, Scene::Explore, Scene::Focus, Scene::Workout, Scene::Relax];

    pub fn name(self) -> &'static str {
        match self {
            Scene::Commute => "commute",
            Scene::Explore => "explore",
            Scene::Focus => "focus",
            Scene::Workout => "workout",
            Scene::Relax => "relax",
        }
    }

    pub fn index(self) -> usize {
        self as usize
    }

    /// The scene after this one, for a key that cycles.
    pub fn next(self) -> Scene {
        Self::ALL[(self.index() + 1) % Self::COUNT]
    }
}
