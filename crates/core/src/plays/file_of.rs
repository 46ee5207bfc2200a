//! A file whose plays are read, with what others say of them. Threads share it.

use super::format::Format;
use super::made::Made;
use super::play::Play;
use super::record::{Found, Reader, Refused};
use super::spotify::username;
use super::survey::Survey;
use crate::input::{FlatFields, Record};

/// A file whose plays are read.
pub(super) struct FileOf<'a> {
    /// What other files say.
    pub survey: &'a Survey,
    /// What it is written in.
    pub format: Format,
    /// With the archives around it.
    pub name: &'a str,
}

impl FileOf<'_> {
    /// What a record comes to that is read so.
    pub(super) fn made(
        &self,
        record: &Record,
        read: &mut dyn FnMut(&[u8]) -> Result<Found, Refused>,
    ) -> Made {
        match record.bytes {
            None => Made::too_long(),
            Some(bytes) => Made::of(read(bytes), self.format, |play| self.known(play, bytes)),
        }
    }

    /// The same of a record that is read by itself; of a plain one the fields are known.
    pub(super) fn made_by(
        &self,
        reader: &Reader,
        record: &Record,
        fields: Option<&FlatFields>,
    ) -> Made {
        if let (Some(quick), Some(fields), Some(bytes)) = (&reader.quick, fields, record.bytes)
            && let Some(found) = quick(fields)
        {
            return Made::of(found, self.format, |play| self.known(play, bytes));
        }
        self.made(record, &mut |bytes| (reader.each)(bytes))
    }

    /// Adds what other files say of a play.
    fn known(&self, play: &mut Play, record: &[u8]) {
        match self.format.name() {
            "spotify" if self.survey.by_username => play.listener = username(record),
            "listenbrainz" if play.listener.is_none() => {
                play.listener = self.survey.owner(self.name).cloned();
            }
            "apple-activity" => self.survey.artist(play),
            _ => {}
        }
    }
}
