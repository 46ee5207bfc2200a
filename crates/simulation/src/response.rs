//! The response model: how likely each reaction to a song is, given a taste and a moment.
//!
//! All terms add up in logits of liking a song well enough to hear it through: what lasts (taste, the song's
//! appeal, familiarity), what passes (intent, satiation, fatigue of promotion) and the scene. How a play
//! ends is `ending.rs`, what is opened by hand `attention.rs`. Constants are the world's (`nature.rs`);
//! `docs/world.md` has all equations and where they come from.

use serde::{Deserialize, Serialize};

use crate::attention::attracted;
use crate::ending::{Ending, Length, sigmoid};
use crate::fatigue::{Fatigue, cost};
use crate::intent::Intent;
use crate::nature::Nature;
use crate::satiation::Satiation;
use crate::taste::{SOUND, Taste};
use crate::world::World;
use melody_core::catalogue::{AudioFeature, Catalogue, Song, SongId};
use melody_core::listener::{History, Tier};
use melody_core::scene::Scene;
use melody_recommender::policy::Previews;

/// What a listener feels of the passing kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feelings {
    /// What was heard of late.
    pub satiation: Satiation,
    /// What was promoted of late.
    pub fatigue: Fatigue,
    /// What is wanted.
    pub intent: Intent,
    /// The listener's own clock, in milliseconds.
    pub now_ms: i64,
}

/// In which circumstances a song plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The one the listener is in.
    pub scene: Scene,
    /// What is paid.
    pub tier: Tier,
    /// How long previews are.
    pub previews: Previews,
}

/// What surrounds a play.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The plays before it.
    pub history: &'a History,
    /// What passes.
    pub feelings: &'a Feelings,
    /// Where and how.
    pub setting: Setting,
}

/// Probabilities of each reaction to one song.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// What the listener feels for the song, in logits.
    pub utility: f64,
    /// How the play ends.
    pub ending: Ending,
    /// Hearing it to its end.
    pub completion: f64,
    /// Given completion.
    pub like: f64,
    /// Given completion.
    pub save: f64,
    /// Playing it again at once, given completion.
    pub again: f64,
    /// Opening it from the queue once it is seen there.
    pub attracted: f64,
    /// Opening it from the head of the queue before it comes up.
    pub open: f64,
}

/// Of the listener, what shapes a response beside utility.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub patience: f64,
    pub generosity: f64,
}

impl Response {
    /// Of somebody who feels `utility` for a song. `lift` is what its campaign adds to opening it.
    #[inline]
    pub(super) fn of(
        nature: &Nature,
        utility: f64,
        manner: Manner,
        (length, lift): (Length, f64),
    ) -> Self {
        let Manner { patience, generosity } = manner;
        // Who hears everything to its end does not love all of it.
        let warmth = utility - patience;
        let enthusiasm = warmth - 1.0;
        let ending = Ending::of(&nature.liking, utility, patience, length);
        let attracted = attracted(&nature.attention, utility, lift);
        Response {
            utility,
            completion: ending.completion(),
            ending,
            like: sigmoid(-3.1 + 0.9 * enthusiasm + generosity),
            save: sigmoid(-4.0 + 0.9 * enthusiasm + generosity),
            again: sigmoid(nature.liking.replay + warmth),
            attracted,
            open: nature.attention.looks * attracted,
        }
    }

    /// Expected play ratio.
    pub fn play_ratio(&self) -> f64 {
        self.ending.play_ratio()
    }

    /// Liked or saved.
    pub fn explicit(&self) -> f64 {
        self.completion * (1.0 - (1.0 - self.like) * (1.0 - self.save))
    }

    /// Broken off.
    pub fn skip(&self) -> f64 {
        1.0 - self.completion
    }

    /// Completed and played again at once.
    pub fn replay(&self) -> f64 {
        self.completion * self.again
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
    moment: &Moment,
    song: SongId,
) -> Response {
    let nature = world.nature();
    let pull = moment.feelings.intent.pull_of(&nature.intent, catalogue, song);
    let utility = liking(catalogue, world, taste, moment, song) + pull;
    let manner = Manner { patience: taste.patience, generosity: taste.generosity };
    let entry = catalogue.song(song);
    Response::of(nature, utility, manner, (length(entry, moment.setting), world.lift(entry)))
}

/// What the listener feels for a song, but for the intent of the moment.
pub(super) fn liking(
    catalogue: &Catalogue,
    world: &World,
    taste: &Taste,
    moment: &Moment,
    song: SongId,
) -> f64 {
    let nature = world.nature();
    let id = song;
    let song = catalogue.song(id);
    let genre = catalogue.genre(song);
    let liked_genre = genre.base.map_or(taste.families[genre.family], |b| taste.genre(b));

    let off = |i: usize| f64::from(song.audio(SOUND[i])) - taste.sound[i];
    let distance: f64 = (0..SOUND.len()).map(|i| off(i).powi(2)).sum();
    let sound = taste.pickiness * closeness(distance);
    let popularity = taste.mainstream * f64::from(song.popularity_z());

    let Feelings { satiation, fatigue, now_ms, .. } = moment.feelings;
    let selling = &nature.promotion;
    let promoted = if song.promoted() {
        cost(selling, taste.promotion_tolerance, fatigue.felt(selling, *now_ms))
    } else {
        0.0
    };
    let tires = 1.0 + nature.satiation.by_novelty * taste.novelty;
    let worn = tires * satiation.worn(&nature.satiation, catalogue, id, *now_ms);

    nature.liking.level
        + taste.patience
        + liked_genre
        + sound
        + popularity
        + world.appeal(id)
        + familiarity(taste, moment, id)
        + fit(catalogue, moment.setting.scene, id)
        - promoted
        - worn
}

/// What there is to hear of a song.
pub(super) fn length(song: &Song, setting: Setting) -> Length {
    let heard_ms = f64::from(setting.previews.length_ms(song, setting.tier));
    Length { seconds: heard_ms / 1000.0, part: heard_ms / f64::from(song.duration_ms) }
}

/// What a squared distance from the preferred sound is worth, in units of pickiness. 6 is about the
/// mean distance, so that pickiness changes order more than level.
pub(super) fn closeness(distance: f64) -> f64 {
    (6.0 - distance).max(-12.0)
}

/// Known songs comfort the conservative.
fn familiarity(taste: &Taste, moment: &Moment, song: SongId) -> f64 {
    let heard = moment.history.song(song);
    let known = (f64::from(heard.plays).ln_1p() / 5f64.ln()).min(1.0);
    let scene = match moment.setting.scene {
        Scene::Commute => 0.5,
        Scene::Explore => -0.5,
        _ => 0.0,
    };
    (0.5 - taste.novelty + scene) * known
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
