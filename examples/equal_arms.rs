//! How often `melody ab` says that two arms differ which are the same.
//!
//! Two cohorts of other listeners each are served by one policy, and paired at random, listener by listener. In each run some
//! pairs are drawn, a coin says for each which of the two stands in which arm, and the arms are compared as `melody ab`
//! compares. So nothing but chance is there to be found, and a test at 5 % must find something in 5 % of runs: of 4,000, between 4.3 and 5.7 %
//! with 95 % certainty. The two draws of listeners are made once, all runs draw pairs of them.
//!
//! ```text
//! cargo run --release --example equal_arms -- [RUNS] [PAIRS IN A RUN] [PAIRS TO DRAW FROM]
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use melody::experiment::{Cohort, ListenerOutcome, Verdict, compare};
use melody::model::Backend;
use melody::opening::{Library, Opening};
use melody::rng::{Purpose, generator};
use rand::RngExt;
use rand::seq::index;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<usize> =
        std::env::args().skip(1).map(|n| n.parse()).collect::<Result<_, _>>()?;
    let given = |place: usize, usual: usize| arguments.get(place).copied().unwrap_or(usual);
    let (runs, size, pairs) = (given(0, 4_000), given(1, 200), given(2, 1_000));
    let library = Library::load(&Opening::default(), Path::new(""), Backend::default())?;
    let cohort = Cohort { seed: 1, listeners: pairs as u64, sessions: 1, songs: 20 };
    let sides = [cohort.run(&library, &|| ())?, cohort.other(1).run(&library, &|| ())?];
    let mut found: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    for run in 0..runs {
        let mut rng = generator(7, Purpose::Experiment, run as u64);
        let mut arms: [Vec<ListenerOutcome>; 2] = Default::default();
        for pair in index::sample(&mut rng, pairs, size.min(pairs)) {
            let turned = usize::from(rng.random_bool(0.5));
            for (side, arm) in arms.iter_mut().enumerate() {
                arm.push(sides[(side + turned) % 2][pair].clone());
            }
        }
        for compared in compare(&cohort, (&library, &library), (&arms[0], &arms[1])).metrics {
            let [tested, differ, peeked] = found.entry(compared.metric.name()).or_default();
            *tested += u32::from(compared.paired.interval.is_some());
            *differ +=
                u32::from(!matches!(compared.verdict, Verdict::NoneFound | Verdict::Untested));
            *peeked += u32::from(compared.always_valid.p < 0.05);
        }
    }
    println!(
        "{runs} runs of {size} pairs of listeners, policy `{}`, all simulated",
        library.policy.name
    );
    println!("{:22} {:>7} {:>9} {:>16}", "metric", "tested", "found", "found, peeking");
    for (metric, [tested, differ, peeked]) in found {
        let share = |n: u32| f64::from(n) / f64::from(tested.max(1));
        println!("{metric:22} {tested:7} {:9.3} {:16.3}", share(differ), share(peeked));
    }
    Ok(())
}
