//! The flags of the simulator as the topmost layer of its settings.

use super::arguments::{AsciiWord, Device, LangWord, Screen, Settings};
use crate::config::{Layer, Origin, Setting};
use crate::tui::Lang;

/// What the flags say.
pub fn layer(said: &Settings) -> Layer {
    Layer {
        speed: flag("--speed", said.speed),
        profile: flag("--profile", said.profile.clone()),
        policy: flag("--policy", said.session.policy.clone()),
        model: flag("--model", said.session.model.clone()),
        catalogue: flag("--catalogue", said.session.catalogue.clone()),
        scene: flag("--scene", said.scene),
        seed: flag("--seed", said.seed),
        ..screen(&said.screen, said.session.device)
    }
}

/// What the flags say that every command with a screen has.
pub fn screen(said: &Screen, device: Option<Device>) -> Layer {
    Layer {
        theme: flag("--theme", said.theme.clone()),
        lang: flag("--lang", said.lang.map(language)),
        ascii: flag("--ascii", said.ascii.map(ascii)),
        motion: flag("--no-motion", said.no_motion.then_some(false)),
        mouse: flag("--no-mouse", said.no_mouse.then_some(false)),
        device: flag("--device", device.map(Into::into)),
        ..Layer::default()
    }
}

fn flag<T>(name: &'static str, value: Option<T>) -> Option<Setting<T>> {
    Some(Setting { value: value?, origin: Origin::Flag { name } })
}

fn language(word: LangWord) -> Option<Lang> {
    match word {
        LangWord::Auto => None,
        LangWord::En => Some(Lang::En),
        LangWord::Zh => Some(Lang::Zh),
    }
}

fn ascii(word: AsciiWord) -> Option<bool> {
    match word {
        AsciiWord::Auto => None,
        AsciiWord::On => Some(true),
        AsciiWord::Off => Some(false),
    }
}
