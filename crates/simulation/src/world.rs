//! What is true but in no catalogue: how good songs and campaigns are, and how listeners are made.

use rand::RngExt;
use rand_distr::StandardNormal;

use crate::nature::Nature;
use melody_core::catalogue::{Catalogue, Song, SongId};
use melody_core::rng::{Purpose, generator, hash64};

/// The hidden quality of everything in a catalogue, and the constants its listeners live by. Keyed by
/// identifier, so a song is as good in every catalogue that holds it.
#[derive(Clone, Debug)]
pub struct World {
    nature: Nature,
    appeal: Vec<f64>,
    lift: Vec<f64>,
}

impl World {
    /// The qualities of all its songs and campaigns, in the world as it was fitted.
    pub fn new(catalogue: &Catalogue) -> Self {
        Self::of(catalogue, Nature::fitted())
    }

    /// The same songs where listeners are made otherwise.
    pub fn of(catalogue: &Catalogue, nature: Nature) -> Self {
        let draw = |kind: &str, id: &str| -> f64 {
            generator(hash64(&format!("{kind}/{id}")), Purpose::Taste, 0).sample(StandardNormal)
        };
        let artists: Vec<f64> = catalogue.artists.iter().map(|a| draw("artist", &a.name)).collect();
        let song_appeal = |song: &Song| {
            0.35 * draw("song", &song.id) + 0.35 * artists[song.lead_artist().0 as usize]
        };
        World {
            nature,
            appeal: catalogue.songs.iter().map(song_appeal).collect(),
            lift: catalogue.campaigns.iter().map(|c| 0.4 * draw("campaign", &c.id)).collect(),
        }
    }

    /// How its listeners are made.
    pub fn nature(&self) -> &Nature {
        &self.nature
    }

    /// How good a song is to everybody, in logits of completing it.
    pub fn appeal(&self, song: SongId) -> f64 {
        self.appeal[song.index()]
    }

    /// What a song's campaign adds to being opened from the queue, in logits; zero if natural.
    pub fn lift(&self, song: &Song) -> f64 {
        song.campaign.map_or(0.0, |c| self.lift[c.0 as usize])
    }
}
