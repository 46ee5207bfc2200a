//! A record's identity, short enough to hold millions of them.

use std::fmt;

/// The first half of a record's SHA-256, which stands for it and all before it in its log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 16]);

impl Hash {
    /// Of the hexadecimal text of a whole SHA-256; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = (text.len() == 64 && text.is_ascii()).then_some(text)?;
        let mut half = [0; 16];
        for (i, byte) in half.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok()?;
        }
        Some(Hash(half))
    }

    /// A number that is as good as drawn by lot, the same for the same record.
    pub fn lot(self) -> u64 {
        self.0.iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().take(6).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_first_half_of_the_whole_one() {
        let text = format!("00000000000000ff{}", "0a".repeat(24));
        let hash = Hash::parse(&text).unwrap();
        assert_eq!((hash.lot(), format!("{hash:?}").as_str()), (255, "000000000000"));
        assert_eq!(Hash::parse("12"), None);
        assert_eq!(Hash::parse(&"g".repeat(64)), None);
    }
}
