//! `melody simulate`: a population through the engine, beside real listening.

use std::path::Path;

use serde::Serialize;

use super::arguments::{Named, Population, Simulate};
use super::failure::Failure;
use super::handed_out::{arms, with_one_arm};
use super::numbers::{plain, signed};
use super::opening::library as open_library;
use super::progress::bar;
use super::say::{say, say_json};
use melody_core::output::{Kind, Mark, may_write, write_whole};
use melody_lab::experiment::{
    Arm, Check, Cohort, Diversity, Figures, ListenerOutcome, NOT_CAPTURED, Quartiles, checks, teach,
};
use melody_sessions::library::Library;
use melody_sessions::names::DEFAULT;
use melody_sessions::opening::Opening;
use melody_stream::nats::Address;
use melody_stream::work::{Parcel, Task};

#[derive(Serialize)]
struct PopulationReport<'a> {
    seed: u64,
    sessions: u32,
    catalogue: &'a str,
    catalogue_hash: &'a str,
    world: &'static str,
    #[serde(flatten)]
    arm: Arm,
    simulated: Figures,
    /// How varied it was.
    diversity: Diversity,
    /// The same listeners under the policy that makes training logs.
    logged: Figures,
    checks: Vec<Check>,
    not_captured: [&'static str; NOT_CAPTURED.len()],
}

impl From<&Population> for Cohort {
    fn from(population: &Population) -> Self {
        let &Population { listeners, sessions, songs, seed } = population;
        Cohort { seed, listeners, sessions, songs }
    }
}

pub(super) fn run(arguments: &Simulate) -> Result<(), Failure> {
    let library = library(&arguments.named)?.in_world(arguments.world.nature());
    let cohort = Cohort::from(&arguments.population);
    if let Some(path) = &arguments.experience {
        return write_experience(&cohort, &library, path);
    }
    let outcomes = match &arguments.handed_out.on {
        Some(address) => elsewhere(arguments, address, cohort, &library)?,
        None => {
            let progress = bar(cohort.listeners, WHAT);
            let outcomes = cohort.run(&library, &|| progress.inc(1)).map_err(|e| e.to_string())?;
            progress.finish();
            outcomes
        }
    };
    let progress = bar(cohort.listeners, "logging policy");
    let logged = cohort.logged(&library, &|| progress.inc(1));
    progress.finish();
    let (simulated, logged) = (Figures::new(&outcomes), Figures::new(&logged));
    let report = PopulationReport {
        seed: cohort.seed,
        sessions: cohort.sessions,
        catalogue: &library.catalogue.name,
        catalogue_hash: &library.catalogue.hash,
        world: arguments.world.name(),
        arm: Arm::new(&library),
        checks: checks(&simulated, &logged),
        diversity: Diversity::new(&library.catalogue, &outcomes),
        not_captured: NOT_CAPTURED,
        simulated,
        logged,
    };
    if arguments.json { say_json(&report) } else { print(&report) }
}

/// What is on the bar.
const WHAT: &str = "listeners";

fn elsewhere(
    arguments: &Simulate,
    address: &Address,
    cohort: Cohort,
    library: &Library,
) -> Result<Vec<ListenerOutcome>, Failure> {
    let mut parcel = Parcel::default();
    let listeners = (cohort, arguments.world);
    let (experiment, arm) = with_one_arm(&arguments.named, library, listeners, &mut parcel)?;
    let task = Task::Arms { arms: vec![arm] };
    let job = experiment.job(&arguments.handed_out, task, &mut parcel)?;
    let mut all = Vec::new();
    let on = (&arguments.handed_out, address);
    arms(on, (&job, &parcel), WHAT, &mut |outcomes| all = outcomes)?;
    Ok(all)
}

const EXPERIENCE: Kind = Kind { name: "experience", mark: Mark::Key("segments") };

/// Writes what the cohort teaches the bandit, in place of the report.
fn write_experience(cohort: &Cohort, library: &Library, path: &Path) -> Result<(), Failure> {
    may_write(path, EXPERIENCE, &[])?;
    let progress = bar(2 * cohort.listeners, "listeners, twice each");
    let taught = teach(cohort, library, &|| progress.inc(1)).map_err(|e| e.to_string())?;
    progress.finish();
    let text = serde_json::to_string(&taught).map_err(|e| e.to_string())? + "\n";
    write_whole(path, text.as_bytes())?;
    say!("wrote {}", path.display())
}

/// What the command line names.
pub(super) fn library(arguments: &Named) -> Result<Library, Failure> {
    let named = |given: &Option<String>| given.clone().unwrap_or_else(|| DEFAULT.into());
    let opening = Opening {
        policy: named(&arguments.policy),
        model: named(&arguments.model),
        catalogue: named(&arguments.catalogue),
        ..Opening::default()
    };
    Ok(open_library(&opening, Path::new(""), arguments.backend())?)
}

fn print(report: &PopulationReport) -> Result<(), Failure> {
    let (ours, logs) = (&report.simulated, &report.logged);
    say!(
        "{} listeners, {} sessions, seed {}: {} plays under policy `{}` and model `{}`,",
        ours.listeners,
        ours.sessions,
        report.seed,
        ours.plays,
        report.arm.policy,
        report.arm.model
    )?;
    say!("beside {} plays under the logging policy that training data come from;", logs.plays)?;
    say!("world `{}`\n", report.world)?;
    say!("{:44} {:>9} {:>9}", "", "engine", "logging")?;
    let row = |what: &str, of: fn(&Figures) -> f64, digits: usize| {
        say!("{what:44} {:>9} {:>9}", plain(of(ours), digits), plain(of(logs), digits))
    };
    row("completed, share of plays", |f| f.completion, 3)?;
    row("skipped", |f| f.skip, 3)?;
    row("skipped before a quarter was heard", |f| f.early_skip, 3)?;
    row("mean play ratio", |f| f.play_ratio, 3)?;
    row("likes per play", |f| f.likes, 3)?;
    row("saves per play", |f| f.saves, 3)?;
    row("searches per play", |f| f.searches, 3)?;
    row("subscribed, of sessions that could", |f| f.conversion, 4)?;
    row("promoted, share of plays", |f| f.promoted, 3)?;
    row("promoted: opened, completed or liked", |f| f.promoted_engagement, 3)?;
    row("promoted: completed", |f| f.promoted_completion, 3)?;
    row("sessions the listener left by choice", |f| f.left, 3)?;
    row("sessions in which the guardrail acted", |f| f.alarmed, 3)?;
    row("the same, to its second level or more", |f| f.alarmed_again, 3)?;
    row("sessions in which it helped selling", |f| f.helped, 3)?;
    let spread = |what: &str, of: fn(&Figures) -> Quartiles| {
        let show = |q: Quartiles| format!("{:.0} {:.0} {:.0}", q.lower, q.median, q.upper);
        say!("{what:44} {:>9} {:>9}", show(of(ours)), show(of(logs)))
    };
    spread("songs per session, quartiles", |f| f.songs_per_session)?;
    spread("minutes per session, quartiles", |f| f.minutes_per_session)?;
    let d = &report.diversity;
    let row = |what: &str, value: f64| say!("{what:44} {:>9}", plain(value, 3));
    row("genre entropy of a listener, nats", d.genre_entropy)?;
    row("the listener with the least", d.least_genre_entropy)?;
    row("artist entropy, nats", d.artist_entropy)?;
    row("different songs, share of plays", d.song_share)?;
    row("songs not heard before, share of plays", d.novelty)?;
    row("songs of the catalogue that anybody heard", d.coverage)?;
    row("divergence from the own mix of genres", d.miscalibration)?;
    row("popularity above the own past, points", d.popularity_lift)?;

    say!(
        "\n{:44} {:>6} {:>9} {:>7}   {:21} {:>9} {:>7}",
        "beside real listening",
        "real",
        "engine",
        "off",
        "",
        "logging",
        "off"
    )?;
    let mut source = "";
    for check in &report.checks {
        if check.source != source {
            source = check.source;
            say!("{source}")?;
        }
        say!(
            "  {:42} {:>6.3} {:>9} {:>7}   {} {:>9} {:>7}",
            check.what,
            check.real,
            known(check.simulated, plain),
            known(check.simulated_off, signed),
            scale(check),
            known(check.logged, plain),
            known(check.logged_off, signed)
        )?;
    }
    say!()?;
    for (who, off) in [
        ("the engine's sessions", (|c: &Check| c.simulated_off) as fn(&Check) -> Option<f64>),
        ("the logging policy's", |c: &Check| c.logged_off),
    ] {
        verdict(who, off, &report.checks)?;
    }
    say!("\nWhat this world does not have:")?;
    for line in NOT_CAPTURED {
        say!("- {line}")?;
    }
    say!(
        "The world was fitted to KKBox's other half of members under the default policy and model, then frozen \
         (docs/world.md).\nMSSD does not say where its \"very briefly\" and \"briefly\" end: 10 % and 25 % are \
         taken here."
    )
}

/// How far off the engine's sessions are, drawn: the middle is the real figure, the bars are what counts as
/// close.
fn scale(check: &Check) -> String {
    const HALF: i32 = 10;
    let at = check.simulated_off.map(|off| {
        let at = (off / check.close * f64::from(HALF) / 2.0).round() as i32;
        at.clamp(-HALF, HALF)
    });
    let mark = |place: i32| match place - HALF {
        place if Some(place) == at => 'o',
        0 => '+',
        place if place.abs() == HALF / 2 => '|',
        _ => '.',
    };
    (0..=2 * HALF).map(mark).collect()
}

/// A number in three digits; `-` where nothing was heard that tells.
fn known(value: Option<f64>, how: fn(f64, usize) -> String) -> String {
    value.map_or("-".into(), |value| how(value, 3))
}

fn verdict(who: &str, off: fn(&Check) -> Option<f64>, checks: &[Check]) -> Result<(), Failure> {
    let mut sources: Vec<&str> = checks.iter().map(|c| c.source).collect();
    sources.dedup();
    for source in sources {
        let of = || checks.iter().filter(|c| c.source == source);
        let told: Vec<(&Check, f64)> = of().filter_map(|c| Some((c, off(c)?))).collect();
        let missed = |(check, off): &(&Check, f64)| off.abs() / check.close;
        let far = || told.iter().filter(|one| missed(one) > 1.0);
        let worst = far().max_by(|a, b| missed(a).total_cmp(&missed(b)));
        let worst = worst.map_or(String::new(), |(check, off)| {
            format!("; the furthest off is \"{}\", by {off:+.3}", check.what)
        });
        let (figures, untold) = (told.len(), of().count() - told.len());
        let close = figures - far().count();
        let untold = match untold {
            0 => String::new(),
            untold => format!("; {untold} more cannot be told of so little listening"),
        };
        say!("{source}: {close} of {figures} figures of {who} are close{worst}{untold}.")?;
    }
    Ok(())
}
