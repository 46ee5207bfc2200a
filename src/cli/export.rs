//! `melody log export`, `melody trace export` and `melody export`: what was logged and what was learned, as other tools read it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::arguments::{ExportLog, ExportTrace, LogForm, TraceForm};
use super::failure::Failure;
use super::left_out::{gone_over, passed_over};
use super::note::note;
use super::ope::{Decisions, decisions};
use super::progress::bar;
use super::say::{counted, say, say_json};
use melody_core::input::Problem;
use melody_core::output::{Kind, Mark, may_replace, may_write, write_together, write_whole};
use melody_lab::data::log::TrainingLog;
use melody_lab::export::{
    Column, Costs, LOG_IMPRESSIONS, LOG_PLAYS, Sheet, TRACE_IMPRESSIONS, TRACE_PLAYS, cb_adf,
    columns, dsjson, log_impressions, log_plays, logged_plays, open_bandit, recbole,
    trace_impressions, trace_plays,
};
use melody_lab::ltr::to_lightgbm;
use melody_lab::off_policy::trace_files;
use melody_model::Backend;
use melody_recommender::ranking::{feature_names, ranker_named};
use melody_sessions::log::{Contents, TornTail, read};
use melody_sessions::names::{catalogue_named, model_named};
use melody_sessions::trace_file::{TracedSession, read_all};
use melody_stream::rest::{Exported, Exporting, PART};

pub(super) fn log(arguments: &ExportLog) -> Result<(), Failure> {
    if arguments.form == LogForm::Parquet {
        return data_set(arguments);
    }
    let [file] = &arguments.files[..] else {
        let message = "is one of several, and a table is of one log";
        return Err(Problem::new(arguments.files[1].display().to_string(), message)
            .field("--as")
            .help("`--as parquet` makes a data set of any number of feedback logs")
            .into());
    };
    if arguments.day.is_some() {
        return Err(Problem::new("--day", "is of a data set, `--as parquet`").into());
    }
    match (file.is_dir(), arguments.form) {
        (true, LogForm::Plays) => training_plays(arguments, file),
        (true, LogForm::Recbole) => atomic(arguments, file),
        (false, LogForm::Plays) => {
            let contents = whole(file)?;
            let mut sheet = Sheet::begin(&arguments.out, LOG_PLAYS, &[file])?;
            log_plays(&mut sheet, &contents)?;
            logged(arguments, sheet.finish()?, "plays")
        }
        (false, LogForm::Impressions) => {
            let contents = whole(file)?;
            let mut sheet = Sheet::begin(&arguments.out, LOG_IMPRESSIONS, &[file])?;
            log_impressions(&mut sheet, &contents)?;
            logged(arguments, sheet.finish()?, "impressions")
        }
        (true, LogForm::Impressions) => {
            Err(unfit(file, "a training log keeps no queues; a feedback log does"))
        }
        (false, LogForm::Recbole) => {
            Err(unfit(file, "RecBole's files are made of a training log, which is a folder"))
        }
        (_, LogForm::Parquet) => data_set(arguments),
    }
}

fn data_set(arguments: &ExportLog) -> Result<(), Failure> {
    if let Some(folder) = arguments.files.iter().find(|file| file.is_dir()) {
        return Err(unfit(folder, "a data set is made of feedback logs, which are files"));
    }
    let exporting = Exporting { logs: &arguments.files, day: arguments.day, part: PART };
    let progress = gone_over(&arguments.files, "writing sessions");
    let exported = exporting.write(&arguments.out, &|bytes| progress.inc(bytes))?;
    progress.finish_and_clear();
    if arguments.json {
        return say_json(&exported);
    }
    let Exported { sessions, events, plays, impressions, days, files, copies, .. } = &exported;
    say!("{}", counted(sessions, "session"))?;
    say!("  {:12} {events:>12}", "events")?;
    say!("  {:12} {plays:>12}", "plays")?;
    say!("  {:12} {impressions:>12}", "impressions")?;
    passed_over(*copies, &exported.torn, &exported.left_out)?;
    say!(
        "wrote {}: {files} files, {}",
        arguments.out.display(),
        match &days[..] {
            [day] => format!("day {day}"),
            days => counted(days.len(), "day"),
        }
    )
}

/// A feedback log; what a crash has left at its end is told and left out.
fn whole(file: &Path) -> Result<Contents, Failure> {
    let contents = read(file)?;
    if let Some(TornTail { line, bytes, .. }) = &contents.torn {
        let file = file.display();
        note(format_args!("note: {file}: line {line}: left out, {bytes} bytes, half-written"));
    }
    Ok(contents)
}

fn unfit(file: &Path, message: &str) -> Failure {
    Problem::new(file.display().to_string(), message).field("--as").into()
}

fn training_plays(arguments: &ExportLog, file: &Path) -> Result<(), Failure> {
    let catalogue = Arc::new(catalogue_named(&arguments.catalogue, Path::new(""))?);
    let log = TrainingLog::open(file, catalogue.clone())?;
    let columns = columns();
    let columns: Vec<(&str, Column)> =
        columns.iter().map(|(n, kind)| (n.as_str(), *kind)).collect();
    let mut sheet = Sheet::begin(&arguments.out, &columns, &[])?;
    let shards = log.manifest().shards.len();
    let progress = bar(shards as u64, "writing plays");
    for shard in 0..shards {
        for listener in log.listeners(shard)? {
            logged_plays(&mut sheet, &catalogue, &log.manifest().splits, &listener)?;
        }
        progress.inc(1);
    }
    progress.finish();
    logged(arguments, sheet.finish()?, "plays")
}

fn atomic(arguments: &ExportLog, file: &Path) -> Result<(), Failure> {
    let catalogue = Arc::new(catalogue_named(&arguments.catalogue, Path::new(""))?);
    let log = TrainingLog::open(file, catalogue.clone())?;
    let progress = bar(log.manifest().shards.len() as u64, "writing plays");
    let done = || progress.inc(1);
    let [plays, songs, listeners] = recbole(&arguments.out, &log, &catalogue, &done)?;
    progress.finish();
    if arguments.json {
        return say_json(&json!({ "plays": plays, "songs": songs, "listeners": listeners }));
    }
    say!(
        "wrote {}: {plays} plays of {songs} songs by {listeners} listeners",
        arguments.out.display()
    )
}

pub(super) fn trace(arguments: &ExportTrace) -> Result<(), Failure> {
    match arguments.form {
        TraceForm::Plays => table(arguments, TRACE_PLAYS, "plays", trace_plays),
        TraceForm::Impressions => {
            table(arguments, TRACE_IMPRESSIONS, "impressions", trace_impressions)
        }
        TraceForm::OpenBandit => {
            let read = decisions(&arguments.traces)?;
            let rows = open_bandit(&arguments.out, &read.log, &read.numbers)?;
            read.tell_left_out()?;
            written(&arguments.out, rows, "decisions")?;
            say!(
                "  OpenBanditDataset(behavior_policy=\"bts\", campaign=\"all\", data_path=\"{}\") opens it",
                arguments.out.display()
            )
        }
        TraceForm::VwDsjson => {
            let read = decisions(&arguments.traces)?;
            let costs = dsjson(&arguments.out, &read.log, &read.numbers)?;
            costed(arguments, &read, costs)
        }
        TraceForm::VwCbAdf => {
            let read = decisions(&arguments.traces)?;
            let costs = cb_adf(&arguments.out, &read.log)?;
            costed(arguments, &read, costs)
        }
    }
}

pub(super) fn lightgbm(ranker: &str, out: &Path) -> Result<(), Failure> {
    may_write(out, MODEL, &[Path::new(ranker)])?;
    let ranker = ranker_named(ranker, Path::new(""))?;
    write_whole(out, to_lightgbm(&ranker, &feature_names()).as_bytes())?;
    let trees = ranker.forest().trees.len();
    say!("wrote {}: {trees} trees over {} features", out.display(), feature_names().len())
}

/// A text model begins so.
const MODEL: Kind = Kind { name: "model", mark: Mark::Line("version=v4") };

pub(super) fn onnx(model: &str, out: &Path) -> Result<(), Failure> {
    let device = melody_model::device(Backend::default());
    let files = model_named(model, Path::new(""), &device)?;
    let graphs = melody_model::onnx(&files);
    let graphs: Vec<(PathBuf, &[u8])> =
        graphs.iter().map(|(name, bytes)| (out.join(name), bytes.as_slice())).collect();
    for (place, _) in &graphs {
        may_replace(place, GRAPH, &[])?;
    }
    write_together(&graphs)?;
    let bytes: usize = graphs.iter().map(|(_, bytes)| bytes.len()).sum();
    let (shown, megabytes) = (out.display(), bytes as f64 / 1e6);
    say!(
        "wrote {shown}: songs.onnx, encode.onnx and score.onnx of {}, {megabytes:.1} MB",
        files.manifest.name
    )
}

/// Nothing in a graph's first lines tells it from other files.
const GRAPH: Kind = Kind { name: "graph", mark: Mark::Never };

/// Writes a row of a session's table after the other.
type Rows = fn(&mut Sheet, usize, &TracedSession) -> Result<(), String>;

fn table(
    arguments: &ExportTrace,
    columns: &[(&str, Column)],
    what: &str,
    rows: Rows,
) -> Result<(), Failure> {
    let files = trace_files(&arguments.traces)?;
    let inputs: Vec<&Path> = files.iter().map(|file| file.as_path()).collect();
    let mut sheet = Sheet::begin(&arguments.out, columns, &inputs)?;
    let mut number = 0;
    for file in &files {
        for session in read_all(file)? {
            rows(&mut sheet, number, &session)?;
            number += 1;
        }
    }
    written(&arguments.out, sheet.finish()?, what)
}

fn costed(arguments: &ExportTrace, read: &Decisions, costs: Costs) -> Result<(), Failure> {
    read.tell_left_out()?;
    written(&arguments.out, read.log.decisions().len() as u64, "decisions")?;
    say!("  reward = {} - {} * cost", costs.best, costs.range)
}

fn logged(arguments: &ExportLog, rows: u64, what: &str) -> Result<(), Failure> {
    match arguments.json {
        true => say_json(&json!({ what: rows })),
        false => written(&arguments.out, rows, what),
    }
}

fn written(out: &Path, rows: u64, what: &str) -> Result<(), Failure> {
    say!("wrote {}: {rows} {what}", out.display())
}
