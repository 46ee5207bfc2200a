//! What the What-if view is about: values set by hand that are not in force yet, the queue they would lead
//! to, and what all other values of the chosen slider would; worked out on other threads.
//!
//! Setting anything makes a new request, which lets committed songs go. So what a change would do is held against the
//! same request without it, and not against the queue of now.

use std::sync::Arc;

use super::inquiry::Inquiry;
use super::map::Map;
use super::slider::Slider;
use super::sweep::Sweep;
use melody_core::overrides::Overrides;
use melody_recommender::engine::{Preview, Timeline, Trace};

#[derive(Default)]
pub(crate) struct WhatIf {
    /// What is set on the sliders, if it differs from what is in force.
    draft: Option<Overrides>,
    pub slider: usize,
    /// Of the values set.
    inquiry: Inquiry<Overrides, Previewed>,
    /// Of a slider, and the values set on the others.
    sweeping: Inquiry<(Slider, Overrides), Arc<Sweep>>,
    /// Of two weights at once, where that is looked at, and the values set on the others.
    mapping: Inquiry<([Slider; 2], Overrides), Arc<Map>>,
    pub over_two: bool,
}

/// What values would lead to, and what the same request would without them; none where they are impossible.
#[derive(Clone, Default)]
struct Previewed {
    would: Option<Arc<Preview>>,
    base: Option<Arc<Preview>>,
}

/// What the view shows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Drafted {
    /// The values set by hand, in force or not yet.
    pub set: Overrides,
    /// The chosen one's place in [`Slider::ALL`].
    pub slider: usize,
    /// Whether it differs from what is in force.
    pub changed: bool,
    /// The newest preview; none where the values are impossible.
    pub preview: Option<Arc<Preview>>,
    /// What a new request of the same moment would lead to with nothing changed: what the preview is held against.
    pub base: Option<Arc<Preview>>,
    /// What every value of the chosen slider would lead to, once it is worked out.
    pub sweep: Option<Arc<Sweep>>,
    /// Which song is first over two weights, where that is looked at, once it is worked out.
    pub map: Option<Arc<Map>>,
    /// Whether that is looked at in place of the sweep.
    pub over_two: bool,
}

impl Drafted {
    /// What the values set would lead to; none where nothing is changed, or where they are impossible.
    pub fn would(&self) -> Option<&Preview> {
        self.preview.as_deref().filter(|_| self.changed)
    }

    /// What would be in force of a slider, where the preview is of the values that are set.
    pub fn would_be(&self, slider: Slider) -> Option<f64> {
        let preview = self.preview.as_ref().filter(|preview| preview.overrides == self.set)?;
        slider.in_force(&preview.weights, &preview.promotion)
    }
}

impl WhatIf {
    pub(crate) fn draft(&self, trace: &Trace) -> Overrides {
        self.draft.clone().unwrap_or_else(|| trace.overrides.clone())
    }

    fn slider(&self) -> Slider {
        Slider::ALL[self.slider.min(Slider::ALL.len() - 1)]
    }

    pub(crate) fn select(&mut self, by: isize) {
        let last = Slider::ALL.len() - 1;
        self.slider = self.slider.saturating_add_signed(by).min(last);
    }

    pub(crate) fn step(&mut self, trace: &Trace, by: i64) {
        let mut set = self.draft(trace);
        self.slider().step(&mut set, trace, by);
        self.draft = Some(set);
    }

    /// Puts a slider at a share of its range.
    pub(crate) fn drag(&mut self, trace: &Trace, slider: usize, share: f64) {
        self.slider = slider.min(Slider::ALL.len() - 1);
        let mut set = self.draft(trace);
        let (_, most) = self.slider().value(&set, trace);
        // Weights by whole hundredths, as by keys.
        let value = (share * most * 100.0).round() / 100.0;
        self.slider().set(&mut set, trace, value);
        self.draft = Some(set);
    }

    /// Puts the chosen slider at a share of its range.
    pub(crate) fn drag_chosen(&mut self, trace: &Trace, share: f64) {
        self.drag(trace, self.slider, share);
    }

    /// The chosen one as it is now; where it is that already, back to the policy.
    pub(crate) fn reset(&mut self, trace: &Trace) {
        let drafted = self.draft(trace);
        let mut set = drafted.clone();
        self.slider().copy(&mut set, &trace.overrides);
        if set == drafted {
            self.slider().copy(&mut set, &Overrides::default());
        }
        self.draft = Some(set);
    }

    /// The same of all.
    pub(crate) fn reset_all(&mut self, trace: &Trace) {
        let moved = self.draft(trace) != trace.overrides;
        self.draft = (!moved).then(Overrides::default);
    }

    /// What was set is in force, or no longer of interest.
    pub(crate) fn forget(&mut self) {
        self.draft = None;
    }

    /// Asks for what the draft would lead to, unless it is known or on its way; where the step `stays`, for all that the
    /// slider could be put at, too, which takes the work of many previews.
    pub(crate) fn ask(&mut self, timeline: &Timeline, step: usize, stays: bool) {
        let Some(trace) = timeline.trace_at(step) else { return };
        self.inquiry.ask(timeline, step, self.draft(trace), |engine, state, _, look, set| {
            let preview = |set| engine.preview(state, look, set).ok().map(Arc::new);
            Previewed { would: preview(&set), base: preview(&state.overrides) }
        });
        if !stays {
            self.sweeping.take_in();
            return self.mapping.take_in();
        }
        let slider = self.slider();
        let mut others = self.draft(trace);
        slider.copy(&mut others, &Overrides::default());
        self.sweeping.ask(timeline, step, (slider, others), |engine, state, trace, look, asked| {
            Arc::new(Sweep::across(engine, state, trace, look, asked))
        });
        if self.over_two {
            let sliders = Map::beside(slider);
            let mut others = self.draft(trace);
            sliders.iter().for_each(|slider| slider.copy(&mut others, &Overrides::default()));
            let asked = (sliders, others);
            self.mapping.ask(timeline, step, asked, |engine, state, trace, look, asked| {
                Arc::new(Map::over(engine, state, trace, look, asked))
            });
        }
    }

    /// Waits for what was asked for.
    pub(crate) fn settle(&mut self) {
        self.inquiry.settle();
        self.sweeping.settle();
        self.mapping.settle();
    }

    pub(crate) fn waits(&self) -> bool {
        self.inquiry.waits() || self.sweeping.waits() || self.mapping.waits()
    }

    pub(crate) fn drafted(&self, trace: &Trace) -> Drafted {
        let set = self.draft(trace);
        let Previewed { would, base } = self.inquiry.said().cloned().unwrap_or_default();
        Drafted {
            slider: self.slider,
            changed: set != trace.overrides,
            set,
            preview: would,
            base,
            map: {
                let said = self.mapping.said_at(trace).filter(|_| self.over_two);
                said.filter(|map| map.sliders == Map::beside(self.slider())).cloned()
            },
            over_two: self.over_two,
            // What an earlier step's queue would have come to is no account of this one's.
            sweep: {
                let said = self.sweeping.said_at(trace);
                said.filter(|sweep| sweep.slider == self.slider()).cloned()
            },
        }
    }
}
