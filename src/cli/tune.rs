//! `melody tune`: a policy file from a search.

use std::fmt::Write;
use std::path::Path;

use super::arguments::Tune;
use super::failure::Failure;
use super::handed_out::{Hands, with_one_arm};
use super::handed_search::Workers;
use super::numbers::signed;
use super::progress::bar;
use super::say::{say, say_json, say_text};
use super::simulate::library;
use super::table::Side::{Left, Right};
use super::table::Table;
use melody_core::output::{Kind, Mark, may_write, write_whole};
use melody_lab::experiment::{
    Arm, Cohort, Found, InProcess, Judged, Nothing, Part, Search, Tuned, runs, tune, write,
};
use melody_lab::statistics::Paired;
use melody_recommender::policy::{Policy, Scorer};
use melody_sessions::library::Library;
use melody_sessions::names::DEFAULT;
use melody_simulation::Variant;
use melody_stream::nats::Address;
use melody_stream::work::Parcel;

pub(super) fn run(arguments: &Tune) -> Result<(), Failure> {
    let search = Search { trials: arguments.trials, margin: arguments.margin };
    let library = library(&arguments.named)?;
    writable(arguments, &library.policy)?;
    let cohort = Cohort::from(&arguments.population);
    let mut tuned = match &arguments.handed_out.on {
        Some(address) => elsewhere(arguments, address, &library, (&cohort, search))?,
        None => here(&library, &cohort, search)?,
    };
    tuned.settings.name.clone_from(&arguments.name);
    if arguments.json {
        say_json(&tuned)?;
    } else {
        say!("{}", found_table(&tuned.found).text())?;
        say_text(&fresh_table(&tuned).text())?;
    }
    let record = record(&Arm::new(&library), &cohort, arguments, &tuned);
    write_whole(&arguments.out, write(&library.policy.text, &tuned.settings, &record).as_bytes())?;
    if let Some(path) = &arguments.table {
        write_whole(path, page(&record, &tuned).as_bytes())?;
    }
    if !arguments.json {
        say!("\nwrote {}", arguments.out.display())?;
    }
    Ok(())
}

/// What is on the bar.
const WHAT: &str = "listeners, all draws";

fn here(library: &Library, cohort: &Cohort, search: Search) -> Result<Tuned, Failure> {
    let progress = bar(runs(cohort, search), WHAT);
    let done = || progress.inc(1);
    let tuned = tune(library, cohort, search, &mut InProcess::new(library, &done));
    let tuned = tuned.map_err(|error| match error {
        Nothing::Input(error) => Failure::Input(error),
        other => Failure::Other(other.to_string()),
    })?;
    progress.finish();
    Ok(tuned)
}

fn elsewhere(
    arguments: &Tune,
    address: &Address,
    library: &Library,
    (cohort, search): (&Cohort, Search),
) -> Result<Tuned, Failure> {
    let on = &arguments.handed_out;
    let mut parcel = Parcel::default();
    let listeners = (*cohort, Variant::Fitted);
    let (experiment, arm) = with_one_arm(&arguments.named, library, listeners, &mut parcel)?;
    let hands = Hands::open((on, address))?;
    let progress = bar(runs(cohort, search), WHAT);
    let mut workers = Workers::new(hands, on, (&experiment, arm), parcel, &progress)?;
    let tuned = tune(library, cohort, search, &mut workers)?;
    progress.finish();
    workers.tell();
    Ok(tuned)
}

const POLICY: Kind = Kind { name: "policy", mark: Mark::Line("[[segments]]") };
const PAGE: Kind = Kind { name: "table", mark: Mark::Line(TITLE) };

/// What would keep the policy found from being written, told before a long search.
fn writable(arguments: &Tune, from: &Policy) -> Result<(), Failure> {
    let name = &arguments.name;
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err("--name: a text without control characters is needed".to_string().into());
    }
    let folder = |path: &Path| match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_path_buf(),
        _ => ".".into(),
    };
    let mut others: Vec<&Path> = arguments.named.policy.iter().map(Path::new).collect();
    may_write(&arguments.out, POLICY, &others)?;
    if let Some(table) = &arguments.table {
        others.push(&arguments.out);
        may_write(table, PAGE, &others)?;
    }
    let ranking = &from.settings.ranking;
    if let Some(policy) = &arguments.named.policy
        && ranking.scorer == Scorer::Ltr
        && ranking.ranker != DEFAULT
        && folder(Path::new(policy)).canonicalize().ok()
            != folder(&arguments.out).canonicalize().ok()
    {
        let ranker = &ranking.ranker;
        return Err(format!(
            "--out: the policy has a ranker beside it, {ranker}; write the policy found into the same folder"
        )
        .into());
    }
    Ok(())
}

/// What the file says of where it came from.
fn record(from: &Arm, cohort: &Cohort, arguments: &Tune, tuned: &Tuned) -> Vec<String> {
    let Cohort { seed, listeners, sessions, songs } = cohort;
    let policy = arguments.named.policy.iter().map(|policy| format!(" --policy {policy}"));
    let policy: String = policy.collect();
    let taken = tuned.found.iter().filter(|found| found.taken).count();
    let mut lines = vec![
        format!(
            "Tuned by `melody tune{policy} --trials {} --margin {} --listeners {listeners} --sessions {sessions} --songs {songs} --seed {seed}`,",
            tuned.search.trials, tuned.search.margin
        ),
        format!("melody {}, all listeners simulated.", env!("CARGO_PKG_VERSION")),
        format!("Began from policy `{}` ({}).", from.policy, short(&from.policy_hash)),
        format!("Model `{}` ({}).", from.model, short(&from.model_hash)),
        format!(
            "{taken} of {} segments and scenes changed; of the others nothing better was expected, or it did no better on listeners the search had not seen.",
            tuned.found.len()
        ),
    ];
    if let Some(all) = tuned.fresh.last() {
        lines.push(format!(
            "On {} fresh listeners, as many of every segment: value per play {:.4}, was {:.4}; gain {}; completion against no promotion {}.",
            all.listeners,
            all.value,
            all.base,
            interval(all.gain),
            interval(all.completion)
        ));
    }
    for judged in tuned.fresh.iter().filter(|judged| judged.listeners > 1 && !judged.allowed) {
        lines.push(format!("Completion is NOT kept within the margin for {}.", judged.group));
    }
    lines
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn interval(paired: Option<Paired>) -> String {
    paired.map_or("unknown".into(), |paired| {
        let reach = paired.interval.map(|[low, high]| (high - low) / 2.0);
        reach.map_or(signed(paired.difference, 4), |reach| within(paired.difference, reach))
    })
}

fn expected(found: &Found) -> String {
    within(found.expected.mean, NORMAL * found.expected.error)
}

/// A 95 % interval reaches so many standard errors.
const NORMAL: f64 = 1.96;

fn within(value: f64, reach: f64) -> String {
    format!("{} ± {reach:.4}", signed(value, 4))
}

/// What was found, draw by draw.
fn found_table(found: &[Found]) -> Table {
    let columns = [
        ("", Left),
        ("group", Left),
        ("draw", Right),
        ("gain expected", Right),
        ("orders cost", Right),
        ("gain on unseen listeners", Right),
        ("", Left),
    ];
    let row = |found: &Found| {
        let part = match found.part {
            Part::Segments => "segment",
            Part::Scenes => "scene",
        };
        let taken = if found.taken { "taken" } else { "kept as it was" };
        [
            part.into(),
            found.group.clone(),
            found.draw.to_string(),
            expected(found),
            format!("{:.4}", found.order_cost),
            interval(found.confirmed.gain),
            taken.into(),
        ]
    };
    Table::new(columns, found.iter().map(row))
}

/// What it comes to on listeners that decided nothing.
fn fresh_table(tuned: &Tuned) -> Table {
    let columns = [
        ("segment", Left),
        ("listeners", Right),
        ("value before", Right),
        ("after", Right),
        ("gain", Right),
        ("completion against no promotion", Right),
        ("before", Right),
        ("", Left),
    ];
    let row = |judged: &Judged| {
        [
            judged.group.clone(),
            judged.listeners.to_string(),
            format!("{:.4}", judged.base),
            format!("{:.4}", judged.value),
            interval(judged.gain),
            interval(judged.completion),
            interval(judged.base_completion),
            if judged.allowed || judged.listeners < 2 { "" } else { "NOT within the margin" }
                .into(),
        ]
    };
    Table::new(columns, tuned.fresh.iter().map(row))
}

/// The search as a page of Markdown.
fn page(record: &[String], tuned: &Tuned) -> String {
    let mut text = format!("{TITLE}\n\n");
    text.extend(record.iter().map(|line| format!("{line}\n")));
    let _ = write!(
        text,
        "\n{ABOUT_VALUE}\n\n## On fresh listeners, by segment\n\n{}\n## What was found\n\n{ABOUT_FOUND}\n\n{}",
        fresh_table(tuned).markdown(),
        found_table(&tuned.found).markdown()
    );
    text
}

const TITLE: &str = "# How the policy was tuned";

const ABOUT_VALUE: &str = "Value per play is the bandit's reward without baselines: user weight times satisfaction plus commercial
weight times engagements and conversions, as they were to be expected of each play. In `all`, every segment
counts alike. Differences are paired, by listener; ± is a 95 % interval.";

const ABOUT_FOUND: &str = "The draw that the search expects most of is taken if it does better on listeners the search has not seen, too. Draw 0
is what was there.";
