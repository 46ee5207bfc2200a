//! Rows of the survey as tensors' values.
//!
//! What a category or a number is coded as is found out on the training file alone.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use flate2::read::GzDecoder;
use melody::input::{InputError, Problem};
use melody::rng::{Purpose, generator};
use rand::seq::SliceRandom;

use super::fields::{FIELDS, LABELS, Role, count};

/// Rows side by side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Examples {
    /// Rows of the embedding table, `[rows, categories]`.
    pub categories: Vec<i32>,
    /// `[rows, numbers]`.
    pub numbers: Vec<f32>,
    /// 1 where a label holds, `[rows, LABELS]`.
    pub labels: Vec<f32>,
}

/// Mean and standard deviation of a number.
#[derive(Clone, Copy, Debug)]
struct Unit {
    mean: f32,
    deviation: f32,
}

/// The three parts of the data, coded.
pub(crate) struct Census {
    pub train: Examples,
    pub validation: Examples,
    pub test: Examples,
    /// Rows that an embedding table of all categories has.
    pub codes: usize,
}

/// Chooses which half of the test file is for validation.
const SPLIT_SEED: u64 = 2018;

impl Census {
    /// Reads `train.csv.gz` and `test.csv.gz` of a folder. The test file is split at random into two
    /// halves: one to choose by, one to test with.
    pub(crate) fn load(folder: &Path) -> Result<Self, InputError> {
        let mut coder = Coder::new();
        let mut train = read(&folder.join("train.csv.gz"), &mut coder)?;
        coder.closed = true;
        let mut rest = read(&folder.join("test.csv.gz"), &mut coder)?;
        let units = units(&train);
        for part in [&mut train, &mut rest] {
            part.standardise(&units);
        }
        let mut order: Vec<usize> = (0..rest.rows()).collect();
        order.shuffle(&mut generator(SPLIT_SEED, Purpose::Training, 0));
        let (validation, test) = order.split_at(order.len() / 2);
        Ok(Census {
            validation: rest.pick(validation),
            test: rest.pick(test),
            train,
            codes: coder.codes as usize,
        })
    }
}

impl Examples {
    pub(crate) fn rows(&self) -> usize {
        self.labels.len() / LABELS.len()
    }

    /// The rows at some places, in that order.
    pub(crate) fn pick(&self, places: &[usize]) -> Examples {
        Examples {
            categories: gathered(&self.categories, places, count(Role::is_category)),
            numbers: gathered(&self.numbers, places, count(Role::is_number)),
            labels: gathered(&self.labels, places, LABELS.len()),
        }
    }

    fn standardise(&mut self, units: &[Unit]) {
        for row in self.numbers.chunks_mut(units.len()) {
            for (value, unit) in row.iter_mut().zip(units) {
                *value = (*value - unit.mean) / unit.deviation;
            }
        }
    }
}

fn gathered<T: Copy>(values: &[T], places: &[usize], width: usize) -> Vec<T> {
    places.iter().flat_map(|&p| &values[p * width..(p + 1) * width]).copied().collect()
}

/// The unit of each number. One that never varies keeps its own unit.
fn units(examples: &Examples) -> Vec<Unit> {
    let (width, rows) = (count(Role::is_number), examples.rows() as f64);
    (0..width)
        .map(|column| {
            let values =
                || examples.numbers.iter().skip(column).step_by(width).map(|&v| f64::from(v));
            let mean = values().sum::<f64>() / rows;
            let variance = values().map(|v| (v - mean).powi(2)).sum::<f64>() / rows;
            let deviation = if variance > 0.0 { variance.sqrt() as f32 } else { 1.0 };
            Unit { mean: mean as f32, deviation }
        })
        .collect()
}

/// Gives every value of every category field a row of one embedding table. The first row of each
/// field stands for values that training has not seen.
struct Coder {
    of_field: Vec<HashMap<String, i32>>,
    codes: i32,
    /// No more codes are given out.
    closed: bool,
}

impl Coder {
    fn new() -> Self {
        let fields = count(Role::is_category);
        Coder { of_field: vec![HashMap::new(); fields], codes: fields as i32, closed: false }
    }

    fn code(&mut self, field: usize, value: &str) -> i32 {
        match self.of_field[field].get(value) {
            Some(&code) => code,
            None if self.closed => field as i32,
            None => {
                self.of_field[field].insert(value.to_string(), self.codes);
                self.codes += 1;
                self.codes - 1
            }
        }
    }
}

fn read(path: &Path, coder: &mut Coder) -> Result<Examples, InputError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| {
        Problem::new(&name, format!("cannot be opened: {error}")).help(
            "the folder must hold train.csv.gz and test.csv.gz; README says where they are from",
        )
    })?;
    rows(&name, GzDecoder::new(BufReader::new(file)), coder)
}

/// Reads comma-separated rows without a header.
fn rows(name: &str, text: impl Read, coder: &mut Coder) -> Result<Examples, InputError> {
    let mut reader = ReaderBuilder::new().has_headers(false).trim(Trim::All).from_reader(text);
    let mut examples = Examples::default();
    let mut record = StringRecord::new();
    loop {
        let line = reader.position().line() as usize;
        let problem = |message: String| Problem::new(name, message).line(line);
        match reader.read_record(&mut record) {
            Ok(true) => push(&record, coder, &mut examples)
                .map_err(|(field, message)| problem(message).field(field))?,
            Ok(false) if examples.rows() == 0 => Err(problem("there are no rows".into()))?,
            Ok(false) => return Ok(examples),
            Err(error) => Err(problem(format!("cannot be read: {error}")))?,
        }
    }
}

/// Adds one row, or says which field is wrong and how.
fn push(
    record: &StringRecord,
    coder: &mut Coder,
    into: &mut Examples,
) -> Result<(), (&'static str, String)> {
    if record.len() != FIELDS.len() {
        return Err(("(row)", format!("{} fields instead of {}", record.len(), FIELDS.len())));
    }
    let mut category = 0;
    for (&(name, role), value) in FIELDS.iter().zip(record) {
        if role.is_category() {
            into.categories.push(coder.code(category, value));
            category += 1;
        }
        if role.is_number() {
            let number: f32 = value
                .parse()
                .ok()
                .filter(|number| (0.0..1e9).contains(number))
                .ok_or_else(|| (name, format!("`{value}` is not a number from 0 up")))?;
            into.numbers.push(if role == Role::Amount { number.ln_1p() } else { number });
        }
    }
    for label in LABELS {
        let value = &record[label.field()];
        let holds = label.of(value).ok_or_else(|| {
            (FIELDS[label.field()].0, format!("`{value}` is no value of this survey"))
        })?;
        into.labels.push(if holds { 1.0 } else { 0.0 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of invented values, some of them changed.
    fn row(changes: &[(&str, &str)]) -> String {
        let place = |name: &str| FIELDS.iter().position(|(n, _)| *n == name).unwrap();
        let mut values: Vec<String> = FIELDS
            .iter()
            .map(|(_, role)| if role.is_number() { "0".into() } else { "any".into() })
            .collect();
        let plain =
            [("income", "- 50000."), ("education", "10th grade"), ("marital status", "Divorced")];
        for (name, value) in plain.iter().chain(changes) {
            values[place(name)] = value.to_string();
        }
        values.join(", ")
    }

    fn parsed(lines: &[String], coder: &mut Coder) -> Result<Examples, InputError> {
        rows("train.csv.gz", lines.join("\n").as_bytes(), coder)
    }

    #[test]
    fn labels_say_what_the_fields_say() {
        let lines = [
            row(&[]),
            row(&[("income", "50000+."), ("marital status", "Never married")]),
            row(&[("education", "Some college but no degree")]),
        ];
        let examples = parsed(&lines, &mut Coder::new()).unwrap();
        assert_eq!(examples.labels, [0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn no_feature_moves_with_a_label_or_the_weight() {
        let lines = [
            row(&[("instance weight", "1")]),
            row(&[
                ("income", "50000+."),
                ("education", "Bachelors degree(BA AB BS)"),
                ("marital status", "Never married"),
                ("instance weight", "999.5"),
            ]),
        ];
        let examples = parsed(&lines, &mut Coder::new()).unwrap();
        let halves = examples.categories.split_at(count(Role::is_category));
        assert_eq!(halves.0, halves.1);
        let halves = examples.numbers.split_at(count(Role::is_number));
        assert_eq!(halves.0, halves.1);
        assert_eq!((halves.0.len(), count(Role::is_category)), (7, 34));
    }

    #[test]
    fn a_value_training_has_not_seen_has_a_code_of_its_field_alone() {
        let mut coder = Coder::new();
        let seen = parsed(&[row(&[("race", "A")]), row(&[("race", "B")])], &mut coder).unwrap();
        coder.closed = true;
        let codes = coder.codes;
        let unseen = parsed(&[row(&[("race", "C")]), row(&[("race", "A")])], &mut coder).unwrap();
        let width = count(Role::is_category);
        let differing: Vec<usize> =
            (0..width).filter(|&c| seen.categories[c] != unseen.categories[c]).collect();
        assert_eq!(differing.len(), 1);
        assert_eq!(unseen.categories[differing[0]], differing[0] as i32);
        assert_eq!(unseen.categories[width..], seen.categories[..width]);
        assert_eq!(coder.codes, codes);
    }

    #[test]
    fn amounts_are_logarithms_and_numbers_are_in_units_of_training() {
        let lines = [row(&[("age", "20")]), row(&[("age", "40"), ("dividends", "99")])];
        let mut examples = parsed(&lines, &mut Coder::new()).unwrap();
        let width = count(Role::is_number);
        let dividends = examples.numbers[width + 4];
        assert!((dividends - 100f32.ln()).abs() < 1e-6, "{dividends}");
        let units = units(&examples);
        examples.standardise(&units);
        assert_eq!((examples.numbers[0], examples.numbers[width]), (-1.0, 1.0));
        // A number that does not vary is zero.
        assert_eq!(examples.numbers[1], 0.0);
    }

    #[test]
    fn what_is_wrong_names_line_and_field() {
        let refused = |line: String| {
            let problem =
                parsed(&[row(&[]), line], &mut Coder::new()).unwrap_err().problems.remove(0);
            (problem.line, problem.field, problem.message)
        };
        let (line, field, message) = refused(row(&[("age", "old")]));
        assert_eq!((line, field.as_deref()), (Some(2), Some("age")));
        assert!(message.contains("`old`"), "{message}");
        let (line, field, _) = refused(row(&[("education", "Wizardry")]));
        assert_eq!((line, field.as_deref()), (Some(2), Some("education")));
        assert!(refused("1, 2".into()).2.contains("fields"));
        let none = rows("test.csv.gz", &b""[..], &mut Coder::new()).unwrap_err();
        assert!(none.to_string().contains("no rows"), "{none}");
    }
}
