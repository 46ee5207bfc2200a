//! The recipe of a ranker: simulated listeners ask, a forest learns from what they asked, and a file holds
//! it.

use std::path::Path;

use super::cohort::Cohort;
use super::learn::{Learned, boosting, learn, trees};
use super::requests::requests;
use crate::reports::{Teller, Undone, Watch, Work};
use melody_core::output::write_whole;
use melody_recommender::ltr::Ranker;
use melody_sessions::library::Library;

/// A ranker in its file.
#[derive(Debug)]
pub struct RankerDelivered {
    /// The forest and what its features are.
    pub ranker: Ranker,
    /// How learning went, and how good it is.
    pub learned: Learned,
}

/// Learns a ranker of this name from the requests of a cohort under the library's policy, and writes it to
/// `out`. The cohort's seed is that of every draw.
///
/// # Errors
/// When the cohort is too small, when the file cannot be written, and when the engine refuses what a
/// listener does, which would be a fault of this program.
pub fn train_ranker(
    library: &Library,
    cohort: &Cohort,
    name: &str,
    out: &Path,
    watch: &mut Watch,
) -> Result<RankerDelivered, Undone> {
    let teller = Teller::new(watch);
    let asked = teller.try_of(Work::Asking, cohort.listeners, || {
        requests(cohort, library, &|| teller.one()).map_err(|e| e.to_string())
    })?;
    let boosting = boosting(cohort.seed);
    let (ranker, text, learned) = teller.try_of(Work::Growing, trees(&boosting), || {
        learn(name, &asked, &boosting, &|| teller.one()).map_err(|e| e.to_string())
    })?;
    write_whole(out, text.as_bytes())?;
    Ok(RankerDelivered { ranker, learned })
}
