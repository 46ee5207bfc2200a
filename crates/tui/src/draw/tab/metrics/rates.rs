//! Every rate over the guardrail's window and over the session.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::draw::bar;
use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::feedback::Rates;
use melody_recommender::percent::nearest as percent;

/// A rate in whole percent; a dash for a rate of nothing.
pub(super) fn whole(rate: Option<Score>) -> String {
    let round = |rate: Score| Score::new((rate.value() * 100.0).round() / 100.0);
    rate.map_or("–".into(), |rate| percent(round(rate)))
}

/// What a rate is of.
pub(super) type Of = fn(&Rates) -> Option<Score>;

/// Columns of a name at most, and of a figure.
const NAME: usize = 22;
const NUMBER: usize = 10;

/// Every rate over the guardrail's window and over the session.
pub(super) fn rates<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let now = &view.now().metrics;
    let lead = columns.saturating_sub(2 * NUMBER).min(NAME);
    let cells = columns.saturating_sub(lead + 2 * NUMBER + 2);
    let window = view.fill("last {}", &[&now.window.plays]);
    let mut head = text::left("", lead) + &text::right(&window, NUMBER);
    head += &text::right(&view.say("session"), NUMBER);
    if cells >= 12 {
        head += &format!("  {}", view.say("over time"));
    }
    let mut lines = vec![Line::styled(head, theme.faint)];
    let rows: [(&str, Of, Style); 5] = [
        ("completion", |r| r.completion, theme.good),
        ("skips", |r| r.skip, theme.loss),
        ("play ratio", |r| r.play_ratio, theme.accent),
        ("promoted share", |r| r.promoted_share, theme.exposure),
        ("promoted engaged", |r| r.promoted_engagement, theme.exposure),
    ];
    for (name, of, style) in rows {
        let history = over_plays(view, of);
        let mut spans = vec![
            Span::raw(text::left(&view.say(name), lead)),
            Span::styled(text::right(&whole(of(&now.window)), NUMBER), theme.strong),
            Span::raw(text::right(&whole(of(&now.session)), NUMBER)),
        ];
        if cells >= 12 {
            let spark = bar::spark_between(&history, cells, 0.0, 1.0);
            spans.push(Span::styled(format!("  {spark}"), style));
        }
        lines.push(Line::from(spans));
    }
    let time = |rates: &Rates| text::right(&text::clock(rates.listening_s * 1000), NUMBER);
    lines.push(Line::from(vec![
        Span::raw(text::left(&view.say("listened"), lead)),
        Span::styled(time(&now.window), theme.strong),
        Span::raw(time(&now.session)),
    ]));
    lines.push(Line::from(vec![
        Span::raw(text::left(&view.say("conversions"), lead + NUMBER)),
        Span::raw(text::right(&now.conversions.to_string(), NUMBER)),
    ]));
    let said = "engaged: promoted songs completed, liked or opened, of those played; promoted share: of the plays that have ended, those that the listener chose as well; conversions: subscriptions in this session";
    lines.extend(legend(&view.say(said), columns, theme));
    let plays = view.counted(now.session.plays as usize, "1 play", "{} plays");
    Section::lines(view.say("How the listener fares"), lines)
        .aside(Span::styled(plays, theme.faint))
}

/// A rate of the window after each play.
pub(super) fn over_plays(view: &View, of: Of) -> Vec<f64> {
    let ended = view.traces.iter().filter(|trace| trace.ended.is_some());
    ended.filter_map(|trace| of(&trace.metrics.window).map(Score::value)).collect()
}
