//! `melody eval --protocol global-time`: methods, and the model, judged by what came after a moment.

use std::path::Path;
use std::sync::Arc;

use super::arguments::Eval;
use super::failure::Failure;
use super::import::reading::{byte_bar, print_read};
use super::opening::catalogue as open_catalogue;
use super::progress::bar;
use super::say::{counted, say, say_json};
use super::table::{Side, Table};
use melody_core::plays::{Importing, LoggedListener};
use melody_lab::data::log::{Origin, TrainingLog};
use melody_lab::global_time::{Beside, DEPTHS, Gathered, Judged, OurModel, Row, Sequence, judge};
use melody_lab::reports::report_named;
use melody_model::{self as model, Backend, ModelVersion};
use melody_sessions::names::{model_named, policy_named};

pub(super) fn run(arguments: &Eval) -> Result<(), Failure> {
    let judged = match &arguments.log {
        Some(folder) => of_log(arguments, folder)?,
        None => of_files(arguments)?,
    };
    if arguments.json { say_json(&judged) } else { tell(&judged) }
}

/// Plays as they are read from files. What they are of need be in no catalogue, so there is no model among the methods.
fn of_files(arguments: &Eval) -> Result<Judged, Failure> {
    let files = &arguments.plays;
    let progress = byte_bar(files, "reading plays");
    let mut gathered = Gathered::default();
    let importing = Importing { files, format: None, listener: None, incognito: false };
    let mut all = |play: &_| {
        gathered.play(play);
        Ok(())
    };
    let mut read = importing.read(&|bytes| progress.inc(bytes), Some(&mut all), &mut |_| {})?;
    progress.finish_and_clear();
    // Here nobody is another listener.
    read.other_listeners = 0;
    if !arguments.json {
        print_read(&read)?;
    }
    judged(arguments, &mut gathered, None)
}

fn of_log(arguments: &Eval, folder: &Path) -> Result<Judged, Failure> {
    let base = Path::new("");
    let device = model::device(Backend::from(arguments.device));
    let interest = policy_named(&arguments.policy, base)?.interest;
    let catalogue = Arc::new(open_catalogue(&arguments.catalogue, base)?);
    let files = model_named(&arguments.model, base, &device)?;
    let log = TrainingLog::open(folder, catalogue.clone())?;
    let told = matches!(log.manifest().origin, Origin::Simulated { .. });
    let shards = log.manifest().shards.len();
    let progress = bar(shards as u64, "reading plays");
    let mut gathered = Gathered::default();
    let mut listeners: Vec<LoggedListener> = Vec::new();
    for shard in 0..shards {
        let read = log.listeners(shard)?;
        read.iter().for_each(|listener| gathered.logged(&catalogue, listener, told));
        listeners.extend(read);
        progress.inc(1);
    }
    progress.finish_and_clear();
    let version = ModelVersion::new(&files, &catalogue);
    let (catalogue, listeners) = (&*catalogue, &*listeners);
    let model = OurModel { version: &version, blend: interest, catalogue, listeners };
    let judged = judged(arguments, &mut gathered, Some(model))?;
    let report = report_named(&arguments.model, base);
    let used = report.as_ref().and_then(|report| report.trained_on_log.as_ref());
    if used.is_some_and(|used| used.hash == log.hash()) && !arguments.json {
        say!(
            "note: the model was trained on some of these plays, of days after the cut among them"
        )?;
    }
    Ok(judged)
}

/// Judges with our model, where there is one, and with a network of sequences, where that is wanted.
fn judged(
    arguments: &Eval,
    gathered: &mut Gathered,
    model: Option<OurModel>,
) -> Result<Judged, Failure> {
    if !arguments.sequential {
        return Ok(judge(gathered, arguments.test_days, Beside { sequence: None, model })?);
    }
    let device = model::device(Backend::from(arguments.device));
    let bar = bar(0, "training SASRec-like");
    let progress = |done, at_most| {
        bar.set_length(at_most);
        bar.set_position(done);
    };
    let sequence = Sequence { seed: arguments.seed, device: &device, progress: &progress };
    let beside = Beside { sequence: Some(sequence), model };
    let judged = judge(gathered, arguments.test_days, beside)?;
    bar.finish_and_clear();
    Ok(judged)
}

fn tell(judged: &Judged) -> Result<(), Failure> {
    let left_out = judged.left_out;
    for (count, why) in [
        (left_out.short, "of which less than half was heard"),
        (left_out.timeless, "without a time"),
        (left_out.doubles, "told twice"),
    ] {
        if count > 0 {
            say!("  left out         {count}: {why}")?;
        }
    }
    say!(
        "{} of {}: learned from {}, of {}, until half an hour before the last {}",
        counted(judged.plays, "play"),
        counted(judged.listeners, "listener"),
        counted(judged.learned_from, "play"),
        counted(judged.songs, "song"),
        if judged.days == 1 { "day".into() } else { format!("{} days", judged.days) }
    )?;
    say!(
        "asked: {} with plays before and after; {} to be foretold, {} of them never heard before",
        counted(judged.asked, "listener"),
        counted(judged.relevant, "song"),
        judged.unheard
    )?;
    for (part, figures) in judged.rows[0].parts.iter().enumerate() {
        let name = serde_json::to_value(figures.part).unwrap_or_default();
        let name = name.as_str().unwrap_or_default();
        let whose = counted(figures.listeners, "listener");
        say!("\n{name} plays of the test, {whose}")?;
        say!("{}", table(&judged.rows, part).text().trim_end())?;
    }
    Ok(())
}

fn table(rows: &[Row], part: usize) -> Table {
    const _: () = assert!(DEPTHS[0] == 10 && DEPTHS[1] == 100, "as the heads say");
    let columns = [
        ("", Side::Left),
        ("NDCG@10", Side::Right),
        ("NDCG@100", Side::Right),
        ("recall@10", Side::Right),
        ("recall@100", Side::Right),
        ("coverage@10", Side::Right),
        ("coverage@100", Side::Right),
    ];
    let cells = rows.iter().map(|row| {
        let figures = &row.parts[part];
        let hours = row.hours.map_or(String::new(), |hours| format!(" (.9 in {hours} h)"));
        let steps = row.steps.map_or(String::new(), |steps| format!(" ({steps} steps)"));
        let [ndcg, recall, coverage] = [figures.ndcg, figures.recall, row.coverage]
            .map(|at| at.map(|figure| format!("{figure:.4}")));
        let [a, b] = ndcg;
        let [c, d] = recall;
        let [e, f] = coverage;
        [format!("{}{hours}{steps}", row.method), a, b, c, d, e, f]
    });
    Table::new(columns, cells)
}
