//! How listeners are made: the constants of every equation of this world, in one committed file.
//!
//! They were fitted to real listening and to literature before any recommender was tuned in this world,
//! and are frozen since; `docs/world.md` says which figure set which. Two other worlds, of the same
//! constants scaled, tell whether a finding hangs on them.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use melody_core::input::{InputError, TomlFile};

/// The shipped file.
const FITTED: &str = include_str!("../../../assets/world.toml");

/// Goodwill and satisfaction of who is served as usual, in the mean play ratio of a song.
pub const USUAL: f64 = 0.75;

/// Every constant. Logits are of the event that a constant is about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nature {
    format: u32,
    /// Completing songs in general.
    pub liking: Liking,
    /// Tiring of what was heard, and recovering.
    pub satiation: Tiring,
    /// What is wanted now.
    pub intent: Wanting,
    /// Looking down the queue.
    pub attention: Looking,
    /// Being sold to.
    pub promotion: Selling,
    /// Leaving and coming back.
    pub returning: Returning,
    /// A trial of the subscription.
    pub trial: Trying,
}

/// How plays end; see `ending.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Liking {
    /// Logits added to every utility.
    pub level: f64,
    /// Standard deviation of patience over the population.
    pub spread: f64,
    /// Logit of a lapse over a whole song, at patience 0.
    pub lapse: f64,
    /// What a unit of patience adds to it.
    pub lapse_by_patience: f64,
    /// Mean seconds until an unwanted song is left.
    pub judged_seconds: f64,
    /// Logit of hearing a completed song again at once, where utility is no more than patience.
    pub replay: f64,
}

/// See `satiation.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tiring {
    /// Logits per `ln(1 + hearings)` of the song.
    pub song: f64,
    /// Hours in which a hearing fades to a third (1/e).
    pub song_hours: f64,
    /// The same for the lead artist.
    pub artist: f64,
    /// Hours.
    pub artist_hours: f64,
    /// The same for the genre.
    pub genre: f64,
    /// Hours.
    pub genre_hours: f64,
    /// Part by which a unit of novelty strengthens all three.
    pub by_novelty: f64,
}

/// See `intent.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanting {
    /// Probability that no family is wanted above others.
    pub anything: f64,
    /// Logits between the wanted family and others.
    pub pull: f64,
    /// Weight of taste in which family is wanted.
    pub choosiness: f64,
    /// Standard deviation of the wish for energy, and for valence.
    pub mood: f64,
    /// Probability of a switch, after each play.
    pub switching: f64,
    /// Probability that a switch to a family is said by a search.
    pub says: f64,
}

/// See `attention.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Looking {
    /// Probability of looking at the queue, after each play.
    pub looks: f64,
    /// Probability of going on to the next place.
    pub on: f64,
    /// Logit of opening a song that is seen, at utility 0.
    pub attracted: f64,
    /// What a unit of utility adds to it.
    pub by_utility: f64,
}

/// See `fatigue.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selling {
    /// Logits that promotion costs with who does not tolerate it.
    pub dislike: f64,
    /// Logits more, per `ln(1 + promoted plays of late)`.
    pub fatigue: f64,
    /// Days in which one fades to a third (1/e).
    pub days: f64,
    /// By how much a preview heard to its end is less than a song.
    pub cut_off: f64,
}

/// See `returning.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returning {
    /// Logit of leaving after a play, at usual satisfaction.
    pub leaving: f64,
    /// What a unit of satisfaction takes off it.
    pub by_satisfaction: f64,
    /// Hours of a typical session.
    pub session_hours: f64,
    /// What a unit of goodwill takes off the logarithm of the time away.
    pub by_goodwill: f64,
    /// What felt fatigue adds to it.
    pub by_fatigue: f64,
    /// Standard deviation of that logarithm.
    pub spread: f64,
    /// Logit of never coming back.
    pub gone: f64,
    /// What a unit of goodwill takes off it.
    pub gone_by_goodwill: f64,
}

/// See `trial.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trying {
    /// Logit of beginning a trial, after a session.
    pub begins: f64,
    /// How long it runs.
    pub days: f64,
    /// Logit of paying when it ends.
    pub converts: f64,
    /// What a unit of goodwill adds to both.
    pub by_goodwill: f64,
}

/// A world to ask a question again in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// As it was fitted.
    Fitted,
    /// Listeners tire half as much, and recover twice as fast.
    TiringHalf,
    /// Listeners tire twice as much, and recover half as fast.
    TiringTwice,
    /// What is wanted switches three times as often.
    Restless,
    /// What is wanted counts three times as much: enough to be told from a few plays.
    Wilful,
}

impl Variant {
    /// The fitted one first.
    pub const ALL: [Variant; 5] = [
        Variant::Fitted,
        Variant::TiringHalf,
        Variant::TiringTwice,
        Variant::Restless,
        Variant::Wilful,
    ];

    /// The word for it in flags and reports.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Fitted => "fitted",
            Variant::TiringHalf => "tiring-half",
            Variant::TiringTwice => "tiring-twice",
            Variant::Restless => "restless",
            Variant::Wilful => "wilful",
        }
    }

    /// The world of that word.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variant| variant.name() == name)
    }

    /// The world that listeners of this nature live in, as reports name it: one of ours, or `other`.
    pub fn name_of(nature: &Nature) -> &'static str {
        let ours = Self::ALL.into_iter().find(|variant| variant.nature() == *nature);
        ours.map_or("other", Variant::name)
    }

    /// Its constants.
    pub fn nature(self) -> Nature {
        let fitted = Nature::fitted();
        match self {
            Variant::Fitted => fitted,
            Variant::TiringHalf => fitted.tiring(0.5),
            Variant::TiringTwice => fitted.tiring(2.0),
            Variant::Restless => {
                let switching = 3.0 * fitted.intent.switching;
                Nature { intent: Wanting { switching, ..fitted.intent }, ..fitted }
            }
            Variant::Wilful => {
                let pull = 3.0 * fitted.intent.pull;
                Nature { intent: Wanting { pull, ..fitted.intent }, ..fitted }
            }
        }
    }
}

static SHIPPED: LazyLock<Nature> = LazyLock::new(|| {
    Nature::read(&TomlFile::embedded("world.toml", FITTED)).expect("a test reads the shipped file")
});

impl Nature {
    /// The shipped world.
    pub fn fitted() -> Self {
        *SHIPPED
    }

    /// Reads the constants of a file like `assets/world.toml`.
    ///
    /// # Errors
    /// When a constant is missing, unknown, or out of the range in which the equations mean anything.
    pub fn read(file: &TomlFile) -> Result<Self, InputError> {
        let nature: Nature = file.parse()?;
        let mut check = file.checker();
        check.require(nature.format == 1, "format", "only format 1 is known");
        let Nature { liking, satiation, intent, attention, promotion, returning, trial, .. } =
            nature;
        for (field, share) in [
            ("intent.anything", intent.anything),
            ("intent.switching", intent.switching),
            ("intent.says", intent.says),
            ("attention.looks", attention.looks),
            ("attention.on", attention.on),
            ("promotion.cut_off", promotion.cut_off),
            // Else somebody who wants only what is known would enjoy being tired.
            ("satiation.by_novelty", satiation.by_novelty),
        ] {
            check.range(field, share, 0.0..=1.0);
        }
        for (field, time) in [
            ("liking.judged_seconds", liking.judged_seconds),
            ("satiation.song_hours", satiation.song_hours),
            ("satiation.artist_hours", satiation.artist_hours),
            ("satiation.genre_hours", satiation.genre_hours),
            ("promotion.days", promotion.days),
            ("returning.session_hours", returning.session_hours),
            ("trial.days", trial.days),
        ] {
            check.range(field, time, 0.01..=10_000.0);
        }
        for (field, strength) in [
            ("liking.spread", liking.spread),
            ("satiation.song", satiation.song),
            ("satiation.artist", satiation.artist),
            ("satiation.genre", satiation.genre),
            ("intent.pull", intent.pull),
            ("intent.mood", intent.mood),
            ("promotion.dislike", promotion.dislike),
            ("promotion.fatigue", promotion.fatigue),
            ("returning.by_satisfaction", returning.by_satisfaction),
            ("returning.by_goodwill", returning.by_goodwill),
            ("returning.by_fatigue", returning.by_fatigue),
            ("returning.spread", returning.spread),
            ("returning.gone_by_goodwill", returning.gone_by_goodwill),
        ] {
            check.range(field, strength, 0.0..=20.0);
        }
        check.finish()?;
        Ok(nature)
    }

    /// Listeners tire so many times as much, and recover so many times as slowly.
    fn tiring(self, times: f64) -> Self {
        let s = self.satiation;
        let satiation = Tiring {
            song: times * s.song,
            artist: times * s.artist,
            genre: times * s.genre,
            song_hours: times * s.song_hours,
            artist_hours: times * s.artist_hours,
            genre_hours: times * s.genre_hours,
            ..s
        };
        Nature { satiation, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_world_is_whole_and_the_others_are_it_scaled() {
        let fitted = Nature::read(&TomlFile::embedded("world.toml", FITTED)).unwrap();
        for variant in Variant::ALL {
            assert_eq!(Variant::named(variant.name()), Some(variant));
            assert_eq!(Variant::name_of(&variant.nature()), variant.name());
        }
        let (half, twice) = (Variant::TiringHalf.nature(), Variant::TiringTwice.nature());
        assert_eq!(half.tiring(4.0), twice);
        assert_eq!(half.tiring(2.0), fitted);
        let restless = Variant::Restless.nature();
        assert!(restless.intent.switching > 2.9 * fitted.intent.switching);
        assert_eq!(Nature { intent: fitted.intent, ..restless }, fitted);
    }

    #[test]
    fn a_world_that_means_nothing_is_refused_by_its_field() {
        let bad = FITTED.replace("song_hours = 48.0", "song_hours = -1.0");
        let error = Nature::read(&TomlFile::embedded("world.toml", &bad)).unwrap_err();
        assert!(error.to_string().contains("satiation.song_hours"), "{error}");
    }
}
