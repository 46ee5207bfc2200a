//! What just changed and why, in plain words, from the notes of a trace.

use std::fmt::Display;
use std::sync::Arc;

use crate::words::Lang;
use melody_core::event::Action;
use melody_core::overrides::Overrides;
use melody_core::score::Score;
use melody_recommender::engine::{Note, PromotionReport, Trace};
use melody_recommender::feedback::Side;
use melody_recommender::percent::nearest as percent;

/// Characters of a hash that tell models apart for a person.
const HASH: usize = 8;
/// Effects told in one line.
const EFFECTS: usize = 2;

/// One line about the newest of these steps. The earlier ones tell what came in a row. What was done stands before a
/// colon, what it led to behind it, and what came at the same time by itself apart from both.
pub fn headline(traces: &[Arc<Trace>], lang: Lang) -> String {
    let Some((now, earlier)) = traces.split_last() else { return String::new() };
    let before = earlier.last().map(|trace| &**trace);
    let cause = cause(traces, now, lang);
    let (besides, own): (Vec<&Note>, Vec<&Note>) =
        now.notes.iter().partition(|note| by_itself(note, now));
    let said = |notes: Vec<&Note>| -> Vec<String> {
        notes.into_iter().filter_map(|note| told(note, now, lang)).take(EFFECTS).collect()
    };
    let (besides, mut effects) = (said(besides), said(own));
    if effects.is_empty() {
        effects.extend(quiet(now, before, lang));
    }
    effects.extend(before.and_then(|before| cap_moved(before, now, lang)));
    // What was done comes before what it led to.
    if let (Some(Action::Override(set)), Some(before)) =
        (now.event.as_ref().map(|e| &e.action), before)
        && let Some(said) = set_by_hand(before, set, Some(now), lang)
    {
        effects.insert(0, said);
    }
    // What it led to is the news, and stands before a rule that is always the same.
    let ended = now.ended.as_ref();
    if ended.is_some_and(|ended| ended.skipped) && went_on(now) && was_preview(traces) {
        effects.push(lang.text("a skip, and not a preview heard").into());
    }
    let said = match effects.is_empty() {
        true => cause,
        false => lang.fill("{}: {}", &[&cause, &effects.join(&lang.text("; "))]),
    };
    match besides.is_empty() {
        true => said,
        false => lang.fill("{}; besides, {}", &[&said, &besides.join(&lang.text("; "))]),
    }
}

/// Whether a note tells of what its step's event has not led to: a model that had been learning takes over when it is
/// due, whatever is done then.
fn by_itself(note: &Note, now: &Trace) -> bool {
    let asked = matches!(now.event.as_ref().map(|e| &e.action), Some(Action::Version { .. }));
    matches!(note, Note::Model { .. } | Note::Version { .. }) && !asked
}

/// Every rule that has made M or N what they are, beside the policy's own, in words; `None` where it is the policy
/// alone. A cap that is named without them looks like the doing of whatever it is named beside.
pub(crate) fn binding(promotion: &PromotionReport, lang: Lang) -> Option<String> {
    let rules = promotion.limits.iter();
    let rules = rules.filter(|limit| limit.rule == "at_most" || limit.rule == "window");
    let mut by: Vec<String> = rules.map(|limit| lang.text(&limit.from).into_owned()).collect();
    by.dedup();
    (!by.is_empty()).then(|| by.join(&lang.text(", ")))
}

/// The largest promoted share, with all that holds it there.
fn capped(now: &Trace, cap: Score, lang: Lang) -> String {
    match binding(&now.promotion, lang) {
        Some(by) => lang.fill("{} ({})", &[&percent(cap), &by]),
        None => percent(cap),
    }
}

/// That the cap moved, where no note of the guardrail says so: as promotion waits after skips, and goes on again.
fn cap_moved(before: &Trace, now: &Trace, lang: Lang) -> Option<String> {
    let (from, to) = (before.promotion.cap, now.promotion.cap);
    let guarded = now.notes.iter().any(|note| matches!(note, Note::Guardrail { .. }));
    let by_hand = matches!(now.event.as_ref().map(|e| &e.action), Some(Action::Override(_)));
    (from != to && !guarded && !by_hand)
        .then(|| lang.fill("promotion cap {} → {}", &[&percent(from), &percent(to)]))
}

/// What the listener did.
fn cause(traces: &[Arc<Trace>], now: &Trace, lang: Lang) -> String {
    let Some(event) = &now.event else {
        return lang.text("The session begins").into();
    };
    let playing = &now.playing.song.title;
    let ended = now.ended.as_ref();
    match &event.action {
        Action::Skip | Action::Finish => match ended {
            Some(ended) if ended.skipped => skipped(traces, now, lang),
            Some(ended) if was_preview(traces) => {
                let values: [&dyn Display; 2] = [&ended.song.title, &now.listener.previews];
                lang.fill("Heard the preview of \"{}\", number {}", &values)
            }
            Some(ended) => lang.fill("Finished \"{}\"", &[&ended.song.title]),
            None => lang.text("Went on").into(),
        },
        Action::Like => lang.fill("Liked \"{}\"", &[playing]),
        Action::Save => lang.fill("Saved \"{}\"", &[playing]),
        Action::Replay => lang.fill("Played \"{}\" again", &[playing]),
        Action::Search { query, .. } => lang.fill("Searched for \"{}\"", &[query]),
        Action::Open { .. } => lang.fill("Opened \"{}\"", &[playing]),
        Action::Subscribe => lang.text("Subscribed").into(),
        Action::Override(set) if set.is_empty() => lang.text("Gave all back to the policy").into(),
        Action::Override(_) => lang.text("Set by hand").into(),
        Action::Version { .. } => lang.text("A version from outside").into(),
        Action::Scene { scene } => lang.fill("Scene is now {}", &[&lang.text(scene.name())]),
    }
}

/// Whether a step's event is that a song ended, and not another that ends one, too, as opening a song does.
fn went_on(now: &Trace) -> bool {
    matches!(now.event.as_ref().map(|e| &e.action), Some(Action::Skip | Action::Finish))
}

/// Whether what played before the newest of these steps was no more than a preview.
fn was_preview(traces: &[Arc<Trace>]) -> bool {
    let before = traces.len().checked_sub(2).and_then(|before| traces.get(before));
    before.is_some_and(|trace| trace.playing.preview_ms.is_some())
}

fn skipped(traces: &[Arc<Trace>], now: &Trace, lang: Lang) -> String {
    let Some(ended) = &now.ended else { return String::new() };
    let song = &ended.song;
    if was_preview(traces) {
        return lang.fill("Skipped the preview of \"{}\"", &[&song.title]);
    }
    let promoted = traces
        .iter()
        .rev()
        .filter_map(|trace| trace.ended.as_ref())
        .filter(|ended| ended.song.campaign.is_some())
        .take_while(|ended| ended.skipped)
        .count();
    match (song.campaign.is_some(), promoted, now.session.skip_streak) {
        (true, 2.., _) => lang.fill("Skipped {} promoted in a row", &[&promoted]),
        (true, ..) => lang.fill("Skipped the promoted \"{}\"", &[&song.title]),
        (false, _, streak @ 2..) => {
            lang.fill("Skipped {} in a row, last \"{}\"", &[&streak, &song.title])
        }
        _ => lang.fill("Skipped \"{}\"", &[&song.title]),
    }
}

/// What a note says changed, if it says more than the event itself.
fn told(note: &Note, now: &Trace, lang: Lang) -> Option<String> {
    Some(match note {
        Note::Guardrail { side: Side::Selling, level, cause, .. } => {
            lang.fill("guardrail: selling at level {}, {}", &[level, &lang.text(cause)])
        }
        Note::Guardrail { raised: true, level, cause, cap, .. } => {
            let said = "guardrail up to level {}, promotion cap {}: {}";
            lang.fill(said, &[level, &capped(now, *cap, lang), &lang.text(cause)])
        }
        Note::Guardrail { level, cause, cap, .. } => {
            let said = "guardrail down to level {}, promotion cap {}: {}";
            lang.fill(said, &[level, &capped(now, *cap, lang), &lang.text(cause)])
        }
        Note::Target { from, to, arm, held, promoted_skips, .. } => {
            let lower = to < from && *promoted_skips > 0;
            let calm = to > from && *promoted_skips == 0;
            let by_lot = now.bandit.decided.as_ref().is_some_and(|choice| choice.uniform);
            let set = matches!(now.event.as_ref().map(|e| &e.action), Some(Action::Override(_)));
            let by_hand = now.bandit.decided.as_ref().is_some_and(|choice| choice.by_hand);
            let (from, to) = (percent(*from), percent(*to));
            match held {
                Some(skips) => lang
                    .fill("promotion target {} → {} after {} skips in a row", &[&from, &to, skips]),
                // What was set by hand is said before it, and is the reason.
                None if arm.is_empty() || set => {
                    lang.fill("promotion target {} → {}", &[&from, &to])
                }
                None if by_hand => {
                    let said = "promotion target {} → {}, arm {} set by hand";
                    lang.fill(said, &[&from, &to, &lang.text(arm)])
                }
                None if by_lot => {
                    let said = "promotion target {} → {}, arm {} drawn by lot";
                    lang.fill(said, &[&from, &to, &lang.text(arm)])
                }
                None if calm => {
                    let said = "promotion target {} → {}, no promoted song skipped of late, arm {}";
                    lang.fill(said, &[&from, &to, &lang.text(arm)])
                }
                // What it was lowered for is named: the song that has just ended may be another.
                None if lower => {
                    let said = "promotion target {} → {} as promoted songs were skipped ({} of the last 10), arm {}";
                    lang.fill(said, &[&from, &to, promoted_skips, &lang.text(arm)])
                }
                None => {
                    lang.fill("promotion target {} → {}, arm {}", &[&from, &to, &lang.text(arm)])
                }
            }
        }
        Note::Segment { from, to, because } => {
            let values: [&dyn Display; 3] =
                [&lang.named("segment", from), &lang.named("segment", to), &lang.reasons(because)];
            lang.fill("segment {} → {}, as {}", &values)
        }
        Note::Joined { segment, because } => {
            let values: [&dyn Display; 2] =
                [&lang.named("segment", segment), &lang.reasons(because)];
            lang.fill("also segment {}, as {}", &values)
        }
        Note::Left { segment } => {
            lang.fill("no longer segment {}", &[&lang.named("segment", segment)])
        }
        Note::Subscribed => {
            let beta = format!("{:.3}", now.weights.beta.value);
            lang.fill("beta is {}, nothing is left to sell", &[&beta])
        }
        Note::Model { accepted: true, number, held_back_before, held_back_after } => {
            let (from, to) = (format!("{held_back_before:.4}"), format!("{held_back_after:.4}"));
            let said = "the model has learned, version {}: held-back loss {} → {}";
            lang.fill(said, &[number, &from, &to])
        }
        Note::Model { held_back_before, held_back_after, .. } => {
            let (from, to) = (format!("{held_back_before:.4}"), format!("{held_back_after:.4}"));
            lang.fill("a model update was refused: held-back loss {} → {}", &[&from, &to])
        }
        Note::Version { name, hash, from, from_hash } => {
            let short = |hash: &str| hash.chars().take(HASH).collect::<String>();
            let (hash, from_hash) = (short(hash), short(from_hash));
            let said = "model {} ({}) takes over from {} ({})";
            lang.fill(said, &[name, &hash, from, &from_hash])
        }
        Note::Streak { genre, run, boost } => {
            let genre = lang.text(genre);
            let boost = format!("{boost:+.3}");
            let said = lang.fill("{} {} in a row, {} songs {}", &[run, &genre, &genre, &boost]);
            of_the_ended(now, said, lang)
        }
        Note::Search { .. } | Note::Scene { .. } | Note::Skipped { .. } => return None,
        Note::Override { .. } => return None,
        Note::Opened { .. } | Note::Liked { .. } | Note::Started => return None,
    })
}

/// An effect of the play that ended, named by its song where the event is of another one: a song that is
/// opened ends the one before, and what that leads to is none of the new one's doing.
fn of_the_ended(now: &Trace, effect: String, lang: Lang) -> String {
    let opened = now.event.as_ref().map(|event| &event.action);
    match (opened, &now.ended) {
        (Some(Action::Open { .. }), Some(ended)) => {
            let said = match (ended.skipped, ended.completed) {
                (true, _) => "after skipping \"{}\", {}",
                (_, true) => "after \"{}\" was heard out, {}",
                _ => "after a part of \"{}\", {}",
            };
            lang.fill(said, &[&ended.song.title, &effect])
        }
        _ => effect,
    }
}

/// What an event without a remarkable note did.
fn quiet(now: &Trace, before: Option<&Trace>, lang: Lang) -> Option<String> {
    let Some(event) = &now.event else {
        let segment = &now.listener.segment;
        let values: [&dyn Display; 2] =
            [&lang.named("segment", &segment.name), &lang.reasons(&segment.because)];
        return Some(lang.fill("{} listener, as {}", &values));
    };
    let genre_now = |genre: &str| {
        let streaks = &now.session.streaks;
        let streak = streaks.iter().find(|s| s.kind == "genre" && s.name == genre)?;
        let (genre, to) = (lang.text(genre), format!("{:+.3}", streak.boost));
        // Older traces do not say what it was.
        Some(match streak.was {
            Some(was) => lang.fill("{} songs {} → {}", &[&genre, &format!("{was:+.3}"), &to]),
            None => lang.fill("{} songs now {}", &[&genre, &to]),
        })
    };
    match &event.action {
        Action::Like | Action::Save => genre_now(&now.playing.song.genre),
        Action::Search { .. } => {
            let search = now.session.searches.first()?;
            let boost = format!("{:+.3}", search.boost);
            Some(lang.fill("what is related rises by up to {}", &[&boost]))
        }
        Action::Scene { .. } | Action::Override(_) => decided_otherwise(now, before?, lang),
        _ => {
            let genre = genre_now(&now.ended.as_ref()?.song.genre);
            let genre = genre.map(|genre| of_the_ended(now, genre, lang));
            // What plays after a replay or an opened song has been said.
            let said = matches!(event.action, Action::Replay | Action::Open { .. });
            let next = (!said).then(|| lang.fill("now \"{}\"", &[&now.playing.song.title]));
            let parts: Vec<String> = genre.into_iter().chain(next).collect();
            (!parts.is_empty()).then(|| parts.join(&lang.text("; ")))
        }
    }
}

/// What a scene or a hand changed of what decides, beside what was set.
fn decided_otherwise(now: &Trace, before: &Trace, lang: Lang) -> Option<String> {
    let set = |of: fn(&Overrides) -> Option<Score>| of(&before.overrides) != of(&now.overrides);
    let (a, b) = (&before.weights, &now.weights);
    let pairs = [
        ("α", a.alpha.value, b.alpha.value, set(|o| o.alpha)),
        ("β", a.beta.value, b.beta.value, set(|o| o.beta)),
        ("γ", a.gamma.value, b.gamma.value, set(|o| o.gamma)),
    ];
    let mut changed: Vec<String> = pairs
        .iter()
        .filter(|(_, from, to, set)| from != to && !set)
        .map(|(name, from, to, _)| format!("{name} {from:.3} → {to:.3}"))
        .collect();
    let (a, b) = (&before.promotion, &now.promotion);
    let (c, d) = (&before.overrides, &now.overrides);
    let pairs = [
        ("M", a.at_most, b.at_most, c.at_most != d.at_most),
        ("N", a.window, b.window, c.window != d.window),
    ];
    for (name, from, to, set) in pairs {
        if from != to && !set {
            changed.push(format!("{name} {from} → {to}"));
        }
    }
    let by_hand = c != d;
    let none = || (!by_hand).then(|| lang.text("the weights stay").into());
    listed(changed, lang).or_else(none)
}

/// What is set by hand, or given back: each with what was in force before, and what is set instead. `now`: the step at which
/// it was; without one what a weight that is given back comes to is not known. `None` where nothing is.
pub(crate) fn set_by_hand(
    before: &Trace,
    set: &Overrides,
    now: Option<&Trace>,
    lang: Lang,
) -> Option<String> {
    let was = &before.overrides;
    let back = lang.text("as the policy has it");
    let mut said: Vec<String> = Vec::new();
    let weights = |trace: &Trace| {
        let weights = &trace.weights;
        [weights.alpha.value, weights.beta.value, weights.gamma.value]
    };
    let (from, to) = (weights(before), now.map(weights));
    let own = [("α", was.alpha, set.alpha), ("β", was.beta, set.beta), ("γ", was.gamma, set.gamma)];
    for (i, (name, _, set)) in own.into_iter().enumerate().filter(|(_, own)| own.1 != own.2) {
        let (from, to) = (format!("{:.3}", from[i]), to.map(|to| to[i]));
        said.push(match (set, to) {
            // What a clamp makes of it is told with it.
            (Some(set), Some(to)) if set != to => {
                let values: [&dyn Display; 4] =
                    [&name, &from, &format!("{set:.3}"), &format!("{to:.3}")];
                lang.fill("{} {} → {}, held to {}", &values)
            }
            (Some(set), _) => format!("{name} {from} → {set:.3}"),
            (None, Some(to)) => format!("{name} {from} → {to:.3} {back}"),
            (None, None) => format!("{name} {from} → {back}"),
        });
    }
    let (from, to) = (&before.promotion, now.map(|now| &now.promotion));
    let own = [
        ("M", from.at_most, was.at_most, set.at_most, to.map(|to| to.at_most)),
        ("N", from.window, was.window, set.window, to.map(|to| to.window)),
    ];
    for (name, from, _, set, to) in own.into_iter().filter(|own| own.2 != own.3) {
        said.push(match (set, to) {
            (Some(set), _) => format!("{name} {from} → {set}"),
            (None, Some(to)) => format!("{name} {from} → {to} {back}"),
            (None, None) => format!("{name} {from} → {back}"),
        });
    }
    if was.arm != set.arm {
        let own =
            |arm: &Option<String>| lang.text(arm.as_deref().unwrap_or("its choice")).into_owned();
        said.push(lang.fill("arm {} → {}", &[&own(&was.arm), &own(&set.arm)]));
    }
    if was.boost() != set.boost() {
        let [from, to] = [was, set].map(|set| format!("{:.2}", set.boost()));
        said.push(lang.fill("session boosts x {} → x {}", &[&from, &to]));
    }
    listed(said, lang)
}

/// All of these in one sentence.
fn listed(all: Vec<String>, lang: Lang) -> Option<String> {
    all.into_iter().reduce(|said, next| lang.fill("{}, {}", &[&said, &next]))
}
