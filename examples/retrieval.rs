//! How much of the queue that scoring every song would show the sources bring.
//!
//! Simulated listeners hear songs under the default policy; at every event the same moment is ranked once more with every
//! song of the catalogue a candidate (`retrieval = "everything"`), and the two queues are held side by side. Prints the mean
//! number of songs they share in the first twelve places, the share of moments at which all are the same, how many songs
//! were scored, and how many of the shared queue's songs each source brought.
//!
//! ```text
//! cargo run --release --example retrieval -- [CATALOGUE] [LISTENERS] [EVENTS] [MODEL] [POLICY]
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use melody::catalogue::SongId;
use melody::experiment::{Cohort, in_parallel};
use melody::model::Backend;
use melody::opening::{Library, Opening, policy_named};
use melody::policy::Retrieval;
use melody::rng::hash64;
use melody::simulation::{Until, listen};

/// What the moments of a listener come to.
#[derive(Default)]
struct Seen {
    moments: usize,
    places: usize,
    shared: usize,
    same: usize,
    first: usize,
    scored: usize,
    by: BTreeMap<String, usize>,
    missed: BTreeMap<String, usize>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |at: usize, usual: &str| arguments.get(at).cloned().unwrap_or(usual.into());
    let listeners: u64 = argument(1, "200").parse()?;
    let songs: u32 = argument(2, "20").parse()?;
    let opening = Opening {
        catalogue: argument(0, "default"),
        model: argument(3, "default"),
        policy: argument(4, "default"),
        ..Opening::default()
    };
    let library = Library::load(&opening, Path::new(""), Backend::default())?;
    let mut policy = policy_named(&opening.policy, Path::new(""))?;
    policy.settings.candidates.retrieval = Retrieval::Everything;
    let everything = library.with_values(policy);
    let cohort = Cohort { seed: 11, listeners, sessions: 1, songs };

    let one = |index: u64| {
        let profile = cohort.profile(library.world().nature(), index);
        let seed = hash64(&format!("retrieval/{index}"));
        let engine = library.engine(&profile, None, seed);
        let all = everything.engine(&profile, None, seed);
        let mut seen = Seen::default();
        let until = Until { songs, leaving: false };
        let heard = listen(&engine, &profile, library.world(), seed, until, &mut |state, trace| {
            let best: Vec<SongId> = all.with_ranking(state, |ranking, _| {
                ranking.queue.iter().map(|queued| queued.song).collect()
            });
            let own: Vec<SongId> = state.queue.iter().map(|queued| queued.song).collect();
            let shared = best.iter().filter(|song| own.contains(song)).count();
            seen.moments += 1;
            seen.places += best.len();
            seen.shared += shared;
            seen.same += usize::from(best == own);
            seen.first += usize::from(best.first() == own.first());
            seen.scored += trace.candidates.scored;
            for song in best.iter().filter(|song| !own.contains(song)) {
                let song = library.catalogue.song(*song);
                let kind = if song.promoted() { "promoted" } else { "natural" };
                *seen.missed.entry(kind.into()).or_default() += 1;
            }
            for entry in &trace.queue {
                for source in &entry.ledger.sources {
                    *seen.by.entry(source.clone()).or_default() += 1;
                }
            }
        });
        heard.map(|_| seen)
    };
    let mut all = Seen::default();
    for seen in in_parallel(listeners, &one, &|| {}) {
        let seen = seen?;
        all.moments += seen.moments;
        all.places += seen.places;
        all.shared += seen.shared;
        all.same += seen.same;
        all.first += seen.first;
        all.scored += seen.scored;
        seen.by.into_iter().for_each(|(name, count)| *all.by.entry(name).or_default() += count);
        seen.missed
            .into_iter()
            .for_each(|(name, count)| *all.missed.entry(name).or_default() += count);
    }
    let moments = all.moments.max(1) as f64;
    println!(
        "{} songs, {} listeners, {} moments, all simulated",
        library.catalogue.songs.len(),
        listeners,
        all.moments
    );
    println!("songs scored                   {:.0}", all.scored as f64 / moments);
    println!("places of the queue            {:.2}", all.places as f64 / moments);
    println!("of them shared with everything {:.3}", all.shared as f64 / moments);
    println!("the first song the same        {:.3}", all.first as f64 / moments);
    println!("the whole queue the same       {:.3}", all.same as f64 / moments);
    for (kind, count) in &all.missed {
        println!("missed, {kind:<22} {:.3}", *count as f64 / moments);
    }
    for (name, count) in &all.by {
        println!("brought by {name:<19} {:.2}", *count as f64 / moments);
    }
    Ok(())
}
