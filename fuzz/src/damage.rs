//! Damage to a file: what happens to bytes on the way, and what people and programs write wrongly.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// What stands in the place of a word or number.
const NASTY: [&str; 38] = [
    "nan",
    "NaN",
    "-inf",
    "1e999",
    "-1e-999",
    "-1",
    "-0",
    "0",
    "1",
    "2",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "9223372036854775807",
    "-9223372036854775808",
    "0.1e1",
    "0x7f",
    "1_0",
    "\"\"",
    "''",
    "'''",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "null",
    "true",
    "=",
    ".",
    "2020-01-01",
    "9999-12-31T23:59:60Z",
    "\u{feff}",
    "\"",
    ",",
    "\r\n",
    "曲",
    "\u{202e}",
    "\u{1b}[31m",
];
/// What is nested, so many times over.
const NESTED: [(&str, &str); 4] = [("[", "]"), ("{\"a\":", "}"), ("{a=", "}"), ("a.", "")];
const DEEP: [usize; 3] = [3, 130, 20_000];

/// A damaged file, of one that is good and others of its kind.
pub fn damaged(good: &[u8], others: &[Vec<u8>], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..rng.random_range(1..=4) {
        once(&mut bytes, others, rng);
    }
    bytes
}

/// A place; the beginning and the end are hit more often than the rest, as they say what is between.
fn place(length: usize, rng: &mut ChaCha8Rng) -> usize {
    if length == 0 {
        return 0;
    }
    match rng.random_range(0..4) {
        0 => rng.random_range(0..length.min(200)),
        1 => length - 1 - rng.random_range(0..length.min(400)),
        _ => rng.random_range(0..length),
    }
}

fn range(length: usize, rng: &mut ChaCha8Rng) -> std::ops::Range<usize> {
    let from = place(length, rng);
    let most = if rng.random_bool(0.8) { 40 } else { length };
    from..(from + rng.random_range(0..=most)).min(length)
}

/// The line around a place, its end with it.
fn line(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let from = bytes[..at].iter().rposition(|&b| b == b'\n').map_or(0, |end| end + 1);
    let to = bytes[at..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |end| at + end + 1);
    from..to
}

/// The word or number around a place.
fn word(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let part = |b: &u8| b.is_ascii_alphanumeric() || b"_.-+".contains(b);
    let from = bytes[..at].iter().rposition(|b| !part(b)).map_or(0, |end| end + 1);
    let to = bytes[at..].iter().position(|b| !part(b)).map_or(bytes.len(), |end| at + end);
    from..to
}

fn once(bytes: &mut Vec<u8>, others: &[Vec<u8>], rng: &mut ChaCha8Rng) {
    let at = place(bytes.len(), rng);
    match rng.random_range(0..13) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << rng.random_range(0..8),
        1 if !bytes.is_empty() => bytes[at] = rng.random(),
        2 => drop(bytes.drain(range(bytes.len(), rng))),
        3 => {
            let copy = bytes[range(bytes.len(), rng)].to_vec();
            bytes.splice(at..at, copy);
        }
        4 => drop(bytes.drain(line(bytes, at))),
        5 => {
            let copy = bytes[line(bytes, at)].to_vec();
            let to = line(bytes, place(bytes.len(), rng)).start;
            for _ in 0..rng.random_range(1..=3) {
                bytes.splice(to..to, copy.clone());
            }
        }
        6 => bytes.truncate(at),
        7 => {
            let (open, close) = NESTED.choose(rng).unwrap();
            let deep = *DEEP.choose(rng).unwrap();
            let nested = [open.repeat(deep), "1".into(), close.repeat(deep)].concat();
            bytes.splice(word(bytes, at), nested.into_bytes());
        }
        8 => {
            let Some(other) = others.choose(rng) else { return };
            let part = other[range(other.len(), rng)].to_vec();
            bytes.splice(range(bytes.len(), rng), part);
        }
        // A whole number of a binary file: a length, an offset.
        9 if bytes.len() >= 8 => {
            let at = at.min(bytes.len() - 8);
            let width = *[2, 4, 8].choose(rng).unwrap();
            let number: u64 = *[0, 1, 0x7f, 0xff, 0xffff, u64::MAX, 1 << 31, 1 << 40, 1 << 63]
                .choose(rng)
                .unwrap();
            bytes[at..at + width].copy_from_slice(&number.to_le_bytes()[..width]);
        }
        // A digit more, or another one.
        10 => {
            let from = at;
            let Some(found) = bytes[from..].iter().position(u8::is_ascii_digit) else { return };
            let digit = b'0' + rng.random_range(0..10);
            match rng.random_bool(0.5) {
                true => bytes[from + found] = digit,
                false => bytes
                    .splice(from + found..from + found, vec![digit; rng.random_range(1..25)])
                    .for_each(drop),
            }
        }
        _ => drop(bytes.splice(word(bytes, at), NASTY.choose(rng).unwrap().bytes())),
    }
}
