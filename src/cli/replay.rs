//! `melody replay`: scripts without a terminal.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::arguments::{Named, Replay};
use super::failure::Failure;
use super::logged::{Logged, Logs};
use super::note::note;
use super::opening::library as open_library;
use super::publish::address;
use super::say::{all_said, counted, say, say_json};
use super::simulator::from_anywhere;
use melody_core::output::{Draft, Lock, may_write};
use melody_recommender::bandit::Kept;
use melody_recommender::engine::{Engine, Timeline};
use melody_sessions::library::Library;
use melody_sessions::names::{anchored, policy_named, profile_named};
use melody_sessions::opening::Opening;
use melody_sessions::script::{Failed, Run, Script};
use melody_sessions::trace_file::{Header, TRACE};
use melody_sessions::versions::{Canary, Folder, Follower, Looked, begin_with_newest, give};
use melody_sessions::{script, trace_file as tracefile};
use melody_simulation::World;
use melody_simulation::profile::Profile;

/// How one script went.
#[derive(Serialize)]
struct ScriptReport<'a> {
    script: &'a str,
    name: &'a str,
    passed: bool,
    events: usize,
    expectations: usize,
    failed: &'a [Failed],
    /// SHA-256 of the traces: equal where the session went the same, to the bit.
    trace_sha256: String,
}

/// Folders that the command line names, in place of what scripts say.
#[derive(Clone, Copy, Default)]
pub(super) struct Folders<'a> {
    /// Of memories, which is then kept in, too.
    pub memory: Option<&'a Path>,
    /// Of versions of the model.
    pub versions: Option<&'a Path>,
    /// Whether the newest of them, and the newest policy, are gone by.
    pub follow: bool,
}

/// A script with everything it names, read and checked.
pub(super) struct Prepared<'a> {
    pub script: &'a Script,
    /// What the script names, as overruled by the command line.
    pub opening: Opening,
    pub engine: Engine,
    pub profile: Profile,
    pub library: Library,
    /// Where the command line wants what the bandit learns kept.
    kept: Option<Kept>,
}

pub(super) fn run(arguments: &Replay) -> Result<(), Failure> {
    // All that is handed over is checked before the first script runs, and nothing takes its
    // place before the last one has.
    let scripts = arguments.scripts.iter().map(|path| script::load(path));
    let scripts: Vec<Script> = scripts.collect::<Result<_, _>>()?;
    let mut loaded = Vec::new();
    let folders = Folders {
        memory: arguments.memory.as_deref(),
        versions: arguments.versions.as_deref(),
        follow: arguments.follow,
    };
    let followed = arguments.versions.as_deref().filter(|_| arguments.follow).map(Folder::new);
    followed.as_ref().map_or(Ok(()), Folder::check)?;
    let prepared = scripts.iter().zip(&arguments.scripts).map(|(script, path)| {
        let base = path.parent().unwrap_or(Path::new(""));
        prepare(script, base, &arguments.named, folders, &mut loaded)
    });
    let prepared: Vec<Prepared> = prepared.collect::<Result<_, _>>()?;
    drop(loaded);
    let _held = hold(&prepared)?;
    let trace = arguments.trace.as_deref().map(|path| draft(path, &arguments.scripts));
    let mut trace = trace.transpose()?;
    let logs = logs(arguments)?;
    let mut reports = Vec::new();
    let mut all_passed = true;
    for (prepared, path) in prepared.into_iter().zip(&arguments.scripts) {
        let Prepared { script, opening, mut engine, profile, library, kept } = prepared;
        let mut logged = logs.as_ref().map(|logs| Logged::new(logs, path, &opening));
        if let Some(kept) = &kept {
            // The script before may have taught the same listener something.
            engine.setup.warm_start = kept.load()?;
        }
        let follower = followed.clone().map(|folder| {
            let canary = |share| Canary::new(share, script.opening.seed, &profile.id);
            Follower::new(folder, arguments.canary.map(canary), &library)
        });
        let keeping = Keeping { kept: kept.as_ref(), logged: logged.as_mut(), follower };
        let ran = watched(script, engine, (&profile, library.world()), keeping)?;
        logged.and_then(Logged::end).into_iter().for_each(note);
        if let (Some(out), Some(path)) = (&mut trace, &arguments.trace) {
            let header = Header::new(&script.name, &opening);
            tracefile::write(out, &header, ran.timeline.traces())
                .map_err(|e| format!("{}: {e}", path.display()))?;
        }
        let report = ScriptReport {
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
            print(&report)?;
        }
    }
    if arguments.json {
        say_json(&reports)?;
    }
    trace.map_or(Ok(()), Draft::commit)?;
    if all_passed { Ok(()) } else { Err(Failure::Check) }
}

/// Takes the right to keep each memory, once for all scripts of its listener.
fn hold(prepared: &[Prepared]) -> Result<Vec<Lock>, String> {
    let mut kept: Vec<&Kept> = prepared.iter().filter_map(|script| script.kept.as_ref()).collect();
    kept.sort_by_key(|kept| kept.path());
    kept.dedup_by_key(|kept| kept.path());
    kept.into_iter().map(Kept::hold).collect()
}

/// Where the command line wants the sessions' logs.
fn logs(arguments: &Replay) -> Result<Option<Logs>, Failure> {
    let to = arguments.feedback.as_ref().map(|to| address("--feedback", to)).transpose()?;
    Ok(arguments.log.clone().map(|folder| Logs { folder, to }))
}

/// What goes on beside a script.
struct Keeping<'a, 'b> {
    /// Where what the bandit learns is kept.
    kept: Option<&'a Kept>,
    /// Where what happens is kept.
    logged: Option<&'a mut Logged<'b>>,
    /// Whose versions of the model take over.
    follower: Option<Follower>,
}

/// Plays a script; what happens and what the bandit learns on the way is kept, where that is wanted, as it comes, and versions of
/// the model that come meanwhile take over, where they are followed.
fn watched(
    script: &Script,
    engine: Engine,
    (profile, world): (&Profile, &Arc<World>),
    keeping: Keeping,
) -> Result<Run, Failure> {
    let Keeping { kept, mut logged, follower } = keeping;
    let mut refused = None;
    let save = |timeline: &Timeline, refused: &mut Option<String>| {
        let Some(kept) = kept else { return };
        if let Err(error) = kept.save(timeline.state().bandit.memory()) {
            *refused = Some(error);
        }
    };
    let mut watch = |timeline: &Timeline, _| {
        if refused.is_none()
            && let Some(logged) = &mut logged
        {
            refused = logged.watch(timeline).err();
        }
        if timeline.trace().bandit.taught() {
            save(timeline, &mut refused);
        }
    };
    let run = match follower {
        None => script::run_watched(script, engine, profile, world, &mut watch)?,
        Some(mut follower) => {
            let mut follow = || {
                let Looked { due, problems } = follower.look();
                let told = problems.iter();
                told.for_each(|problem| note(format_args!("note: passed over: {problem}")));
                due
            };
            script::run_followed(script, engine, profile, world, (&mut watch, &mut follow))?
        }
    };
    save(&run.timeline, &mut refused);
    refused.map_or(Ok(run), |refused| Err(refused.into()))
}

/// Libraries loaded so far, with the opening and folder each was loaded for.
pub(super) type Loaded = Vec<(Opening, PathBuf, Library)>;

/// Reads what a script names; catalogue, model and policy only where no script before had the same.
pub(super) fn prepare<'a>(
    script: &'a Script,
    base: &Path,
    arguments: &Named,
    Folders { memory, versions, follow }: Folders,
    loaded: &mut Loaded,
) -> Result<Prepared<'a>, Failure> {
    let mut opening = script.opening.clone();
    let mut told = opening.clone();
    for (name, shown, given) in [
        (&mut opening.policy, &mut told.policy, &arguments.policy),
        (&mut opening.model, &mut told.model, &arguments.model),
        (&mut opening.catalogue, &mut told.catalogue, &arguments.catalogue),
    ] {
        if let Some(given) = given {
            // What the command line names is relative to where it was typed, not to the script.
            *name = anchored(given, Path::new(""));
            shown.clone_from(given);
        }
    }
    if let Some(folder) = memory {
        opening.memory = Some(from_anywhere(&folder.display().to_string()));
        opening.memory_hash = None;
        told.memory.clone_from(&opening.memory);
        told.memory_hash = None;
    }
    if let Some(folder) = versions {
        opening.versions = Some(from_anywhere(&folder.display().to_string()));
        told.versions.clone_from(&opening.versions);
        if follow {
            let policy = policy_named(&opening.policy, base)?;
            let (begun, due) = begin_with_newest(opening, &policy)?;
            opening = begun;
            if due.is_some() {
                opening.policy = anchored(&opening.policy, Path::new(""));
                told.policy.clone_from(&opening.policy);
            }
        }
    }
    script.check_names(&opening, base)?;
    let profile = profile_named(&opening.profile, base)?;
    let shared = |o: &Opening| [o.policy.clone(), o.model.clone(), o.catalogue.clone()];
    let known = loaded
        .iter()
        .position(|(other, from, _)| shared(other) == shared(&opening) && from == base);
    let place = match known {
        Some(place) => place,
        None => {
            let library = open_library(&opening, base, arguments.backend())?;
            loaded.push((opening.clone(), base.to_path_buf(), library));
            loaded.len() - 1
        }
    };
    let library = &loaded[place].2;
    let kept = opening.kept(&profile, base).filter(|_| memory.is_some());
    let mut engine = library.engine_of(&opening, &profile, base)?;
    give(&mut engine, (&opening, base), library, &script.versions())?;
    let library = library.clone();
    Ok(Prepared { script, opening: told, engine, profile, library, kept })
}

/// Begins the trace, so that what would keep it from being written is said before the first script runs.
fn draft(path: &Path, scripts: &[PathBuf]) -> Result<Draft, String> {
    let scripts: Vec<&Path> = scripts.iter().map(PathBuf::as_path).collect();
    may_write(path, TRACE, &scripts).and_then(|()| Draft::begin(path))
}

fn print(report: &ScriptReport) -> Result<(), Failure> {
    let mark = if report.passed { "ok  " } else { "FAIL" };
    let hash = &report.trace_sha256[..12];
    say!(
        "{mark} {}  {}, {}, trace {hash}",
        report.script,
        counted(report.events, "event"),
        counted(report.expectations, "expectation")
    )?;
    say_failed(report.script, report.failed)?;
    // A reader may be watching through a pipe.
    all_said()
}

/// Says which expectations of a file did not hold.
pub(super) fn say_failed(file: &str, failed: &[Failed]) -> Result<(), Failure> {
    failed.iter().try_for_each(|Failed { line, what, step, wanted, got, .. }| {
        say!("     {file}:{line}: {what} (step {step}): wanted {wanted}, got {got}")
    })
}
