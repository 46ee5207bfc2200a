//! A session beside another that parted from it.

use super::simulator::App;
use crate::command::{Picker, Tab};
use crate::desk::comparing::Comparing;
use crate::desk::weeks::Weeks;
use crate::desk::{Against, Compared, Weekly};
use melody_core::scene::Scene;
use melody_recommender::engine::Timeline;
use melody_recommender::policy;

impl App {
    /// Goes after what has happened since; where that cannot be, the comparison is over.
    pub(super) fn compare_on(&mut self, follow: fn(&mut Comparing, &Timeline) -> Option<String>) {
        let timeline = self.session.timeline();
        let failed = self.comparing.as_mut().and_then(|comparing| follow(comparing, timeline));
        if let Some(error) = failed {
            self.end_comparison();
            self.say(self.look.lang.fill("No comparison: {}", &[&error]));
        }
    }

    /// The other session, as it was at the time of the step looked at. Where it is not the view's
    /// business it is not made ready.
    pub(super) fn compared(&self) -> Option<Compared> {
        let comparing = self.comparing.as_ref().filter(|_| self.tab == Tab::Compare)?;
        let mut compared = comparing.compared(self.session.timeline(), self.look.lang)?;
        if self.looking_at.is_some() {
            let at_ms = self.trace().at_ms;
            let past = compared.traces.iter().take_while(|trace| trace.at_ms <= at_ms).count();
            compared.traces.truncate(past.max(1));
        }
        Some(compared)
    }

    /// Whether the Compare view shows weeks.
    pub(super) fn looks_at_weeks(&self) -> bool {
        self.tab == Tab::Compare && self.over_weeks
    }

    /// Shows the two that are compared over weeks, or the session again.
    pub(super) fn over_weeks(&mut self) {
        let Some(comparing) = &self.comparing else {
            return self.say(self.look.lang.text("Begin a comparison first.").into());
        };
        if !comparing.against.lasts() {
            let said = "Over weeks, policies and models are compared: a scene and values set by hand are of one session.";
            return self.say(self.look.lang.text(said).into());
        }
        self.over_weeks = !self.over_weeks;
        let (library, opening) = (self.session.library(), self.session.opening());
        let goes_on = |weeks: &Weeks| weeks.serve(&comparing.against, library, opening.seed);
        if !self.weeks.as_ref().is_some_and(goes_on) {
            let folder = self.folder.clone();
            self.weeks = Some(Weeks::start(&comparing.against, library, opening, folder));
        }
    }

    /// Goes on over weeks while they are looked at; where that cannot be, they are over.
    pub(super) fn go_on_over_weeks(
        &mut self,
        go_on: impl FnOnce(&mut Weeks, bool) -> Option<String>,
    ) {
        let looked_at = self.looks_at_weeks();
        let failed = self.weeks.as_mut().and_then(|weeks| go_on(weeks, looked_at));
        if let Some(error) = failed {
            (self.weeks, self.over_weeks) = (None, false);
            self.say(self.look.lang.fill("No comparison: {}", &[&error]));
        }
    }

    /// What the Compare view shows of weeks, where it does.
    pub(super) fn weekly(&self) -> Option<Weekly> {
        let weeks = self.weeks.as_ref().filter(|_| self.looks_at_weeks())?;
        Some(weeks.weekly(self.look.lang))
    }

    /// Ends the comparison. Weeks are kept, as they take long, for whoever asks for the same again.
    pub(super) fn end_comparison(&mut self) {
        self.comparing = None;
        self.over_weeks = false;
    }

    /// Lists what a comparison can be begun with.
    pub(super) fn fork(&mut self) {
        let now = self.trace().listener.scene;
        let drafted = self.what_if.drafted(self.trace());
        let mut choices = Vec::new();
        if drafted.changed {
            choices.push(Against::ByHand(drafted.set));
        }
        choices.push(Against::NoPromotion);
        let present = &self.trace().versions.policy;
        let shipped = policy::shipped_names().filter(|name| name != present);
        choices.extend(shipped.map(|name| Against::Policy(name.into())));
        let scenes = Scene::ALL.into_iter().filter(|scene| *scene != now);
        choices.extend(scenes.map(Against::Scene));
        // What there is to find hangs on the folder, so it comes after what is always there: a tour counts on that.
        choices.extend(
            melody_sessions::names::policies_in(&self.folder).into_iter().map(Against::Policy),
        );
        choices.extend(
            melody_sessions::names::models_in(&self.folder).into_iter().map(Against::Model),
        );
        self.pick(Picker::against(&choices, self.look.lang));
        self.against = choices;
    }

    /// Begins a comparison from the step looked at.
    pub(super) fn compare(&mut self, against: Against) {
        let session = &self.session;
        let parts =
            (session.library().clone(), session.opening().clone(), session.profile().clone());
        let (timeline, listener) = (session.timeline(), session.autopilot());
        self.over_weeks = false;
        self.comparing =
            Some(Comparing::start(timeline, self.step(), against, parts, listener, &self.folder));
        self.show(Tab::Compare);
    }
}
