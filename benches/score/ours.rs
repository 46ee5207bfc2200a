//! Our own two paths.

use std::sync::Arc;
use std::time::Duration;

use burn::tensor::{Tensor, TensorData};
use melody::catalogue::{Catalogue, SongId};
use melody::engine::State;
use melody::model::{
    self, CROSS_FEATURES, Cross, HeadOutputs, Inference, ModelFiles, Moment, SongTable,
    cross_features,
};
use rayon::prelude::*;

use crate::common::timed;

/// Songs in a tile of tensors.
const TILE: usize = 256;

/// Everything both paths are given.
pub(crate) struct Ours {
    files: ModelFiles,
    table: SongTable,
    catalogue: Arc<Catalogue>,
    state: State,
    moment: Moment,
    inference: Inference,
    /// Songs' vectors, as tensors.
    songs: Tensor<2>,
    rows: Vec<usize>,
    cross: Vec<Cross>,
}

impl Ours {
    pub(crate) fn new(
        files: ModelFiles,
        table: SongTable,
        catalogue: Arc<Catalogue>,
        state: State,
    ) -> Self {
        let songs = files.network.encode_songs(&table);
        let view = state.view();
        Ours {
            moment: Moment::new(&view),
            inference: Inference::new(&files.network, songs.clone()),
            rows: (0..catalogue.songs.len()).collect(),
            cross: catalogue.ids().map(|song| cross_features(&catalogue, &view, song)).collect(),
            songs,
            files,
            table,
            catalogue,
            state,
        }
    }

    pub(crate) fn files(&self) -> &ModelFiles {
        &self.files
    }

    /// What the peers are given; see [`model::scoring`].
    pub(crate) fn scoring(&self) -> Vec<u8> {
        let songs: Vec<SongId> = self.catalogue.ids().collect();
        model::scoring(&self.files, &self.table, &self.catalogue, &self.state.view(), &songs)
    }

    fn fast(&self, songs: usize) -> Vec<HeadOutputs> {
        let encoded = self.inference.encode(&self.moment);
        let scores = self.inference.score(&encoded, &self.rows[..songs], |row| self.cross[row]);
        scores.outputs()
    }

    fn burn(&self, songs: usize) -> Vec<HeadOutputs> {
        let network = &self.files.network;
        let encoded = network.encode(&self.songs, &self.moment);
        let tiles: Vec<Vec<HeadOutputs>> = self.rows[..songs]
            .par_chunks(TILE)
            .map(|tile| {
                let device = self.songs.device();
                let ids: Vec<i32> = tile.iter().map(|&row| row as i32).collect();
                let songs = self.songs.clone().select(0, Tensor::from_data(&ids[..], &device));
                let cross: Vec<f32> = tile.iter().flat_map(|&row| self.cross[row]).collect();
                let cross = TensorData::new(cross, [tile.len(), CROSS_FEATURES.len()]);
                let own = network.represent(&encoded, songs, Tensor::from_data(cross, &device));
                let logits = network.head.forward(own, encoded.shared.clone()).logits;
                let logits: Vec<f32> = logits.into_data().try_to_vec().expect("32-bit floats");
                logits.chunks(HeadOutputs::WIDTH).map(HeadOutputs::from_logits).collect()
            })
            .collect();
        tiles.concat()
    }

    /// The largest difference between the two paths.
    pub(crate) fn apart(&self, songs: usize) -> f32 {
        let numbers = |outputs: Vec<HeadOutputs>| -> Vec<f64> {
            let text = outputs.iter().map(|o| serde_json::to_value(o).expect("plain data"));
            text.flat_map(|o| {
                let fields = o.as_object().expect("a struct").values().cloned();
                fields.filter_map(|v| v.as_f64()).collect::<Vec<_>>()
            })
            .collect()
        };
        let (fast, burn) = (numbers(self.fast(songs)), numbers(self.burn(songs)));
        assert!(fast.len() == burn.len() && fast.len() == songs * HeadOutputs::WIDTH);
        let apart = fast.iter().zip(&burn).map(|(a, b)| (a - b).abs() as f32);
        apart.fold(0.0, f32::max)
    }

    pub(crate) fn time_fast(&self, songs: usize, runs: usize) -> Vec<Duration> {
        (0..runs).map(|_| timed(|| std::hint::black_box(self.fast(songs))).0).collect()
    }

    pub(crate) fn time_burn(&self, songs: usize, runs: usize) -> Vec<Duration> {
        (0..runs).map(|_| timed(|| std::hint::black_box(self.burn(songs))).0).collect()
    }

    /// Computing cross features, on all threads.
    pub(crate) fn time_cross(&self, songs: usize, runs: usize) -> Vec<Duration> {
        let view = self.state.view();
        let features = || -> Vec<Cross> {
            let ids = self.rows[..songs].par_iter().with_min_len(64);
            ids.map(|&row| cross_features(&self.catalogue, &view, SongId(row as u32))).collect()
        };
        (0..runs).map(|_| timed(|| std::hint::black_box(features())).0).collect()
    }
}
