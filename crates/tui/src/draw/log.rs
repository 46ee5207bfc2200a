//! The event log, the newest first.

use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::pen;
use crate::view::narration;
use crate::words::text;

pub(crate) fn draw(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
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
