//! The command palette: everything that can be done now, found by its name.

use super::keys::Key;
use super::sifted::Sifted;
use super::tab::Tab;
use super::table::{Command, Entry};
use super::typed::Fit;
use crate::desk::Speed;
use crate::words::Lang;
use crate::words::about::about_scene;
use melody_core::scene::Scene;

/// What a line of the palette does: a command, or a choice that a command would ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// An entry of the command table.
    Command(Command),
    /// Change to this scene.
    Scene(Scene),
    /// A theme by its name.
    Theme(String),
    /// Speak this language.
    Language(Lang),
    /// Let the clock run this fast.
    Speed(Speed),
}

/// What somebody may look for who does not know which view shows it. In English.
fn concepts(command: Command) -> &'static [&'static str] {
    match command {
        Command::Show(Tab::Stage) => &["queue", "promoted", "race", "weights"],
        Command::Show(Tab::Explain) => &["score", "interest", "why not", "heads"],
        Command::Show(Tab::WhatIf) => {
            &["Promotion", "weights", "clamp", "M promoted", "N songs", "session boosts"]
        }
        Command::Show(Tab::Bandit) => &["arm", "reward", "Regret", "return", "target"],
        Command::Show(Tab::Session) => &["Streaks", "Searches", "Mood", "gate", "share heard"],
        Command::Show(Tab::Model) => &["Near-line updates", "version", "Loss weights in training"],
        Command::Show(Tab::Metrics) => {
            &["guardrail", "Guardrail", "completion", "cap", "conversions", "Interventions"]
        }
        Command::Show(Tab::Timeline) => &["Steps", "Events"],
        _ => &[],
    }
}

/// A line of the palette, in the language of the screen.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What choosing it does.
    pub deed: Deed,
    /// A command's name, or a value after what it is of.
    pub name: String,
    /// A sentence.
    pub about: String,
    /// The keys that do it now.
    pub keys: Vec<Key>,
    /// Whether it stands like that already.
    pub current: bool,
    /// What it can be found by: its id, its names in English and on screen.
    names: Vec<String>,
    /// Its sentence in English and on screen.
    sentences: Vec<String>,
}

impl Offer {
    /// A command of the table, with the keys it has now.
    pub fn command(entry: &Entry, keys: Vec<Key>, lang: Lang) -> Self {
        let (name, about) = (lang.text(entry.name), lang.text(entry.about));
        let shows = concepts(entry.command)
            .iter()
            .flat_map(|said| [(*said).to_string(), lang.text(said).into_owned()]);
        let own = [entry.id.into(), entry.name.into(), name.to_string()];
        Offer {
            names: own.into_iter().chain(shows).collect(),
            sentences: vec![entry.about.into(), about.to_string()],
            deed: Deed::Command(entry.command),
            name: name.into(),
            about: about.into(),
            keys,
            current: false,
        }
    }

    /// Changing to `scene`; `now` is the one in force.
    pub fn scene(scene: Scene, now: Scene, lang: Lang) -> Self {
        let about = about_scene(scene);
        let offer = Offer::value(Deed::Scene(scene), "scene: {}", scene.name(), lang, scene == now);
        let sentences = vec![about.into(), lang.text(about).into()];
        Offer { about: lang.text(about).into(), sentences, ..offer }
    }

    /// Taking on the theme of that name.
    pub fn theme(name: &str, current: bool, lang: Lang) -> Self {
        Offer::value(Deed::Theme(name.into()), "theme: {}", name, lang, current)
    }

    /// Speaking `language`, said in the language spoken now.
    pub fn language(language: Lang, now: Lang) -> Self {
        let name = language.name();
        let mut offer =
            Offer::value(Deed::Language(language), "language: {}", name, now, language == now);
        offer.names.push(Lang::En.fill("language: {}", &[&language.english()]));
        offer
    }

    /// Running at `speed`; `now` is the one in force.
    pub fn speed(speed: Speed, now: Speed, lang: Lang) -> Self {
        let name = format!("{}x", speed.factor());
        Offer::value(Deed::Speed(speed), "speed: {}", &name, lang, speed == now)
    }

    /// One of the values that something can have.
    fn value(deed: Deed, of: &str, value: &str, lang: Lang, current: bool) -> Self {
        let name = lang.fill(of, &[&lang.text(value)]);
        Offer {
            names: vec![Lang::En.fill(of, &[&value]), name.clone()],
            sentences: Vec::new(),
            deed,
            name,
            about: String::new(),
            keys: Vec::new(),
            current,
        }
    }

    /// How well it fits what was typed. A name says more than a sentence.
    fn fits(&self, fit: &mut Fit) -> Option<u32> {
        let name = self.names.iter().filter_map(|name| fit.name(name)).max();
        let sentence = self.sentences.iter().filter_map(|said| fit.sentence(said)).max();
        name.map(|score| score * 2).max(sentence)
    }
}

/// The palette, open: what was done from here lately first, then in the order of the command table.
pub type Palette = Sifted<Offer>;

impl Sifted<Offer> {
    /// `lately`: what was done from a palette before, the newest first.
    pub fn offering(mut offers: Vec<Offer>, lately: &[Deed]) -> Self {
        let age = |offer: &Offer| lately.iter().position(|deed| *deed == offer.deed);
        offers.sort_by_key(|offer| age(offer).unwrap_or(lately.len()));
        Sifted::new(offers, Offer::fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::context::Context;
    use crate::command::table::of;

    fn palette(lang: Lang, lately: &[Deed]) -> Palette {
        let commands = of(Context::Anywhere).map(|entry| Offer::command(entry, Vec::new(), lang));
        let speeds = Speed::ALL.into_iter().filter_map(Speed::new);
        let speeds = speeds.map(|speed| Offer::speed(speed, Speed::NORMAL, lang));
        let scenes = Scene::ALL.map(|scene| Offer::scene(scene, Scene::Relax, lang));
        let languages = Lang::ALL.map(|language| Offer::language(language, lang));
        Palette::offering(commands.chain(speeds).chain(scenes).chain(languages).collect(), lately)
    }

    fn first(lang: Lang, typed: &str) -> Deed {
        let mut palette = palette(lang, &[]);
        palette.paste(typed);
        palette.chosen().unwrap_or_else(|| panic!("nothing fits {typed:?}")).deed.clone()
    }

    #[test]
    fn names_ids_and_sentences_find_a_command_in_either_language() {
        for lang in Lang::ALL {
            assert_eq!(first(lang, "undo"), Deed::Command(Command::Undo));
            assert_eq!(first(lang, "play-pause"), Deed::Command(Command::PlayPause));
            assert_eq!(first(lang, "simulated listener"), Deed::Command(Command::Autopilot));
            assert_eq!(first(lang, "workout"), Deed::Scene(Scene::Workout));
            assert_eq!(first(lang, "scwork"), Deed::Scene(Scene::Workout));
            assert_eq!(first(lang, "speed 16"), Deed::Speed(Speed::new(16.0).unwrap()));
            assert_eq!(first(lang, "chinese"), Deed::Language(Lang::Zh));
        }
        assert_eq!(first(Lang::Zh, "撤销"), Deed::Command(Command::Undo));
        assert_eq!(first(Lang::Zh, "运动"), Deed::Scene(Scene::Workout));
    }

    #[test]
    fn what_a_view_shows_finds_it() {
        let shows = |tab| Deed::Command(Command::Show(tab));
        assert_eq!(first(Lang::Zh, "推广占比"), shows(Tab::WhatIf));
        assert_eq!(first(Lang::Zh, "护栏"), shows(Tab::Metrics));
        assert_eq!(first(Lang::Zh, "奖励"), shows(Tab::Bandit));
        assert_eq!(first(Lang::En, "guardrail"), shows(Tab::Metrics));
        assert_eq!(first(Lang::En, "promotion"), shows(Tab::WhatIf));
        let mut palette = palette(Lang::Zh, &[]);
        palette.paste("推广");
        let found: Vec<Deed> = palette.found().map(|offer| offer.deed.clone()).collect();
        assert!(
            found.contains(&shows(Tab::Stage)) && found.contains(&shows(Tab::WhatIf)),
            "{found:?}"
        );
    }

    #[test]
    fn what_was_done_lately_comes_first_until_something_is_typed() {
        let lately = [Deed::Command(Command::Motion), Deed::Command(Command::Undo)];
        let mut palette = palette(Lang::En, &lately);
        let shown: Vec<Deed> = palette.found().take(2).map(|offer| offer.deed.clone()).collect();
        assert_eq!(shown, lately);
        palette.paste("quit");
        assert_eq!(palette.chosen().unwrap().deed, Deed::Command(Command::Quit));
        palette.paste("zzzz");
        assert!(palette.chosen().is_none());
    }
}
