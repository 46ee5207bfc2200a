//! The event log, the newest first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::pen;
use crate::theme::Theme;
use crate::view::{View, narration};
use crate::words::text;

pub(crate) fn draw(view: &View, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let inside = pen::frame(buf, area, &view.say("Events"), theme);
    let newest = (0..view.traces.len()).rev().take(inside.height.into());
    let lines = newest.map(|i| {
        let trace = &view.traces[i];
        Line::from(vec![
            Span::styled(text::right(&text::clock(trace.at_ms), 7), theme.faint),
            Span::raw("  "),
            Span::styled(narration::headline(&view.traces[..=i], view.look.lang), theme.text),
        ])
    });
    pen::lines(buf, inside, lines);
}
