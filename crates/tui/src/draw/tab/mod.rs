//! The views, each in the place the frame leaves it.

mod bandit;
mod bygone;
mod cause;
mod compare;
mod crossing;
mod explain;
mod map;
mod metrics;
mod model;
mod session;
mod stage;
mod timeline;
mod weeks;
mod what_if;

use crate::command::Tab;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::draw::layout::take;
use crate::draw::{narration, now_playing};

/// From here on every view says what just changed.
const TALL: u16 = 24;

pub(crate) fn draw(mut canvas: Canvas) -> Drawn {
    let (view, area) = (canvas.view, canvas.area);
    if view.tab == Tab::Stage {
        return stage::draw(canvas.at(area));
    }
    let mut body = area;
    // What plays stays in sight in every view.
    now_playing::draw_line(canvas.at(take(&mut body, 1)));
    if area.height >= TALL {
        narration::draw(canvas.at(take(&mut body, 1)));
    }
    match view.tab {
        Tab::Stage => {}
        Tab::Explain => return explain::draw(canvas.at(body)),
        Tab::Bandit => return bandit::draw(canvas.at(body)),
        Tab::Session => return session::draw(canvas.at(body)),
        Tab::Model => return model::draw(canvas.at(body)),
        Tab::Metrics => return metrics::draw(canvas.at(body)),
        Tab::WhatIf => return what_if::draw(canvas.at(body)),
        Tab::Compare => return compare::draw(canvas.at(body)),
        Tab::Timeline => return timeline::draw(canvas.at(body)),
    }
    Drawn::default()
}
