//! Which segment and appetite a listener falls in, and because of what.

use serde::{Deserialize, Serialize};

use crate::policy::groups::{Bounds, When};
use crate::policy::settings::Policy;
use melody_core::listener::ListenerView;

/// A group the listener is in by rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// As the policy has it.
    pub name: String,
    /// The conditions that put the listener there, with the listener's own values.
    pub because: String,
}

/// The place of the listener's own segment in the policy, and its name and reason.
pub fn segment(policy: &Policy, view: &ListenerView) -> (usize, Group) {
    first(policy.segments.iter().map(|s| (s.name.as_str(), &s.when)), view)
}

/// Every segment that has a say in the listener's weights and rules, by place in the policy, with name and reason:
/// the listener's own first, then the others whose conditions hold, if the policy's segments overlap.
pub fn segments(policy: &Policy, view: &ListenerView) -> Vec<(usize, Group)> {
    let own = segment(policy, view);
    let overlap = policy.fusion.weights.is_some();
    let others = policy.segments.iter().enumerate().skip(own.0 + 1).filter(|_| overlap);
    let held = others.filter_map(|(i, other)| {
        // The last one is for who is in no other.
        let because = holds(&other.when, view).filter(|_| other.when != When::default())?;
        Some((i, Group { name: other.name.clone(), because }))
    });
    let held: Vec<_> = held.collect();
    std::iter::once(own).chain(held).collect()
}

/// The same for the appetite for new songs.
pub fn appetite(policy: &Policy, view: &ListenerView) -> (usize, Group) {
    first(policy.appetites.iter().map(|a| (a.name.as_str(), &a.when)), view)
}

/// The first group whose conditions all hold. The policy's last one has none, so there is one.
fn first<'a>(
    groups: impl Iterator<Item = (&'a str, &'a When)>,
    view: &ListenerView,
) -> (usize, Group) {
    groups
        .enumerate()
        .find_map(|(i, (name, when))| {
            let because = holds(when, view)?;
            Some((i, Group { name: name.into(), because }))
        })
        .expect("a checked policy ends with a group without conditions")
}

/// Why every condition holds, or `None` if one does not.
fn holds(when: &When, view: &ListenerView) -> Option<String> {
    let account = view.account;
    let numbers: [(&str, Option<Bounds>, f64); 7] = [
        ("tenure_days", when.tenure_days, account.tenure_days.into()),
        ("hours_per_week", when.hours_per_week, account.hours_per_week.into()),
        ("premium_previews", when.premium_previews, view.previews.into()),
        ("past_conversions", when.past_conversions, account.past_conversions.into()),
        ("novelty_appetite", when.novelty_appetite, view.history.novelty_appetite().into()),
        ("session_plays", when.session_plays, view.session.plays.into()),
        ("satisfaction", when.satisfaction, view.session.satisfaction.into()),
    ];
    let mut reasons = Vec::new();
    if let Some(tiers) = &when.tier {
        if !tiers.contains(&view.tier) {
            return None;
        }
        reasons.push(format!("tier {}", view.tier.name()));
    }
    for (name, bounds, value) in numbers {
        let Some(bounds) = bounds else { continue };
        if !bounds.hold(value) {
            return None;
        }
        let least = bounds.at_least.map(|v| format!(" >= {v}"));
        let below = bounds.below.map(|v| format!(" < {v}"));
        let shown = (value * 100.0).round() / 100.0;
        let limits = least.into_iter().chain(below).collect::<Vec<_>>().join(" and");
        reasons.push(format!("{name} {shown}{limits}"));
    }
    Some(if reasons.is_empty() { "no other rule".into() } else { reasons.join(", ") })
}
