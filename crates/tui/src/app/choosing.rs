//! What is selected, in the view or in a popup, and what comes of choosing it.

use super::simulator::App;
use crate::command::{Deed, Picker, Picking, Popup, Proposal, Seeking, Tab};
use crate::export::form::Form;
use crate::words::Lang;
use melody_core::catalogue::SongId;
use melody_core::event::Action;
use melody_core::scene::Scene;

impl App {
    pub(super) fn select(&mut self, by: isize) {
        let limit = self.drawn.scroll_limit;
        let reads = self.tab.reads() || self.looks_at_weeks();
        match &mut self.popup {
            Some(Popup::Search(search)) => search.select(by),
            Some(Popup::Pick(picker)) => picker.choices.select(by),
            Some(Popup::Palette(palette)) => palette.select(by),
            Some(popup) => {
                if let Some(scroll) = popup.scroll_mut() {
                    *scroll = (*scroll).min(limit).saturating_add_signed(by).min(limit);
                }
            }
            None if self.tab == Tab::Timeline => {
                self.look_at(self.step().saturating_add_signed(by));
            }
            None if self.tab == Tab::WhatIf => self.what_if.select(by),
            None if reads => {
                self.section = None;
                let scroll = &mut self.scroll[self.tab.index()];
                *scroll = scroll.saturating_add_signed(by).min(limit);
            }
            None => {
                self.explaining.about_selected();
                let queue = &self.trace().queue;
                let last = queue.len().saturating_sub(1);
                let to = self.selected_place().saturating_add_signed(by).min(last);
                self.selected = queue.get(to).filter(|_| to > 0).map(|e| e.song.id.clone());
            }
        }
    }

    /// Scrolls what is longer than its place, or selects far away.
    pub(super) fn page(&mut self, by: isize) {
        if self.popup.is_some() || self.drawn.scroll_limit == 0 {
            return self.select(by);
        }
        self.scroll(by);
    }

    /// Scrolls the view.
    pub(super) fn scroll(&mut self, by: isize) {
        self.section = None;
        let scroll = &mut self.scroll[self.tab.index()];
        *scroll = scroll.saturating_add_signed(by).min(self.drawn.scroll_limit);
    }

    /// The place in the queue of the selected song; the first once it has left the queue.
    pub(super) fn selected_place(&self) -> usize {
        let queue = &self.trace().queue;
        let selected = self.selected.as_ref();
        selected.and_then(|id| queue.iter().position(|e| e.song.id == *id)).unwrap_or(0)
    }

    pub(super) fn selected_song(&mut self) -> Option<SongId> {
        let entry = self.trace().queue.get(self.selected_place());
        let song = entry.and_then(|entry| self.session.find(&entry.song.id));
        if song.is_none() {
            self.say(self.look.lang.text("The queue is empty.").into());
        }
        song
    }

    /// Takes what a popup has selected. `open`: play what was found at once.
    pub(super) fn choose(&mut self, open: bool) {
        match self.popup.take() {
            Some(Popup::Search(search)) => {
                let Some(hit) = search.chosen() else {
                    self.popup = Some(Popup::Search(search));
                    return;
                };
                match search.seeking {
                    Seeking::Listen => {}
                    Seeking::Explain => {
                        self.explaining.looked_up = Some(hit.song_id());
                        self.explaining.above = None;
                        return;
                    }
                    Seeking::Above => {
                        self.explaining.above = Some(hit.song_id());
                        return;
                    }
                }
                let query = search.query(hit);
                // What rises is what is like the one that was chosen, and not all that has the words.
                if !hit.name().eq_ignore_ascii_case(&query) {
                    let said = "What is like \"{}\" rises: it was chosen for \"{}\".";
                    self.say(self.look.lang.fill(said, &[&hit.name(), &query]));
                }
                self.act(Action::Search { query, target: hit.target });
                if open {
                    self.act(Action::Open { song: hit.song_id() });
                }
            }
            Some(Popup::Pick(picker)) => match picker.choices.place() {
                Some(place) => self.chosen(&picker, place),
                None => self.popup = Some(Popup::Pick(picker)),
            },
            Some(Popup::Confirm(confirm)) => self.carry_out(confirm.proposal),
            Some(Popup::Palette(palette)) => match palette.chosen() {
                Some(offer) => self.found(offer.deed.clone()),
                None => self.popup = Some(Popup::Palette(palette)),
            },
            other => self.popup = other,
        }
    }

    /// Takes what stands at a place of all that a list offered.
    fn chosen(&mut self, picker: &Picker, place: usize) {
        let choices = picker.choices.all();
        match picker.picking {
            Picking::Scene => {
                if let Some(scene) = Scene::ALL.get(place) {
                    self.perform(Deed::Scene(*scene));
                }
            }
            Picking::Profile => {
                if let Some(choice) = choices.get(place) {
                    let name = choice.name.clone();
                    let who = self.called(&name);
                    self.ask_or_leave(Proposal::Listener { name, who });
                }
            }
            Picking::Saved => {
                if let Some(choice) = choices.get(place) {
                    self.ask_or_leave(Proposal::Open { name: choice.name.clone() });
                }
            }
            Picking::Theme => {
                if let Some(choice) = choices.get(place) {
                    self.perform(Deed::Theme(choice.name.clone()));
                }
            }
            Picking::Against => {
                if let Some(against) = self.against.get(place) {
                    self.compare(against.clone());
                }
            }
            Picking::Language => {
                if let Some(lang) = Lang::ALL.get(place) {
                    self.perform(Deed::Language(*lang));
                }
            }
            Picking::Export => {
                if let Some(form) = Form::ALL.get(place) {
                    self.export(*form);
                }
            }
        }
    }
}
