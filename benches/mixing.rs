//! Two ways to mix promoted songs in: what a queue is worth by each, and how long it takes.
//!
//! Candidates are drawn from a seed: scores that fall off as a ranking's do, one song in eight
//! promoted, of eight campaigns. Both methods place the same songs, so what differs is where they
//! stand. The worth is the position-discounted score that the exact method makes the most of.
//!
//! ```text
//! cargo bench --bench mixing -- [--queues N] [--json]
//! ```

mod common;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use common::{Times, timed};
use melody::catalogue::{CampaignId, SongId};
use melody::policy::{Method, Mixing, shipped};
use melody::ranking::{Candidate, Heard, Mix, Rules, discount, mix};
use melody::rng::{Purpose, generator};
use melody::score::Score;
use rand::RngExt;
use serde::Serialize;

/// Length of the queue, M, N and the songs to choose from.
const SIZES: [(usize, usize, usize, usize); 4] =
    [(12, 2, 10, 500), (30, 3, 10, 2_000), (100, 4, 20, 2_000), (100, 10, 50, 20_000)];
const PATIENCES: [usize; 2] = [3, 10];

#[derive(Parser)]
struct Arguments {
    /// Filled by each way
    #[arg(long, default_value_t = 200)]
    queues: usize,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    _cargo: common::FromCargo,
}

#[derive(Serialize)]
struct Measured {
    queue: usize,
    at_most: usize,
    window: usize,
    candidates: usize,
    patience: usize,
    /// Mean worth of a queue.
    greedy_worth: f64,
    exact_worth: f64,
    /// Queues that are worth more by the exact method.
    better: usize,
    greedy: Times,
    exact: Times,
}

fn main() -> ExitCode {
    let Arguments { queues, json, .. } = Arguments::parse();
    let sizes = SIZES.into_iter().flat_map(|size| PATIENCES.map(|patience| (size, patience)));
    let measured: Vec<Measured> =
        sizes.map(|(size, patience)| measure(size, patience, queues)).collect();
    if json {
        match serde_json::to_string_pretty(&measured) {
            Ok(text) => println!("{text}"),
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
    } else {
        print(&measured);
    }
    ExitCode::SUCCESS
}

fn measure(
    (queue, at_most, window, songs): (usize, usize, usize, usize),
    patience: usize,
    queues: usize,
) -> Measured {
    let default = shipped("default").expect("the default policy ships").mixing;
    let of = |method| Mixing { method, patience, queue, at_most, window, pace: 0, ..default };
    let (greedy, exact) = (of(Method::Greedy), of(Method::Exact));
    let heard = Heard::new([]);
    let target = Score::new(at_most as f64 / window as f64);
    let run = |mixing: &Mixing, candidates: &[Candidate]| -> (Duration, Mix) {
        timed(|| mix(&Rules { mixing, at_most, target, heard: &heard, now_ms: 0 }, candidates))
    };
    let (mut times, mut worths, mut better) = ([vec![], vec![]], [0.0, 0.0], 0);
    for number in 0..queues as u64 {
        let candidates = candidates(songs, number);
        let both = [run(&greedy, &candidates), run(&exact, &candidates)];
        let [a, b] = both.each_ref().map(|(_, mixed)| worth(mixed, &candidates));
        better += usize::from(b > a + 1e-9);
        worths = [worths[0] + a, worths[1] + b];
        times[0].push(both[0].0);
        times[1].push(both[1].0);
    }
    let [greedy, exact] = times.map(Times::new);
    let mean = |sum: f64| sum / queues.max(1) as f64;
    Measured {
        queue,
        at_most,
        window,
        candidates: songs,
        patience,
        greedy_worth: mean(worths[0]),
        exact_worth: mean(worths[1]),
        better,
        greedy,
        exact,
    }
}

/// Songs in order of score.
fn candidates(songs: usize, number: u64) -> Vec<Candidate> {
    let mut rng = generator(7, Purpose::Experiment, number);
    let mut all: Vec<Candidate> = (0..songs as u32)
        .map(|song| Candidate {
            song: SongId(song),
            // The mean of four uniform draws: the best songs of many stand apart.
            score: Score::new((0..4).map(|_| rng.random::<f64>()).sum::<f64>() / 4.0),
            interest: Score::new(rng.random_range(0.35..1.0)),
            campaign: (song % 8 == 0).then_some(CampaignId(song as u16 / 8 % 8)),
        })
        .collect();
    all.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
    all
}

fn worth(mixed: &Mix, candidates: &[Candidate]) -> f64 {
    let score = |song: SongId| {
        let found = candidates.iter().find(|candidate| candidate.song == song);
        found.map_or(0.0, |candidate| candidate.score.value())
    };
    mixed.queue.iter().enumerate().map(|(i, placed)| discount(i).value() * score(placed.song)).sum()
}

fn print(measured: &[Measured]) {
    println!(
        "{:>5} {:>9} {:>10} {:>8} {:>12} {:>12} {:>7} {:>14} {:>14}",
        "queue",
        "M in N",
        "candidates",
        "patience",
        "greedy worth",
        "exact worth",
        "better",
        "greedy p50 ms",
        "exact p50 ms"
    );
    for m in measured {
        println!(
            "{:>5} {:>9} {:>10} {:>8} {:>12.4} {:>12.4} {:>7} {:>14.4} {:>14.4}",
            m.queue,
            format!("{} in {}", m.at_most, m.window),
            m.candidates,
            m.patience,
            m.greedy_worth,
            m.exact_worth,
            m.better,
            m.greedy.p50,
            m.exact.p50
        );
    }
}
