//! TOML with errors that name file, line and field, for the parser's complaints and for ours.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use super::problem::{InputError, Problem};

/// A TOML text and the name it is known by in messages.
pub struct TomlFile {
    /// The file as the person named it.
    pub name: String,
    /// As it was written.
    pub text: String,
    /// Where its values stand, once somebody asks; `None` if it is not TOML.
    places: OnceLock<Option<Place>>,
}

impl TomlFile {
    /// Reads a file; nothing is parsed yet.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        Ok(Self::new(path.display().to_string(), super::text::read_text(path)?))
    }

    /// A text under the name it has in messages.
    pub fn new(name: String, text: String) -> Self {
        TomlFile { name, text, places: OnceLock::new() }
    }

    /// A text that did not come from a file the user named (an embedded asset, a test).
    pub fn embedded(name: &str, text: &str) -> Self {
        Self::new(name.into(), text.into())
    }

    /// Reads the whole text as a `T`. Unknown keys are errors wherever `T` denies them.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, InputError> {
        if self.text.trim().is_empty() {
            return Err(Problem::new(&self.name, "the file has no content")
                .line(1)
                .field("(whole file)")
                .into());
        }
        let deserializer =
            toml::de::Deserializer::parse(&self.text).map_err(|e| self.syntax_error(&e))?;
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let path = error.path().to_string();
            self.shape_error(path.trim_start_matches('.'), error.inner())
        })
    }

    /// Collects further problems by field; `Checker::finish` turns them into one error.
    pub fn checker(&self) -> Checker<'_> {
        Checker { file: self, problems: Vec::new() }
    }

    fn syntax_error(&self, error: &toml::de::Error) -> InputError {
        let line = error.span().map(|s| self.line_of(s.start));
        let field = error.span().and_then(|s| self.key_before(s.start));
        Problem::new(&self.name, format!("not valid TOML: {}", error.message()))
            .line(line)
            .field(field.unwrap_or_else(|| "(syntax)".into()))
            .into()
    }

    fn shape_error(&self, path: &str, error: &toml::de::Error) -> InputError {
        let message = plain(error.message().trim());
        let line = error.span().map(|s| self.line_of(s.start)).or_else(|| self.line(path));
        let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let mut problem = Problem::new(&self.name, &message).line(line);
        let named = quoted.first().filter(|_| {
            message.starts_with("unknown field") || message.starts_with("missing field")
        });
        let field = match named {
            // The path of an unknown key may or may not end in the key itself.
            Some(name) if path == "." || path.is_empty() => (*name).to_string(),
            Some(name) if path.rsplit('.').next() != Some(name) => format!("{path}.{name}"),
            // The path of a map's key that is none of a closed list ends in a question mark.
            None if path.ends_with('?') && !quoted.is_empty() => {
                format!("{}{}", path.trim_end_matches('?'), quoted[0])
            }
            _ => path.to_string(),
        };
        if message.starts_with("unknown")
            && let Some((given, valid)) = quoted.split_first()
        {
            problem = problem.suggest(given, valid.iter().copied());
        }
        let field = if field.is_empty() || field == "." { "(whole file)".into() } else { field };
        problem.field(field).into()
    }

    /// The key on the line a syntax error points at, if there is one.
    fn key_before(&self, offset: usize) -> Option<String> {
        let start = self.text[..offset.min(self.text.len())].rfind('\n').map_or(0, |i| i + 1);
        let line = self.text[start..].lines().next()?;
        let (key, _) = line.split_once('=')?;
        Some(key.trim().to_string()).filter(|k| !k.is_empty())
    }

    fn line_of(&self, offset: usize) -> usize {
        self.text.as_bytes()[..offset.min(self.text.len())].iter().filter(|&&b| b == b'\n').count()
            + 1
    }

    /// The line of the value at `path`, or of the nearest enclosing value that exists. The text is parsed for the first
    /// question only.
    pub fn line(&self, path: &str) -> Option<usize> {
        let mut place = self.places.get_or_init(|| Place::of(&self.text)).as_ref()?;
        for segment in segments(path) {
            let next = match (segment, &place.inside) {
                (Segment::Key(key), Inside::Table(table)) => table.get(key),
                (Segment::Index(i), Inside::Array(array)) => array.get(i),
                _ => None,
            };
            let Some(found) = next else { break };
            place = found;
        }
        Some(place.line)
    }
}

/// Where a value stands, and what is in it.
struct Place {
    /// From 1; of a key's value, the key's.
    line: usize,
    inside: Inside,
}

enum Inside {
    Table(BTreeMap<String, Place>),
    Array(Vec<Place>),
    Nothing,
}

impl Place {
    /// Of a whole text, if it is TOML.
    fn of(text: &str) -> Option<Self> {
        let root = DeTable::parse(text).ok()?;
        let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        Some(Place {
            line: line_at(&ends, root.span().start),
            inside: Inside::of_table(root.get_ref(), &ends),
        })
    }
}

impl Inside {
    /// `ends`: where the text's lines end.
    fn of(value: &DeValue, ends: &[usize]) -> Self {
        match value {
            DeValue::Table(table) => Self::of_table(table, ends),
            DeValue::Array(array) => Inside::Array(
                array
                    .iter()
                    .map(|value| Place {
                        line: line_at(ends, value.span().start),
                        inside: Self::of(value.get_ref(), ends),
                    })
                    .collect(),
            ),
            _ => Inside::Nothing,
        }
    }

    fn of_table(table: &DeTable, ends: &[usize]) -> Self {
        let places = table.iter().map(|(key, value)| {
            let line = line_at(ends, key.span().start);
            (key.get_ref().to_string(), Place { line, inside: Self::of(value.get_ref(), ends) })
        });
        Inside::Table(places.collect())
    }
}

/// The line of an offset, from 1, in a text whose lines end at `ends`.
fn line_at(ends: &[usize], offset: usize) -> usize {
    ends.partition_point(|end| *end < offset) + 1
}

/// A message without the names that types have in a program.
fn plain(message: &str) -> String {
    let Some((said, expected)) = message.rsplit_once("expected ") else {
        return message.to_string();
    };
    let expected = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        other => other,
    };
    format!("{said}expected {expected}")
}

enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

/// Splits `a.b[3].c` into its parts.
fn segments(path: &str) -> impl Iterator<Item = Segment<'_>> {
    path.split(['.', '[', ']']).filter(|s| !s.is_empty()).map(|s| match s.parse() {
        Ok(index) => Segment::Index(index),
        Err(_) => Segment::Key(s),
    })
}

/// Gathers what is wrong with values that parsed but make no sense.
pub struct Checker<'a> {
    file: &'a TomlFile,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    /// Notes a problem with a field, by its dotted path.
    pub fn problem(&mut self, field: &str, message: impl Into<String>) -> &mut Problem {
        let problem =
            Problem::new(&self.file.name, message).line(self.file.line(field)).field(field);
        self.problems.push(problem);
        self.problems.last_mut().expect("a problem was just pushed")
    }

    /// Notes a problem with a field unless the condition holds.
    pub fn require(&mut self, holds: bool, field: &str, message: impl Into<String>) {
        if !holds {
            self.problem(field, message);
        }
    }

    /// Requires a finite number in `range`.
    pub fn range(&mut self, field: &str, value: f64, range: RangeInclusive<f64>) {
        let holds = value.is_finite() && range.contains(&value);
        self.require(
            holds,
            field,
            format!("{value} is outside {} to {}", range.start(), range.end()),
        );
    }

    /// Requires a text that is there and safe to print: control characters could rewrite a screen.
    pub fn text(&mut self, field: &str, text: &str) {
        self.require(!text.trim().is_empty(), field, "a text is needed");
        self.require(!text.chars().any(char::is_control), field, "holds a control character");
    }

    /// Requires `given` to be one of `valid`, suggesting the nearest.
    pub fn known<'v>(
        &mut self,
        field: &str,
        what: &str,
        given: &str,
        valid: impl IntoIterator<Item = &'v str> + Clone,
    ) -> bool {
        if valid.clone().into_iter().any(|name| name == given) {
            return true;
        }
        let problem = self.problem(field, format!("unknown {what} `{given}`"));
        *problem = problem.clone().suggest(given, valid);
        false
    }

    /// All that was noted, if anything was.
    pub fn finish(self) -> Result<(), InputError> {
        if self.problems.is_empty() { Ok(()) } else { Err(InputError { problems: self.problems }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading is tested")]
    struct Outer {
        mixing: Inner,
        #[serde(default)]
        rows: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading is tested")]
    struct Inner {
        window: u32,
    }

    fn error(text: &str) -> Problem {
        let file = TomlFile::embedded("p.toml", text);
        file.parse::<Outer>().unwrap_err().problems.remove(0)
    }

    #[test]
    fn an_unknown_key_names_line_field_and_the_nearest() {
        let p = error("[mixing]\nwindwo = 3\n");
        assert_eq!((p.line, p.field.as_deref()), (Some(2), Some("mixing.windwo")));
        assert_eq!(p.help.as_deref(), Some("did you mean `window`?"));
    }

    #[test]
    fn a_wrong_type_names_line_and_field() {
        let p = error("[mixing]\nwindow = 3\n\n[[rows]]\nwindow = \"x\"\n");
        assert_eq!((p.line, p.field.as_deref()), (Some(5), Some("rows[0].window")));
    }

    #[test]
    fn a_missing_key_is_named() {
        let p = error("\n[mixing]\n");
        assert_eq!((p.line, p.field.as_deref()), (Some(2), Some("mixing.window")));
    }

    #[test]
    fn broken_syntax_names_its_line() {
        let p = error("[mixing]\nwindow = = 3\n");
        assert_eq!((p.line, p.field.as_deref()), (Some(2), Some("window")));
    }

    #[test]
    fn a_check_after_parsing_finds_the_line() {
        let file = TomlFile::embedded("p.toml", "[mixing]\nwindow = 3\n[[rows]]\n\nwindow = 900\n");
        let mut checker = file.checker();
        checker.range("rows[0].window", 900.0, 0.0..=10.0);
        checker.range("mixing.window", f64::NAN, 0.0..=10.0);
        let problems = checker.finish().unwrap_err().problems;
        assert_eq!(problems[0].line, Some(5));
        assert_eq!(problems[1].line, Some(2));
    }

    #[test]
    fn lines_are_looked_up_in_a_long_file_as_fast_as_in_a_short_one() {
        let text: String = (0..20_000).map(|i| format!("[[rows]]\nwindow = {i}\n")).collect();
        let file = TomlFile::embedded("p.toml", &text);
        let mut checker = file.checker();
        // Quadratic, this is 20,000 parses of half a megabyte.
        for i in 0..20_000 {
            checker.problem(&format!("rows[{i}].window"), "odd");
        }
        let problems = checker.finish().unwrap_err().problems;
        assert!(problems.iter().zip(1..).all(|(p, i)| p.line == Some(2 * i)));
        assert_eq!(file.line("rows[20000].window"), Some(1), "the nearest that encloses it");
    }
}
