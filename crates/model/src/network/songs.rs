//! Songs as vectors: content features plus hashed identifiers.
//!
//! A song or artist never seen in training falls, nine times in ten, into a hash bucket no training
//! song fell into. Those buckets still hold the zeros they began with, which the network knows from
//! training, where identifiers are dropped at random. So a cold song is judged by its content alone.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::layers::Initialiser;
use crate::config::NetworkConfig;
use crate::features::{SONG_FEATURES, song_features};
use melody_core::catalogue::{Catalogue, taxonomy};
use melody_core::rng::hash64;

/// A catalogue's songs as the network reads them.
#[derive(Clone, Debug)]
pub struct SongTable {
    /// `[songs]`.
    pub genre: Tensor<1, Int>,
    /// `[songs]`.
    pub family: Tensor<1, Int>,
    /// Hash bucket of the lead artist's name.
    pub artist: Tensor<1, Int>,
    /// Hash bucket of the song's identifier.
    pub song: Tensor<1, Int>,
    /// `[songs, SONG_FEATURES]`.
    pub dense: Tensor<2>,
}

impl SongTable {
    /// The table of a whole catalogue.
    pub fn new(catalogue: &Catalogue, config: &NetworkConfig, device: &Device) -> Self {
        let bucket = |text: &str, buckets: usize| (hash64(text) % buckets as u64) as i32;
        let column = |value: &dyn Fn(&melody_core::catalogue::Song) -> i32| {
            let values: Vec<i32> = catalogue.songs.iter().map(value).collect();
            Tensor::<1, Int>::from_data(values.as_slice(), device)
        };
        let unknown_genre = taxonomy().genres.len();
        let artist_name =
            |song: &melody_core::catalogue::Song| &catalogue.artist(song.lead_artist()).name;
        let dense: Vec<f32> = catalogue.songs.iter().flat_map(song_features).collect();
        SongTable {
            genre: column(&|s| catalogue.genre(s).base.unwrap_or(unknown_genre) as i32),
            family: column(&|s| catalogue.family(s) as i32),
            artist: column(&|s| bucket(artist_name(s), config.artist_buckets)),
            song: column(&|s| bucket(&s.id, config.song_buckets)),
            dense: Tensor::from_data(
                TensorData::new(dense, [catalogue.songs.len(), SONG_FEATURES.len()]),
                device,
            ),
        }
    }

    /// The rows at `places`, in that order.
    pub fn pick(&self, places: &Tensor<1, Int>) -> Self {
        let column = |column: &Tensor<1, Int>| column.clone().select(0, places.clone());
        SongTable {
            genre: column(&self.genre),
            family: column(&self.family),
            artist: column(&self.artist),
            song: column(&self.song),
            dense: self.dense.clone().select(0, places.clone()),
        }
    }

    /// The table in parts of so many songs, one after the other.
    pub fn parts(&self, most: usize) -> impl Iterator<Item = SongTable> {
        let (all, device) = (self.len(), self.dense.device());
        (0..all).step_by(most.max(1)).map(move |from| {
            let places: Vec<i32> = (from as i32..all.min(from + most) as i32).collect();
            self.pick(&Tensor::<1, Int>::from_data(places.as_slice(), &device))
        })
    }

    /// How many songs it holds.
    pub fn len(&self) -> usize {
        self.dense.dims()[0]
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Turns songs into vectors of the model's width.
#[derive(Module, Debug)]
pub struct SongEncoder {
    pub genre: Param<Tensor<2>>,
    pub family: Param<Tensor<2>>,
    pub artist: Param<Tensor<2>>,
    pub song: Param<Tensor<2>>,
    pub projection: Linear,
}

impl SongEncoder {
    pub fn new(init: &mut Initialiser, config: &NetworkConfig) -> Self {
        let t = taxonomy();
        let (genre, family, id) = (config.d_genre, config.d_family, config.d_id);
        let width = genre + family + 2 * id + SONG_FEATURES.len();
        SongEncoder {
            // One more row than genres: songs of a genre the model has never heard of.
            genre: init.uniform([t.genres.len() + 1, genre], 0.5),
            family: init.uniform([t.families.len(), family], 0.5),
            artist: init.constant([config.artist_buckets, id], 0.0),
            song: init.constant([config.song_buckets, id], 0.0),
            projection: init.linear(width, config.d_model),
        }
    }

    /// All songs of the table, `[songs, d_model]`. `keep` `[songs, 2]` scales the embeddings of
    /// artist and song: one where they are used, zero where training drops them.
    pub fn forward(&self, songs: &SongTable, keep: Option<Tensor<2>>) -> Tensor<2> {
        let look_up =
            |table: &Param<Tensor<2>>, rows: &Tensor<1, Int>| table.val().select(0, rows.clone());
        let mut artist = look_up(&self.artist, &songs.artist);
        let mut song = look_up(&self.song, &songs.song);
        if let Some(keep) = keep {
            artist = artist * keep.clone().narrow(1, 0, 1);
            song = song * keep.narrow(1, 1, 1);
        }
        let parts = vec![
            look_up(&self.genre, &songs.genre),
            look_up(&self.family, &songs.family),
            artist,
            song,
            songs.dense.clone(),
        ];
        self.projection.forward(Tensor::cat(parts, 1))
    }
}
