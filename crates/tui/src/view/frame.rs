//! The view: everything one frame shows, owned, so that drawing looks at nothing else.
//!
//! Numbers come out of the traces. A view adds where the playhead stands and how it is looked at.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;

use ratatui::layout::Position;

use super::movement::Movement;
use super::strip::{HISTORY, Strip};
use crate::command::keymap::Keymap;
use crate::command::{Context, Popup, Tab};
use crate::desk::{Bygones, Compared, Drafted, Explained, Speed, Standing, Weekly};
use crate::theme::Look;
use crate::words::text;
use melody_core::catalogue::Catalogue;
use melody_lab::off_policy;
use melody_lab::reports::Report;
use melody_model::objective::Objective;
use melody_recommender::causes::{Causes, Elsewhere};
use melody_recommender::engine::{QueueEntry, Timeline, Trace};
use melody_recommender::playback::Playhead;
use melody_recommender::policy::{GammaScores, Policy};
use melody_simulation::Regret;

/// One frame of the simulator.
#[derive(Clone, Debug)]
pub struct View {
    /// Which view is shown.
    pub tab: Tab,
    /// The colours, language and letters.
    pub look: Look,
    /// The keys in force.
    pub keymap: Arc<Keymap>,
    /// Where keys are looked up, first place first.
    pub contexts: Vec<Context>,
    /// The listener's name.
    pub listener: String,
    /// The steps up to the one looked at, oldest first. Never empty.
    pub traces: Vec<Arc<Trace>>,
    /// Events of the session, those after the step looked at counted.
    pub newest: usize,
    /// The whole session at a glance, where the timeline is shown.
    pub strip: Option<Strip>,
    /// Whether an earlier step than the newest is looked at.
    pub past: bool,
    /// How new this step is to the eye: 1 when it has just come, 0 when it has settled.
    pub fresh: f64,
    /// Where the listener is, or was right after the step looked at.
    pub head: Playhead,
    /// Whether the clock moves.
    pub playing: bool,
    /// Whether something is being worked out that takes noticeably long.
    pub slow: bool,
    /// How fast the clock runs when it does.
    pub speed: Speed,
    /// Whether the simulated listener is at the controls.
    pub autopilot: bool,
    /// Whether it is a screen that goes on by itself, session after session or tour after tour.
    pub kiosk: bool,
    /// Place in the queue, from 0.
    pub selected: usize,
    /// Lines this view is scrolled by.
    pub scroll: usize,
    /// The title of the section that a long page begins with, in English, in place of `scroll`.
    pub section: Option<String>,
    /// The panel that comes first on the stage where not all fit.
    pub panel: usize,
    /// Whether one panel lies over the whole view: the stage's first, or the crossing.
    pub zoomed: bool,
    /// Whether the queue's bars begin at zero, and not behind what all of its songs have.
    pub from_zero: bool,
    /// The account the Explain view shows, the newest there is.
    pub explained: Option<Arc<Explained>>,
    /// What each of the newest events has done to the queue, once it is worked out.
    pub causes: Option<Arc<Causes>>,
    /// What the explained song scores without each of them, once that is worked out.
    pub elsewhere: Option<Arc<Elsewhere>>,
    /// What plays before the session do to the explained song, once that is worked out.
    pub bygones: Option<Arc<Bygones>>,
    /// Whether the Explain view shows what the model read in place of what brought a song here.
    pub detail: bool,
    /// What a tour says of this scene.
    pub caption: Option<Caption>,
    /// What is set on the sliders of the What-if view, and what it would lead to.
    pub what_if: Drafted,
    /// The other session of a comparison, once it has begun.
    pub compared: Option<Compared>,
    /// The two that are compared over weeks, where that is shown.
    pub weekly: Option<Weekly>,
    /// Steps that charts over time show, where somebody has chosen; as many as they have room for otherwise.
    pub span: Option<usize>,
    /// Where the mouse points, since it moved last and until a key is pressed.
    pub pointer: Option<Position>,
    /// How far the durable log has come, if one is written.
    pub log: Standing,
    /// Something said until the next key.
    pub message: Option<String>,
    /// What lies over the view, if anything does.
    pub popup: Option<Popup>,
    /// The songs there are.
    pub catalogue: Arc<Catalogue>,
    /// The rules that decide.
    pub policy: Arc<Policy>,
    /// What the model was trained for.
    pub objective: Objective,
    /// How the model was trained, if its folder tells.
    pub training: Option<Arc<Report>>,
    /// What other arms would have earned, for decisions before the one in force, oldest first.
    pub regrets: Vec<Regret>,
    /// Whether more of them are being worked out.
    pub regretting: bool,
    /// What other policies would have earned on this session's decisions, where the bandit is shown.
    pub others: Option<off_policy::Report>,
}

/// A scene of a tour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// From 1.
    pub scene: usize,
    /// How many the tour has.
    pub scenes: usize,
    /// In the language of the screen.
    pub text: String,
    /// Whether its steps are still being carried out.
    pub busy: bool,
}

impl Caption {
    /// Whether no scene follows, nor any step of this one.
    pub fn last(&self) -> bool {
        self.scene == self.scenes && !self.busy
    }
}

impl View {
    /// The steps up to one, as many as are shown.
    pub fn history(timeline: &Timeline, step: usize) -> Vec<Arc<Trace>> {
        let first = (step + 1).saturating_sub(HISTORY);
        (first..=step).filter_map(|at| timeline.trace_at(at)).cloned().collect()
    }

    /// What gamma multiplies for the segments of the step looked at.
    pub fn gamma_scores(&self) -> GammaScores {
        let listener = &self.now().listener;
        let segments = std::iter::once(&listener.segment).chain(&listener.also);
        self.policy.gamma_scores(segments.map(|group| group.name.as_str()))
    }

    /// What gamma weighs, by name: exposure, or what takes its place for this segment. In English.
    pub fn gamma_name(&self) -> &'static str {
        match self.gamma_scores() {
            GammaScores::Promotion => "exposure",
            GammaScores::Diversity => "diversity",
        }
    }

    /// A text in the language of the screen.
    pub fn say<'a>(&self, english: &'a str) -> Cow<'a, str> {
        self.look.lang.text(english)
    }

    /// The name of a source of candidates.
    pub(crate) fn source<'a>(&self, name: &'a str) -> Cow<'a, str> {
        self.look.lang.named("source", name)
    }

    /// The title of a song of the catalogue, in quotes; its identifier where there is none.
    pub(crate) fn song_name(&self, id: &str) -> String {
        let song = self.catalogue.find(id).map(|song| self.catalogue.song(song));
        song.map_or_else(|| id.to_string(), |song| self.look.lang.title(&text::clean(&song.title)))
    }

    /// The name of a segment.
    pub(crate) fn segment<'a>(&self, name: &'a str) -> Cow<'a, str> {
        self.look.lang.named("segment", name)
    }

    /// The name of what the bandit goes by: `beta` is a weight everywhere else.
    pub(crate) fn algorithm<'a>(&self, name: &'a str) -> Cow<'a, str> {
        self.look.lang.named("algorithm", name)
    }

    /// A text with what is filled in.
    pub fn fill(&self, english: &str, values: &[&dyn Display]) -> String {
        self.look.lang.fill(english, values)
    }

    /// A text about so many of something, and one of its own for one ([`Lang::counted`]).
    ///
    /// [`Lang::counted`]: crate::words::Lang::counted
    pub fn counted(&self, count: usize, one: &str, more: &str) -> String {
        self.look.lang.counted(count, [one, more], &[&count])
    }

    /// How many steps a chart over time shows.
    pub(crate) fn last_steps(&self, shown: usize) -> String {
        self.counted(shown, "the last step", "the last {} steps")
    }

    /// The step looked at.
    pub fn now(&self) -> &Trace {
        self.traces.last().expect("a view has at least one step")
    }

    /// The step before it.
    pub fn before(&self) -> Option<&Trace> {
        self.traces.len().checked_sub(2).map(|i| &*self.traces[i])
    }

    /// The selected song of the queue; none where the queue is empty.
    pub fn selected_entry(&self) -> Option<&QueueEntry> {
        self.now().queue.get(self.selected)
    }

    /// How the newest step moved a song of the queue.
    pub fn movement(&self, entry: &QueueEntry) -> Movement {
        let (Some(before), Some(was)) = (self.before(), entry.was) else {
            return if self.before().is_some() { Movement::New } else { Movement::None };
        };
        // A song taken out of the queue to be played lets those behind it move up by themselves.
        let playing = &self.now().playing.song.id;
        let taken = self.now().ended.is_some().then(|| {
            before.queue.iter().position(|e| e.song.id == *playing).map(|place| place + 1)
        });
        let moved_up = taken.flatten().is_some_and(|place| place < was);
        let expected = was - usize::from(moved_up);
        match expected.cmp(&entry.position) {
            std::cmp::Ordering::Greater => Movement::Up(expected - entry.position),
            std::cmp::Ordering::Less => Movement::Down(entry.position - expected),
            std::cmp::Ordering::Equal => Movement::None,
        }
    }
}
