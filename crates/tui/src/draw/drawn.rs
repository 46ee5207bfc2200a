//! What drawing found out: what the mouse can reach, and how far there is to scroll.

use ratatui::layout::Rect;

use crate::command::Command;

/// What a place on the screen stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// Doing this, as its key does.
    Command(Command),
    /// A place in the queue, from 0.
    Song(usize),
    /// A step of the session.
    Step(usize),
    /// The bar of a slider, from its least to its most.
    Slider(usize),
    /// A line of the open list, from 0.
    Choice(usize),
    /// A chart over time, which shows so many steps: the wheel shows more of them or fewer.
    Chart(usize),
    /// What lies over everything, where nothing else is.
    Popup,
}

/// What drawing found out, for keys and mouse to act on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Lines that what is on top can be scrolled by.
    pub scroll_limit: usize,
    /// Lines that the view was scrolled by to begin with the section that was asked for.
    pub scrolled: Option<usize>,
    /// What the mouse can reach; the last lies on top.
    pub hits: Vec<(Rect, Hit)>,
    /// Words of the screen that have a meaning, as the help names them. Looked for only where a pointer is about.
    pub terms: Vec<(Rect, &'static str)>,
    /// The screen that was drawn on.
    pub area: Rect,
    /// The first panel of the stage that found no place, if any did not: the next one to turn to.
    pub next_panel: Option<&'static str>,
}

impl Drawn {
    /// A place that the mouse can reach.
    pub fn hit(&mut self, place: Rect, hit: Hit) {
        self.hits.push((place, hit));
    }

    /// Takes in what a part of the screen found out.
    pub fn add(&mut self, part: Drawn) {
        self.scroll_limit = self.scroll_limit.max(part.scroll_limit);
        self.hits.extend(part.hits);
        self.scrolled = self.scrolled.or(part.scrolled);
        self.next_panel = self.next_panel.or(part.next_panel);
    }
}
