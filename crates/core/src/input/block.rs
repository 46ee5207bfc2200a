//! A piece of a JSON array, so that threads may read an array side by side.
//!
//! Where an element ends can only be known by reading all before it. So a piece is cut where one most likely ends, at the comma of
//! `},{`, before anything of it is read, and whoever reads it finds out whether that was so: a text may hold the same signs. Then what
//! is left of the piece is told, and the rest of the file has to be cut with care.

use std::io;

use memchr::{memchr_iter, memrchr};

use super::element::Element;
use super::flat::{Fields, object};

/// Bytes from the beginning of an element, or of what is between two.
pub(crate) struct Block {
    pub bytes: Vec<u8>,
    /// Of the first byte, from 1.
    pub line: usize,
    pub end: End,
}

/// Why a block ends where it does.
pub(crate) enum End {
    /// An element most likely ends there.
    Likely,
    /// The file does.
    File,
    /// The file cannot be read on.
    Unreadable(io::Error),
}

/// What is left of a block after its last element that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing: the next element begins after it.
    Nothing,
    /// The array's end, and what follows that.
    Array,
    /// An element that begins at this byte, in this line, and is not whole.
    Part(usize, usize),
}

/// Takes an element: its line, its bytes, and its fields where they were asked for and are plain.
pub(crate) type Take<'t> = &'t mut dyn for<'b> FnMut(usize, &'b [u8], Option<&Fields<'b>>);

impl Block {
    /// Reads the elements, and tells what is left. Their fields are read if `flat` says so.
    pub(crate) fn elements(&self, flat: bool, take: Take) -> Rest {
        let bytes = &self.bytes[..];
        // Fields are texts.
        let text = std::str::from_utf8(bytes).ok().filter(|_| flat);
        let mut fields = Vec::new();
        let (mut at, mut line) = (0, self.line);
        loop {
            match bytes.get(at) {
                None => return Rest::Nothing,
                Some(b']') => return Rest::Array,
                Some(b'\n') => line += 1,
                Some(byte) if *byte == b',' || byte.is_ascii_whitespace() => {}
                Some(_) => {
                    let plain = text.and_then(|text| object(text, at, &mut fields));
                    if let Some((end, lines)) = plain
                        && let Some((next, more)) = after(bytes, end)
                    {
                        take(line, &bytes[at..end], Some(&fields));
                        (at, line) = (next, line + lines + more);
                        continue;
                    }
                    let (began, from) = (line, at);
                    let part = Element::default().takes(&bytes[at..], &mut line);
                    let Some(end) = part.end else { return Rest::Part(from, began) };
                    at += part.used;
                    take(began, &bytes[from..at - 1], None);
                    if end == b']' {
                        return Rest::Array;
                    }
                    continue;
                }
            }
            at += 1;
        }
    }

    /// The line after the last one that ends in the block.
    pub(crate) fn last_line(&self) -> usize {
        self.line + lines(&self.bytes)
    }
}

/// What follows an element that ends here, a comma or the array's end, and how many lines end before it; none if it is not that.
fn after(bytes: &[u8], end: usize) -> Option<(usize, usize)> {
    let rest = &bytes[end..];
    let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let followed = matches!(rest.get(blanks), Some(b',' | b']'));
    followed.then(|| (end + blanks, lines(&rest[..blanks])))
}

pub(super) fn lines(bytes: &[u8]) -> usize {
    memchr_iter(b'\n', bytes).count()
}

/// Where the last element but one of these bytes most likely ends: after its comma.
pub(super) fn likely_end(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    while let Some(brace) = memrchr(b'{', rest) {
        rest = &rest[..brace];
        let before = rest.trim_ascii_end();
        if let Some(before) = before.strip_suffix(b",")
            && before.trim_ascii_end().ends_with(b"}")
        {
            return Some(before.len() + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(text: &str, flat: bool) -> (Vec<(usize, String)>, Rest) {
        let mut all = Vec::new();
        let block = Block { bytes: text.as_bytes().to_vec(), line: 5, end: End::File };
        let rest = block.elements(flat, &mut |line, bytes, fields| {
            assert!(flat || fields.is_none());
            all.push((line, String::from_utf8_lossy(bytes).trim().to_string()));
        });
        (all, rest)
    }

    #[test]
    fn elements_are_the_same_whether_fields_are_read_or_not() {
        let at = |line, text: &str| (line, text.to_string());
        let part = |from, line| Rest::Part(from, line);
        for (text, all, rest) in [
            (
                "{\"a\": 1},\n{\"a\":\n\"},{\"}\n,",
                vec![at(5, "{\"a\": 1}"), at(6, "{\"a\":\n\"},{\"}")],
                Rest::Nothing,
            ),
            (
                "\n {\"a\": [1]} , 7 ,, {} ] {}",
                vec![at(6, "{\"a\": [1]}"), at(6, "7"), at(6, "{}")],
                Rest::Array,
            ),
            ("{\"a\": 1} x, 2 , ", vec![at(5, "{\"a\": 1} x"), at(5, "2")], Rest::Nothing),
            ("{},\n{\"a\": \"b},", vec![at(5, "{}")], part(4, 6)),
            ("{\"a\": 1}", vec![], part(0, 5)),
            ("{\"a\": \"\\\"]\"}]", vec![at(5, "{\"a\": \"\\\"]\"}")], Rest::Array),
        ] {
            for flat in [false, true] {
                assert_eq!(elements(text, flat), (all.clone(), rest), "{text}");
            }
        }
    }

    #[test]
    fn a_piece_is_cut_between_objects() {
        let cut = |text: &str| likely_end(text.as_bytes()).map(|end| text[..end].to_string());
        assert_eq!(cut("{\"a\": 1},\n {\"b\": {\"c").as_deref(), Some("{\"a\": 1},"));
        assert_eq!(cut("{}  , {},{").as_deref(), Some("{}  , {},"));
        assert_eq!(cut("{\"a\": [{}]}, 1"), None);
        assert_eq!(cut("[1, {"), None);
    }
}
