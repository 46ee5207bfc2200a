//! What lies over a view.

mod confirm;
mod help;
mod messages;
mod palette;
mod picker;
mod reading;
mod search;
mod typed;

use crate::command::Popup;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;

pub(crate) fn draw(canvas: Canvas, popup: &Popup) -> Drawn {
    match popup {
        Popup::Help { scroll } => help::draw(canvas, *scroll),
        Popup::Messages { said, scroll } => messages::draw(canvas, said, *scroll),
        Popup::Search(search) => search::draw(canvas, search),
        Popup::Palette(palette) => palette::draw(canvas, palette),
        Popup::Pick(picker) => picker::draw(canvas, picker),
        Popup::Confirm(confirm) => confirm::draw(canvas, confirm),
    }
}
