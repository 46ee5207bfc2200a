//! The engine that a tour's session begins under.

use std::path::Path;

use super::scene::Tour;
use melody_core::input::InputError;
use melody_recommender::engine::Engine;
use melody_sessions::library::Library;
use melody_sessions::script::versions_in;
use melody_sessions::versions::{Named, give};
use melody_simulation::profile::Profile;

impl Tour {
    /// The engine that its session begins under, with the versions of the model that its steps go on with. `library`
    /// and `profile` are those of its opening, whose paths are good from here.
    ///
    /// # Errors
    /// When a version is not there, or cannot be read.
    pub fn engine(&self, library: &Library, profile: &Profile) -> Result<Engine, InputError> {
        let mut engine = library.engine(profile, self.opening.scene, self.opening.seed);
        let scenes = self.scenes.iter().enumerate();
        let versions: Vec<Named> = scenes
            .flat_map(|(i, scene)| versions_in(&self.file, &format!("scenes[{i}]."), &scene.steps))
            .collect();
        give(&mut engine, (&self.opening, Path::new("")), library, &versions)?;
        Ok(engine)
    }
}
