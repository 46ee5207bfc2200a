//! Songs through the network, strip by strip.

use macerator::{Simd, with_simd};
use rayon::prelude::*;

use super::attention::{Bias, Scratch};
use super::dense::product;
use super::layout::{Cross, Inference};
use super::listener::EncodedListener;
use super::mixture::Shares;
use crate::features::CROSS_FEATURES;
use crate::heads::{HeadOutputs, TASKS};
use crate::kernels::lanes::{Lanes, add_to, lanes, put, splat, strip_width, take};

/// What the network says of some songs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// `[songs][HeadOutputs::WIDTH]`.
    pub logits: Vec<f32>,
    /// `[songs][tasks][experts]`.
    pub gates: Vec<f32>,
    /// Representations as the head received them, `[songs][d_model]`.
    pub own: Vec<f32>,
}

impl Scores {
    /// What the logits stand for.
    pub fn outputs(&self) -> Vec<HeadOutputs> {
        let rows = self.logits.par_chunks(HeadOutputs::WIDTH).with_min_len(LEAST);
        rows.map(HeadOutputs::from_logits).collect()
    }
}

impl Inference {
    /// Scores songs, given by their rows, for a listener. The same song gets the same bits alone or
    /// in company.
    pub fn score(
        &self,
        encoded: &EncodedListener,
        songs: &[usize],
        cross: impl Fn(usize) -> Cross + Sync,
    ) -> Scores {
        score(self, encoded, songs, &cross)
    }

    /// What a song attends to: for each layer the mean over heads of its attention weights, on the
    /// profile, on each event of the history, oldest first, and on itself.
    pub fn attention(&self, encoded: &EncodedListener, song: usize, cross: Cross) -> Vec<Vec<f32>> {
        attention(self, encoded, song, &cross)
    }
}

/// Where a job's results go: its part of each list of [`Scores`].
struct Out<'a> {
    logits: &'a mut [f32],
    gates: &'a mut [f32],
    own: &'a mut [f32],
}

/// Songs whose outputs one thread takes on at least.
const LEAST: usize = 512;

/// Jobs per thread, so that no thread waits long for another, and the most strips of one.
const JOBS: usize = 8;
const MOST_STRIPS: usize = 16;

fn score(
    model: &Inference,
    encoded: &EncodedListener,
    songs: &[usize],
    cross: &(impl Fn(usize) -> Cross + Sync),
) -> Scores {
    let d_gates = TASKS.len() * model.experts();
    let of = |width: usize| vec![0.0; songs.len() * width];
    let mut scores =
        Scores { logits: of(HeadOutputs::WIDTH), gates: of(d_gates), own: of(model.d_model()) };
    let shares = model.head.shares(&encoded.shared);
    let width = strip_width();
    let strips = songs.len().div_ceil(width) / (JOBS * rayon::current_num_threads());
    let job = width * strips.clamp(1, MOST_STRIPS);
    scores
        .logits
        .par_chunks_mut(job * HeadOutputs::WIDTH)
        .zip(scores.gates.par_chunks_mut(job * d_gates))
        .zip(scores.own.par_chunks_mut(job * model.d_model()))
        .zip(songs.par_chunks(job))
        .for_each(|(((logits, gates), own), songs)| {
            let cross: Vec<Cross> = songs.iter().map(|&song| cross(song)).collect();
            run(model, encoded, &shares, songs, &cross, Out { logits, gates, own });
        });
    scores
}

/// The songs of one job.
#[with_simd]
fn run<'a, S: Simd>(
    model: &'a Inference,
    encoded: &'a EncodedListener,
    shares: &'a Shares,
    songs: &'a [usize],
    cross: &'a [Cross],
    out: Out<'a>,
) {
    let (width, d) = (lanes::<S>(), model.body.d_model);
    let mut strip = Strip::<S>::new(model, encoded);
    let mut head = model.head.scratch::<S>();
    let d_gates = TASKS.len() * model.experts();
    let jobs = songs.chunks(width).zip(cross.chunks(width));
    for (i, (songs, cross)) in jobs.enumerate() {
        strip.fill(model, encoded, songs, cross);
        strip.encode(model, encoded, None);
        model.head.forward::<S>(&strip.x, shares, &mut head);
        for lane in 0..songs.len() {
            let row = i * width + lane;
            take::<S>(
                &head.logits,
                lane,
                &mut out.logits[row * HeadOutputs::WIDTH..][..HeadOutputs::WIDTH],
            );
            take::<S>(&head.gates, lane, &mut out.gates[row * d_gates..][..d_gates]);
            take::<S>(&strip.x, lane, &mut out.own[row * d..][..d]);
        }
    }
}

#[with_simd]
fn attention<S: Simd>(
    model: &Inference,
    encoded: &EncodedListener,
    song: usize,
    cross: &Cross,
) -> Vec<Vec<f32>> {
    let mut strip = Strip::<S>::new(model, encoded);
    strip.fill(model, encoded, &[song], std::slice::from_ref(cross));
    let mut layers = Vec::new();
    strip.encode(model, encoded, Some(&mut layers));
    layers
}

/// A strip of candidates on its way through the encoder.
struct Strip<S: Simd> {
    cross: [Lanes<S>; CROSS_FEATURES.len()],
    /// Tokens, then representations, with room for products.
    x: Vec<Lanes<S>>,
    scratch: Scratch<S>,
}

impl<S: Simd> Strip<S> {
    #[inline(always)]
    fn new(model: &Inference, encoded: &EncodedListener) -> Self {
        Strip {
            cross: [splat::<S>(0.0); CROSS_FEATURES.len()],
            x: vec![splat::<S>(0.0); model.body.cross.panels.room()],
            scratch: Scratch::new(&model.body.blocks, encoded.tokens()),
        }
    }

    /// Candidate tokens: song, cross features and the moment.
    #[inline(always)]
    fn fill(
        &mut self,
        model: &Inference,
        encoded: &EncodedListener,
        songs: &[usize],
        cross: &[Cross],
    ) {
        for (lane, cross) in cross.iter().enumerate() {
            put::<S>(&mut self.cross, lane, cross);
        }
        product::<S, false>(&model.body.cross.panels, &encoded.moment, &self.cross, &mut self.x);
        for (lane, &song) in songs.iter().enumerate() {
            add_to::<S>(&mut self.x, lane, &model.songs.of(song));
        }
    }

    /// Through every layer; notes the first row's attention weights in each.
    #[inline(always)]
    fn encode(
        &mut self,
        model: &Inference,
        encoded: &EncodedListener,
        mut notes: Option<&mut Vec<Vec<f32>>>,
    ) {
        let layers = model.body.blocks.iter().zip(&encoded.memory).zip(&encoded.biases);
        for ((block, memory), bias) in layers {
            block.project::<S>(&self.x, &mut self.scratch);
            let mut shares = notes.is_some().then(Vec::new);
            let bias = Bias::Same(bias);
            block.attend::<S>(memory, bias, &mut self.x, &mut self.scratch, shares.as_mut());
            if let (Some(notes), Some(shares)) = (notes.as_deref_mut(), shares) {
                notes.push(shares);
            }
        }
        self.scratch.norm(&mut self.x, &model.body.norm);
    }
}
