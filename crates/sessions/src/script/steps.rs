//! A script: what a session opens with, and what is done in it step by step.

use super::expect::Expectation;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::library::missing;
use crate::opening::Opening;
use crate::versions::Named;
use melody_core::input::{InputError, Problem, TomlFile};
use melody_core::overrides::Overrides;
use melody_core::scene::Scene;

/// A script that has been checked.
pub struct Script {
    /// The text it came from, for messages that name a line.
    pub file: TomlFile,
    /// What reports call it.
    pub name: String,
    /// What it shows, for people.
    pub about: String,
    /// What the session opens with.
    pub opening: Opening,
    /// In order.
    pub steps: Vec<Step>,
}

impl Script {
    /// Requires everything named to be there. `opening` is the script's own unless the command line
    /// overrules it; a name that stands in the script is reported where it stands.
    pub fn check_names(&self, opening: &Opening, base: &Path) -> Result<(), InputError> {
        check_names(&self.file, &self.opening, opening, base)
    }

    /// The versions that its steps go on with.
    pub fn versions(&self) -> Vec<Named> {
        versions_in(&self.file, "", &self.steps)
    }
}

/// The versions that steps of a file go on with, which stand below `place`: nothing, or as `scenes[2].`.
pub fn versions_in(file: &TomlFile, place: &str, steps: &[Step]) -> Vec<Named> {
    let named = steps.iter().enumerate().filter_map(|(i, step)| match step {
        Step::Version { hash } => {
            let field = format!("{place}steps[{i}].hash");
            Some(Named {
                hash: hash.clone(),
                file: file.name.clone(),
                line: file.line(&field),
                field: Some(field),
                what: "the step".into(),
            })
        }
        _ => None,
    });
    named.collect()
}

/// Requires everything named to be there. `own` is what the file itself says.
pub fn check_names(
    file: &TomlFile,
    own: &Opening,
    opening: &Opening,
    base: &Path,
) -> Result<(), InputError> {
    let own: Vec<_> = missing(own, base);
    let problems: Vec<_> = missing(opening, base)
        .into_iter()
        .map(|(what, problem)| {
            if !own.iter().any(|(_, theirs)| *theirs == problem) {
                return problem;
            }
            let field = format!("session.{what}");
            let line = file.line(&field);
            Problem { file: file.name.clone(), ..problem }.line(line).field(field)
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(InputError { problems }) }
}

/// One line of a script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", deny_unknown_fields)]
pub enum Step {
    /// The song plays on for a time or until a share of it has been heard; by default to its end.
    Play {
        /// Seconds into the song.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<f64>,
        /// Share of the song, 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ratio: Option<f64>,
    },
    /// Time passes while nothing plays.
    Wait {
        /// That pass while paused.
        seconds: f64,
    },
    /// On to the next song, after some seconds of this one.
    Skip {
        /// Seconds heard before.
        #[serde(default)]
        after: f64,
        /// So many skips in a row.
        #[serde(default = "once")]
        times: u32,
    },
    /// The song that plays is liked.
    Like {},
    /// The song that plays is saved.
    Save {},
    /// The song that plays begins anew.
    Replay {},
    /// The listener begins to pay.
    Subscribe {},
    /// A search for a song or an artist of the catalogue.
    Search {
        /// Identifier or title of what was searched for.
        #[serde(default)]
        song: Option<String>,
        /// Name of who was searched for.
        #[serde(default)]
        artist: Option<String>,
        /// A song whose lead artist is meant; what is related is then judged by this very song.
        #[serde(default)]
        artist_of: Option<String>,
        /// The words typed; the title or the name by default.
        #[serde(default)]
        query: Option<String>,
    },
    /// A song chosen by hand: by its place in the queue, from 1, or by its identifier.
    Open {
        /// Identifier or title.
        #[serde(default)]
        song: Option<String>,
        /// Place in the queue, from 1.
        #[serde(default)]
        position: Option<usize>,
    },
    /// The situation changes.
    Scene {
        /// The new one.
        scene: Scene,
    },
    /// Sets values by hand, in place of those set before; none gives all back to the policy.
    Override(Overrides),
    /// Another trained model takes over, of the folder that the session names as `versions`.
    Version {
        /// SHA-256 of its weights, in hexadecimal.
        hash: String,
    },
    /// Songs played to their end as they come, but for those skipped.
    Listen {
        /// Songs until it ends.
        songs: u32,
        /// Songs that are skipped.
        #[serde(default)]
        skip: Which,
        /// Seconds heard of a song that is skipped.
        #[serde(default = "few_seconds")]
        after: f64,
    },
    /// The profile's simulated listener takes over for some songs.
    Autopilot {
        /// Songs until it ends.
        songs: u32,
    },
    /// Remembers the trace as it is now, for expectations to look back to.
    Mark {
        /// Of what was set.
        name: String,
    },
    /// Something must hold here.
    Expect(Box<Expectation>),
}

/// Which songs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// Every song is heard.
    #[default]
    None,
    /// Promoted songs are skipped.
    Promoted,
    /// All but promoted songs are skipped.
    Natural,
}

fn once() -> u32 {
    1
}

fn few_seconds() -> f64 {
    6.0
}
