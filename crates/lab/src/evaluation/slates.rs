//! How much a listener would complete if the model alone chose.

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::greedy::Greedy;
use super::predict::Judge;
use crate::data::{Dataset, Listener, Row};
use melody_core::catalogue::SongId;
use melody_core::listener::HISTORY_LENGTH;
use melody_model::{CROSS_FEATURES, HeadOutputs, Moment, Network, SongTable};

/// What a greedy policy's picks from slates of random songs come to: the simulator's own probability,
/// a mean over slates, that the pick is completed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GreedyReport {
    /// Slates that were chosen from.
    pub slates: usize,
    /// Picking the highest fused score.
    pub completion: f64,
    /// Picking the highest interest score.
    pub by_interest: f64,
    /// Picking the song that is truly most likely to be completed.
    pub best: f64,
    /// Picking at random.
    pub chance: f64,
}

/// Lets a greedy policy choose from every slate of `data`. `None` if it holds none.
pub fn choose(judge: Judge, data: &Dataset, greedy: &Greedy) -> Option<GreedyReport> {
    let Judge { network, shape, catalogue, device } = judge;
    let table = SongTable::new(catalogue, shape, device);
    let songs = network.encode_songs(&table);
    let moments: Vec<(&Listener, usize)> = data
        .listeners
        .iter()
        .flat_map(|l| (0..l.rows.len()).map(move |at| (l, at)))
        .filter(|(listener, at)| !listener.rows[*at].slate.is_empty())
        .collect();
    let picks: Vec<[f64; 4]> = moments
        .par_iter()
        .map(|&(listener, at)| {
            let slate = &listener.rows[at].slate;
            let outputs = score(network, &songs, listener, at);
            let pick = |score: &dyn Fn(&HeadOutputs, SongId) -> f64| {
                let scored = slate.iter().zip(&outputs);
                let scored = scored.map(|(song, o)| (score(o, SongId(song.song)), song.completion));
                scored.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(0.0, |(_, completion)| completion)
            };
            let promoted = |song: SongId| catalogue.song(song).promoted();
            [
                pick(&|o, song| greedy.fused(o, promoted(song))),
                pick(&|o, _| greedy.interest(o)),
                slate.iter().map(|song| song.completion).fold(0.0, f64::max),
                slate.iter().map(|song| song.completion).sum::<f64>() / slate.len() as f64,
            ]
        })
        .collect();
    let mean = |which: usize| picks.iter().map(|p| p[which]).sum::<f64>() / picks.len() as f64;
    (!picks.is_empty()).then(|| GreedyReport {
        slates: picks.len(),
        completion: mean(0),
        by_interest: mean(1),
        best: mean(2),
        chance: mean(3),
    })
}

/// Head outputs of the slate at a listener's play.
fn score(network: &Network, songs: &Tensor<2>, listener: &Listener, at: usize) -> Vec<HeadOutputs> {
    let row = &listener.rows[at];
    let past = &listener.rows[at.saturating_sub(HISTORY_LENGTH)..at];
    let session = |other: &&Row| other.session == row.session;
    let moment = Moment {
        profile: listener.profile.clone(),
        moment: row.moment.to_vec(),
        scene: row.scene.into(),
        songs: past.iter().map(|r| r.song as i32).collect(),
        outcomes: past.iter().flat_map(|r| r.outcome).collect(),
        scenes: past.iter().map(|r| r.scene.into()).collect(),
        session_plays: past.iter().rev().take_while(session).count(),
    };
    let device = songs.device();
    let encoded = network.encode(songs, &moment);
    let ids: Vec<i32> = row.slate.iter().map(|song| song.song as i32).collect();
    let cross: Vec<f32> = row.slate.iter().flat_map(|song| song.cross).collect();
    let cross = TensorData::new(cross, [ids.len(), CROSS_FEATURES.len()]);
    let songs = songs.clone().select(0, Tensor::from_data(ids.as_slice(), &device));
    let own = network.represent(&encoded, songs, Tensor::from_data(cross, &device));
    let head = network.head.forward(own, encoded.shared.clone());
    let logits = head.logits.into_data().try_to_vec::<f32>();
    let logits = logits.expect("networks here hold 32-bit floats");
    logits.chunks(HeadOutputs::WIDTH).map(HeadOutputs::from_logits).collect()
}
