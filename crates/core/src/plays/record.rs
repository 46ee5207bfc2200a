//! One record of a file of plays: what was found in it, or why it is no play.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::marks::Mark;
use super::play::Play;
use crate::input::FlatFields;

/// Why a record is no play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// One of few, to be counted by.
    pub reason: String,
    /// What exactly is wrong, if the reason does not say it all.
    pub detail: String,
}

impl Refused {
    pub(super) fn reason(reason: &str) -> Self {
        Refused { reason: reason.into(), detail: String::new() }
    }

    /// A field whose value is not what it should be, with the value that was read.
    pub(super) fn value(field: &str, what: &str, value: &str) -> Self {
        let shown: String = value.chars().take(60).collect();
        Refused { reason: format!("{field}: {what}"), detail: format!("`{shown}`") }
    }

    pub(super) fn missing(field: &str) -> Self {
        Refused::reason(&format!("{field}: missing"))
    }
}

/// What a record holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    /// One play.
    Play(Play),
    /// One play, and what the service calls its song, by which marks may name it.
    Known(Play, Vec<String>),
    /// Several, as of a playlist.
    Plays(Vec<Play>),
    /// That a song was liked, or saved.
    Mark(Mark),
    /// Whose files these are.
    Owner(String),
    /// A header, a comment.
    Nothing,
}

/// Reads a record, whatever records are before it.
pub(super) type Each = dyn Fn(&[u8]) -> Result<Found, Refused> + Send + Sync;

/// Reads records in their order.
pub(super) type InOrder = dyn FnMut(&[u8]) -> Result<Found, Refused>;

/// Reads a record of plain fields, whatever records are before it; nothing where it is for [`Each`] to say what is wrong.
pub(super) type Quick = dyn Fn(&FlatFields) -> Option<Result<Found, Refused>> + Send + Sync;

/// What reads each record by itself, so that threads may share it.
pub(super) struct Reader {
    /// Reads any record.
    pub each: Box<Each>,
    /// Reads one of plain fields the same, but sooner.
    pub quick: Option<Box<Quick>>,
}

/// How a file's records are read.
pub(super) enum Reading {
    /// Each by itself.
    Each(Reader),
    /// The same once the header of a table has come, which is this line. What is above it are notes.
    Below(String, Reader),
    /// One after the other: one says something of the next.
    InOrder(Box<InOrder>),
}

impl Reading {
    /// Reads each record by itself.
    pub(super) fn each(
        read: impl Fn(&[u8]) -> Result<Found, Refused> + Send + Sync + 'static,
    ) -> Self {
        Reading::Each(Reader { each: Box::new(read), quick: None })
    }

    /// Reads records of plain fields sooner than others.
    pub(super) fn quick(
        quick: impl Fn(&FlatFields) -> Option<Result<Found, Refused>> + Send + Sync + 'static,
        read: impl Fn(&[u8]) -> Result<Found, Refused> + Send + Sync + 'static,
    ) -> Self {
        Reading::Each(Reader { each: Box::new(read), quick: Some(Box::new(quick)) })
    }

    /// Reads the rows of a table below its header.
    pub(super) fn below(
        header: String,
        read: impl Fn(&[u8]) -> Result<Found, Refused> + Send + Sync + 'static,
    ) -> Self {
        Reading::Below(header, Reader { each: Box::new(read), quick: None })
    }

    /// Takes a file's records in order.
    pub(super) fn in_order(self) -> Box<InOrder> {
        match self {
            Reading::Each(reader) => reader.each,
            Reading::InOrder(read) => read,
            Reading::Below(header, Reader { each: read, .. }) => {
                let mut begun = false;
                Box::new(move |record| {
                    if begun {
                        return read(record);
                    }
                    begun = is_line(record, &header);
                    Ok(Found::Nothing)
                })
            }
        }
    }
}

/// Whether a record is this line.
pub(super) fn is_line(record: &[u8], line: &str) -> bool {
    String::from_utf8_lossy(record).trim().trim_start_matches('\u{feff}') == line.trim()
}

/// Reads one JSON object.
pub(super) fn decode<'a, T: Deserialize<'a>>(record: &'a [u8]) -> Result<T, Refused> {
    // A list of values in the order of the keys would do for the parser, but not for a person.
    if record.trim_ascii_start().starts_with(b"[") {
        return Err(Refused::reason("not a play's object"));
    }
    // Where a value is wrong is asked for only when one is: to know it beforehand takes longer than the reading.
    let found = match std::str::from_utf8(record) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(record),
    };
    found.or_else(|_| decode_with_care(record))
}

/// The same, knowing at every moment what is read.
fn decode_with_care<'a, T: Deserialize<'a>>(record: &'a [u8]) -> Result<T, Refused> {
    let mut reader = serde_json::Deserializer::from_slice(record);
    let wrong = |field: String, error: &serde_json::Error| {
        let text = error.to_string();
        let detail = text.split(" at line ").next().unwrap_or_default().to_string();
        let reason = match error.classify() {
            serde_json::error::Category::Data if field == "." => "not a play's object".into(),
            serde_json::error::Category::Data => format!("{field}: not what it should be"),
            _ => "not JSON".into(),
        };
        Refused { reason, detail }
    };
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| wrong(error.path().to_string(), error.inner()))?;
    reader.end().map_err(|error| wrong(".".into(), &error))?;
    Ok(value)
}

/// A text of a record: a piece of the record itself, unless signs in it are written by others (`\n`). An optional `Cow` is always a
/// copy, however serde is asked.
pub(super) struct Text<'a>(pub Cow<'a, str>);

impl Text<'_> {
    /// A text of its own.
    pub(super) fn into_owned(self) -> String {
        self.0.into_owned()
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.into())))
            }
        }

        from.deserialize_str(Any)
    }
}

/// A text that is there and not empty.
pub(super) fn said<'b>(text: &'b Option<Text>) -> Option<&'b str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    use serde::Deserialize as Derived;

    #[derive(Debug, Derived)]
    struct Named<'a> {
        #[serde(borrow)]
        name: Option<Text<'a>>,
        length: Option<u32>,
    }

    impl fmt::Debug for Text<'_> {
        fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
            self.0.fmt(f)
        }
    }

    #[test]
    fn a_text_is_a_piece_of_the_record_unless_it_is_written_otherwise() {
        let borrowed = |record: &str| {
            let named: Named = decode(record.as_bytes()).unwrap();
            assert_eq!(named.length, None);
            named.name.map(|name| (name.to_string(), matches!(name.0, Cow::Borrowed(_))))
        };
        assert_eq!(borrowed("{\"name\": \"夜 a\"}"), Some(("夜 a".into(), true)));
        assert_eq!(borrowed("{\"name\": \"a\\u00e9\"}"), Some(("aé".into(), false)));
        assert_eq!(borrowed("{\"name\": null}"), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_key() {
        let told = |record: &[u8]| {
            let Refused { reason, detail } = decode::<Named>(record).unwrap_err();
            (reason, detail)
        };
        let (reason, detail) = told(b"{\"name\": 5, \"length\": 1}");
        assert_eq!(reason, "name: not what it should be");
        assert_eq!(detail, "invalid type: integer `5`, expected a string");
        assert_eq!(told(b"{\"length\": -1}").0, "length: not what it should be");
        assert_eq!(told(b"{\"length\": 1").0, "not JSON");
        assert_eq!(told(b"{} x").0, "not JSON");
        assert_eq!(told(b"7").0, "not a play's object");
        assert_eq!(told(b"[1]").0, "not a play's object");
        // Bytes that are no text, where nobody looks, and where somebody does.
        assert!(decode::<Named>(b"{\"other\": \"\xff\"}").is_ok());
        assert_eq!(told(b"{\"name\": \"\xff\"}").0, "not JSON");
    }
}
