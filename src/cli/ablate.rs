//! `melody ablate`: every mechanism on and off, on the same listeners.

use super::arguments::Ablate;
use super::failure::Failure;
use super::handed_out::{arms, with_one_arm};
use super::note::note;
use super::numbers::{interval, plain, signed};
use super::progress::bar;
use super::say::{counted, say, say_json};
use super::simulate::library as open_library;
use super::table::{Side, Table};
use melody_lab::experiment::{
    Ablation, AblationReport, Cohort, Difference, Finding, Measure, Tested,
};
use melody_sessions::library::Library;
use melody_stream::nats::Address;
use melody_stream::work::{Parcel, Task};

pub(super) fn run(arguments: &Ablate) -> Result<(), Failure> {
    let library = open_library(&arguments.named)?.in_world(arguments.world.nature());
    let &Ablate { seed, listeners, sessions, songs, .. } = arguments;
    let cohort = Cohort { seed, listeners, sessions, songs };
    let ablation = Ablation::new(&library, &arguments.only).map_err(|e| e.to_string())?;
    let runs = ablation.arms() as u64 * listeners;
    note(format_args!(
        "{} of {}, {} each, the policy as it is among them",
        counted(ablation.arms(), "arm"),
        counted(listeners, "listener"),
        counted(sessions, "session")
    ));
    let report = match &arguments.handed_out.on {
        Some(address) => elsewhere(arguments, address, (&library, &ablation), cohort)?,
        None => {
            let progress = bar(runs, WHAT);
            let report = ablation.run(&cohort, &|| progress.inc(1)).map_err(|e| e.to_string())?;
            progress.finish();
            report
        }
    };
    if arguments.json { say_json(&report) } else { print(&report) }
}

/// What is on the bar.
const WHAT: &str = "listeners, all arms";

fn elsewhere(
    arguments: &Ablate,
    address: &Address,
    (library, ablation): (&Library, &Ablation),
    cohort: Cohort,
) -> Result<AblationReport, Failure> {
    let mut judging = ablation.judging(&cohort);
    let arms_of_it = ablation.arms() as u64;
    if arms_of_it > 0 {
        let mut parcel = Parcel::default();
        let listeners = (cohort, arguments.world);
        let (experiment, arm) = with_one_arm(&arguments.named, library, listeners, &mut parcel)?;
        let task = Task::Ablation { arm, only: arguments.only.clone(), arms: arms_of_it };
        let job = experiment.job(&arguments.handed_out, task, &mut parcel)?;
        let on = (&arguments.handed_out, address);
        arms(on, (&job, &parcel), WHAT, &mut |outcomes| judging.take(&outcomes))?;
    }
    Ok(judging.report())
}

fn print(report: &AblationReport) -> Result<(), Failure> {
    say!(
        "{} of world `{}`, up to {} of {} each, seed {}; the same ones with each mechanism and\n\
         without, with the same draws; policy `{}` ({}), model `{}` ({})\n",
        counted(report.listeners, "listener"),
        report.world,
        counted(report.sessions, "session"),
        counted(report.songs, "song"),
        report.seed,
        report.arm.policy,
        &report.arm.policy_hash[..12],
        report.arm.model,
        &report.arm.model_hash[..12]
    )?;
    if !report.mechanisms.is_empty() {
        tables(report)?;
    }
    if !report.absent.is_empty() {
        let names: Vec<&str> = report.absent.iter().map(|a| a.name.as_str()).collect();
        say!("not in this policy, on or off alike: {}", names.join(", "))?;
    }
    Ok(())
}

fn tables(report: &AblationReport) -> Result<(), Failure> {
    let [objectives, told] = report.corrected_for;
    say!("on the objective it exists for\n")?;
    say!("{}", on_objectives(&report.mechanisms).text())?;
    for Tested { mechanism, costs, .. } in report.mechanisms.iter().filter(|t| !t.costs.is_empty())
    {
        let costs: Vec<&str> = costs.iter().map(|measure| measure.name()).collect();
        say!("  {} costs {}", mechanism.name, costs.join(", "))?;
    }
    say!("\nwith it less without it, on everything\n")?;
    say!("{}", on_everything(&report.mechanisms).text())?;
    say!(
        "difference: with less without, with its 95 % interval, corrected for the {objectives} of the first table\n\
         (Bonferroni, paired t). *: more than chance, corrected for the {told} of the second. `earns its place`: the\n\
         whole interval is on the good side. `at a cost`: value, completion, minutes, hours away or returns are worse by\n\
         more than chance."
    )?;
    for tested in report.mechanisms.iter().filter(|t| t.mechanism.margin > 0.0) {
        let tested = &tested.mechanism;
        say!(
            "{} is there to save work: it earns its place where {} is within {} of what is without it.",
            tested.name,
            tested.objective.name(),
            tested.margin
        )?;
    }
    say!("\nwithout:")?;
    for Tested { mechanism, .. } in &report.mechanisms {
        say!("  {:24} {}", mechanism.name, mechanism.without)?;
    }
    say!()
}

fn on_objectives(all: &[Tested]) -> Table {
    let row = |tested: &Tested| {
        let of = |show: fn(&Difference) -> String| {
            tested.objective_difference.as_ref().map_or("-".into(), show)
        };
        [
            tested.mechanism.name.clone(),
            tested.mechanism.objective.name().into(),
            of(|d| plain(d.with, 4)),
            of(|d| plain(d.without, 4)),
            of(|d| signed(d.difference, 4)),
            of(|d| interval(d.interval, 4)),
            verdict(tested),
        ]
    };
    let columns = [
        ("mechanism", Side::Left),
        ("objective", Side::Left),
        ("with", Side::Right),
        ("without", Side::Right),
        ("difference", Side::Right),
        ("interval", Side::Right),
        ("verdict", Side::Left),
    ];
    Table::new(columns, all.iter().map(row))
}

fn verdict(tested: &Tested) -> String {
    let shown = match tested.shown {
        Finding::Earns if tested.costs.is_empty() => "earns its place",
        Finding::Earns => "earns",
        Finding::NotShown => "not shown",
        Finding::Untested if tested.told.iter().all(|d| d.standard_error == 0.0) => {
            "changes nothing"
        }
        Finding::Untested => "leaves it as it is",
        Finding::Harms => "harms it",
    };
    if tested.costs.is_empty() { shown.into() } else { format!("{shown}, at a cost") }
}

fn on_everything(all: &[Tested]) -> Table {
    let row = |tested: &Tested| {
        let mut cells = tested.told.iter().map(|difference| {
            let mark = if difference.sure() { "*" } else { " " };
            format!("{}{mark}", signed(difference.difference, 4))
        });
        let mut next = || cells.next().unwrap_or_else(|| "-".into());
        let [a, b, c, d, e, f, g] = [(); 7].map(|()| next());
        [tested.mechanism.name.clone(), a, b, c, d, e, f, g]
    };
    let [a, b, c, d, e, f, g] = Measure::TOLD.map(|measure| (measure.name(), Side::Right));
    Table::new([("mechanism", Side::Left), a, b, c, d, e, f, g], all.iter().map(row))
}
