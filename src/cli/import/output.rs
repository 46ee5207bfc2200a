//! A log of plays being written, compressed where its name says so.

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use melody_core::output::{Draft, Kind, Mark};

/// What a log of plays is told by before another is written over it.
pub(super) const PLAYS: Kind = Kind { name: "log of plays", mark: Mark::Key("time") };

/// A draft of a log.
pub(super) enum PlaysFile {
    Plain(Draft),
    Zipped(GzEncoder<Draft>),
}

impl PlaysFile {
    /// Begins a file, compressed if its name ends in `.gz`.
    pub(super) fn begin(place: &Path) -> Result<Self, String> {
        let draft = Draft::begin(place)?;
        Ok(match place.extension().is_some_and(|ending| ending == "gz") {
            true => PlaysFile::Zipped(GzEncoder::new(draft, Compression::default())),
            false => PlaysFile::Plain(draft),
        })
    }

    /// The file is whole and takes its place.
    pub(super) fn commit(self) -> Result<(), String> {
        match self {
            PlaysFile::Plain(draft) => draft,
            PlaysFile::Zipped(encoder) => encoder.finish().map_err(|error| error.to_string())?,
        }
        .commit()
    }
}

impl Write for PlaysFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            PlaysFile::Plain(out) => out.write(bytes),
            PlaysFile::Zipped(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            PlaysFile::Plain(out) => out.flush(),
            PlaysFile::Zipped(out) => out.flush(),
        }
    }
}
