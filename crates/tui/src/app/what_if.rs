//! The What-if view's commands: sliders are moved, and what they say is set as an event.

use super::simulator::App;
use crate::command::Command;
use crate::view::narration::set_by_hand;
use melody_core::event::Action;

impl App {
    /// Moves the chosen slider, or goes on with what all of them say.
    pub(super) fn suppose(&mut self, command: Command) {
        let trace = self.trace().clone();
        match command {
            Command::Less => self.what_if.step(&trace, -1),
            Command::More => self.what_if.step(&trace, 1),
            Command::Least => self.what_if.drag_chosen(&trace, 0.0),
            Command::Most => self.what_if.drag_chosen(&trace, 1.0),
            Command::Reset => self.what_if.reset(&trace),
            Command::ResetAll => self.what_if.reset_all(&trace),
            Command::Commit => self.commit(),
            Command::OverTwo => self.what_if.over_two = !self.what_if.over_two,
            _ => {}
        }
    }

    /// Puts a slider at a share of its range.
    pub(super) fn drag(&mut self, slider: usize, share: f64) {
        let trace = self.trace().clone();
        self.what_if.drag(&trace, slider, share);
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
                let (trace, lang) = (self.trace(), self.look.lang);
                if let Some(set) = set_by_hand(trace, &drafted.set, None, lang) {
                    self.say(lang.fill("Set: {}.", &[&set]));
                }
                self.act(Action::Override(drafted.set));
                self.what_if.forget();
                return;
            }
        };
        self.say(self.look.lang.text(said).into());
    }
}
