//! How right the predictions were for the plays of this session.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_lab::evaluation::{Foretold, predictions};
use melody_lab::statistics::Labelled;
use melody_model::HeadOutputs;
use melody_recommender::engine::EndedPlay;
use melody_recommender::percent::nearest as percent;

/// Something that is predicted of a play and then seen.
type Outcome = (&'static str, fn(&HeadOutputs) -> Score, fn(&EndedPlay) -> bool);

const OUTCOMES: [Outcome; 3] = [
    ("completion", |heads| heads.completion, |play| play.completed),
    ("skip", |heads| heads.skip, |play| play.skipped),
    ("like or save", |heads| heads.like, |play| play.liked || play.saved),
];

/// Columns of name, predicted, observed and verdict.
const NAME: usize = 14;
const NUMBER: usize = 9;
const VERDICT: usize = 16;

pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let title = view.say("Predicted and seen in this session");
    let plays = predictions(&view.traces);
    // Metrics count every play that has ended; nothing was foretold of these.
    let ended = view.traces.iter().filter(|trace| trace.ended.is_some()).count();
    let left_out = ended.saturating_sub(plays.len());
    let counted = match left_out {
        0 => view.counted(plays.len(), "1 play", "{} plays"),
        _ => view.fill("{} of {} plays", &[&plays.len(), &ended]),
    };
    let mut lines = Vec::new();
    let right = |name: &str| text::right(&view.say(name), NUMBER);
    let head = text::left("", NAME) + &right("predicted") + &right("seen");
    lines.push(Line::styled(head, theme.faint));
    for (name, predicted, seen) in OUTCOMES {
        let outcomes: Vec<Labelled> = plays
            .iter()
            .map(|(heads, play)| Labelled::new(predicted(heads).value(), seen(play)))
            .collect();
        lines.push(row(view, name, Foretold::new(&outcomes), columns, theme));
    }
    let said = match cells(columns) {
        Some(_) => {
            "predicted as the song began; the line is where right predictions end up nineteen times in twenty (╫ predicted, ● seen)"
        }
        None => {
            "predicted as the song began; within chance: as right predictions are nineteen times in twenty"
        }
    };
    lines.extend(legend(&view.say(said), columns, theme));
    if left_out > 0 {
        let said = "left out, as nothing was foretold of them: songs that were in no queue, and what was played again";
        lines.extend(legend(&view.say(said), columns, theme));
    }
    Section::lines(title, lines).aside(Span::styled(counted, theme.faint))
}

/// Cells of the line from never to always, where there is room for it.
fn cells(columns: usize) -> Option<usize> {
    let cells = columns.saturating_sub(NAME + 2 * NUMBER + VERDICT + 2);
    (cells >= 12).then_some(cells.min(50))
}

fn row<'a>(
    view: &View,
    name: &str,
    foretold: Option<Foretold>,
    columns: usize,
    theme: &Theme,
) -> Line<'a> {
    let mut spans = vec![Span::styled(text::left(&view.say(name), NAME), theme.faint)];
    let Some(foretold) = foretold else {
        spans.push(Span::styled(text::right("–", NUMBER), theme.faint));
        spans.push(Span::styled(text::right("–", NUMBER), theme.faint));
        return Line::from(spans);
    };
    let whole = |share: Score| percent(Score::new((share.value() * 100.0).round() / 100.0));
    let fits = foretold.within_chance();
    let style = if fits { theme.good } else { theme.warning };
    spans.push(Span::raw(text::right(&whole(foretold.predicted), NUMBER)));
    spans.push(Span::styled(text::right(&whole(foretold.observed), NUMBER), theme.strong));
    if let Some(cells) = cells(columns) {
        spans.push(Span::raw("  "));
        spans.extend(scale(&foretold, cells, style, theme));
    }
    let verdict = if fits { "within chance" } else { "beyond chance" };
    let verdict = match columns >= NAME + 2 * NUMBER + VERDICT {
        true => view.say(verdict),
        false => if fits { "✓" } else { "✗" }.into(),
    };
    spans.push(Span::styled(format!("  {verdict}"), style));
    Line::from(spans)
}

/// From never to always: what was predicted, how far chance reaches, what was seen.
fn scale<'a>(foretold: &Foretold, cells: usize, style: Style, theme: &Theme) -> Vec<Span<'a>> {
    let cell = |share: f64| ((share * cells as f64).max(0.0) as usize).min(cells - 1);
    let (mean, reach) = (foretold.predicted.value(), 1.96 * foretold.spread.value());
    let (from, to) = (cell(mean - reach), cell(mean + reach));
    let (predicted, seen) = (cell(mean), cell(foretold.observed.value()));
    let symbol = |x: usize| match x {
        x if x == seen => Span::styled("●", style),
        x if x == predicted => Span::raw("╫"),
        x if (from..=to).contains(&x) => Span::raw("─"),
        _ => Span::styled("·", theme.faint),
    };
    (0..cells).map(symbol).collect()
}
