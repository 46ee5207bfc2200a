//! What a view is about, as JSON.

use serde_json::{Map, Value, json};

use crate::command::Tab;
use crate::desk::Weekly;
use crate::view::View;
use melody_recommender::engine::Trace;

/// What a view is about: of the stage the whole trace, of the others their part of it, with what
/// produced it.
pub fn json(view: &View) -> Value {
    let now = view.now();
    let about = match view.tab {
        Tab::Stage => return json!(now),
        Tab::Explain => match &view.explained {
            Some(said) => json!({ "explanation": said.explanation, "why_not": said.why_not }),
            None => json!({ "song": view.selected_entry() }),
        },
        Tab::WhatIf => json!({
            "set": view.what_if.set,
            "preview": view.what_if.preview,
            "unchanged": view.what_if.base,
            "weights": now.weights,
            "promotion": now.promotion,
            "queue": now.queue,
        }),
        Tab::Bandit => json!({
            "bandit": now.bandit,
            "promotion": now.promotion,
            "regrets": view.regrets,
            "other_policies": view.others,
        }),
        Tab::Session => json!({ "session": now.session, "listener": now.listener }),
        Tab::Model => json!({ "near_line": now.near_line }),
        Tab::Metrics => json!({ "metrics": now.metrics, "guardrail": now.guardrail }),
        Tab::Compare => {
            let other = view.compared.as_ref();
            json!({
                "against": other.map(|other| &other.label),
                "from": other.map(|other| other.from),
                "there": other.and_then(|other| other.traces.last()),
                "here": now,
                "weeks": view.weekly.as_ref().map(weeks),
            })
        }
        Tab::Timeline => {
            let step = |trace: &Trace| {
                json!({
                    "step": trace.step,
                    "at_ms": trace.at_ms,
                    "event": trace.event,
                    "notes": trace.notes,
                })
            };
            json!({ "steps": view.traces.iter().map(|trace| step(trace)).collect::<Vec<_>>() })
        }
    };
    let mut whole = Map::new();
    whole.insert("view".into(), json!(stem(view.tab)));
    whole.insert("step".into(), json!(now.step));
    whole.insert("at_ms".into(), json!(now.at_ms));
    whole.insert("versions".into(), json!(now.versions));
    if let Value::Object(about) = about {
        whole.extend(about);
    }
    whole.into()
}

/// The two that are compared over weeks.
fn weeks(weekly: &Weekly) -> Value {
    let course = weekly.course.as_ref();
    let apart = course.map(|course| {
        let all = course.daily.iter().zip(&course.apart);
        all.map(|(daily, apart)| (daily.measure.to_string(), json!(apart))).collect::<Map<_, _>>()
    });
    json!({
        "against": weekly.label,
        "seed": weekly.seed,
        "world": weekly.world,
        "days": weekly.days,
        "listeners": weekly.listeners[0],
        "daily": course.map(|course| &course.daily),
        "apart": apart,
    })
}

/// A view's name in the names of files.
pub fn stem(tab: Tab) -> String {
    tab.name().to_lowercase()
}
