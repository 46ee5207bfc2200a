//! What the Explain view is about: a song, the song it should beat and what brought it here; worked out on
//! other threads.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bygones;
use super::bygones::Bygones;
use super::inquiry::Inquiry;
use melody_core::catalogue::SongId;
use melody_recommender::causes::{Causes, Elsewhere};
use melody_recommender::engine::{
    Engine, Explanation, Look, SongRef, State, Timeline, Trace, WhyNot,
};
use melody_recommender::ranking::Ledger;

/// The account of one song at one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// How the song's score comes about.
    pub explanation: Explanation,
    /// Why it is not above another song; none for the first of the queue.
    pub why_not: Option<WhyNot>,
    /// The song it is laid beside; none where it stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Counterpart>,
}

/// A song that another one is laid beside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counterpart {
    /// Which one.
    pub song: SongRef,
    /// Its place in the queue, from 1; absent if it has none.
    pub position: Option<usize>,
    /// Whether it is the natural song whose place the promoted one has taken.
    pub displaced: bool,
    /// Where every point of its score comes from.
    pub ledger: Ledger,
}

#[derive(Default)]
pub(crate) struct Explaining {
    /// A song that was looked up, shown or not, in place of the queue's selected one.
    pub looked_up: Option<SongId>,
    /// The song it should beat, if it is not simply the one before it.
    pub above: Option<SongId>,
    /// Whether what the model looked at is shown in place of what brought the song here.
    pub detail: bool,
    /// The song that was asked about last.
    about: Option<SongId>,
    /// Of a song and the one it should beat.
    inquiry: Inquiry<(SongId, Option<SongId>), Arc<Explained>>,
    /// Of a step alone: it serves for every song.
    causes: Inquiry<(), Arc<Caused>>,
    /// Of a song, once the causes are known.
    elsewhere: Inquiry<SongId, Arc<Elsewhere>>,
    /// The moment without each play before the session: of a step alone.
    pasts: Inquiry<(), Arc<Vec<bygones::Without>>>,
    /// Of a song, once those are known.
    bygones: Inquiry<SongId, Arc<Bygones>>,
}

/// The session without each event, and the states that it ends in then.
type Caused = (Arc<Causes>, Vec<Arc<State>>);

impl Explaining {
    /// It is about the queue's selected song again, beside the one before it.
    pub(crate) fn about_selected(&mut self) {
        self.looked_up = None;
        self.above = None;
    }

    /// Whether another song was asked about before.
    pub(crate) fn turns_to(&mut self, song: SongId) -> bool {
        self.about.replace(song).is_some_and(|about| about != song)
    }

    /// Asks for a song's account, unless it is known or on its way; where the step `stays`, for what brought it there,
    /// too, which takes the work of many steps.
    pub(crate) fn ask(&mut self, timeline: &Timeline, step: usize, song: SongId, stays: bool) {
        let above = self.above.filter(|above| *above != song);
        self.inquiry.ask(timeline, step, (song, above), |engine, state, trace, look, asked| {
            let (song, above) = asked;
            let explanation = engine.explain_of(state, trace, look, song);
            let why_not = engine.why_not(state, look, song, above);
            let beside = beside(engine, state, trace, look, (&explanation, &why_not, above));
            Arc::new(Explained { explanation, why_not, beside })
        });
        if !stays {
            return self.take_in();
        }
        self.causes.ask_of_traces(timeline, step, (), move |timeline, ()| {
            let (causes, states) = Causes::of(timeline, step);
            Arc::new((Arc::new(causes), states))
        });
        if let Some(caused) = self.causes.said_of(timeline, step).cloned() {
            self.elsewhere.ask_of_traces(timeline, step, song, move |timeline, song| {
                let (causes, states) = &*caused;
                let now_ms = timeline.state_at(step).map(|state| state.moment.at_ms);
                Arc::new(Elsewhere::of(timeline.engine(), (causes, states), (song, now_ms)))
            });
        }
        self.pasts.ask_of_traces(timeline, step, (), move |timeline, ()| {
            bygones::without(timeline, step)
        });
        if let Some(moments) = self.pasts.said_of(timeline, step).cloned() {
            self.bygones.ask_of_traces(timeline, step, song, move |timeline, song| {
                Arc::new(Bygones::of(timeline.engine(), &moments, song))
            });
        }
    }

    /// Takes in what has come and asks for nothing.
    fn take_in(&mut self) {
        self.causes.take_in();
        self.elsewhere.take_in();
        self.pasts.take_in();
        self.bygones.take_in();
    }

    /// Waits for the account that was asked for.
    pub(crate) fn settle(&mut self) {
        self.inquiry.settle();
        self.causes.settle();
        self.elsewhere.settle();
        self.pasts.settle();
        self.bygones.settle();
    }

    pub(crate) fn waits(&self) -> bool {
        let causes = self.causes.waits() || self.elsewhere.waits();
        self.inquiry.waits() || causes || self.pasts.waits() || self.bygones.waits()
    }

    /// The newest account.
    pub(crate) fn explained(&self) -> Option<Arc<Explained>> {
        self.inquiry.said().cloned()
    }

    /// What the newest events have done, where that is of this step.
    pub(crate) fn causes(&self, step: usize) -> Option<Arc<Causes>> {
        let causes = self.causes.said().map(|caused| &caused.0);
        causes.filter(|causes| causes.step == step).cloned()
    }

    /// What plays before the session do to a song, once that is worked out for this very step.
    pub(crate) fn bygones(&self, timeline: &Timeline, step: usize) -> Option<Arc<Bygones>> {
        self.bygones.said_of(timeline, step).cloned()
    }

    /// What a song scores there, once that is worked out for this very step.
    pub(crate) fn elsewhere(&self, timeline: &Timeline, step: usize) -> Option<Arc<Elsewhere>> {
        self.elsewhere.said_of(timeline, step).cloned()
    }
}

/// The song that an explained one is laid beside: the one it was measured against by hand; for a promoted song
/// the natural one whose place it has; else the one it does not beat.
fn beside(
    engine: &Engine,
    state: &State,
    trace: &Trace,
    look: &Look,
    (explained, why_not, above): (&Explanation, &Option<WhyNot>, Option<SongId>),
) -> Option<Counterpart> {
    let displaced = explained.displaced.as_ref().filter(|_| above.is_none());
    let id = displaced.map(|d| &d.song).or(why_not.as_ref().map(|why| &why.above.id))?;
    let song = engine.setup.catalogue.find(id)?;
    let other = engine.explain_of(state, trace, look, song);
    Some(Counterpart {
        song: other.song,
        position: other.position,
        displaced: displaced.is_some(),
        ledger: other.ledger,
    })
}
