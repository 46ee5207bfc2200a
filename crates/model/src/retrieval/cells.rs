//! Cells: songs that lie together are kept together, so that a large catalogue need not be gone through whole.
//!
//! k-means (Lloyd, "Least squares quantization in PCM", 1982) over vectors in whole numbers: products and sums of whole
//! numbers have no rounding and an order of their own, so the same songs make the same cells on any number of threads.
//! What fits a listener best lies, but for about one song in a hundred, in the cells whose centres fit them best.

use std::ops::Range;

use macerator::{Simd, with_simd};
use rayon::prelude::*;

use super::bytes::{Bytes, Row, Wide, product, rows, widened};
use super::towers::D_RETRIEVAL;
use crate::kernels::lanes::lanes;

/// Songs that centres are found from at most, for each cell.
const SAMPLED: usize = 32;
/// Times that centres are moved.
const ROUNDS: usize = 6;

/// Where the songs of a catalogue lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cells {
    centres: Vec<Row>,
    /// The first place of each cell, and the end of the last.
    starts: Vec<u32>,
}

impl Cells {
    /// Puts songs into about `cells` cells, and their places in the order of cells; within one they stay in order.
    pub(super) fn new(songs: &Bytes, cells: usize) -> (Self, Vec<u32>) {
        let centres = centres(rows(songs), cells);
        let cell_of = assign(rows(songs), &centres);
        let mut starts = vec![0u32; centres.len() + 1];
        cell_of.iter().for_each(|&cell| starts[cell as usize + 1] += 1);
        (1..starts.len()).for_each(|cell| starts[cell] += starts[cell - 1]);
        let mut order = vec![0; cell_of.len()];
        let mut next = starts.clone();
        for (song, &cell) in (0u32..).zip(&cell_of) {
            let place = &mut next[cell as usize];
            order[*place as usize] = song;
            *place += 1;
        }
        (Cells { centres, starts }, order)
    }

    /// The places of the cells whose centres fit a listener best: as many as hold so many songs.
    pub(super) fn nearest(&self, query: &Wide, mut wanted: usize) -> Vec<Range<usize>> {
        let mut cells: Vec<(i32, usize)> =
            self.centres.iter().map(|centre| product(centre, query)).zip(0..).collect();
        cells.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let places =
            |(_, cell): (i32, usize)| self.starts[cell] as usize..self.starts[cell + 1] as usize;
        let enough = |places: &Range<usize>| {
            let more = wanted > 0;
            wanted = wanted.saturating_sub(places.len());
            more
        };
        cells.into_iter().map(places).take_while(enough).collect()
    }
}

/// Means of songs that lie together, from a sample taken evenly from all.
fn centres(songs: &[Row], cells: usize) -> Vec<Row> {
    let cells = cells.clamp(1, songs.len().max(1));
    let step = (songs.len() / (cells * SAMPLED)).max(1);
    let sample: Vec<Row> = songs.iter().step_by(step).copied().collect();
    let first = (0..cells).filter_map(|cell| sample.get(cell * sample.len() / cells));
    let mut centres: Vec<Row> = first.copied().collect();
    for _ in 0..ROUNDS {
        let mut sums = vec![([0i64; D_RETRIEVAL], 0i64); centres.len()];
        for (song, cell) in sample.iter().zip(assign(&sample, &centres)) {
            let (sum, count) = &mut sums[cell as usize];
            sum.iter_mut().zip(song).for_each(|(sum, &code)| *sum += i64::from(code));
            *count += 1;
        }
        // A cell that nobody is in stays where it is.
        for (centre, (sum, count)) in centres.iter_mut().zip(sums).filter(|(_, (_, n))| *n > 0) {
            centre
                .iter_mut()
                .zip(sum)
                .for_each(|(centre, sum)| *centre = (2 * sum + count).div_euclid(2 * count) as i8);
        }
    }
    centres
}

/// The nearest centre of each song, by distance; of two as near the first.
fn assign(songs: &[Row], centres: &[Row]) -> Vec<u32> {
    let centres: Vec<(Wide, i32)> = centres
        .iter()
        .map(|centre| {
            let wide = widened(centre);
            let square = product(centre, &wide);
            (wide, square)
        })
        .collect();
    songs.par_chunks(1024).flat_map_iter(|songs| nearest_centres(songs, &centres)).collect()
}

#[with_simd]
fn nearest_centres<'a, S: Simd>(songs: &'a [Row], centres: &'a [(Wide, i32)]) -> Vec<u32> {
    debug_assert!(lanes::<S>() <= D_RETRIEVAL);
    // Loops, since a closure would not be compiled for these instructions.
    let mut cells = vec![0; songs.len()];
    for (song, own) in songs.iter().zip(&mut cells) {
        let mut best = i32::MIN;
        for ((centre, square), cell) in centres.iter().zip(0u32..) {
            // The squared distance less what all centres share.
            let near = 2 * product(song, centre) - square;
            if near > best {
                (best, *own) = (near, cell);
            }
        }
    }
    cells
}
