//! Whether what is judged by could have been learned from.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::planted;
use crate::data::dataset::Listener;
use crate::data::split::{Sessions, Split, Splits};
use melody_core::catalogue::Catalogue;
use melody_core::plays::{LoggedListener, LoggedSession};
use melody_core::rng::hash64;

/// A way in which a model could have seen what it must foretell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "leak", rename_all = "kebab-case")]
pub enum Leak {
    /// A listener is there more than once: part of what they did stands in no history.
    ListenerTwice {
        /// By the name in the log.
        listener: String,
        /// Where they are.
        splits: [Split; 2],
    },
    /// Two listeners in different splits share a session: the same songs at the same times.
    SessionTwice {
        /// By their names in the log.
        listeners: [String; 2],
        /// Where they are.
        splits: [Split; 2],
        /// Its number among the first listener's.
        session: usize,
    },
    /// A play that is learned from began after the cut.
    AfterTheCut {
        /// By the name in the log.
        listener: String,
        /// When the play began, in milliseconds.
        began_ms: i64,
        /// When the later plays begin, in milliseconds.
        cut_ms: i64,
    },
    /// What is known before a play changes with what happened in it or later.
    FutureInFeatures {
        /// By the name in the log.
        listener: String,
        /// Its number among the listener's.
        play: usize,
    },
    /// What is known before a play changes with labels that no history holds.
    LabelInFeatures {
        /// By the name in the log.
        listener: String,
        /// Its number among the listener's.
        play: usize,
    },
}

impl std::fmt::Display for Leak {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Leak::ListenerTwice { listener, splits: [a, b] } => {
                write!(f, "`{listener}` is there twice, in {} and in {}", a.name(), b.name())
            }
            Leak::SessionTwice { listeners: [a, b], splits: [in_a, in_b], session } => {
                let (in_a, in_b) = (in_a.name(), in_b.name());
                write!(f, "session {session} of `{b}` ({in_b}) is one of `{a}` ({in_a}) as well")
            }
            Leak::AfterTheCut { listener, began_ms, cut_ms } => {
                write!(f, "`{listener}`: a training play at {began_ms} ms; the cut is at {cut_ms}")
            }
            Leak::FutureInFeatures { listener, play } => {
                write!(f, "`{listener}`: features of play {play} change with what came after")
            }
            Leak::LabelInFeatures { listener, play } => {
                write!(f, "`{listener}`: features of play {play} change with its labels")
            }
        }
    }
}

/// How features are made of a listener's sessions.
pub type Features = fn(&Catalogue, &LoggedListener, Sessions) -> Listener;

/// Sees the parts of a log, listener by listener, and gathers leaks. It keeps a name and a few bytes
/// for each session of each listener, so a log may be larger than memory.
#[derive(Debug, Default)]
pub struct LeakCheck {
    /// The splits of each name.
    listeners: BTreeMap<String, Vec<Split>>,
    /// Names of those whose sessions have been seen.
    names: Vec<String>,
    /// Of each session's hash: whose it is, by place among the names, and in which split.
    sessions: HashMap<u64, (usize, Split)>,
    /// Each with where it is; empty where nothing leaks.
    pub leaks: Vec<Leak>,
}

impl LeakCheck {
    /// Looks at what each of these listeners has in each split.
    pub fn see(&mut self, listeners: &[LoggedListener], splits: &Splits) {
        for listener in listeners {
            for split in Split::ALL {
                if let Some(part) = splits.sessions(listener, split) {
                    self.see_part(listener, split, part, splits.cut_ms);
                }
            }
        }
    }

    /// Looks at sessions of a listener that are in a split.
    pub fn see_part(
        &mut self,
        listener: &LoggedListener,
        split: Split,
        part: Sessions,
        cut_ms: Option<i64>,
    ) {
        let own = self.listeners.entry(listener.name.clone()).or_default();
        let may = |other: &Split| {
            matches!((*other, split), (Split::Train, Split::Later) | (Split::Later, Split::Train))
        };
        if let Some(&other) = own.iter().find(|other| !may(other)) {
            let splits = [other, split];
            self.leaks.push(Leak::ListenerTwice { listener: listener.name.clone(), splits });
        }
        own.push(split);

        if let (Split::Train, Some(cut_ms)) = (split, cut_ms) {
            let mut plays = listener.sessions[..part.until].iter().flat_map(|s| &s.plays);
            if let Some(late) = plays.find(|logged| logged.play.began_ms >= cut_ms) {
                let (listener, began_ms) = (listener.name.clone(), late.play.began_ms);
                self.leaks.push(Leak::AfterTheCut { listener, began_ms, cut_ms });
            }
        }

        let place = self.names.len();
        self.names.push(listener.name.clone());
        let fresh = listener.sessions.iter().enumerate().take(part.until).skip(part.known);
        for (session, log) in fresh.filter(|(_, log)| log.plays.len() > 1) {
            let (other, its) = *self.sessions.entry(hash(log)).or_insert((place, split));
            if its != split && self.names[other] != listener.name {
                self.leaks.push(Leak::SessionTwice {
                    listeners: [self.names[other].clone(), listener.name.clone()],
                    splits: [its, split],
                    session,
                });
            }
        }
    }

    /// Makes features of each listener again after one of their plays, and all that followed, has
    /// gone another way, and again with other labels: what was known before may not change by a bit.
    pub fn see_features(
        &mut self,
        catalogue: &Catalogue,
        listeners: &[LoggedListener],
        features: Features,
    ) {
        let made_of = |listener: &LoggedListener| {
            let until = listener.sessions.len();
            features(catalogue, listener, Sessions { known: 0, until }).rows
        };
        let leaks_of = |listener: &LoggedListener| {
            let name = || listener.name.clone();
            let rows = made_of(listener);
            let play = (hash64(&listener.name) % rows.len() as u64) as usize;
            let other = made_of(&planted::another_future(listener, play));
            let (past, before) =
                (rows[..play].iter().zip(&other), rows[play].known_alike(&other[play]));
            let alike =
                before && past.into_iter().all(|(a, b)| a.known_alike(b) && a.went_alike(b));
            let future = (!alike).then(|| Leak::FutureInFeatures { listener: name(), play });
            let other = made_of(&planted::other_labels(listener));
            let odd =
                rows.iter().zip(&other).position(|(a, b)| !a.known_alike(b) || !a.went_alike(b));
            let label = odd.map(|play| Leak::LabelInFeatures { listener: name(), play });
            future.into_iter().chain(label)
        };
        let found: Vec<Leak> = listeners.par_iter().flat_map_iter(leaks_of).collect();
        self.leaks.extend(found);
    }
}

/// The same for sessions of the same songs at the same times.
fn hash(session: &LoggedSession) -> u64 {
    let mut hash = Sha256::new();
    for logged in &session.plays {
        hash.update(logged.play.began_ms.to_le_bytes());
        hash.update(logged.play.song.0.to_le_bytes());
    }
    let digest = hash.finalize();
    u64::from_le_bytes(std::array::from_fn(|i| digest[i]))
}
