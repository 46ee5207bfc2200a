//! The simulator without a terminal: keys and time in, a view out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyCode;
use tui_input::InputRequest;

use super::command::{self, Command, Context};
use super::draw::{Drawn, PANELS};
use super::keys::Key;
use super::popup::{Choice, Picker, Picking, Popup};
use super::save;
use super::search::{Index, Search};
use super::session::{Happening, Session};
use super::text;
use super::view::View;
use crate::catalogue::SongId;
use crate::event::Action;
use crate::opening;
use crate::profile;
use crate::scene::Scene;

/// Lines a page key scrolls by.
const PAGE: isize = 10;

/// A session and everything about how it is looked at.
pub struct App {
    pub session: Session,
    popup: Option<Popup>,
    /// The song the listener's eye is on, if it is not simply the first.
    selected: Option<String>,
    /// Which panel comes first where not all fit.
    panel: usize,
    /// Something said until the next key.
    message: Option<String>,
    index: Option<Arc<Index>>,
    /// Where scripts are written, and relative names start.
    folder: PathBuf,
    scroll_limit: usize,
    quit: bool,
    told_of_log: bool,
}

impl App {
    pub fn new(session: Session, folder: PathBuf) -> Self {
        App {
            session,
            popup: None,
            selected: None,
            panel: 0,
            message: None,
            index: None,
            folder,
            scroll_limit: 0,
            quit: false,
            told_of_log: false,
        }
    }

    /// Whether the listener asked to leave.
    pub fn quits(&self) -> bool {
        self.quit
    }

    /// Whether anything on screen moves by itself.
    pub fn moves(&self) -> bool {
        self.session.playing
    }

    pub fn context(&self) -> Context {
        self.popup.as_ref().map_or(Context::Stage, Popup::context)
    }

    /// What is on screen, owned.
    pub fn view(&self) -> View {
        let popup = self.popup.clone();
        View::new(&self.session, self.selected.as_deref(), self.panel, self.message.clone(), popup)
    }

    /// Takes in what the last drawing found out.
    pub fn drawn(&mut self, drawn: Drawn) {
        self.scroll_limit = drawn.scroll_limit;
        if let Some(Popup::Help { scroll } | Popup::Explain { scroll }) = &mut self.popup {
            *scroll = (*scroll).min(drawn.scroll_limit);
        }
    }

    /// Lets real time pass.
    pub fn tick(&mut self, elapsed: Duration) {
        let failure = self.session.journal().and_then(|journal| journal.failure());
        if let Some(failure) = failure.filter(|_| !self.told_of_log) {
            let message = format!("The log is no longer written: {failure}.");
            self.told_of_log = true;
            self.say(message);
        }
        match self.session.advance(elapsed) {
            None => {}
            Some(Happening::Left) => {
                let name = &self.session.profile().name;
                self.say(format!("{name} has had enough and leaves. Space plays on."));
            }
            Some(Happening::Stuck(refusal)) => self.say(format!("Paused: {refusal}.")),
        }
    }

    /// A key goes down.
    pub fn press(&mut self, key: Key) {
        self.message = None;
        match command::find(self.context(), key) {
            Some(command) => self.handle(command),
            None => self.type_key(key),
        }
    }

    /// Text is pasted. It is never taken for commands.
    pub fn paste(&mut self, text: &str) {
        if let Some(Popup::Search(search)) = &mut self.popup {
            search.paste(text);
        }
    }

    /// Does what was asked for.
    pub fn handle(&mut self, command: Command) {
        match command {
            Command::Quit => self.quit = true,
            Command::Close => self.popup = None,
            Command::Up => self.select(-1),
            Command::Down => self.select(1),
            Command::PageUp => self.select(-PAGE),
            Command::PageDown => self.select(PAGE),
            Command::First => self.selected = None,
            Command::Last => self.select(isize::MAX),
            Command::Choose => self.choose(false),
            Command::OpenFound => self.choose(true),
            Command::Help => self.popup = Some(Popup::Help { scroll: 0 }),
            Command::Explain => self.explain(),
            Command::Search => {
                let index = self.index();
                let search = Search::new(self.session.catalogue().clone(), index);
                self.popup = Some(Popup::Search(Box::new(search)));
            }
            Command::Scene => self.popup = Some(Popup::Pick(self.scenes())),
            Command::Profile => self.popup = Some(Popup::Pick(self.profiles())),
            Command::NextPanel => self.panel = (self.panel + 1) % PANELS.len(),
            Command::LastPanel => self.panel = (self.panel + PANELS.len() - 1) % PANELS.len(),
            Command::PlayPause => self.session.playing = !self.session.playing,
            Command::Faster => self.session.speed = self.session.speed.faster(),
            Command::Slower => self.session.speed = self.session.speed.slower(),
            Command::Autopilot => self.autopilot(),
            Command::Undo => self.undo(),
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
        }
    }

    fn say(&mut self, message: String) {
        self.message = Some(message);
    }

    fn act(&mut self, action: Action) {
        let what = action.name();
        if let Err(refusal) = self.session.act(action) {
            self.say(format!("Cannot {what}: {refusal}."));
        }
    }

    /// A key without a command: text, where text is typed.
    fn type_key(&mut self, key: Key) {
        let Some(Popup::Search(search)) = &mut self.popup else { return };
        let request = match (key.code, key.ctrl || key.alt) {
            (KeyCode::Char(c), false) => InputRequest::InsertChar(c),
            (KeyCode::Char('u'), true) => InputRequest::DeleteLine,
            (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
            (KeyCode::Char('a'), true) | (KeyCode::Home, _) => InputRequest::GoToStart,
            (KeyCode::Char('e'), true) | (KeyCode::End, _) => InputRequest::GoToEnd,
            (KeyCode::Backspace, true) => InputRequest::DeletePrevWord,
            (KeyCode::Backspace, false) => InputRequest::DeletePrevChar,
            (KeyCode::Delete, _) => InputRequest::DeleteNextChar,
            (KeyCode::Left, true) => InputRequest::GoToPrevWord,
            (KeyCode::Right, true) => InputRequest::GoToNextWord,
            (KeyCode::Left, false) => InputRequest::GoToPrevChar,
            (KeyCode::Right, false) => InputRequest::GoToNextChar,
            _ => return,
        };
        search.edit(request);
    }

    fn select(&mut self, by: isize) {
        let limit = self.scroll_limit;
        match &mut self.popup {
            Some(Popup::Help { scroll } | Popup::Explain { scroll }) => {
                *scroll = scroll.saturating_add_signed(by).min(limit);
            }
            Some(Popup::Search(search)) => search.select(by),
            Some(Popup::Pick(picker)) => picker.select(by),
            None => {
                let queue = &self.session.trace().queue;
                let last = queue.len().saturating_sub(1);
                let to = self.selected_place().saturating_add_signed(by).min(last);
                self.selected = queue.get(to).filter(|_| to > 0).map(|e| e.song.id.clone());
            }
        }
    }

    /// The place in the queue of the selected song; the first once it has left the queue.
    fn selected_place(&self) -> usize {
        let queue = &self.session.trace().queue;
        let selected = self.selected.as_ref();
        selected.and_then(|id| queue.iter().position(|e| e.song.id == *id)).unwrap_or(0)
    }

    fn selected_song(&mut self) -> Option<SongId> {
        let entry = self.session.trace().queue.get(self.selected_place());
        let song = entry.and_then(|entry| self.session.find(&entry.song.id));
        if song.is_none() {
            self.say("The queue is empty.".into());
        }
        song
    }

    fn explain(&mut self) {
        if self.session.trace().queue.is_empty() {
            self.say("The queue is empty: there is nothing to explain.".into());
        } else {
            self.popup = Some(Popup::Explain { scroll: 0 });
        }
    }

    fn autopilot(&mut self) {
        let on = !self.session.autopilot();
        self.session.set_autopilot(on);
        if on {
            self.session.playing = true;
        }
        let name = &self.session.profile().name;
        self.say(match on {
            true => format!("{name} is at the controls. `a` takes back."),
            false => "You are at the controls.".into(),
        });
    }

    fn undo(&mut self) {
        match self.session.undo() {
            Some(event) => {
                let at = text::clock(event.at_ms);
                self.say(format!("Took back: {} at {at}.", event.action.name()));
            }
            None => self.say("Nothing to take back: the session has just begun.".into()),
        }
    }

    fn write(&mut self) {
        let timeline = self.session.timeline();
        let events = timeline.events().len();
        self.say(match save::script(&self.folder, self.session.opening(), timeline) {
            Ok(name) => {
                format!("{events} events written. `melody replay {name}` plays them again.")
            }
            Err(error) => format!("Not written: {error}."),
        });
    }

    fn index(&mut self) -> Arc<Index> {
        let catalogue = self.session.catalogue();
        self.index.get_or_insert_with(|| Arc::new(Index::new(catalogue))).clone()
    }

    /// The scenes, with the one after the current one selected, so that two keys go round.
    fn scenes(&self) -> Picker {
        let now = self.session.trace().listener.scene;
        let choice = |scene: Scene| Choice {
            name: scene.name().into(),
            about: about_scene(scene).into(),
            current: scene == now,
        };
        Picker {
            picking: Picking::Scene,
            choices: Scene::ALL.map(choice).into(),
            selected: now.next().index(),
        }
    }

    /// The shipped listeners, and first the one given by a file, if the session began with one.
    fn profiles(&self) -> Picker {
        let now = &self.session.opening().profile;
        let own = profile::shipped(now).is_none().then(|| self.session.profile());
        let own = own.map(|profile| Choice {
            name: now.clone(),
            about: format!("{}. {}", profile.name, profile.summary),
            current: true,
        });
        let shipped = profile::shipped_names().filter_map(|name| {
            let profile = profile::shipped(name)?;
            let about = format!("{}. {}", profile.name, profile.summary);
            Some(Choice { name: name.into(), about, current: name == now })
        });
        let choices: Vec<Choice> = own.into_iter().chain(shipped).collect();
        let selected = choices.iter().position(|c| c.current).unwrap_or(0);
        Picker { picking: Picking::Profile, choices, selected }
    }

    /// Takes what a popup has selected. `open`: play what was found at once.
    fn choose(&mut self, open: bool) {
        match self.popup.take() {
            Some(Popup::Search(search)) => {
                let Some(hit) = search.chosen() else {
                    self.popup = Some(Popup::Search(search));
                    return;
                };
                let query = search.query(hit);
                self.act(Action::Search { query, target: hit.target });
                if open {
                    self.act(Action::Open { song: hit.song_id() });
                }
            }
            Some(Popup::Pick(picker)) => match picker.picking {
                Picking::Scene => {
                    if let Some(scene) = Scene::ALL.get(picker.selected) {
                        self.act(Action::Scene { scene: *scene });
                    }
                }
                Picking::Profile => {
                    if let Some(choice) = picker.choices.get(picker.selected) {
                        self.sit_down(choice.name.clone());
                    }
                }
            },
            other => self.popup = other,
        }
    }

    /// Another listener begins a new session.
    fn sit_down(&mut self, name: String) {
        match opening::profile_named(&name, &self.folder) {
            Ok(profile) => {
                let mut next = self.session.reopen(name, profile);
                let listener = next.profile().name.clone();
                let mut message = format!("A new session: {listener} listens.");
                if let Some(journal) = self.session.journal() {
                    match journal.next(next.opening(), next.timeline()) {
                        Ok(journal) => next.keep(journal),
                        Err(error) => message = format!("{message} It has no log: {error}"),
                    }
                }
                self.session = next;
                self.selected = None;
                self.say(message);
            }
            Err(error) => self.say(format!("No new session: {error}")),
        }
    }
}

fn about_scene(scene: Scene) -> &'static str {
    match scene {
        Scene::Commute => "what is known, with little that sells",
        Scene::Explore => "new songs welcome",
        Scene::Focus => "calm, instrumental, undisturbed",
        Scene::Workout => "energy and tempo",
        Scene::Relax => "soft and acoustic",
    }
}
