//! Songs and artists kept out of training, to measure how a model fares with what is new.

use super::config::TrainingConfig;
use super::dataset::Dataset;
use crate::catalogue::Catalogue;
use crate::rng::hash64;

/// Which songs of a catalogue a training never learns from: a share of the artists with all their
/// songs, and a share of the other songs. The choice hangs on identifiers alone.
#[derive(Clone, Debug)]
pub struct Unseen {
    /// Per song: it is itself unseen; its artist is.
    songs: Vec<[bool; 2]>,
}

impl Unseen {
    pub fn new(catalogue: &Catalogue, config: &TrainingConfig) -> Self {
        let drawn = |kind: &str, id: &str| {
            (hash64(&format!("unseen {kind}/{id}")) as f64 / u64::MAX as f64) < config.hold_out
        };
        let songs = catalogue.songs.iter().map(|song| {
            let artist = drawn("artist", &catalogue.artist(song.lead_artist()).name);
            [artist || drawn("song", &song.id), artist]
        });
        Unseen { songs: songs.collect() }
    }

    /// Whether the song at this place of the catalogue is unseen, as all are whose artist is.
    pub fn song(&self, place: usize) -> bool {
        self.songs[place][0]
    }

    pub fn artist(&self, place: usize) -> bool {
        self.songs[place][1]
    }

    /// Takes the labels of unseen songs' plays away. They stay in the listeners' past, without their
    /// identifiers, as songs heard elsewhere.
    pub fn hide(&self, data: &mut Dataset) {
        for row in data.listeners.iter_mut().flat_map(|l| &mut l.rows) {
            if self.song(row.song as usize) {
                row.mask.fill(0.0);
            }
        }
    }
}
