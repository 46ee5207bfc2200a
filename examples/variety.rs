//! How varied three hundred songs on autopilot are, for each shipped listener.
//!
//! Each shipped profile listens by itself until so many songs have played, once under a policy and once under the
//! same without what makes queues varied (artist spread, repeats and re-ranking). Prints different songs and
//! artists, the entropy of genres, completion and minutes of both. A listener sits through all of it, some
//! twenty hours: no pause lets them recover, which is the hardest case there is.
//!
//! ```text
//! cargo run --release --example variety -- [SONGS] [POLICY]
//! ```

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::policy::{Policy, Rerank};
use melody::profile::shipped_names;
use melody::simulation::{Until, listen};
use rayon::prelude::*;

/// What a listener heard.
struct Heard {
    songs: u32,
    artists: usize,
    genre_entropy: f64,
    completion: f64,
    minutes: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let songs: u32 = arguments.next().map_or(Ok(300), |n| n.parse())?;
    let policy = arguments.next().unwrap_or_else(|| "default".into());
    let opening = Opening { policy, ..Opening::default() };
    let library = Library::load(&opening, Path::new(""), Backend::default())?;
    let mut plain: Policy = (*library.policy).clone();
    plain.settings.diversity.method = Rerank::None;
    plain.settings.adjustments.artist_spread = 0.0;
    plain.settings.adjustments.repeat = 0.0;
    let plain = library.with_values(plain);
    println!("{songs} songs each, policy `{}`, all simulated", library.policy.name);
    println!("{:18} {:>28}   {:>28}", "", "as it is", "without what makes it varied");
    let head = "songs artists nats  compl   min";
    println!("{:18} {head:>28}   {head:>28}", "listener");
    let names: Vec<&str> = shipped_names().collect();
    let rows: Vec<(&str, [Heard; 2])> = names
        .into_par_iter()
        .map(|name| {
            let heard = |library: &Library| sit(library, name, songs);
            Ok::<_, String>((name, [heard(&library)?, heard(&plain)?]))
        })
        .collect::<Result<_, _>>()?;
    for (name, both) in rows {
        let row = both.map(|heard| {
            format!(
                "{:5} {:7} {:.2}   {:.2} {:5.0}",
                heard.songs, heard.artists, heard.genre_entropy, heard.completion, heard.minutes
            )
        });
        println!("{name:18} {:>28}   {:>28}", row[0], row[1]);
    }
    Ok(())
}

fn sit(library: &Library, name: &str, songs: u32) -> Result<Heard, String> {
    let profile = profile_named(name, Path::new("")).map_err(|e| e.to_string())?;
    let engine = library.engine(&profile, None, 1);
    let mut artists = BTreeSet::new();
    let mut last = None;
    let mut milliseconds = 0.0;
    let until = Until { songs, leaving: false };
    listen(&engine, &profile, library.world(), 1, until, &mut |_, trace| {
        if let Some(ended) = &trace.ended {
            let song = library.catalogue.find(&ended.song.id);
            let song = song.map(|song| library.catalogue.song(song));
            artists.extend(song.map(|song| song.lead_artist()));
            milliseconds += f64::from(ended.heard_ms);
        }
        last = Some(trace.metrics);
    })
    .map_err(|e| e.to_string())?;
    let metrics = last.ok_or("nothing was heard")?;
    let variety = metrics.variety.ok_or("nothing was heard")?;
    Ok(Heard {
        songs: variety.different_songs,
        artists: artists.len(),
        genre_entropy: variety.genre_entropy.value(),
        completion: metrics.session.completion.map_or(0.0, |completion| completion.value()),
        minutes: milliseconds / 60_000.0,
    })
}
