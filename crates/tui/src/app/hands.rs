//! Keys, pasted text and the mouse: what each of them means where it comes down.

use ratatui::layout::Position;

use super::simulator::App;
use crate::command::{Command, Context, Key, Popup, table};
use crate::draw::Hit;

/// Lines a notch of the mouse wheel scrolls by.
const NOTCH: isize = 3;

impl App {
    /// A key goes down.
    pub fn press(&mut self, key: Key) {
        self.attended();
        self.message = None;
        match self.keymap.find(&self.contexts(), key) {
            Some(command) => self.handle(command),
            None => self.type_key(key),
        }
    }

    /// A key without a command: text, where text is typed.
    pub(super) fn type_key(&mut self, key: Key) {
        match &mut self.popup {
            Some(Popup::Search(search)) => search.press(key),
            Some(Popup::Palette(palette)) => palette.press(key),
            // Whoever types in a script without keys of its own is told of a way that needs none.
            None if key.is_foreign() => self.name_the_palette(key),
            _ => {}
        }
    }

    fn name_the_palette(&mut self, key: Key) {
        let palette = self.key(Command::Palette);
        let said = "`{}` means nothing here. `{}` finds every command by its name.";
        self.say(self.look.lang.fill(said, &[&key, &palette]));
    }

    /// Text is pasted. It is never taken for commands.
    pub fn paste(&mut self, text: &str) {
        self.attended();
        match &mut self.popup {
            Some(Popup::Search(search)) => search.paste(text),
            Some(Popup::Palette(palette)) => palette.paste(text),
            _ => {}
        }
    }

    /// The mouse is pressed somewhere.
    pub fn click(&mut self, at: Position) {
        self.attended();
        self.message = None;
        // What was drawn last lies on top.
        let hit = self.drawn.hits.iter().rev().find(|(place, _)| place.contains(at));
        let over = self.popup.is_some();
        match hit.map(|(_, hit)| *hit) {
            // Beside an open popup is away from it.
            hit if over && !reaches_popup(hit, &self.popup) => self.popup = None,
            None | Some(Hit::Popup) => {}
            Some(Hit::Command(command)) => self.handle(command),
            Some(Hit::Song(place)) => {
                let song = self.trace().queue.get(place).map(|entry| entry.song.id.clone());
                // A second click on a song is for looking closer.
                if song.is_some() && self.selected_place() == place && self.selected.is_some() {
                    self.handle(Command::Explain);
                }
                self.explaining.about_selected();
                self.selected = song;
            }
            Some(Hit::Step(step)) => self.look_at(step),
            Some(Hit::Slider(slider)) => {
                let Some((place, _)) = hit else { return };
                let share = f64::from(at.x - place.x) / f64::from(place.width.max(2) - 1);
                self.drag(slider, share);
            }
            Some(Hit::Choice(place)) => {
                match &mut self.popup {
                    Some(Popup::Search(search)) => search.select_at(place),
                    Some(Popup::Pick(picker)) => picker.selected = place,
                    Some(Popup::Palette(palette)) => palette.select_at(place),
                    _ => return,
                }
                self.handle(Command::Choose);
            }
        }
    }

    /// The mouse wheel turns somewhere, `by` notches down.
    pub fn wheel(&mut self, at: Position, by: isize) {
        self.attended();
        let over = self.drawn.hits.iter().rev().find(|(place, _)| place.contains(at));
        let lies_on_song = matches!(over, Some((_, Hit::Song(_))));
        if self.popup.is_none() && !lies_on_song && self.drawn.scroll_limit > 0 {
            self.scroll(by * NOTCH);
        } else {
            self.select(by);
        }
    }
}

/// Whether what was clicked is part of the open popup.
fn reaches_popup(hit: Option<Hit>, popup: &Option<Popup>) -> bool {
    match hit {
        Some(Hit::Choice(_) | Hit::Popup) => true,
        // Commands lie on a question's own line and beside it; only its own make sense now.
        Some(Hit::Command(command)) => {
            let own = popup.as_ref().map(Popup::context);
            matches!(own, Some(Context::Confirm))
                && table::of(Context::Confirm).any(|entry| entry.command == command)
        }
        _ => false,
    }
}
