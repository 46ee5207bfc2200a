//! The caption of a tour's scene, under the view it is about.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::pen;
use crate::view::Caption;
use crate::words::text;

/// Columns a caption is easily read in.
const COLUMNS: usize = 100;
/// Rows of text at most.
const ROWS: usize = 4;
/// Below this height a caption gets by with less.
const TALL: u16 = 20;

/// Columns before the text.
fn indent(width: u16) -> usize {
    if width >= 60 { 4 } else { 1 }
}

fn wrapped(caption: &Caption, width: u16, rows: usize) -> Vec<String> {
    let room = usize::from(width).saturating_sub(2 * indent(width)).clamp(1, COLUMNS);
    text::wrap(&caption.text, room, rows)
}

/// Rows it takes on a screen of this size.
pub(crate) fn rows(caption: &Caption, area: Rect) -> u16 {
    if area.height < TALL {
        return 1 + wrapped(caption, area.width, ROWS - 1).len() as u16;
    }
    // A line of air under the text, so that it stands by itself.
    2 + wrapped(caption, area.width, ROWS).len() as u16
}

pub(crate) fn draw(canvas: Canvas, caption: &Caption) {
    let Canvas { view, theme, area, buf } = canvas;
    let mut rule = Line::from(vec![
        Span::styled("━━ ", theme.accent),
        Span::styled(view.fill("Scene {} of {}", &[&caption.scene, &caption.scenes]), theme.title),
        Span::raw(" "),
    ]);
    let to_come = caption.scenes - caption.scene.min(caption.scenes);
    // Dots only where they leave room for more than themselves.
    if usize::from(area.width) >= rule.width() + caption.scenes + 12 {
        rule.push_span(Span::styled("●".repeat(caption.scene), theme.accent));
        rule.push_span(Span::styled("○".repeat(to_come), theme.faint));
        rule.push_span(Span::raw(" "));
    }
    if caption.busy {
        let said = format!("{} ", view.say("playing the scene"));
        rule.push_span(Span::styled(said, theme.faint));
    }
    let rest = usize::from(area.width).saturating_sub(rule.width());
    rule.push_span(Span::styled("━".repeat(rest), theme.accent));
    pen::line(buf, area, 0, rule, Style::new());
    let text = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let lines = wrapped(caption, area.width, text.height.into());
    let space = " ".repeat(indent(area.width));
    pen::lines(
        buf,
        text,
        lines.into_iter().map(|line| Line::styled(format!("{space}{line}"), theme.strong)),
    );
}
