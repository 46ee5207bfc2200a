//! `melody keys`: which key does what, and a keymap to begin one's own with.

use std::path::Path;

use serde_json::{Value, json};

use super::arguments;
use super::failure::Failure;
use super::say::{say, say_json, say_text};
use crate::config::{Environment, Places};
use melody_core::input::InputError;
use melody_tui::command::keymap;
use melody_tui::{Context, Keymap};

pub(super) fn run(arguments: &arguments::Keys) -> Result<(), Failure> {
    let keymap = effective(arguments.keymap.as_deref())?;
    if arguments.toml {
        say_text(&keymap.to_toml())
    } else if arguments.json {
        say_json(&as_json(&keymap))
    } else {
        print(&keymap)
    }
}

/// The keymap of a file that was named, or of one's own, if there is one.
pub(super) fn effective(named: Option<&Path>) -> Result<Keymap, InputError> {
    let own = || Places::of(&Environment::of_process()).keymap().filter(|path| path.exists());
    match named.map(Path::to_path_buf).or_else(own) {
        Some(path) => keymap::load(&path),
        None => Ok(Keymap::default()),
    }
}

fn as_json(keymap: &Keymap) -> Value {
    let lines = Context::ALL.into_iter().flat_map(|context| {
        keymap.of(context).map(move |(entry, keys)| {
            json!({
                "context": context.id(),
                "command": entry.id,
                "keys": keys.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "about": entry.about,
            })
        })
    });
    lines.collect()
}

fn print(keymap: &Keymap) -> Result<(), Failure> {
    let lines = Context::ALL.into_iter().flat_map(|context| keymap.of(context));
    let lines = lines.map(|(entry, keys)| {
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        (entry, keys.join(" "))
    });
    let lines: Vec<_> = lines.collect();
    let ids = lines.iter().map(|(entry, _)| entry.id.len()).max().unwrap_or(0);
    let keys = lines.iter().map(|(_, keys)| keys.chars().count()).max().unwrap_or(0);
    let mut context = None;
    for (entry, bound) in &lines {
        if context.replace(entry.context) != Some(entry.context) {
            say!("[{}]", entry.context.id())?;
        }
        say!("  {:ids$}  {bound:keys$}  {}", entry.id, entry.about)?;
    }
    Ok(())
}
