//! Why a song ranks where it does: its score as a waterfall, the same beside another song's, what each event
//! has done to it, and what would put it above another song. What the heads and experts said and where the
//! network looked is a page behind it: that tells of the model, and of no cause.

use std::cmp::Ordering;
use std::fmt::Display;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{bygone, cause};
use crate::desk::Explained;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::draw::{bar, pen};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_model::TASKS;
use melody_recommender::engine::{AttendedPlay, Commitment, Explanation, Move, Neighbour, WhyNot};
use melody_recommender::percent::nearest as percent;
use melody_recommender::ranking::{Flip, Node};
use melody_recommender::retrieval::{Missed, Standing};

/// From here on there are two columns.
const WIDE: u16 = 100;
/// Lines that one kind of source takes at most, of those that did not bring a song.
const TOLD: usize = 6;
/// Rows of a sentence at most.
const SENTENCE: usize = 4;
/// Columns of the name of something that is told beside it.
const PAIR: usize = 12;
/// Columns of a value with its sign and six decimals, apart from what stands before.
const VALUE: usize = 10;

pub(super) fn draw(canvas: Canvas) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let Some(explained) = &view.explained else {
        let said = match view.now().queue.is_empty() {
            true => "The queue is empty: there is nothing to explain.",
            false => "Working it out ...",
        };
        pen::line(buf, area, 0, Line::styled(view.say(said), theme.faint), Style::new());
        return Drawn::default();
    };
    let Explained { explanation, why_not, beside } = &**explained;
    let page = |columns: usize| Page { view, theme, e: explanation, columns };
    let causes = |columns: usize| {
        let beside = beside.as_ref().map_or_else(Vec::new, |other| {
            cause::beside(view, theme, columns, (explanation, other))
        });
        let (causes, elsewhere) = (view.causes.as_deref(), view.elsewhere.as_deref());
        let causes = cause::causes(view, theme, columns, (explanation, causes, elsewhere));
        let bygones = (explanation, view.bygones.as_deref());
        [beside, causes, bygone::section(view, theme, columns, bygones)].concat()
    };
    if area.width < WIDE {
        let page = page(area.width.into());
        let lines = match view.detail {
            true => [page.song(), page.heads(), page.experts(), page.attention()].concat(),
            false => [
                page.song(),
                page.waterfall(),
                causes(page.columns),
                page.why_not(why_not.as_ref()),
            ]
            .concat(),
        };
        return pen::scrolled(buf, area, lines, view.scroll, theme);
    }
    let left = Rect { width: area.width * 3 / 5, ..area };
    let right = Rect { x: left.right() + 2, width: area.width - left.width - 2, ..area };
    let main = page(left.width.into());
    let main = [main.song(), main.waterfall(), main.why_not(why_not.as_ref())].concat();
    let side = page(right.width.into());
    let side = match view.detail {
        true => [side.heads(), side.experts(), side.attention()].concat(),
        false => [causes(side.columns), side.heads()].concat(),
    };
    let mut drawn = pen::scrolled(buf, left, main, view.scroll, theme);
    drawn.add(pen::scrolled(buf, right, side, view.scroll, theme));
    drawn
}

/// Why a source cannot bring a song, wherever its quota ends. `flat`: the model has no towers.
fn never(standing: &Standing, flat: bool) -> &'static str {
    match standing.source.as_str() {
        "towers" | "similar" if flat => "the model has no towers",
        "similar" => "nothing enjoyed yet",
        "familiar" => "not heard before",
        "artists" => "nothing by the artist enjoyed lately",
        "session" => "its genre is on no streak",
        "search" => "not like what was searched for",
        "new" => "it has no year",
        _ => "in no campaign",
    }
}

/// A weight with all its digits, two at least.
fn weighed(weight: f64) -> String {
    let said = format!("{weight:.6}");
    let least = said.find('.').map_or(said.len(), |point| point + 3);
    let kept = said.trim_end_matches('0').len().max(least);
    said[..kept].to_string()
}

/// What is said of two scores that are the same.
const TIE: &str =
    "The scores are level: the higher interest goes first, then the catalogue's order.";

/// One song's account in so many columns.
struct Page<'a> {
    view: &'a View,
    theme: &'a Theme,
    e: &'a Explanation,
    columns: usize,
}

impl Page<'_> {
    fn say(&self, english: &str) -> String {
        self.view.say(english).into_owned()
    }

    fn title(&self, english: &str) -> Line<'static> {
        Line::styled(self.say(english), self.theme.title)
    }

    /// How a song that no source brought would have ranked, where it stood with each source, and what would bring it.
    fn missed(&self, missed: &Missed) -> Vec<Line<'static>> {
        let (theme, view) = (self.theme, self.view);
        let rank = view.fill("as a candidate it would rank {}", &[&missed.rank]);
        let mut lines = vec![Line::styled(rank, theme.strong)];
        let mut near: Vec<&Standing> =
            missed.standings.iter().filter(|s| s.place.is_some()).collect();
        near.sort_by_key(|standing| standing.behind);
        let (left_out, far): (Vec<&Standing>, Vec<&Standing>) =
            near.into_iter().partition(|standing| standing.out_of_reach);
        let place = |standing: &Standing| {
            let values: [&dyn Display; 3] =
                [&view.source(&standing.source), &standing.place?, &standing.quota];
            Some(view.fill("{} {} of {}", &values))
        };
        let places = |some: Vec<&Standing>| some.into_iter().filter_map(place).collect();
        lines.extend(self.told("too far", places(far)));
        lines.extend(self.told("not looked at", places(left_out)));
        let flat = missed.standings.iter().any(|s| s.source == "towers" && s.place.is_none());
        let never = missed.standings.iter().filter(|s| s.place.is_none() && !s.draws).map(|s| {
            let why = never(s, flat);
            format!("{}: {}", view.source(&s.source), view.say(why))
        });
        lines.extend(self.told("can never", never.collect()));
        let drew = missed.standings.iter().filter(|s| s.draws).map(|standing| {
            let (said, quota) = (["{} drew 1 other", "{} drew {} others"], standing.quota);
            view.look.lang.counted(quota, said, &[&view.source(&standing.source), &quota])
        });
        lines.extend(self.told("by chance", drew.collect()));
        let searched = missed.standings.iter().any(|s| s.source == "search" && s.quota > 0);
        let mut ways: Vec<String> =
            searched.then(|| self.say("a search for it")).into_iter().collect();
        ways.extend(missed.nearest().and_then(|s| {
            let values: [&dyn Display; 3] = [&s.place?, &view.source(&s.source), &s.quota];
            Some(view.fill("a quota of {} for {}, in place of {}", &values))
        }));
        lines.extend(self.told("would do", ways));
        lines
    }

    /// Parts beside their name, on as many lines as they take.
    fn told(&self, name: &str, parts: Vec<String>) -> Vec<Line<'static>> {
        if parts.is_empty() {
            return Vec::new();
        }
        let lead = |name: &str| Span::styled(text::left(name, PAIR), self.theme.faint);
        let parts = text::wrap(&parts.join(" · "), self.columns.saturating_sub(PAIR), TOLD);
        let names = [self.say(name)].into_iter().chain(std::iter::repeat(String::new()));
        names
            .zip(parts)
            .map(|(name, part)| Line::from(vec![lead(&name), Span::raw(part)]))
            .collect()
    }

    /// Which song, where it stands and how it came there.
    fn song(&self) -> Vec<Line<'static>> {
        let (e, theme, view) = (self.e, self.theme, self.view);
        let place = match e.position {
            Some(position) => view.fill("number {} of the queue", &[&position]),
            None => self.say("not in the queue"),
        };
        let mut lines = vec![Line::from(vec![
            Span::styled(text::clean(&e.song.title).into_owned(), theme.selected),
            Span::raw(format!(" · {}  ", text::clean(&e.song.artist))),
            Span::styled(place, theme.strong),
            Span::styled(format!("  {}  {}", view.say(&e.song.genre), e.song.id), theme.faint),
        ])];
        let sources: Vec<_> = e.ledger.sources.iter().map(|name| view.source(name)).collect();
        let sources = match sources.is_empty() {
            true => self.say("nobody"),
            false => sources.join(self.say(", ").as_str()),
        };
        lines.push(self.pair("brought by", sources));
        if let Some(dropped) = &e.ledger.dropped {
            let stage = format!("{:?}", dropped.stage).to_lowercase();
            let said = view.fill("dropped at {}", &[&view.say(&stage)]);
            lines.push(Line::from(vec![
                Span::styled(said, theme.warning),
                Span::raw(format!("  {}", view.say(&dropped.why))),
            ]));
        }
        lines.extend(e.missed.iter().flat_map(|missed| self.missed(missed)));
        if let Some(committed) = &e.committed {
            lines.extend(self.told("committed", vec![self.committed(committed)]));
        }
        if let Some(displaced) = &e.displaced {
            let name = view.song_name(&displaced.song);
            // What alpha has not multiplied yet: the parts beside the other song are of the score.
            let cost = view.fill(
                "in place of {}, interest {} before α",
                &[&name, &format!("{:+.6}", -displaced.interest)],
            );
            lines.push(Line::styled(cost, theme.promoted));
        }
        let score = e.ledger.score.value;
        // A queue is in no order of scores where songs are promoted or committed.
        let order = match e.position {
            Some(_) => ["next above", "next below"],
            None => ["score above", "score below"],
        };
        for (what, neighbour) in order.into_iter().zip([&e.above, &e.below]) {
            if let Some(Neighbour { title, score: theirs, .. }) = neighbour {
                let apart = format!("{}  {:+.6}", text::clean(title), *theirs - score);
                lines.push(self.pair(what, apart));
            }
        }
        lines.push(Line::default());
        lines
    }

    /// By which request the song keeps its place, and where it would stand if everything were ranked now.
    fn committed(&self, committed: &Commitment) -> String {
        let view = self.view;
        let (number, step) = (view.now().request.number, view.now().request.step);
        let kept = view.fill("by request {} of step {}", &[&number, &step]);
        let before: Vec<String> = committed.before.iter().map(|id| view.song_name(id)).collect();
        let now = match committed.would {
            Some(place) if before.is_empty() => view.fill("ranked anew: number {}", &[&place]),
            Some(place) => view.fill(
                "ranked anew: number {}, behind {}",
                &[&place, &before.join(self.say(", ").as_str())],
            ),
            None => self.say("ranked anew: not in the queue"),
        };
        format!("{kept} · {now}")
    }

    fn pair(&self, name: &str, value: String) -> Line<'static> {
        let name = text::left(&self.say(name), PAIR);
        Line::from(vec![Span::styled(name, self.theme.faint), Span::raw(value)])
    }

    /// The ledger: every part where the one before it ends, down to the sum.
    fn waterfall(&self) -> Vec<Line<'static>> {
        let root = &self.e.ledger.score;
        let mut rows = Vec::new();
        flatten(root, 0, Score::ZERO, &mut rows);
        // The sum comes last, where a waterfall ends.
        rows.rotate_left(1);
        let ends = rows.iter().flat_map(|row| [row.from, row.from + row.node.value]);
        let (low, high) = ends.fold((Score::ZERO, Score::ZERO), |(l, h), x| (l.min(x), h.max(x)));
        let names = if self.columns < 60 { 15 } else { 20 };
        let cells = (self.columns.saturating_sub(names + VALUE + 2) / 2).clamp(6, 30);
        let room = self.columns.saturating_sub(names + VALUE + 2 + cells + 2);
        let mut lines = vec![self.title("Score: each part from where the last one ends")];
        let scale = cells as f64 / (high - low).value().max(1e-9);
        let at = |score: Score| ((score - low).value() * scale).round() as usize;
        for row in &rows {
            let (node, sum) = (row.node, !row.node.children.is_empty());
            let style = self.part_style(node);
            let (from, to) = (at(row.from), at(row.from + node.value));
            let (left, right) = (from.min(to), from.max(to));
            let long = (right - left).max(usize::from(node.value != Score::ZERO));
            let left = left.min(cells.saturating_sub(long));
            let block = match (sum, self.theme.colour, node.value < Score::ZERO) {
                (true, ..) => "▒",
                (_, _, true) => "░",
                _ => "█",
            };
            let name = format!("{}{}", "  ".repeat(row.depth), self.say(self.name(node)));
            let strong = if row.depth == 0 { self.theme.strong } else { style };
            let how = self.how(node);
            let fits = text::width(&how) <= room;
            let beside = if fits { how.clone() } else { String::new() };
            lines.push(Line::from(vec![
                Span::styled(text::left(&name, names), strong),
                Span::styled(format!("{:>+VALUE$.6}  ", node.value), self.theme.strong),
                Span::raw(" ".repeat(left)),
                Span::styled(block.repeat(long), style),
                Span::raw(" ".repeat(cells.saturating_sub(left + long) + 2)),
                Span::styled(beside, self.theme.faint),
            ]));
            if !fits {
                let lead = " ".repeat(2 * row.depth + 2);
                let room = self.columns.saturating_sub(lead.len());
                for line in text::wrap(&how, room, SENTENCE) {
                    lines.push(Line::styled(format!("{lead}{line}"), self.theme.faint));
                }
            }
        }
        lines.push(Line::default());
        lines
    }

    /// A ledger names gamma's part after the exposure it is of in most segments.
    fn name<'b>(&self, node: &'b Node) -> &'b str {
        match node.name.as_str() {
            "exposure" => self.view.gamma_name(),
            name => name,
        }
    }

    fn how(&self, node: &Node) -> String {
        match node.name.as_str() {
            "score" => String::new(),
            "fusion" => self.say(&node.how.replace("exposure", self.view.gamma_name())),
            _ => self.say(&node.how),
        }
    }

    fn part_style(&self, node: &Node) -> Style {
        let theme = self.theme;
        match node.name.as_str() {
            "score" => theme.strong,
            "fusion" | "learned" | "adjustments" => theme.faint,
            "interest" => theme.interest,
            "subscription" => theme.subscription,
            "exposure" => theme.exposure,
            _ if node.value < Score::ZERO => theme.loss,
            _ => theme.boost,
        }
    }

    /// What keeps it below another song, and the smallest change of each weight that would not.
    fn why_not(&self, why: Option<&WhyNot>) -> Vec<Line<'static>> {
        let (theme, view) = (self.theme, self.view);
        let Some(why) = why else {
            return vec![self.title("No song stands above it."), Line::default()];
        };
        let other = text::clean(&why.above.title).into_owned();
        let mut lines =
            vec![Line::styled(view.fill("Why not above \"{}\"?", &[&other]), theme.title)];
        let lacks = format!("{:.6}", why.lacks.abs());
        lines.push(Line::raw(match why.lacks.cmp(&Score::ZERO) {
            Ordering::Greater => view.fill("It lacks {} of score.", &[&lacks]),
            Ordering::Less if why.score_decides() => {
                view.fill("Its score is higher already, by {}: enough as it is.", &[&lacks])
            }
            Ordering::Less => {
                view.fill("Its score is higher, by {}: that alone does not decide.", &[&lacks])
            }
            Ordering::Equal => self.say(TIE),
        }));
        if let Some(beside) = &why.beside {
            lines.extend(self.wrapped(&self.say(beside), theme.warning));
        }
        if let Some(when) = &why.when {
            lines.extend(self.wrapped(&self.say(when), theme.promoted));
        }
        // What leaves neither in the queue is no way to anything.
        let seen = why.flips.iter().filter(|flip| !flip.then.is_some_and(|then| then.neither()));
        let smallest = seen.filter_map(Flip::change).map(Score::abs).min();
        for flip in &why.flips {
            let mut line = self.flip(flip, smallest);
            if let Some(then) = &flip.then {
                let then = Span::styled(format!("  {}", self.say(&then.told())), theme.faint);
                match line.width() + then.width() <= self.columns {
                    true => line.push_span(then),
                    false => lines.push(std::mem::replace(&mut line, Line::from(then))),
                }
            }
            lines.push(line);
        }
        lines.extend(self.moves(&why.moves));
        if let Some(unmoved) = &why.unmoved {
            lines.extend(self.wrapped(&self.say(unmoved), theme.faint));
        }
        lines.push(Line::default());
        lines
    }

    /// What, really ranked, would put a song above another where one of the two is promoted.
    fn moves(&self, moves: &[Move]) -> Vec<Line<'static>> {
        let (theme, view) = (self.theme, self.view);
        let mut lines = Vec::new();
        for (i, found) in moves.iter().enumerate() {
            let name = match found.what.as_str() {
                "arm" => "arm",
                "at_most" => "M",
                "window" => "N",
                "boost" => "session boosts",
                "alpha" => "α",
                "beta" => "β",
                _ => "γ",
            };
            let lead = if i == 0 { self.say("would do") } else { String::new() };
            let [from, to] = [&found.from, &found.to].map(|value| view.say(value).into_owned());
            let mut place = view.fill("place {}", &[&found.place]);
            place.push_str(&match found.other {
                Some(other) => view.fill(", the other at {}", &[&other]),
                None => self.say(", the other not in the queue"),
            });
            let aims = match found.what.as_str() {
                "arm" => view.fill(", target {}", &[&percent(found.target)]),
                _ => String::new(),
            };
            lines.push(Line::from(vec![
                Span::styled(text::left(&lead, PAIR), theme.faint),
                Span::styled(format!("{} {from} → {to}", view.say(name)), theme.strong),
                Span::styled(format!("{aims}: {place}"), theme.faint),
            ]));
        }
        lines
    }

    /// A sentence over as many lines as it takes.
    fn wrapped(&self, said: &str, style: Style) -> Vec<Line<'static>> {
        let lines = text::wrap(said, self.columns, SENTENCE);
        lines.into_iter().map(|line| Line::styled(line, style)).collect()
    }

    fn flip(&self, flip: &Flip, smallest: Option<Score>) -> Line<'static> {
        let (theme, view) = (self.theme, self.view);
        let (symbol, style) = match flip.weight.as_str() {
            "alpha" => ("α", theme.interest),
            "beta" => ("β", theme.subscription),
            _ => ("γ", theme.exposure),
        };
        let mut spans = vec![Span::styled(format!("{symbol} "), style)];
        match (flip.to, flip.change()) {
            (Some(to), Some(change)) => {
                spans.push(Span::raw(format!("{:.6} → {to:.6}  ", flip.from)));
                spans.push(Span::styled(format!("{change:+.6}"), theme.strong));
                if let Some(level) = flip.level {
                    let said = view.fill("level from {}", &[&format!("{level:.6}")]);
                    spans.push(Span::styled(format!("  {said}"), theme.faint));
                }
                if smallest == Some(change.abs()) {
                    spans.push(Span::styled(format!("  {}", view.say("the least")), theme.good));
                }
            }
            _ => {
                let why = flip.why.as_deref().unwrap_or_default();
                spans.push(Span::styled(view.fill("no: {}", &[&view.say(why)]), theme.faint));
            }
        }
        Line::from(spans)
    }

    /// What the towers put out, and how interest comes of it: every head that enters it, and the sum.
    fn heads(&self) -> Vec<Line<'static>> {
        let (theme, h) = (self.theme, &self.e.heads);
        let mut lines = vec![self.title("What the heads say")];
        let parts = self.e.interest.iter().map(|part| {
            (part.name.as_str(), part.head, theme.interest, format!(" × {}", weighed(part.weight)))
        });
        let sum = format!(" {}", self.say("= sum"));
        let others = [
            ("interest", self.e.interest_score, theme.interest, sum),
            ("subscription", h.subscription, theme.subscription, String::new()),
            ("promoted engagement", h.exposure, theme.exposure, String::new()),
        ];
        let cells = self.columns.saturating_sub(20 + 10 + 7).clamp(4, 20);
        for (name, value, style, part) in parts.chain(others) {
            let mut spans = vec![Span::raw(text::left(&self.say(name), 20))];
            spans.push(Span::styled(format!("{value:.6}  "), theme.strong));
            spans.extend(bar::single(value.value(), cells, style, theme.colour));
            spans.push(Span::styled(part, theme.faint));
            lines.push(Line::from(spans));
        }
        lines.push(Line::default());
        lines
    }

    /// The gate weights: how much each task listens to each expert.
    fn experts(&self) -> Vec<Line<'static>> {
        let (theme, view) = (self.theme, self.view);
        let experts = self.e.gates.first().map_or(0, Vec::len);
        let each = (self.columns.saturating_sub(14) / experts.max(1)).clamp(6, 14);
        let mut head = text::left("", 14);
        for expert in 1..=experts {
            head.push_str(&text::left(&view.fill("exp. {}", &[&expert]), each));
        }
        let mut lines =
            vec![self.title("Which experts each task listens to"), Line::styled(head, theme.faint)];
        let styles = [theme.interest, theme.subscription, theme.exposure];
        for ((task, gates), style) in TASKS.iter().zip(&self.e.gates).zip(styles) {
            let mut spans = vec![Span::raw(text::left(&self.say(task.name()), 14))];
            for share in gates {
                spans.push(Span::raw(format!("{share:.2} ")));
                spans.extend(bar::single(share.value(), each - 6, style, theme.colour));
                spans.push(Span::raw(" "));
            }
            lines.push(Line::from(spans));
        }
        lines.push(Line::default());
        lines
    }

    /// Which past plays the network looked at.
    fn attention(&self) -> Vec<Line<'static>> {
        let (e, theme) = (self.e, self.theme);
        let mut lines = vec![
            self.title("Where the network looked"),
            Line::styled(
                self.say("mean attention, in percent: where, not by how much"),
                theme.faint,
            ),
        ];
        let said = "What it read most, which need not be what moved the score: for that see what brought it here.";
        let said = text::wrap(&self.say(said), self.columns, 3);
        lines.extend(said.into_iter().map(|line| Line::styled(line, theme.faint)));
        let most = e.attention.iter().map(|play| play.share).max().unwrap_or(Score::ONE);
        let most = most.max(e.attention_own).max(e.attention_profile);
        let mut row = |name: String, share: Score, about: String, style: Style| {
            let cells = 8;
            let names = self.columns.saturating_sub(6 + cells + 2 + text::width(&about)).min(30);
            let mut spans = vec![Span::raw(format!("{:5.1} ", share.value() * 100.0))];
            let long = share.value() / most.value().max(1e-9);
            spans.extend(bar::single(long, cells, style, theme.colour));
            spans.push(Span::raw(format!(" {} ", text::left(&name, names))));
            spans.push(Span::styled(about, theme.faint));
            lines.push(Line::from(spans));
        };
        row(self.say("the profile"), e.attention_profile, String::new(), theme.faint);
        row(self.say("the song itself"), e.attention_own, String::new(), theme.faint);
        for play in &e.attention {
            let style = if play.skipped { theme.loss } else { theme.accent };
            row(text::clean(&play.title).into_owned(), play.share, self.went(play), style);
        }
        lines
    }

    fn went(&self, play: &AttendedPlay) -> String {
        let went = match (play.liked, play.completed, play.skipped) {
            (true, ..) => "liked",
            (_, true, _) => "completed",
            (.., true) => "skipped",
            _ => "left",
        };
        let (lang, ago) = (self.view.look.lang, play.plays_ago);
        let said = ["{} 1 play ago", "{} {} plays ago"];
        lang.counted(ago, said, &[&self.say(went), &ago])
    }
}

/// A part of the ledger and where it begins.
struct Row<'a> {
    node: &'a Node,
    depth: usize,
    from: Score,
}

fn flatten<'a>(node: &'a Node, depth: usize, from: Score, rows: &mut Vec<Row<'a>>) {
    rows.push(Row { node, depth, from });
    let mut at = from;
    for child in &node.children {
        flatten(child, depth + 1, at, rows);
        at += child.value;
    }
}
