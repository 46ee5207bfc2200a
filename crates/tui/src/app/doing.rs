//! Doing what was asked for: every command of the table, by hand or from the palette.

use super::simulator::App;
use crate::command::{Command, Picker, Popup, Search, Seeking, Tab};
use crate::draw::PANELS;
use melody_core::event::Action;

/// Lines a page key scrolls by.
const PAGE: isize = 10;

impl App {
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
            Command::Zoom => self.zoomed = !self.zoomed,
            Command::FromZero => self.from_zero = !self.from_zero,
            Command::Detail => self.explaining.detail = !self.explaining.detail,
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
            Command::Less
            | Command::More
            | Command::Least
            | Command::Most
            | Command::Reset
            | Command::ResetAll
            | Command::Commit
            | Command::OverTwo => self.suppose(command),
            Command::Fork => self.fork(),
            Command::EndCompare => self.end_comparison(),
            Command::OverWeeks => self.over_weeks(),
            Command::Export => self.pick(Picker::forms(self.look.lang)),
            Command::Copy => self.copy(),
            Command::Messages => self.read_messages(),
            Command::Palette => self.open_palette(),
            Command::Redraw => self.redraw = true,
        }
    }

    pub(super) fn show(&mut self, tab: Tab) {
        self.section = None;
        self.tab = tab;
    }

    pub(super) fn search(&mut self, seeking: Seeking) {
        let index = self.indexing.index();
        let queue = self.trace().queue.iter();
        let ranked = queue.filter_map(|entry| self.session.find(&entry.song.id)).collect();
        let catalogue = self.session.catalogue().clone();
        let search = Search::new(catalogue, index, (seeking, ranked));
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
        if self.guide.is_some() {
            let said = "The tour tells of the session without this: `{}` goes back to before it.";
            let key = self.key(Command::LastScene);
            self.say(self.look.lang.fill(said, &[&key]));
        }
    }

    pub(super) fn motion(&mut self) {
        self.look.motion = !self.look.motion;
        let said = if self.look.motion { "Motion is on." } else { "Motion is off." };
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
}
