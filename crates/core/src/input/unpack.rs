//! Files as services hand them out: packed, in archives, in folders.
//!
//! Nothing is written to the disk: a file of an archive is read while it is unpacked, so that a name in it that leads
//! elsewhere (`../..`) is only a name. Who packs little that unpacks to very much is told so, and not followed to the end.
//! An archive in an archive, as some downloads are, is read in memory, up to [`INNER`] bytes.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use super::problem::{InputError, Problem};
use super::text::{missing, open};

/// Told of every so many bytes read from disk.
pub type Progress<'a> = &'a dyn Fn(u64);

/// Takes a file: its name, with those of the archives around it, and its unpacked contents.
pub type Visit<'v> = &'v mut dyn FnMut(&str, &mut dyn BufRead) -> Result<(), InputError>;

/// What anything may unpack to, however small it is packed.
const FREE: u64 = 1 << 30;
/// What is larger may be this many times as large as it is packed. Listening packs to about a twentieth.
const RATIO: u64 = 200;
/// An archive within an archive may be this large.
const INNER: u64 = 256 << 20;
/// Archives within archives.
const DEEPEST: usize = 3;
/// Files that an archive or a folder may have.
const MOST_FILES: usize = 100_000;
/// Where a tar archive says that it is one.
const USTAR: usize = 257;
/// Bytes that tell what a file is packed in.
const MAGIC: usize = 512;

/// The file that `path` is, or those below the folder that it is, by name.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_of(path: &Path) -> Result<Vec<PathBuf>, InputError> {
    if !path.is_dir() {
        return if path.exists() { Ok(vec![path.to_path_buf()]) } else { Err(missing(path)) };
    }
    let mut files = Vec::new();
    gather(path, DEEPEST * 2, &mut files)?;
    if files.is_empty() {
        let help = "name a file, or a folder that holds some";
        let message = "is a folder that holds no file";
        return Err(Problem::new(path.display().to_string(), message).help(help).into());
    }
    files.sort();
    Ok(files)
}

/// Hands over every file that `path` is or holds, in the order of the archive, or of the names in a folder.
///
/// # Errors
/// What cannot be read or unpacked; what `visit` refuses.
pub fn each_file(path: &Path, progress: Progress, visit: Visit) -> Result<(), InputError> {
    files_of(path)?.iter().try_for_each(|file| on_disk(file, progress, visit))
}

/// The files below a folder, but those that systems leave behind.
fn gather(folder: &Path, deeper: usize, files: &mut Vec<PathBuf>) -> Result<(), InputError> {
    let name = folder.display().to_string();
    let failed = |error: io::Error| {
        let help = "check the folder's permissions";
        InputError::from(Problem::new(&name, format!("cannot be read: {error}")).help(help))
    };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if left_behind(&path.file_name().unwrap_or_default().to_string_lossy()) {
            continue;
        }
        if !path.is_dir() {
            files.push(path);
        } else if deeper > 0 {
            gather(&path, deeper - 1, files)?;
        } else {
            let help = "name the folder that the files are in";
            return Err(Problem::new(name, "has folders too deep within it").help(help).into());
        }
        not_too_many(&name, files.len())?;
    }
    Ok(())
}

/// Nothing is left out without a word.
fn not_too_many(name: &str, files: usize) -> Result<(), InputError> {
    if files <= MOST_FILES {
        return Ok(());
    }
    let help = "name a part of it";
    Err(Problem::new(name, format!("holds more than {MOST_FILES} files")).help(help).into())
}

fn left_behind(name: &str) -> bool {
    name.split('/').any(|part| part == "__MACOSX" || part.starts_with("._") || part == ".DS_Store")
}

fn on_disk(path: &Path, progress: Progress, visit: Visit) -> Result<(), InputError> {
    let name = path.display().to_string();
    let mut file = open(path)?;
    let size = file.metadata().map_or(0, |data| data.len());
    let start = peek(&mut file, MAGIC).map_err(|error| broken(&name, &error))?;
    file.rewind().map_err(|error| broken(&name, &error))?;
    let disk = Counted { inner: file, progress };
    match is_zip(&start) {
        true => of_zip(&name, BufReader::new(disk), DEEPEST, visit),
        false => of_stream(&name, Box::new(disk), size, DEEPEST, visit),
    }
}

/// What comes out of a stream: what was packed into it, one file or an archive of several.
fn of_stream(
    name: &str,
    packed: Box<dyn Read + '_>,
    size: u64,
    deeper: usize,
    visit: Visit,
) -> Result<(), InputError> {
    let failed = |error: io::Error| broken(name, &error);
    let mut plain = unpacked(packed, size).map_err(failed)?;
    let start = peek(&mut plain, MAGIC).map_err(failed)?;
    let mut whole = BufReader::with_capacity(1 << 16, Cursor::new(start.clone()).chain(plain));
    if deeper > 0 && start.get(USTAR..USTAR + 5) == Some(b"ustar") {
        return of_tar(name, &mut whole, deeper - 1, visit);
    }
    if deeper > 0 && is_zip(&start) {
        let mut inner = Vec::new();
        whole.take(INNER + 1).read_to_end(&mut inner).map_err(failed)?;
        if inner.len() as u64 > INNER {
            let message = "an archive within an archive that is larger than 256 MB";
            return Err(Problem::new(name, message)
                .help("unpack the outer one, and name it")
                .into());
        }
        return of_zip(name, Cursor::new(inner), deeper - 1, visit);
    }
    visit(name, &mut whole)
}

fn of_zip(
    name: &str,
    archive: impl Read + Seek,
    deeper: usize,
    visit: Visit,
) -> Result<(), InputError> {
    let failed = |error: &dyn std::fmt::Display| broken(name, &io::Error::other(error.to_string()));
    let mut archive = ZipArchive::new(archive).map_err(|error| match error {
        // The list of files stands at the end.
        ZipError::InvalidArchive(_) => failed(&"a zip archive that is cut short, or none at all"),
        error => failed(&error),
    })?;
    not_too_many(name, archive.len())?;
    for place in 0..archive.len() {
        let member = archive.by_index(place).map_err(|error| failed(&error))?;
        let inside = member.name().map_err(|error| failed(&error))?.into_owned();
        if member.is_dir() || left_behind(&inside) {
            continue;
        }
        let size = member.compressed_size();
        let bounded = Bounded::new(member, size);
        of_stream(&format!("{name}/{inside}"), Box::new(bounded), size, deeper, visit)?;
    }
    Ok(())
}

fn of_tar(
    name: &str,
    stream: &mut dyn Read,
    deeper: usize,
    visit: Visit,
) -> Result<(), InputError> {
    let failed = |error: io::Error| broken(name, &error);
    let mut archive = tar::Archive::new(stream);
    for (count, member) in archive.entries().map_err(failed)?.enumerate() {
        not_too_many(name, count)?;
        let member = member.map_err(failed)?;
        let inside = member.path().map_err(failed)?.to_string_lossy().into_owned();
        if !member.header().entry_type().is_file() || left_behind(&inside) {
            continue;
        }
        let size = member.size();
        of_stream(&format!("{name}/{inside}"), Box::new(member), size, deeper, visit)?;
    }
    Ok(())
}

/// What a stream of `size` bytes holds, with gzip and Zstandard undone.
pub(super) fn unpacked<'a>(
    mut packed: Box<dyn Read + 'a>,
    size: u64,
) -> io::Result<Box<dyn Read + 'a>> {
    let start = peek(&mut packed, 4)?;
    let gzip = start.starts_with(&[0x1f, 0x8b]);
    let zstandard = start == [0x28, 0xb5, 0x2f, 0xfd];
    let whole = BufReader::with_capacity(1 << 16, Cursor::new(start).chain(packed));
    Ok(match (gzip, zstandard) {
        (true, _) => Box::new(Bounded::new(MultiGzDecoder::new(whole), size)),
        (_, true) => Box::new(Bounded::new(Frames { source: Some(whole), frame: None }, size)),
        _ => Box::new(whole),
    })
}

/// Whether a file begins as a zip archive does, an empty one too.
fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// The first bytes; fewer where there are no more.
fn peek(reader: &mut impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    reader.by_ref().take(most as u64).read_to_end(&mut start)?;
    Ok(start)
}

fn broken(name: &str, error: &io::Error) -> InputError {
    Problem::new(name, format!("cannot be read on: {error}"))
        .line(1)
        .field("(whole file)")
        .help("the file is damaged; get it again")
        .into()
}

/// Frames of Zstandard, one after the other.
struct Frames<R: BufRead> {
    /// Between two frames.
    source: Option<R>,
    frame: Option<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
            }
            self.source =
                self.frame.take().map(StreamingDecoder::into_inner).or(self.source.take());
            let Some(mut source) = self.source.take() else { return Ok(0) };
            if source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.frame = Some(StreamingDecoder::new(source).map_err(io::Error::other)?);
        }
    }
}

/// Ends what unpacks to far more than it should.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R> Bounded<R> {
    fn new(inner: R, packed: u64) -> Self {
        Bounded { inner, left: FREE.max(packed.saturating_mul(RATIO)) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::other(format!("it unpacks to more than {RATIO} times its size"))
        })?;
        Ok(read)
    }
}

/// Tells how many bytes were read.
pub(super) struct Counted<'a, R> {
    pub inner: R,
    pub progress: Progress<'a>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        (self.progress)(read as u64);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// UTF-16 as UTF-8. What is no character becomes the sign for one.
pub(super) struct Utf16<R> {
    pub inner: R,
    pub big: bool,
    /// Bytes that do not make a character yet.
    pub begun: Vec<u8>,
    /// Text that is not handed out yet.
    pub made: Cursor<Vec<u8>>,
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let given = self.made.read(buffer)?;
            if given > 0 || buffer.is_empty() {
                return Ok(given);
            }
            let before = self.begun.len();
            self.inner.by_ref().take(1 << 14).read_to_end(&mut self.begun)?;
            let ended = self.begun.len() == before;
            if ended && before == 0 {
                return Ok(0);
            }
            let unit = |pair: &[u8]| match self.big {
                true => u16::from_be_bytes([pair[0], pair[1]]),
                false => u16::from_le_bytes([pair[0], pair[1]]),
            };
            let mut units: Vec<u16> = self.begun.chunks_exact(2).map(unit).collect();
            let cut = units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) && !ended;
            units.truncate(units.len() - usize::from(cut));
            self.begun.drain(..if ended { before } else { 2 * units.len() });
            let text: String = char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect();
            self.made = Cursor::new(text.into_bytes());
        }
    }
}

/// Opens one file, with what it is packed in undone.
pub(super) fn open_unpacked<'a>(
    path: &Path,
    progress: Progress<'a>,
) -> Result<Box<dyn Read + 'a>, InputError> {
    let file: File = open(path)?;
    let size = file.metadata().map_or(0, |data| data.len());
    unpacked(Box::new(Counted { inner: file, progress }), size)
        .map_err(|error| broken(&path.display().to_string(), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use zip::write::SimpleFileOptions;

    fn seen(path: &Path) -> Result<Vec<(String, String)>, InputError> {
        let mut all = Vec::new();
        each_file(path, &|_| {}, &mut |name, reader| {
            let mut text = String::new();
            reader.read_to_string(&mut text).map_err(|error| broken(name, &error))?;
            let short = name.rsplit_once("/in/").map_or(name, |(_, short)| short);
            all.push((short.to_string(), text));
            Ok(())
        })?;
        Ok(all)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            archive.append_data(&mut header, name, *bytes).unwrap();
        }
        archive.into_inner().unwrap()
    }

    #[test]
    fn whatever_a_file_is_packed_in_it_is_read_under_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("in");
        fs::create_dir_all(here.join("deep")).unwrap();
        let own = |name: &str, text: &str| (name.to_string(), text.to_string());
        let inner = zipped(&[("x.csv", b"x"), ("__MACOSX/x.csv", b"no")]);
        let zip = zipped(&[("d/a.json", b"a"), ("inner.zip", &inner), ("b.gz", &gzip(b"b"))]);
        fs::write(here.join("1.zip"), zip).unwrap();
        fs::write(here.join("2.tar.gz"), gzip(&tarred(&[("t/a", b"a"), ("b", b"bb")]))).unwrap();
        fs::write(here.join("deep/3.txt"), "plain").unwrap();
        let all = [
            own("1.zip/d/a.json", "a"),
            own("1.zip/inner.zip/x.csv", "x"),
            own("1.zip/b.gz", "b"),
            own("2.tar.gz/t/a", "a"),
            own("2.tar.gz/b", "bb"),
            own("deep/3.txt", "plain"),
        ];
        assert_eq!(seen(&here).unwrap(), all);
    }

    #[test]
    fn what_is_not_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let told = |path: &Path| seen(path).unwrap_err().to_string();
        assert!(told(folder.path()).contains("is a folder that holds no file"));
        let deep = folder.path().join("a/b/c/d/e/f/g");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("plays.csv"), "x").unwrap();
        assert!(told(folder.path()).contains("has folders too deep within it"));
        assert_eq!(seen(&deep).unwrap().len(), 1);
        assert!(not_too_many("a.zip", MOST_FILES).is_ok());
        let error = not_too_many("a.zip", MOST_FILES + 1).unwrap_err();
        assert!(error.to_string().contains("holds more than 100000 files"), "{error}");
    }

    #[test]
    fn zstandard_frames_follow_each_other() {
        use ruzstd::encoding::{CompressionLevel, compress_to_vec};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.zst");
        let frame = |text: &str| compress_to_vec(text.as_bytes(), CompressionLevel::Fastest);
        fs::write(&path, [frame("first "), frame("second")].concat()).unwrap();
        assert_eq!(seen(&path).unwrap()[0].1, "first second");
        fs::write(&path, &frame("first ")[..7]).unwrap();
        assert!(seen(&path).is_err(), "cut short");
    }

    #[test]
    fn what_unpacks_to_far_more_than_it_should_is_not_followed() {
        let mut bounded = Bounded::new(io::repeat(0), 7);
        bounded.left = 10;
        let error = io::copy(&mut bounded, &mut io::sink()).unwrap_err();
        assert!(error.to_string().contains("200 times its size"), "{error}");
        assert_eq!(Bounded::new(io::empty(), 1 << 30).left, 200 << 30);
    }

    #[test]
    fn a_damaged_archive_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.zip");
        let whole = zipped(&[("a.json", b"[{\"a\": 1}]")]);
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let problem = seen(&path).unwrap_err().problems.remove(0);
        assert!(problem.message.starts_with("cannot be read on"), "{problem}");
        assert_eq!((problem.line, problem.field.as_deref()), (Some(1), Some("(whole file)")));
    }

    #[test]
    fn utf16_is_read_as_text() {
        let text = "héllo 夜 \u{1f3b5} end";
        for big in [false, true] {
            let pair = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let bytes: Vec<u8> = text.encode_utf16().flat_map(pair).collect();
            let inner = Cursor::new(bytes);
            let (begun, made) = (Vec::new(), Cursor::default());
            let mut out = String::new();
            Utf16 { inner, big, begun, made }.read_to_string(&mut out).unwrap();
            assert_eq!(out, text);
        }
    }
}
