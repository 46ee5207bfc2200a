//! Rules that cannot hold together: a policy that asks for what it forbids is a mistake of its author,
//! and is told so by the names of the rules.

use super::settings::Settings;
use melody_core::input::Checker;

pub(super) fn conflicts(settings: &Settings, check: &mut Checker) {
    unreachable_caps(settings, check);
    unreachable_targets(settings, check);
}

/// Caps that a stricter one keeps from ever being reached.
fn unreachable_caps(settings: &Settings, check: &mut Checker) {
    let m = settings.mixing;
    // The most promoted songs that spacing lets into one window.
    let spaced = m.window.div_ceil(m.spacing.saturating_add(1));
    check.require(
        m.at_most <= spaced,
        "mixing.at_most",
        format!(
            "conflicts with mixing.spacing = {} and mixing.window = {}: they let in {spaced} at most",
            m.spacing, m.window
        ),
    );
    let narrower = [
        ("per_song", m.per_song, "per_campaign", m.per_campaign),
        ("per_song", m.per_song, "per_song_day", m.per_song_day),
        ("per_campaign", m.per_campaign, "per_campaign_day", m.per_campaign_day),
        ("per_song_day", m.per_song_day, "per_campaign_day", m.per_campaign_day),
        ("per_campaign_day", m.per_campaign_day, "per_day", m.per_day),
    ];
    for (name, most, over, total) in narrower {
        check.require(
            most <= total,
            &format!("mixing.{name}"),
            format!("{most} can never be reached: it conflicts with mixing.{over} = {total}"),
        );
    }
}

/// Promotion ratios that no queue can have.
fn unreachable_targets(settings: &Settings, check: &mut Checker) {
    let m = settings.mixing;
    let cap = m.at_most as f64 / m.window.max(1) as f64;
    // In the long run: a promoted song, and as many natural ones as keep the next from it.
    let spaced = 1.0 / (m.spacing as f64 + 1.0);
    let none = [
        ("at_most", m.at_most as u64),
        ("per_song", m.per_song.into()),
        ("per_campaign", m.per_campaign.into()),
        ("per_song_day", m.per_song_day.into()),
        ("per_campaign_day", m.per_campaign_day.into()),
        ("per_day", m.per_day.into()),
    ];
    let none = none.iter().find(|(_, most)| *most == 0).map(|(name, _)| name);
    for (i, arm) in settings.bandit.arms.iter().enumerate().filter(|(_, arm)| arm.ratio > 0.0) {
        let field = format!("bandit.arms[{i}].ratio");
        let ratio = arm.ratio;
        if let Some(name) = none {
            let message = format!("asks for promoted songs, but mixing.{name} = 0 allows none");
            check.problem(&field, message);
        } else {
            // A ratio is written in decimals, M over N is not.
            check.require(
                ratio <= cap + 1e-9,
                &field,
                format!(
                    "{ratio} conflicts with mixing.at_most = {} in mixing.window = {}: {cap:.3} at most",
                    m.at_most, m.window
                ),
            );
            check.require(
                ratio <= spaced + 1e-9,
                &field,
                format!(
                    "{ratio} conflicts with mixing.spacing = {}: {spaced:.3} at most",
                    m.spacing
                ),
            );
        }
    }
}
