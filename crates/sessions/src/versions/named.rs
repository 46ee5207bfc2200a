//! Versions that the events of a session name: each is loaded from the folder of its opening before the session is
//! played again, and no other is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::folder::Folder;
use crate::library::Library;
use crate::opening::Opening;
use melody_core::event::{Action, Event};
use melody_core::input::{InputError, Problem};
use melody_recommender::engine::{Engine, Trained};

/// Characters of a hash that tell versions apart for a person.
const SHORT: usize = 12;

/// A place where a session that was written down names a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// SHA-256 of the weights, in hexadecimal.
    pub hash: String,
    /// The file it stands in.
    pub file: String,
    /// The line, from 1, where lines mean something.
    pub line: Option<usize>,
    /// The field's path.
    pub field: Option<String>,
    /// What names it, as `event 12`.
    pub what: String,
}

impl Named {
    /// The versions that events of a file name.
    pub fn in_events(file: &str, events: &[Event]) -> Vec<Self> {
        let named = events.iter().enumerate().filter_map(|(i, event)| match &event.action {
            Action::Version { hash } => Some(Named {
                hash: hash.clone(),
                file: file.into(),
                line: None,
                field: None,
                what: format!("event {}", i + 1),
            }),
            _ => None,
        });
        named.collect()
    }

    fn problem(&self, why: &str) -> Problem {
        let hash: String = self.hash.chars().take(SHORT).collect();
        let message = format!("{} goes on with the model version {hash}: {why}", self.what);
        let problem = Problem { line: self.line, ..Problem::new(&self.file, message) };
        Problem { field: self.field.clone(), ..problem }
    }
}

/// Gives an engine the versions that a session names, from the folder that its opening names; relative paths start
/// at `base`. The model that the session opens with needs no folder.
///
/// # Errors
/// When one is not there, with the file and what names it, and the folder; or when it is damaged.
pub fn give(
    engine: &mut Engine,
    (opening, base): (&Opening, &Path),
    library: &Library,
    named: &[Named],
) -> Result<(), InputError> {
    let known = |named: &Named| {
        let setup = &engine.setup;
        setup.model.hash == named.hash || setup.versions.contains_key(&named.hash)
    };
    let wanted: Vec<&Named> = named.iter().filter(|named| !known(named)).collect();
    let Some(first) = wanted.first() else { return Ok(()) };
    let help = "name the folder that it was published in: `--versions DIR`";
    let Some(folder) = opening.versions.as_ref().map(|folder| base.join(folder)) else {
        return Err(first.problem("nothing says where versions are").help(help).into());
    };
    let given = load(&Folder::new(&folder), &wanted, library).map_err(|error| match error {
        Lacking::Damaged(error) => error,
        Lacking::NotThere(named) => {
            let why = format!("no version in {} has these weights", folder.display());
            named.problem(&why).help(help).into()
        }
        Lacking::NoFolder(error) => {
            let why = error.problems.first().map_or_else(String::new, |problem| {
                format!("{}: {}", folder.display(), problem.message)
            });
            first.problem(&why).help(help).into()
        }
    })?;
    engine.setup = engine.setup.clone().offering(given);
    Ok(())
}

/// Why a version could not be given.
enum Lacking<'a> {
    NoFolder(InputError),
    NotThere(&'a Named),
    Damaged(InputError),
}

fn load<'a>(
    folder: &Folder,
    wanted: &[&'a Named],
    library: &Library,
) -> Result<Vec<Arc<Trained>>, Lacking<'a>> {
    let mut hashes: BTreeSet<&str> = wanted.iter().map(|named| named.hash.as_str()).collect();
    let mut found = BTreeMap::new();
    for version in folder.versions().map_err(Lacking::NoFolder)? {
        if hashes.is_empty() {
            break;
        }
        // One that does not say which it is is none of these.
        let Ok(hash) = version.hash() else { continue };
        if hashes.remove(hash.as_str()) {
            let trained = version.load(&library.catalogue, library.backend);
            found.insert(hash, trained.map_err(Lacking::Damaged)?);
        }
    }
    match wanted.iter().find(|named| hashes.contains(named.hash.as_str())) {
        Some(named) => Err(Lacking::NotThere(named)),
        None => Ok(found.into_values().collect()),
    }
}
