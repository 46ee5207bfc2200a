//! `melody train-ltr`: a ranker from simulated listeners.

use std::ops::ControlFlow;
use std::path::Path;

use serde::Serialize;

use super::arguments::TrainLtr;
use super::failure::Failure;
use super::numbers::{interval, signed};
use super::progress::Bars;
use super::say::{say, say_json};
use super::simulate::library;
use melody_core::output::{Kind, Mark, may_write};
use melody_lab::experiment::{
    Arm, Cohort, Learned, OrderReport, PLACES, RankerDelivered, train_ranker,
};
use melody_recommender::ltr::Ranker;

#[derive(Serialize)]
struct RankerReport<'a> {
    ranker: &'a str,
    ranker_hash: &'a str,
    seed: u64,
    listeners: u64,
    /// What the listeners were served by.
    #[serde(flatten)]
    arm: Arm,
    catalogue: &'a str,
    catalogue_hash: &'a str,
    #[serde(flatten)]
    learned: &'a Learned,
}

/// What a ranker is told by before another is written over it.
pub(super) const RANKER: Kind = Kind { name: "ranker", mark: Mark::Key("trees") };

pub(super) fn run(arguments: &TrainLtr) -> Result<(), Failure> {
    let out = &arguments.out;
    let name = out.file_stem().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| format!("--out {}: names no file", out.display()))?;
    let policy = arguments.named.policy.as_ref().map(Path::new);
    may_write(out, RANKER, policy.as_slice())?;
    let library = library(&arguments.named)?;
    let &TrainLtr { listeners, songs, seed, .. } = arguments;
    let cohort = Cohort { seed, listeners, sessions: 1, songs };
    let mut bars = Bars::default();
    let delivered = train_ranker(&library, &cohort, name, out, &mut |stage| {
        bars.show(&stage);
        ControlFlow::Continue(())
    })?;
    let RankerDelivered { ranker, learned } = delivered;
    if arguments.json {
        let report = RankerReport {
            ranker: &ranker.name,
            ranker_hash: &ranker.hash,
            seed,
            listeners,
            arm: Arm::new(&library),
            catalogue: &library.catalogue.name,
            catalogue_hash: &library.catalogue.hash,
            learned: &learned,
        };
        say_json(&report)?;
    } else {
        print(&ranker, &learned)?;
        say!("\nwrote {}", out.display())?;
    }
    Ok(())
}

fn print(ranker: &Ranker, learned: &Learned) -> Result<(), Failure> {
    let [train, stop, test] = learned.requests;
    say!("ranker `{}` ({}): {}", ranker.name, &ranker.hash[..12], ranker.about)?;
    say!("requests: {train} learned from, {stop} to stop by, {test} for the figures")?;
    let grades = learned.grades.iter().map(|share| format!("{share:.3}"));
    say!("songs by grade 0 to 3: {}", grades.collect::<Vec<_>>().join(" "))?;
    say!("\nNDCG of simulated listeners not learned from")?;
    let places = PLACES.map(|k| format!("{:>9}", format!("at {k}")));
    say!("{:10}{}", "order by", places.concat())?;
    for order in &learned.orders {
        say!("{:10}{}", order.name, order.ndcg.map(|v| format!("{v:>9.4}")).concat())?;
    }
    say!("\nlearned minus the other, paired by listener, with 95 % confidence intervals")?;
    learned.orders.iter().try_for_each(print_behind)
}

fn print_behind(order: &OrderReport) -> Result<(), Failure> {
    for (k, paired) in PLACES.iter().zip(&order.behind) {
        say!(
            "{:10}{:>9} {} ({})",
            order.name,
            format!("at {k}"),
            signed(paired.difference, 4),
            interval(paired.interval, 4)
        )?;
    }
    Ok(())
}
