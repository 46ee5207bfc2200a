//! The fusion weights term by term: who made each of them what it is. How they moved is the race's.

use ratatui::text::{Line, Span};

use crate::draw::canvas::Canvas;
use crate::draw::pen;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::ranking::{FusionWeights, Term, Weight};

/// The symbol and name of a weight, and where it stands.
type Kind = (&'static str, &'static str, fn(&FusionWeights) -> &Weight);

const KINDS: [Kind; 3] = [
    ("α", "interest", |w| &w.alpha),
    ("β", "subscription", |w| &w.beta),
    ("γ", "exposure", |w| &w.gamma),
];
/// Columns of a weight's symbol, name and value.
const LEAD: usize = 2 + 13 + 5;
/// Columns of the frame.
const FRAME: u16 = 4;

/// A row for each weight where all its terms find room beside it; otherwise the terms stand below it, on as many
/// rows as they take.
pub(crate) fn rows(view: &View, width: u16) -> u16 {
    let room = usize::from(width.saturating_sub(FRAME));
    let terms = |(_, _, of): &Kind| terms(of(&view.now().weights), view);
    if KINDS.iter().all(|kind| LEAD + terms(kind).1 <= room) {
        return 2 + 3;
    }
    let below = |(_, _, of): &Kind| {
        let terms = Line::from(said(of(&view.now().weights), view, &view.look.theme));
        1 + text::folded(terms, room).len() as u16
    };
    2 + KINDS.iter().map(below).sum::<u16>()
}

pub(crate) fn draw(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let inside = pen::frame(buf, area, &view.say("Weights"), theme);
    let short = rows(view, area.width) == 2 + 3;
    let styles = [theme.interest, theme.subscription, theme.exposure];
    let mut lines = Vec::new();
    for ((symbol, name, of), style) in KINDS.into_iter().zip(styles) {
        let weight = of(&view.now().weights);
        let name = if symbol == "γ" { view.gamma_name() } else { name };
        let mut line = Line::from(vec![
            Span::styled(format!("{symbol} "), style),
            Span::raw(text::left(&view.say(name), 13)),
            Span::styled(format!("{:.3}", weight.value), theme.strong),
        ]);
        let terms = said(weight, view, theme);
        if short {
            line.extend(terms);
            lines.push(line);
        } else {
            lines.push(line);
            lines.extend(text::folded(Line::from(terms), inside.width.into()));
        }
    }
    pen::lines(buf, inside, lines);
}

/// Decimals that the terms of all weights are told to: one under the other they read as numbers of one kind.
fn decimals(weights: &FusionWeights) -> usize {
    let terms = KINDS.iter().flat_map(|(_, _, of)| &of(weights).terms);
    pen::decimals_of(terms.map(|term| term.value))
}

/// The terms of a weight that are not zero, by value and name, and the columns they take.
fn terms(weight: &Weight, view: &View) -> (Vec<(String, String)>, usize) {
    let shown: Vec<_> = weight.terms.iter().filter(|term| term.value != Score::ZERO).collect();
    let values: Vec<Score> = shown.iter().map(|term| term.value).collect();
    let decimals = decimals(&view.now().weights);
    // Where several segments add to it, each is told by its own name.
    let overlap = weight.terms.iter().filter(|term| term.name == "segment").count() > 1;
    let name = |term: &Term| match term.name.as_str() {
        "personal" => view.say("arm").into_owned(),
        "guardrail" => view.say("guard").into_owned(),
        "segment" if overlap => view.segment(&term.from).into(),
        name => view.say(name).into_owned(),
    };
    let names = shown.iter().map(|term| name(term));
    let terms: Vec<(String, String)> =
        pen::even(&values, decimals).into_iter().zip(names).collect();
    let wide = |(value, name): &(String, String)| 2 + text::width(value) + text::width(name);
    let columns = 1 + terms.iter().map(wide).sum::<usize>();
    (terms, columns)
}

fn said(weight: &Weight, view: &View, theme: &Theme) -> Vec<Span<'static>> {
    let (terms, _) = terms(weight, view);
    if terms.is_empty() {
        return vec![Span::styled(format!("  {}", view.say("nothing")), theme.faint)];
    }
    let one = |(i, (value, name)): (usize, (String, String))| {
        let gap = if i > 0 { " " } else { "  " };
        [Span::raw(format!("{gap}{value}")), Span::styled(format!(" {name}"), theme.faint)]
    };
    terms.into_iter().enumerate().flat_map(one).collect()
}
