//! What a training has heard: whatever else there is, a model knows by content alone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::dataset::Dataset;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::rng::hash64;

/// Songs and lead artists that a model has learned from at least one play of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainedOn {
    /// Identifiers.
    pub songs: BTreeSet<String>,
    /// Names.
    pub artists: BTreeSet<String>,
}

impl TrainedOn {
    /// Adds what is learned from in `data`: plays that are fresh and have a label.
    pub fn add(&mut self, catalogue: &Catalogue, data: &Dataset) {
        let mut songs = vec![false; catalogue.songs.len()];
        for row in data.listeners.iter().flat_map(|l| l.fresh()) {
            songs[row.song as usize] |= row.mask.iter().any(|m| *m > 0.0);
        }
        for id in catalogue.ids().filter(|id| songs[id.index()]) {
            let song = catalogue.song(id);
            self.songs.insert(song.id.to_string());
            self.artists.insert(catalogue.artist(song.lead_artist()).name.to_string());
        }
    }

    /// Whether something was learned of this song.
    pub fn song(&self, catalogue: &Catalogue, id: SongId) -> bool {
        self.songs.contains(catalogue.song(id).id.as_str())
    }

    /// Whether something was learned of the song's first artist.
    pub fn artist_of(&self, catalogue: &Catalogue, id: SongId) -> bool {
        let artist = catalogue.song(id).lead_artist();
        self.artists.contains(catalogue.artist(artist).name.as_str())
    }
}

/// Which songs are kept from training, so that cold start can be measured: half of `share` by their
/// artist, whom nothing is heard of, and half one by one. By song identifier and artist name, so that
/// the same are kept back whoever listens.
pub fn held_out(catalogue: &Catalogue, share: f64) -> Vec<bool> {
    let chosen = |kind: &str, name: &str| {
        (hash64(&format!("held out {kind} {name}")) as f64) < share / 2.0 * 2f64.powi(64)
    };
    let artists: Vec<bool> = catalogue.artists.iter().map(|a| chosen("artist", &a.name)).collect();
    let held = |id: SongId| {
        let song = catalogue.song(id);
        artists[song.lead_artist().0 as usize] || chosen("song", &song.id)
    };
    catalogue.ids().map(held).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::made_up::{data, row};
    use melody_core::catalogue::default_catalogue;

    #[test]
    fn only_plays_with_a_label_are_learned_from() {
        let catalogue = default_catalogue();
        let (past, masked, fresh) = (SongId(1), SongId(2), SongId(3));
        let mut unlabelled = row(masked.0, 0);
        unlabelled.mask = Default::default();
        let rows = vec![row(past.0, 0), unlabelled, row(fresh.0, 0)];
        let mut heard = TrainedOn::default();
        heard.add(&catalogue, &data(vec![(1, rows)]));
        assert!(heard.song(&catalogue, fresh) && heard.artist_of(&catalogue, fresh));
        assert!(!heard.song(&catalogue, past) && !heard.song(&catalogue, masked));
        assert_eq!((heard.songs.len(), heard.artists.len()), (1, 1));
    }

    #[test]
    fn a_larger_share_holds_out_what_a_smaller_one_does() {
        let catalogue = default_catalogue();
        let [none, some, more] = [0.0, 0.1, 0.5].map(|share| held_out(&catalogue, share));
        assert!(none.iter().all(|held| !held));
        assert!(some.iter().zip(&more).all(|(some, more)| *more || !some));
        let share = |held: &[bool]| held.iter().filter(|h| **h).count() as f64 / held.len() as f64;
        assert!(share(&some) > 0.04 && share(&some) < share(&more) && share(&more) < 0.6);
    }
}
