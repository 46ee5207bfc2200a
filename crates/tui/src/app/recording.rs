//! A tour as it would be seen, frame by frame, on a screen that nobody looks at.
//!
//! Time here is what the tour takes, not what working it out takes: every event of a scene is waited for and then shown for as long
//! as on a screen. So the same tour makes the same recording.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::reading;
use super::simulator::{App, SETTLES};
use crate::draw::draw;
use crate::tour::Tour;
use crate::tour::guide::{Guide, PACE};

/// What a recording is made of.
pub enum Recorded<'a> {
    /// A scene begins, with this caption.
    Scene(&'a str),
    /// The screen looks so.
    Frame(&'a Buffer),
}

impl App {
    /// Shows a tour of this session, which is one of its opening and has just begun, on a screen of so many columns and rows, and
    /// tells of each frame when it is to be seen. Returns how long it takes.
    ///
    /// # Errors
    /// What `tell` says.
    pub fn record<E>(
        &mut self,
        tour: Tour,
        (width, height): (u16, u16),
        tell: &mut dyn FnMut(Duration, Recorded) -> Result<(), E>,
    ) -> Result<Duration, E> {
        let area = Rect::new(0, 0, width, height);
        let mut at = Duration::ZERO;
        let captions: Vec<String> =
            tour.scenes.iter().map(|scene| scene.caption.text(self.look.lang).into()).collect();
        self.guide(tour);
        for (number, caption) in captions.iter().enumerate() {
            if number > 0 {
                self.next_scene();
            }
            tell(at, Recorded::Scene(caption))?;
            self.recorded(area, at, tell)?;
            while let Some(news) = self.guide.as_mut().and_then(Guide::wait) {
                self.take_in(news);
                self.look_on(Duration::ZERO);
                self.recorded(area, at, tell)?;
                self.look_on(PACE);
                at += PACE;
            }
            // What the scene asks about is worked out, and the eye comes to rest.
            self.settle();
            self.recorded(area, at, tell)?;
            self.look_on(SETTLES);
            at += SETTLES;
            self.settle();
            self.recorded(area, at, tell)?;
            at += reading::takes(caption);
        }
        Ok(at)
    }

    fn recorded<E>(
        &mut self,
        area: Rect,
        at: Duration,
        tell: &mut dyn FnMut(Duration, Recorded) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut buffer = Buffer::empty(area);
        let drawn = draw(&self.view(), area, &mut buffer);
        self.drawn(drawn);
        tell(at, Recorded::Frame(&buffer))
    }
}
