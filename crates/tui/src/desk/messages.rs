//! Everything that was said to the person at the keys, to read again.

use std::collections::VecDeque;

/// Messages kept; the oldest go first.
const MOST: usize = 500;

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Simulated time.
    pub at_ms: u64,
    /// In the language that was spoken then.
    pub text: String,
}

#[derive(Default)]
pub(crate) struct Messages(VecDeque<Message>);

impl Messages {
    pub(crate) fn add(&mut self, message: Message) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(message);
    }

    /// All that is kept, the oldest first.
    pub(crate) fn all(&self) -> impl ExactSizeIterator<Item = &Message> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept() {
        let mut messages = Messages::default();
        for at_ms in 0..MOST as u64 + 3 {
            messages.add(Message { at_ms, text: String::new() });
        }
        let kept: Vec<u64> = messages.all().map(|message| message.at_ms).collect();
        assert_eq!(kept, (3..MOST as u64 + 3).collect::<Vec<_>>());
    }
}
