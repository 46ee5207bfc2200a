//! Songs' vectors, and which of them fit a listener best.
//!
//! A scan over vectors in bytes gives the same songs in the same order on any machine and any number of threads: by
//! falling product, ties in catalogue order. Where a song stands for a listener is one number that can be had again at
//! any time, and its place is a count.
//!
//! A small catalogue is gone through whole. Songs of a large one are kept in [`Cells`], and only the cells that fit best
//! are gone through: about one in a hundred of the songs a listener should be brought is then missed, and which is as
//! fixed as everything else.

use std::cmp::Reverse;
use std::ops::Range;

use rayon::prelude::*;

use super::bytes::{Best, Bytes, Found, Ids, Row, Wide, byte, keep_best, product, rows};
use super::cells::Cells;
use super::tower::SongTower;
use super::towers::D_RETRIEVAL;
use crate::inference::songs::SongVectors;
use melody_core::catalogue::SongId;

/// Largest number of a listener's vector. The product of two vectors then fits in 32 bits:
/// 64 * 127 * 16383 < 2^31.
const MOST_OF_LISTENER: f32 = 16_383.0;

/// Songs of one job of a scan.
const CHUNK: usize = 16_384;

/// Cells of one job.
const CELLS: usize = 16;

/// Songs that one thread makes vectors of at a time.
const AT_ONCE: usize = 1_024;

/// A catalogue with more songs is kept in cells: to go through this many takes half a millisecond.
const WHOLE: usize = 65_536;

/// How much of a catalogue in cells is gone through, and how many songs at least: the fewer there are, the fewer and wider
/// are the cells.
const SHARE: f64 = 0.06;
const LEAST: usize = 60_000;

/// A listener's vector in whole numbers. Its length does not matter: it multiplies every product alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query(Wide);

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

    /// Its numbers.
    pub fn numbers(&self) -> &[i16; D_RETRIEVAL] {
        &self.0
    }
}

/// The vectors of a catalogue's songs, each number in a byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vectors {
    /// `[songs][D_RETRIEVAL]`, in the catalogue's order or in that of [`InCells::songs`].
    codes: Bytes,
    cells: Option<InCells>,
}

/// Where the songs of a large catalogue stand.
#[derive(Clone, Debug, PartialEq, Eq)]
struct InCells {
    cells: Cells,
    /// The song at each place.
    songs: Vec<SongId>,
    /// The place of each song.
    places: Vec<u32>,
    /// How many songs are gone through for a listener.
    wanted: usize,
}

/// The vectors of some songs of a catalogue, to be gone through whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    songs: Vec<SongId>,
    codes: Bytes,
}

impl Vectors {
    /// Of a catalogue's songs, by the towers.
    pub(crate) fn by_tower(tower: &SongTower, songs: &SongVectors, count: usize) -> Self {
        let parts = (0..count).into_par_iter().step_by(AT_ONCE);
        let of = |first: usize| {
            let part: Vec<_> = (first..count.min(first + AT_ONCE)).map(|i| songs.of(i)).collect();
            tower.vectors(&part)
        };
        Vectors::new(parts.flat_map_iter(of).collect())
    }

    /// Of vectors with numbers in [-1, 1], one after the other.
    pub fn of(vectors: &[f32]) -> Self {
        Vectors::new(vectors.iter().copied().map(byte).collect())
    }

    fn new(codes: Bytes) -> Self {
        let songs = codes.len() / D_RETRIEVAL;
        if songs <= WHOLE {
            return Vectors { codes, cells: None };
        }
        Vectors::in_cells(&codes, ((songs as f64 * SHARE) as usize).max(LEAST))
    }

    /// In about as many cells as each then holds songs, so many of which are gone through for a listener.
    fn in_cells(codes: &Bytes, wanted: usize) -> Self {
        let all = rows(codes);
        let (cells, order) = Cells::new(codes, (all.len() as f64).sqrt() as usize);
        let mut places = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(&song, place)| places[song as usize] = place);
        Vectors {
            codes: order.par_iter().flat_map_iter(|&song| all[song as usize]).collect(),
            cells: Some(InCells {
                cells,
                songs: order.into_iter().map(SongId).collect(),
                places,
                wanted,
            }),
        }
    }

    /// How many songs there are.
    pub fn len(&self) -> usize {
        self.codes.len() / D_RETRIEVAL
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// A song's vector.
    pub fn row(&self, song: SongId) -> &[i8; D_RETRIEVAL] {
        let place =
            self.cells.as_ref().map_or(song.index(), |cells| cells.places[song.index()] as usize);
        &rows(&self.codes)[place]
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

    /// The vectors of some songs, which stand in the catalogue's order.
    pub fn chosen(&self, mut songs: Vec<SongId>) -> Chosen {
        songs.sort_unstable();
        let codes = songs.iter().flat_map(|&song| *self.row(song)).collect();
        Chosen { songs, codes }
    }

    /// The `most` songs that fit best, the best first, ties in catalogue order; of a large catalogue those of the
    /// cells that fit best.
    pub fn nearest(&self, query: &Query, most: usize) -> Vec<SongId> {
        let Some(InCells { cells, songs, wanted, .. }) = &self.cells else {
            return self.nearest_of_all(query, most);
        };
        let cells = cells.nearest(&query.0, *wanted);
        let of = |best: Best, places: &Range<usize>| {
            let codes = &self.codes[places.start * D_RETRIEVAL..places.end * D_RETRIEVAL];
            best.of(codes, Ids::These(&songs[places.clone()]), &query.0)
        };
        let jobs = cells.par_chunks(CELLS);
        let found = jobs.flat_map_iter(|cells| cells.iter().fold(Best::new(most), of).found());
        sorted(found.collect(), most)
    }

    /// The same of all songs, however many they are.
    pub fn nearest_of_all(&self, query: &Query, most: usize) -> Vec<SongId> {
        let songs = self.cells.as_ref().map(|cells| cells.songs.as_slice());
        scan(&self.codes, songs, query, most)
    }

    /// Whether a song is among those that are gone through for a listener.
    pub fn looked_at(&self, query: &Query, song: SongId) -> bool {
        self.cells.as_ref().is_none_or(|InCells { cells, places, wanted, .. }| {
            let place = places[song.index()] as usize;
            cells.nearest(&query.0, *wanted).iter().any(|cell| cell.contains(&place))
        })
    }

    /// The place a song has among all, from 1, by how well it fits.
    pub fn place(&self, query: &Query, song: SongId) -> usize {
        let own = (self.fit(query, song), Reverse(song));
        let songs = self.cells.as_ref().map(|cells| &cells.songs);
        let before = |(place, row): (usize, &Row)| {
            let song = songs.map_or(SongId(place as u32), |songs| songs[place]);
            (product(row, &query.0), Reverse(song)) > own
        };
        1 + rows(&self.codes).par_iter().enumerate().filter(|row| before(*row)).count()
    }
}

impl Chosen {
    /// The `most` songs that fit best, the best first, ties in catalogue order.
    pub fn nearest(&self, query: &Query, most: usize) -> Vec<SongId> {
        scan(&self.codes, Some(&self.songs), query, most)
    }
}

/// The best of all vectors, which are of these songs or of all in order.
fn scan(codes: &[i8], songs: Option<&[SongId]>, query: &Query, most: usize) -> Vec<SongId> {
    let parts = codes.par_chunks(CHUNK * D_RETRIEVAL).enumerate();
    let of = |(part, codes): (usize, &[i8])| {
        let first = part * CHUNK;
        let ids = songs.map_or(Ids::From(first), |songs| Ids::These(&songs[first..]));
        Best::new(most).of(codes, ids, &query.0).found()
    };
    sorted(parts.flat_map_iter(of).collect(), most)
}

/// The `most` best of what was found, the best first.
fn sorted(mut found: Vec<Found>, most: usize) -> Vec<SongId> {
    keep_best(&mut found, most);
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, Reverse(song))| song).collect()
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
        let codes = (0..songs * D_RETRIEVAL).map(|_| byte(next())).collect();
        Vectors { codes, cells: None }
    }

    /// Songs that differ in few ways, each in many numbers at once, as learned vectors do.
    fn learned(songs: usize) -> Vectors {
        const WAYS: usize = 8;
        let (ways, amounts) = (some(WAYS, 3), some(songs, 4));
        let song = |amounts: &Row| -> Row {
            std::array::from_fn(|i| {
                let of =
                    |way: usize| i32::from(amounts[way]) * i32::from(rows(&ways.codes)[way][i]);
                ((0..WAYS).map(of).sum::<i32>() / (127 * WAYS as i32 / 2)) as i8
            })
        };
        Vectors::new(rows(&amounts.codes).iter().flat_map(song).collect())
    }

    fn on<T: Send>(threads: usize, work: impl Fn() -> T + Sync + Send) -> T {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn a_scan_finds_what_a_full_sort_puts_first(
            songs in 1usize..3000,
            most in 0usize..300,
            seed: u64,
            twins: bool,
            celled: bool,
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
            let chosen: Vec<SongId> = (0..songs as u32).step_by(3).map(SongId).collect();
            let vectors = if celled { Vectors::in_cells(&vectors.codes, songs / 5) } else { vectors };
            let best = &sorted[..most.min(songs)];
            prop_assert_eq!(&vectors.nearest_of_all(&query, most)[..], best);
            let found = vectors.nearest(&query, most);
            let looked_at = |song: &&SongId| vectors.looked_at(&query, **song);
            let first: Vec<SongId> = sorted.iter().filter(looked_at).take(most).copied().collect();
            prop_assert_eq!(found, first, "the best of what was gone through");
            for (i, song) in sorted.iter().enumerate().step_by(97) {
                prop_assert_eq!(vectors.place(&query, *song), i + 1);
            }
            let of_chosen: Vec<SongId> =
                sorted.iter().filter(|song| chosen.contains(song)).take(most).copied().collect();
            prop_assert_eq!(vectors.chosen(chosen).nearest(&query, most), of_chosen);
        }
    }

    #[test]
    fn any_number_of_threads_finds_the_same_songs() {
        let vectors = some(3 * CHUNK + 77, 5);
        let query = Query::new(&[0.5, -0.25].repeat(D_RETRIEVAL / 2));
        let found = |threads| on(threads, || vectors.nearest(&query, 500));
        assert_eq!(found(1), found(2));
        assert_eq!(found(1), found(7));
    }

    #[test]
    fn any_number_of_threads_makes_the_same_cells_and_finds_the_same_songs() {
        let small = learned(WHOLE);
        assert!(small.cells.is_none());
        let songs = learned(WHOLE + 1).codes;
        assert!(Vectors::new(songs.clone()).cells.is_some(), "a large catalogue is kept in cells");
        let made = on(1, || Vectors::new(songs.clone()));
        let query = made.between(&[SongId(7), SongId(47)]).unwrap();
        for threads in [2, 7] {
            let other = on(threads, || Vectors::new(songs.clone()));
            assert_eq!(other, made);
            assert_eq!(
                on(threads, || other.nearest(&query, 300)),
                on(1, || made.nearest(&query, 300))
            );
        }
    }

    #[test]
    fn cells_find_nearly_all_that_a_scan_finds() {
        let vectors = learned(4 * WHOLE);
        let (mut shared, mut all) = (0, 0);
        for song in (0..WHOLE as u32).step_by(5000) {
            let query = vectors.between(&[SongId(song)]).unwrap();
            let best = vectors.nearest_of_all(&query, 300);
            let found = vectors.nearest(&query, 300);
            all += best.len();
            shared += best.iter().filter(|song| found.contains(song)).count();
        }
        assert!(100 * shared >= 99 * all, "{shared} of {all}");
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
