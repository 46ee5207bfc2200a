//! What the palette offers now, and doing it.

use super::simulator::App;
use crate::command::{Command, Deed, Offer, Palette, Popup};
use crate::desk::Speed;
use crate::words::Lang;
use melody_core::event::Action;
use melody_core::scene::Scene;

/// Deeds remembered, so that they come first.
const LATELY: usize = 16;

impl App {
    pub(super) fn open_palette(&mut self) {
        let palette = Palette::offering(self.offers(), &self.lately);
        self.popup = Some(Popup::Palette(Box::new(palette)));
    }

    /// Everything that makes sense where the palette is opened.
    fn offers(&self) -> Vec<Offer> {
        let lang = self.look.lang;
        let mut offers: Vec<Offer> = Vec::new();
        for (entry, keys) in self.keymap.reached(&self.contexts()) {
            let deed = Deed::Command(entry.command);
            // A view may have a name of its own for what can be done anywhere.
            match offers.iter_mut().find(|offer| offer.deed == deed) {
                Some(known) => known.keys.extend(keys),
                None if entry.command == Command::Palette => {}
                None => offers.push(Offer::command(entry, keys, lang)),
            }
        }
        let scene = self.session.trace().listener.scene;
        offers.extend(Scene::ALL.map(|offered| Offer::scene(offered, scene, lang)));
        let themes = self.themes.iter();
        offers.extend(
            themes.map(|(name, theme)| Offer::theme(name, *theme == self.look.theme, lang)),
        );
        offers.extend(Lang::ALL.map(|offered| Offer::language(offered, lang)));
        let speeds = Speed::ALL.into_iter().filter_map(Speed::new);
        offers.extend(speeds.map(|offered| Offer::speed(offered, self.session.speed, lang)));
        offers
    }

    /// Does what was found, and remembers it.
    pub(super) fn found(&mut self, deed: Deed) {
        self.lately.retain(|known| *known != deed);
        self.lately.insert(0, deed.clone());
        self.lately.truncate(LATELY);
        self.perform(deed);
    }

    pub(super) fn perform(&mut self, deed: Deed) {
        match deed {
            Deed::Command(command) => self.handle(command),
            Deed::Scene(scene) => self.act(Action::Scene { scene }),
            Deed::Theme(name) => {
                if let Some((_, theme)) = self.themes.iter().find(|(known, _)| *known == name) {
                    self.look.theme = theme.clone();
                }
            }
            Deed::Language(lang) => {
                self.look.lang = lang;
                self.black_box.speak(lang);
            }
            Deed::Speed(speed) => self.session.speed = speed,
        }
    }
}
