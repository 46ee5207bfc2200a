//! Keys, pasted text and the mouse: what each of them means where it comes down.

use ratatui::layout::{Position, Rect};

use super::held::Held;
use super::simulator::App;
use crate::command::{Command, Context, Key, Popup, table};
use crate::draw::{Hit, pointed_at};
use crate::view::strip::HISTORY;

/// Lines a notch of the mouse wheel scrolls by.
const NOTCH: isize = 3;
/// Steps that charts over time may be set to show; beyond the last, all that are known.
const SPANS: [usize; 4] = [20, 40, 80, 160];

impl App {
    /// A key goes down.
    pub fn press(&mut self, key: Key) {
        self.attended();
        self.message = None;
        self.pointer = None;
        match self.keymap.find(&self.contexts(), key) {
            Some(command) => self.handle(command),
            None => self.type_key(key),
        }
    }

    /// A key without a command: text, where text is typed.
    pub(super) fn type_key(&mut self, key: Key) {
        match &mut self.popup {
            Some(Popup::Search(search)) => search.press(key),
            Some(Popup::Pick(picker)) => picker.choices.press(key),
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
            Some(Popup::Pick(picker)) => picker.choices.paste(text),
            Some(Popup::Palette(palette)) => palette.paste(text),
            _ => {}
        }
    }

    /// The mouse moves with no button down. Returns whether anything on screen changes by that: it moves over hundreds of
    /// places where there is nothing to say.
    pub fn point(&mut self, at: Position) -> bool {
        self.attended();
        let before = self.pointer.replace(at);
        let said = |at| pointed_at(&self.drawn, at);
        // Where no pointer was about, nothing was looked for yet.
        before.is_none_or(|before| said(before) != said(at))
    }

    /// The mouse moves with its button down: what it has hold of follows. Returns whether it has hold of anything.
    pub fn pull(&mut self, at: Position) -> bool {
        let Some(held) = self.held.filter(|_| self.popup.is_none()) else { return false };
        self.attended();
        match held {
            Held::Slider(slider, place) => {
                // What is no longer where it was has been let go.
                if !self.drawn.hits.contains(&(place, Hit::Slider(slider))) {
                    self.held = None;
                    return false;
                }
                self.drag(slider, share(place, at));
            }
            Held::Scrubber(y) => {
                let at = Position { y, ..at };
                let over = self.drawn.hits.iter().rev().find(|(place, _)| place.contains(at));
                let Some((_, Hit::Step(step))) = over else { return false };
                self.look_at(*step);
            }
        }
        true
    }

    /// The mouse's button comes up.
    pub fn release(&mut self) {
        self.held = None;
    }

    /// The mouse is pressed somewhere.
    pub fn click(&mut self, at: Position) {
        self.attended();
        self.message = None;
        (self.held, self.pointer) = (None, None);
        // What was drawn last lies on top.
        let hit = self.drawn.hits.iter().rev().find(|(place, _)| place.contains(at));
        let over = self.popup.is_some();
        match hit.map(|(_, hit)| *hit) {
            // Beside an open popup is away from it.
            hit if over && !reaches_popup(hit, &self.popup) => self.popup = None,
            None | Some(Hit::Popup | Hit::Chart(_)) => {}
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
            Some(Hit::Step(step)) => {
                self.held = Some(Held::Scrubber(at.y));
                self.look_at(step);
            }
            Some(Hit::Slider(slider)) => {
                let Some((place, _)) = hit else { return };
                let place = *place;
                self.held = Some(Held::Slider(slider, place));
                self.drag(slider, share(place, at));
            }
            Some(Hit::Choice(place)) => {
                match &mut self.popup {
                    Some(Popup::Search(search)) => search.select_at(place),
                    Some(Popup::Pick(picker)) => picker.choices.select_at(place),
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
        if let Some((_, Hit::Chart(shown))) = over
            && self.popup.is_none()
        {
            self.span = span(*shown, by);
            return;
        }
        let lies_on_song = matches!(over, Some((_, Hit::Song(_))));
        if self.popup.is_none() && !lies_on_song && self.drawn.scroll_limit > 0 {
            self.scroll(by * NOTCH);
        } else {
            self.select(by);
        }
    }
}

/// The share of a bar that lies left of the mouse, in [0, 1]: beyond its ends it stays there.
fn share(place: Rect, at: Position) -> f64 {
    let last = place.width.max(2) - 1;
    f64::from(at.x.saturating_sub(place.x).min(last)) / f64::from(last)
}

/// Steps to show next where so many are shown: fewer as the wheel turns up, more as it turns down.
fn span(shown: usize, by: isize) -> Option<usize> {
    match by < 0 {
        true => Some(SPANS.into_iter().rfind(|span| *span < shown).unwrap_or(SPANS[0])),
        false => SPANS.into_iter().find(|span| *span > shown).or(Some(HISTORY)),
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
