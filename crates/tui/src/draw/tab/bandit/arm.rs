//! How an arm is told apart, and the decision in force.

use ratatui::style::Style;

use crate::theme::Theme;
use crate::view::View;
use melody_recommender::bandit::Choice;

/// The letter an arm goes by where there is no room for its name.
pub(super) fn letter(place: usize) -> char {
    char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place % 26])
}

/// Arms are told apart by letters, and by colour where there is some.
pub(super) fn style(place: usize, theme: &Theme) -> Style {
    let styles =
        [theme.good, theme.interest, theme.accent, theme.exposure, theme.subscription, theme.loss];
    styles[place % styles.len()]
}

/// The arm's letter and name.
pub(super) fn named(view: &View, place: usize, name: &str) -> String {
    format!("{} {}", letter(place), view.say(name))
}

/// The place of an arm among those of the step looked at.
pub(super) fn place(view: &View, name: &str) -> usize {
    view.now().bandit.arms.iter().position(|arm| arm.name == name).unwrap_or(0)
}

/// The decision in force, unless it was made before the steps shown.
pub(super) fn decision(view: &View) -> Option<&Choice> {
    view.traces.iter().rev().find_map(|trace| trace.bandit.decided.as_ref())
}
