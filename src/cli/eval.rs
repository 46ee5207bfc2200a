//! `melody eval`: a model judged by a training log or by simulated listeners.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::arguments::Eval;
use super::failure::Failure;
use super::figures::{print, print_differences};
use super::opening::catalogue as open_catalogue;
use super::progress::Bars;
use super::say::{counted, say, say_json};
use melody_lab::data::Split;
use melody_lab::data::log::TrainingLog;
use melody_lab::evaluation::Resampling;
use melody_lab::reports::{Asked, Case, Judgement, report_named};
use melody_lab::statistics::FEWEST_UNITS;
use melody_model as model;
use melody_model::Backend;
use melody_recommender::ranking::ranker_of;
use melody_sessions::names::{model_named, policy_named};

pub(super) fn run(arguments: &Eval) -> Result<(), Failure> {
    let base = Path::new("");
    let device = model::device(Backend::from(arguments.device));
    let policy = policy_named(&arguments.policy, base)?;
    // A policy whose ranker cannot be read is none to judge under.
    ranker_of(&policy)?;
    let catalogue = Arc::new(open_catalogue(&arguments.catalogue, base)?);
    let files = model_named(&arguments.model, base, &device)?;
    let other = arguments.against.as_ref().map(|name| model_named(name, base, &device));
    let other = other.transpose()?;
    let report = report_named(&arguments.model, base);
    let log = arguments.log.as_ref().map(|dir| TrainingLog::open(dir, catalogue.clone()));
    let log = log.transpose()?;
    let case = Case {
        files: &files,
        against: other.as_ref(),
        catalogue,
        policy: &policy,
        device: &device,
        report: report.as_ref(),
        log: log.as_ref(),
        asked: arguments.split.map_or(Asked::Unseen, |split| Asked::Part(split.split())),
        listeners: arguments.listeners,
        resampling: Resampling { seed: arguments.seed, resamples: arguments.resamples },
    };
    let mut bars = Bars::default();
    let judgement = case.judge(&mut |stage| {
        bars.show(&stage);
        ControlFlow::Continue(())
    })?;
    if arguments.json { say_json(&judgement) } else { tell(&judgement) }
}

fn tell(judgement: &Judgement) -> Result<(), Failure> {
    let evaluation = &judgement.evaluation;
    let split = judgement.split.map_or("all".into(), |split| format!("split {}", split.name()));
    let whose = match &judgement.log {
        Some([folder, _]) => format!("{folder}, {split}"),
        None => format!("simulated listeners, {split}"),
    };
    say!(
        "{} on {whose}: {} of {}",
        judgement.model,
        counted(evaluation.plays, "play"),
        counted(evaluation.listeners, "listener")
    )?;
    if judgement.left_out > 0 {
        say!("left out: {} listeners the model has learned from", judgement.left_out)?;
    }
    if judgement.own_log && matches!(judgement.split, None | Some(Split::Train)) {
        say!("note: the model was trained on some of these plays")?;
    }
    if judgement.resamples > 0 && evaluation.listeners < FEWEST_UNITS {
        say!("-: no confidence interval, which takes {FEWEST_UNITS} listeners at least")?;
    } else if judgement.resamples > 0 {
        say!(
            "with 95 % confidence intervals, the listeners drawn again {} times; -: fewer than {FEWEST_UNITS} \
             listeners have the label, or the figure is the same whoever is drawn",
            judgement.resamples
        )?;
    }
    print(evaluation)?;
    if let Some(other) = &judgement.against {
        say!("\n{other} less {}", judgement.model)?;
        print_differences(&evaluation.heads)?;
    }
    Ok(())
}
