//! Sums on the screen add up: what is shown of a number's parts makes the number that is shown.

use std::time::Duration;

use crate::shown::screen;
use crate::stage::{app, press};
use melody_core::score::Score;
use melody_tui::App;

/// Screens that everything has room on.
const ROOM: (u16, u16) = (200, 80);

fn shown(app: &mut App) -> String {
    for _ in 0..2 {
        app.tick(Duration::ZERO);
        app.settle();
    }
    screen(app, ROOM.0, ROOM.1)
}

/// The numbers of a line, in their order.
fn numbers(line: &str) -> Vec<f64> {
    let digit = |c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-');
    let parts = line.split(|c: char| !digit(c));
    parts.filter_map(|part| part.parse().ok()).collect()
}

#[test]
fn heads_times_weights_are_the_interest_that_alpha_multiplies() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n j j e");
    let said = shown(&mut app);
    let (_, heads) = said.split_once("What the heads say").expect("its heads are told");
    let of = |line: &str| line.split('│').next_back().unwrap_or(line).to_string();
    let lines: Vec<String> = heads.lines().skip(1).map(of).collect();
    let rows = lines.iter().filter(|line| line.contains(" × "));
    let rows: Vec<Vec<f64>> = rows.map(|line| numbers(line)).collect();
    assert_eq!(rows.len(), 6, "every head that enters it\n{said}");
    let parts = rows.iter().map(|row| {
        let [.., head, weight] = row[..] else { panic!("{row:?}") };
        head * weight
    });
    let line = lines.iter().find(|line| line.contains("= sum")).expect("the sum");
    let sum = numbers(line)[numbers(line).len() - 1];
    assert_eq!(Score::new(parts.sum()), Score::new(sum), "{said}");
    let entry = app.view().selected_entry().unwrap().interest;
    assert_eq!(Score::new(sum), entry);
}

#[test]
fn the_parts_of_two_songs_side_by_side_make_their_scores() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n j j j e");
    let said = shown(&mut app);
    let (_, beside) = said.split_once("Beside \"").expect("another song beside it");
    let lines = beside.lines().skip(2).map(|line| {
        let side: String = line.chars().skip(120).collect();
        side.trim().to_string()
    });
    let lines: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let (sum, parts) = lines.split_last().expect("the scores");
    assert!(sum.starts_with("score"), "{lines:?}");
    for column in 0..3 {
        let of = |line: &String| Score::new(numbers(line)[column]);
        assert_eq!(parts.iter().map(of).sum::<Score>(), of(sum), "{lines:?}");
    }
}

#[test]
fn a_reward_can_be_worked_out_from_what_stands_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n n n n n n n n n n n 4");
    let (user, commercial) = {
        let bandit = &app.view().policy.bandit;
        (bandit.user_weight, bandit.commercial_weight)
    };
    for (width, height) in [(120, 60), (160, 60), (80, 80)] {
        shown(&mut app);
        let said = screen(&app, width, height);
        let (_, rewards) = said.split_once("Rewards").expect("rewards are told");
        let mut worked_out = 0;
        for line in rewards.lines().filter(|line| line.matches('/').count() == 2) {
            let [.., got, usual, sold, usually, back, total] = numbers(line)[..] else { continue };
            let sum = user * (got - usual) + commercial * (sold - usually) + back;
            assert!((sum - total).abs() < 0.002_5, "{line}: {sum}");
            worked_out += 1;
        }
        assert!(worked_out >= 2, "{width}x{height}\n{said}");
    }
}

#[test]
fn what_a_promoted_song_is_worth_is_its_parts_and_judges_the_arms() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("likely-payer", folder.path());
    press(&mut app, "n n n 4");
    let said = shown(&mut app);
    // It is folded where its column ends.
    let told = said.lines().skip_while(|line| !line.contains("a promoted song is worth")).take(2);
    let told: Vec<&str> = told.filter_map(|line| line.split('│').nth(1)).collect();
    let line = &told.join(" ");
    let [worth, usual, moment, own, ..] = numbers(line)[..] else { panic!("{line}\n{said}") };
    assert_eq!(Score::new(worth), Score::new(usual + moment + own), "{line}");
    let made = app.view().traces.iter().rev().find_map(|trace| trace.bandit.decided.clone());
    for arm in &made.expect("a decision").arms {
        let told = arm.ratio.value() * worth;
        assert!((arm.mean.value() - told).abs() < 1e-6, "{}: {} for {told}", arm.name, arm.mean);
    }
}
