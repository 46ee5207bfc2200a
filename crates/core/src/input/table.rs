//! CSV tables with named columns, and errors that name line and column.

use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;

use super::problem::{InputError, Problem, nearest};
use super::text::text_of;
use super::unpack::each_file;

/// A CSV text whose header has been checked.
pub struct Table {
    /// The file as the person named it.
    pub name: String,
    columns: HashMap<String, usize>,
    records: Vec<(usize, csv::StringRecord)>,
}

impl Table {
    /// Reads a CSV file whole.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        let text = super::text::read_text(path)?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads a CSV file whole, as it is downloaded: the first of an archive that is called one, or else the first.
    ///
    /// # Errors
    /// When it cannot be read or unpacked, or is no table.
    pub fn read_packed(path: &Path) -> Result<Self, InputError> {
        let mut found: Option<(String, Vec<u8>)> = None;
        each_file(path, &|_| {}, &mut |name, reader| {
            let csv = |name: &str| name.to_lowercase().ends_with(".csv");
            if found.as_ref().is_some_and(|(first, _)| csv(first) || !csv(name)) {
                return Ok(());
            }
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map_err(|error| {
                Problem::new(name, format!("cannot be read on: {error}"))
                    .line(1)
                    .field("(whole file)")
                    .help("the file is damaged; get it again")
            })?;
            found = Some((name.into(), bytes));
            Ok(())
        })?;
        let (name, bytes) = found.unwrap_or((path.display().to_string(), Vec::new()));
        Self::parse(&name, &text_of(&name, bytes)?)
    }

    /// The name of the first of these columns that there is, whatever the case of its letters.
    pub fn column(&self, names: &[&str]) -> Option<&str> {
        let of = |name: &&str| self.columns.keys().find(|own| own.eq_ignore_ascii_case(name));
        names.iter().find_map(of).map(String::as_str)
    }

    /// The names of all columns, in order.
    pub fn columns(&self) -> Vec<&str> {
        let mut names: Vec<(&str, usize)> =
            self.columns.iter().map(|(name, &place)| (name.as_str(), place)).collect();
        names.sort_by_key(|(_, place)| *place);
        names.into_iter().map(|(name, _)| name).collect()
    }

    /// Splits `text` into records. Every record must have as many fields as the header.
    pub fn parse(name: &str, text: &str) -> Result<Self, InputError> {
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().map_err(|e| csv_problem(name, &e))?.clone();
        let mut problems = Vec::new();
        let mut columns = HashMap::new();
        for (i, column) in header.iter().enumerate() {
            // Columns without a name cannot be asked for, so that several do no harm.
            if columns.insert(column.trim().to_string(), i).is_some() && !column.trim().is_empty() {
                let message = format!("column `{column}` appears twice");
                problems.push(Problem::new(name, message).line(1).field(column));
            }
        }
        let mut records = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, |p| p.line() as usize);
                    records.push((line, record));
                }
                Err(error) => problems.push(csv_problem(name, &error)),
            }
        }
        if problems.is_empty() {
            Ok(Table { name: name.into(), columns, records })
        } else {
            Err(InputError { problems })
        }
    }

    /// Requires every one of `required`; with `closed`, allows no others but `optional`.
    pub fn expect_columns(
        &self,
        required: &[&str],
        optional: &[&str],
        closed: bool,
    ) -> Result<(), InputError> {
        let mut problems = Vec::new();
        for column in required.iter().filter(|c| !self.columns.contains_key(**c)) {
            let mut problem = Problem::new(&self.name, format!("the column `{column}` is missing"))
                .line(1)
                .field(*column);
            // A column that has a use of its own is not what was meant.
            let used = |name: &&str| required.contains(name) || optional.contains(name);
            let spare = self.columns.keys().map(String::as_str).filter(|name| !used(name));
            if let Some(close) = nearest(column, spare) {
                problem = problem.help(format!("is `{close}` meant? rename it to `{column}`"));
            } else {
                problem = problem.help(format!("columns needed: {}", required.join(", ")));
            }
            problems.push(problem);
        }
        if closed {
            let known = || required.iter().chain(optional).copied();
            let mut unknown: Vec<&str> = self
                .columns
                .keys()
                .map(String::as_str)
                .filter(|c| !known().any(|k| k == *c))
                .collect();
            unknown.sort_unstable();
            problems.extend(unknown.into_iter().map(|column| {
                if column.is_empty() {
                    return Problem::new(&self.name, "a column has no name")
                        .line(1)
                        .field("(header)")
                        .help("name it or take it out");
                }
                Problem::new(&self.name, format!("unknown column `{column}`"))
                    .line(1)
                    .field(column)
                    .suggest(column, known())
            }));
        }
        if problems.is_empty() { Ok(()) } else { Err(InputError { problems }) }
    }

    /// All rows but the header.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|(line, record)| Row { table: self, line: *line, record })
    }
}

fn csv_problem(name: &str, error: &csv::Error) -> Problem {
    let line = error.position().map(|p| p.line() as usize);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} fields where the header has {expected_len}")
        }
        _ => format!("not valid CSV: {error}"),
    };
    Problem::new(name, message)
        .line(line)
        .field("(row)")
        .help("a field that holds a comma must be in double quotes")
}

/// One record of a table.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    /// In the file, from 1.
    pub line: usize,
    record: &'a csv::StringRecord,
}

impl<'a> Row<'a> {
    /// The trimmed text of a column; empty if the column is absent.
    pub fn text(&self, column: &str) -> &'a str {
        self.table.columns.get(column).and_then(|&i| self.record.get(i)).unwrap_or("").trim()
    }

    /// The table's own name of a column, whatever the case of its letters.
    pub fn column(&self, name: &str) -> Option<&'a str> {
        self.table.column(&[name])
    }

    /// A number in the column, or `None` where it is empty. NaN and infinities are errors.
    pub fn number<T: FromStr + Into<f64> + Copy>(
        &self,
        column: &str,
    ) -> Result<Option<T>, Problem> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<T>() {
            Ok(number) if number.into().is_finite() => Ok(Some(number)),
            Ok(_) => Err(self.problem(column, format!("`{text}` is not a finite number"))),
            Err(_) => Err(self.problem(column, format!("`{text}` is not a number"))),
        }
    }

    /// A true/false column; empty means false.
    pub fn flag(&self, column: &str) -> Result<bool, Problem> {
        match self.text(column).to_ascii_lowercase().as_str() {
            "" | "false" | "0" | "no" => Ok(false),
            "true" | "1" | "yes" => Ok(true),
            other => Err(self.problem(column, format!("`{other}` is neither true nor false"))),
        }
    }

    /// A problem in this row.
    pub fn problem(&self, column: &str, message: impl Into<String>) -> Problem {
        Problem::new(&self.table.name, message).line(self.line).field(column)
    }
}
