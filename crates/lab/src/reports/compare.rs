//! Ways of training side by side: weight schemes, ways of sharing, what each kind of feedback adds; or what each part of the
//! network does.
//!
//! Every variant is trained on the same simulated log with the same seeds, so that a seed's runs
//! differ in nothing but the variant. The spread over seeds is that of initial weights and the order of
//! batches; all runs meet the same listeners.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::TrainingConfig;
use crate::data::log::Source;
use crate::data::{Dataset, held_out};
use crate::evaluation::{Greedy, Predictions, calibrate, choose, logits, predict};
use crate::statistics::{Clustered, Figures, Prediction, t_quantile};
use crate::training::{Outcome, Progress, Training, forget_checkpoint, train};
use melody_core::catalogue::Catalogue;
use melody_core::output::write_whole;
use melody_model::objective::{InterestParts, Scheme};
use melody_model::{Backend, NetworkPart, Output, Sharing, device};

/// One way of training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Where the weights of the losses come from.
    pub scheme: Scheme,
    /// What the tasks share.
    pub sharing: Sharing,
    /// What is learned from.
    pub feedback: Feedback,
    /// Some songs and artists are kept out of training.
    pub cold: bool,
    /// A part that the network has to do without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<NetworkPart>,
}

impl std::fmt::Display for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}", self.scheme.name(), self.sharing.name())?;
        if self.feedback != Feedback::All {
            write!(f, ", feedback {}", self.feedback.name())?;
        }
        if self.cold {
            write!(f, ", unseen songs")?;
        }
        if let Some(part) = self.without {
            write!(f, ", without {}", part.name())?;
        }
        Ok(())
    }
}

/// Which of the interest labels a model learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feedback {
    /// Completion, play ratio, skip, replays; like and save.
    All,
    /// Completion, play ratio, skip, replays: what listeners do without meaning to tell.
    Implicit,
    /// Completion, like and save.
    Explicit,
    /// Completion alone.
    Completion,
}

impl Feedback {
    /// As the table writes it.
    pub fn name(self) -> &'static str {
        match self {
            Feedback::All => "all",
            Feedback::Implicit => "implicit",
            Feedback::Explicit => "explicit",
            Feedback::Completion => "completion",
        }
    }

    fn parts(self, full: InterestParts) -> InterestParts {
        let implicit = matches!(self, Feedback::All | Feedback::Implicit);
        let explicit = matches!(self, Feedback::All | Feedback::Explicit);
        let kept = |weight: f32, keep: bool| if keep { weight } else { 0.0 };
        InterestParts {
            completion: full.completion,
            play_ratio: kept(full.play_ratio, implicit),
            skip: kept(full.skip, implicit),
            replays: kept(full.replays, implicit),
            like: kept(full.like, explicit),
            save: kept(full.save, explicit),
        }
    }
}

/// Share of songs and of artists kept out of training by the cold variants.
const COLD: f64 = 0.1;

impl Variant {
    /// All that are compared; the first is what the others are held against. Where the config names parts to do without, the
    /// config's own way with all parts and without each of them.
    pub fn of(config: &TrainingConfig) -> Vec<Variant> {
        let base = Variant {
            scheme: Scheme::Fixed,
            sharing: Sharing::Mmoe,
            feedback: Feedback::All,
            cold: false,
            without: None,
        };
        if !config.without.is_empty() {
            let scheme = config.objective.scheme;
            let whole = Variant { scheme, sharing: config.network.sharing, ..base };
            let each = config.without.iter().map(|&part| Variant { without: Some(part), ..whole });
            return std::iter::once(whole).chain(each).collect();
        }
        let mut all: Vec<Variant> =
            Scheme::ALL.map(|scheme| Variant { scheme, ..base }).into_iter().collect();
        all.extend(
            [Sharing::SharedBottom, Sharing::Ple].map(|sharing| Variant { sharing, ..base }),
        );
        all.extend(
            [Feedback::Implicit, Feedback::Explicit, Feedback::Completion]
                .map(|feedback| Variant { feedback, ..base }),
        );
        all.push(Variant { cold: true, ..base });
        all
    }

    fn config(self, base: &TrainingConfig, seed: u64) -> TrainingConfig {
        let mut config = base.clone();
        config.seed = seed;
        config.objective.scheme = self.scheme;
        config.objective.interest = self.feedback.parts(base.objective.interest);
        config.network.sharing = self.sharing;
        config.without = self.without.into_iter().collect();
        config.hold_out = if self.cold { COLD } else { 0.0 };
        config
    }
}

/// One variant trained with one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The way it was trained.
    pub variant: Variant,
    /// Of this training.
    pub seed: u64,
    /// By output, of those that were learned: on unseen songs alone where some were kept out.
    pub heads: Vec<(String, Figures)>,
    /// Completion of a greedy policy's picks from slates.
    pub greedy: f64,
    /// Share of the steps at which the user-first rule had to act.
    pub clamped: f64,
    /// The largest multiplier of the completion constraint.
    pub multiplier: f64,
    /// Mean weights as asked for over the last tenth of the steps: w1, w2, w3.
    pub asked: [f64; 3],
}

/// All runs, and what they were made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Of the log and of every run; seed, scheme, sharing, labels and what is done without are the variants'.
    pub config: TrainingConfig,
    /// That every way was trained with.
    pub seeds: Vec<u64>,
    /// Every way with every seed.
    pub runs: Vec<Run>,
}

/// A mean over seeds and half the width of its 95 % confidence interval (Student's t).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Over the seeds.
    pub mean: f64,
    /// Half of the 95 % interval; 0 with one seed.
    pub half_width: f64,
}

impl Estimate {
    /// `None` of no values; one value has no interval.
    pub fn new(values: &[f64]) -> Option<Self> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let half_width = match values.len() {
            0 => return None,
            1 => f64::NAN,
            _ => t_quantile(0.975, count - 1.0) * (squares / (count - 1.0) / count).sqrt(),
        };
        Some(Estimate { mean, half_width })
    }
}

/// The data that all runs share.
pub struct Shared<'a> {
    /// That was listened to.
    pub catalogue: &'a Catalogue,
    /// Learned from.
    pub train: &'a Source,
    /// Watched while learning.
    pub validation: &'a Dataset,
    /// Judged by.
    pub test: &'a Dataset,
    /// How choices are made that completion is measured of.
    pub greedy: Greedy,
}

/// What is told while runs go on.
pub enum Told<'a> {
    /// A step of the training that runs.
    Step(&'a Progress),
    /// A training is over and judged.
    Done(&'a Run),
}

/// Trains every variant with every seed. A run that is done is written to `folder` at once, and not
/// done again when the same comparison is taken up later.
///
/// # Errors
/// When the folder cannot be read or written, or holds runs made with another config or catalogue; when `watch`
/// breaks off.
pub fn compare(
    shared: &Shared,
    config: &TrainingConfig,
    seeds: &[u64],
    folder: &Path,
    watch: &mut dyn FnMut(usize, &Told) -> ControlFlow<()>,
) -> Result<Comparison, String> {
    let begun = Begun { catalogue: shared.catalogue.hash.clone(), config: config.clone() };
    let kept = Kept::open(folder, &begun)?;
    let mut runs = kept.runs.clone();
    let wanted =
        seeds.iter().flat_map(|&seed| Variant::of(config).into_iter().map(move |v| (v, seed)));
    let mut all = Vec::new();
    for (number, (variant, seed)) in wanted.enumerate() {
        let before = runs.iter().position(|run| run.variant == variant && run.seed == seed);
        let run = match before {
            Some(at) => runs.swap_remove(at),
            None => {
                let run = one(shared, config, (variant, seed), folder, &mut |step| {
                    watch(number, &Told::Step(step))
                })?;
                kept.append(&run)?;
                run
            }
        };
        if watch(number, &Told::Done(&run)).is_break() {
            return Err(INTERRUPTED.into());
        }
        all.push(run);
    }
    kept.remove();
    Ok(Comparison { config: config.clone(), seeds: seeds.to_vec(), runs: all })
}

const INTERRUPTED: &str =
    "interrupted\n  help: the same command goes on with the runs that are left";

fn one(
    shared: &Shared,
    config: &TrainingConfig,
    (variant, seed): (Variant, u64),
    folder: &Path,
    watch: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Run, String> {
    let config = variant.config(config, seed);
    let device = device(Backend::default());
    let held = held_out(shared.catalogue, config.hold_out);
    let validation = shared.validation;
    let folder = folder.join(RUN);
    let training = Training {
        catalogue: shared.catalogue,
        config: &config,
        data: shared.train,
        validation,
        greedy: shared.greedy,
        device: &device,
        folder: &folder,
    };
    let outcome = train(&training, watch)?;
    let Outcome::Finished(trained) = outcome else { return Err(INTERRUPTED.into()) };
    let found = logits(training.judge(&trained.network), validation);
    let (network, _) = calibrate(trained.network, validation, &found);
    let judge = training.judge(&network);
    let predictions = predict(judge, shared.test);
    let parts = config.objective.interest;
    let learned = |output: Output| match output {
        Output::Like => parts.like > 0.0,
        Output::Skip => parts.skip > 0.0,
        Output::Save | Output::Replays | Output::PlayRatio => false,
        _ => true,
    };
    let heads = Output::ALL.into_iter().filter(|&output| learned(output)).filter_map(|output| {
        let counted = |song: u32| !variant.cold || held[song as usize];
        let figures = figures(shared.test, &predictions, output, &counted)?;
        Some((output.name().to_string(), figures))
    });
    let heads = heads.collect();
    let greedy = choose(judge, shared.test, &shared.greedy);
    let log = &trained.log;
    let last = &log[log.len() - log.len().div_ceil(10)..];
    let mean = |of: fn(&Progress) -> f64| last.iter().map(of).sum::<f64>() / last.len() as f64;
    // A finished run's checkpoint must not be taken for the next one's.
    forget_checkpoint(&folder);
    Ok(Run {
        variant,
        seed,
        heads,
        greedy: greedy.map_or(f64::NAN, |report| report.completion),
        clamped: log.iter().filter(|step| step.clamped).count() as f64 / log.len() as f64,
        multiplier: log.iter().map(|step| step.multiplier).fold(0.0, f64::max),
        asked: [
            mean(|step| step.asked.interest),
            mean(|step| step.asked.subscription),
            mean(|step| step.asked.exposure),
        ],
    })
}

/// Figures of one output's predictions on the plays whose songs are `counted` and whose label exists.
/// `None` where only one class is present.
fn figures(
    data: &Dataset,
    predictions: &Predictions,
    output: Output,
    counted: &dyn Fn(u32) -> bool,
) -> Option<Figures> {
    let label = output.index();
    let numbered = data.listeners.iter().zip(0..);
    let rows = numbered.flat_map(|(l, number)| l.fresh().iter().map(move |row| (number, row)));
    let examples = rows
        .zip(predictions)
        .filter(|((_, row), _)| row.mask[label] > 0.0 && counted(row.song))
        .map(|((listener, row), p)| Prediction {
            listener,
            score: p[label].into(),
            label: row.labels[label] > 0.5,
        });
    Clustered::new(examples.collect()).map(|clustered| clustered.figures())
}

/// Where the run under way keeps its checkpoint.
const RUN: &str = "run";

/// What all runs of a comparison are made of.
#[derive(PartialEq, Serialize, Deserialize)]
struct Begun {
    /// The catalogue's hash.
    catalogue: String,
    config: TrainingConfig,
}

/// Runs that are done, one a line, after a line with what they are made of.
struct Kept {
    path: PathBuf,
    runs: Vec<Run>,
}

impl Kept {
    fn open(folder: &Path, begun: &Begun) -> Result<Self, String> {
        let path = folder.join("comparison.part.jsonl");
        let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        std::fs::create_dir_all(folder).map_err(|e| fail(&e))?;
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                // What an older comparison may have left of a run is of no use to this one.
                forget_checkpoint(&folder.join(RUN));
                let text = serde_json::to_string(begun).map_err(|e| fail(&e))? + "\n";
                write_whole(&path, text.as_bytes())?;
                text
            }
            Err(error) => return Err(fail(&error)),
        };
        let (first, lines) = text.split_once('\n').unwrap_or((&text, ""));
        if serde_json::from_str::<Begun>(first).ok().as_ref() != Some(begun) {
            return Err(fail(
                &"these runs were made with another config or catalogue\n  help: compare with \
                 those to go on, or delete the file to start anew",
            ));
        }
        // The last line may be torn; its run is done again.
        let mut runs = Vec::new();
        let mut whole = first.len() + 1;
        for line in lines.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            runs.push(serde_json::from_str(line).map_err(|e| fail(&e))?);
            whole += line.len();
        }
        let file = std::fs::OpenOptions::new().write(true).open(&path).map_err(|e| fail(&e))?;
        file.set_len(whole as u64).map_err(|e| fail(&e))?;
        Ok(Kept { path, runs })
    }

    fn append(&self, run: &Run) -> Result<(), String> {
        let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", self.path.display());
        let line = serde_json::to_string(run).map_err(|e| fail(&e))? + "\n";
        let mut file =
            std::fs::OpenOptions::new().append(true).open(&self.path).map_err(|e| fail(&e))?;
        file.write_all(line.as_bytes()).and_then(|()| file.sync_data()).map_err(|e| fail(&e))
    }

    fn remove(self) {
        // Left behind, it would only be read again.
        let _ = std::fs::remove_file(self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_that_names_parts_is_compared_with_all_parts_and_without_each() {
        let mut config = TrainingConfig::default();
        let usual = Variant::of(&config);
        assert!(usual.len() > 5 && usual.iter().all(|variant| variant.without.is_none()));
        config.without = [NetworkPart::Session, NetworkPart::Attention].into();
        config.network.sharing = Sharing::Ple;
        let ways = Variant::of(&config);
        let names: Vec<String> = ways.iter().map(Variant::to_string).collect();
        assert_eq!(
            names,
            ["staged, ple", "staged, ple, without attention", "staged, ple, without session"]
        );
        let without: Vec<usize> =
            ways.iter().map(|way| way.config(&config, 3).without.len()).collect();
        assert_eq!(without, [0, 1, 1]);
        // What is written of the usual ways does not know of parts.
        assert!(!serde_json::to_string(&usual).unwrap().contains("without"));
    }

    #[test]
    fn estimates_are_students() {
        // t(0.975, 4) = 2.776445; sd of 1..5 is sqrt(2.5).
        let estimate = Estimate::new(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!(estimate.mean, 3.0);
        assert!((estimate.half_width - 2.776_445 * (2.5f64 / 5.0).sqrt()).abs() < 1e-5);
        assert_eq!(Estimate::new(&[]), None);
    }
}
