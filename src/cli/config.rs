//! `melody config`: the settings in effect, where they come from, and where files are looked for.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::failure::Failure;
use super::say::{say, say_json};
use super::{arguments, settings};
use crate::config::{Config, Environment};
use melody_core::input::{InputError, Problem};
use melody_sessions::library::missing;
use melody_tui::theme::Found;

pub(super) fn run(arguments: &arguments::Config) -> Result<(), Failure> {
    let config = Config::load(&Environment::of_process(), settings::layer(&arguments.settings))?;
    if arguments.themes {
        return themes(&config, arguments.json);
    }
    // What would not open is no setting in effect.
    config.look()?;
    let problems: Vec<Problem> =
        missing(&config.opening(), Path::new("")).into_iter().map(|(_, problem)| problem).collect();
    if !problems.is_empty() {
        return Err(InputError { problems }.into());
    }
    if arguments.json { say_json(&as_json(&config)) } else { print(&config) }
}

/// What is looked for, where, and whether it is there.
fn places(config: &Config) -> impl Iterator<Item = (&'static str, PathBuf, bool)> {
    let places = &config.places;
    let all = [
        ("config", places.config.clone()),
        ("keymap", places.keymap()),
        ("themes", places.themes()),
        ("profiles", places.profiles()),
    ];
    all.into_iter().filter_map(|(what, path)| {
        let path = path?;
        let found = path.exists();
        Some((what, path, found))
    })
}

fn as_json(config: &Config) -> Value {
    let settings: serde_json::Map<String, Value> = config
        .rows()
        .into_iter()
        .map(|(name, value, origin)| (name.into(), json!({ "value": value, "origin": origin })))
        .collect();
    let places: serde_json::Map<String, Value> = places(config)
        .map(|(what, path, found)| (what.into(), json!({ "path": path, "found": found })))
        .collect();
    json!({ "settings": settings, "places": places })
}

fn print(config: &Config) -> Result<(), Failure> {
    let rows = config.rows().into_iter().map(|(name, value, origin)| {
        let value = match value {
            Value::String(text) => text,
            // A whole number stays without decimals.
            Value::Number(number) if number.is_f64() => {
                number.as_f64().unwrap_or_default().to_string()
            }
            Value::Null => "(the profile's own)".into(),
            other => other.to_string(),
        };
        (name, value, origin.to_string())
    });
    columns(&rows.collect::<Vec<_>>())?;
    say!()?;
    let places = places(config).map(|(what, path, found)| {
        (what, path.display().to_string(), if found { "found" } else { "not there" }.to_string())
    });
    columns(&places.collect::<Vec<_>>())
}

/// Prints three columns, as wide as they need to be.
fn columns(rows: &[(&str, String, String)]) -> Result<(), Failure> {
    let wide = rows.iter().map(|(_, value, _)| value.chars().count()).max().unwrap_or(0);
    for (name, value, note) in rows {
        say!("{name:10}  {value:wide$}  {note}")?;
    }
    Ok(())
}

fn themes(config: &Config, json: bool) -> Result<(), Failure> {
    let found = config.shelf().list();
    if json {
        let list: Vec<Value> = found.iter().map(theme_as_json).collect();
        return say_json(&list);
    }
    let wide = found.iter().map(|found| found.name.chars().count()).max().unwrap_or(0);
    for Found { name, path, theme } in &found {
        let ground = match theme.as_ref().map(|theme| theme.dark) {
            Ok(Some(true)) => "dark",
            Ok(Some(false)) => "light",
            Ok(None) => "either",
            Err(_) => "broken",
        };
        let about = match theme {
            Ok(theme) => theme.about.clone(),
            Err(error) => error.to_string(),
        };
        let path = path.as_ref().map_or(String::new(), |path| format!("  {}", path.display()));
        say!("{name:wide$}  {ground:6}  {about}{path}")?;
    }
    Ok(())
}

fn theme_as_json(found: &Found) -> Value {
    let Found { name, path, theme } = found;
    match theme {
        Ok(theme) => {
            json!({ "name": name, "about": theme.about, "dark": theme.dark, "path": path })
        }
        Err(error) => json!({ "name": name, "path": path, "problems": error.problems }),
    }
}
