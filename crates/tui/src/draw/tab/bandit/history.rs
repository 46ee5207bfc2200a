//! Which arm was in force at which step.

use ratatui::text::{Line, Span};

use super::arm::{letter, place, style};
use crate::draw::bar::spark_between;
use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;

/// Cells a step takes at most.
const STRETCHED: usize = 3;

pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let stretch = (columns / view.traces.len().max(1)).clamp(1, STRETCHED);
    let shown = (columns / stretch).min(view.traces.len());
    let steps = &view.traces[view.traces.len() - shown..];
    let highest = view.now().bandit.arms.iter().map(|arm| arm.ratio.value()).fold(0.01, f64::max);
    let (mut letters, mut heights) = (Vec::new(), Vec::new());
    for (i, trace) in steps.iter().enumerate() {
        let now = &trace.bandit;
        let at = place(view, &now.arm);
        let ratio = now.arms.iter().find(|arm| arm.name == now.arm);
        let ratio = ratio.map_or(0.0, |arm| arm.ratio.value());
        let bar = spark_between(&[ratio], 1, 0.0, highest).repeat(stretch);
        heights.push(Span::styled(bar, style(at, theme)));
        // The letter stands where a decision was made.
        let decided = i == 0 || now.decided.is_some();
        let symbol = if decided { letter(at) } else { '·' };
        let style = if decided { style(at, theme) } else { theme.faint };
        letters.push(Span::styled(symbol.to_string(), style));
        letters.push(Span::styled("·".repeat(stretch - 1), theme.faint));
    }
    let mut lines = vec![Line::from(heights), Line::from(letters)];
    let said = "height: the promotion ratio aimed for; a letter: a decision, and its arm";
    lines.extend(legend(&view.say(said), columns, theme));
    let (first, last) = (steps.first().map_or(0, |t| t.step), view.now().step);
    let aside = Span::styled(view.fill("steps {} to {}", &[&first, &last]), theme.faint);
    Section::lines(view.say("Arms over time"), lines).aside(aside)
}
