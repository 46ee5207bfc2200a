//! Every step so far: a scrubber over the whole session, the steps around the one looked at, and what
//! that one changed.

mod change;
mod scrubber;
mod steps;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::draw::drawn::Drawn;
use crate::draw::layout::take;
use crate::theme::Theme;
use crate::view::View;

/// Rows the list keeps whatever else wants room.
const LIST_AT_LEAST: u16 = 3;
/// Rows that say what the step looked at changed.
const CHANGE: u16 = 4;

pub(super) fn draw(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) -> Drawn {
    let Some(strip) = &view.strip else { return Drawn::default() };
    let mut drawn = Drawn::default();
    let mut rest = area;
    let rows = scrubber::rows(area.height.saturating_sub(LIST_AT_LEAST));
    drawn.add(scrubber::draw(view, strip, theme, take(&mut rest, rows), buf));
    let told = if rest.height >= CHANGE + 2 * LIST_AT_LEAST { CHANGE } else { 0 };
    let list = take(&mut rest, area.height - rows - told);
    drawn.add(steps::draw(view, strip, theme, list, buf));
    change::draw(view, theme, rest, buf);
    drawn
}
