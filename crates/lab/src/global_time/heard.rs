//! Plays as the protocol wants them: who, when, what, and whether it was their own choice.
//!
//! A play is 24 bytes here, however long its song's name, so that tens of millions fit into memory. Songs are those that plays
//! name, by identifier or by artist and title in normal form; no catalogue is asked.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use melody_core::catalogue::{Catalogue, SongId};
use melody_core::plays::{LoggedListener, Play, normal};

/// Whose choice a play was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Untold,
    Organic,
    Recommended,
}

/// A play that counts. In order of listeners, then of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Heard {
    pub listener: u32,
    /// In seconds of the plays' own clock.
    pub at: i64,
    pub song: u32,
    pub way: Way,
}

/// Plays that do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Less than half of the song was heard.
    pub short: u64,
    /// Nobody says when it was.
    pub timeless: u64,
    /// Told again.
    pub doubles: u64,
}

/// Plays being gathered.
#[derive(Debug, Default)]
pub struct Gathered {
    pub(super) plays: Vec<Heard>,
    listeners: HashMap<String, u32>,
    /// As they are written, and in normal form.
    written: HashMap<[String; 2], u32>,
    meant: HashMap<[String; 2], u32>,
    left_out: LeftOut,
}

/// Share of a song from which on a play counts; of unknown length, that it was heard at all.
const ENOUGH: f32 = 0.5;

impl Gathered {
    /// Takes a play of an import.
    pub fn play(&mut self, play: &Play) {
        let Some(time_ms) = play.time_ms else {
            self.left_out.timeless += 1;
            return;
        };
        let outcome = play.outcome(play.duration_ms);
        if !(outcome.completed || outcome.ratio_known && outcome.play_ratio >= ENOUGH) {
            self.left_out.short += 1;
            return;
        }
        let name = play.listener.as_deref().unwrap_or_default();
        let listener = self.listener(name);
        let song = match (&play.title, &play.song) {
            (Some(title), _) => self.titled(title, play.artist.as_deref().unwrap_or_default()),
            (None, song) => self.identified(song.as_deref().unwrap_or_default()),
        };
        let way = match play.opened {
            None => Way::Untold,
            Some(true) => Way::Organic,
            Some(false) => Way::Recommended,
        };
        let at = time_ms.div_euclid(1_000);
        self.plays.push(Heard { listener, at, song, way });
    }

    /// Takes a listener of a training log. `told`: whether the log knows which songs were chosen, as one of simulated listeners does.
    pub fn logged(&mut self, catalogue: &Catalogue, logged: &LoggedListener, told: bool) {
        let listener = self.listener(&logged.name);
        for logged in logged.sessions.iter().flat_map(|session| &session.plays) {
            let play = &logged.play;
            if !(play.completed || logged.known.play_ratio && play.play_ratio >= ENOUGH) {
                self.left_out.short += 1;
                continue;
            }
            let way = match (told, play.opened) {
                (false, _) => Way::Untold,
                (true, true) => Way::Organic,
                (true, false) => Way::Recommended,
            };
            let song = self.identified(&catalogue.song(play.song).id);
            let at = play.began_ms.div_euclid(1_000);
            self.plays.push(Heard { listener, at, song, way });
        }
    }

    /// Puts the plays in order, each once.
    pub(super) fn sorted(&mut self) {
        self.plays.sort_unstable();
        let told = self.plays.len();
        self.plays.dedup_by_key(|heard| (heard.listener, heard.at, heard.song));
        self.left_out.doubles += (told - self.plays.len()) as u64;
    }

    /// Plays that do not count. Doubles are known once the plays have been judged by.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    pub(super) fn songs(&self) -> usize {
        self.meant.len()
    }

    pub(super) fn listeners(&self) -> usize {
        self.listeners.len()
    }

    /// The numbers of a catalogue's songs, as far as any was played.
    pub(super) fn of_catalogue(&self, catalogue: &Catalogue) -> Vec<(SongId, u32)> {
        let number =
            |id: SongId| self.meant.get(&[catalogue.song(id).id.clone().into(), String::new()]);
        catalogue.ids().filter_map(|id| number(id).map(|&number| (id, number))).collect()
    }

    /// A listener's number.
    pub(super) fn number(&self, listener: &str) -> Option<u32> {
        self.listeners.get(listener).copied()
    }

    fn listener(&mut self, name: &str) -> u32 {
        numbered(&mut self.listeners, name)
    }

    fn titled(&mut self, title: &str, artist: &str) -> u32 {
        let key = [title.to_string(), artist.to_string()];
        if let Some(&number) = self.written.get(&key) {
            return number;
        }
        // An artist in front of a title cannot be taken for an identifier with nothing behind it.
        let next = self.meant.len() as u32;
        let number =
            *self.meant.entry([normal(artist), format!("/{}", normal(title))]).or_insert(next);
        self.written.insert(key, number);
        number
    }

    fn identified(&mut self, song: &str) -> u32 {
        let next = self.meant.len() as u32;
        let key = [song.to_string(), String::new()];
        *self.meant.entry(key).or_insert(next)
    }
}

fn numbered(numbers: &mut HashMap<String, u32>, name: &str) -> u32 {
    let next = numbers.len() as u32;
    match numbers.get(name) {
        Some(&number) => number,
        None => *numbers.entry(name.into()).or_insert(next),
    }
}
