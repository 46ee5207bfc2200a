//! What a listener has heard: the long-term memory every part of the loop reads.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::lately::Lately;
use crate::catalogue::{ArtistId, AudioFeature, Catalogue, GenreId, Song, SongId, taxonomy};
use crate::scene::Scene;

/// The model sees at most this many past plays.
pub const HISTORY_LENGTH: usize = 50;

/// A play counts as completed from this play ratio on.
pub const COMPLETED: f32 = 0.95;

/// A play that is left before this play ratio was left at once.
pub const EARLY: f32 = 0.25;

/// One play and how it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction {
    /// What was played.
    pub song: SongId,
    /// When the play began, in milliseconds from the session's start; negative before it.
    pub began_ms: i64,
    /// Seconds heard over duration, in [0, 1].
    pub play_ratio: f32,
    /// Heard to (nearly) the end.
    pub completed: bool,
    /// The listener went on before completing the song.
    pub skipped: bool,
    /// A like while it played.
    pub liked: bool,
    /// Saved while it played.
    pub saved: bool,
    /// This play repeats the one before it.
    pub replayed: bool,
    /// The listener had searched for the song or its artist.
    pub searched: bool,
    /// The listener chose the song, it did not just come up.
    pub opened: bool,
    /// The first play of a session.
    pub first: bool,
    /// The situation it was heard in.
    pub scene: Scene,
}

impl Interaction {
    /// Whether the listener took to a song that was promoted to them.
    pub fn engaged(&self) -> bool {
        self.completed || self.liked || self.opened
    }

    /// Whether it was left before a quarter was heard.
    pub fn left_at_once(&self) -> bool {
        !self.completed && self.play_ratio < EARLY
    }
}

/// How often and how recently something was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Familiarity {
    /// Times played.
    pub plays: u32,
    /// Plays since the last one: 0 right after it. `None` if never heard.
    pub plays_ago: Option<u32>,
    /// What was heard of it lately.
    pub lately: Lately,
}

/// What is kept of a song or an artist that was heard.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    plays: u32,
    /// The number of its last play, from 1.
    last: u32,
    lately: Lately,
}

impl Known {
    fn play(&mut self, number: u32, play: &Interaction) {
        self.plays += 1;
        self.last = number;
        self.lately.hear(play.began_ms, play.play_ratio);
    }
}

/// Plays of a genre or family and how many of them were completed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Times played.
    pub plays: u32,
    /// Of them, heard to the end.
    pub completed: u32,
}

impl Tally {
    /// Counts one more play.
    pub fn count(&mut self, completed: bool) {
        self.plays += 1;
        self.completed += u32::from(completed);
    }

    /// Completion rate, held towards `prior` as if by `strength` earlier plays.
    pub fn rate(self, prior: f32, strength: f32) -> f32 {
        (self.completed as f32 + prior * strength) / (self.plays as f32 + strength)
    }
}

/// Past plays, the newest last, with counts over all of them.
#[derive(Clone, Debug)]
pub struct History {
    recent: VecDeque<Interaction>,
    all: Tally,
    songs: BTreeMap<SongId, Known>,
    artists: BTreeMap<ArtistId, Known>,
    genres: BTreeMap<GenreId, (Tally, Lately)>,
    promoted: Lately,
    families: Vec<Tally>,
    /// Plays of songs never heard before, and of songs heard before.
    new_songs: Tally,
    known_songs: Tally,
    /// Sum of the audio features of completed plays, in standard units.
    completed_sound: [f32; AudioFeature::COUNT],
}

impl Default for History {
    fn default() -> Self {
        History {
            recent: VecDeque::with_capacity(HISTORY_LENGTH + 1),
            all: Tally::default(),
            songs: BTreeMap::new(),
            artists: BTreeMap::new(),
            genres: BTreeMap::new(),
            promoted: Lately::default(),
            families: vec![Tally::default(); taxonomy().families.len()],
            new_songs: Tally::default(),
            known_songs: Tally::default(),
            completed_sound: [0.0; AudioFeature::COUNT],
        }
    }
}

impl History {
    /// Adds a play that is over.
    pub fn record(&mut self, catalogue: &Catalogue, play: Interaction) {
        let song = catalogue.song(play.song);
        let known = self.songs.contains_key(&play.song);
        if known { &mut self.known_songs } else { &mut self.new_songs }.count(play.completed);
        if play.completed {
            for feature in AudioFeature::ALL {
                self.completed_sound[feature as usize] += song.audio(feature);
            }
        }
        self.all.count(play.completed);
        let number = self.all.plays;
        self.songs.entry(play.song).or_default().play(number, &play);
        self.artists.entry(song.lead_artist()).or_default().play(number, &play);
        let (tally, lately) = self.genres.entry(song.genre).or_default();
        tally.count(play.completed);
        lately.hear(play.began_ms, play.play_ratio);
        if song.promoted() {
            self.promoted.hear(play.began_ms, 1.0);
        }
        self.families[catalogue.family(song)].count(play.completed);
        self.recent.push_back(play);
        if self.recent.len() > HISTORY_LENGTH {
            self.recent.pop_front();
        }
    }

    /// The last plays the model may see, oldest first.
    pub fn recent(&self) -> &VecDeque<Interaction> {
        &self.recent
    }

    /// All plays ever recorded.
    pub fn all(&self) -> Tally {
        self.all
    }

    /// How much more of new songs is completed than of known ones, in [-1, 1].
    pub fn novelty_appetite(&self) -> f32 {
        let usual = self.all.rate(0.6, 5.0);
        self.new_songs.rate(usual, 8.0) - self.known_songs.rate(usual, 8.0)
    }

    /// The mean sound of completed plays in standard units, in the order of [`AudioFeature::ALL`], held towards the overall
    /// one as if by four plays.
    pub fn usual_sound(&self) -> [f32; AudioFeature::COUNT] {
        self.completed_sound.map(|sum| sum / (self.all.completed as f32 + 4.0))
    }

    /// Mean squared distance of a song's sound from [`Self::usual_sound`], over all features in standard units.
    pub fn sound_distance(&self, song: &Song) -> f32 {
        let plays = self.all.completed as f32 + 4.0;
        let off = |f: AudioFeature| song.audio(f) - self.completed_sound[f as usize] / plays;
        AudioFeature::ALL.iter().map(|&f| off(f).powi(2)).sum::<f32>() / AudioFeature::COUNT as f32
    }

    /// Of the songs of one genre.
    pub fn genre(&self, genre: GenreId) -> Tally {
        self.genres.get(&genre).map_or_else(Tally::default, |(tally, _)| *tally)
    }

    /// Genres heard, in the catalogue's order.
    pub fn genres(&self) -> impl Iterator<Item = (GenreId, Tally)> {
        self.genres.iter().map(|(&genre, &(tally, _))| (genre, tally))
    }

    /// Of the songs of one family.
    pub fn family(&self, family: usize) -> Tally {
        self.families[family]
    }

    /// With one song.
    pub fn song(&self, song: SongId) -> Familiarity {
        self.familiarity(self.songs.get(&song))
    }

    /// With one artist's songs.
    pub fn artist(&self, artist: ArtistId) -> Familiarity {
        self.familiarity(self.artists.get(&artist))
    }

    /// Songs heard, in catalogue order.
    pub fn heard(&self) -> impl Iterator<Item = SongId> {
        self.songs.keys().copied()
    }

    fn familiarity(&self, entry: Option<&Known>) -> Familiarity {
        entry.map_or_else(Familiarity::default, |known| Familiarity {
            plays: known.plays,
            plays_ago: Some(self.all.plays - known.last),
            lately: known.lately,
        })
    }

    /// What was heard of one genre lately.
    pub fn genre_lately(&self, genre: GenreId) -> Lately {
        self.genres.get(&genre).map_or_else(Lately::default, |(_, lately)| *lately)
    }

    /// Promoted songs that came up lately, each a whole one however little of it was heard.
    pub fn promoted_lately(&self) -> Lately {
        self.promoted
    }
}
