//! Records of a file, one at a time: lines, or the elements of a JSON array.
//!
//! Memory holds one record, or a batch of them to be read on another thread, whatever the file's size. What a file is packed in is
//! undone, a byte order mark is passed over, and UTF-16, which some spreadsheets write, is read as the text that it is.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use memchr::memchr;

use super::block::{Block, End, likely_end, lines};
use super::element::Element;
use super::problem::{InputError, Problem};
use super::text::empty;
use super::unpack::{Progress, Utf16, open_unpacked};

/// A record longer than this is none of any format here.
const LONGEST_RECORD: usize = 1 << 20;
/// Bytes looked at to recognise a format.
const HEAD: u64 = 1 << 16;
/// Bytes of records that make a batch: some hundreds of plays.
const BATCH: usize = 1 << 17;
/// Bytes of an array that are read for a block, at least.
const BLOCK: usize = 1 << 18;
/// If no element seems to end in so many bytes, a block is at its end nevertheless.
const LONGEST_BLOCK: usize = 4 * LONGEST_RECORD;

/// How records lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One record a line.
    Lines,
    /// One record a line, but where a field in double quotes goes on in the next. Fields are parted by this.
    Quoted(u8),
    /// A JSON array, the whole file.
    Array,
    /// A JSON array under this key somewhere in an object.
    ArrayUnder(&'static str),
    /// Every JSON array under this key, as of pages one after the other.
    ArraysUnder(&'static str),
    /// Every XML element of this name that has none of it inside.
    Innermost(&'static str),
}

/// A file being read.
pub struct Records<'a> {
    /// The file as the person named it.
    pub name: String,
    /// The beginning of the text.
    pub head: Vec<u8>,
    reader: Box<dyn BufRead + 'a>,
    /// Of the next byte, from 1.
    line: usize,
    /// Whether an array has begun.
    inside: bool,
    /// Where a batch's next record is put together.
    record: Vec<u8>,
    /// What ended the batch before, and is told next.
    failed: Option<InputError>,
    /// What was read and is of the next block; none where the file has ended.
    carried: Option<Vec<u8>>,
}

/// Records that follow each other.
#[derive(Default)]
pub struct Batch {
    bytes: Vec<u8>,
    /// Of each its line, where its bytes end, and whether it is short enough to be one.
    records: Vec<(usize, usize, bool)>,
}

impl Batch {
    /// The records in their order.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let mut begin = 0;
        self.records.iter().map(move |&(line, end, whole)| {
            let bytes = &self.bytes[begin..end];
            begin = end;
            Record { line, bytes: whole.then_some(bytes) }
        })
    }
}

/// One record and where it begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Record<'b> {
    /// From 1.
    pub line: usize,
    /// `None` where it is too long to be one.
    pub bytes: Option<&'b [u8]>,
}

impl<'b> Record<'b> {
    /// A record in this line, unless it is too long.
    pub(crate) fn of(line: usize, bytes: &'b [u8]) -> Self {
        Record { line, bytes: (bytes.len() <= LONGEST_RECORD).then_some(bytes) }
    }
}

impl<'a> Records<'a> {
    /// Opens a file, with what it is packed in undone.
    pub fn open(path: &Path, progress: Progress<'a>) -> Result<Self, InputError> {
        Self::over(&path.display().to_string(), open_unpacked(path, progress)?)
    }

    /// The records of what is read under this name.
    ///
    /// # Errors
    /// When nothing can be read, or nothing but blanks is there.
    pub fn over(name: &str, mut plain: impl Read + 'a) -> Result<Self, InputError> {
        let failed = |error: io::Error| cannot_read(name, 1, &error);
        let mark = start(&mut plain, 2).map_err(failed)?;
        let mut plain: Box<dyn Read + 'a> = match mark[..] {
            [0xff, 0xfe] | [0xfe, 0xff] => {
                let (big, begun, made) = (mark[0] == 0xfe, Vec::new(), Cursor::default());
                Box::new(Utf16 { inner: plain, big, begun, made })
            }
            _ => Box::new(Cursor::new(mark).chain(plain)),
        };
        let mut head = start(&mut plain, HEAD).map_err(failed)?;
        if head.starts_with(b"\xef\xbb\xbf") {
            head.drain(..3);
        }
        if head.iter().all(u8::is_ascii_whitespace) {
            return Err(empty(name));
        }
        let rest = BufReader::with_capacity(1 << 16, plain);
        let reader = Box::new(Cursor::new(head.clone()).chain(rest));
        let (name, carried) = (name.into(), Some(Vec::new()));
        let (record, failed, line, inside) = (Vec::new(), None, 1, false);
        Ok(Records { name, head, reader, line, inside, record, failed, carried })
    }

    /// What is left to read, for who cuts it into records otherwise.
    pub fn into_reader(self) -> Box<dyn BufRead + 'a> {
        self.reader
    }

    /// The next record, put into `buffer`; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read on, or ends within an array.
    pub fn next<'b>(
        &mut self,
        layout: Layout,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Option<Record<'b>>, InputError> {
        buffer.clear();
        let cut = match layout {
            Layout::Lines => self.next_line(None, buffer),
            Layout::Quoted(between) => self.next_line(Some(between), buffer),
            Layout::Array => self.next_element(b"[", buffer),
            Layout::ArrayUnder(key) => self.next_element(format!("\"{key}\"[").as_bytes(), buffer),
            Layout::ArraysUnder(key) => self.next_of_pages(key, buffer),
            Layout::Innermost(name) => self.next_innermost(name, buffer),
        };
        let found = cut.map_err(|error| match layout {
            Layout::Lines | Layout::Quoted(_) => cannot_read(&self.name, self.line, &error),
            _ => array_failed(&self.name, self.line, &error),
        })?;
        Ok(found.map(|line| Record::of(line, buffer)))
    }

    /// The next records, as many as fill a batch; none at the end.
    ///
    /// # Errors
    /// As of [`Records::next`], after the records before.
    pub fn batch(&mut self, layout: Layout) -> Result<Option<Batch>, InputError> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        let (mut batch, mut buffer) = (Batch::default(), std::mem::take(&mut self.record));
        while batch.bytes.len() < BATCH {
            match self.next(layout, &mut buffer) {
                Ok(None) => break,
                Ok(Some(Record { line, bytes })) => {
                    batch.bytes.extend_from_slice(bytes.unwrap_or_default());
                    batch.records.push((line, batch.bytes.len(), bytes.is_some()));
                }
                Err(error) if batch.records.is_empty() => return Err(error),
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        self.record = buffer;
        Ok((!batch.records.is_empty()).then_some(batch))
    }

    /// Reads up to where the array of a layout begins; whether the layout is that of one array, of which nothing was read before.
    ///
    /// # Errors
    /// When the file cannot be read, or ends before.
    pub(crate) fn open_array(&mut self, layout: Layout) -> Result<bool, InputError> {
        let begun = match layout {
            _ if self.inside => return Ok(false),
            Layout::Array => self.seek(b"["),
            Layout::ArrayUnder(key) => self.seek(format!("\"{key}\"[").as_bytes()),
            _ => return Ok(false),
        };
        begun.map(|()| true).map_err(|error| array_failed(&self.name, self.line, &error))
    }

    /// The next piece of the array that was opened; none where the file has ended. It is put where another was.
    pub(crate) fn block(&mut self, spare: Vec<u8>) -> Option<Block> {
        let carried = self.carried.take()?;
        let (mut bytes, mut filled) = (spare, carried.len());
        let line = self.line;
        let end = loop {
            let upto = filled + BLOCK;
            if bytes.len() < upto {
                bytes.resize(upto, 0);
            }
            bytes[..carried.len()].copy_from_slice(&carried);
            match fill(&mut self.reader, &mut bytes[..upto], &mut filled) {
                Err(error) => break End::Unreadable(error),
                Ok(()) if filled < upto => break End::File,
                Ok(()) => {}
            }
            if let Some(end) = likely_end(&bytes[..filled]) {
                self.carried = Some(bytes[end..filled].to_vec());
                filled = end;
                break End::Likely;
            }
            if filled >= LONGEST_BLOCK {
                self.carried = Some(Vec::new());
                break End::Likely;
            }
        };
        bytes.truncate(filled);
        self.line += lines(&bytes);
        Some(Block { bytes, line, end })
    }

    /// Goes on within the array with these bytes, which are in this line, before what was not read yet, or before the file cannot be
    /// read on: record by record, and not in blocks.
    pub(crate) fn resume(&mut self, mut bytes: Vec<u8>, line: usize, broken: Option<io::Error>) {
        bytes.extend(self.carried.take().unwrap_or_default());
        let reader = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        let broken = BufReader::new(Broken(broken));
        self.reader = Box::new(Cursor::new(bytes).chain(broken).chain(reader));
        (self.line, self.inside) = (line, true);
    }

    /// The line of the next line that is not blank; its bytes go into `buffer`. With a sign between fields, a line's end
    /// within quotes is none.
    fn next_line(
        &mut self,
        between: Option<u8>,
        buffer: &mut Vec<u8>,
    ) -> io::Result<Option<usize>> {
        loop {
            let (line, mut lines) = (self.line, 1);
            let (mut any, mut quotes) = (false, Quotes::default());
            loop {
                let (used, ended) = {
                    let bytes = self.reader.fill_buf()?;
                    let end = match between {
                        None => memchr(b'\n', bytes),
                        Some(between) => bytes.iter().position(|&b| {
                            let inside = quotes.takes(b, between);
                            lines += usize::from(inside && b == b'\n');
                            !inside && b == b'\n'
                        }),
                    };
                    let upto = end.unwrap_or(bytes.len());
                    keep(buffer, &bytes[..upto]);
                    any |= !bytes.is_empty();
                    (upto + usize::from(end.is_some()), end.is_some() || bytes.is_empty())
                };
                self.reader.consume(used);
                if ended {
                    break;
                }
            }
            if !any {
                return Ok(None);
            }
            self.line += lines;
            if !buffer.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(line));
            }
            buffer.clear();
        }
    }

    /// The next element of any of the arrays under a key; none where no more follows.
    fn next_of_pages(&mut self, key: &str, buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
        let opening = format!("\"{key}\"[");
        loop {
            if !self.inside {
                match self.seek(opening.as_bytes()) {
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                    found => found?,
                }
            }
            let (line, last) = self.element(buffer)?;
            self.inside = !last;
            if line.is_some() {
                return Ok(line);
            }
        }
    }

    /// The next element of XML that has none of its name inside; what is between its tags goes into `buffer`.
    fn next_innermost(&mut self, name: &str, buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let mut began = None;
        loop {
            let (used, whole) = {
                let bytes = self.reader.fill_buf()?;
                if bytes.is_empty() {
                    return Ok(None);
                }
                let end = bytes.iter().position(|&byte| byte == b'>');
                let upto = end.map_or(bytes.len(), |end| end + 1);
                keep(buffer, &bytes[..upto]);
                self.line += bytes[..upto].iter().filter(|&&byte| byte == b'\n').count();
                (upto, end.is_some())
            };
            self.reader.consume(used);
            if whole && buffer.ends_with(open.as_bytes()) {
                buffer.clear();
                began = Some(self.line);
            } else if whole && buffer.ends_with(close.as_bytes()) {
                if began.is_some() {
                    buffer.truncate(buffer.len() - close.len());
                    return Ok(began);
                }
                buffer.clear();
            } else if began.is_none() && whole {
                buffer.clear();
            }
        }
    }

    /// The line where the next element of the array begins; its bytes go into `buffer`. `opening` is
    /// what the array follows, with its bracket: blanks and a colon may stand in between.
    fn next_element(&mut self, opening: &[u8], buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
        if !self.inside {
            self.seek(opening)?;
        }
        let (line, last) = self.element(buffer)?;
        if last {
            // What follows the array is passed over, and the next call finds its end at once.
            self.reader = Box::new(&b"]"[..]);
        }
        Ok(line)
    }

    /// Reads on until an array has begun.
    fn seek(&mut self, opening: &[u8]) -> io::Result<()> {
        let mut seen = 0;
        while seen < opening.len() {
            let byte = self.byte()?;
            let between = seen + 1 == opening.len() && (byte == b':' || byte.is_ascii_whitespace());
            if byte == opening[seen] {
                seen += 1;
            } else if !between {
                seen = usize::from(byte == opening[0]);
            }
        }
        self.inside = true;
        Ok(())
    }

    /// The rest of an array's element, or what is before its end: the line where it begins, if it is there, and whether the
    /// array has ended.
    fn element(&mut self, buffer: &mut Vec<u8>) -> io::Result<(Option<usize>, bool)> {
        let mut element = Element::default();
        loop {
            let bytes = self.reader.fill_buf()?;
            if bytes.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let part = element.takes(bytes, &mut self.line);
            let end = part.used - usize::from(part.end.is_some());
            keep(buffer, bytes.get(part.before..end).unwrap_or_default());
            self.reader.consume(part.used);
            if let Some(end) = part.end {
                return Ok((element.line, end != b','));
            }
        }
    }

    /// The next byte; the end is an error.
    fn byte(&mut self) -> io::Result<u8> {
        let byte = self.reader.fill_buf()?.first().copied();
        let byte = byte.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.reader.consume(1);
        self.line += usize::from(byte == b'\n');
        Ok(byte)
    }
}

/// Whether a line is within a field in quotes. A quote within a field that began without one is a sign like any other.
#[derive(Default)]
struct Quotes {
    open: bool,
    /// The field began with one.
    quoted: bool,
    /// Something of the field was read.
    begun: bool,
}

impl Quotes {
    /// Takes the next byte; whether it is within quotes.
    fn takes(&mut self, byte: u8, between: u8) -> bool {
        match byte {
            b'"' if self.quoted || !self.begun => {
                *self = Quotes { open: !self.open, quoted: true, begun: true };
            }
            _ if self.open => {}
            byte if byte == between || byte == b'\n' => *self = Quotes::default(),
            _ => self.begun = true,
        }
        self.open
    }
}

/// Keeps bytes as long as a record may be, and one more, which tells that it is too long.
fn keep(buffer: &mut Vec<u8>, bytes: &[u8]) {
    let room = (LONGEST_RECORD + 1).saturating_sub(buffer.len());
    buffer.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

/// Reads on to the end of `bytes`, of which so many are there already, or of the file.
fn fill(reader: &mut dyn BufRead, bytes: &mut [u8], filled: &mut usize) -> io::Result<()> {
    while *filled < bytes.len() {
        match reader.read(&mut bytes[*filled..]) {
            Ok(0) => return Ok(()),
            Ok(read) => *filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A file that cannot be read on.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// The problem of a file that cannot be read on within its array.
pub(crate) fn array_failed(name: &str, line: usize, error: &io::Error) -> InputError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => torn(name, line),
        _ => cannot_read(name, line, error),
    }
}

/// The problem of a file that ends within its array.
pub(crate) fn torn(name: &str, line: usize) -> InputError {
    Problem::new(name, "the file ends before its array does")
        .line(line)
        .field("(array)")
        .help("it was cut short on the way; export it again")
        .into()
}

pub(super) fn cannot_read(name: &str, line: usize, error: &io::Error) -> InputError {
    Problem::new(name, format!("cannot be read on: {error}"))
        .line(line)
        .field("(whole file)")
        .help("the file is damaged; get it again")
        .into()
}

/// The first bytes; fewer where there are no more.
fn start(reader: &mut impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    reader.by_ref().take(most).read_to_end(&mut start)?;
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines and texts of all records, or the problem.
    fn cut(text: &[u8], layout: Layout) -> Result<Vec<(usize, String)>, InputError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, text).unwrap();
        let mut records = Records::open(&path, &|_| {})?;
        let (mut all, mut buffer) = (Vec::new(), Vec::new());
        while let Some(record) = records.next(layout, &mut buffer)? {
            let text = record.bytes.map_or("(long)".into(), String::from_utf8_lossy);
            all.push((record.line, text.into_owned()));
        }
        Ok(all)
    }

    fn texts(text: &str, layout: Layout) -> Vec<(usize, String)> {
        cut(text.as_bytes(), layout).unwrap()
    }

    #[test]
    fn elements_end_where_json_ends_them() {
        let at = |line, text: &str| (line, text.to_string());
        let text = "\u{feff} [\n{\"a\": \"],}\\\"\"},\n 7 , , [1,[2]] ]\n] more";
        let all = texts(text, Layout::Array);
        assert_eq!(all, [at(2, "{\"a\": \"],}\\\"\"}"), at(3, "7 "), at(3, "[1,[2]] ")]);
        assert_eq!(texts("[]", Layout::Array), []);
        let api =
            "{\"payload\": {\"n\": [1],\n\"listens\" : [{\"a\":1},{\"b\":2}], \"user\": \"u\"}}";
        let all = texts(api, Layout::ArrayUnder("listens"));
        assert_eq!(all, [at(2, "{\"a\":1}"), at(2, "{\"b\":2}")]);
    }

    #[test]
    fn pages_follow_each_other_and_elements_of_xml_are_cut_out() {
        let at = |line, text: &str| (line, text.to_string());
        let text = "[{\"track\": [1,2]},\n{\"track\":[]}, {\"track\": [3]}]";
        let all = [at(1, "1"), at(1, "2"), at(2, "3")];
        assert_eq!(texts(text, Layout::ArraysUnder("track")), all);
        let text = "<p><dict><key>a</key>\n<dict><b/>\nx</dict></dict><dict></dict></p>";
        let all = [at(2, "<b/>\nx"), at(3, "")];
        assert_eq!(texts(text, Layout::Innermost("dict")), all);
    }

    #[test]
    fn a_line_within_quotes_goes_on_and_a_quote_within_a_field_is_none() {
        let at = |line, text: &str| (line, text.to_string());
        let text = "a,\"b\nc \"\" , d\",e\n5\" single,x\n\"y\",z";
        let all = [at(1, "a,\"b\nc \"\" , d\",e"), at(3, "5\" single,x"), at(4, "\"y\",z")];
        assert_eq!(texts(text, Layout::Quoted(b',')), all);
    }

    #[test]
    fn an_array_that_is_cut_short_is_told_with_its_line() {
        for text in ["[{\"a\": 1},\n{\"a\"", "[{\"a\": 1},\n", "[\n\"unclosed]"] {
            let error = cut(text.as_bytes(), Layout::Array).unwrap_err();
            assert_eq!(error.problems[0].line, Some(2), "{text}");
            assert!(error.to_string().contains("ends before its array"), "{error}");
        }
    }

    #[test]
    fn batches_have_the_same_records_and_an_error_comes_after_them() {
        let long = "x".repeat(3 * LONGEST_RECORD);
        let many: String = (0..9_000).map(|n| format!("{{\"n\": \"{n}, ]\"}},\n")).collect();
        for (text, layout) in [
            (format!("[{many}\"{long}\", 7]"), Layout::Array),
            (format!("[{many}{{\"cut"), Layout::Array),
            (format!("{many}{long}\n\n1"), Layout::Lines),
        ] {
            let mut records = Records::over("f", text.as_bytes()).unwrap();
            let (mut all, mut batches) = (Vec::new(), 0);
            let end = loop {
                match records.batch(layout) {
                    Ok(None) => break Ok(all),
                    Err(error) => break Err((all.len(), error.to_string())),
                    Ok(Some(batch)) => all.extend(batch.records().map(|record| {
                        let text = record.bytes.map_or("(long)".into(), String::from_utf8_lossy);
                        (record.line, text.into_owned())
                    })),
                }
                batches += 1;
            };
            assert!(batches > 1);
            let alone = cut(text.as_bytes(), layout);
            match (end, alone) {
                (Ok(all), Ok(alone)) => assert!(all == alone),
                (Err((read, error)), Err(alone)) => {
                    assert_eq!(read, 9_000);
                    assert!(error.contains(&alone.problems[0].message), "{error}");
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_record_too_long_is_passed_over_and_never_held() {
        let long = "x".repeat(3 * LONGEST_RECORD);
        let all = texts(&format!("a\n\n{long}\nb"), Layout::Lines);
        assert_eq!(all, [(1, "a".into()), (3, "(long)".into()), (4, "b".into())]);
        let all = texts(&format!("[1,\"{long}\",2]"), Layout::Array);
        assert_eq!(
            all.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
            ["1", "(long)", "2"]
        );
        let mut buffer = Vec::new();
        keep(&mut buffer, long.as_bytes());
        assert_eq!(buffer.len(), LONGEST_RECORD + 1);
    }
}
