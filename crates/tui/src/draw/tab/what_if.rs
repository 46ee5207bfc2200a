//! What other weights and rules would make of the queue, before anything is in force: the sliders, the whole
//! range of the chosen one, the queue now and the one that would be.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{crossing, map};
use crate::desk::{Drafted, Slider};
use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::layout::take;
use crate::draw::pen;
use crate::draw::queue::fixed;
use crate::theme::Theme;
use crate::view::View;
use crate::view::narration::binding;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::engine::{Preview, PromotionReport, QueueEntry, Trace};
use melody_recommender::percent::nearest as percent;
use melody_recommender::policy::GammaScores;

/// Columns of a slider's name.
const NAME: usize = 17;
/// Rows of the crossing at most.
const MOST: u16 = 24;
/// Rows from which on there is room for more than sliders, values and queues.
const FULL: u16 = 22;
/// Rows of promotion and queues below which nothing more is told of the crossing.
const ENOUGH: u16 = 6;
/// From here on there is room for both queues.
const BOTH: u16 = 56;

pub(super) fn draw(mut canvas: Canvas) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let mut drawn = Drawn::default();
    let mut body = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    // A map that was asked for is shown, if need be in place of sliders and queues.
    let beside = 1 + Slider::ALL.len() as u16 + 1 + view.now().queue.len() as u16 + 1;
    let crowded = view.what_if.over_two && body.height <= beside + crossing::LEAST;
    if (view.zoomed || crowded) && body.height >= crossing::LEAST + 2 {
        return zoomed(canvas.at(body));
    }
    // What it would be comes before how to use it.
    let told = body.height > FULL;
    if told {
        let said = "Move a value and see what it would make of the queue. Nothing changes until you apply.";
        let said = Line::styled(view.say(said), theme.faint);
        pen::line(canvas.buf, take(&mut body, 1), 0, said, Style::new());
    }
    let rows = (Slider::ALL.len() as u16).min(body.height.saturating_sub(4));
    let place = take(&mut body, rows);
    // The chosen one stays in sight.
    let first = (view.what_if.slider + 1).saturating_sub(usize::from(rows));
    for (row, (i, slider)) in (0..rows).zip(Slider::ALL.into_iter().enumerate().skip(first)) {
        let at = Rect { y: place.y + row, height: 1, ..place };
        draw_slider(canvas.at(at), (i, slider), &mut drawn);
    }
    let sweep = view.what_if.sweep.as_deref();
    // What the queues do not need is the crossing's; where that is nothing, it is one row under the sliders.
    let queues_need = view.now().queue.len() as u16 + 1;
    let spare = body.height.saturating_sub(1 + queues_need);
    if spare > crossing::LEAST {
        take(&mut body, 1);
        let place = take(&mut body, (spare - 1).min(MOST));
        if let Some(two) = &view.what_if.map {
            map::draw(canvas.at(place), two);
        } else if let Some(sweep) = sweep.filter(|_| !view.what_if.over_two) {
            drawn.add(crossing::draw(canvas.at(place), sweep, view.what_if.slider));
        } else {
            let said = Line::styled(view.say("Working it out ..."), theme.faint);
            pen::line(canvas.buf, place, 0, said, Style::new());
        }
    } else if told {
        let row = take(&mut body, 1);
        let bar = Bar::new(row.width.into());
        if let Some(sweep) = sweep.filter(|_| bar.cells >= 6) {
            let head = Line::styled(format!("  {}", view.say("what changes where")), theme.faint);
            let names = Rect { width: bar.x - 1, ..row };
            pen::line(canvas.buf, names, 0, head, Style::new());
            let place = Rect { x: row.x + bar.x, width: bar.cells as u16, ..row };
            crossing::strip(canvas.at(place), sweep);
        }
    }
    if spare <= crossing::LEAST
        && let Some(sweep) = sweep.filter(|_| body.height > ENOUGH)
    {
        let row = take(&mut body, 1);
        let line = crossing::next(view, theme, sweep, row.width.into());
        pen::line(canvas.buf, row, 0, line, Style::new());
    }
    let preview = view.what_if.would();
    let row = take(&mut body, 1);
    let line = promotion(view, preview, theme, row.width.into());
    pen::line(canvas.buf, row, 0, line, Style::new());
    queues(canvas.at(body), preview);
    drawn
}

/// The chosen slider, and all the rest is the crossing's.
fn zoomed(mut canvas: Canvas) -> Drawn {
    let (view, theme) = (canvas.view, canvas.theme);
    let (mut body, mut drawn) = (canvas.area, Drawn::default());
    let chosen = view.what_if.slider.min(Slider::ALL.len() - 1);
    let row = take(&mut body, 1);
    draw_slider(canvas.at(row), (chosen, Slider::ALL[chosen]), &mut drawn);
    let row = take(&mut body, 1);
    let preview = view.what_if.would();
    let line = promotion(view, preview, theme, row.width.into());
    pen::line(canvas.buf, row, 0, line, Style::new());
    if let Some(two) = &view.what_if.map {
        map::draw(canvas.at(body), two);
        return drawn;
    }
    match view.what_if.sweep.as_deref().filter(|_| !view.what_if.over_two) {
        Some(sweep) => drawn.add(crossing::draw(canvas.at(body), sweep, chosen)),
        None => {
            let said = Line::styled(view.say("Working it out ..."), theme.faint);
            pen::line(canvas.buf, body, 0, said, Style::new());
        }
    }
    drawn
}

/// The columns of a slider: a value now, one that would be, and its bar.
struct Bar {
    x: u16,
    was: usize,
    new: usize,
    cells: usize,
}

impl Bar {
    fn new(columns: usize) -> Self {
        let (was, new) = match columns {
            ..50 => (7, 10),
            50..70 => (10, 14),
            _ => (10, 21),
        };
        let x = 2 + NAME + was + new;
        Bar { x: x as u16, was, new, cells: columns.saturating_sub(x + 1).min(50) }
    }
}

fn draw_slider(canvas: Canvas, (i, slider): (usize, Slider), drawn: &mut Drawn) {
    let Canvas { view, theme, area, buf } = canvas;
    let drafted = &view.what_if;
    let Drafted { set, slider: chosen, .. } = drafted;
    let trace = view.now();
    let chosen = i == *chosen;
    let (asked, most) = slider.value(set, trace);
    let (now, would) = in_force(drafted, slider, trace);
    let (name, style) = match slider {
        Slider::Alpha => ("α interest", theme.interest),
        Slider::Beta => ("β subscription", theme.subscription),
        Slider::Gamma if view.gamma_scores() == GammaScores::Diversity => {
            ("γ diversity", theme.exposure)
        }
        Slider::Gamma => ("γ exposure", theme.exposure),
        Slider::AtMost => ("M promoted", theme.promoted),
        Slider::Window => ("N songs", theme.promoted),
        Slider::Arm => ("bandit's arm", theme.accent),
        Slider::Boost => ("session boosts", theme.boost),
    };
    let shown = |value: f64| match slider {
        Slider::Alpha | Slider::Beta | Slider::Gamma => format!("{value:.3}"),
        Slider::Boost => format!("x {value:.2}"),
        Slider::AtMost | Slider::Window => format!("{value:.0}"),
        Slider::Arm => arm(view, trace, value),
    };
    let columns = usize::from(area.width);
    let Bar { x, was, new, cells } = Bar::new(columns);
    let mut spans = vec![
        Span::styled(if chosen { "❯ " } else { "  " }, theme.accent),
        Span::styled(
            text::left(&view.say(name), NAME),
            if chosen { theme.selected } else { theme.text },
        ),
        Span::styled(text::right(&shown(now), was), theme.faint),
    ];
    let by_hand = slider.by_hand(set);
    let given_back = slider.by_hand(&trace.overrides) && !by_hand && slider != Slider::Arm;
    let becomes = match (given_back, shown(would) != shown(now)) {
        (true, _) => format!(" → {}", view.say("policy")),
        (false, true) => format!(" → {}", shown(would)),
        (false, false) => String::new(),
    };
    // A clamp or the guardrail holds it to less than what a hand has set.
    let held = by_hand && shown(asked) != shown(would);
    let why = match (held, by_hand && becomes.is_empty()) {
        (true, _) => format!(" {}", view.fill("(set {})", &[&shown(asked)])),
        (false, true) => format!(" {}", view.say("by hand")),
        (false, false) => String::new(),
    };
    // Where there is no room for both, what would be in force.
    let said = format!("{becomes}{why}");
    let said = if text::width(&said) > new && !becomes.is_empty() { becomes } else { said };
    spans.push(Span::styled(text::left(&said, new), theme.strong));
    if cells >= 6 {
        let at = |value: f64| {
            ((value / most.max(1e-9)).clamp(0.0, 1.0) * (cells - 1) as f64).round() as usize
        };
        let (from, to, held) = (at(now), at(asked), at(would));
        for cell in 0..cells {
            let (symbol, style) = match cell {
                cell if cell == to => ("●", style),
                cell if cell == held => ("◆", style),
                cell if cell == from => ("│", theme.faint),
                cell if (from.min(to)..from.max(to)).contains(&cell) => ("━", style),
                _ => ("─", theme.faint),
            };
            spans.push(Span::styled(symbol, style));
        }
        let bar = Rect { x: area.x + x, width: cells as u16, ..area };
        drawn.hit(bar, Hit::Slider(i));
    }
    pen::line(buf, area, 0, Line::from(spans), Style::new());
}

/// What is in force of a slider's value, and what would be: as set, until the preview tells.
fn in_force(drafted: &Drafted, slider: Slider, trace: &Trace) -> (f64, f64) {
    let set_now = slider.value(&trace.overrides, trace).0;
    let now = slider.in_force(&trace.weights, &trace.promotion).unwrap_or(set_now);
    (now, drafted.would_be(slider).unwrap_or_else(|| slider.value(&drafted.set, trace).0))
}

/// The arm at a place of the slider; 0 is the bandit's own choice.
fn arm(view: &View, trace: &Trace, place: f64) -> String {
    let place = place as usize;
    match place.checked_sub(1).and_then(|place| trace.bandit.arms.get(place)) {
        Some(arm) => view.say(&arm.name).into_owned(),
        None => view.say("its choice").into_owned(),
    }
}

/// Target, cap and what promotion costs, now and then; and where the user-first clamp acts.
fn promotion<'a>(
    view: &View,
    preview: Option<&Preview>,
    theme: &Theme,
    columns: usize,
) -> Line<'a> {
    // What is now is the queue of now, as everywhere else; what any new request would do is no value's doing, and is
    // told in brackets as it is beside the songs.
    let base = view.what_if.base.as_deref().filter(|_| preview.is_some());
    let (now, queue) = (&view.now().promotion, view.now().queue.as_slice());
    let would = preview.map_or(now, |preview| &preview.promotion);
    let promoted = |queue: &[QueueEntry]| queue.iter().filter(|entry| entry.promoted).count();
    let then = preview.map_or(queue, |preview| &preview.queue);
    let change =
        |from: String, to: String| if from == to { to } else { format!("{from} → {to}") };
    let counted = change(promoted(queue).to_string(), promoted(then).to_string());
    let pair = |name: &str, value: String| {
        vec![Span::styled(format!("{} ", view.say(name)), theme.faint), Span::raw(value)]
    };
    // A rule that a skip or a guardrail has made is no value's doing either, and no value gets round it.
    let held = |cap: String| match binding(would, view.look.lang) {
        Some(by) => view.fill("{} ({})", &[&cap, &by]),
        None => cap,
    };
    let cost = |promotion: &PromotionReport| promotion.displaced_interest;
    let requested = base.map(|base| cost(&base.promotion)).filter(|base| *base != cost(now));
    let price = |promotion: &PromotionReport| {
        promotion.price.map_or("-".into(), |price| format!("{price:.3}"))
    };
    let mut groups = vec![
        pair("target", change(percent(now.target), percent(would.target))),
        pair("cap", held(change(percent(now.cap), percent(would.cap)))),
        pair("in the queue", view.fill("{} of {} shown", &[&counted, &then.len()])),
        {
            let (name, said) = displaced(view, [cost(now), cost(would)], requested);
            pair(name, said)
        },
    ];
    // It says of itself what it is, as the group before it gives way first where room is short.
    if now.price.or(would.price).is_some() {
        let price = change(price(now), price(would));
        let said = view.fill("one more costs {} interest", &[&price]);
        groups.push(vec![Span::styled(said, theme.faint)]);
    }
    let clamps = |preview: &Preview| {
        let w = &preview.weights;
        let terms = [&w.alpha, &w.beta, &w.gamma].into_iter().flat_map(|weight| &weight.terms);
        terms.filter(|term| term.name == "clamp" && term.from == "user first").count() > 0
    };
    if preview.is_some_and(clamps) {
        let said = view.say("the user-first clamp acts").into_owned();
        groups.insert(0, vec![Span::styled(said, theme.warning)]);
    }
    pen::joined(groups, columns)
}

/// What promotion costs in interest, now and then, and what it is called: a cost below nothing is a gain. `requested`: what
/// it would be after any new request, where that is another.
fn displaced(
    view: &View,
    [now, would]: [Score; 2],
    requested: Option<Score>,
) -> (&'static str, String) {
    let gains = now.max(would) <= Score::ZERO && now.min(would) < Score::ZERO;
    let said = |cost: Score| match (gains, cost < Score::ZERO) {
        (true, _) => format!("{:.3}", cost.abs()),
        (false, true) => view.fill("gain {}", &[&format!("{:.3}", cost.abs())]),
        (false, false) => format!("{cost:.3}"),
    };
    let (from, to) = (said(now), said(would));
    let mut told = if from == to { to } else { format!("{from} → {to}") };
    if let Some(requested) = requested {
        told = view.fill("{} (any request: {})", &[&told, &said(requested)]);
    }
    (if gains { "interest gained" } else { "interest displaced" }, told)
}

/// Today's queue, and the one that would be, side by side. What moves is told against the same request with nothing
/// changed; what any request would move stands in brackets.
fn queues(canvas: Canvas, preview: Option<&Preview>) {
    let Canvas { view, theme, area, buf } = canvas;
    // Where there is room for one, it is the new one.
    let left = Rect { width: if area.width < BOTH { 0 } else { area.width / 2 }, ..area };
    let right = Rect { x: left.right(), width: area.width - left.width, ..area };
    let now = &view.now().queue;
    let would = preview.map_or(now.as_slice(), |preview| &preview.queue);
    let base = view.what_if.base.as_deref().filter(|_| preview.is_some());
    let base = base.map_or(now.as_slice(), |base| &base.queue);
    let room = usize::from(area.height.saturating_sub(1));
    let ids = |queue: &[QueueEntry]| -> Vec<String> {
        queue.iter().map(|entry| entry.song.id.clone()).collect()
    };
    let moves = Moved::all(&ids(would), &ids(now), &ids(base));
    let aside = match preview {
        None => "nothing is changed",
        Some(_) if moves.iter().any(|moved| moved.by_request) => "in brackets: any request does",
        Some(_) => "",
    };
    let committed = now.iter().any(|entry| entry.committed.is_some());
    let kept = if committed { "│ committed until a request" } else { "" };
    let heads = [
        ("The queue now", left, now.len(), kept),
        ("The queue it would be", right, would.len(), aside),
    ];
    for (head, place, songs, aside) in heads {
        let mut line = Line::styled(view.say(head), theme.title);
        let shown = (songs > room).then(|| view.fill("{} of {} shown", &[&room, &songs]));
        let aside = Some(view.say(aside).into_owned()).filter(|aside| !aside.is_empty());
        for said in shown.into_iter().chain(aside) {
            if line.width() + 2 + text::width(&said) <= usize::from(place.width) {
                line.push_span(Span::styled(format!("  {said}"), theme.faint));
            }
        }
        pen::line(buf, place, 0, line, Style::new());
    }
    for (i, entry) in now.iter().take(room).enumerate() {
        let there = |queue: &[QueueEntry]| queue.iter().any(|other| other.song.id == entry.song.id);
        let moved = match (there(would), there(base)) {
            (true, _) => Default::default(),
            (false, true) => (view.say("out").into_owned(), theme.down),
            (false, false) => (format!("({})", view.say("out")), theme.faint),
        };
        let line = song(view, (entry, fixed(view, entry)), moved, left.width.into(), theme);
        pen::line(buf, left, i as u16 + 1, line, Style::new());
    }
    for (i, (entry, moved)) in would.iter().zip(&moves).take(room).enumerate() {
        let line = song(view, (entry, " "), moved.said(view, theme), right.width.into(), theme);
        pen::line(buf, right, i as u16 + 1, line, Style::new());
    }
}

/// How a song of the queue that would be has moved.
#[derive(Debug, PartialEq)]
struct Moved {
    /// Places won; absent where it is new.
    won: Option<isize>,
    /// Whether the same request would move it as far with nothing changed.
    by_request: bool,
}

impl Moved {
    /// Of every song of a queue that would be, beside the queue of now and the one that any request would bring.
    fn all(would: &[String], now: &[String], base: &[String]) -> Vec<Self> {
        let one = |(here, id): (usize, &String)| {
            let won = |queue: &[String]| {
                let from = queue.iter().position(|other| other == id)?;
                Some(from as isize - here as isize)
            };
            match won(base) {
                // What the change leaves where any request would put it.
                Some(0) => Moved { won: won(now), by_request: won(now) != Some(0) },
                won => Moved { won, by_request: false },
            }
        };
        would.iter().enumerate().map(one).collect()
    }

    /// In so many signs, with brackets where it is no change's doing.
    fn said(&self, view: &View, theme: &Theme) -> (String, Style) {
        let (said, style) = match self.won {
            None => (view.say("new").into_owned(), theme.new),
            Some(0) => return Default::default(),
            Some(won @ 1..) => (format!("▲{won}"), theme.up),
            Some(won) => (format!("▼{}", -won), theme.down),
        };
        match self.by_request {
            true => (format!("({said})"), theme.faint),
            false => (said, style),
        }
    }
}

fn song<'a>(
    view: &View,
    (entry, kept): (&QueueEntry, &'static str),
    (moved, style): (String, Style),
    columns: usize,
    theme: &Theme,
) -> Line<'a> {
    let genre = if columns >= 56 { 12 } else { 0 };
    let title = columns.saturating_sub(3 + 6 + 2 + 1 + 7 + genre + 1);
    let of_genre = text::left(&view.say(&entry.song.genre), genre);
    Line::from(vec![
        Span::styled(format!("{:>2}{kept}", entry.position), theme.faint),
        Span::styled(text::left(&moved, 6), style),
        Span::styled(if entry.promoted { "P " } else { "  " }, theme.promoted),
        Span::raw(text::left(&entry.song.title, title)),
        Span::styled(format!(" {of_genre}"), theme.faint),
        Span::raw(format!(" {:>5.3}", entry.score)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_any_request_would_move_is_told_apart_from_what_the_change_does() {
        let queue = |ids: &str| -> Vec<String> { ids.chars().map(String::from).collect() };
        // Any request puts a, committed until now, behind b and c; the change puts d before them.
        let (now, base, would) = (queue("abcd"), queue("bcad"), queue("dbca"));
        let moved = Moved::all(&would, &now, &base);
        let by_change = |won| Moved { won: Some(won), by_request: false };
        assert_eq!(moved, [by_change(3), by_change(-1), by_change(-1), by_change(-1)]);
        let same = Moved::all(&base, &now, &base);
        let by_request = |won| Moved { won: Some(won), by_request: true };
        assert_eq!(same, [by_request(1), by_request(1), by_request(-2), by_change(0)]);
    }
}
