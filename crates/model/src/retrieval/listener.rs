//! What the listener's tower is told: the moment as the network reads it, and the history in sums.
//!
//! The network lets a song look at each past play. A tower that knows no song cannot, so plays reach it as means of their
//! songs' vectors - what was liked, what was skipped, what came last - beside the tallies by genre and family that the
//! network's cross features are made of.

use std::borrow::Cow;

use crate::config::NetworkConfig;
use melody_core::catalogue::{AudioFeature, GenreId, taxonomy};
use melody_core::listener::{Interaction, ListenerView};

/// Means of songs' vectors: of plays that were enjoyed, of skipped ones, and of the last few by how they went.
const POOLS: usize = 3;
/// By how much a play counts less than the one after it, in each pool.
const FADES: [f32; POOLS] = [0.97, 0.97, 0.7];

/// Numbers that the listener's tower is given.
pub fn listener_width(config: &NetworkConfig) -> usize {
    let (genres, families) = (taxonomy().genres.len(), taxonomy().families.len());
    config.d_shared() + genres + 2 * families + AudioFeature::COUNT + POOLS * config.d_model
}

/// A listener at one moment, `[listener_width]`. `shared` is the mixture's input that all songs share, with what
/// near-line updates have learned of the listener added; `song` gives the network's vector of a song.
pub fn listener_features<'a>(
    view: &ListenerView,
    shared: impl Iterator<Item = f32>,
    d_model: usize,
    song: impl Fn(usize) -> Cow<'a, [f32]>,
) -> Vec<f32> {
    let mut known: Vec<f32> = shared.collect();
    let history = view.history;
    let all = history.all();
    let usual = all.rate(0.6, 5.0);
    let genres = 0..taxonomy().genres.len() as u16;
    known.extend(genres.map(|g| 2.0 * (history.genre(GenreId(g)).rate(usual, 3.0) - usual)));
    for family in 0..taxonomy().families.len() {
        let tally = history.family(family);
        known.push(2.0 * (tally.rate(usual, 4.0) - usual));
        known.push(tally.plays as f32 / (all.plays as f32 + 8.0));
    }
    known.extend(history.usual_sound());
    for (pool, fade) in FADES.into_iter().enumerate() {
        let (mut sum, mut total, mut fresh) = (vec![0.0; d_model], 1.0, 1.0);
        for play in history.recent().iter().rev() {
            let weight = fresh * weight(pool, play);
            fresh *= fade;
            if weight != 0.0 {
                total += weight.abs();
                let row = song(play.song.index());
                sum.iter_mut().zip(row.iter()).for_each(|(sum, value)| *sum += weight * value);
            }
        }
        known.extend(sum.into_iter().map(|sum| sum / total));
    }
    known
}

/// How much a play counts in a pool, before it fades.
fn weight(pool: usize, play: &Interaction) -> f32 {
    let flag = |holds: bool| if holds { 1.0 } else { 0.0 };
    match pool {
        0 => flag(play.completed) + flag(play.liked) + flag(play.saved),
        1 => flag(play.skipped),
        _ => 2.0 * play.play_ratio - 1.0 + flag(play.liked || play.saved),
    }
}
