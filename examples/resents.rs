//! Whether the bandit finds out that a listener resents promotion, and leaves alone who does not.
//!
//! ```text
//! cargo run --release --example resents [SEEDS] [POLICY]
//! ```
//!
//! Plays the shipped profile `promotion-averse`, and the same listener with nothing against promotion, on autopilot
//! under a policy, the default one unless another is named, through twelve decisions, once a seed, and counts how
//! many have come to the arms `none` or `light`. An arm that was drawn uniformly, for support, is looked
//! through: what counts is the arm judged best.

// The library never prints; this is a program.
use std::error::Error;
use std::path::Path;

use melody::bandit::{Choice, argmax};
use melody::engine::Refusal;
use melody::experiment::in_parallel;
use melody::model::{Backend, device};
use melody::opening::{
    DEFAULT, Library, catalogue_named, model_named, policy_named, profile_named,
};
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
    let seeds = arguments.next().map_or(Ok(200), |count| count.parse())?;
    let here = Path::new("");
    let model = model_named(DEFAULT, here, &device(Backend::Flex))?;
    let policy = policy_named(arguments.next().as_deref().unwrap_or(DEFAULT), here)?;
    let catalogue = catalogue_named(DEFAULT, here)?;
    resents(&Library::new(catalogue.into(), policy.into(), model)?, seeds)
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
