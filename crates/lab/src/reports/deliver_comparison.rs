//! The recipe of a comparison: ways of training side by side, written beside the model they are about.

use std::path::{Path, PathBuf};

use super::compare::{Comparison, Shared, Variant, compare};
use super::deliver::simulate;
use super::folder::write_text;
use super::report::{Report, model_card};
use super::stage::{Stage, Teller, Undone, Watch, Work};
use crate::config::TrainingConfig;
use crate::data::Split;
use crate::data::log::Source;
use crate::evaluation::Greedy;
use crate::training::hold;
use melody_core::output::{Kind, Mark, may_replace};
use melody_sessions::names::{DEFAULT, catalogue_named, policy_named};

/// What is to be compared.
#[derive(Clone, Debug)]
pub struct ComparisonRecipe {
    /// Of the listeners and of every run, but for what the ways differ in.
    pub config: TrainingConfig,
    /// `default` or a folder.
    pub catalogue: String,
    /// Seeds that each way is trained with, from the config's own on.
    pub seeds: u64,
    /// The folder `comparison.json` is written to; where it is a model's, its card gets the table.
    pub out: PathBuf,
}

/// A comparison in its folder.
#[derive(Clone, Debug)]
pub struct ComparisonDelivered {
    /// All runs, by way and seed.
    pub comparison: Comparison,
    /// The text of `comparison.json`.
    pub json: String,
}

const COMPARISON: Kind = Kind { name: "comparison", mark: Mark::Line("  \"config\": {") };

/// Trains every variant with every seed and writes `comparison.json` into the folder.
///
/// # Errors
/// When something that the recipe names cannot be read, when the folder cannot be written or holds runs of
/// another comparison, and when `watch` breaks off.
pub fn compare_ways(
    recipe: &ComparisonRecipe,
    watch: &mut Watch,
) -> Result<ComparisonDelivered, Undone> {
    let teller = Teller::new(watch);
    let ComparisonRecipe { config, out, .. } = recipe;
    let catalogue = catalogue_named(&recipe.catalogue, Path::new(""))?;
    let policy = policy_named(DEFAULT, Path::new(""))?;
    may_replace(&out.join("comparison.json"), COMPARISON, &[])?;
    let _held = hold(out)?;
    let sets = [Split::Train, Split::Validation, Split::Test]
        .map(|split| simulate(&catalogue, config, split, &teller));
    let [train, validation, test] = sets;
    let (train, validation, test) = (&Source::memory(train), &validation, &test);
    let shared =
        Shared { catalogue: &catalogue, train, validation, test, greedy: Greedy::new(&policy) };
    let seeds: Vec<u64> = (0..recipe.seeds).map(|i| config.seed + i).collect();
    let runs = seeds.len() * Variant::of(config).len();
    if teller.tell(Stage::Begins(Work::Comparing, runs as u64)).is_break() {
        return Err(Undone::Interrupted { step: 0 });
    }
    let comparison = compare(&shared, config, &seeds, out, &mut |number, told| {
        teller.tell(Stage::Run(number, told))
    })?;
    let _ = teller.tell(Stage::Ends);

    let json = serde_json::to_string_pretty(&comparison).map_err(|e| e.to_string())? + "\n";
    write_text(out, "comparison.json", json.clone())?;
    into_card(out, &comparison)?;
    Ok(ComparisonDelivered { comparison, json })
}

/// Writes the model card of a folder anew with the comparison, where the folder is a model's.
fn into_card(folder: &Path, comparison: &Comparison) -> Result<(), String> {
    let path = folder.join("report.json");
    if !path.exists() {
        return Ok(());
    }
    let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
    let report: Report =
        serde_json::from_str(&text).map_err(|e| format!("{}:{}: {e}", path.display(), e.line()))?;
    write_text(folder, "MODEL_CARD.md", model_card(&report, Some(comparison)))
}
