//! What a step changed: the promotion target, the weights, the song on top.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::draw::canvas::Canvas;
use crate::draw::pen;
use crate::draw::pen::decimals;
use crate::view::View;
use crate::view::narration::headline;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::engine::Trace;
use melody_recommender::percent::nearest as percent;

/// Before and after, where they differ.
type Changed<T> = Option<(T, T)>;

/// What is other after a step than before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Change {
    target: Changed<Score>,
    /// alpha, beta, gamma.
    weights: [Changed<Score>; 3],
    /// Titles of the songs on top of the queue; nothing where it is empty.
    top: Changed<String>,
}

const SIGNS: [&str; 3] = ["α", "β", "γ"];

impl Change {
    pub(super) fn between(before: &Trace, now: &Trace) -> Self {
        let (a, b) = (&before.weights, &now.weights);
        let top = |trace: &Trace| {
            trace.queue.first().map(|entry| entry.song.title.clone()).unwrap_or_default()
        };
        Change {
            target: changed(before.promotion.target, now.promotion.target),
            weights: [
                changed(a.alpha.value, b.alpha.value),
                changed(a.beta.value, b.beta.value),
                changed(a.gamma.value, b.gamma.value),
            ],
            top: changed(top(before), top(now)),
        }
    }

    pub(super) fn target(&self) -> Option<String> {
        self.target.map(|(from, to)| format!("{} → {}", percent(from), percent(to)))
    }

    /// The weights that moved, with what they are now and which way they went.
    pub(super) fn weights(&self) -> Option<String> {
        let moved = SIGNS.iter().zip(&self.weights).filter_map(|(sign, weight)| {
            let (from, to) = (*weight)?;
            Some(format!("{sign}{}{}", if to > from { "▲" } else { "▼" }, decimals(to)))
        });
        let moved: Vec<String> = moved.collect();
        (!moved.is_empty()).then(|| moved.join(" "))
    }

    pub(super) fn top(&self) -> Option<String> {
        self.top.as_ref().map(|(_, now)| now.clone())
    }
}

fn changed<T: PartialEq>(before: T, now: T) -> Changed<T> {
    (before != now).then_some((before, now))
}

/// Rows of what happened at most.
const SAID: usize = 4;

/// Rows it takes in so many columns: what happened as a whole, which the list of steps has to cut, and two lines.
pub(super) fn rows(view: &View, width: u16) -> u16 {
    2 + happened(view, usize::from(width.saturating_sub(4))).len() as u16 + 2
}

fn happened(view: &View, columns: usize) -> Vec<String> {
    text::wrap(&headline(&view.traces, view.look.lang), columns, SAID)
}

/// What the step looked at changed, in full.
pub(super) fn draw(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    if area.height < 3 {
        return;
    }
    let title = view.fill("Step {} changed", &[&view.now().step]);
    let mut inside = pen::frame(buf, area, &title, theme);
    for said in happened(view, inside.width.into()) {
        if inside.height <= 2 {
            break;
        }
        pen::line(buf, inside, 0, Line::styled(said, theme.strong), Style::new());
        inside = Rect { y: inside.y + 1, height: inside.height - 1, ..inside };
    }
    let now = view.now();
    let change = view.before().map(|before| Change::between(before, now)).unwrap_or_default();
    let named = |name: &str, said: Vec<Span<'static>>| {
        let name = Span::styled(format!("{} ", view.say(name)), theme.faint);
        [vec![name], said].concat()
    };
    let moved = |(from, to): (String, String), style: Style| {
        let arrow = Span::styled(" → ", theme.faint);
        vec![Span::styled(from, theme.faint), arrow, Span::styled(to, style)]
    };
    let target = match change.target {
        Some((from, to)) => moved((percent(from), percent(to)), theme.target),
        None => vec![Span::raw(percent(now.promotion.target))],
    };
    let mut groups = vec![named("promotion target", target)];
    let weights = &now.weights;
    let values = [&weights.alpha, &weights.beta, &weights.gamma].map(|weight| weight.value);
    for ((sign, value), change) in SIGNS.iter().zip(values).zip(change.weights) {
        groups.push(named(
            sign,
            match change {
                Some((from, to)) => moved((decimals(from), decimals(to)), theme.strong),
                None => vec![Span::raw(decimals(value))],
            },
        ));
    }
    pen::line(buf, inside, 0, pen::joined(groups, inside.width.into()), Style::new());
    let nothing = || view.say("nothing").into_owned();
    let title = |title: String| if title.is_empty() { nothing() } else { title };
    let top = match change.top {
        Some((from, to)) => {
            // Each half of the row at most.
            let half = usize::from(inside.width / 2).saturating_sub(8);
            let cut = |said: String| text::truncate(&title(said), half).into_owned();
            moved((cut(from), cut(to)), theme.new)
        }
        None => {
            let top = now.queue.first().map(|entry| entry.song.title.clone());
            vec![Span::raw(text::clean(&title(top.unwrap_or_default())).into_owned())]
        }
    };
    pen::line(buf, inside, 1, Line::from(named("on top", top)), Style::new());
}
