//! `melody tune`: a policy file from a search.

use std::fmt::Write;
use std::path::Path;

use super::arguments::Tune;
use super::failure::Failure;
use super::progress::bar;
use super::simulate::library;
use crate::evaluation::Paired;
use crate::experiment::{Arm, Cohort, Found, Judged, Nothing, Search, Tuned, runs, tune, write};

pub fn run(arguments: &Tune) -> Result<(), Failure> {
    let search = Search { trials: arguments.trials, margin: arguments.margin };
    if !(0.0..=1.0).contains(&search.margin) {
        return Err(format!("--margin {}: it must be 0 to 1", search.margin).into());
    }
    let library = library(&arguments.session)?;
    let cohort = Cohort::from(&arguments.population);
    let progress = bar(runs(&cohort, search), "listeners, all draws");
    let mut tuned =
        tune(&library, &cohort, search, &|| progress.inc(1)).map_err(|error| match error {
            Nothing::Input(error) => Failure::Input(error),
            other => Failure::Other(other.to_string()),
        })?;
    progress.finish();
    tuned.settings.name.clone_from(&arguments.name);
    let record = record(&Arm::new(&library), &cohort, &tuned);
    save(&arguments.out, &write(&library.policy.text, &tuned.settings, &record))?;
    if let Some(path) = &arguments.table {
        save(path, &page(&record, &tuned))?;
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&tuned).map_err(|e| e.to_string())?);
    } else {
        print!("{}\n{}", found_table(&tuned.found), fresh_table(&tuned));
        println!("\nwrote {}", arguments.out.display());
    }
    Ok(())
}

fn save(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()).into())
}

/// What the file says of where it came from.
fn record(from: &Arm, cohort: &Cohort, tuned: &Tuned) -> Vec<String> {
    let Cohort { seed, listeners, sessions, songs } = cohort;
    let taken = tuned.found.iter().filter(|found| found.taken).count();
    let mut lines = vec![
        format!(
            "Tuned by `melody tune --trials {} --margin {} --listeners {listeners} --sessions {sessions} --songs {songs} --seed {seed}`,",
            tuned.search.trials, tuned.search.margin
        ),
        format!("melody {}, all listeners simulated.", env!("CARGO_PKG_VERSION")),
        format!("Began from policy `{}` ({}).", from.policy, short(&from.policy_hash)),
        format!("Model `{}` ({}).", from.model, short(&from.model_hash)),
        format!(
            "{taken} of {} segments and scenes changed; the others proved no better on listeners the search had not seen.",
            tuned.found.len()
        ),
    ];
    if let Some(all) = tuned.fresh.last() {
        lines.push(format!(
            "On {} fresh listeners: value per play {:.4}, was {:.4}; gain {}; completion against no promotion {}.",
            all.listeners,
            all.value,
            all.base,
            interval(all.gain),
            interval(all.completion)
        ));
    }
    for judged in tuned.fresh.iter().filter(|judged| !judged.allowed) {
        lines.push(format!("Completion is NOT kept within the margin for {}.", judged.group));
    }
    lines
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn interval(paired: Option<Paired>) -> String {
    paired.map_or("unknown".into(), |paired| {
        let [low, high] = paired.interval;
        format!("{:+.4} ({low:+.4} to {high:+.4})", paired.difference)
    })
}

fn expected(found: &Found) -> String {
    let [mean, error] = found.expected;
    format!("{mean:+.4} ± {error:.4}")
}

fn found_table(found: &[Found]) -> String {
    let mut text = format!(
        "{:<9} {:<16} {:>5} {:>18} {:>34}\n",
        "", "group", "draw", "gain expected", "gain on unseen listeners"
    );
    for found in found {
        let taken = if found.taken { "taken" } else { "kept as it was" };
        let part = match found.part {
            crate::experiment::Part::Segments => "segment",
            crate::experiment::Part::Scenes => "scene",
        };
        let _ = writeln!(
            text,
            "{part:<9} {:<16} {:>5} {:>18} {:>34} {taken}",
            found.group,
            found.draw,
            expected(found),
            interval(found.confirmed.gain)
        );
    }
    text
}

fn fresh_table(tuned: &Tuned) -> String {
    let mut text = format!(
        "on listeners that decided nothing\n{:<16} {:>9} {:>8} {:>8} {:>34} {:>34}\n",
        "segment",
        "listeners",
        "before",
        "after",
        "gain in value",
        "completion against no promotion"
    );
    for judged in &tuned.fresh {
        let mark = if judged.allowed { "" } else { " NOT within the margin" };
        let _ = writeln!(
            text,
            "{:<16} {:>9} {:>8.4} {:>8.4} {:>34} {:>34}{mark}",
            judged.group,
            judged.listeners,
            judged.base,
            judged.value,
            interval(judged.gain),
            interval(judged.completion)
        );
    }
    text
}

/// The search as a page of Markdown.
fn page(record: &[String], tuned: &Tuned) -> String {
    let mut text = String::from("# How the policy was tuned\n\n");
    text.extend(record.iter().map(|line| format!("{line}\n")));
    text.push_str(
        "\nValue per play is the bandit's reward without baselines: user weight times satisfaction plus commercial\n\
         weight times engagements and conversions. Differences are paired, by listener; intervals are 95 %.\n\n\
         ## On fresh listeners, by segment\n\n\
         | segment | listeners | value before | after | gain | completion against no promotion | before |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for Judged { group, listeners, base, value, gain, completion, base_completion, .. } in
        &tuned.fresh
    {
        let _ = writeln!(
            text,
            "| {group} | {listeners} | {base:.4} | {value:.4} | {} | {} | {} |",
            interval(*gain),
            interval(*completion),
            interval(*base_completion)
        );
    }
    text.push_str(
        "\n## What was found\n\n\
         The draw that the search expects most of is taken if it is better on unseen listeners. Draw 0 is what was\n\
         there; expected gains come with their standard errors.\n\n\
         | segment or scene | draw | gain expected | gain on unseen listeners | |\n\
         |---|---|---|---|---|\n",
    );
    for found in &tuned.found {
        let taken = if found.taken { "taken" } else { "kept as it was" };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {taken} |",
            found.group,
            found.draw,
            expected(found),
            interval(found.confirmed.gain)
        );
    }
    text
}
