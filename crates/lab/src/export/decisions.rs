//! The bandit's decisions in the layout of the Open Bandit data set.
//!
//! `FOLDER/bts/all/all.csv` and `item_context.csv` beside it are what OBP's `OpenBanditDataset(behavior_policy="bts", campaign="all",
//! data_path=FOLDER)` opens: a decision is a row, the arm its item, its reward the "click", which is a number here and not a
//! flag. OBP reads the columns it knows by name; behind them stand those that make an estimate complete: the session, what the logging
//! policy would have done of every arm (`propensity_k`), and what our reward model expects of it (`expected_k`), which is OBP's
//! `estimated_rewards_by_reg_model`. The traces hold no time of day, and OBP sorts by the time: it is the row's number.

use std::path::Path;

use super::sheet::{Cell, Column, Sheet};
use crate::off_policy::Log;
use melody_core::output::make_folder;

use Column::{Number, Text, Whole};

/// Writes the data set. `sessions` has, for each of the log's sessions with a decision, its number among all that were read. Gives the
/// number of decisions.
///
/// # Errors
/// When the files are there already or the disk refuses.
pub fn open_bandit(folder: &Path, log: &Log, sessions: &[usize]) -> Result<u64, String> {
    let place = folder.join("bts").join("all");
    make_folder(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    let arms = log.arms().len();
    let features = log.decisions().first().map_or(0, |d| d.choice.context.0.len());
    let numbered = |name: &str, count: usize| -> Vec<(String, Column)> {
        (0..count).map(|k| (format!("{name}_{k}"), Number)).collect()
    };
    let named = |name: &str, kind| vec![(name.to_string(), kind)];
    let columns: Vec<(String, Column)> = [
        named("", Whole),
        named("timestamp", Whole),
        named("item_id", Whole),
        named("position", Whole),
        named("click", Number),
        named("propensity_score", Number),
        numbered("user_feature", features),
        named("session", Whole),
        named("step", Whole),
        named("arm", Text),
        numbered("propensity", arms),
        numbered("expected", arms),
    ]
    .concat();
    let columns: Vec<(&str, Column)> =
        columns.iter().map(|(n, kind)| (n.as_str(), *kind)).collect();
    let mut sheet = Sheet::begin(&place.join("all.csv"), &columns, &[])?;
    let rows = log.decisions().iter().zip(log.groups()).zip(log.expected());
    for (number, ((decided, group), expected)) in rows.enumerate() {
        let choice = &decided.choice;
        let propensity = |arm: usize| Cell::Number(choice.arms[arm].propensity.value());
        let mut row: Vec<Cell> = vec![number.into(), number.into(), choice.arm.into(), 1u32.into()];
        row.extend([decided.reward.value().into(), propensity(choice.arm)]);
        row.extend(choice.context.0.iter().map(|&feature| Cell::Number(feature)));
        row.extend([sessions[*group].into(), choice.step.into()]);
        row.push(choice.arms[choice.arm].name.as_str().into());
        row.extend((0..arms).map(propensity));
        row.extend(expected.iter().map(|&reward| Cell::Number(reward)));
        sheet.push(row)?;
    }
    let mut items = Sheet::begin(
        &place.join("item_context.csv"),
        &[("", Whole), ("item_id", Whole), ("item_feature_0", Number), ("item_feature_1", Text)],
        &[],
    )?;
    let first = log.decisions().first().map(|decided| decided.choice.arms.as_slice());
    for (number, arm) in first.unwrap_or_default().iter().enumerate() {
        let (ratio, name) = (arm.ratio.value().into(), arm.name.as_str().into());
        items.push(vec![number.into(), number.into(), ratio, name])?;
    }
    items.finish()?;
    sheet.finish()
}
