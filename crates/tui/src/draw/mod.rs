//! Drawing: a view in, cells out, and what the mouse can reach.
//!
//! A tab is a view of its own, a panel a part of the stage, a popup lies over either; one small file
//! each. The layout is worked out once and everything is drawn inside it.

pub(crate) mod account;
pub(crate) mod ascii;
pub(crate) mod bar;
pub(crate) mod caption;
pub(crate) mod drawn;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod layout;
pub(crate) mod log;
pub(crate) mod moves;
pub(crate) mod narration;
pub(crate) mod now_playing;
pub(crate) mod page;
pub(crate) mod panel;
pub(crate) mod pen;
pub(crate) mod plot;
pub(crate) mod popup;
pub(crate) mod queue;
pub(crate) mod tab;

pub use drawn::{Drawn, Hit};
pub use panel::PANELS;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::draw::layout::Frame;

use crate::theme::Theme;
use crate::view::View;

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
