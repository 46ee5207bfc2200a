//! The response model: how likely each reaction to a song is, given a taste and a moment.
//!
//! All terms add up in logits. The constants were set so that, over the drawn population, the share
//! of completed plays and the depth of broken-off ones resemble KKBox listening (1,000 members of a
//! real service: median completion 0.67, quartiles 0.41 and 0.82; 63 % of broken-off plays end in
//! their first quarter). `melody simulate` reports the comparison.

use crate::taste::{SOUND, Taste};
use crate::world::World;
use melody_core::catalogue::{AudioFeature, Catalogue, SongId};
use melody_core::listener::History;
use melody_core::scene::Scene;

/// What surrounds a play, as the listener feels it.
#[derive(Clone, Copy, Debug)]
pub struct Mood<'a> {
    /// The plays before it.
    pub history: &'a History,
    /// The one the listener is in.
    pub scene: Scene,
    /// Recent share of promoted songs, a moving average in [0, 1].
    pub promotion_load: f64,
    /// Passing wishes for energy and valence, in logits per standard unit.
    pub mood: [f64; 2],
}

/// Probabilities of each reaction to one song.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Response {
    /// What the listener feels for the song, in logits of completing it.
    pub utility: f64,
    /// Hearing it to its end.
    pub completion: f64,
    /// Mean play ratio of a play that is broken off.
    pub partial_ratio: f64,
    /// Given completion.
    pub like: f64,
    /// Given completion.
    pub save: f64,
    /// Choosing the song from the queue before it comes up.
    pub open: f64,
}

/// Share of broken-off plays that end otherwise than by skipping (leaving, searching on).
pub(crate) const ABANDONED: f64 = 0.06;

impl Response {
    /// Of somebody who feels `utility` for a song and likes and saves as `generosity` has it. `lift`
    /// is what the song's campaign adds to opening it.
    #[inline]
    pub(super) fn of(utility: f64, generosity: f64, lift: f64) -> Self {
        let enthusiasm = utility - 1.0;
        let completion = sigmoid(utility);
        Response {
            utility,
            completion,
            partial_ratio: partial_ratio(completion),
            like: sigmoid(-3.1 + 0.9 * enthusiasm + generosity),
            save: sigmoid(-4.0 + 0.9 * enthusiasm + generosity),
            open: sigmoid(-3.2 + 0.8 * utility + lift),
        }
    }

    /// Expected play ratio.
    pub fn play_ratio(&self) -> f64 {
        self.completion + (1.0 - self.completion) * self.partial_ratio
    }

    /// Liked or saved.
    pub fn explicit(&self) -> f64 {
        self.completion * (1.0 - (1.0 - self.like) * (1.0 - self.save))
    }

    /// Broken off by going on to the next, rather than by leaving or searching.
    pub fn skip(&self) -> f64 {
        (1.0 - self.completion) * (1.0 - ABANDONED)
    }

    /// Completed and played again at once.
    pub fn replay(&self) -> f64 {
        self.completion * self.again()
    }

    /// Playing it again at once, given completion.
    pub fn again(&self) -> f64 {
        sigmoid(-5.0 + self.utility)
    }

    /// Opened, completed or liked: what a campaign counts as engagement.
    pub fn engaged(&self) -> f64 {
        1.0 - (1.0 - self.open) * (1.0 - self.completion)
    }
}

/// The listener's response to `song` at this moment.
pub fn respond(
    catalogue: &Catalogue,
    world: &World,
    taste: &Taste,
    moment: &Mood,
    song: SongId,
) -> Response {
    let id = song;
    let song = catalogue.song(id);
    let genre = catalogue.genre(song);
    let liked_genre = genre.base.map_or(taste.families[genre.family], |b| taste.genre(b));

    let off = |i: usize| f64::from(song.audio(SOUND[i])) - taste.sound[i];
    let distance: f64 = (0..SOUND.len()).map(|i| off(i).powi(2)).sum();
    let sound = taste.pickiness * closeness(distance);

    let popularity = taste.mainstream * f64::from(song.popularity_z());
    let mood = moment.mood[0] * f64::from(song.audio(AudioFeature::Energy))
        + moment.mood[1] * f64::from(song.audio(AudioFeature::Valence));

    let promoted = if song.promoted() {
        -(1.0 - taste.promotion_tolerance) * (0.5 + 2.5 * moment.promotion_load)
    } else {
        0.0
    };

    let utility = taste.patience
        + liked_genre
        + sound
        + popularity
        + world.appeal(id)
        + mood
        + promoted
        + familiarity(taste, moment, id)
        + fit(catalogue, moment.scene, id);

    Response::of(utility, taste.generosity, world.lift(song))
}

/// Mean play ratio of a play that is broken off, over the probability of completing it.
pub(super) fn partial_ratio(completion: f64) -> f64 {
    0.12 + 0.30 * completion
}

/// What a squared distance from the preferred sound is worth, in units of pickiness. 6 is about the
/// mean distance, so that pickiness changes order more than level.
pub(super) fn closeness(distance: f64) -> f64 {
    (6.0 - distance).max(-12.0)
}

/// Known songs comfort the conservative; a song just heard wears on everybody.
fn familiarity(taste: &Taste, moment: &Mood, song: SongId) -> f64 {
    let heard = moment.history.song(song);
    let known = (f64::from(heard.plays).ln_1p() / 5f64.ln()).min(1.0);
    let scene = match moment.scene {
        Scene::Commute => 0.5,
        Scene::Explore => -0.5,
        _ => 0.0,
    };
    let worn = heard.plays_ago.map_or(0.0, |ago| 1.8 * (-f64::from(ago) / 8.0).exp());
    (0.5 - taste.novelty + scene) * known - worn
}

/// How well a song's sound fits the scene.
fn fit(catalogue: &Catalogue, scene: Scene, song: SongId) -> f64 {
    let song = catalogue.song(song);
    let z = |feature| f64::from(song.audio(feature));
    match scene {
        Scene::Commute | Scene::Explore => 0.0,
        Scene::Focus => {
            0.25 * z(AudioFeature::Instrumentalness)
                - 0.20 * z(AudioFeature::Speechiness)
                - 0.15 * z(AudioFeature::Energy)
        }
        Scene::Workout => 0.45 * z(AudioFeature::Energy) + 0.20 * z(AudioFeature::Tempo),
        Scene::Relax => 0.30 * z(AudioFeature::Acousticness) - 0.30 * z(AudioFeature::Energy),
    }
}

pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
