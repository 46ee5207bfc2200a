//! A session beside another that parted from it.

use super::simulator::App;
use crate::command::{Picker, Tab};
use crate::desk::comparing::Comparing;
use crate::desk::{Against, Compared};
use melody_core::scene::Scene;
use melody_recommender::engine::Timeline;
use melody_recommender::policy;

impl App {
    /// Goes after what has happened since; where that cannot be, the comparison is over.
    pub(super) fn compare_on(&mut self, follow: fn(&mut Comparing, &Timeline) -> Option<String>) {
        let timeline = self.session.timeline();
        let failed = self.comparing.as_mut().and_then(|comparing| follow(comparing, timeline));
        if let Some(error) = failed {
            self.comparing = None;
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
        choices.extend(
            melody_sessions::names::policies_in(&self.folder).into_iter().map(Against::Policy),
        );
        choices.extend(
            melody_sessions::names::models_in(&self.folder).into_iter().map(Against::Model),
        );
        let scenes = Scene::ALL.into_iter().filter(|scene| *scene != now);
        choices.extend(scenes.map(Against::Scene));
        self.pick(Picker::against(&choices, self.look.lang));
        self.against = choices;
    }

    /// Begins a comparison from the step looked at.
    pub(super) fn compare(&mut self, against: Against) {
        let session = &self.session;
        let parts =
            (session.library().clone(), session.opening().clone(), session.profile().clone());
        let (timeline, listener) = (session.timeline(), session.autopilot());
        self.comparing =
            Some(Comparing::start(timeline, self.step(), against, parts, listener, &self.folder));
        self.show(Tab::Compare);
    }
}
