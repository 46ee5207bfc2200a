//! What the bandit earns: whether it finds out that a listener resents promotion, and how it does beside
//! drawing arms uniformly and beside every arm taken always.
//!
//! ```text
//! cargo run --release --example bandit_earns -- resents [SEEDS] [POLICY]
//! cargo run --release --example bandit_earns -- arms [LISTENERS] [POLICY]
//! ```
//!
//! `resents` plays the shipped profile `promotion-averse`, and the same listener with nothing against
//! promotion, on autopilot under a policy, the default one unless another is named, through twelve decisions, once a seed, and counts how
//! many have come to the arms `none` or `light`. An arm that was drawn uniformly, for support, is looked
//! through: what counts is the arm judged best.
//!
//! `arms` plays the same listeners with the same draws, three sessions of forty songs each at most, under the
//! policy, under arms drawn uniformly, and under each arm alone. The reward per play is the policy's
//! without baselines; minutes and returns are beside it. Differences are from the policy itself, over
//! listeners, with 95 % intervals by Student's paired t.

// The library never prints; this is a program.
use std::error::Error;
use std::path::Path;

use melody::bandit::{Choice, argmax, satisfaction};
use melody::engine::Refusal;
use melody::evaluation::paired;
use melody::experiment::{Cohort, ListenerOutcome, in_parallel};
use melody::model::{Backend, device};
use melody::opening::{
    DEFAULT, Library, catalogue_named, model_named, policy_named, profile_named,
};
use melody::policy::{self, Algorithm, Policy};
use melody::profile::Profile;
use melody::simulation::{Until, listen};

const RESENTS: &str = "promotion-averse";
/// Decisions by which a listener who resents promotion should be found out.
const DECISIONS: usize = 12;
/// More than twelve decisions take, whatever is opened by hand.
const SONGS: u32 = 80;
/// Arms that leave such a listener alone.
const GENTLE: [&str; 2] = ["none", "light"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let many = arguments.next().map(|count| count.parse()).transpose()?;
    let here = Path::new("");
    let model = model_named(DEFAULT, here, &device(Backend::Flex))?;
    let policy = policy_named(arguments.next().as_deref().unwrap_or(DEFAULT), here)?;
    let catalogue = catalogue_named(DEFAULT, here)?;
    let library = Library::new(catalogue.into(), policy.into(), model)?;
    match what.as_str() {
        "resents" => resents(&library, many.unwrap_or(200)),
        "arms" => arms(&library, many.unwrap_or(400)),
        _ => Err("say `resents` or `arms`".into()),
    }
}

/// The arm judged best at a decision.
fn judged(choice: &Choice) -> &str {
    &choice.arms[argmax(choice.arms.iter().map(|arm| arm.judged.value()))].name
}

fn resents(library: &Library, seeds: u64) -> Result<(), Box<dyn Error>> {
    let averse = profile_named(RESENTS, Path::new(""))?;
    let mut tolerant = averse.clone();
    tolerant.taste.promotion_tolerance = 1.0;
    println!("share of {seeds} seeds at {} after so many decisions", GENTLE.join(" or "));
    println!("{:<10} {:>5} {:>5} {:>5} {:>5}   promoted songs", "listener", 3, 6, 9, DECISIONS);
    for (name, profile) in [("resents", &averse), ("tolerates", &tolerant)] {
        let one = |seed| decisions(library, profile, seed);
        let all: Result<Vec<_>, Refusal> = in_parallel(seeds, &one, &|| ()).into_iter().collect();
        let all = all?;
        let share = |number: usize| {
            let gentle = all.iter().filter(|(arms, _)| {
                arms.get(number - 1).is_some_and(|arm| GENTLE.contains(&arm.as_str()))
            });
            gentle.count() as f64 / seeds as f64
        };
        let promoted = all.iter().map(|(_, promoted)| promoted).sum::<f64>() / seeds as f64;
        let [a, b, c, d] = [3, 6, 9, DECISIONS].map(share);
        println!("{name:<10} {a:>5.3} {b:>5.3} {c:>5.3} {d:>5.3}   {promoted:.2}");
        let mut last: Vec<&str> =
            all.iter().filter_map(|(arms, _)| arms.last()).map(String::as_str).collect();
        last.sort_unstable();
        let counted = last.chunk_by(|a, b| a == b).map(|arm| format!("{} {}", arm[0], arm.len()));
        println!("           last: {}", counted.collect::<Vec<_>>().join(", "));
    }
    Ok(())
}

/// The arm judged best at each of the first decisions, and the share of promoted songs until the last.
fn decisions(
    library: &Library,
    profile: &Profile,
    seed: u64,
) -> Result<(Vec<String>, f64), Refusal> {
    let engine = library.engine(profile, None, seed);
    let until = Until { songs: SONGS, leaving: false };
    let (mut arms, mut plays, mut promoted) = (Vec::new(), 0.0, 0.0);
    listen(&engine, profile, library.world(), seed, until, &mut |_, trace| {
        if let Some(ended) = trace.ended.as_ref().filter(|_| arms.len() < DECISIONS) {
            plays += 1.0;
            promoted += f64::from(u8::from(ended.song.campaign.is_some()));
        }
        if let Some(choice) = trace.bandit.decided.as_ref().filter(|_| arms.len() < DECISIONS) {
            arms.push(judged(choice).to_string());
        }
    })?;
    Ok((arms, promoted / f64::max(plays, 1.0)))
}

fn arms(library: &Library, listeners: u64) -> Result<(), Box<dyn Error>> {
    let cohort = Cohort { seed: 19, listeners, sessions: 3, songs: 40 };
    let bandit = &library.policy.bandit;
    let mut policies = vec![
        ("default".to_string(), (*library.policy).clone()),
        ("uniform".to_string(), uniform(&library.policy)),
    ];
    let always = bandit.arms.iter().enumerate();
    policies.extend(always.map(|(place, arm)| (arm.name.clone(), fixed(&library.policy, place))));
    println!(
        "{listeners} listeners, three sessions each at most; differences from the default policy"
    );
    println!(
        "{:<10} {:>9} {:>22} {:>9} {:>22}",
        "arms", "reward", "difference", "minutes", "difference"
    );
    let mut first: Option<[Vec<f64>; 2]> = None;
    for (name, policy) in policies {
        let outcomes = cohort.run(&library.with_values(policy), &|| ())?;
        let own: [Vec<f64>; 2] = [
            outcomes.iter().map(|listener| reward(bandit, listener)).collect(),
            outcomes.iter().map(minutes).collect(),
        ];
        let base = first.get_or_insert_with(|| own.clone());
        let told = std::array::from_fn::<String, 2, _>(|i| told(&base[i], &own[i]));
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        println!(
            "{name:<10} {:>9.4} {:>22} {:>9.1} {:>22}",
            mean(&own[0]),
            told[0],
            mean(&own[1]),
            told[1]
        );
    }
    Ok(())
}

/// A difference with its interval.
fn told(base: &[f64], own: &[f64]) -> String {
    let interval = paired(base, own).and_then(|found| Some((found.difference, found.interval?)));
    interval
        .map_or(String::new(), |(mean, [low, high])| format!("{mean:+.4} [{low:+.4}, {high:+.4}]"))
}

/// The bandit's reward per play without baselines, of all plays.
fn reward(bandit: &policy::Bandit, listener: &ListenerOutcome) -> f64 {
    let one = |holds: bool| f64::from(u8::from(holds));
    let of_play = |play: &melody::experiment::Heard| {
        let loved = one(play.liked || play.saved);
        let content = satisfaction(play.play_ratio, one(play.completed), one(play.skipped), loved);
        bandit.user_weight * content + bandit.commercial_weight * one(play.engaged && play.promoted)
    };
    let subscribed = listener.sessions.iter().filter(|session| session.subscribed).count() as f64;
    let all: f64 = listener.plays().map(of_play).sum();
    let sold = bandit.commercial_weight * bandit.subscription * subscribed;
    (all + sold) / listener.plays().count().max(1) as f64
}

fn minutes(listener: &ListenerOutcome) -> f64 {
    listener.sessions.iter().map(|session| session.listening_s / 60.0).sum()
}

fn uniform(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    policy.settings.bandit.uniform = 1.0;
    policy.settings.bandit.uniform_for = None;
    policy
}

fn fixed(policy: &Policy, arm: usize) -> Policy {
    let mut policy = policy.clone();
    policy.settings.bandit.algorithm = Algorithm::Fixed;
    policy.settings.bandit.arms.swap(0, arm);
    policy
}
