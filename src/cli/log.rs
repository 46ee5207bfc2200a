//! `melody log`: feedback logs shown, checked and turned back into scripts, and training logs.

use std::path::Path;

use super::arguments::Log;
use super::diff::clock;
use super::failure::Failure;
use super::training_log;
use melody_core::event::Action;
use melody_core::input::Problem;
use melody_core::output::{may_write, write_whole};
use melody_sessions::log::{Contents, FeedbackLog, Record, StepRecord, TornTail, read};
use melody_sessions::names::catalogue_named;
use melody_sessions::script::{SCRIPT, render_events};

pub(super) fn run(command: &Log) -> Result<(), Failure> {
    match command {
        Log::Show { file, json } => show(file, *json),
        Log::Check { file, catalogue, json, .. } if file.is_dir() => {
            training_log::check(file, catalogue, *json)
        }
        Log::Check { file, repair, json, .. } => check(file, *repair, *json),
        Log::Simulate(arguments) => training_log::simulate(arguments),
        Log::Import(arguments) => training_log::import(arguments),
        Log::Split { dir, catalogue, shares, json } => {
            training_log::split(dir, catalogue, shares, *json)
        }
        Log::Script { file, out, json } => script(file, out.as_deref(), *json),
    }
}

fn show(file: &Path, json: bool) -> Result<(), Failure> {
    let contents = read(file)?;
    tell(file, contents.torn.as_ref());
    if json {
        let report = serde_json::json!({
            "header": contents.header,
            "steps": contents.steps(),
            "torn": contents.torn,
        });
        println!("{report:#}");
        return Ok(());
    }
    let opening = &contents.header.opening;
    println!("{} with seed {}, melody {}", opening.profile, opening.seed, contents.header.melody);
    let versions = &contents.header.versions;
    let ranker = versions.ranker.iter().map(|ranker| ("ranker", &ranker.name, &ranker.hash));
    let others = [
        ("model", &versions.model, &versions.model_hash),
        ("policy", &versions.policy, &versions.policy_hash),
        ("catalogue", &versions.catalogue, &versions.catalogue_hash),
    ];
    for (what, name, hash) in others.into_iter().chain(ranker) {
        println!("  {what:10} {name} ({})", short(hash));
    }
    for stored in &contents.records {
        match &stored.record {
            Record::Opened(_) => {}
            Record::Step(step) => print_step(step),
            Record::Rewound { to } => println!("{:>14}  back to step {to}", ""),
        }
    }
    Ok(())
}

fn print_step(step: &StepRecord) {
    let at = clock(step.at_ms);
    let done = step.event.as_ref().map_or("start", |event| event.action.name());
    let about = match step.event.as_ref().map(|event| &event.action) {
        Some(Action::Search { query, .. }) => format!(" \"{query}\""),
        Some(Action::Scene { scene }) => format!(" {}", scene.name()),
        _ => String::new(),
    };
    let ended = step.ended.as_ref().map_or(String::new(), |ended| {
        format!(", {} heard to {:.0} %", ended.song, 100.0 * ended.play_ratio.value())
    });
    println!("{at:>8} {:>5}  {done}{about}{ended}; plays {}", step.step, step.playing);
    if let Some(learned) = &step.learned {
        let reward = learned.reward.total;
        println!(
            "{:>14}  arm {} earned {reward:+.3} over {} plays",
            "", learned.arm, learned.plays
        );
    }
    let shown: Vec<String> = step
        .impressions
        .iter()
        .map(|i| format!("{}{}", i.song, if i.promoted { "*" } else { "" }))
        .collect();
    let (arm, propensity) = (&step.arm, step.propensity);
    println!("{:>14}  shown ({arm}, {propensity:.3}): {}", "", shown.join(" "));
}

fn check(file: &Path, repair: bool, json: bool) -> Result<(), Failure> {
    let contents = read(file)?;
    if repair && contents.torn.is_some() {
        FeedbackLog::open(file)?;
    }
    if json {
        let report = serde_json::json!({
            "records": contents.records.len(),
            "steps": contents.steps().len(),
            "sha256": contents.hash(),
            "torn": contents.torn,
            "repaired": repair && contents.torn.is_some(),
        });
        println!("{report:#}");
        return Ok(());
    }
    println!(
        "{}: {} records, {} steps count; the chain holds, {}",
        file.display(),
        contents.records.len(),
        contents.steps().len(),
        short(contents.hash())
    );
    if let Some(torn) = &contents.torn {
        println!("{}", describe(torn));
        let done = if repair { "it was cut off" } else { "`--repair` cuts it off" };
        println!("  {done}; nothing of it was ever acknowledged");
    }
    Ok(())
}

fn script(file: &Path, out: Option<&Path>, json: bool) -> Result<(), Failure> {
    out.map_or(Ok(()), |out| may_write(out, SCRIPT, &[file]))?;
    let contents = read(file)?;
    tell(file, contents.torn.as_ref());
    let text = rebuild(file, &contents)?;
    if let Some(out) = out {
        write_whole(out, text.as_bytes())?;
    }
    if json {
        let report = serde_json::json!({
            "events": contents.events().len(),
            "versions": contents.header.versions,
            "out": out,
            "script": text,
        });
        println!("{report:#}");
    } else if let Some(out) = out {
        println!("wrote {}: {} events", out.display(), contents.events().len());
    } else {
        print!("{text}");
    }
    Ok(())
}

/// The script of a log. Events name songs by their place in the catalogue, so it must be the same.
fn rebuild(file: &Path, contents: &Contents) -> Result<String, Failure> {
    let opening = &contents.header.opening;
    let base = file.parent().unwrap_or(Path::new(""));
    let catalogue = catalogue_named(&opening.catalogue, base)?;
    let wanted = &contents.header.versions.catalogue_hash;
    if catalogue.hash != *wanted {
        let message = format!(
            "the log is of a catalogue with the hash {}, `{}` has {} now",
            short(wanted),
            opening.catalogue,
            short(&catalogue.hash)
        );
        let problem = Problem::new(file.display().to_string(), message)
            .line(1)
            .field("record.versions.catalogue_hash")
            .help("bring the catalogue back as it was");
        return Err(Failure::Input(problem.into()));
    }
    let known = |song: melody_core::catalogue::SongId| song.index() < catalogue.songs.len();
    let events = contents.events();
    let stray = events.iter().position(|event| match &event.action {
        Action::Open { song } => !known(*song),
        Action::Search {
            target:
                melody_core::event::Target::Song(song) | melody_core::event::Target::ArtistOf(song),
            ..
        } => !known(*song),
        _ => false,
    });
    if let Some(i) = stray {
        return Err(format!("{}: event {} names no song", file.display(), i + 1).into());
    }
    let name = file.file_stem().map_or("session".into(), |n| n.to_string_lossy().into_owned());
    Ok(render_events(&name, opening, &catalogue, &events))
}

/// A torn tail is told where it does not mix with what is printed.
fn tell(file: &Path, torn: Option<&TornTail>) {
    if let Some(torn) = torn {
        eprintln!("note: {}: {}", file.display(), describe(torn));
    }
}

fn describe(torn: &TornTail) -> String {
    let step = torn.step.map_or(String::new(), |step| format!(", of step {step}"));
    format!("line {}: a record of {} bytes is half-written{step}", torn.line, torn.bytes)
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
