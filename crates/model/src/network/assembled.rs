//! The whole network: songs, history, session and profile in; eight logits per candidate out.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::attention::{Encoder, KeysValues};
use super::head::{Head, HeadTensors, Mixture, Tower};
use super::layers::Initialiser;
use super::session_encoder::SessionEncoder;
use super::songs::{SongEncoder, SongTable};
use crate::config::NetworkConfig;
use crate::features::{CROSS_FEATURES, MOMENT_FEATURES, OUTCOME_FEATURES, profile_width};
use crate::heads::{HeadOutputs, INTEREST_OUTPUTS};
use crate::moment::Moment;
use crate::numbers::values;
use melody_core::listener::HISTORY_LENGTH;
use melody_core::scene::Scene;

/// Everything from features to logits.
#[derive(Module, Debug)]
pub struct Network {
    /// A song's vector, of what it is.
    pub songs: SongEncoder,
    /// How a play went, added to its song: `outcome -> d_model`.
    pub outcome: Linear,
    /// `[scenes, d_model]`, added to history and candidate tokens.
    pub scene: Param<Tensor<2>>,
    /// Makes the profile the first token of the history.
    pub profile_token: Linear,
    /// Cross and moment features of a candidate, added to its song.
    pub candidate: Linear,
    /// Over the history's tokens and a candidate.
    pub encoder: Encoder,
    /// What this sitting adds.
    pub session: SessionEncoder,
    /// Profile and moment features for the mixture: `profile + moment -> d_profile`.
    pub profile: Linear,
    /// `[scenes, d_scene]`, for the mixture.
    pub scene_context: Param<Tensor<2>>,
    /// The mixture of experts and the towers.
    pub head: Head,
}

/// Runs of plays for training: every play is a candidate judged by the plays before it.
#[derive(Clone, Debug)]
pub struct Sequences {
    /// `[batch, profile]`.
    pub profile: Tensor<2>,
    /// Rows of the song table, `[batch * plays]`.
    pub songs: Tensor<1, Int>,
    /// `[batch * plays]`.
    pub scenes: Tensor<1, Int>,
    /// `[batch, plays, outcome]`.
    pub outcome: Tensor<3>,
    /// What was known of each play before it began, `[batch, plays, cross + moment]`.
    pub candidate: Tensor<3>,
    /// Very negative where a play is not in the session window of a moment, `[batch, plays, plays]`.
    pub session_mask: Tensor<3>,
}

/// A listener at one moment, encoded once for any number of candidates.
#[derive(Clone, Debug)]
pub struct Encoded {
    memory: Vec<KeysValues>,
    events: usize,
    /// Moment features and scene as every candidate token receives them, `[1, d_model]`.
    moment: Tensor<2>,
    /// The mixture's shared input, `[1, d_shared]`.
    pub shared: Tensor<2>,
    /// How much of the session vector enters the mixture, in (0, 1).
    pub session_gate: f32,
}

impl Network {
    /// A network with fresh weights; the same seed gives the same ones.
    pub fn new(config: &NetworkConfig, seed: u64, device: &Device) -> Self {
        let init = &mut Initialiser::new(seed, device);
        let d = config.d_model;
        let d_shared = config.d_shared();
        let tower = |init: &mut Initialiser, outputs| {
            Tower::new(init, config.expert_output, config.tower_hidden, outputs)
        };
        let candidate = CROSS_FEATURES.len() + MOMENT_FEATURES.len();
        Network {
            songs: SongEncoder::new(init, config),
            outcome: init.linear(OUTCOME_FEATURES.len(), d),
            scene: init.uniform([Scene::COUNT, d], 0.1),
            profile_token: init.linear(profile_width(), d),
            candidate: init.linear(candidate, d),
            encoder: Encoder::new(
                init,
                (config.layers, d, config.heads, config.feed_forward),
                HISTORY_LENGTH,
            ),
            session: SessionEncoder::new(
                init,
                d,
                config.d_session,
                config.d_profile,
                config.session_window,
            ),
            profile: init.linear(profile_width() + MOMENT_FEATURES.len(), config.d_profile),
            scene_context: init.uniform([Scene::COUNT, config.d_scene], 0.1),
            head: Head {
                listener: init.constant([1, d_shared], 0.0),
                mixture: Mixture::new(init, d + d_shared, config),
                interest: tower(init, INTEREST_OUTPUTS),
                subscription: tower(init, 1),
                exposure: tower(init, 1),
            },
        }
    }

    /// Logits of every play of every sequence, `[batch * plays, HeadOutputs::WIDTH]`, with what the
    /// head was given: candidates `[batch * plays, d_model]` and contexts `[batch * plays, shared]`.
    pub fn forward(
        &self,
        table: &SongTable,
        keep_ids: Option<Tensor<2>>,
        batch: &Sequences,
    ) -> (HeadTensors, Tensor<2>, Tensor<2>) {
        let [size, plays, _] = batch.outcome.dims();
        // Of the plays' songs alone: a catalogue may hold many more than a batch plays.
        let keep_ids = keep_ids.map(|keep| keep.select(0, batch.songs.clone()));
        let songs = self.songs.forward(&table.pick(&batch.songs), keep_ids);
        let d = songs.dims()[1];
        let scenes = self.scene.val().select(0, batch.scenes.clone());
        let songs = (songs + scenes).reshape([size, plays, d]);

        let history = songs.clone() + self.outcome.forward(batch.outcome.clone());
        let profile_token = self.profile_token.forward(batch.profile.clone()).unsqueeze_dim::<3>(1);
        // The last play is never in any other play's past.
        let seen = history.clone().narrow(1, 0, plays - 1);
        let memory = self.encoder.remember(Tensor::cat(vec![profile_token, seen], 1));
        let candidates = songs + self.candidate.forward(batch.candidate.clone());
        let own = self.encoder.attend(candidates, &memory, |candidate| candidate, plays);
        let own = own.reshape([size * plays, d]);

        let window = self.session.window() as i32;
        let ago: Vec<i32> = (0..plays as i32)
            .flat_map(|now| {
                (0..plays as i32).map(move |then| (now - then - 1).clamp(0, window - 1))
            })
            .collect();
        let session = self.session.forward(history, &ago, batch.session_mask.clone());
        let d_session = session.dims()[2];
        let session = session.reshape([size * plays, d_session]);

        let moment = batch.candidate.clone().narrow(2, CROSS_FEATURES.len(), MOMENT_FEATURES.len());
        let profile =
            batch.profile.clone().unsqueeze_dim::<3>(1).expand([size, plays, profile_width()]);
        let profile = Tensor::cat(vec![profile, moment], 2)
            .reshape([size * plays, profile_width() + MOMENT_FEATURES.len()]);
        let (shared, _) = self.shared(profile, session, batch.scenes.clone());
        (self.head.forward(own.clone(), shared.clone()), own, shared)
    }

    /// All songs of a table as vectors, `[songs, d_model]`: what does not depend on the listener.
    pub fn encode_songs(&self, table: &SongTable) -> Tensor<2> {
        self.songs.forward(table, None)
    }

    /// Encodes a listener at one moment. `songs` are the vectors of [`Network::encode_songs`].
    ///
    /// Sessions score with [`Inference`](crate::inference::Inference), which computes the same as this,
    /// [`Network::represent`] and [`Network::attention`] and is tested against them.
    pub fn encode(&self, songs: &Tensor<2>, moment: &Moment) -> Encoded {
        let device = songs.device();
        let d = songs.dims()[1];
        let events = moment.songs.len();
        let row = |values: &[f32]| {
            Tensor::<2>::from_data(TensorData::new(values.to_vec(), [1, values.len()]), &device)
        };
        let ids = |values: &[i32]| Tensor::<1, Int>::from_data(values, &device);
        let scene = ids(&[moment.scene as i32]);
        let profile_token = self.profile_token.forward(row(&moment.profile)).unsqueeze::<3>();

        let (tokens, session) = if events == 0 {
            (profile_token, self.session.empty())
        } else {
            let outcomes =
                TensorData::new(moment.outcomes.clone(), [events, OUTCOME_FEATURES.len()]);
            let history = songs.clone().select(0, ids(&moment.songs))
                + self.scene.val().select(0, ids(&moment.scenes))
                + self.outcome.forward(Tensor::from_data(outcomes, &device));
            let history = history.reshape([1, events, d]);
            let session = self.encode_session(history.clone(), moment.session_plays);
            (Tensor::cat(vec![profile_token, history], 1), session)
        };

        let mut known = moment.profile.clone();
        known.extend(&moment.moment);
        let (shared, gate) = self.shared(row(&known), session, scene.clone());
        // The moment's columns of the candidate layer, once for all candidates.
        let weight = self.candidate.weight.val();
        let of_moment = weight.narrow(0, CROSS_FEATURES.len(), MOMENT_FEATURES.len());
        let mut token = row(&moment.moment).matmul(of_moment) + self.scene.val().select(0, scene);
        if let Some(bias) = &self.candidate.bias {
            token = token + bias.val().unsqueeze::<2>();
        }
        Encoded {
            memory: self.encoder.remember(tokens),
            events,
            moment: token,
            shared,
            session_gate: gate.into_scalar::<f32>(),
        }
    }

    /// Candidates' representations `[candidates, d_model]`, from their song vectors and cross
    /// features `[candidates, cross]`.
    pub fn represent(&self, encoded: &Encoded, songs: Tensor<2>, cross: Tensor<2>) -> Tensor<2> {
        let [candidates, d] = songs.dims();
        let weight = self.candidate.weight.val().narrow(0, 0, CROSS_FEATURES.len());
        let tokens = songs + cross.matmul(weight) + encoded.moment.clone();
        self.encoder
            .attend(tokens.reshape([1, candidates, d]), &encoded.memory, |_| encoded.events, 1)
            .reshape([candidates, d])
    }

    /// What one candidate attends to: for each layer the mean over heads of its attention weights, on
    /// the profile, on each event of the history, oldest first, and on itself.
    pub fn attention(&self, encoded: &Encoded, song: Tensor<2>, cross: Tensor<2>) -> Vec<Vec<f32>> {
        let d = song.dims()[1];
        let weight = self.candidate.weight.val().narrow(0, 0, CROSS_FEATURES.len());
        let token = song + cross.matmul(weight) + encoded.moment.clone();
        let mut layers = Vec::new();
        let token = token.reshape([1, 1, d]);
        self.encoder.attend_with(
            token,
            &encoded.memory,
            |_| encoded.events,
            1,
            |looks| {
                let weights = looks.weights();
                let width = weights.dims()[3];
                let mean = weights.mean_dim(1).reshape([1, width]);
                layers.push(values(mean));
            },
        );
        layers
    }

    /// The session vector of the last plays, `[1, d_session]`.
    fn encode_session(&self, history: Tensor<3>, session_plays: usize) -> Tensor<2> {
        let [_, events, _] = history.dims();
        let counted = session_plays.min(self.session.window()).min(events);
        if counted == 0 {
            return self.session.empty();
        }
        let last = history.narrow(1, events - counted, counted);
        let ago: Vec<i32> = (0..counted as i32).rev().collect();
        let mask = Tensor::zeros([1, 1, counted], &last.device());
        let session = self.session.forward(last, &ago, mask);
        let d_session = session.dims()[2];
        session.reshape([1, d_session])
    }

    /// The mixture's shared input `[rows, d_shared]` and the session gate `[rows, 1]`.
    fn shared(
        &self,
        profile: Tensor<2>,
        session: Tensor<2>,
        scenes: Tensor<1, Int>,
    ) -> (Tensor<2>, Tensor<2>) {
        let profile = relu(self.profile.forward(profile));
        let gate = self.session.gate(session.clone(), profile.clone());
        let scene = self.scene_context.val().select(0, scenes);
        (Tensor::cat(vec![profile, session * gate.clone(), scene], 1), gate)
    }
}

const _: () = assert!(HeadOutputs::WIDTH == INTEREST_OUTPUTS + 2, "the other towers put out one");
