//! This session and the same one under something else, side by side.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::weeks;
use crate::command::Command;
use crate::desk::Compared;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::layout::take;
use crate::draw::pen;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::engine::{QueueEntry, Trace};
use melody_recommender::feedback::Rates;
use melody_recommender::percent::nearest as percent;

/// Rows of what stands above the queues of a side.
const HEAD: u16 = 4;
/// Of so many rows one may say what is compared, over all.
const ABOUT: u16 = 8;
/// Rows of the metrics, their head included.
const METRICS: u16 = 7;

pub(super) fn draw(mut canvas: Canvas) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let mut body = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if let Some(weekly) = &view.weekly {
        return weeks::draw(canvas.at(body), weekly);
    }
    let Some(compared) = &view.compared else { return invitation(canvas.at(body)) };
    let about = about(view, compared, theme, body);
    let head = take(&mut body, about.len() as u16);
    pen::lines(canvas.buf, head, about);
    let metrics = if body.height >= 22 { METRICS } else { METRICS.min(body.height / 3) };
    let mut upper = Rect { height: body.height - metrics, ..body };
    let lower = Rect { y: upper.bottom(), height: metrics, ..body };
    let other = compared.traces.last().map_or(view.now(), |trace| &**trace);
    let half = upper.width / 2;
    let left = Rect { width: half.saturating_sub(1), ..upper };
    let right = Rect { x: upper.x + half, width: upper.width - half, ..upper };
    take(&mut upper, HEAD);
    let [here, there] = [
        view.fill("here: {}", &[&view.say("this session")]),
        view.fill("there: {}", &[&compared.label]),
    ];
    side(canvas.at(left), (here, view.now(), other));
    side(canvas.at(right), (there, other, view.now()));
    figures(canvas.at(lower), other);
    Drawn::default()
}

/// What can be compared, where nothing is yet.
fn invitation(canvas: Canvas) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let said = [
        "The same session under another policy, model or scene, from this step on:",
        "the same is done there, with the same draws; on autopilot the same listener answers there.",
        "Both queues, weights and metrics stand side by side, differences marked.",
    ];
    let wrapped = |line| text::wrapped(&view.say(line), area.width.into());
    let lines: Vec<Line> = said.into_iter().flat_map(wrapped).map(Line::raw).collect();
    let below = lines.len() as u16 + 1;
    pen::lines(buf, area, lines);
    let go = Rect { y: area.y + below, height: u16::from(area.height > below), ..area };
    let begin = Line::from(vec![
        Span::styled("enter", theme.accent),
        Span::raw(format!("  {}", view.say("begin a comparison"))),
    ]);
    pen::line(buf, go, 0, begin, Style::new());
    Drawn { hits: vec![(go, Hit::Command(Command::Fork))], ..Drawn::default() }
}

/// Since when, how it follows, and what could not be done there.
fn about<'a>(view: &View, compared: &Compared, theme: &Theme, area: Rect) -> Vec<Line<'a>> {
    let mut groups =
        vec![vec![Span::styled(view.fill("since step {}", &[&compared.from]), theme.strong)]];
    let how = match compared.answers {
        true => "the same simulated listener answers there",
        false => "the same is done there",
    };
    groups.push(vec![Span::styled(view.say(how).into_owned(), theme.faint)]);
    if compared.refused > 0 {
        let said = view.fill("{} made no sense there", &[&compared.refused]);
        groups.push(vec![Span::styled(said, theme.warning)]);
    }
    if compared.left {
        groups.push(vec![Span::styled(
            view.say("the listener has left").into_owned(),
            theme.warning,
        )]);
    }
    if compared.let_go > 0 {
        let said = view.counted(
            compared.let_go,
            "a new request there: 1 committed song let go",
            "a new request there: {} committed songs let go",
        );
        groups.push(vec![Span::styled(said, theme.faint)]);
    }
    if !compared.level {
        groups.push(vec![Span::styled(view.say("catching up ...").into_owned(), theme.accent)]);
    }
    let lines = pen::flowed(groups.clone(), area.width.into());
    // Where rows are few they belong to the queues.
    match lines.len() <= usize::from(area.height / ABOUT) {
        true => lines,
        false => vec![pen::joined(groups, usize::MAX)],
    }
}

/// One session: what plays, its weights and promotion, its queue beside the other's.
fn side(canvas: Canvas, (name, trace, other): (String, &Trace, &Trace)) {
    let Canvas { view, theme, area, buf } = canvas;
    let columns = usize::from(area.width);
    let marked = |differs: bool| if differs { theme.strong } else { theme.faint };
    let playing = &trace.playing.song;
    let w = |t: &Trace| [t.weights.alpha.value, t.weights.beta.value, t.weights.gamma.value];
    let mut weights = Vec::new();
    for ((symbol, style), (ours, theirs)) in
        [("α", theme.interest), ("β", theme.subscription), ("γ", theme.exposure)]
            .into_iter()
            .zip(w(trace).into_iter().zip(w(other)))
    {
        weights.push(Span::styled(format!("{symbol} "), style));
        weights.push(Span::styled(format!("{ours:.3}  "), marked(ours != theirs)));
    }
    let p = |t: &Trace| (t.promotion.target, t.promotion.at_most, t.promotion.window);
    let arm = view.say(&trace.bandit.arm);
    let (target, at_most, window) = p(trace);
    let values: [&dyn std::fmt::Display; 4] = [&percent(target), &at_most, &window, &arm];
    let promotion = view.fill("target {}, {} in {}, arm {}", &values);
    let lines = [
        Line::styled(name, theme.title),
        Line::from(vec![
            Span::styled("▶ ", theme.accent),
            Span::styled(
                text::truncate(&playing.title, columns.saturating_sub(2)).into_owned(),
                marked(playing.id != other.playing.song.id),
            ),
        ]),
        Line::from(weights),
        Line::styled(promotion, marked(p(trace) != p(other))),
    ];
    pen::lines(buf, area, lines);
    let rows = usize::from(area.height.saturating_sub(HEAD));
    for (i, entry) in trace.queue.iter().take(rows).enumerate() {
        let line = song(view, entry, &other.queue, columns, theme);
        pen::line(buf, area, HEAD + i as u16, line, Style::new());
    }
}

fn song<'a>(
    view: &View,
    entry: &QueueEntry,
    others: &[QueueEntry],
    columns: usize,
    theme: &Theme,
) -> Line<'a> {
    let there = others.iter().find(|other| other.song.id == entry.song.id);
    let (mark, style) = match there.map(|other| other.position) {
        None => (view.say("only").into_owned(), theme.new),
        Some(at) if at > entry.position => (format!("▲{}", at - entry.position), theme.up),
        Some(at) if at < entry.position => (format!("▼{}", entry.position - at), theme.down),
        Some(_) => (String::new(), theme.faint),
    };
    let title = columns.saturating_sub(3 + 5 + 2 + 6);
    let same = mark.is_empty();
    Line::from(vec![
        Span::styled(format!("{:>2} ", entry.position), theme.faint),
        Span::styled(text::left(&mark, 5), style),
        Span::styled(if entry.promoted { "P " } else { "  " }, theme.promoted),
        Span::styled(
            text::left(&entry.song.title, title),
            if same { theme.faint } else { theme.text },
        ),
        Span::raw(format!(" {:>5.3}", entry.score)),
    ])
}

/// The metrics of both sessions as wholes, and how far they are apart.
fn figures(canvas: Canvas, other: &Trace) {
    let Canvas { view, theme, area, buf } = canvas;
    let (ours, theirs) = (&view.now().metrics, &other.metrics);
    let rate = |name: &str, of: fn(&Rates) -> Option<Score>| {
        let shown = |rates: &Rates| of(rates).map_or("–".into(), percent);
        let apart = match (of(&ours.session), of(&theirs.session)) {
            (Some(a), Some(b)) if a != b => format!("{:+.1}", (b - a).value() * 100.0),
            _ => String::new(),
        };
        (view.say(name).into_owned(), shown(&ours.session), shown(&theirs.session), apart)
    };
    let time = |name: &str, [here, there]: [u64; 2]| {
        let clock = |seconds: u64| text::clock(seconds * 1000);
        let sign = if there < here { '-' } else { '+' };
        let apart = match there.abs_diff(here) {
            0 => String::new(),
            apart => format!("{sign}{}", clock(apart)),
        };
        (view.say(name).into_owned(), clock(here), clock(there), apart)
    };
    // As far apart as the digits that are shown.
    let mean = |name: &str, of: fn(&Trace) -> Score| {
        let [a, b] = [view.now(), other].map(|trace| (of(trace).value() * 100.0).round() / 100.0);
        let apart = if a == b { String::new() } else { format!("{:+.2}", b - a) };
        (view.say(name).into_owned(), format!("{a:.2}"), format!("{b:.2}"), apart)
    };
    let share = |name: &str, of: fn(&Trace) -> Score| {
        let (a, b) = (of(view.now()), of(other));
        let apart = if a == b { String::new() } else { format!("{:+.1}", (b - a).value() * 100.0) };
        (view.say(name).into_owned(), percent(a), percent(b), apart)
    };
    let rows = [
        rate("completion", |rates| rates.completion),
        rate("skips", |rates| rates.skip),
        mean("share heard", |trace| trace.session.satisfaction),
        time("listened", [ours.session.listening_s, theirs.session.listening_s]),
        share("promoted served", |trace| trace.promotion.served()),
        rate("promoted engaged", |rates| rates.promoted_engagement),
    ];
    let head = format!(
        "{}{}{}{}",
        text::left("", 20),
        text::right(&view.say("here"), 10),
        text::right(&view.say("there"), 10),
        text::right(&view.say("apart"), 9)
    );
    pen::line(buf, area, 0, Line::styled(head, theme.faint), Style::new());
    for (row, (name, here, there, apart)) in rows.into_iter().enumerate() {
        let differs = here != there;
        let line = Line::from(vec![
            Span::styled(text::left(&name, 20), theme.faint),
            Span::raw(text::right(&here, 10)),
            Span::styled(text::right(&there, 10), if differs { theme.strong } else { theme.text }),
            Span::styled(text::right(&apart, 9), theme.accent),
        ]);
        pen::line(buf, area, row as u16 + 1, line, Style::new());
    }
}
