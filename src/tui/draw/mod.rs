//! Drawing: a view and a theme in, cells out.
//!
//! One small file per panel. The layout is worked out once and everything is drawn inside it.

mod account;
mod bandit;
mod bar;
mod explain;
mod footer;
mod header;
mod help;
mod layout;
mod log;
mod metrics;
mod model;
mod narration;
mod now_playing;
mod pen;
mod picker;
mod plot;
mod promotion;
mod queue;
mod search;
mod session;
mod weights;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use layout::Layout;

use super::popup::Popup;
use super::theme::Theme;
use super::view::View;

/// What drawing found out, for the keys to act on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Lines the open popup can be scrolled by.
    pub scroll_limit: usize,
}

/// A panel beside or under the queue.
pub struct Panel {
    pub name: &'static str,
    /// Rows it wants, frame included.
    rows: fn(&View) -> u16,
    draw: fn(&View, &Theme, Rect, &mut Buffer),
}

/// In the order they are stacked.
pub const PANELS: [Panel; 6] = [
    Panel { name: "Weights", rows: weights::rows, draw: weights::draw },
    Panel { name: "Promotion", rows: promotion::rows, draw: promotion::draw },
    Panel { name: "Bandit", rows: bandit::rows, draw: bandit::draw },
    Panel { name: "Session", rows: session::rows, draw: session::draw },
    Panel { name: "Model", rows: model::rows, draw: model::draw },
    Panel { name: "Metrics", rows: metrics::rows, draw: metrics::draw },
];

/// Draws one frame.
pub fn draw(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) -> Drawn {
    buf.set_style(area, theme.text);
    let layout = Layout::new(area, view);
    if layout.notice {
        notice(theme, area, buf);
        return Drawn::default();
    }
    header::draw(view, theme, layout.header, buf);
    now_playing::draw(view, theme, layout.now_playing, layout.framed, buf);
    narration::draw(view, theme, layout.narration, buf);
    queue::draw(view, theme, layout.queue, layout.framed, buf);
    for &(panel, place) in &layout.panels {
        (PANELS[panel].draw)(view, theme, place, buf);
    }
    log::draw(view, theme, layout.log, buf);
    footer::draw(view, theme, layout.footer, layout.hidden_panels, buf);
    let scroll_limit = match &view.popup {
        None => 0,
        Some(Popup::Help { scroll }) => help::draw(*scroll, theme, area, buf),
        Some(Popup::Explain { scroll }) => explain::draw(view, *scroll, theme, area, buf),
        Some(Popup::Search(search)) => search::draw(search, theme, area, buf),
        Some(Popup::Pick(picker)) => picker::draw(picker, theme, area, buf),
    };
    Drawn { scroll_limit }
}

/// What a screen too small for anything else says.
fn notice(theme: &Theme, area: Rect, buf: &mut Buffer) {
    let row = Rect { y: area.y + area.height / 2, height: area.height.min(1), ..area };
    let said = if area.width < 17 { "too small" } else { "Melody needs 20x6" };
    pen::line(buf, row, 0, said.into(), theme.text);
}
