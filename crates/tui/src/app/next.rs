//! One session after the other: what follows when the simulated listener leaves, and what is kept of the
//! session that is over.
//!
//! Where somebody is just looking at something of the session, it stays. In a kiosk nobody is: there the
//! show goes on whatever lies on the screen, what is over is let go, and controls that were taken and left
//! are taken back.

use std::path::PathBuf;
use std::time::Duration;

use super::simulator::App;
use crate::command::Command;
use crate::desk::ended::trace_beside;
use crate::desk::reopening::{Arriving, Going};
use crate::view::departure;
use melody_simulation::Departure;

/// How long nobody touches anything until a kiosk is taken to be alone.
const ALONE: Duration = Duration::from_secs(120);
/// A kiosk's session has so many steps at most, then the next begins: each step's trace stays in memory, some
/// 60 KB, and a listener who is content stays for hours. Of other sessions each step can be gone back to.
const MOST_STEPS: u32 = 64;

impl App {
    /// Where the session's trace is written in the end, if it is. One that gives way to another before
    /// that gets a file beside it.
    pub fn keep_trace(&mut self, path: Option<PathBuf>) {
        self.kept.trace = path.is_some();
        self.trace_path = path;
    }

    /// The simulated listener has left: the next session begins, or this one rests, as it does where a person has had
    /// the controls, whose scene and values would be gone. What to say.
    pub(super) fn listener_left(&mut self, why: Option<Departure>) -> String {
        let (name, lang) = (self.session.profile().name.clone(), self.look.lang);
        let left = departure::told(&name, self.session.trace(), why, lang);
        let handled = self.session.handled() && !self.kiosk;
        let on = self.session.autopilot() && (self.kiosk || !self.looked_at());
        if on && !handled {
            self.begin_next(&left, "The next session begins: {} again, seed {}.");
            return left;
        }
        let key = self.key(Command::PlayPause);
        let said = match handled {
            true => "As you have had the controls, all stays as it is; `{}` plays on.",
            false => "`{}` plays on.",
        };
        format!("{left} {}", lang.fill(said, &[&key]))
    }

    /// Whether somebody is at something that belongs to this session.
    fn looked_at(&self) -> bool {
        self.popup.is_some()
            || self.looking_at.is_some()
            || self.comparing.is_some()
            || self.guide.is_some()
            || self.what_if.drafted(self.trace()).changed
    }

    /// Opens the next session of the same listener. When it is there it is told why, and what is `said` of it, with places for
    /// name and seed.
    pub(super) fn begin_next(&mut self, why: &str, said: &'static str) {
        let (seed, open) = self.session.next_session();
        let (name, lang) = (&self.session.profile().name, self.look.lang);
        let said = lang.fill(said, &[name, &seed]);
        let said = if why.is_empty() { said } else { format!("{why} {said}") };
        self.arriving = Some(Arriving::anew(self.look.lang, (said, Going::On), open));
    }

    /// Keeps what is to be kept of the session that gives way to another. What could not be, in words.
    pub(super) fn put_away(&mut self, going: Going) -> Option<String> {
        let (opening, timeline) = (self.session.opening(), self.session.timeline());
        let lang = self.look.lang;
        if timeline.events().is_empty() {
            return None;
        }
        if let Some(path) = &self.trace_path {
            let written = trace_beside(path, opening, timeline);
            return written.err().map(|error| lang.fill("It has no trace: {}", &[&error]));
        }
        // A person who chose another session has been asked.
        if going == Going::On && !self.kiosk && !self.keeps_present() {
            self.ended.add(opening, timeline);
        }
        None
    }

    /// A person is there.
    pub(super) fn attended(&mut self) {
        self.alone = Duration::ZERO;
    }

    /// A kiosk that nobody has touched for long is given back to its listener, and a session of it that has
    /// become long gives way to the next.
    pub(super) fn mind_kiosk(&mut self, elapsed: Duration) {
        self.alone = self.alone.saturating_add(elapsed);
        if !self.kiosk || self.arriving.is_some() {
            return;
        }
        if self.session.autopilot() && self.session.trace().step >= MOST_STEPS {
            self.session.playing = false;
            self.begin_next("", "The session was long; the next begins: {} again, seed {}.");
            return;
        }
        if self.alone < ALONE {
            return;
        }
        self.alone = Duration::ZERO;
        self.popup = None;
        self.message = None;
        self.looking_at = None;
        if !self.session.autopilot() {
            self.session.set_autopilot(true);
        }
        self.session.playing = true;
    }
}
