//! Whether continual learning helps: a model that learns every day from what was heard, beside the same model that does not,
//! on the next day's plays.
//!
//! Simulated listeners sit down once a day. Their tastes drift, and every day brings new songs. The model that does not learn
//! serves them all, so that both foretell the very same plays. Each day's sessions are feedback logs, and a learner takes their
//! records as `melody learn` does; then both foretell the next day. Prints figures by label, of all songs and of those that
//! came after the first day, over all days and day by day. Differences are learner less frozen, with 95 % intervals by
//! resampling listeners; below zero is better in log loss, above zero in AUC. Beside them stands the frozen model with its
//! outputs calibrated anew every evening, on all plays so far (Platt's scaling): what a learner gains over that is more than
//! knowing how often things happen.
//!
//! `--try '{"head_rate": 0.001}'` takes other settings of the learner. Given more than once, all of them are tried on the same
//! days, with a line for each: to search settings, on other seeds than those that a table is made of.
//!
//! ```text
//! cargo run --release --example continual -- --listeners 60
//! ```

mod people;
mod songs;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use clap::Parser;
use melody::catalogue::Catalogue;
use melody::evaluation::{Figures, Intervals};
use melody::feedback::LABELS;
use melody::model::{Backend, ModelFiles, device, load};
use melody::opening::{DEFAULT, Library, model_named, policy_named};
use melody::training::{
    Dataset, Evaluation, HeadReport, Judge, Kind, Play, Predictions, Resampling, calibrate, logits,
    measure, predict,
};
use melody_stream::learn::{Learner, Learning, Made, Start};
use melody_stream::versions::version_folder;
use people::{Drift, People};

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value_t = 60)]
    listeners: u64,
    /// Of a session, at most.
    #[arg(long, default_value_t = 25)]
    songs: u32,
    #[arg(long, default_value_t = 14)]
    days: u32,
    /// Songs that each day brings.
    #[arg(long, default_value_t = 200)]
    new: usize,
    /// Of tastes, in radians a day.
    #[arg(long, default_value_t = 0.05)]
    drift: f64,
    /// All tastes drift towards the same one.
    #[arg(long)]
    together: bool,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 400)]
    resamples: u64,
    /// Settings of the learner in JSON, over its defaults; may be given again.
    #[arg(long = "try")]
    tries: Vec<String>,
    /// All tables of each try.
    #[arg(long)]
    whole: bool,
}

/// A day, heard.
struct Day {
    messages: Vec<Vec<u8>>,
    /// Every listener has an entry, in order.
    plays: Dataset,
    frozen: Predictions,
    /// The same calibrated on the days before; as it is on the first.
    calibrated: Predictions,
}

/// What one learner came to.
struct Came {
    /// The learner beside the frozen model.
    plays: Vec<Play>,
    /// The same plays: the learner beside the frozen model calibrated.
    calibrated: Vec<Play>,
    /// Updates that were taken, and refused.
    updates: [usize; 2],
    seconds: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let mut settings = Vec::new();
    for text in &arguments.tries {
        settings.push((over_defaults(text)?, text.clone()));
    }
    let model = model_named(DEFAULT, Path::new(""), &device(Backend::Flex))?;
    let folder = tempfile::tempdir()?;
    let all = Arc::new(songs::grown(arguments.new, arguments.days as usize - 1, arguments.seed)?);
    let days = heard(&arguments, &all, &model, folder.path())?;
    let plays: usize = days.iter().map(|day| day.plays.plays()).sum();
    println!(
        "{} listeners, {} days, {plays} plays, {} songs at first and {} in the end, seed {}, all simulated",
        arguments.listeners,
        arguments.days,
        all.songs.len() - arguments.new * (arguments.days as usize - 1),
        all.songs.len(),
        arguments.seed
    );
    if settings.is_empty() {
        settings.push((Learning::default(), "as it is".into()));
    }
    let whole = arguments.whole || settings.len() == 1;
    for (settings, text) in settings {
        let came = learned(&days, &all, &model, settings, folder.path())?;
        let [taken, refused] = came.updates;
        println!("\n{text}: {taken} updates taken, {refused} refused, {:.0} s", came.seconds);
        let found = measured(&arguments, &came.plays);
        let beside = measured(&arguments, &came.calibrated);
        if whole { report(&found, &beside) } else { lines(&found, &beside) }
    }
    Ok(())
}

/// The default settings, with others in their place.
fn over_defaults(text: &str) -> Result<Learning, Box<dyn Error>> {
    let mut whole = serde_json::to_value(Learning::default())?;
    let other: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text)?;
    for (name, value) in other {
        whole[name] = value;
    }
    Ok(serde_json::from_value(whole)?)
}

/// All days, served by the model that does not learn.
fn heard(
    arguments: &Arguments,
    all: &Arc<Catalogue>,
    model: &ModelFiles,
    folder: &Path,
) -> Result<Vec<Day>, Box<dyn Error>> {
    let policy = Arc::new(policy_named(DEFAULT, Path::new(""))?);
    let at_first = all.songs.len() - arguments.new * (arguments.days as usize - 1);
    let drift = Drift { a_day: arguments.drift, together: arguments.together };
    let mut people = None;
    let mut days = Vec::new();
    let (mut before, mut foretold) = (Dataset::default(), Vec::new());
    for day in 0..arguments.days {
        let there = at_first + arguments.new * day as usize;
        let catalogue = Arc::new(songs::first(all, there));
        let library = Library::new(catalogue, policy.clone(), model.clone())?;
        let nature = library.world().nature();
        let Arguments { seed, listeners, songs, .. } = *arguments;
        let people =
            people.get_or_insert_with(|| People::new(nature, seed, listeners, songs, drift));
        let sat = people.day(&library, all, day, folder)?;
        let mut messages = Vec::new();
        let mut plays = Dataset::default();
        for sat in sat {
            messages.extend(sat.lines);
            plays.listeners.push(sat.plays);
        }
        let frozen = predict(judge(model, all), &plays);
        let (network, _) = calibrate(model.network.clone(), &before, &foretold);
        let calibrated = predict(Judge { network: &network, ..judge(model, all) }, &plays);
        foretold.extend(logits(judge(model, all), &plays));
        before.listeners.extend(plays.listeners.iter().cloned());
        eprintln!("day {day}: {} plays", plays.plays());
        days.push(Day { messages, plays, frozen, calibrated });
    }
    Ok(days)
}

fn judge<'a>(model: &'a ModelFiles, catalogue: &'a Catalogue) -> Judge<'a> {
    static DEVICE: std::sync::OnceLock<burn::tensor::Device> = std::sync::OnceLock::new();
    let device = DEVICE.get_or_init(|| device(Backend::Flex));
    Judge { network: &model.network, shape: &model.config, catalogue, device }
}

/// Learns day after day, and foretells each before it is learned from.
fn learned(
    days: &[Day],
    all: &Arc<Catalogue>,
    model: &ModelFiles,
    learning: Learning,
    folder: &Path,
) -> Result<Came, Box<dyn Error>> {
    let began = std::time::Instant::now();
    let place = tempfile::tempdir_in(folder)?;
    let policy = Arc::new(policy_named(DEFAULT, Path::new(""))?);
    let of = [
        (DEFAULT, model.manifest.weights_sha256.as_str()),
        (&all.name, &all.hash),
        (DEFAULT, &policy.hash),
    ];
    let made = Made::new(of, "flex", learning);
    let device = device(Backend::Flex);
    let start = Start {
        made,
        model: model.clone(),
        catalogue: all.clone(),
        policy,
        device: device.clone(),
    };
    let mut learner = Learner::open(place.path(), start)?;
    let mut came = Came { plays: vec![], calibrated: vec![], updates: [0; 2], seconds: 0.0 };
    let mut newest = model.clone();
    let at_first = default_songs();
    for (number, day) in days.iter().enumerate() {
        if number > 0 {
            let predicted = predict(judge(&newest, all), &day.plays);
            let mut next = day.frozen.iter().zip(&day.calibrated).zip(predicted);
            for (listener, plays) in day.plays.listeners.iter().enumerate() {
                for row in plays.fresh() {
                    let next = next.next().ok_or("a play that nobody foretold")?;
                    let ((frozen, calibrated), learner) = next;
                    let new = usize::from(row.song as usize >= at_first);
                    let beside = |other: &[f32; LABELS]| Play {
                        against: Some(learner),
                        slices: vec![new, number - 1, 2 * (number - 1) + new],
                        ..Play::of(listener as u32, row, *other)
                    };
                    came.plays.push(beside(frozen));
                    came.calibrated.push(beside(calibrated));
                }
            }
        }
        if number + 1 == days.len() {
            break;
        }
        let before = learner.version();
        for message in &day.messages {
            learner.take(message)?;
            if learner.due()
                && let Some(attempt) = learner.update()?
            {
                came.updates[usize::from(!attempt.accepted)] += 1;
            }
        }
        if let Some(why) = learner.unfit().keys().next() {
            return Err(format!("a session cannot be learned from: {why}").into());
        }
        if learner.version() > before {
            newest = load(&version_folder(place.path(), learner.version()), &device)?;
        }
        // Nobody goes back to them.
        for old in before..learner.version() {
            std::fs::remove_dir_all(version_folder(place.path(), old)).ok();
        }
    }
    came.seconds = began.elapsed().as_secs_f64();
    Ok(came)
}

fn default_songs() -> usize {
    melody::catalogue::default_catalogue().songs.len()
}

/// Of what plays are told apart by.
fn kinds(arguments: &Arguments) -> Vec<Kind> {
    let days = || (1..arguments.days).map(|day| format!("day {day}"));
    let both = |day: String| [format!("{day}, songs of day 0"), format!("{day}, new songs")];
    vec![
        Kind { name: "songs", slices: vec!["songs of day 0".into(), "new songs".into()] },
        Kind { name: "day", slices: days().collect() },
        Kind { name: "day and songs", slices: days().flat_map(both).collect() },
    ]
}

fn measured(arguments: &Arguments, plays: &[Play]) -> Evaluation {
    let resampling = Resampling { seed: 1, resamples: arguments.resamples };
    measure(plays, &kinds(arguments), resampling)
}

/// The heads of all songs, of those of the first day, and of new ones.
fn parts(found: &Evaluation) -> Vec<(&str, usize, &[HeadReport])> {
    let by_songs = found.slices.iter().filter(|slice| slice.kind == "songs");
    let by_songs = by_songs.map(|slice| (slice.name.as_str(), slice.plays, &slice.heads[..]));
    std::iter::once(("all songs", found.plays, &found.heads[..])).chain(by_songs).collect()
}

/// Learner less frozen.
fn less(head: &HeadReport, of: fn(&Figures) -> Option<f64>) -> Option<f64> {
    Some(of(&head.against.as_ref()?.model)? - of(&head.model)?)
}

type Of<T> = (fn(&Figures) -> Option<f64>, fn(&Intervals) -> Option<T>);
const LOSS: Of<[f64; 2]> = (|f| Some(f.log_loss), |i| i.log_loss);
const OVER: Of<[f64; 2]> = (|f| Some(f.auc), |i| i.auc);
const WITHIN: Of<[f64; 2]> = (|f| f.grouped_auc, |i| i.grouped_auc);

fn difference(head: &HeadReport, (figure, interval): Of<[f64; 2]>) -> String {
    let Some(less) = less(head, figure) else { return "".into() };
    let found = head.against.as_ref().and_then(|against| interval(&against.difference?));
    match found {
        Some([low, high]) => format!("{less:+.4} [{low:+.4}, {high:+.4}]"),
        None => format!("{less:+.4}"),
    }
}

/// The share of log loss above what is best possible that is gone, in percent.
fn gone(head: &HeadReport) -> String {
    let room = head.best.map(|best| head.model.log_loss - best.log_loss);
    match (room, less(head, LOSS.0)) {
        (Some(room), Some(less)) if room > 0.0 => format!("{:.0} %", -100.0 * less / room),
        _ => "".into(),
    }
}

fn report(found: &Evaluation, beside: &Evaluation) {
    for ((name, plays, heads), (.., others)) in parts(found).into_iter().zip(parts(beside)) {
        println!("\n{name}, {plays} plays, over all days: log loss\n");
        println!(
            "| label | true | frozen | learner less frozen | of what was to gain | learner less calibrated |"
        );
        println!("|---|--:|--:|--:|--:|--:|");
        for (head, other) in heads.iter().zip(others) {
            println!(
                "| {} | {:.1} % of {} | {:.4} | {} | {} | {} |",
                head.label,
                100.0 * head.positives as f64 / head.plays as f64,
                head.plays,
                head.model.log_loss,
                difference(head, LOSS),
                gone(head),
                difference(other, LOSS)
            );
        }
        println!("\n{name}: AUC\n");
        println!(
            "| label | frozen | learner less frozen | within listeners: frozen | learner less frozen |"
        );
        println!("|---|--:|--:|--:|--:|");
        for head in heads {
            println!(
                "| {} | {:.4} | {} | {:.4} | {} |",
                head.label,
                head.model.auc,
                difference(head, OVER),
                head.model.grouped_auc.unwrap_or(f64::NAN),
                difference(head, WITHIN)
            );
        }
    }
    println!("\nday by day, log loss: learner less frozen\n");
    println!("| | plays | completion | skip | like or save | exposure |");
    println!("|---|--:|--:|--:|--:|--:|");
    for kind in ["day", "day and songs"] {
        for slice in found.slices.iter().filter(|s| s.kind == kind) {
            let cells =
                ["interest: completion", "interest: skip", "interest: like or save", "exposure"]
                    .map(|label| {
                        let head = slice.heads.iter().find(|head| head.label == label);
                        head.map_or(String::new(), |head| difference(head, LOSS))
                    });
            println!("| {} | {} | {} |", slice.name, slice.plays, cells.join(" | "));
        }
    }
}

/// What one way of a search came to.
fn lines(found: &Evaluation, beside: &Evaluation) {
    for ((name, _, heads), (.., others)) in parts(found).into_iter().zip(parts(beside)) {
        for (head, other) in heads.iter().zip(others) {
            let label = head.label.trim_start_matches("interest: ");
            println!(
                "  {name:15} {label:14} frozen {:27} {:5} calibrated {:27} AUC within {}",
                difference(head, LOSS),
                gone(head),
                difference(other, LOSS),
                difference(head, WITHIN)
            );
        }
    }
}
