//! Vectors as bytes, and going through them.
//!
//! An inner product of whole numbers has no rounding, so it is the same on any machine and in any order.

use std::cmp::Reverse;

use macerator::{Simd, with_simd};

use super::towers::D_RETRIEVAL;
use crate::kernels::lanes::lanes;
use melody_core::catalogue::SongId;

/// Largest byte of a song's vector: what a coordinate of 1 is written as.
const MOST: f32 = 127.0;

/// A song's vector. Its length is known when the scan is compiled, which is what makes it fast.
pub(super) type Row = [i8; D_RETRIEVAL];

/// A vector that songs' vectors are multiplied with.
pub(super) type Wide = [i16; D_RETRIEVAL];

/// Vectors of songs, one after the other.
pub(super) type Bytes = Vec<i8>;

/// A product and its song, the greater the better: of equal products the song that comes first.
pub(super) type Found = (i32, Reverse<SongId>);

/// A number of a song's vector, in [-1, 1], in a byte.
#[inline(always)]
pub(super) fn byte(value: f32) -> i8 {
    (value * MOST).round() as i8
}

pub(super) fn rows(codes: &[i8]) -> &[Row] {
    codes.as_chunks().0
}

pub(super) fn widened(row: &Row) -> Wide {
    row.map(i16::from)
}

#[inline(always)]
pub(super) fn product(row: &Row, query: &Wide) -> i32 {
    (0..D_RETRIEVAL).map(|i| i32::from(row[i]) * i32::from(query[i])).sum()
}

/// Which songs a run of vectors are of.
#[derive(Clone, Copy)]
pub(super) enum Ids<'a> {
    /// One after the other, from this one on.
    From(usize),
    /// These.
    These(&'a [SongId]),
}

impl Ids<'_> {
    #[inline]
    fn at(self, place: usize) -> SongId {
        match self {
            Ids::From(first) => SongId((first + place) as u32),
            Ids::These(songs) => songs[place],
        }
    }
}

/// The best of what has been gone through, in no order.
pub(super) struct Best {
    most: usize,
    found: Vec<Found>,
    /// A product below is no better than what is kept.
    least: i32,
}

impl Best {
    /// Keeps so many.
    pub(super) fn new(most: usize) -> Self {
        Best { most, found: Vec::with_capacity(2 * most), least: i32::MIN }
    }

    /// Goes through a run of songs.
    pub(super) fn of(mut self, codes: &[i8], songs: Ids, query: &Wide) -> Self {
        go_through(codes, songs, query, &mut self);
        self
    }

    #[inline]
    fn add(&mut self, fit: i32, song: SongId) {
        self.found.push((fit, Reverse(song)));
        if self.found.len() >= 2 * self.most {
            keep_best(&mut self.found, self.most);
            self.least = self.found.iter().map(|(fit, _)| *fit).min().unwrap_or(self.least);
        }
    }

    /// What was kept.
    pub(super) fn found(mut self) -> Vec<Found> {
        keep_best(&mut self.found, self.most);
        self.found
    }
}

#[with_simd]
fn go_through<'a, S: Simd>(codes: &'a [i8], songs: Ids<'a>, query: &'a Wide, best: &'a mut Best) {
    // `S` says which instructions the loop is compiled for; they work on numbers side by side.
    debug_assert!(lanes::<S>() <= D_RETRIEVAL);
    for (place, row) in rows(codes).iter().enumerate() {
        let fit = product(row, query);
        if fit >= best.least {
            best.add(fit, songs.at(place));
        }
    }
}

/// Cuts to the `most` best, in no order.
pub(super) fn keep_best(found: &mut Vec<Found>, most: usize) {
    if most < found.len() {
        found.select_nth_unstable_by(most, |a, b| b.cmp(a));
        found.truncate(most);
    }
}
