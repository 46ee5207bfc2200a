//! Drawing: a view in, cells out, and what the mouse can reach.
//!
//! A tab is a view of its own, a panel a part of the stage, a popup lies over either; one small file
//! each. The layout is worked out once and everything is drawn inside it.

mod account;
mod bar;
mod caption;
mod footer;
mod header;
mod layout;
mod log;
mod moves;
mod narration;
mod now_playing;
mod page;
mod panel;
mod pen;
mod plot;
mod popup;
mod queue;
mod tab;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use account::Parts;
use layout::Frame;
pub use panel::PANELS;

use super::ascii;
use super::command::Command;
use super::theme::Theme;
use super::view::View;

/// What a place on the screen stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    Command(Command),
    /// A place in the queue, from 0.
    Song(usize),
    /// A step of the session.
    Step(usize),
    /// The bar of a slider, from its least to its most.
    Slider(usize),
    /// A line of the open list, from 0.
    Choice(usize),
    /// What lies over everything, where nothing else is.
    Popup,
}

/// What drawing found out, for keys and mouse to act on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Lines that what is on top can be scrolled by.
    pub scroll_limit: usize,
    /// What the mouse can reach; the last lies on top.
    pub hits: Vec<(Rect, Hit)>,
    /// The screen that was drawn on.
    pub area: Rect,
}

impl Drawn {
    fn hit(&mut self, place: Rect, hit: Hit) {
        self.hits.push((place, hit));
    }

    /// Takes in what a part of the screen found out.
    fn add(&mut self, part: Drawn) {
        self.scroll_limit = self.scroll_limit.max(part.scroll_limit);
        self.hits.extend(part.hits);
    }
}

/// Draws one frame.
pub fn draw(view: &View, area: Rect, buf: &mut Buffer) -> Drawn {
    let theme = &view.look.theme;
    buf.set_style(area, theme.text);
    let captioned = view.caption.as_ref().map_or(0, |told| caption::rows(told, area));
    let frame = Frame::new(area, captioned);
    let mut drawn = Drawn { area, ..Drawn::default() };
    if frame.notice {
        notice(view, theme, area, buf);
        return drawn;
    }
    drawn.add(header::draw(view, theme, frame.header, buf));
    drawn.add(tab::draw(view, theme, frame.body, buf));
    if let Some(told) = view.caption.as_ref().filter(|_| frame.caption.height > 0) {
        caption::draw(view, told, theme, frame.caption, buf);
    }
    drawn.add(footer::draw(view, theme, frame.footer, buf));
    if let Some(message) = &view.message {
        drawn.hit(footer::say(message, theme, area, buf), Hit::Popup);
    }
    if let Some(open) = &view.popup {
        drawn.scroll_limit = 0;
        drawn.add(popup::draw(open, view, theme, area, buf));
    }
    if view.look.ascii {
        ascii::reduce(buf);
    }
    drawn
}

/// What a screen too small for anything else says.
fn notice(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let row = Rect { y: area.y + area.height / 2, height: area.height.min(1), ..area };
    let said = view.say(if area.width < 17 { "too small" } else { "Melody needs 20x6" });
    pen::line(buf, row, 0, said.into(), theme.text);
}
