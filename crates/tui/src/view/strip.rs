//! The whole session at a glance: what the scrubber marks, and the steps around the one looked at.

use std::sync::Arc;

use melody_core::event::Action;
use melody_recommender::engine::{Note, Trace};

/// Steps whose history is shown at most.
pub(crate) const HISTORY: usize = 240;

/// Steps on each side of the one looked at that a screen may show.
const AROUND: usize = 120;

/// A kind of thing the scrubber marks, each on a lane of its own where there is room. Later ones matter
/// more where they share a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    Skips,
    Likes,
    Searches,
    Arm,
    Model,
    Guardrail,
    Conversion,
}

impl Lane {
    pub const ALL: [Lane; 7] = [
        Lane::Skips,
        Lane::Likes,
        Lane::Searches,
        Lane::Arm,
        Lane::Model,
        Lane::Guardrail,
        Lane::Conversion,
    ];
}

/// Something that the scrubber marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub step: usize,
    pub lane: Lane,
    /// What tells marks of one lane apart: the skipped song was promoted, the guardrail was raised, the
    /// update was accepted or another model took over.
    pub more: bool,
}

/// What the timeline shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strip {
    /// When each step was, in milliseconds since the session began. Never decreases.
    pub times: Vec<u64>,
    /// In the order of their steps.
    pub marks: Vec<Mark>,
    /// The number of the first of `traces`.
    pub first: usize,
    /// Steps around the one looked at, and earlier ones that tell what came in a row.
    pub traces: Vec<Arc<Trace>>,
}

impl Strip {
    /// The session with `step` looked at.
    pub fn of<'a>(traces: impl Iterator<Item = &'a Arc<Trace>>, step: usize) -> Self {
        let first = step.saturating_sub(AROUND + HISTORY);
        let mut strip = Strip { first, ..Strip::default() };
        let mut before: Option<&Trace> = None;
        for (at, trace) in traces.enumerate() {
            strip.times.push(trace.at_ms);
            let mark = |(lane, more)| Mark { step: at, lane, more };
            strip.marks.extend(marks(trace, before).map(mark));
            if (first..=step + AROUND).contains(&at) {
                strip.traces.push(trace.clone());
            }
            before = Some(trace);
        }
        strip
    }

    /// The steps at hand up to and with one, oldest first; empty where it is not at hand.
    pub fn up_to(&self, step: usize) -> &[Arc<Trace>] {
        let count = (step + 1).saturating_sub(self.first);
        self.traces.get(..count).unwrap_or_default()
    }

    /// When the session ends so far.
    pub fn end_ms(&self) -> u64 {
        self.times.last().copied().unwrap_or(0)
    }

    /// The step that is nearest to a time.
    pub fn nearest(&self, at_ms: u64) -> usize {
        let after = self.times.partition_point(|time| *time < at_ms);
        let off = |step: usize| self.times[step].abs_diff(at_ms);
        let sides = [after.saturating_sub(1), after];
        let there = sides.into_iter().filter(|step| *step < self.times.len());
        there.min_by_key(|step| off(*step)).unwrap_or(0)
    }
}

/// What there is to mark at a step.
pub(crate) fn marks(
    trace: &Trace,
    before: Option<&Trace>,
) -> impl Iterator<Item = (Lane, bool)> + use<> {
    let ended = trace.ended.as_ref().filter(|ended| ended.skipped);
    let action = trace.event.as_ref().map(|event| &event.action);
    let arm = before.is_some_and(|before| before.bandit.arm != trace.bandit.arm);
    let update = trace.near_line.update.as_ref();
    let took_over = matches!(action, Some(Action::Version { .. }));
    let model = update.map(|update| (Lane::Model, update.accepted));
    let model = model.or(took_over.then_some((Lane::Model, true)));
    let moved = trace.guardrail.intervention.as_ref();
    let subscribed = trace.notes.contains(&Note::Subscribed);
    [
        ended.map(|ended| (Lane::Skips, ended.song.campaign.is_some())),
        matches!(action, Some(Action::Like | Action::Save)).then_some((Lane::Likes, false)),
        matches!(action, Some(Action::Search { .. })).then_some((Lane::Searches, false)),
        arm.then_some((Lane::Arm, false)),
        model,
        moved.map(|moved| (Lane::Guardrail, moved.to > moved.from)),
        subscribed.then_some((Lane::Conversion, false)),
    ]
    .into_iter()
    .flatten()
}
