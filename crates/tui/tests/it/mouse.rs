//! The mouse: it points at words, drags sliders and turns its wheel over charts.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::shown::text;
use crate::stage::{app, press};
use melody_tui::{App, Drawn, Hit, Lang, Slider, Tab, Theme, draw};

/// Draws as the event loop does: what is found out goes back to the app.
fn frame(app: &mut App, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let drawn = draw(&app.view(), area, &mut buffer);
    app.drawn(drawn);
    text(&buffer)
}

/// What drawing a frame of this size finds out.
fn found(app: &App, width: u16, height: u16) -> Drawn {
    let area = Rect::new(0, 0, width, height);
    draw(&app.view(), area, &mut Buffer::empty(area))
}

fn middle(place: Rect) -> Position {
    Position::new(place.x + place.width / 2, place.y + place.height / 2)
}

#[test]
fn pointing_at_a_word_says_what_it_means_until_it_is_left_or_a_key_is_pressed() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    let plain = frame(&mut app, 160, 50);
    assert!(found(&app, 160, 50).terms.is_empty(), "nobody points: nothing is looked for");
    assert!(app.point(Position::new(0, 0)), "words are looked for from here on");
    assert_eq!(frame(&mut app, 160, 50), plain);
    let terms = found(&app, 160, 50).terms;
    for word in ["α", "β", "γ", "target", "cap", "served", "arm", "gate", "move", "score"] {
        assert!(terms.iter().any(|(_, term)| *term == word), "{word} in\n{plain}");
    }
    let (cap, _) = *terms.iter().find(|(_, term)| *term == "cap").unwrap();
    let said = "the promoted share that rules and guardrail";
    assert!(app.point(middle(cap)));
    assert!(!app.point(middle(cap)), "a redraw only where the box changes");
    let shown = frame(&mut app, 160, 50);
    assert!(shown.contains(said) && !plain.contains(said), "{shown}");
    let aside = Position::new(cap.x, cap.y);
    assert!(!app.point(aside), "it is still the same word");
    assert!(app.point(Position::new(0, 49)), "it is left");
    assert_eq!(frame(&mut app, 160, 50), plain);
    assert!(!app.point(Position::new(1, 49)) && !app.point(Position::new(2, 49)));
    app.point(middle(cap));
    press(&mut app, "j k");
    assert_eq!(frame(&mut app, 160, 50), plain, "a key is pressed");
}

#[test]
fn the_box_lies_on_the_screen_and_beside_its_word_on_every_screen_in_every_language_and_theme() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, "n l n");
    let mut boxes = 0;
    for (lang, theme, ascii) in [
        (Lang::En, Theme::colours(), false),
        (Lang::Zh, Theme::plain(), false),
        (Lang::En, Theme::plain(), true),
    ] {
        (app.look.lang, app.look.theme, app.look.ascii) = (lang, theme, ascii);
        for tab in ["1", "2", "3", "4", "7"] {
            press(&mut app, tab);
            for (width, height) in [(160, 50), (80, 24), (40, 12), (24, 8)] {
                app.point(Position::new(0, 0));
                frame(&mut app, width, height);
                let terms = found(&app, width, height).terms;
                let plain = frame(&mut app, width, height);
                for (place, word) in terms.into_iter().step_by(3) {
                    app.point(middle(place));
                    let shown = frame(&mut app, width, height);
                    assert_ne!(shown, plain, "{word} at {width}x{height}");
                    boxes += 1;
                    let changed = |line: &(&str, &str)| line.0 != line.1;
                    let lines = shown.lines().zip(plain.lines());
                    let rows = lines.filter(changed).count();
                    assert!((2..=8).contains(&rows), "{word} at {width}x{height}: {rows} rows");
                    if ascii {
                        assert!(shown.is_ascii() || !plain.is_ascii(), "{shown}");
                    }
                    if height >= 12 {
                        let line = |of: &str| of.lines().nth(place.y.into()).map(String::from);
                        assert_eq!(
                            line(&shown),
                            line(&plain),
                            "{word}: it stays in sight\n{shown}"
                        );
                    }
                }
            }
        }
    }
    assert!(boxes > 100, "{boxes}");
}

#[test]
fn titles_of_songs_are_no_words_of_the_screen_and_marks_beside_them_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    app.point(Position::new(0, 0));
    let Drawn { hits, terms, .. } = found(&app, 160, 50);
    let songs: Vec<Rect> = hits
        .iter()
        .filter(|(_, hit)| matches!(hit, Hit::Song(_)))
        .map(|(place, _)| *place)
        .collect();
    assert!(!songs.is_empty());
    for (place, word) in terms {
        if songs.iter().any(|song| song.contains(Position::new(place.x, place.y))) {
            assert!(["P", "*", "due", "placed", "kept"].contains(&word), "{word}");
        }
    }
}

#[test]
fn a_slider_follows_the_mouse_that_holds_it_and_so_does_the_cursor_of_its_crossing() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n 3 j");
    frame(&mut app, 160, 50);
    let beta = Slider::ALL.iter().position(|slider| *slider == Slider::Beta).unwrap();
    let bars = |app: &App| -> Vec<Rect> {
        let hits = found(app, 160, 50).hits.into_iter();
        hits.filter(|(_, hit)| *hit == Hit::Slider(beta)).map(|(place, _)| place).collect()
    };
    let value = |app: &App| app.view().what_if.set.beta.map(|beta| beta.value());
    let places = bars(&app);
    assert_eq!(places.len(), 2, "the bar, and the crossing's plot");
    for place in places {
        let y = place.y;
        assert!(!app.pull(Position::new(place.x, y)), "nothing is held yet");
        app.click(Position::new(place.x, y));
        assert_eq!(value(&app), Some(0.0));
        frame(&mut app, 160, 50);
        let mut last = 0.0;
        for x in [place.width / 4, place.width / 2, place.width - 1] {
            // Whoever drags does not keep to the row.
            assert!(app.pull(Position::new(place.x + x, y + 3)));
            frame(&mut app, 160, 50);
            let now = value(&app).unwrap();
            assert!(now > last, "{now} after {last}");
            last = now;
        }
        let most = last;
        app.pull(Position::new(place.right() + 5, y));
        assert_eq!(value(&app), Some(most), "beyond the end it stays there");
        app.pull(Position::new(0, y));
        assert_eq!(value(&app), Some(0.0));
        app.release();
        assert!(!app.pull(Position::new(place.x + 9, y)), "it is let go");
        assert_eq!(value(&app), Some(0.0));
    }
}

#[test]
fn the_scrubber_follows_the_mouse_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    // The scrubber is of time, so some has to pass between the steps.
    press(&mut app, "space");
    for key in ["n", "l", "n", "n", "l", "n"] {
        for _ in 0..40 {
            app.tick(Duration::from_millis(50));
        }
        press(&mut app, key);
    }
    press(&mut app, "space 9");
    frame(&mut app, 120, 40);
    let hits = found(&app, 120, 40).hits;
    let scrubs = hits.iter().filter(|(place, _)| place.width == 1);
    let place = |step| scrubs.clone().find(|(_, hit)| *hit == Hit::Step(step)).unwrap().0;
    app.click(middle(place(2)));
    frame(&mut app, 120, 40);
    assert_eq!(app.step(), 2);
    assert!(app.pull(middle(place(4))));
    assert_eq!(app.step(), 4);
}

#[test]
fn the_wheel_over_a_chart_shows_more_time_or_less_and_elsewhere_does_what_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    for _ in 0..45 {
        press(&mut app, "n l");
    }
    let chart = |app: &App| {
        let hits = found(app, 160, 50).hits.into_iter();
        let mut charts = hits.filter_map(|(place, hit)| match hit {
            Hit::Chart(shown) => Some((place, shown)),
            _ => None,
        });
        charts.next().expect("a chart over time")
    };
    frame(&mut app, 160, 50);
    let (place, all) = chart(&app);
    assert!(all > 40 && all < 90, "{all}");
    let mut seen = vec![all];
    for by in [-1, -1, -1, 1, 1, 1, 1] {
        app.wheel(middle(place), by);
        let shown = frame(&mut app, 160, 50);
        seen.push(chart(&app).1);
        assert!(shown.contains(&format!("the last {} steps", chart(&app).1)), "{shown}");
    }
    assert_eq!(seen, [all, 40, 20, 20, 40, 80, 91, 91]);
    // The queue's wheel selects, as ever.
    let hits = found(&app, 160, 50).hits;
    let (song, _) = hits.iter().find(|(_, hit)| matches!(hit, Hit::Song(_))).unwrap();
    app.wheel(middle(*song), 1);
    assert_eq!(app.view().selected, 1);
    // The same span holds for the charts of the metrics.
    app.wheel(middle(place), -1);
    app.wheel(middle(place), -1);
    press(&mut app, "7");
    let shown = frame(&mut app, 160, 50);
    assert_eq!(app.view().tab, Tab::Metrics);
    assert!(shown.contains("Completion · the last"), "{shown}");
}
