//! A version of the model, ready to score a catalogue.

use std::sync::Arc;

use burn::module::Module;
use burn::store::ModuleSnapshot;
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::features::{
    CROSS_FEATURES, ListenerView, cross_features, moment_features, outcomes, profile_features,
};
use super::heads::{Gates, HeadOutputs, TASKS};
use super::network::{Encoded, Moment, Network};
use super::songs::SongTable;
use super::store::ModelFiles;
use crate::catalogue::{Catalogue, SongId};
use crate::objective::Objective;
use crate::score::Score;

/// Songs are scored in tiles of one size, padded where needed: a tile's shape decides how products
/// are summed, so with one shape a song's score has the same bits in any company.
const TILE: usize = 256;

/// The model at one point of its life.
#[derive(Clone, Debug)]
pub struct ModelVersion {
    /// The trained model's name.
    pub name: String,
    /// 0 as trained; near-line updates count up.
    pub number: u32,
    /// SHA-256 of the weights, in hexadecimal.
    pub hash: String,
    /// What it was trained for, and what near-line updates train for.
    pub objective: Objective,
    pub network: Arc<Network>,
    /// Every song's vector. Near-line updates do not touch what these depend on.
    songs: Tensor<2>,
}

/// A listener at one moment, encoded.
#[derive(Clone, Debug)]
pub struct Request {
    encoded: Encoded,
}

impl Request {
    /// How much of the session vector enters the mixture, in (0, 1).
    pub fn session_gate(&self) -> f32 {
        self.encoded.session_gate
    }

    /// The mixture's input that all candidates share.
    pub fn shared(&self) -> Vec<f32> {
        values(self.encoded.shared.clone())
    }
}

/// Head outputs of some songs and how each task used the experts for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    pub outputs: Vec<HeadOutputs>,
    /// `[songs, tasks, experts]`.
    gates: Vec<f32>,
    experts: usize,
    /// `[songs, d_model]`.
    own: Vec<f32>,
    d_model: usize,
}

impl Scored {
    /// Gate weights of the song at `place`, `[task][expert]`, rounded to a millionth.
    pub fn gates(&self, place: usize) -> Gates {
        let width = TASKS.len() * self.experts;
        self.gates[place * width..(place + 1) * width]
            .chunks(self.experts)
            .map(|task| task.iter().map(|&g| Score::new(g.into())).collect())
            .collect()
    }

    /// The representation of the song at `place`, as the head received it: what near-line updates
    /// learn from.
    pub fn own(&self, place: usize) -> &[f32] {
        &self.own[place * self.d_model..(place + 1) * self.d_model]
    }
}

/// Where the network looked for one song: means over layers and heads, shares that sum to one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attention {
    pub profile: Score,
    /// Of the past plays it was shown, oldest first.
    pub plays: Vec<Score>,
    /// At the song itself.
    pub own: Score,
}

/// What one tile of songs comes to.
struct Tile {
    logits: Vec<f32>,
    gates: Vec<f32>,
    experts: usize,
    own: Vec<f32>,
    d_model: usize,
}

impl ModelVersion {
    /// The trained model, with every song of the catalogue encoded.
    pub fn new(files: &ModelFiles, catalogue: &Catalogue, device: &Device) -> Self {
        let network = files.network.clone();
        let songs = network.encode_songs(&SongTable::new(catalogue, &files.config, device));
        ModelVersion {
            name: files.manifest.name.clone(),
            number: 0,
            hash: files.manifest.weights_sha256.clone(),
            objective: files.manifest.objective.clone(),
            network: Arc::new(network),
            songs,
        }
    }

    /// The version after a near-line update, which may have changed the head alone.
    pub fn updated(&self, network: Network) -> Self {
        ModelVersion {
            name: self.name.clone(),
            number: self.number + 1,
            hash: weights_hash(&network),
            objective: self.objective.clone(),
            network: Arc::new(network),
            songs: self.songs.clone(),
        }
    }

    pub fn device(&self) -> Device {
        self.songs.device()
    }

    /// Encodes the listener once, for any number of candidates. `session_plays` says how many of
    /// the last plays belong to the current session.
    pub fn encode(&self, view: &ListenerView) -> Request {
        let recent = view.history.recent();
        let moment = Moment {
            profile: profile_features(view.account),
            moment: moment_features(view).to_vec(),
            scene: view.scene.index(),
            songs: recent.iter().map(|p| p.song.0 as i32).collect(),
            outcomes: outcomes(recent).concat(),
            scenes: recent.iter().map(|p| p.scene.index() as i32).collect(),
            session_plays: view.session.plays as usize,
        };
        Request { encoded: self.network.encode(&self.songs, &moment) }
    }

    /// Head outputs and gates of some songs. The same song gets the same bits alone or in company.
    pub fn score(
        &self,
        request: &Request,
        catalogue: &Catalogue,
        view: &ListenerView,
        songs: &[SongId],
    ) -> Scored {
        let tiles: Vec<Tile> = songs
            .par_chunks(TILE)
            .map(|tile| {
                let own = self.represent(request, catalogue, view, tile);
                let head = self.network.head.forward(own.clone(), request.encoded.shared.clone());
                let (experts, d_model) = (head.gates.dims()[2], own.dims()[1]);
                let kept = |mut values: Vec<f32>, width: usize| {
                    values.truncate(tile.len() * width);
                    values
                };
                Tile {
                    logits: kept(values(head.logits), HeadOutputs::WIDTH),
                    gates: kept(values(head.gates), TASKS.len() * experts),
                    experts,
                    own: kept(values(own), d_model),
                    d_model,
                }
            })
            .collect();
        let mut scored = Scored::default();
        for tile in tiles {
            (scored.experts, scored.d_model) = (tile.experts, tile.d_model);
            scored.gates.extend(tile.gates);
            scored.own.extend(tile.own);
            scored
                .outputs
                .extend(tile.logits.chunks(HeadOutputs::WIDTH).map(HeadOutputs::from_logits));
        }
        scored
    }

    /// Which past plays the network looks at for a song: mean attention weights, which say where it
    /// looked and not by how much the score would change without.
    pub fn attention(
        &self,
        request: &Request,
        catalogue: &Catalogue,
        view: &ListenerView,
        song: SongId,
    ) -> Attention {
        let device = self.songs.device();
        let row = Tensor::from_data([song.0 as i32].as_slice(), &device);
        let cross = cross_features(catalogue, view, song).to_vec();
        let cross = TensorData::new(cross, [1, CROSS_FEATURES.len()]);
        let layers = self.network.attention(
            &request.encoded,
            self.songs.clone().select(0, row),
            Tensor::from_data(cross, &device),
        );
        let width = layers.first().map_or(0, Vec::len);
        let mean = |column: usize| {
            let sum: f64 = layers.iter().map(|layer| f64::from(layer[column])).sum();
            Score::new(sum / layers.len().max(1) as f64)
        };
        let shares: Vec<Score> = (0..width).map(mean).collect();
        match shares.as_slice() {
            [profile, plays @ .., own] => {
                Attention { profile: *profile, plays: plays.to_vec(), own: *own }
            }
            _ => Attention::default(),
        }
    }

    /// Representations of up to a tile of songs, `[TILE, d_model]`, padded with repetitions.
    fn represent(
        &self,
        request: &Request,
        catalogue: &Catalogue,
        view: &ListenerView,
        tile: &[SongId],
    ) -> Tensor<2> {
        let device = self.songs.device();
        let padded = || (0..TILE).map(|i| tile[i.min(tile.len() - 1)]);
        let cross: Vec<f32> =
            padded().flat_map(|song| cross_features(catalogue, view, song)).collect();
        let cross = TensorData::new(cross, [TILE, CROSS_FEATURES.len()]);
        let rows: Vec<i32> = padded().map(|song| song.0 as i32).collect();
        let songs = self.songs.clone().select(0, Tensor::from_data(rows.as_slice(), &device));
        self.network.represent(&request.encoded, songs, Tensor::from_data(cross, &device))
    }
}

/// The elements of a float tensor.
pub(super) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().expect("networks here hold 32-bit floats")
}

/// SHA-256 over every parameter's name, shape and bytes, in name order.
pub fn weights_hash<M: Module>(module: &M) -> String {
    let mut tensors = module.collect(None, None, true);
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    let mut hash = Sha256::new();
    for tensor in tensors {
        hash.update(tensor.name.as_bytes());
        for &size in tensor.shape.iter() {
            hash.update((size as u64).to_le_bytes());
        }
        hash.update(&tensor.to_bytes().expect("weights are in this machine's memory")[..]);
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
