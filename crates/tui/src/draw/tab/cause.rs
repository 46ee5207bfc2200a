//! Why this song and not that one: two scores laid side by side, and what each event of the sitting has done.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::desk::Counterpart;
use crate::draw::account::leaves;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::event::Action;
use melody_core::score::Score;
use melody_recommender::causes::{Causes, Elsewhere, There, Undone, Without};
use melody_recommender::engine::{Explanation, Trace};
use melody_recommender::percent::nearest as percent;
use melody_recommender::ranking::Ledger;

/// Columns of a part's name, and of each of its values: all digits where there is room, so that parts add up.
const NAME: usize = 15;
const WHOLE: usize = 10;
const VALUE: usize = 8;
/// Events told at most.
const TOLD: usize = 8;
/// Columns that a second row of an event begins in.
const INDENT: usize = 2;
/// Rows of what was done.
const SAID: usize = 2;
/// Columns of a place before and after.
const PLACES: usize = 9;
/// Rows of what stands under what was done.
const ASIDE: usize = 3;
/// What is shown as nothing.
pub(super) const LEAST: Score = Score::from_millionths(500);

/// The parts of a score by name, in their order.
fn parts(ledger: &Ledger) -> Vec<(&str, Score)> {
    let mut parts: Vec<(&str, Score)> = Vec::new();
    for leaf in leaves(&ledger.score) {
        match parts.iter_mut().find(|(name, _)| *name == leaf.name) {
            Some((_, value)) => *value += leaf.value,
            None => parts.push((&leaf.name, leaf.value)),
        }
    }
    parts
}

/// Two songs part by part, with what sets them apart.
pub(super) fn beside(
    view: &View,
    theme: &Theme,
    columns: usize,
    (e, other): (&Explanation, &Counterpart),
) -> Vec<Line<'static>> {
    let title = text::clean(&other.song.title).into_owned();
    let head = match (other.displaced, other.position) {
        (true, _) => view.fill("Beside \"{}\", whose place it has", &[&title]),
        (_, Some(place)) => view.fill("Beside \"{}\", number {}", &[&title, &place]),
        (_, None) => view.fill("Beside \"{}\"", &[&title]),
    };
    let digits = if columns >= NAME + 3 * WHOLE { 6 } else { 3 };
    let wide = if digits == 6 { WHOLE } else { VALUE };
    let value = |value: Score| text::right(&format!("{value:+.digits$}"), wide);
    let names = ["this", "other", "apart"].map(|n| text::right(&view.say(n), wide));
    let mut lines = vec![
        Line::styled(head, theme.title),
        Line::styled(format!("{}{}", text::left("", NAME), names.concat()), theme.faint),
    ];
    let (ours, theirs) = (parts(&e.ledger), parts(&other.ledger));
    let of = |parts: &[(&str, Score)], name: &str| {
        parts.iter().find(|(part, _)| *part == name).map_or(Score::ZERO, |(_, value)| *value)
    };
    let mut all: Vec<&str> = ours.iter().map(|(name, _)| *name).collect();
    all.extend(theirs.iter().map(|(name, _)| *name).filter(|name| of(&ours, name) == Score::ZERO));
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|name| seen.insert(*name));
    let rows = all.into_iter().map(|name| (name, of(&ours, name), of(&theirs, name)));
    let told = |(_, a, b): &(&str, Score, Score)| (*a, *b) != (Score::ZERO, Score::ZERO);
    let rows: Vec<(&str, Score, Score)> = rows.filter(told).collect();
    let most = rows.iter().map(|(_, a, b)| (*a - *b).abs()).max().unwrap_or_default();
    let cells = columns.saturating_sub(NAME + 3 * wide + 1).min(20);
    for (name, a, b) in rows {
        let name = if name == "exposure" { view.gamma_name() } else { name };
        let apart = a - b;
        let style = if apart < Score::ZERO { theme.loss } else { theme.boost };
        let long = apart.abs().value() / most.value().max(1e-9) * cells as f64;
        let long = (long.round() as usize).max(usize::from(apart.abs() >= LEAST && cells > 0));
        let block = if apart < Score::ZERO { "░" } else { "█" };
        lines.push(Line::from(vec![
            Span::raw(text::left(&view.say(name), NAME)),
            Span::raw(value(a)),
            Span::styled(value(b), theme.faint),
            Span::styled(value(apart), theme.strong),
            Span::styled(format!(" {}", block.repeat(long)), style),
        ]));
    }
    let (a, b) = (e.ledger.score.value, other.ledger.score.value);
    lines.push(Line::from(vec![
        Span::styled(text::left(&view.say("score"), NAME), theme.strong),
        Span::styled(value(a), theme.strong),
        Span::styled(value(b), theme.faint),
        Span::styled(value(a - b), theme.strong),
    ]));
    lines.push(Line::default());
    lines
}

/// A song in the session without an event: where it stands, and how much of its score is the event's doing.
struct Effect<'a> {
    without: &'a Without,
    place: Option<usize>,
    plays: bool,
    added: Option<Score>,
    /// The part of the score that most of it is, and how much, where the event does not do that by itself.
    mostly: Option<(&'a str, Score)>,
    /// Whether most of that goes once nothing but the time is made the same.
    by_time: bool,
    /// Whether a source brings the song here, and none does there.
    brought: bool,
}

impl<'a> Effect<'a> {
    /// `elsewhere`: the account of the song there, where the queue has none. `as_late`: its account there as of now, where it is
    /// another time there.
    fn of(
        e: &'a Explanation,
        without: &'a Without,
        (elsewhere, as_late): (Option<&'a Ledger>, Option<&Ledger>),
    ) -> Self {
        let There { place, plays, ledger } = without.there(&e.song.id, elsewhere);
        let mostly = ledger.and_then(|ledger| mostly(&e.ledger, ledger, &without.action));
        let by_time = mostly.zip(ledger).zip(as_late).is_some_and(|(((name, by), there), late)| {
            let left = (by - (part(late, name) - part(there, name))).abs();
            left + left <= by.abs()
        });
        Effect {
            without,
            place,
            plays,
            added: ledger.map(|ledger| e.ledger.score.value - ledger.score.value),
            mostly,
            by_time,
            brought: ledger.is_some_and(|ledger| ledger.sources.is_empty())
                && !e.ledger.sources.is_empty(),
        }
    }

    /// What stands beside what was done: whether the song is brought at all, which part of the score it is, where that is
    /// another thing's doing, and what is decided otherwise there, as that moves parts and places. The time is named
    /// only where the song ranked as of now would keep most of what sets them apart.
    fn aside(&self, view: &View) -> Option<String> {
        let brought = self.brought.then(|| view.say("no source brings it then").into_owned());
        let mostly = self.mostly.map(|(name, by)| {
            let name = if name == "exposure" { view.gamma_name() } else { name };
            let said = view.fill("mostly {} {}", &[&view.say(name), &format!("{by:+.3}")]);
            let (here, there) = (view.now().at_ms, self.without.trace.at_ms);
            let clock = text::clock(here.abs_diff(there));
            match there > here {
                _ if !self.by_time => said,
                true => view.fill("{}, as it is {} later then", &[&said, &clock]),
                false => view.fill("{}, as it is {} earlier then", &[&said, &clock]),
            }
        });
        let decided = decided(view, &self.without.trace);
        let parts: Vec<String> = brought.into_iter().chain(mostly).chain(decided).collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    /// How much it matters: a place is more than a score.
    fn weight(&self, e: &Explanation) -> (usize, Score) {
        let places = match (self.place, e.position) {
            (Some(a), Some(b)) => a.abs_diff(b),
            (a, b) => usize::from(a != b || self.plays) * 100,
        };
        (places, self.added.map_or(Score::ZERO, Score::abs))
    }
}

/// What is decided otherwise in another session: the arm, its target, M and the weights, each as it is here and there.
fn decided(view: &View, there: &Trace) -> Option<String> {
    let here = view.now();
    let mut said: Vec<String> = Vec::new();
    let [from, to] = [here, there].map(|trace| &trace.bandit.arm);
    if from != to {
        said.push(view.fill("arm {} → {}", &[&view.say(from), &view.say(to)]));
    }
    let [from, to] = [here, there].map(|trace| trace.promotion.target);
    if from != to {
        said.push(view.fill("target {} → {}", &[&percent(from), &percent(to)]));
    }
    let [from, to] = [here, there].map(|trace| trace.promotion.at_most);
    if from != to {
        said.push(format!("M {from} → {to}"));
    }
    let (a, b) = (&here.weights, &there.weights);
    for (name, from, to) in
        [("α", &a.alpha, &b.alpha), ("β", &a.beta, &b.beta), ("γ", &a.gamma, &b.gamma)]
    {
        let [from, to] = [from, to].map(|weight| format!("{:.3}", weight.value));
        if from != to {
            said.push(format!("{name} {from} → {to}"));
        }
    }
    said.into_iter().reduce(|said, next| view.fill("{}, {}", &[&said, &next]))
}

/// A part of a score by its name.
fn part(ledger: &Ledger, name: &str) -> Score {
    parts(ledger).into_iter().find(|(own, _)| *own == name).map_or(Score::ZERO, |(_, value)| value)
}

/// The part of a score that differs most between two accounts, and by how much; none where it is what the action does
/// by itself, as a search adds what is searched for, and all else teaches the model and moves streaks.
fn mostly<'a>(here: &'a Ledger, there: &'a Ledger, action: &Action) -> Option<(&'a str, Score)> {
    let (ours, theirs) = (parts(here), parts(there));
    let value = |parts: &[(&str, Score)], name: &str| {
        parts.iter().find(|(part, _)| *part == name).map_or(Score::ZERO, |(_, value)| *value)
    };
    let names = ours.iter().chain(&theirs).map(|(name, _)| *name);
    let apart = names.map(|name| (name, value(&ours, name) - value(&theirs, name)));
    let (name, by) = apart.max_by_key(|(_, by)| by.abs())?;
    let own = match action {
        Action::Search { .. } => name == "search",
        _ => matches!(name, "interest" | "genre streak" | "weariness" | "repeat"),
    };
    (!own && by.abs() >= LEAST).then_some((name, by))
}

/// What each of the newest events has done to a song, those that did most first.
pub(super) fn causes(
    view: &View,
    theme: &Theme,
    columns: usize,
    (e, causes, elsewhere): (&Explanation, Option<&Causes>, Option<&Elsewhere>),
) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(view.say("What brought it here").into_owned(), theme.title)];
    let Some(causes) = causes else {
        let said = view.say("Playing the session again without each event ...").into_owned();
        lines.extend([Line::styled(said, theme.faint), Line::default()]);
        return lines;
    };
    if causes.without.is_empty() {
        let said = view.say("Nothing has happened yet.").into_owned();
        lines.extend([Line::styled(said, theme.faint), Line::default()]);
        return lines;
    }
    let one =
        "Played again without the last event: its place now → without it, and what the event adds.";
    let more = "Played again without each of the last {} events: its place now → without it, and what the event adds.";
    for line in text::wrap(&view.counted(causes.without.len(), one, more), columns, 3) {
        lines.push(Line::styled(line, theme.faint));
    }
    let elsewhere = elsewhere.filter(|elsewhere| elsewhere.song == e.song.id);
    let ledger = |at: usize| elsewhere.and_then(|elsewhere| elsewhere.ledgers.get(at)?.as_ref());
    let late = |at: usize| elsewhere.and_then(|elsewhere| elsewhere.as_late.get(at)?.as_ref());
    let sessions = causes.without.iter().enumerate();
    let mut effects: Vec<Effect> =
        sessions.map(|(at, without)| Effect::of(e, without, (ledger(at), late(at)))).collect();
    let all = effects.len();
    effects.retain(|effect| {
        let (places, added) = effect.weight(e);
        places > 0 || added >= LEAST
    });
    effects.sort_by_key(|effect| std::cmp::Reverse(effect.weight(e)));
    let none = all - effects.len();
    let more = effects.len().saturating_sub(TOLD);
    effects.truncate(TOLD);
    let room = room(columns);
    if !effects.is_empty() {
        lines.push(heads(view, theme, room));
    }
    lines.extend(effects.iter().flat_map(|effect| row(view, theme, room, (e, effect))));
    lines.extend(rest(view, theme, more, none));
    lines.push(Line::default());
    lines
}

fn row(
    view: &View,
    theme: &Theme,
    room: usize,
    (e, effect): (&Explanation, &Effect),
) -> Vec<Line<'static>> {
    let there = if effect.plays { Place::Plays } else { effect.place.into() };
    let said = what(view, effect.without, room);
    let done = Done { said, aside: effect.aside(view), there, added: effect.added };
    done.rows(view, theme, room, e)
}

/// Where a song stands without something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the queue, from 1.
    At(usize),
    /// Not in the queue.
    Out,
    /// It is what plays.
    Plays,
}

impl From<Option<usize>> for Place {
    fn from(place: Option<usize>) -> Self {
        place.map_or(Place::Out, Place::At)
    }
}

impl Place {
    fn said(self, view: &View) -> String {
        match self {
            Place::At(place) => place.to_string(),
            Place::Out => view.say("out").into_owned(),
            Place::Plays => view.say("it plays").into_owned(),
        }
    }
}

/// What something has done to a song: what it was, and the song without it.
pub(super) struct Done {
    /// What would have been in its place.
    pub said: String,
    /// What stands under that.
    pub aside: Option<String>,
    /// Where the song stands without it.
    pub there: Place,
    /// How much of the score is its doing.
    pub added: Option<Score>,
}

impl Done {
    /// Its rows, with so many columns for what is said.
    pub(super) fn rows(
        self,
        view: &View,
        theme: &Theme,
        room: usize,
        e: &Explanation,
    ) -> Vec<Line<'static>> {
        let Done { said, aside, there, added } = self;
        let here = Place::from(e.position);
        let style = match (there, here) {
            (Place::At(there), Place::At(here)) if there < here => theme.up,
            (Place::At(_), Place::Out) | (Place::Plays, _) => theme.up,
            _ if there == here => theme.faint,
            _ => theme.down,
        };
        let (from, to) = (here.said(view), there.said(view));
        let places = if from == to { from } else { format!("{from} → {to}") };
        let figure = added.map_or(String::new(), |added| format!("{added:+.3}"));
        let added_style = match added {
            Some(added) if added < Score::ZERO => theme.loss,
            Some(_) => theme.boost,
            None => Style::new(),
        };
        let each = room.saturating_sub(INDENT);
        let mut said = text::wrap(&said, each, SAID).into_iter();
        let first = said.next().unwrap_or_default();
        let row = Line::from(vec![
            Span::raw(text::left(&first, room)),
            Span::styled(text::right(&places, PLACES), style),
            Span::styled(text::right(&figure, VALUE), added_style),
        ]);
        let indented = |rest: String| format!("{}{rest}", " ".repeat(INDENT));
        let more = said.map(|rest| Line::raw(indented(rest)));
        let aside = aside.map_or_else(Vec::new, |aside| text::wrap(&aside, each, ASIDE));
        let aside = aside.into_iter().map(|rest| Line::styled(indented(rest), theme.faint));
        [row].into_iter().chain(more).chain(aside).collect()
    }
}

/// What was done with a song, whole over as many rows as it has: only of a title what there is no room for is left out.
pub(super) fn of_title(room: usize, title: &str, said: impl Fn(&str) -> String) -> String {
    text::about_title(title, (room.saturating_sub(INDENT), SAID), said)
}

/// Columns that are left for what is said of something, of so many.
pub(super) fn room(columns: usize) -> usize {
    columns.saturating_sub(PLACES + VALUE)
}

/// What the columns of these rows are.
pub(super) fn heads(view: &View, theme: &Theme, room: usize) -> Line<'static> {
    let head = [
        text::left("", room),
        text::right(&view.say("place"), PLACES),
        text::right(&view.say("adds"), VALUE),
    ];
    Line::styled(head.concat(), theme.faint)
}

/// How many do less than those that are told, and how many nothing.
pub(super) fn rest(view: &View, theme: &Theme, more: usize, none: usize) -> Option<Line<'static>> {
    let left = [
        (more, "1 more does less", "{} more do less"),
        (none, "1 changes nothing here", "{} change nothing here"),
    ];
    let left = left.into_iter().filter(|(count, ..)| *count > 0);
    let left: Vec<String> = left.map(|(count, one, more)| view.counted(count, one, more)).collect();
    (!left.is_empty()).then(|| Line::styled(left.join(" · "), theme.faint))
}

/// Characters of a hash that tell models apart for a person.
const HASH: usize = 8;

/// What would have been in place of an event.
fn what(view: &View, without: &Without, room: usize) -> String {
    let (said, named) = match (&without.action, without.undone) {
        // When it would have been is no matter of course: a skip says more the sooner it comes.
        (_, Undone::Skipped { after_ms }) => {
            let at = text::clock(after_ms.into());
            let said = |title: &str| view.fill("had \"{}\" been skipped at {}", &[&title, &at]);
            return of_title(room, &without.title, said);
        }
        (Action::Skip, _) => ("had \"{}\" been heard out", &without.title),
        (Action::Open { .. }, _) => ("had \"{}\" not been left for another", &without.title),
        (Action::Replay, _) => ("had \"{}\" not been played again", &without.title),
        (Action::Like, _) => ("without liking \"{}\"", &without.title),
        (Action::Save, _) => ("without saving \"{}\"", &without.title),
        (Action::Search { query, .. }, _) => ("without searching \"{}\"", query),
        (Action::Scene { scene }, _) => {
            return view.fill("without the scene {}", &[&view.say(scene.name())]);
        }
        (Action::Version { hash }, _) => {
            let hash: String = hash.chars().take(HASH).collect();
            return view.fill("had the model {} not taken over", &[&hash]);
        }
        (Action::Subscribe, _) => return view.say("without subscribing").into_owned(),
        (Action::Override(set), _) if set.is_empty() => {
            return view.say("had nothing been given back to the policy").into_owned();
        }
        _ => return view.say("without what was set by hand").into_owned(),
    };
    of_title(room, named, |named| view.fill(said, &[&named]))
}
