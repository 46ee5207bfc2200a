//! The columns of a plain table that is read line by line: fields between commas, no quotes.
//!
//! For tables that may be larger than memory; [`super::table::Table`] reads others, quotes and all.

use std::collections::HashMap;

use super::problem::{InputError, Problem, nearest};

/// Where each column is.
pub struct Columns {
    places: HashMap<String, usize>,
}

/// The fields of one line.
pub struct Fields<'a> {
    columns: &'a Columns,
    fields: Vec<&'a str>,
}

impl Columns {
    /// The columns of a header line, which must have all of `required`.
    pub fn read(name: &str, header: &[u8], required: &[&str]) -> Result<Self, InputError> {
        let header = String::from_utf8_lossy(header);
        let places: HashMap<String, usize> =
            header.trim_end().split(',').map(|column| column.trim().into()).zip(0..).collect();
        let missing = required.iter().filter(|column| !places.contains_key(**column));
        let problem = |column: &&str| {
            let message = format!("the column `{column}` is missing");
            let problem = Problem::new(name, message).line(1).field(*column);
            let spare = places.keys().map(String::as_str).filter(|name| !required.contains(name));
            match nearest(column, spare) {
                Some(close) => problem.help(format!("is `{close}` meant? rename it to `{column}`")),
                None => problem.help(format!("columns needed: {}", required.join(", "))),
            }
        };
        let problems: Vec<Problem> = missing.map(problem).collect();
        if problems.is_empty() { Ok(Columns { places }) } else { Err(InputError { problems }) }
    }

    /// The fields of a line, which must be as many as columns, or `None`.
    pub fn fields<'a>(&'a self, line: &'a [u8]) -> Option<Fields<'a>> {
        let line = std::str::from_utf8(line).ok()?;
        let fields: Vec<&str> = line.trim_end().split(',').map(str::trim).collect();
        (fields.len() == self.places.len()).then_some(Fields { columns: self, fields })
    }
}

impl<'a> Fields<'a> {
    /// The text of a column; empty if the column is absent.
    pub fn text(&self, column: &str) -> &'a str {
        self.columns.places.get(column).map_or("", |&place| self.fields[place])
    }

    /// A true/false column; `None` if it is neither.
    pub fn flag(&self, column: &str) -> Option<bool> {
        match self.text(column).to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// A finite number, or `None`.
    pub fn number(&self, column: &str) -> Option<f64> {
        self.text(column).parse().ok().filter(|number: &f64| number.is_finite())
    }
}
