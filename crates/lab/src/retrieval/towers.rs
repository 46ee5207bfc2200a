//! The recipe of a model's towers: from a trained model to one that retrieves, and how well.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::learn::{EPOCHS, Lesson, TowerLosses, learn};
use super::moments::{Group, Pupil, moments};
use super::recall::{Recall, recall};
use super::strangers::strangers;
use crate::data::log::Listening;
use melody_core::catalogue::Catalogue;
use melody_core::input::InputError;
use melody_model::{InterestBlend, ModelFiles, ModelVersion, SongTable, weights_hash};

/// Listening in chunks to learn from and to judge by, and what is common to both.
pub struct TowerRecipe<'a> {
    /// The songs that listeners chose from.
    pub catalogue: &'a Catalogue,
    /// Listeners to learn from.
    pub learn: &'a Listening,
    /// Others, to judge by.
    pub judge: &'a Listening,
    /// How the interest heads make one score.
    pub interest: InterestBlend,
    /// Of every draw.
    pub seed: u64,
    /// Where tensors are computed.
    pub device: &'a Device,
}

/// How the towers came to be and how good they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TowerReport {
    /// Moments learned from.
    pub moments: usize,
    /// Mean losses of each epoch.
    pub losses: Vec<TowerLosses>,
    /// On listeners not learned from.
    pub recall: Recall,
    /// The same where every song is one that the model has never seen.
    #[serde(default)]
    pub of_strangers: Recall,
}

/// Chunks of listeners that are learned from at most, and that are judged by.
const LEARN: usize = 16;
const JUDGE: usize = 1;

/// Songs whose order each chunk's moments teach.
const SAMPLE: usize = 768;

/// Chunks of listeners and epochs: what a progress bar counts.
pub fn tower_work(recipe: &TowerRecipe) -> u64 {
    (recipe.learn.chunks().min(LEARN) + EPOCHS + recipe.judge.chunks().min(JUDGE)) as u64
}

/// Gives a trained model its towers; `None`, and none, where there are no moments to learn from. `done` is told after each of
/// [`tower_work`]'s units.
///
/// # Errors
/// When listening cannot be read.
pub fn train_towers(
    files: &mut ModelFiles,
    recipe: &TowerRecipe,
    done: &dyn Fn(),
) -> Result<Option<TowerReport>, InputError> {
    let &TowerRecipe { catalogue, interest, seed, device, .. } = recipe;
    (files.towers, files.manifest.towers_sha256) = (None, None);
    let model = ModelVersion::new(files, catalogue);
    let pupil = Pupil { catalogue, model: &model, interest, seed };
    let groups = |listening: &Listening, most: usize, songs| -> Result<Vec<Group>, InputError> {
        let chunks = 0..listening.chunks().min(most);
        chunks
            .map(|chunk| {
                let group = moments(&pupil, listening, chunk, songs);
                done();
                group
            })
            .collect()
    };
    let learned_from = groups(recipe.learn, LEARN, SAMPLE)?;
    let moments = learned_from.iter().map(|group| group.moments.len()).sum();
    if moments == 0 {
        return Ok(None);
    }
    let lesson = Lesson {
        config: &files.config,
        songs: files.network.encode_songs(&SongTable::new(catalogue, &files.config, device)),
        frequency: frequency(catalogue, &learned_from),
        seed,
        device,
    };
    let (towers, losses) = learn(&lesson, &learned_from, done);
    files.manifest.towers_sha256 = Some(weights_hash(&towers));
    files.towers = Some(towers);
    let judged = groups(recipe.judge, JUDGE, catalogue.songs.len())?;
    let model = ModelVersion::new(files, catalogue);
    let unseen = ModelVersion::new(files, &strangers(catalogue));
    Ok(Some(TowerReport {
        moments,
        losses,
        recall: recall(&model, &judged),
        of_strangers: recall(&unseen, &judged),
    }))
}

/// How often each song is among those enjoyed, as a share of all.
fn frequency(catalogue: &Catalogue, groups: &[Group]) -> Vec<f32> {
    let mut counts = vec![0.0f32; catalogue.songs.len()];
    let songs = groups.iter().flat_map(|group| &group.moments).flat_map(|moment| &moment.enjoyed);
    songs.for_each(|song| counts[song.index()] += 1.0);
    let total: f32 = counts.iter().sum::<f32>().max(1.0);
    counts.into_iter().map(|count| count / total).collect()
}
