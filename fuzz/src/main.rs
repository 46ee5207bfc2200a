//! Damaged files for every reader; see README.md.

mod damage;
mod formats;
mod yambda;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use damage::damaged;
use formats::{Format, Outcome};
use melody::rng::{Purpose, generator};
use rand::seq::IndexedRandom;

const FILES: u64 = 20_000;
const SLOW: Duration = Duration::from_secs(2);
/// Files that are damaged further, beside the good ones.
const MOST_KEPT: usize = 400;

static SAID: Mutex<String> = Mutex::new(String::new());

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (numbers, names): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| word.parse::<u64>().is_ok());
    let number = |i: usize, otherwise| numbers.get(i).map_or(otherwise, |n| n.parse().unwrap());
    let (files, seed) = (number(0, FILES), number(1, 1));
    std::panic::set_hook(Box::new(|panic| {
        *SAID.lock().unwrap() = panic.to_string();
    }));
    let good = formats::Good::new();
    let formats: Vec<Format> = formats::all(&good)
        .into_iter()
        .filter(|format| names.is_empty() || names.iter().any(|name| *name == format.name))
        .collect();
    let each = files.div_ceil(formats.len().max(1) as u64);
    let mut faults = 0;
    println!(
        "{:<16} {:>6} {:>8} {:>8} {:>8} {:>7}",
        "format", "files", "accepted", "messages", "slowest", "faults"
    );
    for (i, format) in formats.iter().enumerate() {
        faults += fuzz(format, each, seed.wrapping_add(i as u64 * 1_000_003));
    }
    println!("{} files, {faults} faults", each * formats.len() as u64);
    std::process::exit(i32::from(faults > 0));
}

/// Damages files of a format. Returns how often its reader did not bear it.
fn fuzz(format: &Format, files: u64, seed: u64) -> usize {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("found");
    let now = found.join("now");
    let _ = std::fs::remove_dir_all(&now);
    std::fs::create_dir_all(&now).expect("a folder for what is found");
    let mut kept = format.good.clone();
    let (mut seen, mut faults) = (BTreeSet::new(), BTreeSet::new());
    let (mut accepted, mut slowest) = (0, Duration::ZERO);
    for good in &format.good {
        if let Outcome::Refused(why) = (format.read)(&now, good) {
            println!("{}: a good file is refused: {why}", format.name);
            std::process::exit(2);
        }
    }
    for number in 0..files {
        let mut rng = generator(seed, Purpose::Bootstrap, number);
        let bytes = damaged(kept.choose(&mut rng).unwrap(), &kept, &mut rng);
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (format.read)(&now, &bytes)));
        let took = began.elapsed();
        slowest = slowest.max(took);
        let fault = match outcome {
            Ok(_) if took > SLOW => Some(format!("took {took:?}")),
            Ok(Outcome::Accepted) => {
                accepted += 1;
                None
            }
            Ok(Outcome::Refused(why)) => {
                let why: String = why.chars().filter(|c| !c.is_ascii_digit()).take(90).collect();
                if seen.insert(why) && kept.len() < format.good.len() + MOST_KEPT {
                    kept.push(bytes.clone());
                }
                None
            }
            Err(_) => Some(SAID.lock().unwrap().clone()),
        };
        // Each place in the code once.
        if let Some(fault) = fault
            && faults.insert(fault.lines().next().unwrap_or_default().to_string())
        {
            let path: PathBuf = found.join(format!("{}-{number}", format.name));
            std::fs::write(&path, &bytes).expect("what is found is kept");
            println!("FAULT {}: {fault}\n  {}", format.name, path.display());
        }
    }
    println!(
        "{:<16} {files:>6} {accepted:>8} {:>8} {:>6.0}ms {:>7}",
        format.name,
        seen.len(),
        slowest.as_secs_f64() * 1000.0,
        faults.len()
    );
    faults.len()
}
