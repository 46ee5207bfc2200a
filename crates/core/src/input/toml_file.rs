//! TOML with errors that name file, line and field, for the parser's complaints and for ours.

use std::ops::RangeInclusive;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use super::problem::{InputError, Problem};

/// A TOML text and the name it is known by in messages.
pub struct TomlFile {
    /// The file as the person named it.
    pub name: String,
    /// As it was written.
    pub text: String,
}

impl TomlFile {
    /// Reads a file; nothing is parsed yet.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        Ok(TomlFile { name: path.display().to_string(), text: super::text::read_text(path)? })
    }

    /// A text that did not come from a file the user named (an embedded asset, a test).
    pub fn embedded(name: &str, text: &str) -> Self {
        TomlFile { name: name.into(), text: text.into() }
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

    /// The line of the value at `path`, or of the nearest enclosing value that exists.
    pub fn line(&self, path: &str) -> Option<usize> {
        let root = DeTable::parse(&self.text).ok()?;
        let mut offset = root.span().start;
        let mut table: Option<&DeTable> = Some(root.get_ref());
        let mut value: Option<&DeValue> = None;
        for segment in segments(path) {
            let next = match (segment, table, value) {
                (Segment::Key(key), Some(t), _) => {
                    t.iter().find(|(k, _)| k.get_ref() == key).map(|(k, v)| (k.span().start, v))
                }
                (Segment::Index(i), _, Some(DeValue::Array(array))) => {
                    array.get(i).map(|v| (v.span().start, v))
                }
                _ => None,
            };
            let Some((start, found)) = next else { break };
            offset = start;
            value = Some(found.get_ref());
            table = match found.get_ref() {
                DeValue::Table(t) => Some(t),
                _ => None,
            };
        }
        Some(self.line_of(offset))
    }
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
}
