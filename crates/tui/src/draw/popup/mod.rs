//! What lies over a view.

mod confirm;
mod help;
mod messages;
mod palette;
mod picker;
mod reading;
mod search;
mod typed;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::command::Popup;
use crate::draw::drawn::Drawn;
use crate::theme::Theme;
use crate::view::View;

pub(crate) fn draw(
    popup: &Popup,
    view: &View,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Drawn {
    match popup {
        Popup::Help { scroll } => help::draw(view, *scroll, theme, (area, buf)),
        Popup::Messages { said, scroll } => messages::draw(view, said, *scroll, theme, (area, buf)),
        Popup::Search(search) => search::draw(view, search, theme, area, buf),
        Popup::Palette(palette) => palette::draw(view, palette, theme, area, buf),
        Popup::Pick(picker) => picker::draw(view, picker, theme, area, buf),
        Popup::Confirm(confirm) => confirm::draw(view, confirm, theme, area, buf),
    }
}
