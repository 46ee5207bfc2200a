//! How much of what the network would choose, and of what listeners enjoyed, the towers bring.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::moments::Group;
use melody_core::catalogue::SongId;
use melody_model::ModelVersion;

/// How many songs are brought.
pub const BROUGHT: [usize; 3] = [100, 500, 1_000];

/// The network's first places that are looked for.
pub const PLACES: usize = 100;

/// Mean recall over moments of listeners who were not learned from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    /// Songs that could be brought.
    pub songs: usize,
    /// Moments judged by.
    pub moments: usize,
    /// Share of the network's [`PLACES`] highest interests among the first of [`BROUGHT`].
    pub of_network: [f64; BROUGHT.len()],
    /// Share of the songs that were enjoyed from then on.
    pub of_enjoyed: [f64; BROUGHT.len()],
    /// The share of the catalogue that so many songs are: what drawing them would bring.
    pub by_chance: [f64; BROUGHT.len()],
}

/// Measures recall on groups whose sample is the whole catalogue.
pub(super) fn recall(model: &ModelVersion, groups: &[Group]) -> Recall {
    let Some((vectors, _)) = model.vectors() else { return Recall::default() };
    let songs = vectors.len();
    let one = |group: &Group, moment: &super::moments::Moment| {
        let query = model.query_of(&moment.known);
        let found = query.map_or_else(Vec::new, |query| vectors.nearest(&query, songs));
        let mut place = vec![0; songs];
        found.iter().enumerate().for_each(|(at, song)| place[song.index()] = at);
        let mut order: Vec<usize> = (0..moment.interest.len()).collect();
        order.sort_by(|a, b| moment.interest[*b].total_cmp(&moment.interest[*a]).then(a.cmp(b)));
        let best: Vec<SongId> = order.iter().take(PLACES).map(|&at| group.sample[at]).collect();
        let share = |of: &[SongId], most: usize| {
            let there = of.iter().filter(|song| place[song.index()] < most).count();
            there as f64 / of.len().max(1) as f64
        };
        (
            BROUGHT.map(|most| share(&best, most)),
            (!moment.enjoyed.is_empty()).then(|| BROUGHT.map(|most| share(&moment.enjoyed, most))),
        )
    };
    let all: Vec<_> = groups
        .iter()
        .flat_map(|group| group.moments.iter().map(move |moment| (group, moment)))
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(group, moment)| one(group, moment))
        .collect();
    let mean = |values: Vec<[f64; BROUGHT.len()]>| {
        let count = values.len().max(1) as f64;
        std::array::from_fn(|i| values.iter().map(|v| v[i]).sum::<f64>() / count)
    };
    Recall {
        songs,
        moments: all.len(),
        of_network: mean(all.iter().map(|(network, _)| *network).collect()),
        of_enjoyed: mean(all.iter().filter_map(|(_, enjoyed)| *enjoyed).collect()),
        by_chance: BROUGHT.map(|most| (most as f64 / songs.max(1) as f64).min(1.0)),
    }
}
