//! Songs' vectors: what the network makes of a song before it knows who listens.
//!
//! A vector takes as much room as two songs of a compact catalogue. Those of a small catalogue are made once and kept;
//! those of a large one are made whenever they are wanted, by the same sums in the same order, so to the same bits.

use std::borrow::Cow;

use rayon::prelude::*;

use super::dense::Rows;
use crate::features::{SONG_FEATURES, song_features};
use crate::network::songs::{SongEncoder, SongPlaces};
use crate::numbers::values;
use melody_core::catalogue::{Catalogue, Songs};

/// Catalogues of at most so many songs have all vectors kept.
const KEPT: usize = 65_536;

/// Songs' vectors, `[songs][d_model]`.
#[derive(Debug)]
pub(crate) struct SongVectors {
    d_model: usize,
    /// All of them, one after the other; none where they are made when wanted.
    kept: Vec<f32>,
    maker: Option<Maker>,
}

impl SongVectors {
    /// Of vectors that are there.
    pub(crate) fn kept(vectors: Vec<f32>, d_model: usize) -> Self {
        SongVectors { d_model, kept: vectors, maker: None }
    }

    /// Of a catalogue's songs.
    pub(crate) fn new(encoder: &SongEncoder, catalogue: &Catalogue) -> Self {
        let maker = Maker::new(encoder, catalogue);
        let d_model = maker.dense.outputs;
        let songs = catalogue.songs.len();
        let made = SongVectors { d_model, kept: Vec::new(), maker: Some(maker) };
        if songs > KEPT { made } else { made.all(songs) }
    }

    /// The same, kept, of so many songs.
    fn all(self, songs: usize) -> Self {
        let vectors = (0..songs).into_par_iter().flat_map_iter(|song| self.of(song).into_owned());
        SongVectors::kept(vectors.collect(), self.d_model)
    }

    /// A song's vector, by its place in the catalogue.
    pub(crate) fn of(&self, song: usize) -> Cow<'_, [f32]> {
        match &self.maker {
            Some(maker) => maker.make(song).into(),
            None => self.kept[song * self.d_model..][..self.d_model].into(),
        }
    }
}

/// Makes songs' vectors of the network's song layer.
///
/// What an embedding adds to a vector depends on nothing else: it is multiplied once for each row of its table, not for
/// each song.
#[derive(Debug)]
struct Maker {
    songs: Songs,
    places: SongPlaces,
    /// What each row of the tables adds, in the order of [`SongPlaces::rows`].
    tables: [Rows; 4],
    dense: Rows,
}

impl Maker {
    fn new(encoder: &SongEncoder, catalogue: &Catalogue) -> Self {
        let mut dense = Rows::new(&encoder.projection);
        let bias = std::mem::take(&mut dense.bias);
        let tables =
            [&encoder.genre, &encoder.family, &encoder.artist, &encoder.song].map(|table| {
                let [_, width] = table.dims();
                let layer = Rows {
                    weights: dense.weights.drain(..width * dense.outputs).collect(),
                    bias: vec![0.0; dense.outputs],
                    outputs: dense.outputs,
                };
                let rows = values(table.val());
                let weights =
                    rows.par_chunks(width).flat_map_iter(|row| layer.apply(row)).collect();
                Rows { weights, bias: Vec::new(), outputs: dense.outputs }
            });
        dense.bias = bias;
        debug_assert_eq!(dense.inputs(), SONG_FEATURES.len());
        let buckets = [tables[2].inputs(), tables[3].inputs()];
        let places = SongPlaces::new(catalogue, buckets);
        Maker { songs: catalogue.songs.clone(), places, tables, dense }
    }

    fn make(&self, song: usize) -> Vec<f32> {
        let mut vector = self.dense.apply(&song_features(&self.songs[song]));
        let rows = self.places.rows(song, &self.songs[song]);
        for (table, row) in self.tables.iter().zip(rows) {
            vector.iter_mut().zip(table.row(row)).for_each(|(sum, value)| *sum += value);
        }
        vector
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::NetworkConfig;
    use crate::network::assembled::Network;
    use crate::network::songs::SongTable;
    use melody_core::catalogue::default_catalogue;

    /// A network whose embeddings are not the zeros they begin with.
    fn network(config: &NetworkConfig) -> Network {
        let mut network = Network::new(config, 5, &Default::default());
        let stirred = |row: burn::tensor::Tensor<2>| {
            let [rows, width] = row.dims();
            let value = |i: usize| ((i * 37 % 101) as f32 - 50.0) / 60.0;
            let values: Vec<f32> = (0..rows * width).map(value).collect();
            burn::tensor::Tensor::from_data(
                burn::tensor::TensorData::new(values, [rows, width]),
                &row.device(),
            )
        };
        network.songs.artist = network.songs.artist.map(stirred);
        network.songs.song = network.songs.song.map(stirred);
        network
    }

    #[test]
    fn vectors_are_those_of_the_network_kept_or_not() {
        let (catalogue, config) = (default_catalogue(), NetworkConfig::default());
        let network = network(&config);
        let songs = catalogue.songs.len();
        let maker = Maker::new(&network.songs, &catalogue);
        let made = SongVectors { d_model: config.d_model, kept: Vec::new(), maker: Some(maker) };
        let kept = SongVectors::new(&network.songs, &catalogue);
        assert!(kept.maker.is_none());
        let table = SongTable::new(&catalogue, &config, &Default::default());
        let wanted = values(network.encode_songs(&table));
        for (song, wanted) in (0..songs).zip(wanted.chunks_exact(config.d_model)) {
            assert_eq!(made.of(song), kept.of(song), "the same bits");
            let off =
                made.of(song).iter().zip(wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(off < 1e-5, "song {song} is off by {off}");
        }
    }
}
