//! What the Bandit view says of other policies: what they would have earned on this session's decisions,
//! estimated on another thread, as every frame shows it and a long session takes longer than a frame.

use std::sync::Arc;

use super::inquiry::Inquiry;
use melody_lab::off_policy;
use melody_recommender::engine::{Timeline, Trace};
use melody_simulation::Regret;

/// Estimates of a step, beside the truth of decisions whose regret is known.
#[derive(Default)]
pub(crate) struct Others {
    /// Of what is known of the truth.
    inquiry: Inquiry<Vec<Regret>, off_policy::Report>,
}

impl Others {
    /// Asks for the estimates at a step, unless they are known or on their way. `regrets`: those known
    /// of decisions made before the one in force.
    pub(crate) fn ask(&mut self, timeline: &Timeline, step: usize, regrets: Vec<Regret>) {
        self.inquiry.ask_of_traces(timeline, step, regrets, move |timeline, regrets| {
            other_policies(timeline.traces().take(step + 1), &regrets)
        });
    }

    /// Takes in what has come and asks for nothing.
    pub(crate) fn take_in(&mut self) {
        self.inquiry.take_in();
    }

    /// Waits for the estimates that were asked for.
    pub(crate) fn settle(&mut self) {
        self.inquiry.settle();
    }

    pub(crate) fn waits(&self) -> bool {
        self.inquiry.waits()
    }

    /// The newest estimates.
    pub(crate) fn estimated(&self) -> Option<off_policy::Report> {
        self.inquiry.said().cloned()
    }
}

/// Other policies on the decisions of these steps, beside the truth as far as it is known.
pub fn other_policies<'a>(
    traces: impl Iterator<Item = &'a Arc<Trace>>,
    regrets: &[Regret],
) -> off_policy::Report {
    let decided = off_policy::decided(traces.map(|trace| &**trace)).into_iter();
    let log = off_policy::Log::new([decided.map(off_policy::Decided::on_time).collect()]);
    // The rules that go by the bandit's beliefs are left to `melody ope`.
    let targets = off_policy::Target::simple(log.arms().len());
    off_policy::Report::new(&log, targets, None, None).beside(&log, |step| {
        let regret = regrets.iter().find(|regret| regret.step == step)?;
        Some(regret.rewards.iter().map(|reward| reward.value()).collect())
    })
}
