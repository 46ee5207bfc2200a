//! The top line: who listens, where, to which model, and how time passes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::pen;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::view::View;

/// Characters of a hash that tell versions apart.
const HASH: usize = 8;

pub fn draw(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let now = view.now();
    let right = Line::from(clock(view, theme));
    let wide = right.width() as u16;
    let listener = &now.listener;
    let who = format!(" {} ", view.listener);
    let what = format!("{}, {}", listener.profile, listener.tier.name());
    let versions = &now.versions;
    let hash: String = versions.model_hash.chars().take(HASH).collect();
    let model = format!("{} v{} ", versions.model, versions.model_number);
    let groups = vec![
        vec![Span::styled(" melody", theme.title)],
        vec![Span::styled(who.trim_start().trim_end().to_string(), theme.strong)],
        vec![Span::styled("scene ", theme.faint), Span::raw(listener.scene.name())],
        vec![Span::styled("segment ", theme.faint), Span::raw(listener.segment.name.clone())],
        vec![Span::styled(what, theme.faint)],
        vec![
            Span::styled("model ", theme.faint),
            Span::raw(model),
            Span::styled(hash, theme.faint),
        ],
        vec![Span::styled(format!("({})", listener.segment.because), theme.faint)],
    ];
    let room = usize::from(area.width.saturating_sub(wide + 1));
    let mut left = pen::joined(groups, room);
    // What would not fit is left out as a whole; the program's name goes before the listener's.
    if left.width() > room {
        left = Line::default();
    }
    pen::line(buf, area, 0, left, Style::new());
    let place =
        Rect { x: area.x + area.width.saturating_sub(wide), width: wide.min(area.width), ..area };
    pen::line(buf, place, 0, right, Style::new());
}

/// Autopilot, the simulated time, its speed, and whether it stands still.
fn clock<'a>(view: &View, theme: &Theme) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    if view.autopilot {
        spans.extend([Span::styled("AUTOPILOT", theme.accent), Span::raw("  ")]);
    }
    spans.push(Span::raw(text::clock(view.head.now_ms)));
    spans.push(Span::styled(format!("  {}x ", view.speed.factor()), theme.strong));
    if !view.playing {
        spans.extend([Span::raw(" "), Span::styled(" PAUSED ", theme.state)]);
    }
    spans
}
