//! Holding a tour to what its captions claim.

use std::sync::Arc;

use serde::Serialize;

use super::scene::Tour;
use melody_core::input::InputError;
use melody_recommender::engine::Timeline;
use melody_sessions::library::Library;
use melody_sessions::script::{Failed, Runner};
use melody_simulation::profile::Profile;

/// How a scene went.
#[derive(Debug, Serialize)]
pub struct SceneReport {
    /// From 1.
    pub scene: usize,
    /// What it claims, in English.
    pub caption: String,
    /// Events of the session when it is over.
    pub events: usize,
    /// Bounds checked.
    pub expectations: usize,
    /// Those that did not hold.
    pub failed: Vec<Failed>,
    /// What the caption names and a screen does not show, once screens have been looked at.
    pub unseen: Vec<Unseen>,
}

/// A text that a scene promises and that cannot be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unseen {
    /// From 1.
    pub scene: usize,
    /// In the language of that screen.
    pub text: String,
    /// Two letters.
    pub language: &'static str,
    /// Columns and rows.
    pub screen: (u16, u16),
}

impl Tour {
    /// Carries out every scene's steps, one after the other, without a screen. `library` and `profile`
    /// are those of its opening.
    ///
    /// # Errors
    /// When a step names what is not there or makes no sense where the session stands.
    pub fn check(
        &self,
        library: &Library,
        profile: &Profile,
    ) -> Result<(Vec<SceneReport>, Timeline), InputError> {
        let engine = self.engine(library, profile)?;
        let timeline = Timeline::start(Arc::new(engine));
        let mut quiet = |_: &Timeline, _| {};
        let seed = self.opening.seed;
        let world = library.world();
        let mut runner = Runner::new(&self.file, seed, profile, world, timeline, &mut quiet);
        let mut reports = Vec::new();
        for (i, scene) in self.scenes.iter().enumerate() {
            let before = runner.expectations;
            for (j, step) in scene.steps.iter().enumerate() {
                runner.step(&format!("scenes[{i}].steps[{j}]"), step)?;
            }
            reports.push(SceneReport {
                scene: i + 1,
                caption: scene.caption.en.clone(),
                events: runner.timeline.events().len(),
                expectations: runner.expectations - before,
                failed: std::mem::take(&mut runner.failed),
                unseen: Vec::new(),
            });
        }
        Ok((reports, runner.timeline))
    }
}
