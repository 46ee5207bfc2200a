//! Reading a policy's TOML, checked whole.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::conflicts::conflicts;
use super::feedback::Usual;
use super::fusion::Weights;
use super::groups::When;
use super::mixing::Tighter;
use super::settings::{Policy, Settings};
use melody_core::input::{Checker, InputError, TomlFile};
use melody_core::scene::Scene;
use melody_core::score::Score;

/// More arms than anyone can tell apart would only make every decision slow.
const MOST_ARMS: usize = 50;

/// Reads a policy file and checks it whole: errors name every field that is wrong.
pub fn load(path: &Path) -> Result<Policy, InputError> {
    parse(&TomlFile::read(path)?)
}

/// Builds a policy from its text.
pub fn parse(file: &TomlFile) -> Result<Policy, InputError> {
    let settings = settings(file)?;
    let hash = Sha256::digest(&file.text).iter().map(|b| format!("{b:02x}")).collect();
    let (name, text) = (file.name.as_str(), file.text.as_str());
    Ok(Policy { hash, file: name.into(), text: text.into(), settings })
}

/// The same for a text that is `policy` but for its values, so that what lies beside its file is the
/// same, too.
pub fn changed(policy: &Policy, file: &TomlFile) -> Result<Policy, InputError> {
    Ok(Policy { file: policy.file.clone(), ..parse(file)? })
}

/// A policy's settings from its text, checked whole.
pub fn settings(file: &TomlFile) -> Result<Settings, InputError> {
    let settings: Settings = file.parse()?;
    let mut check = file.checker();
    check.require(settings.format == 1, "format", "only format 1 is known");
    check.text("name", &settings.name);
    check_interest(&settings, &mut check);
    check.text("ranking.ranker", &settings.ranking.ranker);
    check.range("fusion.epsilon", settings.fusion.epsilon, 0.0..=0.1);
    if let Some(half) = settings.fusion.subscription_at_half {
        check.range("fusion.subscription_at_half", half, 0.0001..=1.0);
    }
    check_groups(&settings, &mut check);
    check_adjustments(&settings, &mut check);
    check_mixing(&settings, &mut check);
    check.range("requests.committed", settings.requests.committed as f64, 1.0..=20.0);
    conflicts(&settings, &mut check);
    check_bandit(&settings, &mut check);
    check_guardrail(&settings, &mut check);
    check_near_line(&settings, &mut check);
    check.range("previews.seconds", settings.previews.seconds.into(), 1.0..=3_600.0);
    check.finish()?;
    Ok(settings)
}

fn check_interest(settings: &Settings, check: &mut Checker) {
    let blend = settings.interest;
    let parts = [
        ("completion", blend.completion),
        ("play_ratio", blend.play_ratio),
        ("like", blend.like),
        ("no_skip", blend.no_skip),
        ("save", blend.save),
        ("replay", blend.replay),
    ];
    for (name, value) in parts {
        check.range(&format!("interest.{name}"), value, 0.0..=1.0);
    }
    let sum: f64 = parts.iter().map(|(_, value)| value).sum();
    check.require((sum - 1.0).abs() < 1e-9, "interest", format!("the weights sum to {sum}, not 1"));
}

/// Weights that a listener may have: each in [0, 2], alpha at least the other two together. `sum` says so where they
/// are more than what stands in the field.
fn check_whole(check: &mut Checker, field: &str, weights: &Weights, sum: &str) {
    for (name, value) in weights.named() {
        let holds = value.is_finite() && (0.0..=2.0).contains(&value);
        let field = format!("{field}.{name}");
        check.require(holds, &field, format!("{value}{sum} is outside 0 to 2"));
    }
    let [alpha, beta, gamma] = weights.named().map(|(_, value)| Score::new(value));
    check.require(
        alpha >= beta + gamma,
        field,
        format!("the user comes first: alpha must be at least beta + gamma{sum}"),
    );
}

fn check_groups(settings: &Settings, check: &mut Checker) {
    let sum = match settings.fusion.weights {
        Some(weights) => {
            check_whole(check, "fusion.weights", &weights, "");
            " (with fusion.weights)"
        }
        None => "",
    };
    names(check, "segments", settings.segments.iter().map(|s| s.name.as_str()));
    names(check, "appetites", settings.appetites.iter().map(|a| a.name.as_str()));
    for (i, segment) in settings.segments.iter().enumerate() {
        let field = format!("segments[{i}]");
        check.text(&format!("{field}.name_zh"), &segment.name_zh);
        check_whole(check, &format!("{field}.weights"), &settings.weights_of(segment), sum);
        check_when(check, &format!("{field}.when"), &segment.when);
        check_tighter(check, &format!("{field}.mixing"), &segment.mixing, settings);
        if let Some(usual) = segment.usual {
            check_usual(check, &format!("{field}.usual"), usual);
        }
    }
    for (i, order) in settings.orders.iter().enumerate() {
        let known = |name: &String| settings.segments.iter().any(|segment| segment.name == *name);
        for (field, name) in
            std::iter::once(("of", &order.of)).chain(order.over.iter().map(|name| ("over", name)))
        {
            let field = format!("orders[{i}].{field}");
            check.require(known(name), &field, format!("there is no segment `{name}`"));
        }
    }
    for (i, appetite) in settings.appetites.iter().enumerate() {
        check.text(&format!("appetites[{i}].name_zh"), &appetite.name_zh);
        check_when(check, &format!("appetites[{i}].when"), &appetite.when);
        check.range(&format!("appetites[{i}].novelty"), appetite.novelty, -1.0..=1.0);
    }
    let last = |when: Option<&When>| when == Some(&When::default());
    check.require(
        last(settings.segments.last().map(|s| &s.when)),
        &format!("segments[{}]", settings.segments.len().saturating_sub(1)),
        "the last segment must have no conditions, so that every listener has one",
    );
    check.require(
        last(settings.appetites.last().map(|a| &a.when)),
        &format!("appetites[{}]", settings.appetites.len().saturating_sub(1)),
        "the last appetite must have no conditions, so that every listener has one",
    );
    for scene in Scene::ALL {
        let field = format!("scenes.{}", scene.name());
        match settings.scenes.get(&scene) {
            None => {
                check.problem("scenes", format!("the scene `{}` is missing", scene.name()));
            }
            Some(effect) => {
                check_weights(check, &format!("{field}.weights"), &effect.weights, -1.0..=1.0);
                check.range(&format!("{field}.novelty"), effect.novelty, -1.0..=1.0);
                check_tighter(check, &format!("{field}.mixing"), &effect.mixing, settings);
            }
        }
    }
}

fn check_when(check: &mut Checker, field: &str, when: &When) {
    let bounds = [
        ("tenure_days", when.tenure_days),
        ("hours_per_week", when.hours_per_week),
        ("premium_previews", when.premium_previews),
        ("past_conversions", when.past_conversions),
        ("novelty_appetite", when.novelty_appetite),
        ("session_plays", when.session_plays),
        ("satisfaction", when.satisfaction),
    ];
    for (name, bounds) in bounds {
        let Some(bounds) = bounds else { continue };
        for side in [bounds.at_least, bounds.below].into_iter().flatten() {
            check.range(&format!("{field}.{name}"), side, -1e6..=1e6);
        }
        if let (Some(least), Some(below)) = (bounds.at_least, bounds.below) {
            check.require(
                least < below,
                &format!("{field}.{name}"),
                format!("no value is at least {least} and below {below}"),
            );
        }
    }
    if let Some(tiers) = &when.tier {
        check.require(!tiers.is_empty(), &format!("{field}.tier"), "names no tier");
    }
}

fn check_weights(
    check: &mut Checker,
    field: &str,
    weights: &Weights,
    range: std::ops::RangeInclusive<f64>,
) {
    for (name, value) in weights.named() {
        check.range(&format!("{field}.{name}"), value, range.clone());
    }
}

fn check_adjustments(settings: &Settings, check: &mut Checker) {
    let a = settings.adjustments;
    for (name, value) in [
        ("genre_streak", a.genre_streak),
        ("weariness", a.weariness),
        ("search", a.search),
        ("artist_spread", a.artist_spread),
        ("repeat", a.repeat),
        ("preview", a.preview),
    ] {
        check.range(&format!("adjustments.{name}"), value, 0.0..=2.0);
    }
    check.range("adjustments.repeat_fade", a.repeat_fade, 0.1..=1e4);
    check.range("adjustments.artist_memory", a.artist_memory as f64, 0.0..=50.0);
    check.range("diversity.strength", settings.diversity.strength, 0.0..=2.0);
    let s = settings.session;
    check.range("session.kin", s.kin, 0.0..=1.0);
    for (name, value) in [("streak_fade_s", s.streak_fade_s), ("search_fade_s", s.search_fade_s)] {
        check.range(&format!("session.{name}"), value, 1.0..=1e6);
    }
    let q = settings.candidates;
    for (name, value) in [
        ("towers", q.towers),
        ("similar", q.similar),
        ("familiar", q.familiar),
        ("artists", q.artists),
        ("session", q.session),
        ("search", q.search),
        ("popular", q.popular),
        ("new", q.new),
        ("exploration", q.exploration),
        ("promoted", q.promoted),
    ] {
        check.range(&format!("candidates.{name}"), value as f64, 0.0..=100_000.0);
    }
    let natural = q.popular.saturating_add(q.new).saturating_add(q.exploration);
    check.require(
        natural >= settings.mixing.queue.saturating_mul(3),
        "candidates",
        "popular, new and exploration together must allow at least three queues of songs",
    );
}

fn check_mixing(settings: &Settings, check: &mut Checker) {
    let m = settings.mixing;
    check.range("mixing.queue", m.queue as f64, 1.0..=100.0);
    check.range("mixing.window", m.window as f64, 1.0..=1_000.0);
    check.range("mixing.at_most", m.at_most as f64, 0.0..=1_000.0);
    check.range("mixing.spacing", m.spacing as f64, 1.0..=1_000.0);
    check.range("mixing.protected", m.protected as f64, 0.0..=1_000.0);
    check.range("mixing.patience", m.patience as f64, 0.0..=100.0);
    check.range("mixing.pace", m.pace as f64, 0.0..=10_000.0);
    check.range("mixing.least_interest", m.least_interest, 0.0..=1.0);
    check.require(
        m.at_most <= m.window,
        "mixing.at_most",
        format!("{} promoted songs do not fit a window of {}", m.at_most, m.window),
    );
}

/// What a segment or scene changes about mixing must tighten it: a rule of the policy is the loosest
/// there is.
fn check_tighter(check: &mut Checker, field: &str, tighter: &Tighter, settings: &Settings) {
    let m = settings.mixing;
    if let Some(least) = tighter.least_interest {
        check.range(&format!("{field}.least_interest"), least, 0.0..=1.0);
    }
    let mut tightens = |name: &str, holds: Option<bool>, policys: String| {
        let message = format!("is looser than the policy's own: mixing.{name} is {policys}");
        check.require(holds.unwrap_or(true), &format!("{field}.{name}"), message);
    };
    tightens("at_most", tighter.at_most.map(|v| v <= m.at_most), m.at_most.to_string());
    tightens("spacing", tighter.spacing.map(|v| v >= m.spacing), m.spacing.to_string());
    tightens("protected", tighter.protected.map(|v| v >= m.protected), m.protected.to_string());
    let least = tighter.least_interest.map(|v| v >= m.least_interest);
    tightens("least_interest", least, m.least_interest.to_string());
}

fn check_bandit(settings: &Settings, check: &mut Checker) {
    let b = &settings.bandit;
    check.range("bandit.exploration", b.exploration, 0.0..=100.0);
    check.range("bandit.uniform", b.uniform, 0.0..=1.0);
    if let Some(decisions) = b.uniform_for {
        check.range("bandit.uniform_for", decisions.into(), 1.0..=1e9);
    }
    check.range("bandit.forgetting", b.forgetting, 0.5..=1.0);
    check.range("bandit.ridge", b.ridge, 0.01..=1e6);
    let [low, high] = b.reward_range;
    check.range("bandit.reward_range[0]", low, -1e3..=1e3);
    check.range("bandit.reward_range[1]", high, -1e3..=1e3);
    check.require(
        low < high || low.is_nan() || high.is_nan(),
        "bandit.reward_range",
        "the first must be below the second",
    );
    check.range("bandit.attribution", b.attribution as f64, 0.0..=100.0);
    check.range("bandit.prior", b.prior, 0.0..=1e6);
    check.range("bandit.prior_songs", b.prior_songs, 0.0..=1e6);
    check.range("bandit.returning.worth", b.returning.worth, 0.0..=1e3);
    check.range("bandit.returning.by_listening", b.returning.by_listening, 0.0..=10.0);
    check.range("bandit.returning.usual", b.returning.usual, 0.0..=1.0);
    check.range("bandit.returning.by_promotion", b.returning.by_promotion, 0.0..=10.0);
    check.range("bandit.subscription", b.subscription, 0.0..=1_000.0);
    check.range("bandit.every", b.every.into(), 1.0..=1_000.0);
    check.range("bandit.user_weight", b.user_weight, 0.0..=10.0);
    check.range("bandit.commercial_weight", b.commercial_weight, 0.0..=10.0);
    check.range("bandit.baseline_rate", b.baseline_rate, 0.0..=1.0);
    check.require(
        b.user_weight >= b.commercial_weight,
        "bandit.commercial_weight",
        "the user comes first: user_weight must be at least commercial_weight",
    );
    let arms = b.arms.len();
    check.require(
        (1..=MOST_ARMS).contains(&arms),
        "bandit.arms",
        format!("has {arms} arms; it needs at least one and takes at most {MOST_ARMS}"),
    );
    names(check, "bandit.arms", b.arms.iter().map(|a| a.name.as_str()));
    for (i, arm) in b.arms.iter().enumerate() {
        check.range(&format!("bandit.arms[{i}].ratio"), arm.ratio, 0.0..=1.0);
        check_weights(check, &format!("bandit.arms[{i}].weights"), &arm.weights, -1.0..=1.0);
    }
}

fn check_guardrail(settings: &Settings, check: &mut Checker) {
    let g = settings.guardrail;
    check.range("guardrail.window", g.window as f64, 1.0..=1_000.0);
    check.range("guardrail.false_alarms", g.false_alarms, 0.0001..=0.5);
    check.range("guardrail.horizon", g.horizon.into(), 1.0..=10_000.0);
    check.range("guardrail.shortfall", g.shortfall, 0.05..=0.99);
    check_usual(check, "guardrail.usual", g.usual);
    check.range("guardrail.prior", g.prior, 1.0..=1_000.0);
    check.range("guardrail.known", g.known, 1.0..=1_000.0);
    check.range("guardrail.hold", g.hold.into(), 0.0..=1_000.0);
    check.range("guardrail.levels", g.levels.into(), 0.0..=100.0);
    check.range("guardrail.cap_step", g.cap_step as f64, 0.0..=1_000.0);
    check.range("guardrail.alpha_step", g.alpha_step, 0.0..=1.0);
    check.range("guardrail.selling.horizon", g.selling.horizon.into(), 1.0..=10_000.0);
    check.range("guardrail.selling.levels", g.selling.levels.into(), 0.0..=100.0);
    check.range("guardrail.selling.beta_step", g.selling.beta_step, 0.0..=1.0);
    check.range("guardrail.skips", g.skips.into(), 1.0..=1_000.0);
}

fn check_usual(check: &mut Checker, field: &str, usual: Usual) {
    check.range(&format!("{field}.completed"), usual.completed, 0.0..=1.0);
    check.range(&format!("{field}.early"), usual.early, 0.0..=1.0);
    check.require(
        usual.completed + usual.early <= 1.0,
        field,
        "shares of plays: completed and early must not be over 1 together",
    );
}

fn check_near_line(settings: &Settings, check: &mut Checker) {
    let n = settings.near_line;
    check.range("near_line.every", n.every.into(), 1.0..=10_000.0);
    check.range("near_line.lag", n.lag.into(), 1.0..=10_000.0);
    check.range("near_line.steps", n.steps.into(), 0.0..=1_000.0);
    check.range("near_line.learning_rate", n.learning_rate, 0.0..=1.0);
    check.range("near_line.listener_rate", n.listener_rate, 0.0..=10.0);
    check.range("near_line.prior", n.prior, 0.0..=1_000.0);
    check.range("near_line.newest", n.newest as f64, 1.0..=10_000.0);
    check.range("near_line.replayed", n.replayed as f64, 0.0..=100_000.0);
    check.range("near_line.gain", n.gain, -10.0..=10.0);
    check.range("near_line.tolerance", n.tolerance, 0.0..=10.0);
}

fn names<'a>(check: &mut Checker, field: &str, all: impl Iterator<Item = &'a str>) {
    let mut seen: Vec<&str> = Vec::new();
    for (i, name) in all.enumerate() {
        check.text(&format!("{field}[{i}].name"), name);
        if seen.contains(&name) {
            check.problem(&format!("{field}[{i}].name"), format!("`{name}` appears twice"));
        }
        seen.push(name);
    }
}
