//! What several benches share: tables of times, catalogues of any size, programs to compare with.

#![allow(dead_code, reason = "each bench uses a part of this")]
#![allow(unused_imports, reason = "each bench uses a part of this")]

mod peer;

use std::time::{Duration, Instant};

use melody::catalogue::{Catalogue, DEFAULT_SEED, Size, generate, parse};
use melody::input::{InputError, TomlFile};
pub(crate) use peer::Peer;
use serde::Serialize;

/// Milliseconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Times {
    pub count: usize,
    pub p50: f64,
    pub p99: f64,
    pub most: f64,
}

impl Times {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort();
        // The nearest rank.
        let at = |share: f64| {
            let place = (share * times.len() as f64).ceil() as usize;
            times.get(place.clamp(1, times.len().max(1)) - 1).map_or(0.0, |t| t.as_secs_f64() * 1e3)
        };
        Times { count: times.len(), p50: at(0.50), p99: at(0.99), most: at(1.0) }
    }

    /// The head of a table whose first column is this wide.
    pub(crate) fn head(width: usize) -> String {
        format!("{:width$} {:>8} {:>9} {:>9} {:>9}", "milliseconds", "count", "p50", "p99", "most")
    }

    /// A row of that table.
    pub(crate) fn row(&self, what: &str, width: usize) -> String {
        let Times { count, p50, p99, most } = self;
        format!("{what:width$} {count:>8} {p50:>9.2} {p99:>9.2} {most:>9.2}")
    }
}

pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let done = work();
    (began.elapsed(), done)
}

/// The default catalogue over and over, every copy under identifiers of its own.
pub(crate) fn catalogue(songs: usize) -> Result<Catalogue, InputError> {
    let files = generate(DEFAULT_SEED, Size::default(), &|_| {});
    let (header, rows) = files.songs.split_once('\n').expect("the catalogue has a header");
    let copies = (0..).flat_map(|copy| rows.lines().map(move |row| format!("c{copy}{row}\n")));
    let text: String = [format!("{header}\n")].into_iter().chain(copies.take(songs)).collect();
    parse(&TomlFile::embedded("catalogue.toml", &files.manifest), "songs.csv", &text)
}

/// What cargo passes to a bench, which means nothing to it.
#[derive(clap::Args)]
pub(crate) struct FromCargo {
    #[arg(long = "bench", hide = true)]
    _bench: bool,
    #[arg(long = "test", hide = true)]
    _test: bool,
}

/// A whole number above 0.
///
/// # Errors
/// When it is none.
pub(crate) fn above_0(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "not a whole number above 0".into())
}
