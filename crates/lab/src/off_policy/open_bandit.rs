//! A log in the layout of the Open Bandit data set (Saito et al., NeurIPS 2021), which others' bandits are published in and
//! `melody trace export --as open-bandit` writes: a row is an item that was shown, `click` what came of it, `propensity_score` the
//! probability with which it was shown there.
//!
//! Of the items that were not shown the layout says nothing. So importance weights can be had of any policy that shows each item with a
//! known probability, and with them IPS and SNIPS; a reward model, and so DM and DR, cannot, nor can what the logging policy
//! believed, and so its greedy arm. A place on the page is shown by itself, as OBP has it: a policy's probabilities hold for each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::sample::Sample;
use super::target::Target;
use super::terms::Units;
use melody_core::input::{InputError, Problem, Row, Table, files_of};

/// The table of all items beside the rows, known by its name.
const ITEMS: &str = "item_context.csv";
const NEEDED: [&str; 3] = ["item_id", "click", "propensity_score"];
/// So far may a propensity written as a decimal be above 1.
const ROUNDED: f64 = 1e-9;

/// What was shown, with what propensity, and what came of it.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    /// A place in the items.
    item: usize,
    propensity: f64,
    reward: f64,
}

/// Rows of one file. At least one, each of an item that is known, with a propensity in (0, 1].
#[derive(Clone, Debug, PartialEq)]
pub struct OpenBandit {
    shown: Vec<Shown>,
    /// Their names, by number.
    items: Vec<String>,
    /// The session of every row, where the file has such a column and more than one of them.
    sessions: Option<Vec<usize>>,
    /// Whether a table beside the rows says which items there are; else they are those that were shown.
    listed: bool,
}

impl OpenBandit {
    /// The file of rows that `path` is or holds; `None` where it is or holds no such thing, but traces.
    ///
    /// # Errors
    /// When a folder holds several.
    pub fn find(path: &Path) -> Result<Option<PathBuf>, InputError> {
        let is = |path: &Path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        if path.is_file() {
            return Ok(is(path).then(|| path.to_path_buf()));
        }
        // What is wrong with a folder without a file is said by who reads traces of it.
        let Ok(files) = files_of(path) else { return Ok(None) };
        let beside = |file: &PathBuf| file.with_file_name(ITEMS);
        let rows = |file: &&PathBuf| is(file) && !file.ends_with(ITEMS) && beside(file).is_file();
        let found: Vec<&PathBuf> = files.iter().filter(rows).collect();
        if found.len() > 1 {
            let names: Vec<String> = found.iter().map(|file| file.display().to_string()).collect();
            let message = "holds several Open Bandit logs";
            let help = format!("name one: {}", names.join(", "));
            return Err(Problem::new(path.display().to_string(), message).help(help).into());
        }
        Ok(found.first().map(|file| (*file).clone()))
    }

    /// Reads the rows of a file, and which items there are from `item_context.csv` beside it.
    ///
    /// # Errors
    /// When a column is missing, a value makes no sense, an item is not in the table of items, or there is no row; with file,
    /// line and column.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        let beside = path.with_file_name(ITEMS);
        let known = if beside.is_file() { Some(items(&beside)?) } else { None };
        OpenBandit::of(&Table::read(path)?, known)
    }

    fn of(table: &Table, known: Option<BTreeSet<u64>>) -> Result<Self, InputError> {
        table.expect_columns(&NEEDED, &[], false)?;
        let (mut rows, mut names, mut sessions) = (Vec::new(), BTreeMap::new(), Vec::new());
        table.each_row(&|_| {}, |row| {
            let id = item(row)?;
            if known.as_ref().is_some_and(|known| !known.contains(&id)) {
                return Err(row.problem("item_id", format!("item {id} is not in {ITEMS}")));
            }
            let name = names.entry(id).or_insert_with(|| format!("item {id}"));
            if !row.text("arm").is_empty() {
                *name = row.text("arm").to_string();
            }
            rows.push((id, needed(row, "click")?, propensity(row)?));
            sessions.push(row.text("session").to_string());
            Ok(())
        })?;
        if rows.is_empty() {
            return Err(Problem::new(&table.name, "has no row: nothing was shown").line(1).into());
        }
        let listed = known.is_some();
        for id in known.unwrap_or_default() {
            names.entry(id).or_insert_with(|| format!("item {id}"));
        }
        let numbers: BTreeMap<u64, usize> = names.keys().copied().zip(0..).collect();
        let shown = |(id, reward, propensity): (u64, f64, f64)| Shown {
            item: numbers[&id],
            propensity,
            reward,
        };
        Ok(OpenBandit {
            shown: rows.into_iter().map(shown).collect(),
            items: names.into_values().collect(),
            sessions: numbered(&sessions),
            listed,
        })
    }

    /// Rows.
    pub fn decisions(&self) -> usize {
        self.shown.len()
    }

    /// Names of all items, those never shown too where a table lists them.
    pub fn items(&self) -> &[String] {
        &self.items
    }

    /// Whether a table beside the rows says which items there are, so that some may never have been shown.
    pub fn listed(&self) -> bool {
        self.listed
    }

    /// Names of the items that were never shown: nothing can be told of who shows them alone.
    pub fn never_shown(&self) -> Vec<&str> {
        let shown: BTreeSet<usize> = self.shown.iter().map(|shown| shown.item).collect();
        let never = (0..self.items.len()).filter(|item| !shown.contains(item));
        never.map(|item| self.items[item].as_str()).collect()
    }

    /// Sessions, where rows say which they are of and there are several.
    pub fn sessions(&self) -> Option<usize> {
        self.sessions.as_ref().map(|groups| groups.iter().max().map_or(0, |last| last + 1))
    }

    /// Sessions, where they are told apart; else rows.
    pub fn units(&self) -> Units<'_> {
        self.sessions.as_ref().map_or(Units::Decisions, |groups| Units::Groups(groups))
    }

    /// The rows as a target sees them that this log can tell of: what was logged, every item as often, or one item always. Of
    /// others `None`. No reward model: its expectations are 0 throughout.
    pub fn samples(&self, target: Target) -> Option<Vec<Sample>> {
        let share = 1.0 / self.items.len() as f64;
        let agreement = |shown: &Shown| match target {
            Target::Logged => Some(shown.propensity),
            Target::Uniform => Some(share),
            Target::Always(item) => Some(if item == shown.item { 1.0 } else { 0.0 }),
            Target::Greedy | Target::UpperBound | Target::Posterior => None,
        };
        let one = |shown: &Shown| {
            let agreement = agreement(shown)?;
            let weight = agreement / shown.propensity;
            Some(Sample { weight, agreement, reward: shown.reward, fitted: 0.0, direct: 0.0 })
        };
        self.shown.iter().map(one).collect()
    }
}

/// Which items there are.
fn items(path: &Path) -> Result<BTreeSet<u64>, InputError> {
    let table = Table::read(path)?;
    table.expect_columns(&["item_id"], &[], false)?;
    let mut ids = BTreeSet::new();
    table.each_row(&|_| {}, |row| {
        let id = item(row)?;
        if ids.insert(id) { Ok(()) } else { Err(row.problem("item_id", "the item is there twice")) }
    })?;
    Ok(ids)
}

fn item(row: &Row) -> Result<u64, Problem> {
    let text = row.text("item_id");
    let wrong = || row.problem("item_id", format!("`{text}` is not the number of an item"));
    text.parse().map_err(|_| wrong().help("items are numbered: 0, 1, ..."))
}

fn needed(row: &Row, column: &str) -> Result<f64, Problem> {
    row.number::<f64>(column)?.ok_or_else(|| row.problem(column, "there is no number"))
}

fn propensity(row: &Row) -> Result<f64, Problem> {
    let column = "propensity_score";
    let value = needed(row, column)?;
    if value > 0.0 && value <= 1.0 + ROUNDED {
        return Ok(value);
    }
    let problem = row.problem(column, format!("{value} is no probability of what was shown"));
    Err(problem.help("above 0, at most 1"))
}

/// Texts as numbers from 0, in the order of their first; `None` where all are the same.
fn numbered(texts: &[String]) -> Option<Vec<usize>> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups = Vec::with_capacity(texts.len());
    for text in texts {
        let next = numbers.len();
        groups.push(*numbers.entry(text).or_insert(next));
    }
    (numbers.len() > 1).then_some(groups)
}

#[cfg(test)]
mod tests {
    use super::super::estimate::Estimate;
    use super::super::report::Report;
    use super::*;

    const ROWS: &str = ",timestamp,item_id,position,click,propensity_score,user_feature_0\n\
        0,2019-11-24,0,1,1,0.5,a\n1,2019-11-24,2,2,0,0.25,b\n2,2019-11-25,0,1,0,0.5,a\n3,2019-11-25,2,3,1,0.25,b\n";

    fn log(text: &str, items: Option<&[u64]>) -> Result<OpenBandit, InputError> {
        let known = items.map(|items| items.iter().copied().collect());
        OpenBandit::of(&Table::parse("all.csv", text)?, known)
    }

    fn value(log: &OpenBandit, policy: &str, estimator: &str) -> f64 {
        let report = Report::weighed(log, None, None);
        let row = report.rows.iter().find(|row| row.policy == policy).unwrap();
        let of = |e: &&Estimate| e.estimator.name() == estimator;
        row.estimates.iter().find(of).unwrap().value
    }

    #[test]
    fn uniform_and_single_items_are_weighed_by_hand() {
        let log = log(ROWS, Some(&[0, 1, 2, 3])).unwrap();
        assert_eq!((log.decisions(), log.items().len(), log.sessions()), (4, 4, None));
        assert_eq!(log.never_shown(), ["item 1", "item 3"]);
        // A quarter over one half is 0.5, over a quarter 1: (0.5 + 1) / 4, and over the sum of weights, 3.
        assert!((value(&log, "uniform", "IPS") - 0.375).abs() < 1e-12);
        assert!((value(&log, "uniform", "SNIPS") - 0.5).abs() < 1e-12);
        assert!((value(&log, "as logged", "IPS") - 0.5).abs() < 1e-12);
        // Item 2 alone: (0 + 4) / 4; of its two rows one was clicked.
        assert!((value(&log, "always item 2", "IPS") - 1.0).abs() < 1e-12);
        assert!((value(&log, "always item 2", "SNIPS") - 0.5).abs() < 1e-12);
    }

    #[test]
    fn what_the_layout_cannot_tell_is_not_told() {
        let log = log(ROWS, Some(&[0, 1, 2])).unwrap();
        let report = Report::weighed(&log, None, None);
        let policies: Vec<&str> = report.rows.iter().map(|row| row.policy.as_str()).collect();
        assert_eq!(policies, ["as logged", "always item 0", "always item 2", "uniform"]);
        let warned = |row: usize| report.rows[row].warnings[0].as_str();
        assert!(warned(3).starts_with("no support at 4 of 4"), "a third is item 1: {}", warned(3));
        assert!(warned(0).starts_with("too few"), "{}", warned(0));
        let modelled = |name: &str| name.starts_with('D') || name.contains("DR");
        let names = report.rows.iter().flat_map(|row| &row.estimates).map(|e| e.estimator.name());
        assert_eq!(names.filter(|name| modelled(name)).count(), 0, "there is no reward model");
        assert_eq!(log.samples(Target::Greedy), None);
    }

    #[test]
    fn without_a_table_of_items_those_are_known_that_were_shown() {
        let log = log(ROWS, None).unwrap();
        assert_eq!((log.items().len(), log.listed(), log.never_shown().len()), (2, false, 0));
        // One half over one half and over a quarter: (1 + 2) / 4.
        assert!((value(&log, "uniform", "IPS") - 0.75).abs() < 1e-12);
    }

    #[test]
    fn sessions_are_told_apart_where_the_file_does() {
        let text = "item_id,click,propensity_score,session,arm\n0,.5,.5,3,low\n1,.1,.5,3,high\n0,1,.5,7,low\n";
        let log = log(text, None).unwrap();
        assert_eq!((log.sessions(), log.items()), (Some(2), &["low".into(), "high".into()][..]));
        assert_eq!(Report::weighed(&log, None, None).unit, "session");
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_line() {
        let row = |row: &str| {
            let text = format!("item_id,click,propensity_score\n1,0,0.5\n{row}\n");
            log(&text, Some(&[1])).unwrap_err().to_string()
        };
        for (wrong, said) in [
            ("1,0,0", "0 is no probability of what was shown"),
            ("1,0,1.5", "1.5 is no probability"),
            ("1,,0.5", "there is no number"),
            ("1,yes,0.5", "`yes` is not a number"),
            ("one,0,0.5", "`one` is not the number of an item"),
            ("7,0,0.5", "item 7 is not in item_context.csv"),
        ] {
            let told = row(wrong);
            assert!(told.contains(said) && told.contains("all.csv:3"), "{wrong}: {told}");
        }
        let told = log("item_id,click\n1,0\n", None).unwrap_err().to_string();
        assert!(told.contains("`propensity_score` is missing"), "{told}");
        let told = log("item_id,click,propensity_score\n", None).unwrap_err().to_string();
        assert!(told.contains("has no row"), "{told}");
    }

    #[test]
    fn a_folder_is_a_log_where_items_lie_beside_rows() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("t.jsonl"), "").unwrap();
        std::fs::write(at("other.csv"), ROWS).unwrap();
        assert_eq!(OpenBandit::find(folder.path()).unwrap(), None, "no items beside it");
        assert_eq!(OpenBandit::find(&at("t.jsonl")).unwrap(), None);
        let place = at("bts/all");
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join(ITEMS), "item_id\n0\n2\n").unwrap();
        std::fs::write(place.join("all.csv"), ROWS).unwrap();
        let found = OpenBandit::find(folder.path()).unwrap().unwrap();
        assert_eq!(found, place.join("all.csv"));
        assert_eq!(OpenBandit::read(&found).unwrap().items().len(), 2);
        std::fs::write(place.join("men.csv"), ROWS).unwrap();
        let told = OpenBandit::find(folder.path()).unwrap_err().to_string();
        assert!(told.contains("several") && told.contains("men.csv"), "{told}");
    }
}
