//! A line of text that is typed, and how well other texts fit it.

use crossterm::event::KeyCode;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use tui_input::{Input, InputRequest};

use super::keys::Key;

/// Longest text, in characters. More than that was pasted by accident.
const LONGEST: usize = 80;

/// A line of text and where in it the cursor is.
#[derive(Clone, Debug, Default)]
pub struct Typed(Input);

impl Typed {
    /// Everything typed, spaces around it included.
    pub fn value(&self) -> &str {
        self.0.value()
    }

    /// What is meant by it.
    pub fn text(&self) -> &str {
        self.value().trim()
    }

    /// Characters before the cursor.
    pub fn cursor(&self) -> usize {
        self.0.cursor()
    }

    /// A key goes down. Returns whether the text is another one now.
    pub fn press(&mut self, key: Key) -> bool {
        let Some(request) = request(key) else { return false };
        let adds = matches!(request, InputRequest::InsertChar(_));
        if adds && self.room() == 0 {
            return false;
        }
        self.0.handle(request).is_some_and(|changed| changed.value)
    }

    /// Takes pasted text in, as one line and as far as there is room.
    pub fn paste(&mut self, text: &str) {
        let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        for c in visible.take(self.room()) {
            self.0.handle(InputRequest::InsertChar(c));
        }
    }

    fn room(&self) -> usize {
        LONGEST.saturating_sub(self.value().chars().count())
    }
}

/// What a key does to a text.
fn request(key: Key) -> Option<InputRequest> {
    Some(match (key.code, key.ctrl || key.alt) {
        (KeyCode::Char(c), false) => InputRequest::InsertChar(c),
        (KeyCode::Char('u'), true) => InputRequest::DeleteLine,
        (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
        (KeyCode::Char('a'), true) | (KeyCode::Home, _) => InputRequest::GoToStart,
        (KeyCode::Char('e'), true) | (KeyCode::End, _) => InputRequest::GoToEnd,
        (KeyCode::Backspace, true) => InputRequest::DeletePrevWord,
        (KeyCode::Backspace, false) => InputRequest::DeletePrevChar,
        (KeyCode::Delete, _) => InputRequest::DeleteNextChar,
        (KeyCode::Left, true) => InputRequest::GoToPrevWord,
        (KeyCode::Right, true) => InputRequest::GoToNextWord,
        (KeyCode::Left, false) => InputRequest::GoToPrevChar,
        (KeyCode::Right, false) => InputRequest::GoToNextChar,
        _ => return None,
    })
}

/// Says how well texts fit what was typed.
pub struct Fit {
    letters: Pattern,
    words: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Fit {
    /// Capitals and accents count only where they are typed.
    pub fn new(typed: &str) -> Self {
        let (case, marks) = (CaseMatching::Smart, Normalization::Smart);
        Fit {
            letters: Pattern::parse(typed, case, marks),
            words: Pattern::new(typed, case, marks, AtomKind::Substring),
            matcher: Matcher::new(Config::DEFAULT),
            buffer: Vec::new(),
        }
    }

    /// For a name: its letters come in the text in this order; more is better.
    pub fn name(&mut self, text: &str) -> Option<u32> {
        self.letters.score(Utf32Str::new(text, &mut self.buffer), &mut self.matcher)
    }

    /// For a sentence, in which a few letters can be found anywhere: it holds the words typed.
    pub fn sentence(&mut self, text: &str) -> Option<u32> {
        // The matcher does not look at the very end of a text that is not ASCII.
        let text = format!("{text} ");
        self.words.score(Utf32Str::new(&text, &mut self.buffer), &mut self.matcher)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_stand() {
        for (typed, text) in [("nova", "Bossa nova"), ("诺瓦", "巴萨诺瓦"), ("巴萨", "巴萨诺瓦")]
        {
            assert!(Fit::new(typed).sentence(text).is_some(), "{typed} in {text}");
        }
        assert!(Fit::new("bn").sentence("Bossa nova").is_none(), "a few letters are no word");
    }
}
