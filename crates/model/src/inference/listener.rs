//! A listener at one moment, encoded once for any number of songs.

use macerator::{Simd, with_simd};

use super::attention::{Bias, Block, Memory, Scratch};
use super::dense::{Dense, Rows, norm_weights};
use super::session::Session;
use super::songs::SongVectors;
use crate::features::{CROSS_FEATURES, OUTCOME_FEATURES};
use crate::kernels::lanes::{Lanes, add_to, lanes, numbers, numbers_mut, put, splat};
use crate::moment::Moment;
use crate::network::assembled::Network;

/// Added to a score that must not count.
const MASKED: f32 = -1.0e9;

/// Everything before the head, which near-line updates leave alone.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub d_model: usize,
    outcome: Dense,
    /// `[scenes][d_model]`.
    scene: Rows,
    profile_token: Rows,
    /// The candidate layer's columns for cross features, and for moment features, with its bias.
    pub cross: Dense,
    moment: Rows,
    pub blocks: Vec<Block>,
    /// Scale and shift of the last layer norm.
    pub norm: (Vec<f32>, Vec<f32>),
    session: Session,
    profile: Rows,
    scene_context: Rows,
}

/// A listener at one moment.
#[derive(Clone, Debug)]
pub struct EncodedListener {
    pub(super) memory: Vec<Memory>,
    /// What each layer adds to a candidate's scores, `[heads][room for tokens]`.
    pub(super) biases: Vec<Vec<f32>>,
    /// Moment features and scene as every candidate token receives them, `[d_model]`, filled up.
    pub(super) moment: Vec<f32>,
    /// The mixture's input that all candidates share.
    pub shared: Vec<f32>,
    /// How much of the session vector enters the mixture, in (0, 1).
    pub session_gate: f32,
}

impl EncodedListener {
    /// The profile token and the plays that candidates attend to.
    pub(super) fn tokens(&self) -> usize {
        self.memory[0].tokens()
    }
}

impl Body {
    pub(crate) fn new(network: &Network) -> Self {
        let (mut cross, mut moment) = Rows::new(&network.candidate).split(CROSS_FEATURES.len());
        // The moment is the same for all candidates: the bias goes there.
        std::mem::swap(&mut cross.bias, &mut moment.bias);
        Body {
            d_model: network.candidate.weight.dims()[1],
            outcome: Dense::new(&network.outcome),
            scene: Rows::of(network.scene.val()),
            profile_token: Rows::new(&network.profile_token),
            cross: cross.pack(),
            moment,
            blocks: Block::all(&network.encoder),
            norm: norm_weights(&network.encoder.norm),
            session: Session::new(&network.session),
            profile: Rows::new(&network.profile),
            scene_context: Rows::of(network.scene_context.val()),
        }
    }

    pub(crate) fn encode(&self, songs: &SongVectors, moment: &Moment) -> EncodedListener {
        let (memory, session) = history(self, songs, moment);
        let profile = self.profile.apply(&[&moment.profile[..], &moment.moment].concat());
        let profile: Vec<f32> = profile.into_iter().map(|x| x.max(0.0)).collect();
        let session_gate = self.session.gate(&session, &profile);
        let mut shared = profile;
        shared.extend(session.iter().map(|x| x * session_gate));
        shared.extend(self.scene_context.row(moment.scene));

        let mut token = self.moment.apply(&moment.moment);
        for (value, scene) in token.iter_mut().zip(self.scene.row(moment.scene)) {
            *value += scene;
        }
        let biases = self.blocks.iter().zip(&memory);
        EncodedListener {
            biases: biases.map(|(block, memory)| after_all(block, memory)).collect(),
            memory,
            moment: super::dense::filled_up(token),
            shared,
            session_gate,
        }
    }
}

/// The bias of a candidate that comes after every play.
fn after_all(block: &Block, memory: &Memory) -> Vec<f32> {
    let mut bias = vec![0.0; block.heads() * memory.room()];
    for (head, row) in bias.chunks_exact_mut(memory.room()).enumerate() {
        for (token, value) in row[..memory.tokens()].iter_mut().enumerate() {
            *value = block.recency(head, column(memory.tokens(), token));
        }
    }
    bias
}

/// The column of the recency table for what the row after `before` tokens sees of one of them: 0 is
/// the profile, 1 the row itself, 2 the event before it, and so on.
fn column(before: usize, token: usize) -> usize {
    if token == 0 { 0 } else { before - token + 1 }
}

/// Keys and values of every layer, and the session vector.
#[with_simd]
fn history<S: Simd>(body: &Body, songs: &SongVectors, moment: &Moment) -> (Vec<Memory>, Vec<f32>) {
    let mut strips = tokens::<S>(body, songs, moment);
    let (width, count) = (lanes::<S>(), 1 + moment.songs.len());
    let counted = moment.session_plays.min(body.session.window()).min(moment.songs.len());
    let session = body.session.forward::<S>(&strips, (count - counted, count));

    let mut scratch = Scratch::<S>::new(&body.blocks, count);
    let mut projected = vec![Vec::new(); strips.len()];
    let mut memories = Vec::with_capacity(body.blocks.len());
    for (i, block) in body.blocks.iter().enumerate() {
        for (strip, projected) in strips.iter().zip(&mut projected) {
            block.project::<S>(strip, &mut scratch);
            projected.clone_from(&scratch.qkv);
        }
        let memory = block.remember(count, |token, feature| {
            numbers::<S>(&projected[token / width])[feature * width + token % width]
        });
        // Candidates read keys and values alone, so the last layer's own output has no use.
        if i + 1 < body.blocks.len() {
            for (s, strip) in strips.iter_mut().enumerate() {
                let bias = before_each::<S>(block, &memory, s * width);
                scratch.qkv.copy_from_slice(&projected[s]);
                block.attend::<S>(&memory, Bias::Each(&bias), strip, &mut scratch, None);
            }
        }
        memories.push(memory);
    }
    (memories, session)
}

/// The profile token and the history's, as strips.
#[inline(always)]
fn tokens<S: Simd>(body: &Body, songs: &SongVectors, moment: &Moment) -> Vec<Vec<Lanes<S>>> {
    let width = lanes::<S>();
    let count = 1 + moment.songs.len();
    let profile = body.profile_token.apply(&moment.profile);
    let mut outcomes = [splat::<S>(0.0); OUTCOME_FEATURES.len()];
    let strip = |s: usize| {
        let mut strip = vec![splat::<S>(0.0); body.outcome.panels.room()];
        let rows = s * width..count.min((s + 1) * width);
        for row in rows.clone().filter(|&row| row > 0) {
            let of_row = &moment.outcomes[(row - 1) * OUTCOME_FEATURES.len()..];
            put::<S>(&mut outcomes, row % width, &of_row[..OUTCOME_FEATURES.len()]);
        }
        body.outcome.forward::<S>(&outcomes, &mut strip);
        for row in rows {
            if row == 0 {
                put::<S>(&mut strip, 0, &profile);
            } else {
                let song = moment.songs[row - 1] as usize;
                add_to::<S>(&mut strip, row % width, &songs.of(song));
                let scene = moment.scenes[row - 1] as usize;
                add_to::<S>(&mut strip, row % width, body.scene.row(scene));
            }
        }
        strip
    };
    (0..count.div_ceil(width)).map(strip).collect()
}

/// The bias of a strip of history tokens, the first being token `first`: each sees those before it.
#[inline(always)]
fn before_each<S: Simd>(block: &Block, memory: &Memory, first: usize) -> Vec<Lanes<S>> {
    let (width, room) = (lanes::<S>(), memory.room());
    let mut bias = vec![splat::<S>(MASKED); block.heads() * room];
    let numbers = numbers_mut::<S>(&mut bias);
    for head in 0..block.heads() {
        for token in 0..memory.tokens() {
            let row = &mut numbers[(head * room + token) * width..][..width];
            for (lane, value) in row.iter_mut().enumerate() {
                let before = first + lane;
                // Lanes past the last token hold nothing that anybody reads.
                if token < before && before < memory.tokens() {
                    *value = block.recency(head, column(before, token));
                }
            }
        }
    }
    bias
}
