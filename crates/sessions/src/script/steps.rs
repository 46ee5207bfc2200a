//! A script: what a session opens with, and what is done in it step by step.

use super::expect::Expectation;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::library::missing;
use crate::opening::Opening;
use melody_core::input::{InputError, Problem, TomlFile};
use melody_core::overrides::Overrides;
use melody_core::scene::Scene;

/// A script that has been checked.
pub struct Script {
    /// The text it came from, for messages that name a line.
    pub file: TomlFile,
    pub name: String,
    pub about: String,
    pub opening: Opening,
    pub steps: Vec<Step>,
}

impl Script {
    /// Requires everything named to be there. `opening` is the script's own unless the command line
    /// overrules it; a name that stands in the script is reported where it stands.
    pub fn check_names(&self, opening: &Opening, base: &Path) -> Result<(), InputError> {
        check_names(&self.file, &self.opening, opening, base)
    }
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
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ratio: Option<f64>,
    },
    /// Time passes while nothing plays.
    Wait {
        seconds: f64,
    },
    /// On to the next song, after some seconds of this one.
    Skip {
        #[serde(default)]
        after: f64,
        #[serde(default = "once")]
        times: u32,
    },
    Like {},
    Save {},
    Replay {},
    Subscribe {},
    /// A search for a song or an artist of the catalogue.
    Search {
        #[serde(default)]
        song: Option<String>,
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
        #[serde(default)]
        song: Option<String>,
        #[serde(default)]
        position: Option<usize>,
    },
    Scene {
        scene: Scene,
    },
    /// Sets values by hand, in place of those set before; none gives all back to the policy.
    Override(Overrides),
    /// Songs played to their end as they come, but for those skipped.
    Listen {
        songs: u32,
        #[serde(default)]
        skip: Which,
        /// Seconds heard of a song that is skipped.
        #[serde(default = "few_seconds")]
        after: f64,
    },
    /// The profile's simulated listener takes over for some songs.
    Autopilot {
        songs: u32,
    },
    /// Remembers the trace as it is now, for expectations to look back to.
    Mark {
        name: String,
    },
    Expect(Box<Expectation>),
}

/// Which songs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    #[default]
    None,
    Promoted,
    Natural,
}

fn once() -> u32 {
    1
}

fn few_seconds() -> f64 {
    6.0
}
