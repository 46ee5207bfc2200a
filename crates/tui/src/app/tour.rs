//! A tour on screen: its scenes begin, go on and are gone back to.

use std::sync::Arc;
use std::time::Duration;

use super::simulator::App;
use crate::command::Command;
use crate::tour::Tour;
use crate::tour::guide::{Guide, News};
use crate::view::Caption;

impl App {
    /// Begins a tour of this session, which is one of its opening and has just begun.
    pub fn guide(&mut self, tour: Tour) {
        self.guide = Some(Guide::new(Arc::new(tour)));
        self.next_scene();
    }

    /// Shows the rest of a scene that is under way, or begins the next one, where there is one.
    pub(super) fn next_scene(&mut self) {
        let now = (self.session.timeline().clone(), self.session.head());
        let world = self.session.library().world().clone();
        let profile = self.session.profile().clone();
        let Some(guide) = &mut self.guide else { return };
        if guide.busy() {
            return guide.hurry();
        }
        match guide.next(now, &profile, &world) {
            true => {
                let busy = guide.busy();
                self.set_scene();
                if !busy {
                    self.look_closer();
                }
            }
            // Whoever goes on by habit does not find themselves out of the tour.
            false => {
                let said = "This is the last scene. `{}` leaves the tour and keeps its session.";
                let key = self.key(Command::EndTour);
                self.say(self.look.lang.fill(said, &[&key]));
            }
        }
    }

    /// Goes back to the scene before, as it began, and begins it again; after a tour to the one it ended with.
    pub(super) fn last_scene(&mut self) {
        if self.guide.is_none() {
            return self.tour_again();
        }
        let Some((timeline, head)) = self.guide.as_mut().and_then(Guide::back) else { return };
        self.session.go_to(timeline, head);
        self.next_scene();
    }

    /// The tour is over, and can be gone back to until something else happens.
    fn leave_tour(&mut self) {
        let events = self.session.timeline().events().len();
        self.toured = self.guide.take().map(|guide| (guide, events));
    }

    /// Begins the last scene of a tour that is over again. Nothing that was played since is lost by that.
    fn tour_again(&mut self) {
        let events = self.session.timeline().events().len();
        let said = match &self.toured {
            None => "There was no tour in this session.",
            Some((_, ended)) if *ended != events => {
                "The session has gone on since the tour: take that back first, or begin the tour again with `melody demo`."
            }
            Some(_) => "",
        };
        if !said.is_empty() {
            return self.say(self.look.lang.text(said).into());
        }
        let Some((mut guide, _)) = self.toured.take() else { return };
        let Some((timeline, head)) = guide.again() else { return };
        self.guide = Some(guide);
        self.session.go_to(timeline, head);
        self.next_scene();
    }

    pub(super) fn end_tour(&mut self) {
        self.leave_tour();
        let said = "The tour is left. The session is yours; space plays on. `{}` goes back to it.";
        let key = self.key(Command::LastScene);
        self.say(self.look.lang.fill(said, &[&key]));
    }

    /// Turns to where the scene is seen.
    fn set_scene(&mut self) {
        let Some((_, scene)) = self.guide.as_ref().and_then(Guide::scene) else { return };
        self.tab = scene.view;
        self.section = scene.section.clone();
        self.session.playing = false;
        self.session.set_autopilot(false);
        self.looking_at = None;
        self.selected = None;
        self.popup = None;
        // What an earlier scene's keys have set out does not belong to this one.
        self.what_if.forget();
        self.end_comparison();
    }

    /// Whether a command has to wait until the scene's steps are done.
    pub(super) fn must_wait(&self, command: Command) -> bool {
        use Command as C;
        let changes = matches!(
            command,
            C::PlayPause
                | C::Next
                | C::Like
                | C::Save
                | C::Replay
                | C::Search
                | C::Subscribe
                | C::Scene
                | C::Profile
                | C::Autopilot
                | C::Undo
                | C::Redo
                | C::Open
                | C::Rewind
                | C::Commit
                | C::Fork
                | C::Load
        );
        changes && self.guide.as_ref().is_some_and(Guide::busy)
    }

    /// Shows what is new of the scene's steps.
    pub(super) fn follow_guide(&mut self, elapsed: Duration) {
        // Where nothing may move, what is done is shown at once.
        if !self.look.motion
            && let Some(guide) = &mut self.guide
        {
            guide.hurry();
        }
        if let Some(news) = self.guide.as_mut().and_then(|guide| guide.news(elapsed)) {
            self.take_in(news);
        }
    }

    pub(super) fn settle_guide(&mut self) {
        if let Some(news) = self.guide.as_mut().and_then(Guide::settle) {
            self.take_in(news);
        }
    }

    pub(super) fn take_in(&mut self, news: News) {
        match news {
            News::Further((timeline, head)) => self.session.go_to(timeline, head),
            News::Done((timeline, head)) => {
                self.session.go_to(timeline, head);
                self.look_closer();
            }
            News::Stuck(said) => {
                let said = said.replace('\n', "; ");
                self.say(self.look.lang.fill("This scene cannot be played here: {}.", &[&said]));
            }
        }
    }

    /// Selects the scene's song and presses its keys.
    fn look_closer(&mut self) {
        let Some((_, scene)) = self.guide.as_ref().and_then(Guide::scene) else { return };
        let (select, keys) = (scene.select, scene.keys.clone());
        let entry = self.trace().queue.get(select).filter(|_| select > 0);
        self.selected = entry.map(|entry| entry.song.id.clone());
        for key in keys {
            match self.keymap.find(&self.contexts_beside_tour(), key) {
                Some(command) => self.handle(command),
                None => self.type_key(key),
            }
        }
    }

    /// What the view shows of the tour.
    pub(super) fn caption(&self) -> Option<Caption> {
        let guide = self.guide.as_ref()?;
        let (scene, told) = guide.scene()?;
        Some(Caption {
            scene,
            scenes: guide.scenes(),
            text: told.caption.text(self.look.lang).into(),
            busy: guide.busy(),
        })
    }
}
