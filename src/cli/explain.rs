//! `melody explain`: the account of one song at a step of a script.

use std::cmp::Ordering;
use std::io::IsTerminal;
use std::path::Path;

use serde::Serialize;

use super::arguments::Explain;
use super::causes::{self, Caused, caused};
use super::failure::Failure;
use super::replay::{Folders, Prepared, prepare};
use super::say::{say, say_json};
use melody_core::catalogue::SongId;
use melody_core::input::Problem;
use melody_core::score::Score;
use melody_model::TASKS;
use melody_recommender::engine::{AttendedPlay, Engine, Explanation, Move, Trace, WhyNot};
use melody_recommender::ranking::{Flip, Node, Weight};
use melody_recommender::retrieval::{Missed, Standing};
use melody_sessions::script;

/// Past plays that are printed.
const PLAYS: usize = 6;
/// Columns of names, and of bars.
const NAMES: usize = 22;
const BAR: usize = 24;
/// What bars of what is taken away are made of.
const LOSS: &str = "-";

/// What is printed as JSON.
#[derive(Serialize)]
struct Said {
    #[serde(flatten)]
    explanation: Explanation,
    why_not: Option<WhyNot>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causes: Option<Vec<Caused>>,
}

pub(super) fn run(arguments: &Explain) -> Result<(), Failure> {
    let script = script::load(&arguments.script)?;
    let base = arguments.script.parent().unwrap_or(Path::new(""));
    let folders = Folders { memory: None, versions: arguments.versions.as_deref(), follow: false };
    let Prepared { engine, profile, library, .. } =
        prepare(&script, base, &arguments.named, folders, &mut Vec::new())?;
    let timeline = script::run(&script, engine, &profile, library.world())?.timeline;
    let last = timeline.events().len();
    let step = arguments.step.map_or(last, |step| step as usize);
    let Some((state, trace)) = timeline.state_at(step).zip(timeline.trace_at(step)) else {
        return Err(format!("--step {step}: the script has steps 0 to {last}").into());
    };
    let engine = timeline.engine();
    let song = chosen(arguments, engine, trace)?;
    let above = match &arguments.above {
        Some(name) => Some(named(engine, "--above", name)?),
        None => None,
    };
    if above == Some(song) {
        return Err("--above: it is the song that is explained; name another".to_string().into());
    }
    let asked: Vec<SongId> = above.into_iter().chain([song]).collect();
    let look = engine.look_at(&state, &asked);
    let explanation = engine.explain_of(&state, trace, &look, song);
    let why_not = engine.why_not(&state, &look, song, above);
    let causes = arguments.causes.then(|| caused(&timeline, step, song, &explanation));
    if arguments.json {
        say_json(&Said { explanation, why_not, causes })?;
    } else {
        let bars = if std::io::stdout().is_terminal() { "█" } else { "#" };
        let title = |id: &str| {
            let song = engine.setup.catalogue.find(id);
            song.map_or_else(
                || id.into(),
                |song| engine.setup.catalogue.song(song).title.to_string(),
            )
        };
        print(&explanation, &title, bars)?;
        why_not.iter().try_for_each(print_why_not)?;
        causes.iter().try_for_each(|all| causes::print(all, &explanation))?;
    }
    Ok(())
}

fn chosen(arguments: &Explain, engine: &Engine, trace: &Trace) -> Result<SongId, Failure> {
    if let Some(name) = &arguments.song {
        return named(engine, "--song", name);
    }
    let rank = arguments.rank.unwrap_or(1);
    let entry = (rank as usize).checked_sub(1).and_then(|place| trace.queue.get(place));
    let entry =
        entry.ok_or_else(|| format!("--rank {rank}: the queue has 1 to {}", trace.queue.len()))?;
    named(engine, "--rank", &entry.song.id)
}

/// A song by its identifier, or by its title where only one song has it.
fn named(engine: &Engine, option: &str, name: &str) -> Result<SongId, Failure> {
    let catalogue = &engine.setup.catalogue;
    if let Some(song) = catalogue.find(name) {
        return Ok(song);
    }
    let titled: Vec<SongId> =
        catalogue.ids().filter(|id| catalogue.song(*id).title.eq_ignore_ascii_case(name)).collect();
    match titled.as_slice() {
        [song] => Ok(*song),
        [] => {
            let message = format!("no song `{name}` in the catalogue `{}`", catalogue.name);
            let songs = catalogue.songs.iter().flat_map(|s| [s.id.as_str(), s.title.as_str()]);
            Err(Failure::Input(Problem::new(option, message).suggest(name, songs).into()))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|s| catalogue.song(*s).id.as_str()).collect();
            let message = format!("several songs are called `{name}`: {}", ids.join(", "));
            Err(Failure::Input(Problem::new(option, message).into()))
        }
    }
}

fn print(e: &Explanation, title: &impl Fn(&str) -> String, bar: &str) -> Result<(), Failure> {
    let place = match e.position {
        Some(position) => format!("rank {position}"),
        None => "not in the queue".into(),
    };
    say!("{}  {} ({}), step {}: {place}", e.song.title, e.song.artist, e.song.id, e.step)?;
    if let Some(dropped) = &e.ledger.dropped {
        let stage = format!("{:?}", dropped.stage).to_lowercase();
        // How far it is from the queue is told beside the song that it is held against.
        say!("dropped at {stage}: {}", dropped.why)?;
    }
    if let Some(displaced) = &e.displaced {
        // What alpha has not multiplied yet, so that nobody holds it against parts of the score.
        let (id, interest) = (&displaced.song, -displaced.interest);
        say!("promoted, in place of {} ({id}): interest {interest:+.6} before alpha", title(id))?;
    }
    let sources =
        if e.ledger.sources.is_empty() { "none".into() } else { e.ledger.sources.join(", ") };
    say!("brought by: {sources}")?;
    if let Some(missed) = &e.missed {
        print_missed(missed)?;
    }
    // A queue is in no order of scores where songs are promoted or committed.
    let order = if e.position.is_some() { "in the queue" } else { "by score" };
    for (what, neighbour) in [("above", &e.above), ("below", &e.below)] {
        if let Some(n) = neighbour {
            let apart = n.score - e.ledger.score.value;
            say!("right {what} {order}: {} ({}) {:.6}, {apart:+.6}", n.title, n.id, n.score)?;
        }
    }
    say!("\nscore")?;
    let largest = largest(&e.ledger.score).value().max(1e-6);
    print_node(&e.ledger.score, 0, &|value: Score| {
        let sign = if value < Score::ZERO { LOSS } else { bar };
        sign.repeat((value.abs().value() / largest * BAR as f64).round() as usize)
    })?;
    say!("\ninterest, of the heads")?;
    for part in &e.interest {
        let (name, head) = (&part.name, part.head);
        say!("  {name:20} {:+.6} = {head:.6} x {}", part.value, part.weight)?;
    }
    say!("  {:20} {:+.6}", "their sum", e.interest_score)?;
    say!("\nfusion weights")?;
    for (name, weight) in
        [("alpha", &e.weights.alpha), ("beta", &e.weights.beta), ("gamma", &e.weights.gamma)]
    {
        say!("  {name:5} {:.3} = {}", weight.value, terms(weight))?;
    }
    say!("\nexperts each task listens to")?;
    for (task, gates) in TASKS.iter().zip(&e.gates) {
        let shares = gates.iter().enumerate();
        let shares: Vec<String> = shares.map(|(i, g)| format!("{}: {g:.2}", i + 1)).collect();
        say!("  {:12} {}", task.name(), shares.join("   "))?;
    }
    say!("\nwhere the network looked (mean attention; not by how much the score would change)")?;
    say!("  {:34} {:.3}", "the song itself", e.attention_own)?;
    say!("  {:34} {:.3}", "the profile", e.attention_profile)?;
    e.attention.iter().take(PLAYS).try_for_each(print_play)?;
    let rest = e.attention.iter().skip(PLAYS);
    if rest.len() > 0 {
        let count = rest.len();
        let share: Score = rest.map(|play| play.share).sum();
        say!("  {:34} {share:.3}", format!("{count} other plays"))?;
    }
    Ok(())
}

/// Where a song that no source brought stood with each.
fn print_missed(missed: &Missed) -> Result<(), Failure> {
    say!("as a candidate it would rank {}; what each source made of it:", missed.rank)?;
    for Standing { source, quota, draws, out_of_reach, place, behind } in &missed.standings {
        match (place, behind) {
            (Some(place), _) if *out_of_reach => say!(
                "  {source:12} place {place}, but in a part of the catalogue that it left out"
            )?,
            (Some(place), Some(behind)) => {
                say!("  {source:12} place {place}, brings {quota}: {behind} too far")?
            }
            _ if *draws => say!("  {source:12} drew {quota} others")?,
            _ => say!("  {source:12} never brings it")?,
        }
    }
    let quota = missed.nearest().and_then(|s| Some((&s.source, s.place?)));
    let quota = quota.map(|(source, place)| format!("a quota of {place} for {source}"));
    let searched = missed.standings.iter().any(|s| s.source == "search" && s.quota > 0);
    let searched = searched.then(|| "a search for it".to_string());
    let ways: Vec<String> = searched.into_iter().chain(quota).collect();
    if !ways.is_empty() {
        say!("what would bring it: {}", ways.join(", or "))?;
    }
    Ok(())
}

/// Columns of a past play's title.
const TITLE: usize = 34;

fn print_play(play: &AttendedPlay) -> Result<(), Failure> {
    let went = match (play.liked, play.completed, play.skipped) {
        (true, ..) => "liked",
        (_, true, _) => "completed",
        (.., true) => "skipped",
        _ => "left",
    };
    let title = melody_tui::left(&play.title, TITLE);
    say!(
        "  {title} {:.3}  {} ago, {went} at {:.0} %, {}",
        play.share,
        play.plays_ago,
        100.0 * play.play_ratio.value(),
        play.genre
    )
}

fn print_why_not(why: &WhyNot) -> Result<(), Failure> {
    say!("\nwhy not above {} ({})?", why.above.title, why.above.id)?;
    match why.lacks.cmp(&Score::ZERO) {
        Ordering::Greater => say!("  it lacks {:.6} of score", why.lacks)?,
        Ordering::Less if why.score_decides() => {
            say!("  its score is higher already, by {:.6}: enough as it is", -why.lacks)?
        }
        Ordering::Less => {
            say!("  its score is higher, by {:.6}: that alone does not decide", -why.lacks)?
        }
        Ordering::Equal => say!("  the scores are level: the higher interest goes first")?,
    }
    if let Some(beside) = &why.beside {
        say!("  {beside}")?;
    }
    if let Some(when) = &why.when {
        say!("  {when}")?;
    }
    why.flips.iter().try_for_each(|flip| say!("  {}", said(flip)))?;
    for Move { what, from, to, target, place, other } in &why.moves {
        let aims = if what == "arm" { format!(", target {target:.3}") } else { String::new() };
        let other = match other {
            Some(other) => format!("the other at {other}"),
            None => "the other not in the queue".into(),
        };
        say!("  really ranked, {what} {from} -> {to}{aims}: place {place}, {other}")?;
    }
    if let Some(unmoved) = &why.unmoved {
        say!("  {unmoved}")?;
    }
    Ok(())
}

fn said(flip: &Flip) -> String {
    let then = flip.then.map_or(String::new(), |then| format!("; {}", then.told()));
    let said = match (flip.change(), &flip.why) {
        (Some(change), _) if change == Score::ZERO => {
            format!("{:6} {:.6}: enough as it is", flip.weight, flip.from)
        }
        (Some(change), _) => {
            let to = flip.from + change;
            let level =
                flip.level.map_or(String::new(), |level| format!(", level from {level:.6}"));
            let does = match flip.then {
                Some(then) if !then.above() => "gives it the higher score, which does not do",
                _ => "would do",
            };
            format!("{:6} {:.6} -> {to:.6} ({change:+.6}) {does}{level}", flip.weight, flip.from)
        }
        (None, why) => {
            format!("{:6} no: {}", flip.weight, why.as_deref().unwrap_or("no change does it"))
        }
    };
    said + &then
}

/// The largest part of a score.
fn largest(node: &Node) -> Score {
    node.children.iter().map(largest).fold(node.value.abs(), Score::max)
}

fn print_node(node: &Node, depth: usize, bar: &impl Fn(Score) -> String) -> Result<(), Failure> {
    let name = format!("{}{}", "  ".repeat(depth + 1), node.name);
    say!("{name:NAMES$} {:+.6}  {:BAR$}  {}", node.value, bar(node.value), node.how)?;
    node.children.iter().try_for_each(|child| print_node(child, depth + 1, bar))
}

fn terms(weight: &Weight) -> String {
    let shown = weight.terms.iter().filter(|t| t.value != Score::ZERO);
    let parts: Vec<String> =
        shown.map(|t| format!("{:+.3} {} ({})", t.value, t.name, t.from)).collect();
    if parts.is_empty() { "nothing".into() } else { parts.join(" ") }
}
