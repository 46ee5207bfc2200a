//! The simulator: a session, what lies over it and what is selected.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ratatui::layout::Position;

use super::held::Held;
use super::indexing::Indexing;
use super::rounds::Rounds;
use crate::command::keymap::Keymap;
use crate::command::{Context, Deed, Popup, Tab};
use crate::desk::background::Pending;
use crate::desk::blackbox::BlackBox;
use crate::desk::comparing::Comparing;
use crate::desk::ended::Ended;
use crate::desk::explaining::Explaining;
use crate::desk::journal::{Journal, Standing};
use crate::desk::kept::Kept;
use crate::desk::messages::Messages;
use crate::desk::others::Others;
use crate::desk::reopening::Arriving;
use crate::desk::weeks::Weeks;
use crate::desk::what_if::WhatIf;
use crate::desk::{Against, Choice, Sitting};
use crate::draw::Drawn;
use crate::theme::{Look, Theme};
use crate::tour::guide::Guide;
use melody_recommender::engine::Trace;

/// How long the eye is given to follow a new order.
pub(super) const SETTLES: Duration = Duration::from_millis(400);

/// A session and everything about how it is looked at.
pub struct App {
    /// The one being played.
    pub session: Sitting,
    /// The colours, language and letters of the screen.
    pub look: Look,
    /// The keys in force.
    pub keymap: Arc<Keymap>,
    /// What can be chosen from, by name.
    pub themes: Vec<(String, Theme)>,
    /// Profiles of one's own that can be chosen, beside the shipped ones.
    pub profiles: Vec<(String, PathBuf)>,
    /// Whether it plays by itself, session after session, with nobody there to keep anything for.
    pub kiosk: bool,
    /// How long nobody has touched anything.
    pub(super) alone: Duration,
    /// Where the session is kept.
    pub(super) kept: Kept,
    /// The file that the session's trace is written to in the end.
    pub(super) trace_path: Option<PathBuf>,
    /// Those before it that are written nowhere.
    pub(super) ended: Ended,
    pub(super) tab: Tab,
    pub(super) popup: Option<Popup>,
    /// The song the listener's eye is on, if it is not simply the first.
    pub(super) selected: Option<String>,
    /// The step looked at, if it is not simply the newest.
    pub(super) looking_at: Option<usize>,
    /// Lines each view is scrolled by.
    pub(super) scroll: [usize; Tab::ALL.len()],
    /// The section that a page brings into sight, until it is scrolled.
    pub(super) section: Option<String>,
    /// Which panel comes first on the stage where not all fit.
    pub(super) panel: usize,
    /// Whether one panel lies over the whole view.
    pub(super) zoomed: bool,
    /// Whether the queue's bars begin at zero.
    pub(super) from_zero: bool,
    /// Something said until the next key.
    pub(super) message: Option<String>,
    /// How long it has been there.
    pub(super) said_for: Duration,
    /// Whether it was said that the stream of the log is not reached.
    pub(super) told_of_stream: bool,
    pub(super) messages: Messages,
    /// What was done from the palette, the newest first.
    pub(super) lately: Vec<Deed>,
    pub(super) indexing: Indexing,
    /// Where scripts are written, and relative names start.
    pub(super) folder: PathBuf,
    pub(super) drawn: Drawn,
    /// Steps that charts over time show, once somebody has chosen.
    pub(super) span: Option<usize>,
    /// Where the mouse points, since it moved last and until a key is pressed.
    pub(super) pointer: Option<Position>,
    /// What the mouse has hold of.
    pub(super) held: Option<Held>,
    /// The newest step, and how long it has been on screen.
    pub(super) seen: (u32, Duration),
    /// The step looked at, and how long it has been.
    pub(super) stayed: (usize, Duration),
    pub(super) explaining: Explaining,
    pub(super) others: Others,
    /// A session on its way to take the place of this one.
    pub(super) arriving: Option<Arriving>,
    /// Sessions to choose from, while they are looked for.
    pub(super) listing: Option<Pending<Vec<Choice>>>,
    /// The tour that is under way.
    pub(super) guide: Option<Guide>,
    /// The tour that is over, and how many events there were then.
    pub(super) toured: Option<(Guide, usize)>,
    /// The tour that shows itself again and again, if one does.
    pub(super) touring: Option<Rounds>,
    pub(super) black_box: Arc<BlackBox>,
    pub(super) what_if: WhatIf,
    pub(super) comparing: Option<Comparing>,
    /// The same two over weeks, and whether these are what the Compare view shows.
    pub(super) weeks: Option<Weeks>,
    pub(super) over_weeks: bool,
    /// What a comparison can be begun with, as last listed.
    pub(super) against: Vec<Against>,
    /// A file that is being written: its name, or why not.
    pub(super) exporting: Option<Pending<Result<String, String>>>,
    /// What is on its way to the clipboard.
    pub(super) clipboard: Option<String>,
    /// Whether the screen is to be drawn anew as a whole.
    pub(super) redraw: bool,
    pub(super) quit: bool,
    /// Logs of sessions before this one that the disk does not have as a whole yet.
    pub(super) logs: Vec<Journal>,
    /// Whether the listener knows that the log is not written.
    pub(super) told_of_log: bool,
    /// How far the log was when time last passed.
    pub(super) log_seen: Standing,
}

impl App {
    /// A simulator of this session, on the stage; `folder` is where files are written.
    pub fn new(mut session: Sitting, folder: PathBuf, look: Look) -> Self {
        let black_box = Arc::new(BlackBox::new(&folder));
        black_box.speak(look.lang);
        session.note_in(black_box.clone());
        App {
            indexing: Indexing::of(session.catalogue()),
            session,
            look,
            keymap: Arc::default(),
            themes: Vec::new(),
            profiles: Vec::new(),
            kiosk: false,
            alone: Duration::ZERO,
            kept: Kept::default(),
            trace_path: None,
            ended: Ended::default(),
            tab: Tab::Stage,
            popup: None,
            selected: None,
            looking_at: None,
            scroll: [0; Tab::ALL.len()],
            section: None,
            panel: 0,
            zoomed: false,
            from_zero: false,
            message: None,
            said_for: Duration::ZERO,
            told_of_stream: false,
            messages: Messages::default(),
            lately: Vec::new(),
            folder,
            drawn: Drawn::default(),
            span: None,
            pointer: None,
            held: None,
            seen: (0, SETTLES),
            stayed: (0, Duration::ZERO),
            explaining: Explaining::default(),
            others: Others::default(),
            arriving: None,
            listing: None,
            guide: None,
            toured: None,
            touring: None,
            black_box,
            what_if: WhatIf::default(),
            comparing: None,
            weeks: None,
            over_weeks: false,
            against: Vec::new(),
            exporting: None,
            clipboard: None,
            redraw: false,
            quit: false,
            logs: Vec::new(),
            told_of_log: false,
            log_seen: Standing::default(),
        }
    }

    /// Whether the listener asked to leave.
    pub fn quits(&self) -> bool {
        self.quit
    }

    /// Whether the whole screen is to be drawn anew, once.
    pub fn take_redraw(&mut self) -> bool {
        std::mem::take(&mut self.redraw)
    }

    /// Where the session stands, for the report of a panic.
    pub fn black_box(&self) -> Arc<BlackBox> {
        self.black_box.clone()
    }

    /// Where a key is looked up, first place first.
    pub fn contexts(&self) -> Vec<Context> {
        match &self.popup {
            Some(popup) => vec![popup.context()],
            None => self.contexts_of_view(),
        }
    }

    /// The same with nothing over the view.
    pub(super) fn contexts_of_view(&self) -> Vec<Context> {
        let tour = self.guide.as_ref().map(|_| Context::Tour);
        tour.into_iter().chain(Context::of_tab(self.tab)).chain([Context::Anywhere]).collect()
    }

    pub(super) fn contexts_beside_tour(&self) -> Vec<Context> {
        match &self.popup {
            Some(popup) => vec![popup.context()],
            None => Context::of_tab(self.tab).into_iter().chain([Context::Anywhere]).collect(),
        }
    }

    /// The step that is looked at: the number of events before it.
    pub fn step(&self) -> usize {
        let newest = self.session.timeline().events().len();
        self.looking_at.map_or(newest, |step| step.min(newest))
    }

    /// The trace that is looked at.
    pub fn trace(&self) -> &Arc<Trace> {
        let timeline = self.session.timeline();
        timeline.trace_at(self.step()).unwrap_or(timeline.trace())
    }
}
