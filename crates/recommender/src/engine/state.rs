//! The state of a session at one step.

use std::collections::VecDeque;
use std::sync::Arc;

use super::served::{Request, Served};
use super::setup::Trained;
use crate::bandit::Bandit;
use crate::feedback::{Guardrail, Learned, Metrics, Update};
use crate::ranking::{Heard, Queued};
use crate::session::{Searches, Streaks};
use melody_core::catalogue::SongId;
use melody_core::listener::{Account, History, ListenerView, SessionStats, Tier};
use melody_core::overrides::Overrides;
use melody_core::scene::Scene;
use melody_core::score::Score;
use melody_model::{Example, HeadOutputs, ModelVersion};

/// The song playing now.
#[derive(Clone, Debug, PartialEq)]
pub struct Playing {
    /// Of the setup's catalogue.
    pub song: SongId,
    /// When it began, in milliseconds since the session did.
    pub began_ms: u64,
    /// How much of it had been heard at the last event.
    pub heard_ms: u32,
    /// The listener has liked it in this play.
    pub liked: bool,
    /// The listener has saved it in this play.
    pub saved: bool,
    /// It repeats the play before it.
    pub replayed: bool,
    /// The listener chose it.
    pub opened: bool,
    /// The listener had searched for it or its artist.
    pub searched: bool,
    /// Where it came from, if the engine had queued it.
    pub served: Option<Served>,
    /// What the model predicted of it when it began.
    pub heads: Option<HeadOutputs>,
    /// What the head was given when it began: candidate and context.
    pub(super) example: (Vec<f32>, Vec<f32>),
}

impl Playing {
    /// The decision of the bandit that the play belongs to: the one that queued the song, if it came up by
    /// itself. What listeners pick by hand is nobody's doing, but for a promoted song, which is queued to be
    /// picked.
    pub fn decision(&self, promoted: bool) -> Option<u32> {
        self.served.filter(|_| promoted || !self.opened).map(|served| served.decision)
    }
}

/// What the queue is ranked as of: draws are keyed by the step, streaks and searches have faded until
/// the time. Setting values by hand ranks the same moment again, so that all that moves is their doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Events up to then.
    pub step: u32,
    /// Milliseconds since the session began.
    pub at_ms: u64,
}

/// Everything that changes during a session. Cheap to clone: what is large is shared.
#[derive(Clone, Debug)]
pub struct State {
    /// Events so far.
    pub step: u32,
    /// When the last event came, in milliseconds since the session began.
    pub at_ms: u64,
    /// What the queue was ranked as of.
    pub moment: Moment,
    /// The situation the listener is in.
    pub scene: Scene,
    /// What the listener pays now.
    pub tier: Tier,
    /// What was known of the listener as the session opened.
    pub account: Arc<Account>,
    /// Premium songs heard without a subscription and not skipped, those before the session counted.
    pub previews: u32,
    /// Not in the queue, nor in the history until it ends.
    pub playing: Playing,
    /// What comes next, the next song first; nothing where that is `owed`.
    pub queue: Vec<Queued>,
    /// Nobody has looked at this state, and its queue has not been ranked ([`Engine::queue`]).
    pub(super) owed: bool,
    /// What the queue was filled from.
    pub request: Request,
    /// Set by hand, until something else is.
    pub overrides: Overrides,
    /// Plays of this session and before it.
    pub history: History,
    /// Running figures that every session starts anew.
    pub session: SessionStats,
    /// Genres that are up or down by plays and likes that were not foretold.
    pub streaks: Streaks,
    /// The last searches of this session.
    pub searches: Searches,
    /// Where promoted songs have been, and what promotion has earned.
    pub heard: Heard,
    /// Rates over plays of this session.
    pub metrics: Metrics,
    /// How far promotion gives way because listening fell, or selling is helped because it does nothing.
    pub guardrail: Guardrail,
    /// The promotion ratio's chooser: what it has learned and its open decision.
    pub bandit: Bandit,
    /// With the near-line updates taken over so far.
    pub model: ModelVersion,
    /// The trained model that took over last; absent while that of the setup goes on.
    pub(super) taken: Option<Arc<Trained>>,
    /// What the last decision came to; absent before a session's first.
    pub(super) standing: Option<Standing>,
    pub(super) learning: Learning,
}

/// What of a decision the next step is compared with.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub target: Score,
    /// Names, the listener's own first.
    pub segments: Vec<String>,
}

/// Near-line learning between updates.
#[derive(Clone, Debug, Default)]
pub(super) struct Learning {
    /// The newest plays, oldest first.
    pub examples: VecDeque<Arc<Example>>,
    /// Plays since the last update was started.
    pub plays: u32,
    pub pending: Option<Arc<Update>>,
    pub accepted: u32,
    pub refused: u32,
}

impl State {
    /// What is known of the listener now.
    pub fn view(&self) -> ListenerView<'_> {
        ListenerView {
            account: &self.account,
            tier: self.tier,
            previews: self.previews,
            now_ms: self.moment.at_ms as i64,
            scene: self.scene,
            history: &self.history,
            session: &self.session,
        }
    }

    /// The same state with other values set by hand, to see what would be.
    pub fn with_overrides(&self, overrides: Overrides) -> Self {
        State { overrides, ..self.clone() }
    }

    /// What near-line updates have learned of the listener, for their next session; `trained` is the model
    /// that this one began with. Where another has taken over, it was learned on that.
    pub fn learned(&self, trained: &ModelVersion) -> Learned {
        let trained = self.taken.as_ref().map_or(trained, |taken| &taken.model);
        let newest = self.learning.examples.iter().cloned().collect();
        Learned::new(trained, &self.model, newest)
    }

    /// A near-line update that has been started and not yet taken over, to be run ahead of time.
    pub fn pending_update(&self) -> Option<&Arc<Update>> {
        self.learning.pending.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{finish, small};
    use melody_core::score::Score;

    #[test]
    fn other_values_set_by_hand_change_nothing_else() {
        let engine = small();
        let (state, _) = finish(&engine, &engine.start().0);
        let set = Overrides { alpha: Some(Score::ONE), ..Overrides::default() };
        let other = state.with_overrides(set.clone());
        assert_eq!((other.overrides, state.overrides.is_empty()), (set, true));
        assert_eq!(
            (other.queue, other.playing, other.step),
            (state.queue, state.playing, state.step)
        );
    }

    #[test]
    fn a_view_shows_the_listener_as_they_are_now() {
        let engine = small();
        let mut state = engine.start().0;
        state.tier = Tier::Premium;
        state.previews = 7;
        let view = state.view();
        assert_eq!((view.tier, view.previews, view.account.tier), (Tier::Premium, 7, Tier::Free));
    }
}
