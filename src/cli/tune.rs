//! `melody tune`: a policy file from a search.

use super::arguments::Tune;
use super::failure::Failure;
use super::progress::bar;
use super::simulate::library;
use crate::evaluation::Paired;
use crate::experiment::{Arm, Cohort, Found, Nothing, Search, Trial, render, runs, tune};

pub fn run(arguments: &Tune) -> Result<(), Failure> {
    let search = Search { trials: arguments.trials, margin: arguments.margin };
    if !(0.0..=1.0).contains(&search.margin) {
        return Err(format!("--margin {}: it must be 0 to 1", search.margin).into());
    }
    let library = library(&arguments.session)?;
    let cohort = Cohort::from(&arguments.population);
    let progress = bar(runs(search) * cohort.listeners, "listeners, all trials");
    let found =
        tune(&library, &cohort, search, &|| progress.inc(1)).map_err(|error| match error {
            Nothing::Input(error) => Failure::Input(error),
            other => Failure::Other(other.to_string()),
        })?;
    progress.finish();
    let header = header(&Arm::new(&library), &cohort, search, &found);
    let mut settings = found.best.settings.clone();
    settings.name = "tuned".into();
    let out = &arguments.out;
    std::fs::write(out, format!("{header}\n{}", render(&settings)))
        .map_err(|e| format!("{}: {e}", out.display()))?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&found).map_err(|e| e.to_string())?);
    } else {
        print(&found);
        println!("wrote {}", out.display());
    }
    Ok(())
}

/// What the file says of where it came from.
fn header(arm: &Arm, cohort: &Cohort, search: Search, found: &Found) -> String {
    let mut lines = vec![
        format!("Found by `melody tune`, melody {}.", env!("CARGO_PKG_VERSION")),
        format!("Began from policy `{}` ({}).", arm.policy, arm.policy_hash),
        format!("Model `{}` ({}).", arm.model, arm.model_hash),
        format!(
            "{} policies drawn; {} listeners of seed {}, {} sessions each.",
            search.trials, cohort.listeners, cohort.seed, cohort.sessions
        ),
        format!(
            "Required: completion at most {} below that without promotion. {} policies kept it.",
            search.margin,
            found.trials.iter().filter(|trial| trial.allowed).count()
        ),
        format!("Best is trial {}: {}", found.best.number, describe(&found.best)),
        format!(
            "On listeners it has not seen (seed {}): {}",
            cohort.seed.wrapping_add(1),
            describe(&found.fresh)
        ),
        format!("The policy it began from, on those: {}", describe(&found.fresh_base)),
    ];
    lines.extend(found.gain.map(|gain| format!("Gain in value on those: {}.", interval(&gain))));
    if !found.fresh.allowed {
        lines.push("On those listeners it does NOT keep the requirement.".into());
    }
    lines.iter().map(|line| format!("# {line}\n")).collect()
}

fn describe(trial: &Trial) -> String {
    let completion = trial.completion.map_or("unknown".into(), |c| interval(&c));
    format!("value {:.3} per session; completion {completion}.", trial.value)
}

fn interval(paired: &Paired) -> String {
    let [low, high] = paired.interval;
    format!("{:+.4} ({low:+.4} to {high:+.4})", paired.difference)
}

fn print(found: &Found) {
    println!("{:>6} {:>8} {:>34}", "trial", "value", "completion against no promotion");
    for trial in &found.trials {
        let completion = trial.completion.map_or(String::new(), |c| interval(&c));
        let mark = match (trial.number == found.best.number, trial.allowed) {
            (true, _) => "best",
            (_, true) => "",
            (_, false) => "not allowed",
        };
        println!("{:>6} {:>8.3} {completion:>34} {mark}", trial.number, trial.value);
    }
    println!("\non listeners the search has not seen");
    println!("  best  {}", describe(&found.fresh));
    println!("  base  {}", describe(&found.fresh_base));
    if let Some(gain) = &found.gain {
        println!("  gain in value {}", interval(gain));
    }
    if !found.fresh.allowed {
        println!("  the best does NOT keep the requirement there");
    }
}
