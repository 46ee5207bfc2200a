//! What it costs that identifiers share buckets.
//!
//! The network knows a song and its artist by content, and by an embedding in the bucket their identifiers hash to. An
//! identifier it has never seen should find a bucket of zeros; one that falls into a bucket of the training finds what was
//! learned of another. Here every song and artist of a catalogue gets a fresh identifier, simulated listeners hear them, and
//! the model is judged as it is and with all buckets emptied: the difference, paired by listener, is what collisions cost.
//!
//! ```text
//! cargo run --release --example collisions -- [CATALOGUE] [LISTENERS] [MODEL]
//! ```

use std::error::Error;
use std::path::Path;

use melody::catalogue::Catalogue;
use melody::model::{self, Backend, ModelFiles, Network};
use melody::opening::{catalogue_named, model_named};
use melody::rng::hash64;
use melody::training::{
    Dataset, Judge, Kind, Play, Resampling, Split, TrainingConfig, measure, predict, strangers,
};

/// Where a play's identifiers fell.
const BUCKETS: [&str; 3] = ["empty buckets", "the song's taken", "the artist's taken"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |at: usize, usual: &str| arguments.get(at).cloned().unwrap_or(usual.into());
    let here = Path::new("");
    let device = model::device(Backend::default());
    let catalogue = strangers(&catalogue_named(&argument(0, "default"), here)?);
    let files = model_named(&argument(2, "default"), here, &device)?;
    let config =
        TrainingConfig { test_listeners: argument(1, "400").parse()?, ..Default::default() };

    let taken = taken(&files, &catalogue);
    let share = |of: usize| {
        let count = taken.iter().filter(|bucket| **bucket == of).count();
        100.0 * count as f64 / taken.len() as f64
    };
    println!(
        "{} songs under fresh identifiers: {:.1} % find both buckets empty, {:.1} % the artist's taken, {:.1} % only the song's",
        catalogue.songs.len(),
        share(0),
        share(2),
        share(1)
    );

    let data = Dataset::simulate(&catalogue, &config, Split::Test, &|| ());
    let judged = |network: &Network| {
        let shape = &files.config;
        predict(Judge { network, shape, catalogue: &catalogue, device: &device }, &data)
    };
    let (own, emptied) = (judged(&files.network), judged(&emptied(&files.network)));
    let mut plays: Vec<Play> = Vec::new();
    for (listener, of) in data.listeners.iter().zip(0..) {
        for row in listener.fresh() {
            let place = plays.len();
            plays.push(Play {
                against: Some(emptied[place]),
                slices: vec![taken[row.song as usize]],
                ..Play::of(of, row, own[place])
            });
        }
    }
    let kinds = [Kind { name: "bucket", slices: BUCKETS.map(String::from).to_vec() }];
    let report = measure(&plays, &kinds, Resampling { seed: 1, resamples: 500 });
    println!(
        "{} plays of {} simulated listeners; AUC as it is, with buckets emptied, and the difference",
        report.plays, report.listeners
    );
    let slices = report.slices.iter().map(|slice| (slice.name.as_str(), slice.plays, &slice.heads));
    for (name, plays, heads) in [("all", report.plays, &report.heads)].into_iter().chain(slices) {
        for head in heads.iter().filter(|head| head.label.starts_with("interest")) {
            let Some(against) = &head.against else { continue };
            let interval = against.difference.as_ref().and_then(|by| by.auc);
            let difference = interval.map_or(String::new(), |[low, high]| {
                let by = against.model.auc - head.model.auc;
                format!("{by:+.4} [{low:+.4}, {high:+.4}]")
            });
            println!(
                "  {name:18} {plays:7}  {:10} {:.4}  {:.4}  {difference}",
                head.label, head.model.auc, against.model.auc
            );
        }
    }
    Ok(())
}

/// Of each song, which of [`BUCKETS`] it falls under.
fn taken(files: &ModelFiles, catalogue: &Catalogue) -> Vec<usize> {
    let learned = |table: burn::tensor::Tensor<2>| -> Vec<bool> {
        let sums = table.abs().sum_dim(1).into_data();
        sums.iter::<f32>().map(|sum| sum > 0.0).collect()
    };
    let songs = learned(files.network.songs.song.val());
    let artists = learned(files.network.songs.artist.val());
    let bucket = |name: &str, of: &[bool]| of[(hash64(name) % of.len() as u64) as usize];
    let of = |song: &melody::catalogue::Song| match (
        bucket(&catalogue.artist(song.lead_artist()).name, &artists),
        bucket(&song.id, &songs),
    ) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    };
    catalogue.songs.iter().map(of).collect()
}

/// The network without anything learned of identifiers.
fn emptied(network: &Network) -> Network {
    let mut network = network.clone();
    network.songs.song = network.songs.song.map(|table| table.zeros_like());
    network.songs.artist = network.songs.artist.map(|table| table.zeros_like());
    network
}
