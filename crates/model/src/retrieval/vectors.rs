//! Songs' vectors as bytes, and the exact scan over them.
//!
//! An inner product of whole numbers has no rounding, so a scan gives the same songs in the same order on any machine
//! and any number of threads: by falling product, ties in catalogue order. Where a song stands for a listener is one
//! number that can be had again at any time, and its place is a count.

use std::cmp::Reverse;

use burn::tensor::Tensor;
use macerator::{Simd, with_simd};
use rayon::prelude::*;

use super::towers::D_RETRIEVAL;
use crate::kernels::lanes::lanes;
use crate::numbers::values;
use melody_core::catalogue::SongId;

/// Largest byte of a song's vector: what a coordinate of 1 is written as.
const MOST: f32 = 127.0;

/// Largest number of a listener's vector. The product of two vectors then fits in 32 bits:
/// 64 * 127 * 16383 < 2^31.
const MOST_OF_LISTENER: f32 = 16_383.0;

/// Songs of one job of a scan.
const CHUNK: usize = 16_384;

/// A listener's vector in whole numbers. Its length does not matter: it multiplies every product alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query([i16; D_RETRIEVAL]);

impl Query {
    /// The vector in whole numbers, its largest one as large as they may be.
    pub fn new(vector: &[f32]) -> Self {
        let most = vector.iter().fold(0.0f32, |most, v| most.max(v.abs()));
        let scale = if most > 0.0 { MOST_OF_LISTENER / most } else { 0.0 };
        let mut whole = [0; D_RETRIEVAL];
        // A cast of a float to a whole number saturates, and makes zero of what is none.
        whole.iter_mut().zip(vector).for_each(|(whole, v)| *whole = (v * scale).round() as i16);
        Query(whole)
    }
}

/// A product and its song, the greater the better.
type Found = (i32, Reverse<SongId>);

/// The vectors of a catalogue's songs, each number in a byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vectors {
    /// `[songs][D_RETRIEVAL]`.
    codes: Vec<i8>,
}

impl Vectors {
    /// Adds songs with these vectors, `[songs, D_RETRIEVAL]`, numbers in [-1, 1].
    pub(crate) fn extend(&mut self, vectors: Tensor<2>) {
        self.codes.extend(values(vectors).into_iter().map(|v| (v * MOST).round() as i8));
    }

    /// Of vectors with numbers in [-1, 1], one after the other.
    pub fn of(vectors: &[f32]) -> Self {
        Vectors { codes: vectors.iter().map(|v| (v * MOST).round() as i8).collect() }
    }

    /// How many songs there are.
    pub fn len(&self) -> usize {
        self.codes.len() / D_RETRIEVAL
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    fn row(&self, song: SongId) -> &Row {
        &rows(&self.codes)[song.index()]
    }

    /// How well a song fits a listener.
    pub fn fit(&self, query: &Query, song: SongId) -> i32 {
        product(self.row(song), &query.0)
    }

    /// The mean of some songs' vectors as a listener who likes just these; `None` of none.
    pub fn between(&self, songs: &[SongId]) -> Option<Query> {
        let mut sum = [0.0f32; D_RETRIEVAL];
        for &song in songs {
            sum.iter_mut().zip(self.row(song)).for_each(|(sum, &code)| *sum += f32::from(code));
        }
        (!songs.is_empty()).then(|| Query::new(&sum))
    }

    /// The `most` songs that fit best, the best first, ties in catalogue order.
    pub fn nearest(&self, query: &Query, most: usize) -> Vec<SongId> {
        let parts = self.codes.par_chunks(CHUNK * D_RETRIEVAL).enumerate();
        let found = parts.map(|(i, codes)| best_of(codes, (i * CHUNK) as u32, query, most));
        let mut found: Vec<Found> = found.flatten_iter().collect();
        keep_best(&mut found, most);
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.into_iter().map(|(_, Reverse(song))| song).collect()
    }

    /// The place a song has among all, from 1, by how well it fits.
    pub fn place(&self, query: &Query, song: SongId) -> usize {
        let own = (self.fit(query, song), Reverse(song));
        let before =
            |(i, row): (usize, &Row)| (product(row, &query.0), Reverse(SongId(i as u32))) > own;
        1 + rows(&self.codes).par_iter().enumerate().filter(|row| before(*row)).count()
    }
}

/// The best of a run of songs, in no order.
#[with_simd]
fn best_of<'a, S: Simd>(codes: &'a [i8], first: u32, query: &'a Query, most: usize) -> Vec<Found> {
    // `S` says which instructions the loop is compiled for; they work on numbers side by side.
    debug_assert!(lanes::<S>() <= D_RETRIEVAL);
    let mut found: Vec<Found> = Vec::with_capacity(2 * most);
    // Whoever comes later has a larger number, so with a product as small as the least kept it is no better.
    let mut least = i32::MIN;
    for (song, row) in (first..).zip(rows(codes)) {
        let fit = product(row, &query.0);
        if fit > least || found.len() < most {
            found.push((fit, Reverse(SongId(song))));
            if found.len() >= 2 * most {
                keep_best(&mut found, most);
                least = found.iter().map(|(fit, _)| *fit).min().unwrap_or(least);
            }
        }
    }
    keep_best(&mut found, most);
    found
}

/// Cuts to the `most` best, in no order.
fn keep_best(found: &mut Vec<Found>, most: usize) {
    if most < found.len() {
        found.select_nth_unstable_by(most, |a, b| b.cmp(a));
        found.truncate(most);
    }
}

/// A song's vector. Its length is known when the scan is compiled, which is what makes it fast.
type Row = [i8; D_RETRIEVAL];

fn rows(codes: &[i8]) -> &[Row] {
    codes.as_chunks().0
}

#[inline(always)]
fn product(row: &Row, query: &[i16; D_RETRIEVAL]) -> i32 {
    (0..D_RETRIEVAL).map(|i| i32::from(row[i]) * i32::from(query[i])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some(songs: usize, seed: u64) -> Vectors {
        let mut state = seed | 1;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) as f32 / (1u64 << 30) as f32 - 1.0).clamp(-1.0, 1.0)
        };
        Vectors::of(&(0..songs * D_RETRIEVAL).map(|_| next()).collect::<Vec<_>>())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn a_scan_finds_what_a_full_sort_puts_first(
            songs in 1usize..3000,
            most in 0usize..300,
            seed: u64,
            twins: bool,
        ) {
            let mut vectors = some(songs, seed);
            if twins {
                // Many songs alike, so that ties decide.
                let (first, rest) = vectors.codes.split_at_mut(D_RETRIEVAL);
                rest.chunks_exact_mut(D_RETRIEVAL).step_by(2).for_each(|row| row.copy_from_slice(first));
            }
            let query = Query::new(&[0.3, -1.0, 0.02, 0.7].repeat(D_RETRIEVAL / 4));
            let mut all: Vec<Found> =
                (0..songs as u32).map(|s| (vectors.fit(&query, SongId(s)), Reverse(SongId(s)))).collect();
            all.sort_by(|a, b| b.cmp(a));
            let sorted: Vec<SongId> = all.into_iter().map(|(_, Reverse(song))| song).collect();
            let found = vectors.nearest(&query, most);
            prop_assert_eq!(&found[..], &sorted[..most.min(songs)]);
            for (i, song) in sorted.iter().enumerate().step_by(97) {
                prop_assert_eq!(vectors.place(&query, *song), i + 1);
            }
        }
    }

    #[test]
    fn any_number_of_threads_finds_the_same_songs() {
        let vectors = some(3 * CHUNK + 77, 5);
        let query = Query::new(&[0.5, -0.25].repeat(D_RETRIEVAL / 2));
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| vectors.nearest(&query, 500))
        };
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(7));
    }

    #[test]
    fn no_product_overflows() {
        let vectors = Vectors::of(&[-1.0; D_RETRIEVAL]);
        let query = Query::new(&[3.0; D_RETRIEVAL]);
        assert_eq!(vectors.fit(&query, SongId(0)), -127 * 16_383 * D_RETRIEVAL as i32);
        assert_eq!(vectors.fit(&Query::new(&[0.0; D_RETRIEVAL]), SongId(0)), 0);
        assert_eq!(Query::new(&[f32::NAN; D_RETRIEVAL]), Query([0; D_RETRIEVAL]));
    }
}
