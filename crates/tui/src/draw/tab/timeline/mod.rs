//! Every step so far: a scrubber over the whole session, the steps around the one looked at, and what
//! that one changed.

mod change;
mod scrubber;
mod steps;

use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::draw::layout::take;

/// Rows the list keeps whatever else wants room.
const LIST_AT_LEAST: u16 = 3;
/// Rows that say what the step looked at changed, without what happened.
const CHANGE: u16 = 4;

pub(super) fn draw(mut canvas: Canvas) -> Drawn {
    let (view, area) = (canvas.view, canvas.area);
    let Some(strip) = &view.strip else { return Drawn::default() };
    let mut drawn = Drawn::default();
    let mut rest = area;
    let rows = scrubber::rows(area.height.saturating_sub(LIST_AT_LEAST));
    drawn.add(scrubber::draw(canvas.at(take(&mut rest, rows)), strip));
    let fits = |rows: &u16| rest.height >= *rows + 2 * LIST_AT_LEAST;
    let told = [change::rows(view, area.width), CHANGE].into_iter().find(fits).unwrap_or(0);
    let list = take(&mut rest, area.height - rows - told);
    drawn.add(steps::draw(canvas.at(list), strip));
    change::draw(canvas.at(rest));
    drawn
}
