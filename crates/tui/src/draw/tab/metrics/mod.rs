//! Metrics: how the listener fares over the last plays and the session, what the guardrail makes of it, and how
//! varied it is.

mod charts;
mod guardrail;
mod rates;
mod variety;

use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::draw::page::Page;

/// From here on there are two columns.
const WIDE: u16 = 110;

pub(super) fn draw(canvas: Canvas) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let wide = area.width >= WIDE;
    let page = Page::new(area, if wide { &[1, 1] } else { &[1] });
    let (left, right) = (page.width(0), page.width(usize::from(wide)));
    let rates = rates::rates(view, theme, left);
    // What a tour's caption leaves no room for is told on the page without one.
    let brief = view.caption.is_some() && !page.roomy();
    let guardrail = guardrail::section(view, theme, left, brief);
    let interventions = guardrail::interventions(view, theme, left);
    let completion = charts::completion(view, theme, right);
    let skips = charts::skips(view, theme, right);
    let promotion = charts::promotion(view, theme, right);
    let variety = variety::section(view, theme, left);
    let mut columns = match wide {
        true => vec![vec![rates, guardrail, interventions], vec![completion, skips, promotion]],
        false => vec![vec![rates, completion, guardrail, promotion, skips, interventions]],
    };
    columns[0].extend(variety);
    page.draw(columns, canvas)
}
