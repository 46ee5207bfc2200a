//! A hidden taste that real plays suggest.
//!
//! It is a rough guess, for autopilot to go on as the listener might; nothing in the recommender reads
//! it. Plays whose song is known by nothing but a stand-in say nothing of genre and sound here.

use crate::taste::{SOUND, Taste};
use melody_core::catalogue::{Catalogue, taxonomy};
use melody_core::plays::Matched;

/// Rates and shares are held towards those of the whole as if by so many plays.
const STRENGTH: f64 = 20.0;
/// The preferred sound is held towards the middle as if by so many plays.
const SOUND_STRENGTH: f64 = 4.0;
/// How much what was played says of taste, beside what was completed: a part of what is played is
/// chosen by the service.
const CHOICE: f64 = 0.5;
/// Population means of the simulated listeners, for what nothing is known of.
const MEAN_COMPLETION: f64 = 0.6;
const MEAN_PICKINESS: f64 = 0.15;
const MEAN_MAINSTREAM: f64 = 0.25;
/// The logit of liking a completed song that is neither loved nor disliked; see the response model.
const LIKE_LOGIT: f64 = -3.1;

/// Plays of a family or genre.
#[derive(Clone, Copy, Default)]
struct Group {
    plays: f64,
    /// Plays whose outcome is known, and those of them that were completed.
    judged: f64,
    completed: f64,
    /// Songs in the catalogue.
    songs: f64,
}

impl Group {
    fn hear(&mut self, heard: &Matched) {
        self.plays += 1.0;
        if heard.outcome.completed_known {
            self.judged += 1.0;
            self.completed += f64::from(u8::from(heard.outcome.completed));
        }
    }

    /// Completion rate, held towards `prior`.
    fn rate(self, prior: f64) -> f64 {
        (self.completed + STRENGTH * prior) / (self.judged + STRENGTH)
    }

    /// How much more this group is liked than the `whole` it is part of, whose rate is `rate`, in
    /// logits of completing a song:
    ///
    /// `logit(completion here) - logit(completion in the whole)
    ///  + 1/2 ln(share of the whole's plays / share of the whole's songs)`
    ///
    /// with rate and share held towards those of the whole.
    fn effect(self, whole: Group, rate: f64) -> f64 {
        if self.songs == 0.0 {
            return 0.0;
        }
        let completing = logit(self.rate(rate)) - logit(rate);
        let share = self.songs / whole.songs;
        let played = (self.plays + STRENGTH * share) / (whole.plays + STRENGTH);
        completing + CHOICE * (played / share).ln()
    }
}

/// The taste that these plays suggest.
///
/// Families and genres: see `Group::effect`, within 2 and 1 logits. Sound: the mean of completed songs
/// that are known, held towards the middle by four plays; pickiness grows to the population's mean with
/// their number. Patience: the logit of the completion rate. Novelty: twice the share of plays that were
/// of different songs, less one. Generosity: likes among completed plays, where likes are told. The
/// rest is the population's mean.
pub fn estimate(catalogue: &Catalogue, heard: &[Matched]) -> Taste {
    let t = taxonomy();
    let mut all = Group::default();
    let mut families = vec![Group::default(); t.families.len()];
    let mut genres = vec![Group::default(); t.genres.len()];
    for song in &catalogue.songs {
        all.songs += 1.0;
        families[catalogue.family(song)].songs += 1.0;
        if let Some(base) = catalogue.genre(song).base {
            genres[base].songs += 1.0;
        }
    }
    let (mut sound, mut sounding) = ([0.0; SOUND.len()], 0.0);
    for heard in heard.iter().filter(|heard| heard.how.tells_genre()) {
        let song = catalogue.song(heard.song);
        all.hear(heard);
        families[catalogue.family(song)].hear(heard);
        if let Some(base) = catalogue.genre(song).base {
            genres[base].hear(heard);
        }
        if heard.outcome.completed && !heard.how.imputed() {
            sounding += 1.0;
            for (sum, feature) in sound.iter_mut().zip(SOUND) {
                *sum += f64::from(song.audio(feature));
            }
        }
    }
    let rate = all.rate(MEAN_COMPLETION);
    let held = |effect: f64, most: f64| hundredths(effect.clamp(-most, most));
    let of_genre = |genre: usize| {
        let family = families[t.family_of(genre)];
        held(genres[genre].effect(family, family.rate(rate)), 1.0)
    };
    Taste {
        families: families.iter().map(|family| held(family.effect(all, rate), 2.0)).collect(),
        genres: (0..genres.len()).map(of_genre).collect(),
        sound: sound.map(|sum| held(sum / (sounding + SOUND_STRENGTH), 3.0)),
        pickiness: hundredths(MEAN_PICKINESS * sounding / (sounding + STRENGTH)),
        mainstream: MEAN_MAINSTREAM,
        novelty: novelty(heard),
        promotion_tolerance: 0.5,
        patience: held(patience(heard), 3.0),
        generosity: held(generosity(heard), 2.0),
        willingness_to_pay: 0.0,
    }
}

fn novelty(heard: &[Matched]) -> f64 {
    let mut songs: Vec<_> =
        heard.iter().map(|h| (&h.play.artist, &h.play.title, &h.play.song)).collect();
    songs.sort_unstable();
    songs.dedup();
    hundredths(2.0 * (songs.len() as f64 + STRENGTH / 2.0) / (heard.len() as f64 + STRENGTH) - 1.0)
}

fn patience(heard: &[Matched]) -> f64 {
    let mut all = Group::default();
    heard.iter().for_each(|heard| all.hear(heard));
    logit(all.rate(MEAN_COMPLETION))
}

fn generosity(heard: &[Matched]) -> f64 {
    let told = heard.iter().filter(|heard| heard.outcome.completed && heard.play.liked.is_some());
    let (mut plays, mut likes) = (0.0, 0.0);
    for heard in told {
        plays += 1.0;
        likes += f64::from(u8::from(heard.play.liked == Some(true)));
    }
    let usual = 1.0 / (1.0 + (-LIKE_LOGIT).exp());
    logit((likes + STRENGTH * usual) / (plays + STRENGTH)) - LIKE_LOGIT
}

fn logit(rate: f64) -> f64 {
    let rate = rate.clamp(1e-3, 1.0 - 1e-3);
    (rate / (1.0 - rate)).ln()
}

fn hundredths(value: f64) -> f64 {
    let rounded = (value * 100.0).round() / 100.0;
    // No negative zero: it is written to a file that people read.
    rounded + 0.0
}
