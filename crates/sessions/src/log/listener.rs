//! Who listens, as the service knows them when a session opens: with it, a log is all that a model needs to learn from.

use serde::{Deserialize, Serialize};

use melody_core::catalogue::{Catalogue, taxonomy};
use melody_core::listener::{Account, Interaction, Tier};
use melody_core::scene::Scene;
use melody_recommender::engine::Setup;

/// A listener as the session opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// As traces name them.
    pub name: String,
    /// The situation that the session opens in.
    pub scene: Scene,
    /// What they pay.
    pub tier: Tier,
    /// Days since the account was made.
    pub tenure_days: u32,
    /// Listening of late.
    pub hours_per_week: f32,
    /// Premium songs played without a subscription in the last month.
    pub premium_previews: u32,
    /// Earlier subscriptions and trials started.
    pub past_conversions: u32,
    /// Identifiers of the genres that they named as favourites.
    pub favourite_genres: Vec<String>,
    /// What they heard before, oldest first.
    pub past: Vec<PastPlay>,
}

/// A play before the session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastPlay {
    /// The song's identifier in the catalogue.
    pub song: String,
    /// When it began, in milliseconds from the session's start: below zero.
    pub began_ms: i64,
    /// Time heard over duration, in [0, 1].
    pub play_ratio: f32,
    /// The situation it was heard in.
    pub scene: Scene,
    /// Heard to the end, or nearly so.
    #[serde(default, skip_serializing_if = "no")]
    pub completed: bool,
    /// Left before that.
    #[serde(default, skip_serializing_if = "no")]
    pub skipped: bool,
    /// While it played.
    #[serde(default, skip_serializing_if = "no")]
    pub liked: bool,
    /// While it played.
    #[serde(default, skip_serializing_if = "no")]
    pub saved: bool,
    /// The play before was of the same song.
    #[serde(default, skip_serializing_if = "no")]
    pub replayed: bool,
    /// The song or its artist had been searched for.
    #[serde(default, skip_serializing_if = "no")]
    pub searched: bool,
    /// The listener chose it.
    #[serde(default, skip_serializing_if = "no")]
    pub opened: bool,
    /// The first of a session.
    #[serde(default, skip_serializing_if = "no")]
    pub first: bool,
}

fn no(flag: &bool) -> bool {
    !flag
}

impl Listener {
    /// Of what an engine is given when a session opens.
    pub fn new(setup: &Setup) -> Self {
        let Account {
            tier,
            tenure_days,
            hours_per_week,
            premium_previews,
            past_conversions,
            favourite_genres,
        } = setup.account.as_ref();
        let genres = favourite_genres.iter().filter_map(|genre| taxonomy().genres.get(*genre));
        let past = setup.past.iter().map(|play| PastPlay::new(&setup.catalogue, play));
        Listener {
            name: setup.listener.clone(),
            scene: setup.scene,
            tier: *tier,
            tenure_days: *tenure_days,
            hours_per_week: *hours_per_week,
            premium_previews: *premium_previews,
            past_conversions: *past_conversions,
            favourite_genres: genres.map(|genre| genre.id.to_string()).collect(),
            past: past.collect(),
        }
    }

    /// What the service knows of them.
    ///
    /// # Errors
    /// With the identifier of a genre that there is none of.
    pub fn account(&self) -> Result<Account, String> {
        let index = |id: &String| taxonomy().genre(id).ok_or_else(|| id.clone());
        let genres = self.favourite_genres.iter().map(index);
        Ok(Account {
            tier: self.tier,
            tenure_days: self.tenure_days,
            hours_per_week: self.hours_per_week,
            premium_previews: self.premium_previews,
            past_conversions: self.past_conversions,
            favourite_genres: genres.collect::<Result<_, _>>()?,
        })
    }
}

impl PastPlay {
    fn new(catalogue: &Catalogue, play: &Interaction) -> Self {
        PastPlay {
            song: catalogue.song(play.song).id.to_string(),
            began_ms: play.began_ms,
            play_ratio: play.play_ratio,
            scene: play.scene,
            completed: play.completed,
            skipped: play.skipped,
            liked: play.liked,
            saved: play.saved,
            replayed: play.replayed,
            searched: play.searched,
            opened: play.opened,
            first: play.first,
        }
    }

    /// The play, in a catalogue; `None` where it has no such song.
    pub fn interaction(&self, catalogue: &Catalogue) -> Option<Interaction> {
        Some(Interaction {
            song: catalogue.find(&self.song)?,
            began_ms: self.began_ms,
            play_ratio: self.play_ratio,
            completed: self.completed,
            skipped: self.skipped,
            liked: self.liked,
            saved: self.saved,
            replayed: self.replayed,
            searched: self.searched,
            opened: self.opened,
            first: self.first,
            scene: self.scene,
        })
    }
}
