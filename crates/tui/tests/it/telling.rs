//! What a step's sentence gives as a reason is one.

use std::sync::Arc;

use crate::stage::{app, press};
use melody_core::event::Action;
use melody_core::overrides::Overrides;
use melody_core::score::Score;
use melody_recommender::engine::{Note, Trace};
use melody_tui::{App, Lang, headline};

/// The sentence of the newest step, with something else in its trace.
fn said(app: &App, change: impl FnOnce(&mut Trace)) -> String {
    let mut traces = app.view().traces.to_vec();
    let mut now = Trace::clone(traces.last().unwrap());
    change(&mut now);
    *traces.last_mut().unwrap() = Arc::new(now);
    headline(&traces, Lang::En)
}

#[test]
fn a_model_that_takes_over_meanwhile_is_no_doing_of_what_is_liked() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n l");
    let alone = said(&app, |_| ());
    assert!(alone.starts_with("Liked \""), "{alone}");
    let learned = Note::Model {
        accepted: true,
        number: 2,
        held_back_before: Score::new(0.5),
        held_back_after: Score::new(0.4),
    };
    let both = said(&app, |now| now.notes.insert(0, learned));
    let apart = "; besides, the model has learned, version 2: held-back loss 0.5000 → 0.4000";
    assert_eq!(both, format!("{alone}{apart}"), "its own effect comes first");
}

#[test]
fn a_target_that_is_set_by_hand_has_the_hand_as_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n");
    let set = Overrides { arm: Some("light".into()), ..Overrides::default() };
    let target = Note::Target {
        from: Score::ZERO,
        to: Score::new(0.05),
        arm: "light".into(),
        promoted_skips: 0,
        reward: None,
        held: None,
    };
    let told = said(&app, |now| {
        now.event.as_mut().unwrap().action = Action::Override(set);
        now.ended = None;
        now.notes = vec![Note::Override { released: false }, target];
    });
    assert!(told.starts_with("Set by hand: arm its choice → light"), "{told}");
    assert!(told.ends_with("promotion target 0 % → 5 %"), "{told}");
}
