//! The crossing: what a slider's whole range would make of the queue is what ranking makes of it.

use std::time::Duration;

use crate::shown::screen;
use crate::stage::{app, press};
use melody_core::overrides::Overrides;
use melody_core::rng::{Purpose, generator};
use melody_core::score::Score;
use melody_tui::{App, First, Slider, Sweep, draw};
use rand::RngExt;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Lets the app work everything out that a view asks for.
fn swept(app: &mut App) -> Sweep {
    app.tick(Duration::ZERO);
    app.settle();
    (*app.view().what_if.sweep.expect("worked out")).clone()
}

/// The draft with one weight set.
fn with(slider: Slider, value: Score, set: &Overrides) -> Overrides {
    let mut set = set.clone();
    match slider {
        Slider::Alpha => set.alpha = Some(value),
        Slider::Beta => set.beta = Some(value),
        _ => set.gamma = Some(value),
    }
    set
}

/// Two hundred random places: the order is the engine's, but for songs whose scores the roundings let
/// flicker, and every score is to the digit.
#[test]
fn a_sweep_is_what_really_ranking_makes_of_it_at_two_hundred_random_places() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = generator(7, Purpose::Catalogue, 0);
    let (mut turns, mut places, mut exact) = (0, 0, 0);
    for (profile, keys) in [("likely-payer", "n n l 3"), ("casual-listener", "n l n n 3")] {
        let mut app = app(profile, folder.path());
        press(&mut app, keys);
        for slider in [Slider::Alpha, Slider::Beta, Slider::Gamma] {
            let sweep = swept(&mut app);
            assert_eq!(sweep.slider, slider);
            turns += sweep.turns.len();
            let timeline = app.session.timeline();
            let (engine, state) = (timeline.engine(), timeline.state());
            let look = engine.look(state);
            for _ in 0..34 {
                let at = Score::from_millionths(rng.random_range(0..=sweep.most.millionths()));
                let set = with(slider, at, &app.view().what_if.set);
                let really = engine.preview(state, &look, &set).unwrap();
                let said = sweep.at(at).unwrap();
                let ranked: Vec<(&str, Score)> =
                    really.queue.iter().map(|e| (e.song.id.as_str(), e.score)).collect();
                let swept: Vec<(&str, Score)> = said
                    .queue
                    .iter()
                    .map(|song| (song.id.as_str(), song.score_under(&really.weights)))
                    .collect();
                places += 1;
                if swept == ranked {
                    exact += 1;
                } else {
                    let level = |(a, b): (&(&str, Score), &(&str, Score))| {
                        a == b || (a.1 - b.1).abs() <= Score::from_millionths(2)
                    };
                    let flickers = swept.iter().zip(&ranked).all(level);
                    assert!(flickers, "{profile}, {slider:?} at {at}: {swept:?} {ranked:?}");
                }
                for ((_, line), entry) in sweep.scores(at).iter().zip(&really.queue) {
                    assert!((line - entry.score.value()).abs() < 0.002, "{line} {}", entry.score);
                }
            }
            press(&mut app, "j");
        }
    }
    assert!(places >= 200 && exact * 50 >= places * 49, "{exact} of {places}");
    assert!(turns > 20, "there was something to be met: {turns}");
}

/// Where two natural songs change places is where the smallest change puts one above the other.
#[test]
fn a_crossing_is_that_of_the_smallest_change() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n l 3");
    let sweep = swept(&mut app);
    let set = app.view().what_if.set;
    let timeline = app.session.timeline();
    let (engine, state) = (timeline.engine(), timeline.state());
    let look = engine.look(state);
    let (mut met, mut exact) = (0, 0);
    for turn in &sweep.turns {
        let [(song, above)] = turn.pass.as_slice() else { continue };
        let before = sweep.at(turn.at - Score::from_millionths(1)).unwrap();
        let natural = |id: &String| before.queue.iter().any(|s| s.id == *id && !s.promoted);
        if !turn.enter.is_empty() || before.clamped || !natural(song) || !natural(above) {
            continue;
        }
        let find = |id| engine.setup.catalogue.find(id).expect("a song of the queue");
        let ids = (find(song), find(above));
        let there = state.with_overrides(with(Slider::Alpha, before.at, &set));
        let why = engine.why_not(&there, &look, ids.0, Some(ids.1)).unwrap();
        // Where roundings let it flicker it may be ahead already.
        let Some(flip) = why.flips.iter().find(|flip| flip.weight == "alpha") else { continue };
        let Some(to) = flip.to else { continue };
        let apart = |at: Score| {
            let scores = sweep.scores(at);
            let of = |id: &String| scores.iter().find(|(one, _)| one.id == *id).map(|one| one.1);
            Some((of(song)? - of(above)?).abs())
        };
        // Both are where the two stand level, to within what roundings let an order flicker over.
        for at in [turn.at, to] {
            let apart = apart(at).expect("both are in the queue");
            assert!(apart <= 4e-6, "{apart} at {at}: {flip:?} and {turn:?}");
        }
        exact += usize::from(flip.level.unwrap_or(to) <= turn.at && turn.at <= to);
        met += 1;
    }
    assert!(met > 2 && exact > 0, "{exact} of {met} crossings of natural songs");
}

#[test]
fn counts_and_arms_are_swept_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n 3 j j j");
    let sweep = swept(&mut app);
    assert_eq!(sweep.slider, Slider::AtMost);
    let window = app.session.trace().promotion.window;
    assert_eq!(sweep.samples.len(), window + 1);
    let promoted = |sweep: &Sweep, at: f64| {
        sweep.at(Score::new(at)).unwrap().queue.iter().filter(|song| song.promoted).count()
    };
    assert_eq!(promoted(&sweep, 0.0), 0, "none is allowed");
    assert!(promoted(&sweep, window as f64) >= promoted(&sweep, 1.0));
    press(&mut app, "j j");
    let sweep = swept(&mut app);
    assert_eq!(sweep.slider, Slider::Arm);
    assert_eq!(sweep.samples.len(), app.session.trace().bandit.arms.len() + 1);
}

/// What a person sees in one view is what they see in the other: to the digit.
#[test]
fn both_views_say_where_two_songs_change_places_in_the_same_digits() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n l 3");
    let mut met = 0;
    for (slider, key) in
        [(Slider::Alpha, "alpha"), (Slider::Beta, "beta"), (Slider::Gamma, "gamma")]
    {
        let sweep = swept(&mut app);
        assert_eq!(sweep.slider, slider);
        let timeline = app.session.timeline();
        let (engine, state, trace) = (timeline.engine(), timeline.state(), timeline.trace());
        let look = engine.look(state);
        let now = Score::new(slider.value(&trace.overrides, trace).0);
        for turn in &sweep.turns {
            let Some((above, below)) = turn.swap() else { continue };
            let find = |id: &str| engine.setup.catalogue.find(id).expect("a song of the queue");
            let promoted = |id| engine.setup.catalogue.song(find(id)).promoted();
            if promoted(above) || promoted(below) {
                continue;
            }
            let pair = if turn.at > now { (above, below) } else { (below, above) };
            let to = engine.flip(state, &look, (find(pair.0), find(pair.1)), key);
            // Songs that cross again on the way have a nearer change.
            let Some(to) = to.filter(|to| (*to - turn.at).abs().value() < 0.002) else { continue };
            assert_eq!(turn.at, to, "{slider:?}: {turn:?}");
            met += 1;
        }
        press(&mut app, "j");
    }
    assert!(met >= 5, "{met} crossings");
}

#[test]
fn what_changes_along_the_session_boosts_is_found_between_their_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    // A skip and two songs heard to the end leave something to be boosted.
    press(&mut app, "n");
    app.session.playing = true;
    app.session.speed = melody_tui::Speed::new(64.0).unwrap();
    while app.session.trace().step < 4 {
        app.tick(Duration::from_millis(100));
        app.settle();
    }
    app.session.playing = false;
    press(&mut app, "3 j j j j j j");
    let sweep = swept(&mut app);
    assert_eq!(sweep.slider, Slider::Boost);
    assert!(!sweep.turns.is_empty(), "boosts move something");
    let set = app.view().what_if.set;
    let timeline = app.session.timeline();
    let (engine, state) = (timeline.engine(), timeline.state());
    let look = engine.look(state);
    let order = |at: Score| -> Vec<String> {
        let set = Overrides { boost: Some(at), ..set.clone() };
        let queue = engine.preview(state, &look, &set).unwrap().queue;
        queue.into_iter().map(|entry| entry.song.id).collect()
    };
    for turn in &sweep.turns {
        let just_before = order(turn.at - Score::from_millionths(1_000));
        assert_ne!(just_before, order(turn.at), "{turn:?}");
    }
    let on_a_step = |turn: &&melody_tui::Turn| turn.at.millionths() % 250_000 == 0;
    assert!(sweep.turns.iter().filter(on_a_step).count() < sweep.turns.len(), "{:?}", sweep.turns);
}

/// What an arm would move is told song by song, the selected one first, or it is said how many more there are.
#[test]
fn all_that_a_value_moves_is_listed_or_counted_and_the_selected_song_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n j j j 3 j j j j j");
    let sweep = swept(&mut app);
    assert_eq!(sweep.slider, Slider::Arm);
    let selected = app.view().selected_entry().unwrap().song.clone();
    let moves = sweep.turns.iter().filter_map(|turn| {
        let swapped = turn.swap().is_some();
        turn.moved.iter().find(|(id, _)| *id == selected.id && !swapped).map(|(_, at)| *at)
    });
    let moves: Vec<[usize; 2]> = moves.collect();
    let all: usize =
        sweep.turns.iter().map(|t| t.enter.len() + t.leave.len() + t.moved.len()).sum();
    assert!(all > sweep.turns.len(), "an arm moves more than one song");
    let shown = screen(&app, 160, 60);
    let listed = |line: &&str| line.contains(" goes ") || line.contains(" comes in");
    let listed: Vec<&str> = shown.lines().filter(listed).collect();
    let title: String = selected.title.chars().take(6).collect();
    for [from, to] in moves {
        let told =
            |line: &&&str| line.contains(&format!("goes {from} → {to}")) && line.contains(&title);
        assert!(listed.iter().any(|line| told(&line)), "{title} {from} → {to}: {shown}");
    }
    assert!(listed.len() > sweep.turns.len() || shown.contains(" more"), "{shown}");
}

#[test]
fn a_map_of_two_weights_is_what_ranking_really_makes_of_each_point() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n l n 3 v");
    let map = app.view().what_if.map.expect("a map");
    assert_eq!(map.sliders, [Slider::Alpha, Slider::Beta]);
    let points: Vec<&First> = map.points.iter().flatten().flatten().collect();
    assert_eq!(points.len(), map.points.len() * map.points[0].len(), "nothing is impossible here");
    let counted: usize = map.songs.iter().map(|song| song.points).sum();
    assert_eq!(counted, points.len());
    assert!(
        map.songs.len() > 1 && map.songs.is_sorted_by_key(|song| std::cmp::Reverse(song.points))
    );
    assert!(points.iter().any(|first| first.clamped) && points.iter().any(|first| !first.clamped));
    // Some points, ranked as the sliders would.
    let timeline = app.session.timeline();
    let (engine, state) = (timeline.engine(), timeline.state());
    let look = engine.look(state);
    let (rows, columns) = (map.points.len(), map.points[0].len());
    for (row, column) in [(0, 0), (0, columns - 1), (rows - 1, columns - 1), (4, 9), (7, 20)] {
        let value = |at: usize, of: usize| {
            Score::from_millionths(map.most.millionths() * at as i64 / (of as i64 - 1))
        };
        let (alpha, beta) = (value(column, columns), value(rows - 1 - row, rows));
        let set = Overrides { alpha: Some(alpha), beta: Some(beta), ..Overrides::default() };
        let preview = engine.preview(state, &look, &set).unwrap();
        let first = map.points[row][column].as_ref().unwrap();
        assert_eq!(map.songs[first.song].id, preview.queue[0].song.id, "{row} {column}");
        assert_eq!(map.nearest([alpha.value(), beta.value()]), (column, row));
    }
    let shown = screen(&app, 120, 40);
    assert!(
        shown.contains("Which song a new request puts first: α interest to the right"),
        "{shown}"
    );
    let catalogue = app.session.catalogue();
    for (letter, song) in ('A'..='E').zip(&map.songs) {
        let promoted = catalogue.song(catalogue.find(&song.id).unwrap()).promoted();
        assert_eq!(song.promoted, promoted, "{}", song.title);
        let title: String = song.title.chars().take(5).collect();
        let line = format!("{letter} {} {title}", if promoted { "P" } else { " " });
        assert!(shown.contains(&line), "{line}\n{shown}");
    }
    // Seven of the thirteen rows have room here, and the spacing that is told is that of what is shown.
    let [x, y] = map.apart();
    let rows = shown.lines().skip_while(|line| !line.contains("puts first")).skip(1);
    let gaps = rows.take_while(|line| !line.trim_start().starts_with("0.00 ")).count();
    assert_eq!((map.points.len() - 1) % gaps, 0, "evenly apart: {shown}");
    let each = (map.points.len() - 1) / gaps;
    for said in [format!("{x:.3}"), format!("and {:.3} apart", y * each as f64)] {
        assert!(shown.contains(&said), "{said}: {shown}");
    }
    assert!(shown.contains("a cell: the ranking at its own values"), "{shown}");
    // Between points the sliders' cell is theirs, and not that of the nearest point.
    let mut between = 0;
    // Where alpha is nothing the clamp leaves nothing of the others, so a little of it is something else.
    let keys = ["["].into_iter().chain(["right"; 8]);
    for key in keys {
        press(&mut app, key);
        let view = app.view();
        let now = app.session.trace();
        let here = map.sliders.map(|slider| slider.value(&view.what_if.set, now).0);
        let (column, row) = map.nearest(here);
        let nearest = map.points[row][column].as_ref().map(|first| first.song);
        let first = &view.what_if.preview.as_ref().expect("a preview").queue[0].song.id;
        let place = map.songs.iter().position(|song| song.id == *first);
        if place == nearest {
            continue;
        }
        between += 1;
        let letter = place.and_then(|place| ('A'..='O').nth(place)).unwrap_or('·');
        let area = Rect::new(0, 0, 120, 40);
        let mut buf = Buffer::empty(area);
        draw(&view, area, &mut buf);
        let reversed = |cell: &&Cell| cell.modifier.contains(Modifier::REVERSED | Modifier::BOLD);
        let marked: String = buf.content.iter().filter(reversed).map(Cell::symbol).collect();
        assert!(marked.contains(letter), "{letter} at {here:?}: {marked}");
    }
    assert!(between > 0, "somewhere the nearest point is another's");
    press(&mut app, "v");
    assert!(app.view().what_if.map.is_none());
}

#[test]
fn what_any_request_would_move_is_no_doing_of_the_slider() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("casual-listener", folder.path());
    let ids = |queue: &[melody_recommender::engine::QueueEntry]| -> Vec<String> {
        queue.iter().map(|entry| entry.song.id.clone()).collect()
    };
    press(&mut app, "3");
    // Until what is committed is not what would rank first now.
    let mut tries = 0;
    let base = loop {
        app.tick(Duration::ZERO);
        app.settle();
        let base = app.view().what_if.base.expect("worked out");
        if ids(&base.queue) != ids(&app.session.trace().queue) {
            break base;
        }
        tries += 1;
        assert!(tries < 12, "what is committed always ranks first");
        press(&mut app, if tries % 3 == 0 { "l" } else { "n" });
    };
    let view = app.view();
    assert!(!view.what_if.changed && view.what_if.would().is_none());
    let shown = screen(&app, 160, 50);
    assert!(shown.contains("nothing is changed"), "{shown}");
    let queues = |shown: &str| -> String {
        let at = shown.find("The queue it would be").expect("it is there");
        shown[at..].lines().take(13).collect::<Vec<_>>().join("\n")
    };
    assert!(!queues(&shown).contains(['▲', '▼']), "{shown}");
    assert!(shown.contains("│ committed until a request"), "{shown}");
    // A value too small to move anything: only the request's own doing is seen, in brackets.
    press(&mut app, "g ]");
    app.tick(Duration::ZERO);
    app.settle();
    let view = app.view();
    let would = view.what_if.would().expect("alpha is moved").clone();
    let shown = screen(&app, 160, 50);
    if ids(&would.queue) == ids(&base.queue) {
        let queues = queues(&shown);
        assert!(!queues.contains(" ▲") && !queues.contains(" ▼"), "{shown}");
        assert!(queues.contains("(▲") && queues.contains("in brackets"), "{shown}");
    }
}
