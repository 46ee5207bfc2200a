//! Moments of listening that towers learn from and are judged by: what the tower is told, what was enjoyed and skipped
//! from there on, and how the network itself ranks a sample of songs.

use rand::RngExt;
use rand::seq::index;
use rayon::prelude::*;

use crate::data::log::Listening;
use crate::data::{Sessions, replay};
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::input::InputError;
use melody_core::plays::{LoggedListener, LoggedPlay};
use melody_core::rng::{Purpose, generator, hash64};
use melody_model::{InterestBlend, ModelVersion};

/// A trained model that towers are made for.
pub(super) struct Pupil<'a> {
    pub catalogue: &'a Catalogue,
    pub model: &'a ModelVersion,
    /// How the interest heads make one score.
    pub interest: InterestBlend,
    pub seed: u64,
}

/// Share of plays that become moments.
const SHARE: f64 = 0.08;

/// Plays from a moment on, its own among them, that say what was wanted then.
const AHEAD: usize = 12;

/// One moment of a listener.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// `[listener_width]`.
    pub known: Vec<f32>,
    /// Completed, liked or saved from then on in the session; each song once.
    pub enjoyed: Vec<SongId>,
    /// Skipped from then on.
    pub skipped: Vec<SongId>,
    /// The network's interest in each song of the sample.
    pub interest: Vec<f32>,
}

/// Moments of some listeners, who share a sample of songs.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// In catalogue order.
    pub sample: Vec<SongId>,
    pub moments: Vec<Moment>,
}

/// The moments of one chunk of listening, with a sample of `songs` songs drawn for it.
pub(super) fn moments(
    pupil: &Pupil,
    listening: &Listening,
    chunk: usize,
    songs: usize,
) -> Result<Group, InputError> {
    let all = pupil.catalogue.songs.len();
    let mut rng = generator(pupil.seed, Purpose::Towers, chunk as u64);
    let mut sample: Vec<SongId> = index::sample(&mut rng, all, songs.min(all))
        .into_iter()
        .map(|song| SongId(song as u32))
        .collect();
    sample.sort_unstable();
    let listeners = listening.read(chunk)?;
    let of = |(listener, part): &(LoggedListener, Sessions)| {
        of_listener(pupil, listener, *part, &sample)
    };
    let moments = listeners.par_iter().flat_map_iter(of).collect();
    Ok(Group { sample, moments })
}

fn of_listener(
    pupil: &Pupil,
    listener: &LoggedListener,
    part: Sessions,
    sample: &[SongId],
) -> Vec<Moment> {
    let mut rng = generator(pupil.seed, Purpose::Towers, hash64(&listener.name));
    let mut moments = Vec::new();
    replay(pupil.catalogue, listener, part.until, |view, session, plays| {
        // Drawn for every play, so that which count does not depend on where the part begins.
        if !rng.random_bool(SHARE) || session < part.known {
            return;
        }
        let encoded = pupil.model.encode(view);
        let scored = pupil.model.score(&encoded, pupil.catalogue, view, sample.to_vec());
        let interest = |place| scored.outputs(place).interest(&pupil.interest).value() as f32;
        let [enjoyed, skipped] = wanted(plays);
        moments.push(Moment {
            known: pupil.model.listener_features(&encoded, view),
            enjoyed,
            skipped,
            interest: (0..sample.len()).map(interest).collect(),
        });
    });
    moments
}

/// The songs that were enjoyed, and those skipped, in what is left of a session.
fn wanted(plays: &[LoggedPlay]) -> [Vec<SongId>; 2] {
    let ahead = &plays[..plays.len().min(AHEAD)];
    let enjoyed = |l: &&LoggedPlay| l.play.completed || l.play.liked || l.play.saved;
    let songs = |keep: &dyn Fn(&&LoggedPlay) -> bool| {
        let mut songs: Vec<SongId> = ahead.iter().filter(keep).map(|l| l.play.song).collect();
        songs.sort_unstable();
        songs.dedup();
        songs
    };
    [songs(&enjoyed), songs(&|l| l.play.skipped)]
}
