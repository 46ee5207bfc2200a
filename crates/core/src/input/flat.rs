//! JSON objects without lists, objects and escapes in them, as most records of services are, read in one look.
//!
//! Keys and values are pieces of the text. Whatever is not as plain as that, or no JSON at all, is not read here but by the parser,
//! which tells what is wrong with it.

/// The value of a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'b> {
    /// A text without escapes.
    Text(&'b str),
    /// A whole number, not negative.
    Whole(u64),
    /// True or false.
    Flag(bool),
    /// Nothing.
    Null,
}

/// An object's keys and values in order; a key may be there more than once.
pub(crate) type Fields<'b> = [(&'b str, Value<'b>)];

/// Digits of a number that surely fits.
const DIGITS: usize = 18;

/// Reads the object that begins at a byte of a text: where it ends, and how many lines do in it. None if it is not plain.
pub(super) fn object<'b>(
    text: &'b str,
    begin: usize,
    fields: &mut Vec<(&'b str, Value<'b>)>,
) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut lines = 0;
    fields.clear();
    if *bytes.get(begin)? != b'{' {
        return None;
    }
    let mut at = blanks(bytes, begin + 1, &mut lines);
    if *bytes.get(at)? == b'}' {
        return Some((at + 1, lines));
    }
    loop {
        let (key, colon) = string(text, at)?;
        at = blanks(bytes, colon, &mut lines);
        if *bytes.get(at)? != b':' {
            return None;
        }
        at = blanks(bytes, at + 1, &mut lines);
        let (value, end) = value(text, at)?;
        fields.push((key, value));
        at = blanks(bytes, end, &mut lines);
        match *bytes.get(at)? {
            b',' => at = blanks(bytes, at + 1, &mut lines),
            b'}' => return Some((at + 1, lines)),
            _ => return None,
        }
    }
}

fn value(text: &str, at: usize) -> Option<(Value<'_>, usize)> {
    let bytes = text.as_bytes();
    match *bytes.get(at)? {
        b'"' => string(text, at).map(|(text, end)| (Value::Text(text), end)),
        b'n' if bytes.get(at..at + 4)? == b"null" => Some((Value::Null, at + 4)),
        b't' if bytes.get(at..at + 4)? == b"true" => Some((Value::Flag(true), at + 4)),
        b'f' if bytes.get(at..at + 5)? == b"false" => Some((Value::Flag(false), at + 5)),
        first @ b'0'..=b'9' => {
            let digits = bytes[at..].iter().take_while(|digit| digit.is_ascii_digit()).count();
            if digits > DIGITS || first == b'0' && digits > 1 {
                return None;
            }
            let number = |number, digit: &u8| 10 * number + u64::from(digit - b'0');
            let number = bytes[at..at + digits].iter().fold(0, number);
            Some((Value::Whole(number), at + digits))
        }
        _ => None,
    }
}

/// The first byte from here on that is no blank of JSON's.
fn blanks(bytes: &[u8], mut at: usize, lines: &mut usize) -> usize {
    while let Some(blank @ (b' ' | b'\n' | b'\t' | b'\r')) = bytes.get(at) {
        *lines += usize::from(*blank == b'\n');
        at += 1;
    }
    at
}

/// The text that begins with the quote here, and what follows it. None if something in it is escaped, or not allowed.
fn string(text: &str, quote: usize) -> Option<(&str, usize)> {
    let bytes = text.as_bytes();
    if *bytes.get(quote)? != b'"' {
        return None;
    }
    let begin = quote + 1;
    let mut at = begin;
    // Eight bytes at a time.
    while let Some(eight) = bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()) {
        let marks = marks(u64::from_le_bytes(eight));
        if marks != 0 {
            at += marks.trailing_zeros() as usize / 8;
            let end = (bytes[at] == b'"').then_some(at)?;
            return Some((text.get(begin..end)?, end + 1));
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    let end = at + rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
    (bytes[end] == b'"').then_some((text.get(begin..end)?, end + 1))
}

/// The highest bit of each of eight bytes that is a quote, a backslash or a control character; above the first of those, perhaps of others.
fn marks(eight: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & HIGH;
    let control = eight.wrapping_sub(ONES * 0x20) & !eight & HIGH;
    zero(eight ^ (ONES * u64::from(b'"'))) | zero(eight ^ (ONES * u64::from(b'\\'))) | control
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;
    use serde_json::Value as Json;

    /// Keys and values, where the object ends, and its lines.
    type Read = (Vec<(String, Json)>, usize, usize);

    fn read(text: &str) -> Option<Read> {
        let mut fields = Vec::new();
        let (end, lines) = object(text, 0, &mut fields)?;
        let json = |value: &Value| match *value {
            Value::Text(text) => text.into(),
            Value::Whole(number) => number.into(),
            Value::Flag(flag) => flag.into(),
            Value::Null => Json::Null,
        };
        Some((
            fields.iter().map(|(key, value)| (key.to_string(), json(value))).collect(),
            end,
            lines,
        ))
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_parser_reads(
            text in "\\{ ?(\n?\"[a-c]{0,12}\" ?: ?(\"[a-zé夜 ,}\\]]{0,20}\"|[0-9]{1,20}|null|true|false|-1|1.5|\"\\\\n\"|\\[\\]|nul)[ ,]{0,2}){0,4}\\} ?,?"
        ) {
            if let Some((fields, end, lines)) = read(&text) {
                let whole: Json = serde_json::from_str(&text[..end]).unwrap();
                prop_assert_eq!(lines, text[..end].matches('\n').count());
                let whole = whole.as_object().unwrap();
                for (key, value) in &fields {
                    let last = fields.iter().rev().find(|(other, _)| other == key).unwrap();
                    prop_assert_eq!(&last.1, &whole[key], "{}", value);
                }
                prop_assert!(whole.keys().all(|key| fields.iter().any(|(read, _)| read == key)));
            } else if !text.contains(['\\', '[', '-', '.']) {
                let end = text.rfind('}').unwrap() + 1;
                let mut numbers = text.split(|c: char| !c.is_ascii_digit());
                let wrong = serde_json::from_str::<Json>(&text[..end]).is_err();
                prop_assert!(wrong || numbers.any(|digits| digits.len() > DIGITS), "{}", text);
            }
        }

        #[test]
        fn a_text_ends_at_its_quote(text in "[ -!#-\\[\\]-~é夜\u{1f3b5}]{0,40}", then in "[\",}\\\\a]{0,9}") {
            let whole = format!("\"{text}\"{then}");
            prop_assert_eq!(string(&whole, 0), Some((&text[..], text.len() + 2)));
            for (sign, allowed) in [("\\\"", false), ("\n", false), ("\u{1f}", false), ("\u{7f}", true)] {
                let whole = format!("\"{text}{sign}\"");
                prop_assert_eq!(string(&whole, 0).is_some(), allowed, "{:?}", sign);
            }
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_parser() {
        for text in [
            "",
            "{",
            "[1]",
            "{\"a\"}",
            "{\"a\": }",
            "{\"a\": 01}",
            "{\"a\": 1.0}",
            "{\"a\": {}}",
            "{\"a\": \"\\n\"}",
            "{\"a\": 1,}",
            "{,}",
            "{\"a\": 1 \"b\": 2}",
            "{\"a\": \"b}",
            "{\"a\": nil}",
            "{\"a\u{b}\": 1}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("{ }, "), Some((vec![], 3, 0)));
        assert_eq!(read("{\"a\":\n0} x"), Some((vec![("a".into(), 0.into())], 8, 1)));
    }
}
