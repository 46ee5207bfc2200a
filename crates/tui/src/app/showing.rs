//! What is on screen: the view of a frame, and what drawing it found out.

use super::simulator::{App, SETTLES};
use crate::command::{Picking, Popup, Tab};
use crate::draw::Drawn;
use crate::theme::Look;
use crate::view::{Strip, View};
use melody_core::event::Action;
use melody_recommender::engine::Trained;
use melody_recommender::playback::Playhead;

impl App {
    /// What is on screen, owned.
    pub fn view(&self) -> View {
        let timeline = self.session.timeline();
        let step = self.step();
        let setup = &timeline.engine().setup;
        let taken = self.taken(step);
        let regrets = self.session.regrets().before(self.trace().bandit.since);
        View {
            others: (self.tab == Tab::Bandit).then(|| self.others.estimated()).flatten(),
            tab: self.tab,
            look: self.look_shown(),
            keymap: self.keymap.clone(),
            contexts: self.contexts(),
            listener: self.session.profile().name.clone(),
            traces: View::history(timeline, step),
            newest: timeline.events().len(),
            strip: (self.tab == Tab::Timeline).then(|| Strip::of(timeline.traces(), step)),
            past: self.looking_at.is_some(),
            fresh: self.fresh(),
            head: match self.looking_at {
                Some(_) => Playhead::after(self.trace()),
                None => self.session.head(),
            },
            playing: self.session.playing,
            slow: self.session.slow() || self.arriving.is_some(),
            speed: self.session.speed,
            autopilot: self.session.autopilot(),
            kiosk: self.kiosk || self.touring.is_some(),
            selected: self.selected_place(),
            scroll: self.scroll[self.tab.index()],
            section: self.section.clone(),
            panel: self.panel,
            zoomed: self.zoomed,
            from_zero: self.from_zero,
            span: self.span,
            pointer: self.pointer,
            log: self.log_standing(),
            explained: self.explaining.explained(),
            causes: self.explaining.causes(step).filter(|_| self.tab == Tab::Explain),
            elsewhere: self
                .explaining
                .elsewhere(timeline, step)
                .filter(|_| self.tab == Tab::Explain),
            bygones: self.explaining.bygones(timeline, step).filter(|_| self.tab == Tab::Explain),
            detail: self.explaining.detail,
            caption: self.caption(),
            message: self.message.clone().or_else(|| {
                self.arriving.as_ref().and_then(|arriving| arriving.progress(self.look.lang))
            }),
            what_if: self.what_if.drafted(self.trace()),
            compared: self.compared(),
            weekly: self.weekly(),
            popup: self.popup.clone(),
            catalogue: setup.catalogue.clone(),
            policy: setup.policy.clone(),
            objective: taken.map_or(&setup.model, |taken| &taken.model).objective.clone(),
            // The report is of the model that the session began with.
            training: self.session.trained().filter(|_| taken.is_none()).cloned(),
            regrets,
            regretting: self.session.regrets().working(),
        }
    }

    /// The version of the model that had taken over by a step; `None` where the session went by the one it began with.
    fn taken(&self, step: usize) -> Option<&Trained> {
        let timeline = self.session.timeline();
        let events = timeline.events().iter().take(step);
        let hash = events.rev().find_map(|event| match &event.action {
            Action::Version { hash } => Some(hash),
            _ => None,
        })?;
        let setup = &timeline.engine().setup;
        setup.versions.get(hash).filter(|taken| taken.model.hash != setup.model.hash).map(|t| &**t)
    }

    /// How the program looks now: as a theme that is about to be chosen, while it is selected.
    pub(super) fn look_shown(&self) -> Look {
        let mut look = self.look.clone();
        if let Some(Popup::Pick(picker)) = &self.popup
            && picker.picking == Picking::Theme
            && let Some((_, theme)) =
                picker.choices.place().and_then(|place| self.themes.get(place))
        {
            look.theme = theme.clone();
        }
        look
    }

    /// How new the newest step is to the eye: 1 when it has just come, 0 when it has settled.
    pub(super) fn fresh(&self) -> f64 {
        if !self.look.motion || self.looking_at.is_some() {
            return 0.0;
        }
        let share = (self.seen.1.as_secs_f64() / SETTLES.as_secs_f64()).min(1.0);
        // Quickly away, gently home.
        (1.0 - share).powi(3)
    }

    /// Takes in what the last drawing found out.
    pub fn drawn(&mut self, drawn: Drawn) {
        // From where a section has been shown the keys scroll on.
        if let Some(row) = drawn.scrolled.filter(|_| self.popup.is_none()) {
            self.scroll[self.tab.index()] = row;
        }
        let limit = drawn.scroll_limit;
        let scroll = match &mut self.popup {
            Some(popup) => popup.scroll_mut(),
            None => Some(&mut self.scroll[self.tab.index()]),
        };
        if let Some(scroll) = scroll {
            *scroll = (*scroll).min(limit);
        }
        self.drawn = drawn;
    }
}
