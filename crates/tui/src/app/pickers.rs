//! The lists that can be chosen from.

use std::path::{Path, PathBuf};

use crate::command::{Picker, Picking};
use crate::desk::{Against, Choice, Sitting};
use crate::export::form::Form;
use crate::theme::{Look, Theme};
use crate::words::Lang;
use crate::words::about::about_scene;
use melody_core::scene::Scene;
use melody_simulation::profile;

impl Picker {
    /// The scenes, with the one after the current one selected, so that two keys go round.
    pub fn scenes(session: &Sitting, lang: Lang) -> Self {
        let now = session.trace().listener.scene;
        let choice = |scene: Scene| Choice {
            name: lang.text(scene.name()).into(),
            about: lang.text(about_scene(scene)).into(),
            current: scene == now,
        };
        Picker::new(Picking::Scene, Scene::ALL.map(choice).into(), now.next().index())
    }

    /// The shipped listeners and those of one's own, and first the one given by a file, if the session
    /// began with one.
    pub fn profiles(session: &Sitting, own: &[(String, PathBuf)], lang: Lang) -> Self {
        let now = &session.opening().profile;
        let about = |profile: &profile::Profile| {
            format!("{}. {}", profile.name, lang.text(&profile.summary))
        };
        let is_now = |path: &Path| path.display().to_string() == *now;
        let known = profile::shipped(now).is_some() || own.iter().any(|(_, path)| is_now(path));
        let given = (!known).then(|| session.profile());
        let given =
            given.map(|profile| Choice { name: now.clone(), about: about(profile), current: true });
        // One that cannot be read is listed too; choosing it says what is wrong.
        let own = own.iter().map(|(name, path)| Choice {
            name: name.clone(),
            about: profile::load(path).map_or(String::new(), |profile| about(&profile)),
            current: is_now(path),
        });
        let shipped = profile::shipped_names().filter_map(|name| {
            let profile = profile::shipped(name)?;
            Some(Choice { name: name.into(), about: about(&profile), current: name == now })
        });
        let choices: Vec<Choice> = given.into_iter().chain(own).chain(shipped).collect();
        Picker::at_current(Picking::Profile, choices)
    }

    /// The languages, each by its own name, at the one of the screen.
    pub fn languages(now: Lang) -> Self {
        let choice = |lang: Lang| Choice {
            name: lang.name().into(),
            about: lang.tag().into(),
            current: lang == now,
        };
        Picker::at_current(Picking::Language, Lang::ALL.map(choice).into())
    }

    /// The themes by name, at the one in effect.
    pub fn themes(look: &Look, themes: &[(String, Theme)]) -> Self {
        let choice = |(name, theme): &(String, Theme)| Choice {
            name: name.clone(),
            about: String::new(),
            current: *theme == look.theme,
        };
        Picker::at_current(Picking::Theme, themes.iter().map(choice).collect())
    }

    /// What can be written of the screen.
    pub fn forms(lang: Lang) -> Self {
        let choice = |form: Form| Choice {
            name: form.name().into(),
            about: lang.text(form.about()).into(),
            current: false,
        };
        Picker::new(Picking::Export, Form::ALL.map(choice).into(), 0)
    }

    /// What the session can be compared under.
    pub fn against(choices: &[Against], lang: Lang) -> Self {
        let choice = |against: &Against| Choice {
            name: against.label(lang),
            about: String::new(),
            current: false,
        };
        Picker::at_current(Picking::Against, choices.iter().map(choice).collect())
    }

    fn at_current(picking: Picking, choices: Vec<Choice>) -> Self {
        let selected = choices.iter().position(|c| c.current).unwrap_or(0);
        Picker::new(picking, choices, selected)
    }
}
