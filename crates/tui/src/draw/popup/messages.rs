//! Everything that was said, the newest last.

use ratatui::text::{Line, Span};

use super::reading;
use crate::desk::Message;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::theme::Theme;
use crate::words::text;

/// Columns of the clock.
const CLOCK: usize = 9;

pub(super) fn draw(canvas: Canvas, said: &[Message], scroll: usize) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let columns = reading::columns(area).saturating_sub(CLOCK).min(90);
    let mut lines: Vec<Line> = said.iter().flat_map(|one| shown(one, columns, theme)).collect();
    if lines.is_empty() {
        lines.push(Line::styled(view.say("Nothing was said yet."), theme.faint));
    }
    reading::draw(canvas, &view.say("Messages"), lines, scroll)
}

fn shown(message: &Message, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let clock = text::clock(message.at_ms);
    let rows = text::wrap(&message.text, columns, usize::MAX).into_iter().enumerate();
    rows.map(|(row, said)| {
        let lead = if row == 0 { clock.as_str() } else { "" };
        Line::from(vec![
            Span::styled(format!("{}  ", text::right(lead, CLOCK - 2)), theme.faint),
            Span::styled(said, theme.text),
        ])
    })
    .collect()
}
