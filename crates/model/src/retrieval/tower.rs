//! The towers in plain numbers: songs' side for strips of songs, the listener's for one vector at a time. Both add up in
//! one order, however many songs and threads there are.

use std::borrow::Cow;

use macerator::{Simd, Vector, with_simd};

use super::bytes::byte;
use super::towers::{D_RETRIEVAL, Towers};
use crate::inference::dense::{Dense, Rows};
use crate::kernels::lanes::{lanes, put, splat, take};
use crate::kernels::math::{exp, relu};

/// The listener's side of the towers.
#[derive(Clone, Debug)]
pub(crate) struct ListenerTower {
    hidden: Rows,
    output: Rows,
}

impl ListenerTower {
    pub(crate) fn new(towers: &Towers) -> Self {
        ListenerTower {
            hidden: Rows::new(&towers.listener_hidden),
            output: Rows::new(&towers.listener),
        }
    }

    /// The vector of a listener of whom this is known, `[listener_width]`.
    pub(crate) fn vector(&self, known: &[f32]) -> Vec<f32> {
        let hidden: Vec<f32> = self.hidden.apply(known).into_iter().map(|x| x.max(0.0)).collect();
        self.output.apply(&hidden)
    }
}

/// The songs' side.
#[derive(Clone, Debug)]
pub(crate) struct SongTower {
    hidden: Dense,
    output: Dense,
}

impl SongTower {
    pub(crate) fn new(towers: &Towers) -> Self {
        SongTower { hidden: Dense::new(&towers.song_hidden), output: Dense::new(&towers.song) }
    }

    /// Songs' vectors in bytes, `[songs][D_RETRIEVAL]`, of the network's vectors.
    pub(crate) fn vectors(&self, songs: &[Cow<[f32]>]) -> Vec<i8> {
        vectors(self, songs)
    }
}

#[with_simd]
fn vectors<'a, S: Simd>(tower: &'a SongTower, songs: &'a [Cow<'a, [f32]>]) -> Vec<i8> {
    let width = songs.first().map_or(0, |song| song.len());
    let mut own = vec![splat::<S>(0.0); width];
    let mut hidden = vec![splat::<S>(0.0); tower.hidden.panels.room()];
    let mut output = vec![splat::<S>(0.0); tower.output.panels.room()];
    let mut row = [0.0; D_RETRIEVAL];
    let mut codes = Vec::with_capacity(songs.len() * D_RETRIEVAL);
    for strip in songs.chunks(lanes::<S>()) {
        for (lane, song) in strip.iter().enumerate() {
            put::<S>(&mut own, lane, song);
        }
        tower.hidden.forward::<S>(&own, &mut hidden);
        relu::<S>(&mut hidden);
        tower.output.forward::<S>(&hidden, &mut output);
        for feature in &mut output {
            *feature = [tanh::<S>(feature[0]), tanh::<S>(feature[1])];
        }
        for lane in 0..strip.len() {
            take::<S>(&output, lane, &mut row);
            codes.extend(row.map(byte));
        }
    }
    codes
}

/// The hyperbolic tangent, `1 - 2 / (exp(2 x) + 1)`.
#[inline(always)]
fn tanh<S: Simd>(x: Vector<S, f32>) -> Vector<S, f32> {
    use macerator::Scalar;
    let one: Vector<S, f32> = 1.0.splat();
    let two: Vector<S, f32> = 2.0.splat();
    one - two / (exp::<S>(x * two) + one)
}
