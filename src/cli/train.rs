//! `melody train`.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::Module;

use super::arguments::Train;
use super::failure::Failure;
use super::figures::print_heads;
use super::progress::bar;
use crate::catalogue::Catalogue;
use crate::feedback::Examples;
use crate::input::TomlFile;
use crate::model::{self, Backend, Manifest, ModelFiles, Network, weights_hash};
use crate::opening::{DEFAULT, catalogue_named, policy_named};
use crate::training::{
    Dataset, Drawn, Evaluator, Heard, Judged, Listening, Logistic, Outcome, Popularity, Progress,
    Report, Resampling, Source, Split, TrainingConfig, examples, model_card, train,
};

/// Times the listeners are drawn again for confidence intervals.
const RESAMPLES: u64 = 1_000;

pub fn run(arguments: &Train) -> Result<(), Failure> {
    let config = match &arguments.config {
        Some(path) => TrainingConfig::parse(&TomlFile::read(path)?)?,
        None => TrainingConfig::default(),
    };
    let catalogue = Arc::new(catalogue_named(&arguments.catalogue, Path::new(""))?);
    let device = model::device(Backend::from(arguments.device));
    let name = arguments.out.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| format!("{}: not a folder name", arguments.out.display()))?;

    let data = simulate(&catalogue, &config, Split::Train);
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, stop.clone()).map_err(|e| e.to_string())?;
    }
    let progress = bar(0, "training");
    let mut smooth: Option<[f32; 3]> = None;
    let outcome = train(&catalogue, &config, &data, &device, &arguments.out, &mut |step| {
        show(&progress, step, &mut smooth);
        if stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    progress.finish();
    let (network, log) = match outcome {
        Outcome::Finished { network, log } => (*network, log),
        Outcome::Interrupted { step } => {
            return Err(Failure::Other(format!(
                "interrupted after step {step}\n  help: the same command takes the training up again"
            )));
        }
    };

    let mut popularity = Popularity::new(&catalogue);
    let mut heard = Heard::default();
    popularity.learn(&data);
    heard.add(&catalogue, &data);
    let (train_listeners, train_plays) = (data.listeners.len(), data.plays());
    let logistic = Logistic::fit(&catalogue, &Source::memory(data), config.seed, &device)?;
    let policy = policy_named(DEFAULT, Path::new(""))?;
    let evaluator = Evaluator {
        catalogue: &catalogue,
        policy: &policy,
        device: &device,
        model: Judged { network: &network, config: &config.network },
        against: None,
        heard: Some(&heard),
        popularity: Some(&popularity),
        logistic: Some(&logistic),
        resampling: Resampling { seed: config.seed, resamples: RESAMPLES },
    };
    let judge = |split: Split, what: &str| {
        let listening = Listening::simulated(catalogue.clone(), &config, split);
        let progress = bar(listening.chunks() as u64, what);
        let evaluation = evaluator.evaluate(&listening, &|_| false, &|| progress.inc(1));
        progress.finish();
        evaluation
    };
    let test = judge(Split::Test, "judging by others")?;
    let later = judge(Split::Later, "judging by later sessions")?;
    let validation = simulate(&catalogue, &config, Split::Validation);
    let files = files(&name, &config, &catalogue, network, &validation, &log);
    let report = Report {
        manifest: files.manifest.clone(),
        parameters: files.network.num_params(),
        train_listeners,
        train_plays,
        test_listeners: test.listeners,
        test_plays: test.plays,
        heads: test.heads,
        play_ratio_error: test.play_ratio_error,
        slices: test.slices,
        later: Some(later),
        heard: Some(heard),
        trained_on_log: None,
        log,
        config,
    };
    write(&arguments.out, &files, &report)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?);
    } else {
        print_heads(&report.heads);
        println!("wrote {}", arguments.out.display());
    }
    Ok(())
}

fn simulate(catalogue: &Catalogue, config: &TrainingConfig, split: Split) -> Dataset {
    let what = match split {
        Split::Train => "simulating listeners",
        Split::Validation => "validation listeners",
        Split::Test => "test listeners",
        Split::Later => "later sessions",
    };
    let listeners = Drawn::new(config, split).indices;
    let progress = bar(listeners.end - listeners.start, what);
    let data = Dataset::simulate(catalogue, config, split, &|| progress.inc(1));
    progress.finish();
    data
}

/// Share of each new loss in the smoothed one that is shown.
const NEWEST: f32 = 0.05;

fn show(progress: &indicatif::ProgressBar, step: &Progress, smooth: &mut Option<[f32; 3]>) {
    let losses = smooth.get_or_insert(step.losses);
    for (shown, new) in losses.iter_mut().zip(step.losses) {
        *shown += NEWEST * (new - *shown);
    }
    let w = step.weights;
    progress.set_length(step.steps);
    progress.set_position(step.step + 1);
    progress.set_prefix(format!(
        "losses {:.3} {:.3} {:.3}  w {:.2} {:.2} {:.2}{}",
        losses[0],
        losses[1],
        losses[2],
        w.interest,
        w.subscription,
        w.exposure,
        if step.clamped { " clamped" } else { "" }
    ));
}

fn files(
    name: &str,
    config: &TrainingConfig,
    catalogue: &Catalogue,
    network: Network,
    validation: &Dataset,
    log: &[Progress],
) -> ModelFiles {
    let device = &network.devices()[0];
    let both = 2 * config.examples;
    let drawn = examples(&network, &config.network, catalogue, validation, device, both);
    let (replay, held_back): (Vec<_>, Vec<_>) =
        drawn.into_iter().enumerate().partition(|(i, _)| i % 2 == 0);
    let strip = |set: Vec<(usize, _)>| set.into_iter().map(|(_, example)| example).collect();
    ModelFiles {
        manifest: Manifest {
            format: 1,
            name: name.into(),
            weights_sha256: weights_hash(&network),
            trained_on: catalogue.name.clone(),
            seed: config.seed,
            steps: log.last().map_or(0, |last| last.steps),
            objective: config.objective.clone(),
        },
        config: config.network.clone(),
        examples: Examples { replay: strip(replay), held_back: strip(held_back) },
        network,
    }
}

fn write(folder: &Path, files: &ModelFiles, report: &Report) -> Result<(), String> {
    model::save(folder, files)?;
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
    };
    let json = serde_json::to_string_pretty(report).map_err(|e| e.to_string())?;
    write("report.json", json + "\n")?;
    write("MODEL_CARD.md", model_card(report))
}
