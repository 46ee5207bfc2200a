//! The flags of the simulator as the topmost layer of its settings.

use super::arguments::{AsciiWord, Device, LangWord, Screen, Settings};
use crate::config::{Layer, Origin, Setting};
use melody_tui::Lang;

/// What the flags say.
pub(super) fn layer(arguments: &Settings) -> Layer {
    Layer {
        speed: flag("--speed", arguments.speed),
        profile: flag("--profile", arguments.profile.clone()),
        policy: flag("--policy", arguments.named.policy.clone()),
        model: flag("--model", arguments.named.model.clone()),
        catalogue: flag("--catalogue", arguments.named.catalogue.clone()),
        scene: flag("--scene", arguments.scene),
        seed: flag("--seed", arguments.seed),
        ..screen(&arguments.screen, arguments.named.device)
    }
}

/// What the flags say that every command with a screen has.
pub(super) fn screen(arguments: &Screen, device: Option<Device>) -> Layer {
    Layer {
        theme: flag("--theme", arguments.theme.clone()),
        lang: flag("--lang", arguments.lang.map(language)),
        ascii: flag("--ascii", arguments.ascii.map(ascii)),
        motion: flag("--no-motion", arguments.no_motion.then_some(false)),
        mouse: flag("--no-mouse", arguments.no_mouse.then_some(false)),
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
