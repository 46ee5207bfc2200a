//! `melody replay`: scripts without a terminal.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::arguments::Replay;
use super::failure::Failure;
use crate::model::Backend;
use crate::opening::{Library, Opening, profile_named};
use crate::script::{self, Failed, Run, Script};
use crate::tracefile::{self, Header};

/// How one script went.
#[derive(Serialize)]
struct Report<'a> {
    script: &'a str,
    name: &'a str,
    passed: bool,
    events: usize,
    expectations: usize,
    failed: &'a [Failed],
    /// SHA-256 of the traces: equal where the session went the same, to the bit.
    trace_sha256: String,
}

pub fn run(arguments: &Replay) -> Result<(), Failure> {
    // Every script is checked before the first one runs.
    let scripts = arguments.scripts.iter().map(|path| script::load(path));
    let scripts: Vec<Script> = scripts.collect::<Result<_, _>>()?;
    let mut out = arguments.trace.as_deref().map(create).transpose()?;
    let mut loaded: Option<(Opening, PathBuf, Library)> = None;
    let mut reports = Vec::new();
    let mut all_passed = true;
    for (script, path) in scripts.iter().zip(&arguments.scripts) {
        let base = path.parent().unwrap_or(Path::new(""));
        let (ran, opening) = play(script, base, arguments, &mut loaded)?;
        if let Some((path, out)) = &mut out {
            let header = Header::new(&script.name, &opening);
            tracefile::write(out, &header, ran.timeline.traces())
                .map_err(|e| format!("{}: {e}", path.display()))?;
        }
        let report = Report {
            script: &script.file.name,
            name: &script.name,
            passed: ran.failed.is_empty(),
            events: ran.timeline.events().len(),
            expectations: ran.expectations,
            failed: &ran.failed,
            trace_sha256: tracefile::hash(ran.timeline.traces()),
        };
        all_passed &= report.passed;
        if arguments.json {
            reports.push(serde_json::to_value(&report).map_err(|e| e.to_string())?);
        } else {
            print(&report);
        }
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&reports).map_err(|e| e.to_string())?);
    }
    if all_passed { Ok(()) } else { Err(Failure::Check) }
}

/// Runs one script, loading catalogue, model and policy anew only where they differ from the last's.
fn play(
    script: &Script,
    base: &Path,
    arguments: &Replay,
    loaded: &mut Option<(Opening, PathBuf, Library)>,
) -> Result<(Run, Opening), Failure> {
    let mut opening = script.opening.clone();
    let said = &arguments.session;
    // What the command line names is relative to where it was typed, not to the script.
    let here = std::env::current_dir().map_err(|e| e.to_string())?;
    let overrule = |name: &mut String, given: &Option<String>| {
        if let Some(given) = given {
            let path = here.join(given);
            *name = if path.exists() { path.display().to_string() } else { given.clone() };
        }
    };
    overrule(&mut opening.policy, &said.policy);
    overrule(&mut opening.model, &said.model);
    overrule(&mut opening.catalogue, &said.catalogue);
    let same = loaded.as_ref().is_some_and(|(last, from, _)| {
        let shared = |o: &Opening| (o.policy.clone(), o.model.clone(), o.catalogue.clone());
        shared(last) == shared(&opening) && from == base
    });
    if !same {
        let library = Library::load(&opening, base, Backend::from(said.device))?;
        *loaded = Some((opening.clone(), base.to_path_buf(), library));
    }
    let (.., library) = loaded.as_ref().expect("it was just loaded");
    let profile = profile_named(&opening.profile, base)?;
    let engine = library.engine(profile, opening.scene, opening.seed);
    Ok((script::run(script, engine, library.world())?, opening))
}

fn create(path: &Path) -> Result<(PathBuf, BufWriter<File>), String> {
    let file = File::create(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok((path.to_path_buf(), BufWriter::new(file)))
}

fn print(report: &Report) {
    let mark = if report.passed { "ok  " } else { "FAIL" };
    let hash = &report.trace_sha256[..12];
    println!(
        "{mark} {}  {} events, {} expectations, trace {hash}",
        report.script, report.events, report.expectations
    );
    for failed in report.failed {
        println!(
            "     {}:{}: {} (step {}): wanted {}, got {}",
            report.script, failed.line, failed.what, failed.step, failed.wanted, failed.got
        );
    }
    // A reader may be watching through a pipe.
    let _ = std::io::stdout().flush();
}
