//! `melody train --compare`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::arguments::Train;
use super::failure::Failure;
use super::progress::{bar, simulate, unless, watch_signals};
use crate::opening::{catalogue_named, policy_named};
use crate::training::{
    Greedy, Report, Shared, Source, Split, Told, TrainingConfig, Variant, compare,
    comparison_table, model_card,
};

/// Trains every variant with every seed and writes `comparison.json` into the folder; where that is a
/// model's, its card gets the table.
pub fn run(arguments: &Train, config: &TrainingConfig) -> Result<(), Failure> {
    let catalogue = catalogue_named(&arguments.catalogue, Path::new(""))?;
    let policy = policy_named("default", Path::new(""))?;
    let sets = [Split::Train, Split::Validation, Split::Test]
        .map(|split| simulate(&catalogue, config, split));
    let [train, validation, test] = sets;
    let (train, validation, test) = (&Source::memory(train), &validation, &test);
    let shared =
        Shared { catalogue: &catalogue, train, validation, test, greedy: Greedy::new(&policy) };
    let stop = Arc::new(AtomicBool::new(false));
    watch_signals(&stop)?;
    let seeds: Vec<u64> = (0..arguments.seeds).map(|i| config.seed + i).collect();
    let variants = Variant::all();
    let runs = seeds.len() * variants.len();
    let progress = bar(runs as u64, "training runs");
    let comparison = compare(&shared, config, &seeds, &arguments.out, &mut |number, told| {
        match told {
            Told::Step(step) => progress.set_prefix(format!(
                "{}, step {} of {}",
                variants[number % variants.len()],
                step.step + 1,
                step.steps
            )),
            Told::Done(_) => progress.set_position(number as u64 + 1),
        }
        unless(&stop)
    })?;
    progress.finish();

    let write = |name: &str, text: String| {
        let path = arguments.out.join(name);
        std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
    };
    let json = serde_json::to_string_pretty(&comparison).map_err(|e| e.to_string())? + "\n";
    write("comparison.json", json.clone())?;
    let report = arguments.out.join("report.json");
    if report.exists() {
        let text = std::fs::read_to_string(&report).map_err(|e| e.to_string())?;
        let report: Report = serde_json::from_str(&text)
            .map_err(|e| format!("{}:{}: {e}", report.display(), e.line()))?;
        write("MODEL_CARD.md", model_card(&report, Some(&comparison)))?;
    }
    if arguments.json {
        print!("{json}");
    } else {
        print!("{}", comparison_table(&comparison));
        println!("wrote {}", arguments.out.join("comparison.json").display());
    }
    Ok(())
}
