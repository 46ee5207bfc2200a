//! Drawing: a view in, cells out, and what the mouse can reach.
//!
//! A tab is a view of its own, a panel a part of the stage, a popup lies over either; one small file
//! each. The layout is worked out once and everything is drawn inside it.

pub(crate) mod account;
pub(crate) mod ascii;
pub(crate) mod bar;
pub(crate) mod canvas;
pub(crate) mod caption;
pub(crate) mod drawn;
pub(crate) mod footer;
pub(crate) mod glossary;
pub(crate) mod header;
pub(crate) mod layout;
pub(crate) mod log;
pub(crate) mod marks;
pub(crate) mod moves;
pub(crate) mod narration;
pub(crate) mod now_playing;
pub(crate) mod page;
pub(crate) mod panel;
pub(crate) mod pen;
pub(crate) mod plot;
pub(crate) mod popup;
pub(crate) mod queue;
pub(crate) mod rows;
pub(crate) mod tab;
pub(crate) mod uncounted;
pub(crate) mod unscored;

pub use drawn::{Drawn, Hit};
pub(crate) use glossary::pointed_at;
pub use panel::PANELS;
pub use rows::rows;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::draw::canvas::Canvas;
use crate::draw::layout::Frame;

use crate::view::View;

/// Draws one frame.
pub fn draw(view: &View, area: Rect, buf: &mut Buffer) -> Drawn {
    let mut canvas = Canvas::new(view, area, buf);
    canvas.buf.set_style(area, canvas.theme.text);
    let frame = frame(view, area);
    let mut drawn = Drawn { area, ..Drawn::default() };
    if frame.notice {
        notice(canvas);
        return drawn;
    }
    drawn.add(header::draw(canvas.at(frame.header)));
    drawn.add(tab::draw(canvas.at(frame.body)));
    if let Some(told) = view.caption.as_ref().filter(|_| frame.caption.height > 0) {
        caption::draw(canvas.at(frame.caption), told);
    }
    let more = drawn.next_panel;
    drawn.add(footer::draw(canvas.at(frame.footer), more));
    if let Some(message) = &view.message {
        drawn.hit(footer::say(canvas.at(area), message), Hit::Popup);
    }
    if let Some(open) = &view.popup {
        drawn.scroll_limit = 0;
        drawn.add(popup::draw(canvas.at(area), open));
    }
    if let Some(at) = view.pointer {
        drawn.terms = glossary::find(view, canvas.buf, &drawn.hits);
        if let Some(term) = glossary::pointed_at(&drawn, at) {
            glossary::draw(canvas.at(area), term);
        }
    }
    if view.look.ascii {
        ascii::reduce(canvas.buf);
    }
    drawn
}

/// The places of a view on a screen.
fn frame(view: &View, area: Rect) -> Frame {
    let captioned = view.caption.as_ref().map_or(0, |told| caption::rows(told, area));
    Frame::new(area, captioned)
}

/// Where on a screen a tour's caption lies: under everything else but the footer.
pub(crate) fn caption_of(view: &View, area: Rect) -> Rect {
    frame(view, area).caption
}

/// What a screen too small for anything else says.
fn notice(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let row = Rect { y: area.y + area.height / 2, height: area.height.min(1), ..area };
    let said = view.say(if area.width < 17 { "too small" } else { "Melody needs 20x6" });
    pen::line(buf, row, 0, said.into(), theme.text);
}
