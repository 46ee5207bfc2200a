//! `melody log`: feedback logs shown, checked and turned back into scripts, and training logs.

use std::path::{Path, PathBuf};

use super::arguments::Log;
use super::diff::clock;
use super::export;
use super::failure::Failure;
use super::note::note;
use super::opening::catalogue as open_catalogue;
use super::publish;
use super::say::{counted, say, say_json, say_text, short};
use super::training_log;
use melody_core::event::{Action, Event};
use melody_core::input::{Problem, first_object};
use melody_core::output::{may_write, write_whole};
use melody_recommender::engine::Versions;
use melody_sessions::log::{
    FeedbackLog, Head, Header, Lost, Record, Salvaged, StepRecord, TornTail, read,
};
use melody_sessions::opening::Opening;
use melody_sessions::script::{SCRIPT, render_events};
use melody_sessions::trace_file as tracefile;
use melody_sessions::trace_file::TraceFile;

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
        Log::Export(arguments) => export::log(arguments),
        Log::Publish { logs, to, follow, json } => publish::run(logs, to, *follow, *json),
        Log::Salvage { file, out, json } => salvage(file, out, *json),
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
        return say_json(&report);
    }
    let opening = &contents.header.opening;
    say!("{} with seed {}, melody {}", opening.profile, opening.seed, contents.header.melody)?;
    let versions = &contents.header.versions;
    let ranker = versions.ranker.iter().map(|ranker| ("ranker", &ranker.name, &ranker.hash));
    let others = [
        ("model", &versions.model, &versions.model_hash),
        ("policy", &versions.policy, &versions.policy_hash),
        ("catalogue", &versions.catalogue, &versions.catalogue_hash),
    ];
    for (what, name, hash) in others.into_iter().chain(ranker) {
        say!("  {what:10} {name} ({})", short(hash))?;
    }
    for stored in &contents.records {
        match &stored.record {
            Record::Opened(_) => {}
            Record::Step(step) => print_step(step)?,
            Record::Rewound { to } => say!("{:>14}  back to step {to}", "")?,
        }
    }
    Ok(())
}

fn print_step(step: &StepRecord) -> Result<(), Failure> {
    let at = clock(step.at_ms);
    let done = step.event.as_ref().map_or("start", |event| event.action.name());
    let about = match step.event.as_ref().map(|event| &event.action) {
        Some(Action::Search { query, .. }) => format!(" \"{query}\""),
        Some(Action::Scene { scene }) => format!(" {}", scene.name()),
        Some(Action::Version { hash }) => format!(" {}", short(hash)),
        _ => String::new(),
    };
    let ended = step.ended.as_ref().map_or(String::new(), |ended| {
        format!(", {} heard to {:.0} %", ended.song, 100.0 * ended.play_ratio.value())
    });
    say!("{at:>8} {:>5}  {done}{about}{ended}; plays {}", step.step, step.playing)?;
    if let Some(learned) = &step.learned {
        let reward = learned.reward.total;
        say!(
            "{:>14}  arm {} earned {reward:+.3} over {}",
            "",
            learned.arm,
            counted(learned.plays, "play")
        )?;
    }
    let shown: Vec<String> = step
        .impressions
        .iter()
        .map(|i| format!("{}{}", i.song, if i.promoted { "*" } else { "" }))
        .collect();
    let (arm, propensity) = (&step.arm, step.propensity);
    say!("{:>14}  shown ({arm}, {propensity:.3}): {}", "", shown.join(" "))
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
            "acknowledged": contents.head.as_ref().map(Head::records),
            "torn": contents.torn,
            "repaired": repair && contents.torn.is_some(),
        });
        return say_json(&report);
    }
    say!(
        "{}: {}, {} of them steps that count; the chain holds, {}",
        file.display(),
        counted(contents.records.len(), "record"),
        contents.steps().len(),
        short(contents.hash())
    )?;
    match &contents.head {
        Some(head) => {
            say!("{} records were acknowledged; all of them are there", head.records())?;
        }
        None => say!(
            "it has no head ({}): whether records are missing at its end cannot be told",
            Head::path(file).display()
        )?,
    }
    if let Some(torn) = &contents.torn {
        say!("{}", describe(torn))?;
        let done = if repair { "it was cut off" } else { "`--repair` cuts it off" };
        say!("  {done}; nothing of it was ever acknowledged")?;
    }
    Ok(())
}

fn salvage(file: &Path, out: &Path, json: bool) -> Result<(), Failure> {
    let salvaged = Salvaged::of(file)?;
    let mut beyond = out.as_os_str().to_os_string();
    beyond.push(".beyond");
    let beyond = PathBuf::from(beyond);
    let rest: Vec<u8> = salvaged.beyond.iter().flat_map(|record| record.bytes.clone()).collect();
    let files = [(out, &salvaged.log), (&*beyond, &rest)];
    let files: Vec<_> = files.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
    if files.is_empty() {
        return Err(format!("{}: no record in it is as it was written", file.display()).into());
    }
    for (path, bytes) in &files {
        write_new(path, bytes)?;
    }
    let Salvaged { records, lost, .. } = &salvaged;
    let lines: Vec<usize> = salvaged.beyond.iter().map(|record| record.line).collect();
    if json {
        let report = serde_json::json!({
            "records": records,
            "out": (*records > 0).then(|| out.display().to_string()),
            "lines_beyond": lines,
            "out_beyond": (!lines.is_empty()).then(|| beyond.display().to_string()),
            "lost": lost,
            "missing": salvaged.missing(),
        });
        say_json(&report)?;
        return Ok(());
    }
    match records {
        0 => say!("its opening is damaged: no log can be made of it")?,
        _ => {
            let records = counted(records, "record");
            say!("wrote {}: {records}, a log up to the damage", out.display())?;
        }
    }
    if !lines.is_empty() {
        say!(
            "wrote {}: {} behind the damage, from line {} on, as they were written; no log, since \
             steps before them are missing",
            beyond.display(),
            counted(lines.len(), "record"),
            lines[0]
        )?;
    }
    for Lost { line, bytes, step, why } in lost {
        let step = step.map_or(String::new(), |step| format!(", of step {step}"));
        say!("left: line {line}, {bytes} bytes{step}: {why}")?;
    }
    if salvaged.missing() > 0 {
        say!("left: {} records that were acknowledged are not in the file", salvaged.missing())?;
    }
    Ok(())
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), String> {
    match path.exists() {
        true => Err(format!("{}: is there already; name another file", path.display())),
        false => write_whole(path, bytes),
    }
}

fn script(file: &Path, out: Option<&Path>, json: bool) -> Result<(), Failure> {
    out.map_or(Ok(()), |out| may_write(out, SCRIPT, &[file]))?;
    let kept = Kept::read(file)?;
    let text = rebuild(file, &kept)?;
    if let Some(out) = out {
        write_whole(out, text.as_bytes())?;
    }
    if json {
        let report = serde_json::json!({
            "events": kept.events.len(),
            "versions": kept.versions,
            "out": out,
            "script": text,
        });
        say_json(&report)?;
    } else if let Some(out) = out {
        say!("wrote {}: {}", out.display(), counted(kept.events.len(), "event"))?;
    } else {
        say_text(&text)?;
    }
    Ok(())
}

/// What a script is made of.
struct Kept {
    opening: Opening,
    /// Of the session's beginning.
    versions: Versions,
    /// Where they stand: a log's first record has them, a trace's first step.
    versions_at: (usize, &'static str),
    events: Vec<Event>,
}

impl Kept {
    /// Reads it out of a log or a trace, whichever the file is.
    fn read(file: &Path) -> Result<Self, Failure> {
        if first_object(file).is_some_and(|first| first.get("trace_format").is_some()) {
            let TraceFile { header, traces } = tracefile::read(file)?;
            let versions = traces.first().map(|trace| trace.versions.clone());
            let versions = versions.ok_or_else(|| format!("{}: no step", file.display()))?;
            let events = traces.into_iter().filter_map(|trace| trace.event).collect();
            let versions_at = (2, "versions.catalogue_hash");
            return Ok(Kept { opening: header.opening, versions, versions_at, events });
        }
        let contents = read(file)?;
        tell(file, contents.torn.as_ref());
        let events = contents.events();
        let versions_at = (1, "record.versions.catalogue_hash");
        let Header { opening, versions, .. } = contents.header;
        Ok(Kept { opening, versions, versions_at, events })
    }
}

/// The script of a log or trace. Events name songs by their place in the catalogue, so it must be the same.
fn rebuild(file: &Path, kept: &Kept) -> Result<String, Failure> {
    let Kept { opening, versions, versions_at: (line, field), events } = kept;
    let base = file.parent().unwrap_or(Path::new(""));
    let catalogue = open_catalogue(&opening.catalogue, base)?;
    let wanted = &versions.catalogue_hash;
    if catalogue.hash != *wanted {
        let message = format!(
            "it is of a catalogue with the hash {}, `{}` has {} now",
            short(wanted),
            opening.catalogue,
            short(&catalogue.hash)
        );
        let problem = Problem::new(file.display().to_string(), message)
            .line(*line)
            .field(*field)
            .help("bring the catalogue back as it was");
        return Err(Failure::Input(problem.into()));
    }
    let known = |song: melody_core::catalogue::SongId| song.index() < catalogue.songs.len();
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
    let memory = versions.memory_hash.as_deref();
    Ok(render_events(&name, opening, memory, &catalogue, events))
}

/// A torn tail is told where it does not mix with what is printed.
fn tell(file: &Path, torn: Option<&TornTail>) {
    if let Some(torn) = torn {
        note(format_args!("note: {}: {}", file.display(), describe(torn)));
    }
}

fn describe(torn: &TornTail) -> String {
    let step = torn.step.map_or(String::new(), |step| format!(", of step {step}"));
    let why = torn.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
    format!("line {}: a record of {} bytes is half-written{step}{why}", torn.line, torn.bytes)
}
