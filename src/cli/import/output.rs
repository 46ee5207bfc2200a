//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// A file being written beside the place it is for, which it takes once it is whole. Dropped before
/// that, it is taken away, with its folder if that was made for it.
pub(super) struct Output {
    place: PathBuf,
    draft: PathBuf,
    /// The folder, where it was made for the file.
    made: Option<PathBuf>,
    out: Option<Sink>,
}

enum Sink {
    Plain(BufWriter<File>),
    Zipped(GzEncoder<BufWriter<File>>),
}

impl Output {
    /// Begins a file, compressed if its name ends in `.gz`. Its folder is made if it is not there.
    pub(super) fn create(place: &Path) -> Result<Self, String> {
        let told = |error: io::Error| format!("{}: {error}", place.display());
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
        let made = folder.filter(|folder| !folder.exists()).map(Path::to_path_buf);
        if let Some(folder) = &made {
            fs::create_dir_all(folder).map_err(told)?;
        }
        let mut name = place.file_name().unwrap_or_default().to_os_string();
        name.push(".partial");
        let draft = place.with_file_name(name);
        let file = BufWriter::new(File::create(&draft).map_err(told)?);
        let zipped = place.extension().is_some_and(|ending| ending == "gz");
        let out = match zipped {
            true => Sink::Zipped(GzEncoder::new(file, Compression::default())),
            false => Sink::Plain(file),
        };
        Ok(Output { place: place.to_path_buf(), draft, made, out: Some(out) })
    }

    /// The file is whole and takes its place.
    pub(super) fn finish(mut self) -> Result<(), String> {
        let file = match self.out.take() {
            Some(Sink::Plain(file)) => Ok(file),
            Some(Sink::Zipped(encoder)) => encoder.finish(),
            None => return Ok(()),
        };
        let written = file.and_then(|mut file| {
            file.flush()?;
            fs::rename(&self.draft, &self.place)
        });
        written.map_err(|error| format!("{}: {error}", self.place.display()))
    }

    /// Writes a whole file.
    pub(super) fn write(place: &Path, text: &[u8]) -> Result<(), String> {
        let mut output = Output::create(place)?;
        output.write_all(text).map_err(|error| format!("{}: {error}", place.display()))?;
        output.finish()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.out {
            Some(Sink::Plain(out)) => out.write(bytes),
            Some(Sink::Zipped(out)) => out.write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Some(Sink::Plain(out)) => out.flush(),
            Some(Sink::Zipped(out)) => out.flush(),
            None => Ok(()),
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.draft.exists() {
            // Nothing more can be done about what cannot be taken away.
            let _ = fs::remove_file(&self.draft);
            let _ = self.made.as_ref().map(fs::remove_dir);
        }
    }
}
