//! CSV tables with named columns, and errors that name line and column.
//!
//! A table may have a million rows, so they are looked at one by one and never held all at once.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;
use std::str::FromStr;

use super::problem::{InputError, Problem, nearest};
use super::text::text_of;
use super::unpack::{Progress, each_file};

/// A CSV text whose header has been checked.
pub struct Table<'t> {
    /// The file as the person named it.
    pub name: String,
    /// In the order of the fields. There are few: to look through them is quicker than to hash a name for every field.
    columns: Vec<String>,
    text: Cow<'t, str>,
}

/// Rows between two tellings of how far the reading is.
const ROWS_TOLD: usize = 4096;

impl<'t> Table<'t> {
    /// Reads a CSV file and its header.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        let text = super::text::read_text(path)?;
        Self::of(path.display().to_string(), text.into())
    }

    /// Reads a CSV file as it is downloaded: the first of an archive that is called one, or else the first.
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
        let text = text_of(&name, bytes)?;
        Self::of(name, text.into())
    }

    /// The name of the first of these columns that there is, whatever the case of its letters.
    pub fn column(&self, names: &[&str]) -> Option<&str> {
        named(&self.columns, names)
    }

    /// The names of all columns, in order.
    pub fn columns(&self) -> Vec<&str> {
        self.columns.iter().map(String::as_str).collect()
    }

    /// The same of a text.
    pub fn parse(name: &str, text: &'t str) -> Result<Self, InputError> {
        Self::of(name.into(), text.into())
    }

    fn of(name: String, text: Cow<'t, str>) -> Result<Self, InputError> {
        let mut table = Table { name, columns: Vec::new(), text };
        let header = table.reader().headers().cloned();
        let header = header.map_err(|e| csv_problem(&table.name, &e))?;
        let mut problems = Vec::new();
        let mut seen = HashSet::new();
        for column in &header {
            // Columns without a name cannot be asked for, so that several do no harm.
            if !seen.insert(column.trim()) && !column.trim().is_empty() {
                let message = format!("column `{column}` appears twice");
                problems.push(Problem::new(&table.name, message).line(1).field(column));
            }
        }
        table.columns = header.iter().map(|column| column.trim().to_string()).collect();
        if problems.is_empty() { Ok(table) } else { Err(InputError { problems }) }
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        csv::Reader::from_reader(self.text.trim_start_matches('\u{feff}').as_bytes())
    }

    /// Requires every one of `required`; with `closed`, allows no others but `optional`.
    pub fn expect_columns(
        &self,
        required: &[&str],
        optional: &[&str],
        closed: bool,
    ) -> Result<(), InputError> {
        let mut problems = Vec::new();
        for column in required.iter().filter(|c| !self.columns.iter().any(|known| known == **c)) {
            let mut problem = Problem::new(&self.name, format!("the column `{column}` is missing"))
                .line(1)
                .field(*column);
            // A column that has a use of its own is not what was meant.
            let used = |name: &&str| required.contains(name) || optional.contains(name);
            let spare = self.columns.iter().map(String::as_str).filter(|name| !used(name));
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
                .iter()
                .map(String::as_str)
                .filter(|c| !known().any(|k| k == *c))
                .collect();
            unknown.sort_unstable();
            unknown.dedup();
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

    /// Has every row but the header read, one after the other, and tells how many bytes were gone through.
    ///
    /// # Errors
    /// All rows that are no rows of the table, or else all that `read` found wrong. Every record must have as many
    /// fields as the header.
    pub fn each_row(
        &self,
        progress: Progress,
        mut read: impl FnMut(&Row) -> Result<(), Problem>,
    ) -> Result<(), InputError> {
        let (mut torn, mut problems) = (Vec::new(), Vec::new());
        let (mut reader, mut record) = (self.reader(), csv::StringRecord::new());
        let mut told = 0;
        for number in 1.. {
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let line = record.position().map_or(0, |p| p.line() as usize);
                    let row =
                        Row { columns: &self.columns, name: &self.name, line, record: &record };
                    problems.extend(read(&row).err());
                }
                Err(error) => torn.push(csv_problem(&self.name, &error)),
            }
            if number % ROWS_TOLD == 0 {
                let at = reader.position().byte();
                progress(at - told);
                told = at;
            }
        }
        match (torn.is_empty(), problems.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => Err(InputError { problems }),
            (false, _) => Err(InputError { problems: torn }),
        }
    }
}

/// The name of the first of these columns that there is, whatever the case of its letters.
fn named<'a>(columns: &'a [String], names: &[&str]) -> Option<&'a str> {
    let of = |name: &&str| columns.iter().find(|own| own.eq_ignore_ascii_case(name));
    names.iter().find_map(of).map(String::as_str)
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
    columns: &'a [String],
    name: &'a str,
    /// In the file, from 1.
    pub line: usize,
    record: &'a csv::StringRecord,
}

impl<'a> Row<'a> {
    /// The trimmed text of a column; empty if the column is absent.
    pub fn text(&self, column: &str) -> &'a str {
        let place = self.columns.iter().position(|name| name == column);
        place.and_then(|place| self.record.get(place)).unwrap_or("").trim()
    }

    /// The table's own name of a column, whatever the case of its letters.
    pub fn column(&self, name: &str) -> Option<&'a str> {
        named(self.columns, &[name])
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
        let text = self.text(column);
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        match () {
            () if is(&["", "false", "0", "no"]) => Ok(false),
            () if is(&["true", "1", "yes"]) => Ok(true),
            () => {
                let said = text.to_ascii_lowercase();
                Err(self.problem(column, format!("`{said}` is neither true nor false")))
            }
        }
    }

    /// A problem in this row.
    pub fn problem(&self, column: &str, message: impl Into<String>) -> Problem {
        Problem::new(self.name, message).line(self.line).field(column)
    }
}
