//! The state of a session at one step.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::bandit::Bandit;
use crate::feedback::{Guardrail, Metrics, Update};
use crate::policy::Group;
use crate::ranking::{Heard, Queued};
use crate::session::{Searches, Streaks};
use melody_core::catalogue::SongId;
use melody_core::listener::{Account, History, ListenerView, SessionStats, Tier};
use melody_core::overrides::Overrides;
use melody_core::scene::Scene;
use melody_core::score::Score;
use melody_model::{Example, ModelVersion};

/// The song playing now.
#[derive(Clone, Debug, PartialEq)]
pub struct Playing {
    pub song: SongId,
    pub began_ms: u64,
    /// How much of it had been heard at the last event.
    pub heard_ms: u32,
    pub liked: bool,
    pub saved: bool,
    /// It repeats the play before it.
    pub replayed: bool,
    /// The listener chose it.
    pub opened: bool,
    /// The listener had searched for it or its artist.
    pub searched: bool,
    /// What the head was given when it began: candidate and context.
    pub(super) example: (Vec<f32>, Vec<f32>),
}

/// What the queue is ranked as of: draws are keyed by the step, streaks and searches have faded until
/// the time. Setting values by hand ranks the same moment again, so that all that moves is their doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    pub step: u32,
    pub at_ms: u64,
}

/// Everything that changes during a session. Cheap to clone: what is large is shared.
#[derive(Clone, Debug)]
pub struct State {
    /// Events so far.
    pub step: u32,
    pub at_ms: u64,
    pub moment: Moment,
    pub scene: Scene,
    pub tier: Tier,
    pub account: Arc<Account>,
    /// Premium songs played without a subscription, those before the session counted.
    pub previews: u32,
    pub playing: Playing,
    pub queue: Vec<Queued>,
    /// Set by hand, until something else is.
    pub overrides: Overrides,
    pub history: History,
    pub session: SessionStats,
    pub streaks: Streaks,
    pub searches: Searches,
    pub heard: Heard,
    pub metrics: Metrics,
    pub guardrail: Guardrail,
    pub bandit: Bandit,
    pub model: ModelVersion,
    /// What the last decision came to; absent before a session's first.
    pub(super) standing: Option<Standing>,
    pub(super) learning: Learning,
}

/// What of a decision the next step is compared with.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub target: Score,
    pub segment: Group,
}

/// Near-line learning between updates.
#[derive(Clone, Debug, Default)]
pub(super) struct Learning {
    /// The newest plays, oldest first.
    pub examples: VecDeque<Example>,
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
            scene: self.scene,
            history: &self.history,
            session: &self.session,
        }
    }

    /// The same state with other values set by hand, to see what would be.
    pub fn with_overrides(&self, overrides: Overrides) -> Self {
        State { overrides, ..self.clone() }
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
