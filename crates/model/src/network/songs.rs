//! Songs as vectors: content features plus hashed identifiers.
//!
//! A song or artist never seen in training falls, nine times in ten, into a hash bucket no training
//! song fell into. Those buckets still hold the zeros they began with, which the network knows from
//! training, where identifiers are dropped at random. So a cold song is judged by its content alone.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rayon::prelude::*;

use super::layers::Initialiser;
use crate::config::NetworkConfig;
use crate::features::{SONG_FEATURES, song_features};
use melody_core::catalogue::{Catalogue, Genre, Song, taxonomy};
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

/// Where songs stand in the tables of embeddings.
#[derive(Clone, Debug)]
pub(crate) struct SongPlaces {
    /// Row and family of each of the catalogue's genres.
    genres: Vec<[u32; 2]>,
    /// Hash bucket of each artist's name.
    artists: Vec<u32>,
    /// Hash bucket of each song's identifier.
    songs: Vec<u32>,
}

impl SongPlaces {
    /// Of a catalogue, with so many buckets for artists and songs.
    pub(crate) fn new(catalogue: &Catalogue, [artists, songs]: [usize; 2]) -> Self {
        let bucket = |text: &str, buckets: usize| (hash64(text) % buckets as u64) as u32;
        let unknown = taxonomy().genres.len();
        let genre = |genre: &Genre| [genre.base.unwrap_or(unknown) as u32, genre.family as u32];
        SongPlaces {
            genres: catalogue.genres.iter().map(genre).collect(),
            artists: catalogue.artists.par_iter().map(|a| bucket(&a.name, artists)).collect(),
            songs: catalogue.songs.par_iter().map(|song| bucket(&song.id, songs)).collect(),
        }
    }

    /// A song's rows in the tables of genres, families, artists and songs, by its place in the catalogue.
    #[inline]
    pub(crate) fn rows(&self, place: usize, song: &Song) -> [usize; 4] {
        let [genre, family] = self.genres[usize::from(song.genre.0)];
        let artist = self.artists[song.lead_artist().0 as usize];
        [genre, family, artist, self.songs[place]].map(|row| row as usize)
    }
}

impl SongTable {
    /// The table of a whole catalogue.
    pub fn new(catalogue: &Catalogue, config: &NetworkConfig, device: &Device) -> Self {
        let places = SongPlaces::new(catalogue, [config.artist_buckets, config.song_buckets]);
        let rows = || catalogue.songs.iter().enumerate().map(|(i, song)| places.rows(i, song));
        let column = |of: usize| {
            let values: Vec<i32> = rows().map(|rows| rows[of] as i32).collect();
            Tensor::<1, Int>::from_data(values.as_slice(), device)
        };
        let dense: Vec<f32> = catalogue.songs.iter().flat_map(song_features).collect();
        SongTable {
            genre: column(0),
            family: column(1),
            artist: column(2),
            song: column(3),
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
