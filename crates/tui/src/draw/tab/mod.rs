//! The views, each in the place the frame leaves it.

mod bandit;
mod compare;
mod explain;
mod metrics;
mod model;
mod session;
mod stage;
mod timeline;
mod what_if;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::command::Tab;
use crate::draw::drawn::Drawn;
use crate::draw::layout::take;
use crate::draw::{narration, now_playing};
use crate::theme::Theme;
use crate::view::View;

/// From here on every view says what just changed.
const TALL: u16 = 24;

pub(crate) fn draw(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) -> Drawn {
    if view.tab == Tab::Stage {
        return stage::draw(view, theme, area, buf);
    }
    let mut body = area;
    // What plays stays in sight in every view.
    now_playing::draw_line(view, theme, take(&mut body, 1), buf);
    if area.height >= TALL {
        narration::draw(view, theme, take(&mut body, 1), buf);
    }
    match view.tab {
        Tab::Stage => {}
        Tab::Explain => return explain::draw(view, theme, body, buf),
        Tab::Bandit => return bandit::draw(view, theme, body, buf),
        Tab::Session => return session::draw(view, theme, body, buf),
        Tab::Model => return model::draw(view, theme, body, buf),
        Tab::Metrics => return metrics::draw(view, theme, body, buf),
        Tab::WhatIf => return what_if::draw(view, theme, body, buf),
        Tab::Compare => return compare::draw(view, theme, body, buf),
        Tab::Timeline => return timeline::draw(view, theme, body, buf),
    }
    Drawn::default()
}
