//! Which key means what: the command table's own keys, patched by a keymap.

use crate::command::context::Context;
use crate::command::keys::Key;
use crate::command::table;
use crate::command::table::{Command, Entry};

/// The keys of every line of the command table.
#[derive(Clone, Debug)]
pub struct Keymap {
    /// In the table's order.
    pub(super) lines: Vec<Line>,
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub entry: &'static Entry,
    pub keys: Vec<Key>,
}

impl Default for Keymap {
    fn default() -> Self {
        let keys = |entry: &Entry| {
            entry.keys.iter().map(|name| name.parse().expect("the table names keys")).collect()
        };
        Keymap {
            lines: table::TABLE.iter().map(|entry| Line { entry, keys: keys(entry) }).collect(),
        }
    }
}

impl Keymap {
    /// What a key means in the first of these contexts that knows it. A letter of another layout that
    /// none of them knows means what the Latin key in its place does, but where text is typed.
    pub fn find(&self, contexts: &[Context], key: Key) -> Option<Command> {
        let typed = key.is_text() && contexts.iter().any(|context| context.types_text());
        self.bound(contexts, key).or_else(|| self.bound(contexts, key.latin().filter(|_| !typed)?))
    }

    fn bound(&self, contexts: &[Context], key: Key) -> Option<Command> {
        contexts.iter().find_map(|context| {
            let mut of = self.lines.iter().filter(|line| line.entry.context == *context);
            of.find(|line| line.keys.contains(&key)).map(|line| line.entry.command)
        })
    }

    /// The table's lines of one context with the keys they have.
    pub fn of(&self, context: Context) -> impl Iterator<Item = (&'static Entry, &[Key])> {
        let lines = self.lines.iter().filter(move |line| line.entry.context == context);
        lines.map(|line| (line.entry, line.keys.as_slice()))
    }

    /// The lines of these contexts, the nearest first, with the keys that get through to them: a key
    /// that means something nearer means nothing further away.
    pub fn reached(&self, contexts: &[Context]) -> Vec<(&'static Entry, Vec<Key>)> {
        let mut taken: Vec<Key> = Vec::new();
        let mut lines = Vec::new();
        for context in contexts {
            for (entry, keys) in self.of(*context) {
                let left = keys.iter().filter(|key| !taken.contains(key));
                lines.push((entry, left.copied().collect()));
            }
            taken.extend(self.of(*context).flat_map(|(_, keys)| keys));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_means_one_thing_in_its_context() {
        let keymap = Keymap::default();
        for context in Context::ALL {
            let mut seen = Vec::new();
            for (entry, keys) in keymap.of(context) {
                for key in keys {
                    assert!(!seen.contains(key), "{key} is bound twice in {context:?}");
                    assert_eq!(keymap.find(&[context], *key), Some(entry.command));
                    seen.push(*key);
                }
            }
        }
    }

    #[test]
    fn leaving_is_possible_everywhere() {
        let keymap = Keymap::default();
        let leave = "ctrl-c".parse().unwrap();
        for context in
            [Context::Anywhere, Context::Search, Context::List, Context::Palette, Context::Reading]
        {
            assert_eq!(keymap.find(&[context], leave), Some(Command::Quit), "{context:?}");
        }
    }
}
