//! The cause: a session without an event is that session, really played.

use std::sync::Arc;
use std::time::Duration;

use crate::shown::screen;
use crate::stage::{app, press, write};
use melody_core::event::Action;
use melody_recommender::causes::{Causes, Undone};
use melody_recommender::engine::{Engine, Setup, Timeline};
use melody_recommender::playback::{Playhead, mirrored};
use melody_tui::{App, Bygones, Lang};

fn causes(app: &mut App) -> Causes {
    app.tick(Duration::ZERO);
    app.settle();
    (*app.view().causes.expect("worked out")).clone()
}

/// The session played from its beginning without the event of a step.
fn again(timeline: &Timeline, left_out: usize) -> Timeline {
    let mut other = Timeline::start(timeline.engine().clone());
    let mut head = Playhead::after(other.trace());
    for (at, event) in timeline.events().iter().enumerate() {
        let length = other.trace().playing.length_ms();
        let event = if at + 1 == left_out {
            let (until, action) = match &event.action {
                Action::Finish => (10_000.min(length / 2), Action::Skip),
                action if action.ends_play() => (length, Action::Finish),
                _ => continue,
            };
            head.play_until(until, length);
            Some(head.event(action))
        } else {
            let before = Playhead::after(timeline.trace_at(at).unwrap());
            mirrored(event, before, head, (other.state().playing.song, length))
        };
        if let Some(event) = event
            && let Ok(trace) = other.apply(event)
        {
            head = Playhead::after(&trace);
        }
    }
    other
}

#[test]
fn a_session_without_an_event_is_that_session_really_played_to_the_digit() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n l n n s n r n l 2");
    let said = causes(&mut app);
    let timeline = app.session.timeline();
    assert_eq!(said.without.len(), timeline.events().len(), "each of them");
    let mut moved = 0;
    for without in &said.without {
        let other = again(timeline, without.step);
        assert_eq!(without.action, timeline.events()[without.step - 1].action);
        let undone = match &without.action {
            Action::Finish => Undone::Skipped { after_ms: 10_000 },
            action if action.ends_play() => Undone::HeardOut,
            _ => Undone::LeftOut,
        };
        assert_eq!(without.undone, undone);
        let (there, really) = (&without.trace, other.trace());
        assert_eq!(there.queue, really.queue, "without {:?}", without.action);
        assert_eq!(there.weights, really.weights);
        assert_eq!(there.playing.song, really.playing.song);
        moved += usize::from(there.queue != app.session.trace().queue);
    }
    assert!(moved > 3, "events matter: {moved}");
}

#[test]
fn a_song_outside_the_queue_is_told_of_to_the_digit_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    press(&mut app, "n l n /");
    write(&mut app, "samba");
    press(&mut app, "enter 2 /");
    write(&mut app, "samba");
    // The first one that is found and not in the queue.
    let Some(melody_tui::Popup::Search(search)) = app.view().popup else { panic!("it is open") };
    let queue = app.session.trace().queue.clone();
    let away = |id: &str| queue.iter().all(|entry| entry.song.id != id);
    let at = search.hits.iter().position(|hit| away(&hit.song.id)).expect("one is away");
    let id = search.hits[at].song.id.clone();
    for _ in 0..at {
        press(&mut app, "down");
    }
    press(&mut app, "enter");
    let said = causes(&mut app);
    let view = app.view();
    let e = &view.explained.as_ref().unwrap().explanation;
    assert_eq!((e.song.id.clone(), e.position), (id.clone(), None));
    let elsewhere = view.elsewhere.clone().expect("worked out");
    assert_eq!((elsewhere.song.clone(), elsewhere.ledgers.len()), (id, said.without.len()));
    let timeline = app.session.timeline();
    for (without, ledger) in said.without.iter().zip(&elsewhere.ledgers) {
        let other = again(timeline, without.step);
        let song = app.session.find(&e.song.id).unwrap();
        let really = other.engine().explain(other.state(), other.trace(), song);
        match ledger {
            Some(ledger) => assert_eq!(*ledger, really.ledger, "without {:?}", without.action),
            None => assert!(really.position.is_some(), "the queue there has it"),
        }
    }
    // Once more as of now where it is another time there, and not where it is the same.
    let now = timeline.state().moment.at_ms;
    for (without, late) in said.without.iter().zip(&elsewhere.as_late) {
        let there = again(timeline, without.step).state().moment.at_ms;
        assert_eq!(late.is_some(), now.abs_diff(there) >= 1_000, "without {:?}", without.action);
    }
    let shown = screen(&app, 160, 50);
    assert!(shown.contains("without searching \"samba\""), "{shown}");
}

#[test]
fn what_is_decided_otherwise_is_named_and_no_time_that_does_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    // The first arm, by hand.
    press(&mut app, "n l n 3 j j j j j [ right enter 2");
    let said = causes(&mut app);
    let now = app.session.trace().clone();
    let set = said.without.iter().find(|w| matches!(w.action, Action::Override(_))).unwrap();
    let (arm, there) = (now.bandit.arm.clone(), set.trace.bandit.arm.clone());
    assert_ne!(arm, there, "it is set by hand");
    let shown = screen(&app, 200, 90);
    // What moves nothing of the song is only counted.
    if shown.contains("without what was set by hand") {
        assert!(shown.contains(&format!("arm {arm} → {there}")), "{shown}");
    }
    // Without it all comes at the same time.
    assert!(!shown.contains("0:00 earlier") && !shown.contains("0:00 later"), "{shown}");
}

#[test]
fn another_songs_account_is_read_from_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n l n 2");
    causes(&mut app);
    for _ in 0..3 {
        let area = ratatui::layout::Rect::new(0, 0, 80, 24);
        let drawn = melody_tui::draw(&app.view(), area, &mut ratatui::buffer::Buffer::empty(area));
        app.drawn(drawn);
        press(&mut app, "pagedown");
    }
    let scrolled = app.view().scroll;
    press(&mut app, "1 j j 2");
    causes(&mut app);
    assert_eq!(app.view().scroll, 0, "it was {scrolled}");
    assert!(scrolled > 0);
}

#[test]
fn of_one_event_it_is_told_as_of_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n 2");
    causes(&mut app);
    let shown = screen(&app, 160, 60);
    assert!(shown.contains("Played again without the last event: "), "{shown}");
    press(&mut app, "d");
    let shown = screen(&app, 160, 80);
    assert!(shown.contains(" 1 play ago") && !shown.contains(" 1 plays"), "{shown}");
}

#[test]
fn explain_lays_a_song_beside_another_and_tells_what_brought_it_here() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n l n j j j j 2");
    causes(&mut app);
    let view = app.view();
    let said = view.explained.clone().unwrap();
    let beside = said.beside.clone().expect("there is one above it");
    let entry = view.now().queue.iter().find(|entry| entry.song.id == beside.song.id).unwrap();
    assert_eq!(beside.ledger, entry.ledger, "as the trace has it");
    let shown = screen(&app, 120, 40);
    for wanted in ["Beside \"", "What brought it here", "had \""] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    assert!(!shown.contains("mean attention"), "{shown}");
    press(&mut app, "d");
    let shown = screen(&app, 120, 40);
    assert!(shown.contains("mean attention") && !shown.contains("What brought it here"), "{shown}");
    press(&mut app, "d");
    // A promoted song is laid beside the one whose place it has.
    let promoted = view.now().queue.iter().position(|entry| entry.displaced.is_some());
    if let Some(place) = promoted {
        press(&mut app, "1 g");
        (0..place).for_each(|_| press(&mut app, "j"));
        press(&mut app, "2");
        causes(&mut app);
        let beside = app.view().explained.clone().unwrap().beside.clone().unwrap();
        let entry = app.view().now().queue[place].clone();
        assert_eq!(beside.song.id, entry.displaced.unwrap().song);
        assert!(beside.displaced);
    }
}

/// The plays before a session, as the Explain view tells of them.
fn bygones(app: &mut App) -> Bygones {
    // The moments first, then the song in them.
    causes(app);
    causes(app);
    (*app.view().bygones.expect("worked out")).clone()
}

#[test]
fn a_moment_without_a_play_is_that_of_a_session_whose_past_lacks_it_to_the_digit() {
    let folder = tempfile::tempdir().unwrap();
    let (mut alike, mut moved) = (0, 0);
    for profile in ["likely-payer", "casual-listener"] {
        let mut app = app(profile, folder.path());
        for keys in ["j 2", "1 j 2"] {
            press(&mut app, keys);
            let said = bygones(&mut app);
            let timeline = app.session.timeline();
            let (engine, trace) = (timeline.engine(), timeline.trace());
            let past = &engine.setup.past;
            assert_eq!((said.past, said.without.len()), (past.len(), past.len().min(50)));
            for (back, bygone) in said.without.iter().enumerate() {
                let mut lacking = (**past).clone();
                let play = lacking.remove(past.len() - 1 - back);
                assert_eq!(bygone.play, play, "the newest first");
                let setup = Setup { past: Arc::new(lacking), ..engine.setup.clone() };
                let really = Timeline::start(Arc::new(Engine::new(setup)));
                let there = really.trace();
                // Where it begins with another song, or under another arm, another thing happens.
                if there.playing.song != trace.playing.song || there.bandit.arm != trace.bandit.arm
                {
                    continue;
                }
                alike += 1;
                let entry = there.queue.iter().find(|entry| entry.song.id == said.song);
                assert_eq!(bygone.place, entry.map(|entry| entry.position));
                if let Some(entry) = entry {
                    assert_eq!(bygone.ledger, entry.ledger);
                }
                let here = trace.queue.iter().find(|entry| entry.song.id == said.song);
                moved += usize::from(here.map(|entry| &entry.ledger) != Some(&bygone.ledger));
            }
        }
    }
    assert!(alike > 60 && moved > 20, "{alike} begin alike, {moved} moved the song");
}

#[test]
fn what_was_heard_before_is_told_strongest_first_and_serves_every_song_of_a_step() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n l n 2");
    bygones(&mut app);
    let shown = screen(&app, 160, 60);
    for wanted in ["What was heard before", "newest 50 of", "without \"", "ago"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    // When a play was is said however little room there is, as only that tells plays of one song apart.
    for (lang, begins, ends) in [(Lang::En, "without \"", "ago"), (Lang::Zh, "若没有《", "前）")]
    {
        app.look.lang = lang;
        for width in [100, 120, 160] {
            let shown = screen(&app, width, 120);
            let rows: Vec<&str> = shown.lines().collect();
            let told: Vec<usize> =
                (0..rows.len()).filter(|row| rows[*row].contains(begins)).collect();
            assert!(told.len() > 1, "{shown}");
            for row in told {
                let own = rows[row..].iter().take(2);
                assert!(own.into_iter().any(|row| row.contains(ends)), "{width}, {row}: {shown}");
            }
        }
    }
    app.look.lang = Lang::En;
    let first = app.view().bygones.unwrap();
    press(&mut app, "1 j 2");
    app.tick(Duration::ZERO);
    app.settle();
    let second = app.view().bygones.expect("worked out");
    assert_ne!(first.song, second.song);
    assert_eq!(first.without.len(), second.without.len());
}
