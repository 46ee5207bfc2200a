//! What a scene is for, in a few words: in the list of scenes and in the palette.

use melody_core::scene::Scene;

/// What a scene asks for.
pub(crate) fn about_scene(scene: Scene) -> &'static str {
    match scene {
        Scene::Commute => "what is known, with little that sells",
        Scene::Explore => "new songs welcome",
        Scene::Focus => "calm, instrumental, undisturbed",
        Scene::Workout => "energy and tempo",
        Scene::Relax => "soft and acoustic",
    }
}
