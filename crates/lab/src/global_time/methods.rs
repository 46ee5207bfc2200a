//! What any recommender has to beat: what is popular, what is popular now, what goes with what one hears, what follows it.
//!
//! How fast the past fades is chosen on the last day before the test's, as Yambda's own baselines have it: by NDCG at 100.

use rayon::prelude::*;

use super::heard::Heard;
use super::list::{Fill, List, mean};
use super::past::Past;

/// Scores of songs for a listener, of those that are known of.
type Score<'a> = Box<dyn Fn(u32) -> Vec<(u32, f32)> + Sync + 'a>;

/// A way to recommend.
pub(super) struct Method<'a> {
    /// What it is called.
    pub name: &'static str,
    /// In how many hours a play comes to count .9 of what it did, where it fades.
    pub hours: Option<f64>,
    /// How many steps it was trained for, where it is.
    pub steps: Option<u64>,
    pub(super) fill: Fill,
    pub(super) score: Score<'a>,
}

impl Method<'_> {
    pub(super) fn list(&self, listener: u32) -> List {
        List::of((self.score)(listener), &self.fill)
    }
}

/// What a play counts after `seconds`.
fn faded(seconds: i64, hours: f64) -> f64 {
    0.9f64.powf(seconds as f64 / 3_600.0 / hours)
}

/// Hours that are tried.
const POPULAR_HOURS: [f64; 6] = [1.0, 6.0, 24.0, 72.0, 240.0, 720.0];
const NEIGHBOUR_HOURS: [f64; 4] = [0.5, 6.0, 72.0, 720.0];
/// Listeners by whom it is chosen what would take long to try with all.
pub(super) const ASKED: usize = 500;

/// All of them, that have learned of `past`; how fast it fades is chosen on `earlier`.
pub(super) fn methods<'a>(past: &'a Past<'a>, earlier: &'a Past<'a>) -> Vec<Method<'a>> {
    let tried = |hours: &[f64], most: usize, make: &dyn Fn(&'a Past<'a>, f64) -> Method<'a>| {
        let asked = earlier.asked(most);
        let best = hours.iter().map(|&hours| (ndcg(earlier, &make(earlier, hours), &asked), hours));
        // Of equals the first; with nobody to ask, too.
        best.fold(
            (f64::NEG_INFINITY, hours[0]),
            |best, next| if next.0 > best.0 { next } else { best },
        )
        .1
    };
    let popular_hours = tried(&POPULAR_HOURS, usize::MAX, &popular_lately);
    let neighbour_hours = tried(&NEIGHBOUR_HOURS, ASKED, &neighbours);
    vec![
        popular(past),
        popular_lately(past, popular_hours),
        neighbours(past, neighbour_hours),
        following(past),
    ]
}

/// Mean NDCG at the greater depth over listeners.
pub(super) fn ndcg(past: &Past, method: &Method, asked: &[u32]) -> f64 {
    let of = |&listener: &u32| method.list(listener).ndcg(&past.relevant(listener, None))[1];
    let all: Vec<f64> = asked.par_iter().map(of).collect();
    mean(all.into_iter())
}

/// Plays of each song.
pub(super) fn counts(past: &Past) -> Vec<f64> {
    let mut counts = vec![0.0; past.songs];
    past.all().for_each(|heard| counts[heard.song as usize] += 1.0);
    counts
}

fn popular<'a>(past: &Past<'a>) -> Method<'a> {
    let fill = Fill::by(counts(past));
    Method { name: "popularity", hours: None, steps: None, fill, score: Box::new(|_| Vec::new()) }
}

fn popular_lately<'a>(past: &'a Past<'a>, hours: f64) -> Method<'a> {
    let mut scores = vec![0.0; past.songs];
    for heard in past.all() {
        // So little that nothing else changes, so that a song of long ago is still one that was heard.
        scores[heard.song as usize] += faded(past.until - heard.at, hours).max(1e-12);
    }
    let fill = Fill::by(scores);
    let score = Box::new(|_| Vec::new());
    Method { name: "popularity, fading", hours: Some(hours), steps: None, fill, score }
}

/// Rows of a sparse table: of each, which columns, with a weight.
struct Table {
    starts: Vec<usize>,
    cells: Vec<(u32, f32)>,
}

impl Table {
    /// Of cells in order of rows and columns; equal ones are added up.
    fn of(rows: usize, cells: impl Iterator<Item = (u32, u32, f32)>) -> Self {
        let mut table = Table { starts: Vec::with_capacity(rows + 1), cells: Vec::new() };
        let mut last = None;
        for (row, column, weight) in cells {
            if last == Some((row, column)) {
                if let Some(cell) = table.cells.last_mut() {
                    cell.1 += weight;
                }
                continue;
            }
            table.starts.resize(row as usize + 1, table.cells.len());
            table.cells.push((column, weight));
            last = Some((row, column));
        }
        table.starts.resize(rows + 1, table.cells.len());
        table
    }

    fn row(&self, row: u32) -> &[(u32, f32)] {
        &self.cells[self.starts[row as usize]..self.starts[row as usize + 1]]
    }

    /// With columns as rows.
    fn turned(&self, columns: usize) -> Self {
        let rows = (0..self.starts.len() - 1).flat_map(|row| {
            self.row(row as u32).iter().map(move |&(column, weight)| (column, row as u32, weight))
        });
        let mut cells: Vec<(u32, u32, f32)> = rows.collect();
        cells.par_sort_by_key(|&(row, column, _)| (row, column));
        Table::of(columns, cells.into_iter())
    }
}

/// Songs by the cosine between who hears them and who hears what the listener heard, the latest counting most.
fn neighbours<'a>(past: &'a Past<'a>, hours: f64) -> Method<'a> {
    let mut cells: Vec<(u32, u32, f32)> =
        past.all().map(|heard| (heard.listener, heard.song, 1.0)).collect();
    cells.par_sort_unstable_by_key(|&(listener, song, _)| (listener, song));
    let by_listener = Table::of(past.listeners, cells.into_iter());
    let by_song = by_listener.turned(past.songs);
    let norm = |song: usize| {
        by_song.row(song as u32).iter().map(|&(_, count)| count * count).sum::<f32>().sqrt()
    };
    let norms: Vec<f32> = (0..past.songs).map(norm).collect();
    let score = move |listener: u32| {
        let own = past.of(listener);
        let Some(last) = own.last() else { return Vec::new() };
        let mut alike = vec![0.0f32; past.listeners];
        for heard in own {
            let weight = faded(last.at - heard.at, hours) as f32;
            if weight > 1e-9 {
                for &(other, count) in by_song.row(heard.song) {
                    alike[other as usize] += weight * count;
                }
            }
        }
        let mut scores = vec![0.0f32; past.songs];
        for (other, &alike) in alike.iter().enumerate().filter(|(_, alike)| **alike > 0.0) {
            for &(song, count) in by_listener.row(other as u32) {
                scores[song as usize] += alike * count;
            }
        }
        let scored = scores.iter().zip(&norms).enumerate().filter(|(_, (score, _))| **score > 0.0);
        scored.map(|(song, (score, norm))| (song as u32, score / norm)).collect()
    };
    let fill = Fill::by(counts(past));
    Method { name: "item-kNN", hours: Some(hours), steps: None, fill, score: Box::new(score) }
}

/// Plays that what follows is looked up for.
const LAST: usize = 10;
/// A pause that ends a sitting, in seconds.
const PAUSE: i64 = 30 * 60;

/// Songs by how often they come next within a sitting after what the listener heard last, the very last counting most.
fn following<'a>(past: &'a Past<'a>) -> Method<'a> {
    let next = |pair: &[Heard]| {
        let [a, b] = pair else { return None };
        (a.listener == b.listener && b.at - a.at <= PAUSE).then_some((a.song, b.song, 1.0))
    };
    let mut cells: Vec<(u32, u32, f32)> = (0..past.listeners as u32)
        .flat_map(|listener| past.of(listener).windows(2).filter_map(next))
        .collect();
    cells.par_sort_unstable_by_key(|&(before, after, _)| (before, after));
    let after = Table::of(past.songs, cells.into_iter());
    let score = move |listener: u32| {
        let mut found: Vec<(u32, f32)> = Vec::new();
        for (back, heard) in past.of(listener).iter().rev().take(LAST).enumerate() {
            let row = after.row(heard.song);
            let all: f32 = row.iter().map(|&(_, count)| count).sum();
            let weight = 1.0 / ((back as f32 + 1.0) * all);
            found.extend(row.iter().map(|&(song, count)| (song, count * weight)));
        }
        found.sort_by_key(|&(song, _)| song);
        found.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0.0 };
            same
        });
        found
    };
    let fill = Fill::by(counts(past));
    Method { name: "what follows", hours: None, steps: None, fill, score: Box::new(score) }
}
