//! What happened at a step, as one sign: the same on the timeline and under the race.

use ratatui::style::Style;

use crate::theme::Theme;
use crate::view::strip::{Lane, marks};
use melody_core::event::Action;
use melody_recommender::engine::{Note, Trace};

/// A mark's symbol: told apart by it alone where there is no colour.
pub(crate) fn shown(lane: Lane, more: bool, theme: &Theme) -> (&'static str, Style) {
    match (lane, more) {
        (Lane::Skips, false) => ("×", theme.down),
        (Lane::Skips, true) => ("P", theme.promoted),
        (Lane::Likes, _) => ("♥", theme.liked),
        (Lane::Searches, _) => ("/", theme.accent),
        (Lane::Arm, _) => ("◆", theme.target),
        (Lane::Model, true) => ("●", theme.good),
        (Lane::Model, false) => ("○", theme.faint),
        (Lane::Guardrail, true) => ("▲", theme.warning),
        (Lane::Guardrail, false) => ("▼", theme.good),
        (Lane::Conversion, _) => ("$", theme.premium),
    }
}

/// What a mark is called. In English.
pub(crate) fn name(lane: Lane) -> &'static str {
    match lane {
        Lane::Skips => "skips",
        Lane::Likes => "likes",
        Lane::Searches => "searches",
        Lane::Arm => "arm",
        Lane::Guardrail => "guardrail",
        Lane::Model => "model",
        Lane::Conversion => "subscribed",
    }
}

/// What may have moved weights or promotion at a step, the most telling first of what came together: its
/// sign, its style and its name in English.
pub(crate) fn cause(
    trace: &Trace,
    before: Option<&Trace>,
    theme: &Theme,
) -> Option<(&'static str, Style, &'static str)> {
    let action = trace.event.as_ref().map(|event| &event.action);
    let lanes: Vec<(Lane, bool)> = marks(trace, before).collect();
    let lane = |wanted: Lane| {
        let (lane, more) = *lanes.iter().find(|(lane, _)| *lane == wanted)?;
        let (sign, style) = shown(lane, more, theme);
        Some((sign, style, name(lane)))
    };
    let segment = trace.notes.iter().any(Note::moves_segments);
    let scene = matches!(action, Some(Action::Scene { .. }));
    let hand = matches!(action, Some(Action::Override(_)));
    let took_over = matches!(action, Some(Action::Version { .. }));
    lane(Lane::Guardrail)
        .or(lane(Lane::Conversion))
        .or(segment.then_some(("■", theme.accent, "segment")))
        .or(hand.then_some(("!", theme.state, "by hand")))
        .or(lane(Lane::Model).filter(|_| took_over))
        .or(scene.then_some(("□", theme.accent, "scene")))
        .or(lane(Lane::Arm))
        .or(lane(Lane::Searches))
        .or(lane(Lane::Likes))
        .or(lane(Lane::Skips))
}
