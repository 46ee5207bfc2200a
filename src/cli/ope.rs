//! `melody ope`: what other policies would have earned on sessions that were traced, or on a log in the layout of the Open
//! Bandit data set.

use std::path::PathBuf;

use serde::Serialize;

use super::arguments::Ope;
use super::failure::Failure;
use super::numbers::{interval, signed};
use super::say::{counted, say, say_json};
use melody_lab::off_policy::{
    Estimate, Estimator, FEWEST, Log, Logged, OpenBandit, Report, Resampling, Row, Target,
    read_decisions,
};

/// Shown for every policy; `--all` shows the others, too.
const USUAL: [Estimator; 3] = [Estimator::Dr, Estimator::Snips, Estimator::Direct];

/// Of a log without a reward model; `--all` shows the others, too.
const WEIGHED: [Estimator; 3] = [Estimator::Snips, Estimator::Ips, Estimator::ClippedIps];

/// The report, and what it was not made of.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// Sessions that another holds.
    #[serde(skip_serializing_if = "none")]
    copies: usize,
}

fn none(count: &usize) -> bool {
    *count == 0
}

/// Decisions that were traced, ready to be asked about.
pub(super) struct Decisions {
    pub log: Log,
    /// The number of each session with a decision, among all that were read.
    pub numbers: Vec<usize>,
    by_hand: usize,
    copies: usize,
}

impl Decisions {
    /// Says what the decisions were not made of.
    pub(super) fn tell_left_out(&self) -> Result<(), Failure> {
        let Decisions { by_hand, copies, .. } = *self;
        if copies > 0 {
            say!(
                "left out: {}, of which another holds every decision: a copy, or its beginning",
                counted(copies, "session")
            )?;
        }
        if by_hand > 0 {
            say!(
                "left out: {}, made by hand or played under values set by hand",
                counted(by_hand, "decision")
            )?;
        }
        Ok(())
    }
}

/// Reads the decisions of traces; at least one.
pub(super) fn decisions(traces: &[PathBuf]) -> Result<Decisions, Failure> {
    let Logged { sessions, numbers, by_hand, copies } = read_decisions(traces)?;
    let decided = sessions.iter().zip(numbers).filter(|(session, _)| !session.is_empty());
    let numbers = decided.map(|(_, number)| number).collect();
    let log = Log::new(sessions);
    if log.decisions().is_empty() {
        let message = match by_hand {
            0 => "no decision of the bandit was paid out in these traces: play on for a few songs",
            _ => {
                "all decisions in these traces were made by hand: what others would have done cannot be told from them"
            }
        };
        return Err(Failure::Other(message.into()));
    }
    Ok(Decisions { log, numbers, by_hand, copies })
}

pub(super) fn run(arguments: &Ope) -> Result<(), Failure> {
    for path in &arguments.traces {
        let Some(rows) = OpenBandit::find(path)? else { continue };
        if arguments.traces.len() > 1 {
            let message = format!(
                "{} is an Open Bandit log: name it alone, for decisions of two logs are not between the same arms",
                path.display()
            );
            return Err(Failure::Other(message));
        }
        return weighed(&OpenBandit::read(&rows)?, arguments);
    }
    let read = decisions(&arguments.traces)?;
    let (log, copies) = (&read.log, read.copies);
    let seed = arguments.seed;
    let resampling = arguments.bootstrap.map(|resamples| Resampling { resamples, seed });
    let report = Report::new(log, Target::all(log.arms().len()), arguments.threshold, resampling);
    if arguments.json {
        let told = Told { report: &report, copies };
        say_json(&told)?;
    } else {
        read.tell_left_out()?;
        let usual = if arguments.all { &Estimator::ALL[..] } else { &USUAL };
        print(&report, usual, "against the listener's usual level")?;
    }
    Ok(())
}

/// What an Open Bandit log can tell, and what it cannot.
fn weighed(log: &OpenBandit, arguments: &Ope) -> Result<(), Failure> {
    let seed = arguments.seed;
    let resampling = arguments.bootstrap.map(|resamples| Resampling { resamples, seed });
    let report = Report::weighed(log, arguments.threshold, resampling);
    if arguments.json {
        return say_json(&report);
    }
    let all: Vec<Estimator> = Estimator::ALL.into_iter().filter(|e| !e.modelled()).collect();
    let usual = if arguments.all { &all[..] } else { &WEIGHED };
    print(&report, usual, "as the file has it")?;
    say!(
        "DM, DR and policies that go by beliefs: cannot be told, for the file says nothing of what was not shown"
    )?;
    if !log.listed() {
        say!(
            "no item_context.csv beside it: \"uniform\" is over the {} that were shown",
            counted(log.items().len(), "item")
        )?;
    }
    let never = log.never_shown();
    if !never.is_empty() {
        let (first, more) = (never.iter().take(FEW_NAMES), never.len().saturating_sub(FEW_NAMES));
        let names = first.copied().collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        say!("never shown: {names}{more}; nothing can be told of them")?;
    }
    Ok(())
}

/// So many names are listed.
const FEW_NAMES: usize = 8;

/// `scale` says what a reward is measured in.
fn print(report: &Report, estimators: &[Estimator], scale: &str) -> Result<(), Failure> {
    say!(
        "{} of {}: reward per decision, {scale}",
        counted(report.decisions, "decision"),
        counted(report.sessions, "session")
    )?;
    say!(
        "95 % intervals by {}, counting {}s; reward model: {}; weights cut at {:.1}\n",
        report.intervals,
        report.unit,
        report.model,
        report.threshold
    )?;
    let wide = estimators.len() <= USUAL.len();
    let cells = |of: &dyn Fn(Estimator) -> String| -> String {
        let wide = estimators.iter().filter(|_| wide);
        wide.map(|&estimator| format!(" {:>28}", of(estimator))).collect()
    };
    let names = cells(&|estimator| estimator.name().into());
    say!("{:20} {:>9} {:>8}{names}", "", "effective", "largest")?;
    for row in &report.rows {
        let (effective, largest) = (row.support.effective, row.support.largest_weight);
        let estimates = cells(&|estimator| estimate(row, estimator));
        say!("{:20} {effective:>9.1} {largest:>8.1}{estimates}", row.policy)?;
        if !wide {
            for &estimator in estimators {
                say!("  {:16} {}", estimator.name(), estimate(row, estimator))?;
            }
            if let Some((value, ends)) = row.empirical_likelihood {
                say!("  {:16} {} {}", "Cressie-Read", signed(value, 4), interval(Some(ends), 4))?;
            }
        }
    }
    say!(
        "\neffective: as many decisions would tell as much; largest: the largest importance weight"
    )?;
    if estimators.contains(&Estimator::Direct) {
        say!(
            "DM has no interval: it is as wrong as its model, which no spread of decisions tells"
        )?;
    }
    let few: Vec<&str> =
        report.rows.iter().filter(|r| r.support.too_few()).map(|r| r.policy.as_str()).collect();
    if !few.is_empty() {
        say!(
            "too few: worth less than {FEWEST} decisions, so that intervals are not to be believed: {}",
            few.join(", ")
        )?;
    }
    for row in &report.rows {
        row.support.missed().iter().try_for_each(|warning| say!("{}: {warning}", row.policy))?;
    }
    Ok(())
}

fn estimate(row: &Row, estimator: Estimator) -> String {
    match row.of(estimator) {
        None => "-".into(),
        Some(Estimate { value, interval: ends, .. }) => {
            format!("{} {}", signed(*value, 4), interval(*ends, 4))
        }
    }
}
