//! The simulator without a terminal: keys and time in, a view out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ratatui::layout::Position;

use crate::command::keymap::Keymap;
use crate::command::{
    Command, Context, Deed, Index, Key, Picker, Picking, Popup, Search, Seeking, Tab, table,
};
use crate::desk::background::Pending;
use crate::desk::blackbox::BlackBox;
use crate::desk::comparing::Comparing;
use crate::desk::explaining::Explaining;
use crate::desk::messages::Messages;
use crate::desk::reopening::Arriving;
use crate::desk::what_if::WhatIf;
use crate::desk::{Against, Choice, Happening, Message, Session, save};
use crate::draw::{Drawn, Hit, PANELS};
use crate::theme::{Look, Theme};
use crate::tour::guide::Guide;
use crate::view::{Strip, View};
use crate::words::text;
use melody_core::event::Action;
use melody_recommender::engine::Trace;
use melody_recommender::playback::Playhead;

/// Lines a page key scrolls by.
const PAGE: isize = 10;
/// Lines a notch of the mouse wheel scrolls by.
const NOTCH: isize = 3;
/// How long the eye is given to follow a new order.
const SETTLES: Duration = Duration::from_millis(400);

/// A session and everything about how it is looked at.
pub struct App {
    pub session: Session,
    pub look: Look,
    pub keymap: Arc<Keymap>,
    /// What can be chosen from, by name.
    pub themes: Vec<(String, Theme)>,
    /// Profiles of one's own that can be chosen, beside the shipped ones.
    pub profiles: Vec<(String, PathBuf)>,
    /// Whether the session's trace is written in the end.
    pub kept: bool,
    pub(super) tab: Tab,
    pub(super) popup: Option<Popup>,
    /// The song the listener's eye is on, if it is not simply the first.
    pub(super) selected: Option<String>,
    /// The step looked at, if it is not simply the newest.
    pub(super) looking_at: Option<usize>,
    /// Lines each view is scrolled by.
    pub(super) scroll: [usize; Tab::ALL.len()],
    /// Which panel comes first on the stage where not all fit.
    pub(super) panel: usize,
    /// Something said until the next key.
    pub(super) message: Option<String>,
    pub(super) messages: Messages,
    /// What was done from the palette, the newest first.
    pub(super) lately: Vec<Deed>,
    pub(super) index: Option<Arc<Index>>,
    /// Where scripts are written, and relative names start.
    pub(super) folder: PathBuf,
    pub(super) drawn: Drawn,
    /// The newest step, and how long it has been on screen.
    pub(super) seen: (u32, Duration),
    pub(super) explaining: Explaining,
    /// A session on its way to take the place of this one.
    pub(super) arriving: Option<Arriving>,
    /// Sessions to choose from, while they are looked for.
    pub(super) listing: Option<Pending<Vec<Choice>>>,
    /// The tour that is under way.
    pub(super) guide: Option<Guide>,
    pub(super) black_box: Arc<BlackBox>,
    pub(super) what_if: WhatIf,
    pub(super) comparing: Option<Comparing>,
    /// What a comparison can be begun with, as last listed.
    pub(super) against: Vec<Against>,
    /// A file that is being written: its name, or why not.
    pub(super) exporting: Option<Pending<Result<String, String>>>,
    /// What is on its way to the clipboard.
    pub(super) clipboard: Option<String>,
    /// Whether the screen is to be drawn anew as a whole.
    pub(super) redraw: bool,
    /// Events of the session when it was last written as a script.
    pub(super) written: Option<usize>,
    pub(super) quit: bool,
    pub(super) told_of_log: bool,
}

impl App {
    pub fn new(mut session: Session, folder: PathBuf, look: Look) -> Self {
        let black_box = Arc::new(BlackBox::new(&folder));
        black_box.speak(look.lang);
        session.note_in(black_box.clone());
        App {
            session,
            look,
            keymap: Arc::default(),
            themes: Vec::new(),
            profiles: Vec::new(),
            kept: false,
            tab: Tab::Stage,
            popup: None,
            selected: None,
            looking_at: None,
            scroll: [0; Tab::ALL.len()],
            panel: 0,
            message: None,
            messages: Messages::default(),
            lately: Vec::new(),
            index: None,
            folder,
            drawn: Drawn::default(),
            seen: (0, SETTLES),
            explaining: Explaining::default(),
            arriving: None,
            listing: None,
            guide: None,
            black_box,
            what_if: WhatIf::default(),
            comparing: None,
            against: Vec::new(),
            exporting: None,
            clipboard: None,
            redraw: false,
            written: None,
            quit: false,
            told_of_log: false,
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

    /// Whether anything on screen moves by itself.
    pub fn moves(&self) -> bool {
        self.session.playing
            || self.waits()
            || self.session.regrets().working()
            || self.fresh() > 0.0
    }

    /// How new the newest step is to the eye: 1 when it has just come, 0 when it has settled.
    pub(super) fn fresh(&self) -> f64 {
        if !self.look.motion || self.looking_at.is_some() {
            return 0.0;
        }
        let share = (self.seen.1.as_secs_f64() / SETTLES.as_secs_f64()).min(1.0);
        // Quickly away, gently home.
        (1.0 - share).powi(3)
    }

    /// Whether something is being worked out.
    pub(super) fn waits(&self) -> bool {
        self.session.deciding()
            || self.arriving.is_some()
            || self.listing.is_some()
            || self.guide.as_ref().is_some_and(Guide::busy)
            || self.exporting.is_some()
            || self.explaining.waits()
            || self.what_if.waits()
            || self.comparing.as_ref().is_some_and(Comparing::waits)
    }

    /// Where a key is looked up, first place first.
    pub fn contexts(&self) -> Vec<Context> {
        match &self.popup {
            Some(popup) => vec![popup.context()],
            None => {
                let tour = self.guide.as_ref().map(|_| Context::Tour);
                tour.into_iter().chain(self.contexts_beside_tour()).collect()
            }
        }
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

    /// How the program looks now: as a theme that is about to be chosen, while it is selected.
    pub(super) fn look_shown(&self) -> Look {
        let mut look = self.look.clone();
        if let Some(Popup::Pick(picker)) = &self.popup
            && picker.picking == Picking::Theme
            && let Some((_, theme)) = self.themes.get(picker.selected)
        {
            look.theme = theme.clone();
        }
        look
    }

    /// What is on screen, owned.
    pub fn view(&self) -> View {
        let timeline = self.session.timeline();
        let step = self.step();
        let setup = &timeline.engine().setup;
        let regrets = self.session.regrets().before(self.trace().bandit.since);
        let others = || View::others(timeline.traces().take(step + 1), &regrets);
        View {
            others: (self.tab == Tab::Bandit).then(others),
            tab: self.tab,
            look: self.look_shown(),
            keymap: self.keymap.clone(),
            contexts: self.contexts(),
            listener: self.session.profile().name.clone(),
            traces: View::history(timeline, step),
            newest: timeline.events().len(),
            strip: (self.tab == Tab::Timeline).then(|| Strip::of(timeline.traces(), step)),
            past: self.looking_at.is_some(),
            fresh: self.fresh(),
            head: match self.looking_at {
                Some(_) => Playhead::after(self.trace()),
                None => self.session.head(),
            },
            playing: self.session.playing,
            slow: self.session.slow() || self.arriving.is_some(),
            speed: self.session.speed,
            autopilot: self.session.autopilot(),
            selected: self.selected_place(),
            scroll: self.scroll[self.tab.index()],
            panel: self.panel,
            explained: self.explaining.explained(),
            caption: self.caption(),
            message: self.message.clone().or_else(|| {
                self.arriving.as_ref().and_then(|arriving| arriving.progress(self.look.lang))
            }),
            what_if: self.what_if.drafted(self.trace()),
            compared: self.compared(),
            popup: self.popup.clone(),
            policy: setup.policy.clone(),
            objective: setup.model.objective.clone(),
            training: self.session.trained().cloned(),
            regrets,
            regretting: self.session.regrets().working(),
        }
    }

    /// Takes in what the last drawing found out.
    pub fn drawn(&mut self, drawn: Drawn) {
        let limit = drawn.scroll_limit;
        let scroll = match &mut self.popup {
            Some(popup) => popup.scroll_mut(),
            None => Some(&mut self.scroll[self.tab.index()]),
        };
        if let Some(scroll) = scroll {
            *scroll = (*scroll).min(limit);
        }
        self.drawn = drawn;
    }

    /// Lets real time pass.
    pub fn tick(&mut self, elapsed: Duration) {
        let failure = self.session.journal().and_then(|journal| journal.failure());
        if let Some(failure) = failure.filter(|_| !self.told_of_log) {
            let said = self.look.lang.fill("The log is no longer written: {}.", &[&failure]);
            self.told_of_log = true;
            self.say(said);
        }
        if let Some(arrived) = self.arriving.as_ref().and_then(Arriving::ready) {
            self.arrived(arrived);
        }
        if let Some(choices) = self.listing.as_ref().and_then(Pending::ready) {
            self.listed(choices);
        }
        self.follow_guide(elapsed);
        if let Some(written) = self.exporting.as_ref().and_then(Pending::ready) {
            self.exported(written);
        }
        let happening = self.session.advance(elapsed);
        self.tell(happening);
        self.ask();
        let timeline = self.session.timeline();
        let failed = self.comparing.as_mut().and_then(|comparing| comparing.advance(timeline));
        self.comparison_failed(failed);
        let newest = self.session.trace().step;
        let stays = self.seen.0 == newest;
        self.seen = (newest, if stays { self.seen.1 + elapsed } else { Duration::ZERO });
    }

    /// Waits for everything that is being worked out.
    pub fn settle(&mut self) {
        if let Some(arrived) = self.arriving.as_ref().and_then(Arriving::wait) {
            self.arrived(arrived);
        }
        if let Some(choices) = self.listing.as_ref().and_then(Pending::wait) {
            self.listed(choices);
        }
        self.settle_guide();
        if let Some(written) = self.exporting.as_ref().and_then(Pending::wait) {
            self.exported(written);
        }
        let happenings = self.session.settle();
        self.tell(happenings);
        for _ in 0..2 {
            self.ask();
            self.explaining.settle();
            self.what_if.settle();
        }
        let timeline = self.session.timeline();
        let failed = self.comparing.as_mut().and_then(|comparing| comparing.settle(timeline));
        self.comparison_failed(failed);
        if self.tab == Tab::Bandit {
            self.session.settle_regret();
        }
    }

    /// Asks for what the view on screen needs worked out.
    pub(super) fn ask(&mut self) {
        if self.tab == Tab::WhatIf {
            self.what_if.ask(self.session.timeline(), self.step());
        }
        if self.tab == Tab::Bandit {
            self.session.regret();
        }
        if self.tab != Tab::Explain {
            return;
        }
        let entry = self.trace().queue.get(self.selected_place());
        let selected = entry.and_then(|entry| self.session.find(&entry.song.id));
        if let Some(song) = self.explaining.looked_up.or(selected) {
            let step = self.step();
            self.explaining.ask(self.session.timeline(), step, song);
        }
    }

    pub(super) fn tell(&mut self, happenings: impl IntoIterator<Item = Happening>) {
        let lang = self.look.lang;
        for happening in happenings {
            let said = match happening {
                Happening::Left => {
                    let name = &self.session.profile().name;
                    let key = self.key(Command::PlayPause);
                    lang.fill("{} has had enough and leaves. `{}` plays on.", &[name, &key])
                }
                Happening::NotKept(why) => lang.fill("What was learned is not kept: {}.", &[&why]),
                Happening::Stuck(refusal) => {
                    lang.fill("Paused: {}.", &[&lang.text(&refusal.to_string())])
                }
                Happening::Refused { what, refusal } => {
                    let refusal = refusal.to_string();
                    lang.fill("Cannot {}: {}.", &[&lang.text(what), &lang.text(&refusal)])
                }
            };
            self.say(said);
        }
    }

    /// A key goes down.
    pub fn press(&mut self, key: Key) {
        self.message = None;
        match self.keymap.find(&self.contexts(), key) {
            Some(command) => self.handle(command),
            None => self.type_key(key),
        }
    }

    /// Text is pasted. It is never taken for commands.
    pub fn paste(&mut self, text: &str) {
        match &mut self.popup {
            Some(Popup::Search(search)) => search.paste(text),
            Some(Popup::Palette(palette)) => palette.paste(text),
            _ => {}
        }
    }

    /// The mouse is pressed somewhere.
    pub fn click(&mut self, at: Position) {
        self.message = None;
        // What was drawn last lies on top.
        let hit = self.drawn.hits.iter().rev().find(|(place, _)| place.contains(at));
        let over = self.popup.is_some();
        match hit.map(|(_, hit)| *hit) {
            // Beside an open popup is away from it.
            hit if over && !reaches_popup(hit, &self.popup) => self.popup = None,
            None | Some(Hit::Popup) => {}
            Some(Hit::Command(command)) => self.handle(command),
            Some(Hit::Song(place)) => {
                let song = self.trace().queue.get(place).map(|entry| entry.song.id.clone());
                // A second click on a song is for looking closer.
                if song.is_some() && self.selected_place() == place && self.selected.is_some() {
                    self.handle(Command::Explain);
                }
                self.explaining.about_selected();
                self.selected = song;
            }
            Some(Hit::Step(step)) => self.look_at(step),
            Some(Hit::Slider(slider)) => {
                let Some((place, _)) = hit else { return };
                let share = f64::from(at.x - place.x) / f64::from(place.width.max(2) - 1);
                let trace = self.trace().clone();
                self.what_if.drag(&trace, slider, share);
            }
            Some(Hit::Choice(place)) => {
                match &mut self.popup {
                    Some(Popup::Search(search)) => search.select_at(place),
                    Some(Popup::Pick(picker)) => picker.selected = place,
                    Some(Popup::Palette(palette)) => palette.select_at(place),
                    _ => return,
                }
                self.handle(Command::Choose);
            }
        }
    }

    /// The mouse wheel turns somewhere, `by` notches down.
    pub fn wheel(&mut self, at: Position, by: isize) {
        let over = self.drawn.hits.iter().rev().find(|(place, _)| place.contains(at));
        let lies_on_song = matches!(over, Some((_, Hit::Song(_))));
        if self.popup.is_none() && !lies_on_song && self.drawn.scroll_limit > 0 {
            self.scroll(by * NOTCH);
        } else {
            self.select(by);
        }
    }

    /// Does what was asked for.
    pub fn handle(&mut self, command: Command) {
        if self.must_wait(command) {
            return self.say(self.look.lang.text("The scene is still being played.").into());
        }
        match command {
            Command::NextScene => self.next_scene(),
            Command::LastScene => self.last_scene(),
            Command::EndTour => self.end_tour(),
            Command::Load => self.look_for_saved(),
            Command::Quit => self.leave(),
            Command::Close => self.popup = None,
            Command::Up => self.select(-1),
            Command::Down => self.select(1),
            Command::PageUp => self.page(-PAGE),
            Command::PageDown => self.page(PAGE),
            Command::First => self.select(isize::MIN),
            Command::Last => self.select(isize::MAX),
            Command::Choose => self.choose(false),
            Command::OpenFound => self.choose(true),
            Command::Help => self.popup = Some(Popup::Help { scroll: 0 }),
            Command::Explain => {
                self.explaining.about_selected();
                self.show(Tab::Explain);
            }
            Command::Show(tab) => self.show(tab),
            Command::NextTab => self.show(self.tab.step(1)),
            Command::LastTab => self.show(self.tab.step(-1)),
            Command::Search => self.search(Seeking::Listen),
            Command::Scene => self.pick(Picker::scenes(&self.session, self.look.lang)),
            Command::Profile => {
                self.pick(Picker::profiles(&self.session, &self.profiles, self.look.lang))
            }
            Command::Theme => self.pick(Picker::themes(&self.look, &self.themes)),
            Command::Language => self.pick(Picker::languages(self.look.lang)),
            Command::Motion => self.motion(),
            Command::NextPanel => self.panel = (self.panel + 1) % PANELS.len(),
            Command::PlayPause => self.session.playing = !self.session.playing,
            Command::Faster => self.session.speed = self.session.speed.faster(),
            Command::Slower => self.session.speed = self.session.speed.slower(),
            Command::Autopilot => self.autopilot(),
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::Write => self.write(),
            Command::Next => self.act(Action::Skip),
            Command::Like => self.act(Action::Like),
            Command::Save => self.act(Action::Save),
            Command::Replay => self.act(Action::Replay),
            Command::Subscribe => self.act(Action::Subscribe),
            Command::Open => {
                if let Some(song) = self.selected_song() {
                    self.act(Action::Open { song });
                    self.selected = None;
                }
            }
            Command::StepBack => self.look_at(self.step().saturating_sub(1)),
            Command::StepOn => self.look_at(self.step() + 1),
            Command::Live => self.looking_at = None,
            Command::Rewind => self.rewind(),
            Command::WhyNot => self.search(Seeking::Explain),
            Command::Versus => self.search(Seeking::Above),
            Command::Less => self.what_if.step(&self.trace().clone(), -1),
            Command::More => self.what_if.step(&self.trace().clone(), 1),
            Command::Least => self.what_if.drag_chosen(&self.trace().clone(), 0.0),
            Command::Most => self.what_if.drag_chosen(&self.trace().clone(), 1.0),
            Command::Reset => self.what_if.reset(&self.trace().clone()),
            Command::ResetAll => self.what_if.reset_all(&self.trace().clone()),
            Command::Commit => self.commit(),
            Command::Fork => self.fork(),
            Command::EndCompare => self.comparing = None,
            Command::Export => self.pick(Picker::forms(self.look.lang)),
            Command::Copy => self.copy(),
            Command::Messages => self.read_messages(),
            Command::Palette => self.open_palette(),
            Command::Redraw => self.redraw = true,
        }
    }

    pub(super) fn say(&mut self, message: String) {
        let at_ms = self.session.head().now_ms;
        self.messages.add(Message { at_ms, text: message.clone() });
        self.message = Some(message);
    }

    /// Shows what was said, the newest in sight.
    pub(super) fn read_messages(&mut self) {
        let said = self.messages.all().cloned().collect();
        self.popup = Some(Popup::Messages { said, scroll: usize::MAX });
    }

    pub(super) fn show(&mut self, tab: Tab) {
        self.tab = tab;
    }

    pub(super) fn search(&mut self, seeking: Seeking) {
        let index = self.index();
        let search = Search::new(self.session.catalogue().clone(), index, seeking);
        self.popup = Some(Popup::Search(Box::new(search)));
    }

    pub(super) fn pick(&mut self, picker: Picker) {
        self.popup = Some(Popup::Pick(picker));
    }

    /// The listener does something, which happens now. What is about the song that plays is not done
    /// while an earlier step is looked at: another song is on screen.
    pub(super) fn act(&mut self, action: Action) {
        let past = self.looking_at.take().is_some();
        if past && matches!(action, Action::Skip | Action::Like | Action::Save | Action::Replay) {
            let playing = &self.session.trace().playing.song.title;
            let said = "Back to now: \"{}\" plays. The same key again does it.";
            return self.say(self.look.lang.fill(said, &[playing]));
        }
        self.session.act(action);
    }

    /// A key without a command: text, where text is typed.
    pub(super) fn type_key(&mut self, key: Key) {
        match &mut self.popup {
            Some(Popup::Search(search)) => search.press(key),
            Some(Popup::Palette(palette)) => palette.press(key),
            _ => {}
        }
    }

    /// The key that does something in this view, or its name where no key does.
    pub(super) fn key(&self, command: Command) -> String {
        let contexts: Vec<Context> =
            Context::of_tab(self.tab).into_iter().chain([Context::Anywhere]).collect();
        let lines = self.keymap.reached(&contexts).into_iter();
        let mut lines = lines.filter(|(entry, _)| entry.command == command);
        lines.next().map_or_else(String::new, |(entry, keys)| match keys.first() {
            Some(key) => key.shown(),
            None => self.look.lang.text(entry.name).into(),
        })
    }

    pub(super) fn motion(&mut self) {
        self.look.motion = !self.look.motion;
        let said = if self.look.motion { "Motion is on." } else { "Motion is off." };
        self.say(self.look.lang.text(said).into());
    }

    /// Sets what the sliders say, as an event.
    pub(super) fn commit(&mut self) {
        let drafted = self.what_if.drafted(self.trace());
        let said = match (drafted.changed, self.looking_at) {
            (_, Some(_)) => {
                "This is an earlier step: go back to now, or take back what came after."
            }
            (false, _) => "Nothing is changed.",
            (true, None) => {
                self.act(Action::Override(drafted.set));
                self.what_if.forget();
                return;
            }
        };
        self.say(self.look.lang.text(said).into());
    }

    pub(super) fn autopilot(&mut self) {
        let on = !self.session.autopilot();
        self.session.set_autopilot(on);
        if on {
            self.session.playing = true;
        }
        let (name, lang) = (&self.session.profile().name, self.look.lang);
        let key = self.key(Command::Autopilot);
        self.say(match on {
            true => lang.fill("{} is at the controls. `{}` takes back.", &[name, &key]),
            false => lang.text("You are at the controls.").into(),
        });
    }

    pub(super) fn write(&mut self) {
        let timeline = self.session.timeline();
        let (at_ms, lang) = (timeline.trace().at_ms, self.look.lang);
        let said = match save::script(&self.folder, self.session.opening(), timeline) {
            Ok(name) => {
                self.written = Some(timeline.events().len());
                let said = "Written: {} so far. `melody replay {}` plays it again.";
                lang.fill(said, &[&text::clock(at_ms), &name])
            }
            Err(error) => lang.fill("Not written: {}.", &[&error]),
        };
        match &mut self.popup {
            Some(Popup::Confirm(confirm)) => confirm.kept = Some(said),
            _ => self.say(said),
        }
    }

    pub(super) fn index(&mut self) -> Arc<Index> {
        let catalogue = self.session.catalogue();
        self.index.get_or_insert_with(|| Arc::new(Index::new(catalogue))).clone()
    }
}

/// Whether what was clicked is part of the open popup.
fn reaches_popup(hit: Option<Hit>, popup: &Option<Popup>) -> bool {
    match hit {
        Some(Hit::Choice(_) | Hit::Popup) => true,
        // Commands lie on a question's own line and beside it; only its own make sense now.
        Some(Hit::Command(command)) => {
            let own = popup.as_ref().map(Popup::context);
            matches!(own, Some(Context::Confirm))
                && table::of(Context::Confirm).any(|entry| entry.command == command)
        }
        _ => false,
    }
}
