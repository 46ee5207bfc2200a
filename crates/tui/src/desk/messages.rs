//! Everything that was said to the person at the keys, to read again: messages, and the notice of each step, which is
//! gone from the screen with the next one.

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
pub(crate) struct Messages {
    all: VecDeque<Message>,
    /// Where those of the present session begin.
    from: usize,
}

impl Messages {
    pub(crate) fn add(&mut self, message: Message) {
        self.all.push_back(message);
        self.shorten();
    }

    fn shorten(&mut self) {
        let over = self.all.len().saturating_sub(MOST);
        self.all.drain(..over);
        self.from = self.from.saturating_sub(over);
    }

    /// All that is kept, the oldest first, with the notices of the present session in between.
    pub(crate) fn with(&self, notices: Vec<Message>) -> Vec<Message> {
        let (earlier, own) = (self.all.range(..self.from), self.all.range(self.from..));
        // What a step said comes before what was said of it.
        let mut now: Vec<Message> = notices.into_iter().chain(own.cloned()).collect();
        now.sort_by_key(|message| message.at_ms);
        earlier.cloned().chain(now).collect()
    }

    /// The session is over, and its notices are kept. Time begins anew.
    pub(crate) fn close(&mut self, notices: Vec<Message>) {
        self.all = self.with(notices).into();
        self.from = self.all.len();
        self.shorten();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(at_ms: u64, text: &str) -> Message {
        Message { at_ms, text: text.into() }
    }

    #[test]
    fn the_newest_are_kept() {
        let mut messages = Messages::default();
        for at_ms in 0..MOST as u64 + 3 {
            messages.add(said(at_ms, ""));
        }
        let kept: Vec<u64> = messages.with(Vec::new()).iter().map(|one| one.at_ms).collect();
        assert_eq!(kept, (3..MOST as u64 + 3).collect::<Vec<_>>());
    }

    #[test]
    fn notices_stand_where_they_were_given_session_by_session() {
        let mut messages = Messages::default();
        messages.add(said(5, "message"));
        messages.close(vec![said(1, "first"), said(9, "last")]);
        messages.add(said(2, "hello"));
        let all = messages.with(vec![said(0, "begins"), said(2, "step")]);
        let texts: Vec<&str> = all.iter().map(|one| &*one.text).collect();
        assert_eq!(texts, ["first", "message", "last", "begins", "step", "hello"]);
    }
}
