//! A version of the model, ready to score a catalogue.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::features::cross_features;
use crate::heads::{Gates, HeadOutputs, TASKS};
use crate::inference::songs::SongVectors;
use crate::inference::{EncodedListener, Inference};
use crate::moment::Moment;
use crate::network::assembled::Network;
use crate::numbers::weights_hash;
use crate::objective::Objective;
use crate::retrieval::listener::listener_features;
use crate::retrieval::tower::{ListenerTower, SongTower};
use crate::retrieval::vectors::{Chosen, Query, Vectors};
use crate::store::ModelFiles;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::listener::ListenerView;
use melody_core::score::Score;

/// The model at one point of its life.
#[derive(Clone, Debug)]
pub struct ModelVersion {
    /// The trained model's name.
    pub name: String,
    /// 0 as trained; near-line updates count up.
    pub number: u32,
    /// SHA-256 of the weights, in hexadecimal; after a near-line update of the head's, all that it may change.
    pub hash: String,
    /// What it was trained for, and what near-line updates train for.
    pub objective: Objective,
    /// The network as trained, and as near-line updates train it.
    pub network: Arc<Network>,
    /// The same network as songs are scored with it.
    inference: Inference,
    retrieval: Option<Arc<Retrieval>>,
    /// Whether its short-time module is shown the session.
    sees_session: bool,
}

/// The towers, ready for a catalogue: what near-line updates leave alone.
#[derive(Debug)]
struct Retrieval {
    /// SHA-256 of the towers' weights, in hexadecimal.
    hash: String,
    listener: ListenerTower,
    songs: Vectors,
    promoted: Chosen,
}

/// Head outputs of some songs and how each task used the experts for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// Which were scored, in the catalogue's order.
    songs: Vec<SongId>,
    outputs: Vec<HeadOutputs>,
    /// `[songs, tasks, experts]`.
    gates: Vec<f32>,
    experts: usize,
    /// `[songs, d_model]`.
    own: Vec<f32>,
    d_model: usize,
}

impl Scored {
    /// The songs that were scored, in the catalogue's order.
    pub fn songs(&self) -> &[SongId] {
        &self.songs
    }

    /// Where among the scored songs one is; `None` if it was not scored.
    pub fn place(&self, song: SongId) -> Option<usize> {
        self.songs.binary_search(&song).ok()
    }

    /// Head outputs of the song at `place`.
    pub fn outputs(&self, place: usize) -> &HeadOutputs {
        &self.outputs[place]
    }

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
    /// Weight of the profile's token.
    pub profile: Score,
    /// Of the past plays it was shown, oldest first.
    pub plays: Vec<Score>,
    /// At the song itself.
    pub own: Score,
}

impl ModelVersion {
    /// The trained model, ready for the songs of a catalogue.
    pub fn new(files: &ModelFiles, catalogue: &Catalogue) -> Self {
        let network = files.network.clone();
        let songs = Arc::new(SongVectors::new(&network.songs, catalogue));
        let retrieval = files.towers.as_ref().map(|towers| {
            let tower = SongTower::new(towers);
            let vectors = Vectors::by_tower(&tower, &songs, catalogue.songs.len());
            Arc::new(Retrieval {
                hash: weights_hash(towers),
                listener: ListenerTower::new(towers),
                promoted: vectors.chosen(catalogue.lists().promoted().to_vec()),
                songs: vectors,
            })
        });
        ModelVersion {
            name: files.manifest.name.clone(),
            number: 0,
            hash: files.manifest.weights_sha256.clone(),
            objective: files.manifest.objective.clone(),
            inference: Inference::of(&network, songs),
            network: Arc::new(network),
            retrieval,
            sees_session: true,
        }
    }

    /// The same version with its short-time module shown nothing, to see what the module is worth.
    pub fn without_session(&self) -> Self {
        ModelVersion { sees_session: false, ..self.clone() }
    }

    /// Whether its short-time module is shown the session, as it is unless it was taken away.
    pub fn sees_session(&self) -> bool {
        self.sees_session
    }

    /// SHA-256 of the towers' weights, in hexadecimal; `None` where the model has none.
    pub fn towers_hash(&self) -> Option<&str> {
        self.retrieval.as_ref().map(|retrieval| retrieval.hash.as_str())
    }

    /// The vectors of the catalogue's songs, and those of its promoted songs alone; `None` where the model has no towers.
    pub fn vectors(&self) -> Option<(&Vectors, &Chosen)> {
        self.retrieval.as_ref().map(|retrieval| (&retrieval.songs, &retrieval.promoted))
    }

    /// A listener's vector at the moment they were encoded at; `None` where the model has no towers.
    pub fn query(&self, listener: &EncodedListener, view: &ListenerView) -> Option<Query> {
        self.query_of(&self.listener_features(listener, view))
    }

    /// The vector of a listener of whom this is known, see [`Self::listener_features`].
    pub fn query_of(&self, known: &[f32]) -> Option<Query> {
        let retrieval = self.retrieval.as_ref()?;
        Some(Query::new(&retrieval.listener.vector(known)))
    }

    /// What the listener's tower is told.
    pub fn listener_features(&self, listener: &EncodedListener, view: &ListenerView) -> Vec<f32> {
        let learned = self.inference.listener();
        let shared = listener.shared.iter().zip(learned).map(|(shared, learned)| shared + learned);
        listener_features(view, shared, self.inference.d_model(), |song| self.inference.song(song))
    }

    /// The version after a near-line update, which may have changed the head alone.
    pub fn updated(&self, network: Network) -> Self {
        ModelVersion {
            name: self.name.clone(),
            number: self.number + 1,
            hash: weights_hash(&network.head),
            objective: self.objective.clone(),
            inference: self.inference.with_head(&network.head),
            network: Arc::new(network),
            retrieval: self.retrieval.clone(),
            sees_session: self.sees_session,
        }
    }

    /// What near-line updates have learned of this listener, as wide as what candidates share.
    pub fn of_listener(&self) -> Vec<f32> {
        self.inference.listener().to_vec()
    }

    /// The version that knows this of its listener, as [`Self::of_listener`] tells it.
    ///
    /// Panics with another width.
    pub fn knowing(&self, of_listener: &[f32]) -> Self {
        let mut network = (*self.network).clone();
        let (device, width) = (self.device(), of_listener.len());
        network.head.listener = network.head.listener.map(|before| {
            assert_eq!(
                before.dims(),
                [1, width],
                "what was learned of a listener has another width"
            );
            Tensor::from_data(TensorData::new(of_listener.to_vec(), [1, width]), &device)
        });
        self.updated(network)
    }

    /// Where near-line updates are computed.
    pub fn device(&self) -> Device {
        self.network.head.listener.val().device()
    }

    /// Encodes the listener once, for any number of candidates.
    pub fn encode(&self, view: &ListenerView) -> EncodedListener {
        let moment = Moment::new(view);
        let moment = if self.sees_session { moment } else { moment.without_session() };
        self.inference.encode(&moment)
    }

    /// Head outputs and gates of some songs, which come in the catalogue's order. The same song gets the same bits
    /// alone or in company.
    pub fn score(
        &self,
        listener: &EncodedListener,
        catalogue: &Catalogue,
        view: &ListenerView,
        songs: Vec<SongId>,
    ) -> Scored {
        debug_assert!(songs.is_sorted());
        let rows: Vec<usize> = songs.iter().map(|song| song.index()).collect();
        let cross = |row: usize| cross_features(catalogue, view, SongId(row as u32));
        let scores = self.inference.score(listener, &rows, cross);
        Scored {
            outputs: scores.outputs(),
            songs,
            gates: scores.gates,
            experts: self.inference.experts(),
            own: scores.own,
            d_model: self.inference.d_model(),
        }
    }

    /// Which past plays the network looks at for a song: mean attention weights, which say where it
    /// looked and not by how much the score would change without.
    pub fn attention(
        &self,
        listener: &EncodedListener,
        catalogue: &Catalogue,
        view: &ListenerView,
        song: SongId,
    ) -> Attention {
        let cross = cross_features(catalogue, view, song);
        let layers = self.inference.attention(listener, song.index(), cross);
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
}
