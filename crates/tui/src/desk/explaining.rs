//! What the Explain view is about: a song, the song it should beat, and the account of both, worked
//! out on another thread.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::inquiry::Inquiry;
use melody_core::catalogue::SongId;
use melody_recommender::engine::{Explanation, Timeline, WhyNot};

/// The account of one song at one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// How the song's score comes about.
    pub explanation: Explanation,
    /// Why it is not above another song; none for the first of the queue.
    pub why_not: Option<WhyNot>,
}

#[derive(Default)]
pub(crate) struct Explaining {
    /// A song that was looked up, shown or not, in place of the queue's selected one.
    pub looked_up: Option<SongId>,
    /// The song it should beat, if it is not simply the one before it.
    pub above: Option<SongId>,
    /// Of a song and the one it should beat.
    inquiry: Inquiry<(SongId, Option<SongId>), Arc<Explained>>,
}

impl Explaining {
    /// It is about the queue's selected song again, beside the one before it.
    pub(crate) fn about_selected(&mut self) {
        self.looked_up = None;
        self.above = None;
    }

    /// Asks for a song's account, unless it is known or on its way.
    pub(crate) fn ask(&mut self, timeline: &Timeline, step: usize, song: SongId) {
        let above = self.above.filter(|above| *above != song);
        self.inquiry.ask(timeline, step, (song, above), |engine, state, trace, look, asked| {
            let (song, above) = asked;
            Arc::new(Explained {
                explanation: engine.explain_of(state, trace, look, song),
                why_not: engine.why_not(state, look, song, above),
            })
        });
    }

    /// Waits for the account that was asked for.
    pub(crate) fn settle(&mut self) {
        self.inquiry.settle();
    }

    pub(crate) fn waits(&self) -> bool {
        self.inquiry.waits()
    }

    /// The newest account.
    pub(crate) fn explained(&self) -> Option<Arc<Explained>> {
        self.inquiry.said().cloned()
    }
}
