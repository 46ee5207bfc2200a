//! How the model was trained: figures by head, and the weights of the losses along the way.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::draw::page::{Section, legend};
use crate::draw::plot::Series;
use crate::draw::{bar, pen, plot};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_lab::evaluation::HeadReport;
use melody_lab::statistics::Figures;
use melody_lab::training::Progress;
use melody_model::objective::Scheme;
use melody_recommender::engine::{Note, Trace};

/// Columns of a head's name and of a figure.
const NAME: usize = 22;
const NUMBER: usize = 9;

pub(super) fn figures<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let title = view.say("On listeners never seen in training");
    let Some(report) = &view.training else {
        let taken = |trace: &Arc<Trace>| {
            trace.notes.iter().any(|note| matches!(note, Note::Version { .. }))
        };
        let said = match view.traces.iter().any(taken) {
            true => view.say("of a version from outside no training report is read").into_owned(),
            false => view.say("the model's folder holds no training report").into_owned(),
        };
        return Section::lines(title, vec![Line::styled(said, theme.faint)]);
    };
    let wide = columns >= NAME + 5 * NUMBER;
    let right = |name: &str| text::right(&view.say(name), NUMBER);
    let mut head = text::left(&view.say("head"), NAME) + &right("AUC");
    if wide {
        head += &(right("logistic") + &right("popular"));
    }
    head += &right("best");
    head += &right("ECE");
    let mut lines = vec![Line::styled(head, theme.faint)];
    lines.extend(report.heads.iter().map(|head| row(view, head, wide, columns, theme)));
    let (error, best) = report.play_ratio_error.unzip();
    let [error, best] = [error, best.flatten()].map(|value| value.map_or("-".into(), three));
    let ratio = view.fill("play ratio: mean error {}, best {}", &[&error, &best]);
    lines.push(Line::styled(ratio, theme.text));
    let said = "AUC: how often what happens is ranked above what does not, a half being chance; ECE: mean gap between predicted and seen; best: the simulator's own probabilities";
    let mut said = view.say(said).into_owned();
    if wide {
        said = view.fill("{}; {}", &[&said, &view.say("logistic, popular: simpler predictions")]);
    }
    lines.extend(legend(&said, columns, theme));
    let aside =
        view.fill("{} plays of {} listeners", &[&report.test_plays, &report.test_listeners]);
    Section::lines(title, lines).aside(Span::styled(aside, theme.faint))
}

fn three(value: f64) -> String {
    format!("{value:.3}")
}

fn row<'a>(view: &View, head: &HeadReport, wide: bool, columns: usize, theme: &Theme) -> Line<'a> {
    let style = match head.label.split(':').next().unwrap_or_default() {
        "interest" => theme.interest,
        "subscription" => theme.subscription,
        _ => theme.exposure,
    };
    let number = |value: f64| text::right(&three(value), NUMBER);
    // Not every log has all to be put beside: people's listening has no best possible.
    let auc = |other: &Option<Figures>| match other {
        Some(figures) => number(figures.auc),
        None => text::right("-", NUMBER),
    };
    let mut spans = vec![
        Span::styled(text::left(&view.say(&head.label), NAME), style),
        Span::styled(number(head.model.auc), theme.strong),
    ];
    if wide {
        spans.push(Span::styled(auc(&head.logistic), theme.faint));
        spans.push(Span::styled(auc(&head.popularity), theme.faint));
    }
    spans.push(Span::styled(auc(&head.best), theme.faint));
    spans.push(Span::raw(number(head.model.calibration_error)));
    let cells = columns.saturating_sub(NAME + NUMBER * if wide { 5 } else { 3 } + 2).min(16);
    if let Some(best) = head.best.filter(|_| cells >= 6) {
        // Chance is at the left end, the best possible at the right.
        let reached = (head.model.auc - 0.5) / (best.auc - 0.5).max(1e-6);
        spans.push(Span::raw("  "));
        spans.extend(bar::single(reached, cells, style, theme.colour));
    }
    Line::from(spans)
}

/// The weights of the losses: now, and over the training where a report tells.
pub(super) fn weights<'a>(view: &'a View, theme: &'a Theme, columns: usize) -> Section<'a> {
    let objective = &view.objective;
    let log: &[Progress] = view.training.as_ref().map_or(&[], |report| &report.log);
    // Where the lines end; without a log, what they are to reach.
    let reached = log.last().map_or(objective.weights, |last| last.weights);
    let group = |symbol: &'static str, name: &str, value: f64, style: Style| {
        vec![
            Span::styled(symbol, style),
            Span::styled(format!(" {name} "), theme.faint),
            Span::styled(format!("{value:.2}"), theme.strong),
        ]
    };
    let heads = |named: bool| {
        let name = |w: &str, of: &str| match named {
            true => format!("{w} {}", view.say(of)),
            false => w.to_string(),
        };
        let groups = vec![
            group("━", &name("w1", "interest"), reached.interest, theme.interest),
            group("╌", &name("w2", "subscription"), reached.subscription, theme.subscription),
            group("┄", &name("w3", "exposure"), reached.exposure, theme.exposure),
        ];
        pen::joined(groups, columns)
    };
    // Rather all three without names than fewer with them.
    let (named, short) = (heads(true), heads(false));
    let head = if named.spans.len() < short.spans.len() { short } else { named };
    let mut below = vec![Line::styled(clamp(view, log), theme.good)];
    if let Some(clamped) = log.iter().find(|step| step.clamped) {
        let said = view.fill("first at step {}", &[&clamped.step]);
        below.push(Line::styled(said, theme.warning));
    }
    let scheme = objective.scheme.name();
    let what = match objective.scheme {
        Scheme::Staged => "interest alone first, then the commercial weights rise to these",
        Scheme::Fixed => "the same weights at every step",
        Scheme::Uncertainty => "each task's weight is one over the variance it is learned to have",
        Scheme::Rmtl => {
            "critics of the rest of a play's session: the worse a task will fare, the more the play weighs in it; means"
        }
    };
    below.extend(legend(&view.say(what), columns, theme));
    let (chart_rows, more) = if log.is_empty() { (0, 0) } else { (4, 8) };
    let highest = chart_rows + more;
    let rows = 1 + chart_rows + below.len() as u16;
    let title = format!("{} · {}", view.say("Loss weights in training"), view.say(scheme));
    let draw = move |area: Rect, buf: &mut Buffer| {
        pen::line(buf, area, 0, head, Style::new());
        let tail = below.len() as u16;
        let height = area.height.saturating_sub(1 + tail).min(highest);
        if height > 0 {
            chart_of(log, Rect { y: area.y + 1, height, ..area }, theme, buf);
        }
        for (line, row) in below.into_iter().zip(1 + height..) {
            pen::line(buf, area, row, line, Style::new());
        }
    };
    let section = Section::new(title, rows, draw).grows(more);
    match log.last() {
        Some(last) => {
            let said = view.fill("{} steps", &[&last.steps]);
            section.aside(Span::styled(said, theme.faint))
        }
        None => section,
    }
}

fn chart_of(log: &[Progress], area: Rect, theme: &Theme, buf: &mut Buffer) {
    // The whole training on the chart, however long its log is.
    let steps = usize::from(area.width.saturating_sub(plot::LABELS)) * 2;
    let sampled = steps.max(2);
    let at = |i: usize| &log[i * (log.len() - 1) / (sampled - 1)];
    let of =
        |value: fn(&Progress) -> f64| -> Vec<f64> { (0..sampled).map(|i| value(at(i))).collect() };
    let series = [
        Series { values: of(|p| p.weights.exposure), style: theme.exposure, every: 4 },
        Series { values: of(|p| p.weights.subscription), style: theme.subscription, every: 2 },
        Series { values: of(|p| p.weights.interest), style: theme.interest, every: 1 },
    ];
    let all = series.iter().flat_map(|line| line.values.iter().copied());
    let top = all.fold(0.1, f64::max) * 1.05;
    plot::labelled(&series, (top, &format!("{top:.1}"), "0"), area, theme, buf);
}

/// The rule that the user comes first, and whether it had to act.
fn clamp(view: &View, log: &[Progress]) -> String {
    let acted = log.iter().filter(|step| step.clamped).count();
    match (log.len(), acted) {
        (0, _) => view.say("the user comes first: w1 ≥ w2 + w3 at every step").into_owned(),
        (_, 0) => {
            view.say("the user comes first: w1 ≥ w2 + w3; no weight had to be lowered").into()
        }
        (all, n) => view.fill(
            "the user comes first: w1 ≥ w2 + w3; w2 and w3 were lowered in {} of {} steps logged",
            &[&n, &all],
        ),
    }
}
