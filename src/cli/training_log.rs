//! `melody log simulate`, `melody log import`, `melody log split` and `melody log check` of a training log.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::{ImportLog, SimulateLog, SplitShares};
use super::failure::Failure;
use super::handed_out::{Experiment, hand_out};
use super::left_out::{gone_over, passed_over};
use super::opening::catalogue as open_catalogue;
use super::progress::{bar, spinner};
use super::say::{counted, say, say_json};
use crate::cli::import::reading::{byte_bar, print_marks, print_read};
use melody_core::catalogue::Catalogue;
use melody_core::input::{InputError, Problem};
use melody_lab::data::log::{
    Converted, Converting, Count, Leak, LeakCheck, LogManifest, TrainingLog, bring_listeners,
    simulate_log, simulated_log, split_again,
};
use melody_lab::data::{Split, Splits, rows};
use melody_lab::experiment::Cohort;
use melody_model::Backend;
use melody_simulation::{LogConfig, Variant};
use melody_stream::nats::Address;
use melody_stream::rest::{Source, Taught, Training, is_data_set, is_log};
use melody_stream::work::{Parcel, Task};

pub(super) fn simulate(arguments: &SimulateLog) -> Result<(), Failure> {
    let splits = splits(&arguments.shares)?;
    let catalogue = open_catalogue(&arguments.catalogue, Path::new(""))?;
    let &SimulateLog { listeners, sessions, rollouts, seed, .. } = arguments;
    let config = LogConfig { seed, sessions, rollouts, slates: 0.0 };
    let manifest = match &arguments.handed_out.on {
        Some(address) => elsewhere(arguments, address, &catalogue, splits)?,
        None => {
            let progress = bar(listeners, WHAT);
            let done = || progress.inc(1);
            let out = &arguments.out;
            let manifest = simulate_log(out, &catalogue, config, listeners, splits, &done)?;
            progress.finish();
            manifest
        }
    };
    tell(&manifest, arguments.json)?;
    if !arguments.json {
        say!("wrote {}", arguments.out.display())?;
    }
    Ok(())
}

/// What is on the bar.
const WHAT: &str = "simulating listeners";
/// Songs of a session, as far as the size of a shard goes by them; a log has no such bound.
const SONGS: u32 = 20;

fn elsewhere(
    arguments: &SimulateLog,
    address: &Address,
    catalogue: &Catalogue,
    splits: Splits,
) -> Result<LogManifest, Failure> {
    let &SimulateLog { listeners, sessions, rollouts, seed, .. } = arguments;
    let experiment = Experiment {
        cohort: Cohort { seed, listeners, sessions, songs: SONGS },
        catalogue: (&arguments.catalogue, catalogue),
        world: Variant::Fitted,
        backend: Backend::default(),
    };
    let mut parcel = Parcel::default();
    let on = &arguments.handed_out;
    let job = experiment.job(on, Task::Log { rollouts }, &mut parcel)?;
    let config = job.log().ok_or_else(|| "this is no log".to_string())?;
    let mut writer = simulated_log(&arguments.out, catalogue, config, splits)?;
    hand_out((on, address), (&job, &parcel), WHAT, &mut |shard, bytes| {
        let name = format!("shard {shard}");
        let some = bring_listeners(&name, catalogue, &bytes).map_err(|error| error.to_string())?;
        some.into_iter().try_for_each(|listener| writer.push(listener))
    })?;
    Ok(writer.finish()?)
}

pub(super) fn import(arguments: &ImportLog) -> Result<(), Failure> {
    let splits = splits(&arguments.shares)?;
    if let Some(source) = feedback(arguments)? {
        return import_feedback(arguments, source, splits);
    }
    let catalogue = open_catalogue(&arguments.catalogue, Path::new(""))?;
    let converting = Converting {
        files: &arguments.files,
        format: arguments.format,
        catalogue: &catalogue,
        splits,
        stand_ins: !arguments.matched_only,
        incognito: arguments.incognito,
    };
    let progress = byte_bar(&arguments.files, "reading plays");
    let converted = converting.write(&arguments.out, &|bytes| progress.inc(bytes))?;
    progress.finish_and_clear();
    if arguments.json {
        return say_json(&converted);
    }
    print_read(&converted.read)?;
    let Converted { log, doubles, pieces, marks, imputed, left_out, unknown, .. } = converted;
    let [plays, listeners] = left_out;
    if doubles > 0 {
        say!("  left out         {doubles}, told twice: each counts once")?;
    }
    if pieces > 0 {
        say!("  pieces           {pieces}, of plays that were paused: each play counts once")?;
    }
    print_marks(marks)?;
    if imputed > 0 {
        say!(
            "  imputed          {imputed}: not in the catalogue `{}`, others stand in",
            catalogue.name
        )?;
    }
    if plays > 0 {
        say!(
            "  left out         {plays}: not in the catalogue; all plays of {listeners} listeners"
        )?;
    }
    if !unknown.is_empty() {
        say!(
            "  unknown          {}: no play tells, so nothing can be learned of that",
            unknown.join(", ")
        )?;
    }
    tell(&log, false)?;
    say!("wrote {}", arguments.out.display())
}

/// Feedback logs, or a data set of them, where these were named.
fn feedback(arguments: &ImportLog) -> Result<Option<Source<'_>>, Failure> {
    let files = &arguments.files;
    let (logs, others): (Vec<&PathBuf>, Vec<&PathBuf>) = files.iter().partition(|f| is_log(f));
    let source = match (&files[..], &logs[..], &others[..]) {
        ([folder], ..) if is_data_set(folder) => Source::DataSet(folder),
        (_, [_, ..], []) => Source::Logs(files),
        (_, [_, ..], [other, ..]) => {
            let message = "is no feedback log, and the others are";
            let help = "import feedback logs by themselves";
            return Err(Problem::new(other.display().to_string(), message).help(help).into());
        }
        (_, [], others) => match others.iter().find(|other| is_data_set(other)) {
            Some(folder) => {
                let message = "is a data set of feedback, which is imported by itself";
                return Err(Problem::new(folder.display().to_string(), message).into());
            }
            None => return Ok(None),
        },
    };
    let ImportLog { format, incognito, matched_only, .. } = arguments;
    let given = [("--format", format.is_some()), ("--incognito", *incognito)];
    let given = given.into_iter().chain([("--matched-only", *matched_only)]);
    match given.into_iter().find(|(_, given)| *given) {
        Some((option, _)) => {
            let message = "is of plays; in feedback logs nothing is to be guessed";
            Err(Problem::new(option, message).into())
        }
        None => Ok(Some(source)),
    }
}

fn import_feedback(
    arguments: &ImportLog,
    source: Source<'_>,
    splits: Splits,
) -> Result<(), Failure> {
    let catalogue = open_catalogue(&arguments.catalogue, Path::new(""))?;
    let progress = match source {
        Source::Logs(logs) => gone_over(logs, "reading sessions"),
        Source::DataSet(_) => spinner("reading sessions"),
    };
    let training = Training { source, catalogue: &catalogue, splits };
    let taught = training.write(&arguments.out, &|done| progress.inc(done))?;
    progress.finish_and_clear();
    if arguments.json {
        return say_json(&taught);
    }
    let Taught { log, sessions, copies, torn, left_out } = &taught;
    say!("{} of feedback", counted(sessions, "session"))?;
    passed_over(*copies, torn, left_out)?;
    tell(log, false)?;
    say!("wrote {}", arguments.out.display())
}

pub(super) fn split(
    dir: &Path,
    catalogue: &str,
    shares: &SplitShares,
    json: bool,
) -> Result<(), Failure> {
    let splits = splits(shares)?;
    let catalogue = open_catalogue(catalogue, Path::new(""))?;
    tell(&split_again(dir, &catalogue, splits)?, json)
}

/// Reads every play of a log and looks for leaks; one is a failed check.
pub(super) fn check(dir: &Path, catalogue: &str, json: bool) -> Result<(), Failure> {
    let catalogue = Arc::new(open_catalogue(catalogue, Path::new(""))?);
    let log = TrainingLog::open(dir, catalogue.clone())?;
    let manifest = log.manifest();
    let progress = bar(manifest.shards.len() as u64, "checking shards");
    let mut check = LeakCheck::default();
    for shard in 0..manifest.shards.len() {
        let listeners = log.listeners(shard)?;
        for split in Split::ALL {
            log.check_count(shard, split, &listeners)?;
        }
        check.see(&listeners, &manifest.splits);
        check.see_features(&catalogue, &listeners, rows);
        progress.inc(1);
    }
    progress.finish();
    if json {
        let report =
            serde_json::json!({ "log": manifest, "hash": log.hash(), "leaks": check.leaks });
        say_json(&report)?;
    } else {
        tell(manifest, false)?;
        say!("every play is as it was written; log {}", &log.hash()[..12])?;
        told(&check.leaks)?;
    }
    if check.leaks.is_empty() { Ok(()) } else { Err(Failure::Check) }
}

/// Leaks that are listed; more are counted.
const LISTED: usize = 12;

fn told(leaks: &[Leak]) -> Result<(), Failure> {
    if leaks.is_empty() {
        say!(
            "no leak: no listener and no session in two splits, nothing learned from after the \
             cut, and no feature that changes with what comes later"
        )?;
    }
    leaks.iter().take(LISTED).try_for_each(|leak| say!("leak: {leak}"))?;
    if let more @ 1.. = leaks.len().saturating_sub(LISTED) {
        say!("... and {more} more")?;
    }
    Ok(())
}

/// The shares of the command line, checked.
fn splits(shares: &SplitShares) -> Result<Splits, InputError> {
    let &SplitShares { validation, test, later, split_seed: seed } = shares;
    let splits = Splits { seed, validation, test, later, cut_ms: None };
    let problem = |option: &str, message: String| Problem::new("--".to_string() + option, message);
    let found = splits.problems().into_iter().map(|(name, message)| problem(name, message));
    let problems: Vec<Problem> = found.collect();
    if problems.is_empty() { Ok(splits) } else { Err(InputError { problems }) }
}

fn tell(manifest: &LogManifest, json: bool) -> Result<(), Failure> {
    if json {
        return say_json(manifest);
    }
    say!(
        "{} plays of {} listeners in {} shards, catalogue `{}`",
        manifest.plays,
        manifest.listeners,
        manifest.shards.len(),
        manifest.catalogue
    )?;
    say!("  {:12} {:>10} {:>12} {:>10}", "split", "listeners", "plays", "windows")?;
    for split in Split::ALL {
        let Count { listeners, plays, windows } = manifest.count(split);
        say!("  {:12} {listeners:>10} {plays:>12} {windows:>10}", split.name())?;
    }
    if let Some(cut) = manifest.splits.cut_ms {
        say!("  sessions that reach {cut} ms are the later ones")?;
    }
    Ok(())
}
