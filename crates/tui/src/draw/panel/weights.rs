//! The fusion weights: their values, the terms they are made of, and how they moved.

use ratatui::text::{Line, Span};

use crate::draw::bar::spark;
use crate::draw::canvas::Canvas;
use crate::draw::pen;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::engine::Trace;
use melody_recommender::ranking::{FusionWeights, Weight};

/// The smallest range a history is drawn over, in points of weight.
const SPAN: f64 = 0.08;
/// Columns before the history.
const LEAD: usize = 22;

/// The symbol and name of a weight, and where it stands.
type Kind = (&'static str, &'static str, fn(&FusionWeights) -> &Weight);

const KINDS: [Kind; 3] = [
    ("α", "interest", |w| &w.alpha),
    ("β", "subscription", |w| &w.beta),
    ("γ", "exposure", |w| &w.gamma),
];

pub(crate) fn rows(_: &View) -> u16 {
    8
}

pub(crate) fn draw(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let inside = pen::frame(buf, area, &view.say("Weights"), theme);
    let styles = [theme.interest, theme.subscription, theme.exposure];
    let columns = usize::from(inside.width).saturating_sub(LEAD);
    let mut lines = Vec::new();
    for ((symbol, name, of), style) in KINDS.into_iter().zip(styles) {
        let history: Vec<f64> = view
            .traces
            .iter()
            .map(|trace: &std::sync::Arc<Trace>| of(&trace.weights).value.value())
            .collect();
        let weight = of(&view.now().weights);
        let name = if symbol == "γ" { view.gamma_name() } else { name };
        lines.push(Line::from(vec![
            Span::styled(format!("{symbol} "), style),
            Span::raw(text::left(&view.say(name), 13)),
            Span::styled(format!("{:.3}  ", weight.value), theme.strong),
            Span::styled(spark(&history, columns, SPAN), style),
        ]));
        lines.push(terms(weight, view, theme));
    }
    pen::lines(buf, inside, lines);
}

/// The terms of a weight that are not zero.
fn terms<'a>(weight: &Weight, view: &View, theme: &Theme) -> Line<'a> {
    let mut spans = vec![Span::raw("  ")];
    let shown: Vec<_> = weight.terms.iter().filter(|term| term.value != Score::ZERO).collect();
    let values: Vec<Score> = shown.iter().map(|term| term.value).collect();
    for (i, (term, value)) in shown.into_iter().zip(pen::even(&values)).enumerate() {
        let name = match term.name.as_str() {
            "personal" => "arm",
            "guardrail" => "guard",
            name => name,
        };
        let gap = if i > 0 { " " } else { "" };
        spans.push(Span::raw(format!("{gap}{value}")));
        spans.push(Span::styled(format!(" {}", view.say(name)), theme.faint));
    }
    if spans.len() == 1 {
        spans.push(Span::styled(view.say("nothing").into_owned(), theme.faint));
    }
    Line::from(spans)
}
