//! Where an element of a JSON array begins and ends, found without reading what it says.
//!
//! Of each byte a table tells whether it can mean anything where it stands. Most cannot, and are passed over in one tight loop.

/// Means something within a text.
const TEXT: u8 = 1;
/// Means something in the element itself, outside of any list, object or text in it.
const OUTER: u8 = 2;
/// Means something in a list or object of the element.
const INNER: u8 = 4;

static MEANS: [u8; 256] = {
    let mut means = [0; 256];
    means[b'"' as usize] = TEXT | OUTER | INNER;
    means[b'\n' as usize] = TEXT | OUTER | INNER;
    means[b'\\' as usize] = TEXT;
    means[b',' as usize] = OUTER;
    means[b'{' as usize] = OUTER | INNER;
    means[b'}' as usize] = OUTER | INNER;
    means[b'[' as usize] = OUTER | INNER;
    means[b']' as usize] = OUTER | INNER;
    means
};

/// An element that is being read.
#[derive(Default)]
pub(super) struct Element {
    /// The line where it begins; absent before.
    pub line: Option<usize>,
    depth: u32,
    quoted: bool,
    escaped: bool,
}

/// What some bytes are of an element.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Bytes before the element.
    pub before: usize,
    /// Where the bytes end that were looked at, with the sign that ends the element.
    pub used: usize,
    /// What ends the element, where it does: a comma, or the array's bracket.
    pub end: Option<u8>,
}

impl Element {
    /// Takes bytes up to the end of the element, or all there are. `line` is that of the first byte, and of the next one after.
    pub(super) fn takes(&mut self, bytes: &[u8], line: &mut usize) -> Part {
        let before = match self.line {
            Some(_) => 0,
            None => match self.begins(bytes, line) {
                (before, true) => before,
                (used, false) => {
                    let end = bytes.get(used).copied();
                    return Part { before: used, used: used + usize::from(end.is_some()), end };
                }
            },
        };
        let mut at = before;
        loop {
            let means = match (self.quoted, self.depth) {
                (true, _) => TEXT,
                (false, 0) => OUTER,
                (false, _) => INNER,
            };
            if self.escaped {
                let Some(byte) = bytes.get(at) else { break };
                *line += usize::from(*byte == b'\n');
                self.escaped = false;
                at += 1;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(passed) = rest.iter().position(|&byte| MEANS[usize::from(byte)] & means != 0)
            else {
                break;
            };
            let byte = rest[passed];
            at += passed + 1;
            match byte {
                b'\n' => *line += 1,
                b'\\' => self.escaped = true,
                b'"' => self.quoted = !self.quoted,
                b',' => return Part { before, used: at, end: Some(byte) },
                b']' if self.depth == 0 => return Part { before, used: at, end: Some(byte) },
                b'{' | b'[' => self.depth += 1,
                _ => self.depth = self.depth.saturating_sub(1),
            }
        }
        Part { before, used: bytes.len(), end: None }
    }

    /// Looks for the element's first byte: how many are before it, or before the array's end, and whether it is there. Between
    /// elements stand blanks, and commas where elements are missing, as in `[1, , 2]`.
    fn begins(&mut self, bytes: &[u8], line: &mut usize) -> (usize, bool) {
        for (before, &byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => *line += 1,
                b',' => {}
                b']' => return (before, false),
                blank if blank.is_ascii_whitespace() => {}
                _ => {
                    self.line = Some(*line);
                    return (before, true);
                }
            }
        }
        (bytes.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    /// One byte after the other, by the letter of the format: the first element's line and bytes, what ends it, and the line there.
    fn slowly(bytes: &[u8]) -> (Option<usize>, Vec<u8>, Option<u8>, usize) {
        let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
        let (mut begun, mut line, mut element) = (None, 1, Vec::new());
        for &byte in bytes {
            let newline = usize::from(byte == b'\n');
            let between = depth == 0 && !quoted;
            if between && (byte == b']' || byte == b',' && begun.is_some()) {
                return (begun, element, Some(byte), line);
            }
            if begun.is_none() && (byte == b',' || byte.is_ascii_whitespace()) {
                line += newline;
                continue;
            }
            begun.get_or_insert(line);
            element.push(byte);
            line += newline;
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = quoted,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        (begun, element, None, line)
    }

    proptest! {
        #[test]
        fn an_element_is_the_same_however_its_bytes_come(
            signs in prop::collection::vec(prop::sample::select(&b"\"\\\n,{}[] ax"[..]), 0..60),
            sizes in prop::collection::vec(1_usize..7, 60),
        ) {
            let (mut element, mut line, mut found, mut end) = (Element::default(), 1, Vec::new(), None);
            let mut rest = &signs[..];
            for size in sizes {
                let bytes = &rest[..size.min(rest.len())];
                let part = element.takes(bytes, &mut line);
                let kept = part.used - usize::from(part.end.is_some());
                found.extend_from_slice(bytes.get(part.before..kept).unwrap_or_default());
                rest = &rest[part.used..];
                if part.end.is_some() {
                    end = part.end;
                    break;
                }
            }
            prop_assert_eq!((element.line, found, end, line), slowly(&signs));
        }
    }
}
