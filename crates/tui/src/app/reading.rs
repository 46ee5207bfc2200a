//! How long a caption takes to be read.

use std::time::Duration;

use crate::words::text;

/// To look around, and for each word: about as fast as is read aloud.
const LOOKING: Duration = Duration::from_secs(2);
const WORD: Duration = Duration::from_millis(300);
/// Two columns of Chinese: a word there has no spaces around it.
const CHARACTER: Duration = Duration::from_millis(150);

/// Time to look at a scene and to read its caption.
pub(super) fn takes(caption: &str) -> Duration {
    let words = caption.split_whitespace().count();
    let wide = caption.chars().filter(|c| text::width(c.encode_utf8(&mut [0; 4])) > 1).count();
    LOOKING + WORD * words as u32 + CHARACTER * wide as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_spaces_is_read_by_its_characters() {
        assert_eq!(takes("one two"), Duration::from_millis(2_600));
        assert_eq!(takes("什么都不会丢"), Duration::from_millis(2_000 + 300 + 6 * 150));
    }
}
