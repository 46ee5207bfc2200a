//! What a record came to: plays that make sense, or why there are none. It is made wherever the record is read; what is done with it is
//! for who takes them in order.

use super::format::Format;
use super::marks::Mark;
use super::play::Play;
use super::record::{Found, Refused};

/// What a record came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Made {
    /// A play, or why it is none.
    Play(Result<Play, Refused>),
    /// A play, and what the service calls its song.
    Known(Play, Vec<String>),
    /// Several, as of a playlist.
    Plays(Vec<Result<Play, Refused>>),
    /// That a song was liked, or saved.
    Mark(Mark),
    /// Nothing that counts.
    Nothing,
}

impl Made {
    /// What a record comes to that is too long to be one.
    pub(super) fn too_long() -> Self {
        Made::Play(Err(Refused::reason("longer than a megabyte")))
    }

    /// What comes of what was found; `known` adds to a play what other files say of it.
    pub(super) fn of(
        found: Result<Found, Refused>,
        format: Format,
        known: impl Fn(&mut Play),
    ) -> Self {
        let whole = |mut play: Play| {
            known(&mut play);
            checked(play, format)
        };
        match found {
            Err(refused) => Made::Play(Err(refused)),
            Ok(Found::Play(play)) => Made::Play(whole(play)),
            Ok(Found::Known(play, ids)) => match whole(play) {
                Ok(play) => Made::Known(play, ids),
                Err(refused) => Made::Play(Err(refused)),
            },
            Ok(Found::Plays(plays)) => Made::Plays(plays.into_iter().map(whole).collect()),
            Ok(Found::Mark(mark)) => Made::Mark(mark),
            Ok(Found::Owner(_) | Found::Nothing) => Made::Nothing,
        }
    }
}

/// A play with clean texts, if it makes sense.
pub(super) fn checked(mut play: Play, format: Format) -> Result<Play, Refused> {
    play.clean();
    match play.fault() {
        None => Ok(play),
        Some(("title", why)) if format.name() != "melody" => {
            Err(Refused { reason: "no title or no artist".into(), detail: why })
        }
        Some((field, why)) => match why.split_once(|c: char| c.is_ascii_digit()) {
            // To be counted by what is wrong, whatever the value.
            Some(("", _)) => {
                let (value, what) = why.split_once(' ').unwrap_or((&why, ""));
                Err(Refused { reason: format!("{field}: {what}"), detail: format!("`{value}`") })
            }
            _ => Err(Refused::reason(&format!("{field}: {why}"))),
        },
    }
}
