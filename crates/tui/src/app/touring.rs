//! A tour that shows itself: scene after scene, each for as long as it takes to be read, and from the beginning again.
//!
//! Whoever touches it has the time that the scene takes to go on by hand. A tour that was left, or a session that took its
//! place, is given back to it once nobody has touched anything for long.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::reading;
use super::rounds::Rounds;
use super::simulator::{App, SETTLES};
use crate::desk::Sitting;
use crate::desk::reopening::{Arriving, Going};
use crate::tour::Tour;
use crate::tour::guide::Guide;
use melody_recommender::engine::Timeline;
use melody_recommender::playback::Playhead;
use melody_sessions::names::profile_named;

/// How long nobody touches anything until a tour that was left begins again.
const ALONE: Duration = Duration::from_secs(120);
/// How long a last scene that is still being worked out is waited for.
const COMPARED: Duration = Duration::from_secs(180);

impl App {
    /// Begins a tour of this session, which is one of its opening and has just begun, and shows it again and again.
    pub fn tour_by_itself(&mut self, tour: Tour) {
        let begins = (self.session.timeline().clone(), self.session.head());
        let library = self.session.library().clone();
        let tour = Arc::new(tour);
        let stands = (0, Duration::ZERO);
        self.touring =
            Some(Rounds { tour, library, begins: Some(begins), stands, compared: false });
        self.begin_tour();
    }

    /// Goes on with it where there was time enough.
    pub(super) fn mind_tour(&mut self, elapsed: Duration) {
        if self.touring.is_none() || self.arriving.is_some() {
            return;
        }
        match self.guide.as_ref().map(|guide| (guide.busy(), guide.scene().map(|(at, _)| at))) {
            Some((busy, Some(scene))) => self.let_scene_pass((busy, scene), elapsed),
            _ if self.alone >= ALONE => self.tour_anew(),
            _ => self.take_in_its_session(),
        }
    }

    fn let_scene_pass(&mut self, (busy, scene): (bool, usize), elapsed: Duration) {
        let compares = self.weekly().is_some_and(|weekly| !weekly.done());
        let Some(Rounds { tour, stands, compared, .. }) = &mut self.touring else { return };
        let compares = compares && scene == tour.scenes.len();
        // What has just been worked out is new, and has its own time.
        let stays = stands.0 == scene && !busy && (compares || !*compared);
        *compared = compares;
        *stands = (scene, if stays { stands.1.saturating_add(elapsed) } else { Duration::ZERO });
        let (stood, last) = (stands.1, scene == tour.scenes.len());
        let caption = tour.scenes.get(scene - 1).map(|scene| scene.caption.text(self.look.lang));
        let read = reading::takes(caption.unwrap_or_default());
        let enough = if compares { read.max(COMPARED) } else { read };
        if busy || stood < enough || self.alone < read {
            return;
        }
        self.turn_over();
        match last {
            true => self.tour_anew(),
            false => self.next_scene(),
        }
    }

    /// What is next is new to the eye.
    fn turn_over(&mut self) {
        if let Some(touring) = &mut self.touring {
            touring.stands = (0, Duration::ZERO);
        }
    }

    /// Whether a scene has just come: a screen that stood still is drawn anew.
    pub(super) fn turns(&self) -> bool {
        let stood = self.touring.as_ref().map(|touring| touring.stands.1);
        self.guide.is_some() && stood.is_some_and(|stood| stood < SETTLES)
    }

    /// From the beginning: where this session is not the tour's, with one that is opened for it.
    fn tour_anew(&mut self) {
        let engine = self.session.timeline().engine().clone();
        let Some(touring) = &mut self.touring else { return };
        self.alone = Duration::ZERO;
        let own = |(begins, _): &(Timeline, Playhead)| Arc::ptr_eq(begins.engine(), &engine);
        if touring.begins.as_ref().is_some_and(own) {
            return self.begin_tour();
        }
        touring.begins = None;
        let (tour, library) = (touring.tour.clone(), touring.library.clone());
        let open = move || {
            let profile = profile_named(&tour.opening.profile, Path::new(""))?;
            let engine = tour.engine(&library, &profile)?;
            Ok(Sitting::begin(library, tour.opening.clone(), profile, engine))
        };
        let said = self.look.lang.text("The tour begins again.").into_owned();
        self.arriving = Some(Arriving::anew(self.look.lang, (said, Going::Rests), open));
    }

    /// The session that was opened for the tour has come, or could not be opened: then that is said already.
    fn take_in_its_session(&mut self) {
        let Some(touring) = self.touring.as_mut().filter(|touring| touring.begins.is_none()) else {
            return;
        };
        let timeline = self.session.timeline().clone();
        // A visitor's own session, or the one before where this one could not be opened, is not the tour's.
        if *self.session.opening() == touring.tour.opening && timeline.events().is_empty() {
            touring.begins = Some((timeline, self.session.head()));
            self.begin_tour();
        }
    }

    fn begin_tour(&mut self) {
        let Some(Rounds { tour, begins: Some((timeline, head)), .. }) = &self.touring else {
            return;
        };
        let (guide, timeline, head) = (Guide::new(tour.clone()), timeline.clone(), *head);
        self.session.go_to(timeline, head);
        // Nobody is there to take a message away.
        self.message = None;
        self.guide = Some(guide);
        self.toured = None;
        self.next_scene();
    }
}
