//! `melody ab`: two arms on the same listeners.

use std::path::Path;

use super::arguments::Ab;
use super::failure::Failure;
use super::handed_out::{Experiment, arms};
use super::note::note;
use super::numbers::{interval, signed};
use super::opening::library as open_library;
use super::progress::bar;
use super::say::{say, say_json};
use melody_lab::experiment::{AbReport, Cohort, Comparison, ListenerOutcome, Verdict, compare};
use melody_model::Backend;
use melody_sessions::library::Library;
use melody_sessions::names::{DEFAULT, policy_named};
use melody_sessions::opening::Opening;
use melody_stream::nats::Address;
use melody_stream::work::{Arm, Parcel, Task};

pub(super) fn run(arguments: &Ab) -> Result<(), Failure> {
    let (a, b) = libraries(arguments)?;
    let [a, b] = [a, b].map(|library| library.in_world(arguments.world.nature()));
    let cohort = Cohort::from(&arguments.population);
    let (of_a, of_b) = match &arguments.handed_out.on {
        Some(address) => elsewhere(arguments, address, cohort, [&a, &b])?,
        None => here(&cohort, [&a, &b])?,
    };
    let report = compare(&cohort, (&a, &b), (&of_a, &of_b));
    if arguments.json {
        say_json(&report)?;
    } else {
        print(&report)?;
    }
    let mut passed = true;
    for gate in &arguments.fail_if_worse {
        if let Some(why) = report.fails(*gate) {
            note(format_args!("FAIL {}: {why}", gate.metric.name()));
            passed = false;
        }
    }
    if passed { Ok(()) } else { Err(Failure::Check) }
}

/// What is on the bar.
const WHAT: &str = "listeners, both arms";

/// What comes of the listeners in both arms.
type Outcomes = (Vec<ListenerOutcome>, Vec<ListenerOutcome>);

fn here(cohort: &Cohort, [a, b]: [&Library; 2]) -> Result<Outcomes, Failure> {
    let progress = bar(2 * cohort.listeners, WHAT);
    let arm = |library: &Library| {
        cohort.run(library, &|| progress.inc(1)).map_err(|e| Failure::Other(e.to_string()))
    };
    let outcomes = (arm(a)?, arm(b)?);
    progress.finish();
    Ok(outcomes)
}

fn elsewhere(
    arguments: &Ab,
    address: &Address,
    cohort: Cohort,
    [a, b]: [&Library; 2],
) -> Result<Outcomes, Failure> {
    let (model_a, model_b) = models(arguments);
    let mut parcel = Parcel::default();
    let mut arm = |policy: &str, model: &str, library: &Library| -> Result<Arm, Failure> {
        let policy = parcel.policy(policy, &library.policy)?;
        Ok(Arm { policy, model: parcel.model(model, &library.model)? })
    };
    let task =
        Task::Arms { arms: vec![arm(&arguments.a, model_a, a)?, arm(&arguments.b, model_b, b)?] };
    let experiment = Experiment {
        cohort,
        catalogue: (&arguments.catalogue, &a.catalogue),
        world: arguments.world,
        backend: arguments.device.into(),
    };
    let job = experiment.job(&arguments.handed_out, task, &mut parcel)?;
    let mut both = Vec::new();
    let on = (&arguments.handed_out, address);
    arms(on, (&job, &parcel), WHAT, &mut |outcomes| both.push(outcomes))?;
    let of_b = both.pop().unwrap_or_default();
    Ok((both.pop().unwrap_or_default(), of_b))
}

/// The names of the arms' models.
fn models(arguments: &Ab) -> (&str, &str) {
    match arguments.models.as_deref() {
        Some([a, b]) => (a.as_str(), b.as_str()),
        _ => (DEFAULT, DEFAULT),
    }
}

/// Both arms; what they share is loaded once.
fn libraries(arguments: &Ab) -> Result<(Library, Library), Failure> {
    let base = Path::new("");
    let backend = Backend::from(arguments.device);
    let (model_a, model_b) = models(arguments);
    let load = |policy: &str, model: &str| {
        let opening = Opening {
            policy: policy.into(),
            model: model.into(),
            catalogue: arguments.catalogue.clone(),
            ..Opening::default()
        };
        open_library(&opening, base, backend)
    };
    let a = load(&arguments.a, model_a)?;
    let b = if model_a == model_b {
        a.with_policy(policy_named(&arguments.b, base)?)?
    } else {
        load(&arguments.b, model_b)?
    };
    Ok((a, b))
}

fn print(report: &AbReport) -> Result<(), Failure> {
    for (name, arm) in [("a", &report.a), ("b", &report.b)] {
        say!(
            "{name}: policy `{}` ({}), model `{}` ({})",
            arm.policy,
            &arm.policy_hash[..12],
            arm.model,
            &arm.model_hash[..12]
        )?;
    }
    say!(
        "{} listeners of world `{}`, sessions of each: {}, seed {}; the same listeners in both arms\n",
        report.listeners,
        report.world,
        report.sessions,
        report.seed
    )?;
    table("everyone", &report.metrics)?;
    for (segment, metrics) in &report.segments {
        let pairs = metrics.first().map_or(0, |c| c.paired.pairs);
        if pairs < FEW {
            say!("segment {segment}: too few listeners to compare\n")?;
            continue;
        }
        table(&format!("segment {segment}, {pairs} listeners"), metrics)?;
    }
    say!(
        "difference: b minus a, with its 95 % confidence interval (paired t).\n\
         p: paired t, for one look at the end. peeking p: always valid, for looking at any time\n\
         (mixture sequential test; the mixing deviation is the difference it is tuned to find).\n\
         Neither is corrected for looking at several metrics or segments."
    )?;
    if report.metrics.is_empty() {
        say!("One listener is no sample: nothing was compared.")?;
    } else if report.metrics.iter().any(|c| c.paired.interval.is_none()) {
        say!(
            "-: no interval and no p, since all listeners differ by the same, which leaves no spread to judge\n\
             by; `untested` where they are too few for that to say anything, or differ by more than nothing."
        )?;
    }
    Ok(())
}

/// Fewer pairs than this are not shown.
const FEW: usize = 5;

fn table(title: &str, metrics: &[Comparison]) -> Result<(), Failure> {
    say!(
        "{title}\n{:22} {:>8} {:>8} {:>10} {:>20} {:>7} {:>9} {:>7} verdict",
        "",
        "a",
        "b",
        "difference",
        "95 % interval",
        "p",
        "peeking p",
        "mixing"
    )?;
    for c in metrics {
        let verdict = match c.verdict {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Different => "different",
            Verdict::NoneFound => "none found",
            Verdict::Untested => "untested",
        };
        say!(
            "  {:20} {:>8.3} {:>8.3} {:>10} {:>20} {:>7} {:>9.4} {:>7} {verdict}",
            c.metric.name(),
            c.paired.mean_a,
            c.paired.mean_b,
            signed(c.paired.difference, 4),
            interval(c.paired.interval, 4),
            c.paired.p.map_or("-".into(), |p| format!("{p:.4}")),
            c.always_valid.p,
            c.always_valid.mixing_deviation
        )?;
    }
    say!()
}
