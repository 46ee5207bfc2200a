//! Metrics of the last plays and of the session, and what the guardrail makes of them.

use ratatui::text::{Line, Span};

use crate::draw::bar::spark_between;
use crate::draw::canvas::Canvas;
use crate::draw::pen;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::feedback::Rates;
use melody_recommender::percent::nearest as percent;

/// Name, window and session columns.
const LEAD: usize = 18 + 9 + 9 + 2;

pub(crate) fn rows(_: &View, _: u16) -> u16 {
    8
}

pub(crate) fn draw(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let inside = pen::frame(buf, area, &view.say("Metrics"), theme);
    let columns = usize::from(inside.width).saturating_sub(LEAD);
    let now = &view.now().metrics;
    let window = view.fill("last {}", &[&now.window.plays]);
    let head = format!(
        "{}{}{}  {}",
        text::left("", 18),
        text::right(&window, 9),
        text::right(&view.say("session"), 9),
        view.say(if columns >= 8 { "last plays over time" } else { "" })
    );
    let rate = |name: &str, of: fn(&Rates) -> Option<Score>| {
        let said = |rates: &Rates| of(rates).map_or("–".into(), |rate| percent(tenth(rate)));
        let history: Vec<f64> = view
            .traces
            .iter()
            .filter(|trace| trace.ended.is_some())
            .filter_map(|trace| of(&trace.metrics.window).map(Score::value))
            .collect();
        Line::from(vec![
            Span::styled(text::left(&view.say(name), 18), theme.faint),
            Span::styled(text::right(&said(&now.window), 9), theme.strong),
            Span::raw(text::right(&said(&now.session), 9)),
            Span::raw("  "),
            Span::styled(spark_between(&history, columns, 0.0, 1.0), theme.accent),
        ])
    };
    let lines = [
        Line::styled(head, theme.faint),
        rate("completion", |r| r.completion),
        rate("skips", |r| r.skip),
        rate("promoted engaged", |r| r.promoted_engagement),
        listened(view, theme),
        guardrail(view, theme),
    ];
    pen::lines(buf, inside, lines);
}

/// A rate in whole percent.
fn tenth(rate: Score) -> Score {
    Score::new((rate.value() * 100.0).round() / 100.0)
}

fn listened<'a>(view: &View, theme: &Theme) -> Line<'a> {
    let now = &view.now().metrics;
    let time = |rates: &Rates| text::right(&text::clock(rates.listening_s * 1000), 9);
    Line::from(vec![
        Span::styled(text::left(&view.say("listened"), 18), theme.faint),
        Span::styled(time(&now.window), theme.strong),
        Span::raw(time(&now.session)),
        Span::styled(format!("  {} ", view.say("conversions")), theme.faint),
        Span::raw(now.conversions.to_string()),
    ])
}

fn guardrail<'a>(view: &View, theme: &Theme) -> Line<'a> {
    let now = &view.now().guardrail;
    let mut spans = vec![Span::styled(format!("{} ", view.say("guardrail")), theme.faint)];
    let level = view.fill("level {} of {}", &[&now.level, &now.levels]);
    if now.level == 0 {
        spans.push(Span::styled(view.say("at rest").into_owned(), theme.good));
    } else {
        spans.push(Span::styled(level, theme.warning));
        let alpha = format!("{:+.2}", now.alpha);
        let does = view.fill("cap -{} α {}", &[&now.cap_lowered_by, &alpha]);
        spans.push(Span::raw(format!(" {does}")));
    }
    if now.selling_level > 0 {
        let beta = format!("{:+.2}", now.beta);
        spans.push(Span::styled(
            format!("  {}", view.fill("selling β {}", &[&beta])),
            theme.warning,
        ));
    }
    let watch = &now.listening;
    let (says, at) = (if now.level == 0 { watch.evidence } else { watch.back }, watch.acts_at);
    let said =
        if now.level == 0 { "evidence {}, acts at {}" } else { "evidence {}, lets go at {}" };
    let said = view.fill(said, &[&format!("{says:.0}"), &format!("{at:.0}")]);
    spans.push(Span::styled(format!("  {said}"), theme.faint));
    Line::from(spans)
}
