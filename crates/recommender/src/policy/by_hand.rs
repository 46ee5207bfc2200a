//! What a policy makes of values set by hand.
//!
//! The values travel in events, which hang on no policy. Whether a policy has the arm that is named, and
//! how long its window is where none is set, only the policy can say.

use super::settings::Settings;
use melody_core::overrides::Overrides;

/// What is wrong with the values under a policy, whose window and arms are meant where none are set:
/// the field and why.
pub fn problem_under(set: &Overrides, policy: &Settings) -> Option<(&'static str, String)> {
    if let Some(problem) = set.problem() {
        return Some(problem);
    }
    let arms = &policy.bandit.arms;
    if let Some(name) = &set.arm
        && !arms.iter().any(|arm| arm.name == *name)
    {
        let names: Vec<&str> = arms.iter().map(|arm| arm.name.as_str()).collect();
        let why = format!("is no arm of this policy; it has {}", names.join(", "));
        return Some(("arm", why));
    }
    set.too_many(set.window.unwrap_or(policy.mixing.window))
}

/// What of these values another policy can be given: an arm that it does not have is let go, and M is
/// no more than its window holds.
pub fn under(mut set: Overrides, policy: &Settings) -> Overrides {
    set.arm = set.arm.filter(|name| policy.bandit.arms.iter().any(|arm| arm.name == *name));
    let window = set.window.unwrap_or(policy.mixing.window);
    set.at_most = set.at_most.map(|at_most| at_most.min(window));
    set
}
