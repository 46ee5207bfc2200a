//! Opening what was written down, and going over to another session.

use super::indexing::Indexing;
use super::simulator::App;
use crate::command::{Picker, Picking, Popup, Tab};
use crate::desk::Choice;
use crate::desk::background::Pending;
use crate::desk::explaining::Explaining;
use crate::desk::others::Others;
use crate::desk::reopening::{Arrival, Arriving, Going, list};
use crate::desk::what_if::WhatIf;
use melody_core::input::InputError;
use melody_sessions::saved::Saved;

impl App {
    /// Looks for sessions to choose from.
    pub(super) fn look_for_saved(&mut self) {
        let (folder, lang) = (self.folder.clone(), self.look.lang);
        self.listing = Some(Pending::start("listing", move || list(&folder, lang)));
    }

    /// Takes in the list of sessions, once it is there.
    pub(super) fn list(&mut self, look: fn(&Pending<Vec<Choice>>) -> Option<Vec<Choice>>) {
        if let Some(choices) = self.listing.as_ref().and_then(look) {
            self.listed(choices);
        }
    }

    fn listed(&mut self, choices: Vec<Choice>) {
        self.listing = None;
        if choices.is_empty() {
            let said = "No session is here to open; `w` writes this one.";
            return self.say(self.look.lang.text(said).into());
        }
        let picker = Picker::new(Picking::Saved, choices, 0);
        self.popup = Some(Popup::Pick(picker));
    }

    /// Opens a session of the folder.
    pub(super) fn reopen_named(&mut self, name: &str) {
        let path = self.folder.join(name);
        self.reopen(name.into(), move || Saved::read(&path));
    }

    /// Plays a session again that was written down, in the background; once it is at its end it takes
    /// the place of this one.
    pub fn reopen(
        &mut self,
        name: String,
        read: impl FnOnce() -> Result<Saved, InputError> + Send + 'static,
    ) {
        self.arriving = Some(Arriving::again(name, &self.session, self.look.lang, read));
    }

    /// Another listener begins a new session, as soon as it is opened.
    pub(super) fn sit_down(&mut self, name: String) {
        let lang = self.look.lang;
        let name = self.profile_at(name);
        match melody_sessions::names::profile_named(&name, &self.folder) {
            Ok(profile) => {
                let said = lang.fill("A new session: {} listens.", &[&profile.name]);
                let open = self.session.opener(name, profile);
                let open = move || Ok(open());
                self.arriving = Some(Arriving::anew(lang, (said, Going::AsBefore), open));
            }
            Err(error) => self.say(lang.fill("No new session: {}", &[&error])),
        }
    }

    /// The listener of a profile of the list, as people say it: by name, the profile's beside it. The profile's alone where it
    /// cannot be read, of which choosing it says why.
    pub(super) fn called(&self, name: &str) -> String {
        let at = self.profile_at(name.into());
        let profile = melody_sessions::names::profile_named(&at, &self.folder);
        let lang = self.look.lang;
        let said = |name_of: &str| lang.fill("{} ({})", &[&name_of, &lang.named("profile", name)]);
        profile.map_or_else(|_| name.into(), |profile| said(&profile.name))
    }

    /// Where a profile of the list is: a path where it is one's own, its name where it is shipped.
    fn profile_at(&self, name: String) -> String {
        let own = self.profiles.iter().find(|(own, _)| *own == name);
        own.map_or(name, |(_, path)| path.display().to_string())
    }

    /// Takes in a session that was on its way, once it is there.
    pub(super) fn arrive(&mut self, look: fn(&Arriving) -> Option<Result<Arrival, String>>) {
        if let Some(arrived) = self.arriving.as_ref().and_then(look) {
            self.arrived(arrived);
        }
    }

    /// Where it did not come, this one stays.
    fn arrived(&mut self, arrived: Result<Arrival, String>) {
        self.arriving = None;
        match arrived {
            Ok(arrival) => self.begin(arrival),
            Err(said) => self.say(said),
        }
    }

    /// Goes over to a session that has been opened.
    fn begin(&mut self, arrival: Arrival) {
        let Arrival { session: mut next, mut said, going } = arrival;
        let lang = self.look.lang;
        next.playing = match going {
            Going::AsBefore => self.session.playing,
            Going::Rests => false,
            Going::On => true,
        };
        next.speed = self.session.speed;
        next.set_autopilot(self.session.autopilot() && going != Going::Rests);
        if let Some(journal) = self.session.take_journal() {
            match journal.next(next.opening(), next.timeline()) {
                Ok(journal) => next.keep(journal),
                Err(error) => {
                    said = format!("{said} {}", lang.fill("It has no log: {}", &[&error]))
                }
            }
            self.logs.push(journal);
        }
        if let Some(lost) = self.put_away(going) {
            said = format!("{said} {lost}");
        }
        let [before, now] = [&self.session, &next].map(|session| &session.trace().versions.policy);
        if next.opening().versions.is_some() && before != now {
            said = format!(
                "{said} {}",
                lang.fill("It goes by the policy {}.", &[&lang.named("policy", now)])
            );
        }
        next.note_in(self.black_box.clone());
        self.messages.close(self.notices());
        self.session = next;
        self.kept.begin();
        self.selected = None;
        self.explaining = Explaining::default();
        self.others = Others::default();
        self.what_if = WhatIf::default();
        self.end_comparison();
        self.looking_at = None;
        self.indexing = Indexing::of(self.session.catalogue());
        self.guide = None;
        self.toured = None;
        if self.kiosk {
            self.popup = None;
        }
        self.scroll = [0; Tab::ALL.len()];
        self.say(said);
    }
}
