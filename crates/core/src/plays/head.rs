//! What a file's beginning shows, by which formats are told apart, and the rows of tables.

use std::borrow::Cow;
use std::collections::HashMap;

use super::clock;
use super::record::{Found, Reading, Refused, is_line};

/// Between the fields of tables.
const BETWEEN: [u8; 3] = [b',', b';', b'\t'];
/// Lines among which a header is looked for.
const NOTES: usize = 6;

/// A file's name and the beginning of its text.
pub(super) struct Head<'a> {
    /// With the archives around it.
    pub name: &'a str,
    text: Cow<'a, str>,
}

impl<'a> Head<'a> {
    pub(super) fn new(name: &'a str, bytes: &'a [u8]) -> Self {
        Head { name, text: String::from_utf8_lossy(bytes) }
    }

    /// The file's own name, in small letters.
    pub(super) fn file(&self) -> String {
        self.name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase()
    }

    /// From the first sign that is no blank on.
    pub(super) fn text(&self) -> &str {
        self.text.trim_start()
    }

    /// Whether it begins as a list of JSON.
    pub(super) fn array(&self) -> bool {
        self.text().starts_with('[')
    }

    /// Whether it begins as an object of JSON.
    pub(super) fn object(&self) -> bool {
        self.text().starts_with('{')
    }

    /// Whether it is JSON that has all these keys.
    pub(super) fn has(&self, keys: &[&str]) -> bool {
        let json = self.array() || self.object();
        json && keys.iter().all(|key| self.text.contains(&format!("\"{key}\"")))
    }

    /// Whether it is JSON in which a list follows this key.
    pub(super) fn lists(&self, key: &str) -> bool {
        self.has(&[key])
            && self.text.split(&format!("\"{key}\"")).skip(1).any(|after| {
                after
                    .trim_start()
                    .strip_prefix(':')
                    .is_some_and(|value| value.trim_start().starts_with('['))
            })
    }

    /// The text of a key, the first there is.
    pub(super) fn said(&self, key: &str) -> Option<String> {
        let after = self.text.split_once(&format!("\"{key}\""))?.1.trim_start();
        let mut values = serde_json::Deserializer::from_str(after.strip_prefix(':')?)
            .into_iter::<serde_json::Value>();
        values.next()?.ok()?.as_str().map(str::to_string)
    }

    /// The first line that is no comment.
    pub(super) fn line(&self) -> &str {
        let mut lines = self.text().lines();
        lines.find(|line| !line.starts_with('#')).unwrap_or_default().trim_end()
    }

    /// What parts the fields of a table whose header has all these columns, if it is one.
    pub(super) fn table(&self, columns: &[&str]) -> Option<u8> {
        self.header(columns).map(|(between, _)| between)
    }

    /// The header that has all these columns: what parts its fields, and the line. Some exports have notes above it.
    fn header(&self, columns: &[&str]) -> Option<(u8, &str)> {
        let lines = || self.text().lines().take(NOTES).map(str::trim_end);
        let has = |line: &str, between| {
            let names: Vec<String> =
                fields(line.as_bytes(), between).iter().flatten().map(|name| named(name)).collect();
            columns.iter().all(|column| names.iter().any(|name| name == column))
        };
        let of = |between| lines().find(|line| has(line, between)).map(|line| (between, line));
        BETWEEN.into_iter().find_map(of)
    }

    /// The reading of a table with a header: `play` takes each row.
    pub(super) fn rows(
        &self,
        columns: &[&str],
        play: impl Fn(&Row) -> Result<Found, Refused> + Send + Sync + 'static,
    ) -> Reading {
        let (header, table) = self.read_table(columns);
        Reading::below(header, move |record| play(&table.row(record)?))
    }

    /// The same where a row says something of the next: `play` takes them in order.
    pub(super) fn rows_in_order(
        &self,
        columns: &[&str],
        mut play: impl FnMut(&Row) -> Result<Found, Refused> + 'static,
    ) -> Reading {
        let (header, table) = self.read_table(columns);
        let mut begun = false;
        Reading::InOrder(Box::new(move |record| {
            if begun {
                return play(&table.row(record)?);
            }
            begun = is_line(record, &header);
            Ok(Found::Nothing)
        }))
    }

    /// The line that is the header, and what it says.
    fn read_table(&self, columns: &[&str]) -> (String, Header) {
        let (between, header) = self.header(columns).unwrap_or((b',', self.line()));
        let names = fields(header.as_bytes(), between).unwrap_or_default();
        let places = names.iter().map(|name| named(name)).zip(0..).collect();
        (header.to_string(), Header { between, width: names.len(), places })
    }
}

/// What a table's header says.
struct Header {
    between: u8,
    width: usize,
    /// Columns by their names.
    places: HashMap<String, usize>,
}

impl Header {
    fn row<'a>(&'a self, record: &'a [u8]) -> Result<Row<'a>, Refused> {
        let fields = cut(record, self.between).ok_or_else(|| Refused::reason("not UTF-8"))?;
        if fields.len() != self.width {
            return Err(Refused::reason("not as many fields as columns"));
        }
        Ok(Row { places: &self.places, fields })
    }
}

/// A column's name in small letters, without the type that RecBole adds to it.
fn named(name: &str) -> String {
    let name = name.trim().trim_start_matches('\u{feff}').to_lowercase();
    let typed = name
        .split_once(':')
        .filter(|(_, kind)| ["token", "float", "token_seq", "float_seq"].contains(kind));
    typed.map_or(name.clone(), |(name, _)| name.to_string())
}

/// The fields of a line, with quotes undone; `None` if it is no text.
pub(super) fn fields(line: &[u8], between: u8) -> Option<Vec<String>> {
    Some(cut(line, between)?.into_iter().map(Cow::into_owned).collect())
}

/// The same as pieces of the line, where it has no quotes.
fn cut(line: &[u8], between: u8) -> Option<Vec<Cow<'_, str>>> {
    let text = std::str::from_utf8(line).ok()?.trim_end_matches(['\r', '\n']);
    if !text.contains('"') {
        return Some(text.split(char::from(between)).map(Cow::Borrowed).collect());
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(between)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(|field| Cow::Owned(field.to_string())).collect())
}

/// A row of a table with a header.
pub(super) struct Row<'a> {
    places: &'a HashMap<String, usize>,
    fields: Vec<Cow<'a, str>>,
}

impl Row<'_> {
    /// What a column says, if anything.
    pub(super) fn text(&self, column: &str) -> Option<&str> {
        let text = self.fields.get(*self.places.get(column)?)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The same as a text of its own.
    pub(super) fn own(&self, column: &str) -> Option<String> {
        self.text(column).map(str::to_string)
    }

    /// What a column must say.
    pub(super) fn needed(&self, column: &str) -> Result<&str, Refused> {
        self.text(column).ok_or_else(|| Refused::missing(column))
    }

    /// A finite number, where the column says anything.
    pub(super) fn number(&self, column: &str) -> Result<Option<f64>, Refused> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Some).ok_or_else(|| Refused::value(column, "not a number", text))
    }

    /// Milliseconds, or as many of a unit that is so many of them.
    pub(super) fn ms(&self, column: &str, unit: f64) -> Result<Option<u32>, Refused> {
        let Some(number) = self.number(column)? else { return Ok(None) };
        let ms = number * unit;
        let fits = (0.0..=f64::from(u32::MAX)).contains(&ms);
        let wrong = || Refused::value(column, "not a length of time", &number.to_string());
        if fits { Ok(Some(ms.round() as u32)) } else { Err(wrong()) }
    }

    /// A length; nothing, zero and less say that it is not known.
    pub(super) fn length(&self, column: &str, unit: f64) -> Result<Option<u32>, Refused> {
        let known = self.number(column)?.is_some_and(|number| number > 0.0);
        if known { self.ms(column, unit) } else { Ok(None) }
    }

    /// Yes or no, where the column says anything.
    pub(super) fn flag(&self, column: &str) -> Result<Option<bool>, Refused> {
        match self.text(column).map(str::to_lowercase).as_deref() {
            None | Some("null" | "none" | "n/a") => Ok(None),
            Some("true" | "1" | "1.0" | "yes") => Ok(Some(true)),
            Some("false" | "0" | "0.0" | "no") => Ok(Some(false)),
            Some(other) => Err(Refused::value(column, "neither true nor false", other)),
        }
    }

    /// A time that is written out.
    pub(super) fn time(&self, column: &str) -> Result<i64, Refused> {
        let text = self.needed(column)?;
        clock::parse(text).ok_or_else(|| Refused::value(column, "not a time", text))
    }

    /// A time in seconds since 1970, or other units of which so many are one.
    pub(super) fn stamp(&self, column: &str, per_second: f64) -> Result<i64, Refused> {
        let text = self.needed(column)?;
        let number: Option<f64> = text.parse().ok();
        let time = number.and_then(|number| clock::seconds(number / per_second));
        let seconds = |ms: f64| per_second == 1_000.0 && clock::plainly_seconds(ms as i64);
        match time {
            Some(_) if number.is_some_and(seconds) => {
                Err(Refused::value(column, "seconds where milliseconds are wanted", text))
            }
            Some(time) => Ok(time),
            None => Err(Refused::value(column, "not a time", text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_told_by_its_columns_whatever_parts_them() {
        for text in ["a,B\n1,2", "\u{feff}A;b#x\n", "# note\na\tb:token\n", "\"a\",\"b\"\n"] {
            let head = Head::new("f.csv", text.as_bytes());
            assert_eq!(head.table(&["a", "b"]).is_some(), !text.contains("b#x"), "{text}");
        }
        assert!(Head::new("f", b"a,b").table(&["a", "c"]).is_none());
    }

    #[test]
    fn a_value_that_cannot_be_is_told_with_what_was_read() {
        let head = Head::new("f.csv", b"t,n\n");
        let told = |line: &str, of: fn(&Row) -> Result<Found, Refused>| {
            let mut rows = head.rows(&["t", "n"], of).in_order();
            assert_eq!(rows(b"t,n"), Ok(Found::Nothing));
            rows(line.as_bytes())
                .map_err(|refused| format!("{}; {}", refused.reason, refused.detail))
        };
        let time = |row: &Row| row.time("t").map(|_| Found::Nothing);
        assert_eq!(told("now,1", time), Err("t: not a time; `now`".into()));
        assert_eq!(told(",1", time), Err("t: missing; ".into()));
        assert_eq!(told("1", time), Err("not as many fields as columns; ".into()));
        let stamp = |row: &Row| row.stamp("n", 1_000.0).map(|_| Found::Nothing);
        let seconds = "n: seconds where milliseconds are wanted; `1709402400`";
        assert_eq!(told("x,1709402400", stamp), Err(seconds.into()));
        let length = |row: &Row| row.length("n", 1.0).map(|_| Found::Nothing);
        assert_eq!(told("x,x", length), Err("n: not a number; `x`".into()));
        assert_eq!(told("x,-1", length), Ok(Found::Nothing));
    }
}
