//! Reading and writing `keymap.toml`: a patch over the keys of the command table.
//!
//! ```toml
//! format = 1
//!
//! [anywhere]
//! like = ["l", "ctrl-l"]
//! next = "n"
//! subscribe = []
//! ```
//!
//! A table is a context, an entry a command and its keys in place of its own; none take its keys away.
//! Commands that are not named keep their keys, but for those that the file gives to another command of
//! the same context.

use std::fmt::Write as _;
use std::path::Path;

use toml::{Table, Value};

use super::lines::Keymap;
use crate::command::context::Context;
use crate::command::keys::Key;
use crate::command::table;
use crate::command::table::{Command, Entry};
use melody_core::input::{Checker, InputError, TomlFile};

/// Reads a keymap over the default one.
///
/// # Errors
/// Everything that is wrong with the file, with line and field.
pub fn load(path: &Path) -> Result<Keymap, InputError> {
    parse(&TomlFile::read(path)?)
}

/// A keymap from its text.
///
/// # Errors
/// As of [`load`].
pub fn parse(file: &TomlFile) -> Result<Keymap, InputError> {
    let table: Table = file.parse()?;
    let mut check = file.checker();
    match table.get("format") {
        Some(Value::Integer(1)) => {}
        Some(_) => {
            check.problem("format", "only format 1 is known");
        }
        None => {
            check.problem("format", "the format is missing").help =
                Some("begin the file with `format = 1`".into());
        }
    }
    let mut keymap = Keymap::default();
    for (id, value) in table.iter().filter(|(id, _)| *id != "format") {
        let field = if id.is_empty() { "(no name)" } else { id };
        if !check.known(field, "context", id, Context::ALL.map(Context::id)) {
            continue;
        }
        let Some(context) = Context::ALL.into_iter().find(|context| context.id() == id) else {
            continue;
        };
        match value {
            Value::Table(commands) => patch(&mut keymap, context, commands, &mut check),
            _ => {
                check.problem(id, "a table of commands and their keys is needed").help =
                    Some(format!("write `[{id}]` and the commands below it"));
            }
        }
    }
    check.finish()?;
    Ok(keymap)
}

/// Lays the commands that a file names in a context over their lines.
fn patch(keymap: &mut Keymap, context: Context, commands: &Table, check: &mut Checker) {
    let mut named: Vec<(&'static Entry, Vec<Key>)> = Vec::new();
    for (id, value) in commands {
        let field = format!("{}.{id}", context.id());
        let ids = table::of(context).map(|entry| entry.id);
        if !check.known(&field, "command", id, ids.collect::<Vec<_>>()) {
            continue;
        }
        let Some(entry) = table::of(context).find(|entry| entry.id == id) else { continue };
        let keys = keys(value, &field, check);
        for key in &keys {
            let other = named.iter().find(|(_, keys)| keys.contains(key));
            if let Some((other, _)) = other {
                check.problem(&field, format!("`{key}` is bound to `{}` here already", other.id));
            }
            if context.types_text() && key.is_text() {
                check.problem(&field, format!("`{key}` is text here")).help =
                    Some(format!("hold something beside it, as in `ctrl-{key}`"));
            }
        }
        named.push((entry, keys));
    }
    for line in keymap.lines.iter_mut().filter(|line| line.entry.context == context) {
        match named.iter().find(|(entry, _)| entry.id == line.entry.id) {
            Some((_, keys)) => line.keys.clone_from(keys),
            None => line.keys.retain(|key| named.iter().all(|(_, keys)| !keys.contains(key))),
        }
    }
    check_way_out(keymap, context, &named, check);
}

/// The keys that a file gives to a command.
fn keys(value: &Value, field: &str, check: &mut Checker) -> Vec<Key> {
    let names: Vec<(String, &Value)> = match value {
        Value::Array(names) => {
            names.iter().enumerate().map(|(i, name)| (format!("{field}[{i}]"), name)).collect()
        }
        one => vec![(field.to_string(), one)],
    };
    let mut keys: Vec<Key> = Vec::new();
    for (field, name) in names {
        let Some(name) = name.as_str() else {
            check.problem(&field, "the name of a key is needed, in quotes").help =
                Some("as `\"n\"`, or `[\"n\", \"right\"]` for several".into());
            continue;
        };
        match name.parse::<Key>() {
            Ok(key) if keys.contains(&key) => {
                check.problem(&field, format!("`{key}` is there twice"));
            }
            Ok(key) => keys.push(key),
            Err(unknown) => {
                let problem = check.problem(&field, unknown.to_string());
                *problem = problem.clone().suggest(name, Key::names());
                let example = "a character, or a name as `space`, `f5` or `ctrl-c`";
                problem.help.get_or_insert(example.into());
            }
        }
    }
    keys
}

/// Whatever a file takes away, the program can be left, and what lies over a view closed.
fn check_way_out(
    keymap: &Keymap,
    context: Context,
    named: &[(&'static Entry, Vec<Key>)],
    check: &mut Checker,
) {
    let needed = match context {
        Context::Anywhere => Command::Quit,
        _ => Command::Close,
    };
    let mut lines = keymap.lines.iter().filter(|line| line.entry.context == context);
    let Some(line) = lines.find(|line| line.entry.command == needed && line.keys.is_empty()) else {
        return;
    };
    let own = |entry: &Entry| entry.id == line.entry.id;
    let takes = |keys: &[Key]| keys.iter().any(|key| line.entry.keys.contains(&&*key.to_string()));
    let by = named.iter().find(|(entry, _)| own(entry));
    let by = by.or_else(|| named.iter().find(|(_, keys)| takes(keys)));
    let field = by.map_or(context.id().into(), |(by, _)| format!("{}.{}", context.id(), by.id));
    let id = line.entry.id;
    check.problem(&field, format!("`{id}` must keep a key here, or there is no way out"));
}

impl Keymap {
    /// This keymap as a whole `keymap.toml`, to begin one of one's own with.
    pub fn to_toml(&self) -> String {
        let mut out = String::from(
            "# Keys of Melody. Only what differs from the defaults has to be in here.\n\
             # Take a command's keys away with [].\nformat = 1\n",
        );
        for context in Context::ALL {
            let _ = writeln!(out, "\n# {}\n[{}]", context.name(), context.id());
            for (entry, keys) in self.of(context) {
                let names: Vec<String> =
                    keys.iter().map(|key| Value::String(key.to_string()).to_string()).collect();
                let _ = writeln!(out, "# {}", entry.about);
                let _ = writeln!(out, "{} = [{}]", entry.id, names.join(", "));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Keymap, InputError> {
        parse(&TomlFile::embedded("keymap.toml", &format!("format = 1\n{text}")))
    }

    fn means(keymap: &Keymap, context: Context, key: &str) -> Option<Command> {
        keymap.find(&[context], key.parse().unwrap())
    }

    #[test]
    fn only_what_is_named_changes() {
        let keymap = read("[anywhere]\nlike = [\"ctrl-l\", \"n\"]\nsave = []\n").unwrap();
        let means = |key| means(&keymap, Context::Anywhere, key);
        assert_eq!(means("ctrl-l"), Some(Command::Like));
        assert_eq!(means("n"), Some(Command::Like), "taken over");
        assert_eq!(means("right"), Some(Command::Next), "what is left of it stays");
        assert_eq!(means("l"), None, "its own key is replaced");
        assert_eq!(means("s"), None);
        assert_eq!(means("r"), Some(Command::Replay));
    }

    #[test]
    fn keys_can_be_swapped_and_one_context_leaves_another_alone() {
        let keymap = read("[timeline]\nstep-back = \"right\"\nstep-on = \"left\"\n").unwrap();
        assert_eq!(means(&keymap, Context::Timeline, "right"), Some(Command::StepBack));
        assert_eq!(means(&keymap, Context::Timeline, "left"), Some(Command::StepOn));
        assert_eq!(means(&keymap, Context::Timeline, "k"), None);
        assert_eq!(means(&keymap, Context::Anywhere, "right"), Some(Command::Next));
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let changed = read("[anywhere]\nlike = \"\\\"\"\nsave = []\nfaster = \"shift-tab\"\n");
        for keymap in [Keymap::default(), changed.unwrap()] {
            let file = TomlFile::embedded("keymap.toml", &keymap.to_toml());
            let read = parse(&file).unwrap();
            for context in Context::ALL {
                assert!(
                    keymap
                        .of(context)
                        .map(|(e, k)| (e.id, k))
                        .eq(read.of(context).map(|(e, k)| (e.id, k)))
                );
            }
        }
    }
}
