//! One record of a file of plays: what was found in it, or why it is no play.

use std::borrow::Cow;

use serde::Deserialize;

use super::marks::Mark;
use super::play::Play;

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

/// Takes a file's records in order.
pub(super) type Reading = Box<dyn FnMut(&[u8]) -> Result<Found, Refused>>;

/// Reads one JSON object.
pub(super) fn decode<'a, T: Deserialize<'a>>(record: &'a [u8]) -> Result<T, Refused> {
    // A list of values in the order of the keys would do for the parser, but not for a person.
    if record.trim_ascii_start().starts_with(b"[") {
        return Err(Refused::reason("not a play's object"));
    }
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

/// A text that is there and not empty.
pub(super) fn said<'b>(text: &'b Option<Cow<str>>) -> Option<&'b str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}
