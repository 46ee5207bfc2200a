//! Streaks: what the listener takes to, and leaves, more than was foretold.
//!
//! What the network reads, it knows: a song that was foretold to be heard to its end and is tells nothing new. So a
//! genre goes up and down by surprise alone: by what came of each play less how likely the model held it as the song
//! began, of hearing it to its end and of liking or saving it. Most of a surprise counts for the other genres of the
//! family, too. Surprises add up, so that several songs of a style heard out in a row against expectation raise it
//! most, and fade.

use std::collections::BTreeMap;

use crate::policy::SessionTuning;
use melody_core::catalogue::{Catalogue, GenreId, SongId};
use melody_core::listener::Interaction;
use melody_model::HeadOutputs;

/// By how much a genre was taken to more than was foretold, as of some time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Streak {
    surprise: f64,
    as_of_ms: u64,
    /// Completions in a row, without a skip between.
    pub run: u32,
}

impl Streak {
    /// The sum of surprises that is left at `now`, in plays: 1 is a song that was heard out and could not have been
    /// foretold to be, below 0 is what was left although it was.
    pub fn level(&self, tuning: &SessionTuning, now_ms: u64) -> f64 {
        let seconds = now_ms.saturating_sub(self.as_of_ms) as f64 / 1000.0;
        self.surprise * (-seconds / tuning.streak_fade_s).exp()
    }

    fn add(&mut self, tuning: &SessionTuning, now_ms: u64, surprise: f64) {
        self.surprise = self.level(tuning, now_ms) + surprise;
        self.as_of_ms = now_ms;
    }
}

/// What was foretold of a play that nothing was foretold of: as good as nothing.
const UNKNOWN: f64 = 0.5;

/// How likely a like or save was held.
fn like_foretold(foretold: Option<&HeadOutputs>) -> f64 {
    foretold.map_or(0.0, |heads| heads.like.value())
}

/// Streaks of the session, by genre.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Streaks(BTreeMap<GenreId, Streak>);

impl Streaks {
    /// Takes in a play that ended at `now_ms`, in milliseconds since the session began, and what was foretold of it as it
    /// began. One that was neither heard out nor skipped, as a song that is asked for again half-way, tells nothing.
    pub fn record(
        &mut self,
        tuning: &SessionTuning,
        now_ms: u64,
        catalogue: &Catalogue,
        play: &Interaction,
        foretold: Option<&HeadOutputs>,
    ) {
        if !play.completed && !play.skipped {
            return;
        }
        let outcome = if play.completed { 1.0 } else { 0.0 };
        let mut surprise = outcome - foretold.map_or(UNKNOWN, |heads| heads.completion.value());
        if !play.liked && !play.saved {
            surprise -= like_foretold(foretold);
        }
        self.add(tuning, now_ms, catalogue, play.song, surprise);
        let genre = catalogue.song(play.song).genre;
        let streak = self.0.entry(genre).or_default();
        streak.run = if play.completed { streak.run + 1 } else { 0 };
        // A run is of one style: completing another breaks every other genre's run.
        if play.completed {
            let others = self.0.iter_mut().filter(|(other, _)| **other != genre);
            others.for_each(|(_, streak)| streak.run = 0);
        }
    }

    /// The first like or save of a play counts at once, before the song has ended.
    pub fn like(
        &mut self,
        tuning: &SessionTuning,
        now_ms: u64,
        catalogue: &Catalogue,
        song: SongId,
        foretold: Option<&HeadOutputs>,
    ) {
        self.add(tuning, now_ms, catalogue, song, 1.0 - like_foretold(foretold));
    }

    fn add(
        &mut self,
        tuning: &SessionTuning,
        now_ms: u64,
        catalogue: &Catalogue,
        song: SongId,
        surprise: f64,
    ) {
        let song = catalogue.song(song);
        let family = catalogue.family(song);
        let genres = catalogue.genres.iter().zip((0..).map(GenreId));
        for (_, genre) in genres.filter(|(genre, _)| genre.family == family) {
            let share = if genre == song.genre { 1.0 } else { tuning.kin };
            self.0.entry(genre).or_default().add(tuning, now_ms, share * surprise);
        }
    }

    /// A genre's streak; one that nothing is known of stands at zero.
    pub fn genre(&self, genre: GenreId) -> Streak {
        self.0.get(&genre).copied().unwrap_or_default()
    }

    /// Those of genres played or liked in this session, and of their families, by number.
    pub fn genres(&self) -> impl Iterator<Item = (GenreId, &Streak)> {
        self.0.iter().map(|(id, streak)| (*id, streak))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::catalogue::default_catalogue;
    use melody_core::scene::Scene;
    use melody_core::score::Score;

    const TUNING: SessionTuning =
        SessionTuning { kin: 0.75, streak_fade_s: 1500.0, search_fade_s: 1200.0 };
    const SONG: SongId = SongId(7);

    fn heads(completion: f64, like: f64) -> HeadOutputs {
        let (completion, like) = (Score::new(completion), Score::new(like));
        HeadOutputs { completion, like, ..HeadOutputs::default() }
    }

    fn play(completed: bool, liked: bool) -> Interaction {
        Interaction {
            song: SONG,
            began_ms: 0,
            play_ratio: if completed { 1.0 } else { 0.1 },
            completed,
            skipped: !completed,
            liked,
            saved: false,
            replayed: false,
            searched: false,
            opened: false,
            first: false,
            scene: Scene::Relax,
        }
    }

    /// The level of the song's genre after one play that was foretold so.
    fn level(play: &Interaction, foretold: Option<HeadOutputs>) -> f64 {
        let catalogue = default_catalogue();
        let mut streaks = Streaks::default();
        streaks.record(&TUNING, 0, &catalogue, play, foretold.as_ref());
        streaks.genre(catalogue.song(SONG).genre).level(&TUNING, 0)
    }

    #[test]
    fn what_was_foretold_tells_nothing_and_a_surprise_as_much_as_it_was_one() {
        assert!(level(&play(true, false), Some(heads(1.0, 0.0))).abs() < 1e-6);
        assert!((level(&play(true, false), Some(heads(0.3, 0.0))) - 0.7).abs() < 1e-6);
        assert!((level(&play(false, false), Some(heads(0.9, 0.0))) + 0.9).abs() < 1e-6);
        assert!((level(&play(false, false), Some(heads(0.9, 0.25))) + 1.15).abs() < 1e-6);
        assert_eq!(level(&play(false, false), None), -0.5, "nothing was foretold");
    }

    #[test]
    fn a_like_tells_at_once_what_of_it_was_not_foretold_and_only_once() {
        let (catalogue, foretold) = (default_catalogue(), heads(0.6, 0.2));
        let genre = catalogue.song(SONG).genre;
        let mut streaks = Streaks::default();
        streaks.like(&TUNING, 0, &catalogue, SONG, Some(&foretold));
        assert!((streaks.genre(genre).level(&TUNING, 0) - 0.8).abs() < 1e-6);
        streaks.record(&TUNING, 0, &catalogue, &play(true, true), Some(&foretold));
        assert!((streaks.genre(genre).level(&TUNING, 0) - 1.2).abs() < 1e-6);
    }

    #[test]
    fn the_family_shares_in_it_and_no_other() {
        let catalogue = default_catalogue();
        let song = catalogue.song(SONG);
        let mut streaks = Streaks::default();
        streaks.record(&TUNING, 0, &catalogue, &play(true, false), Some(&heads(0.2, 0.0)));
        let mut kin = 0;
        for (genre, id) in catalogue.genres.iter().zip((0..).map(GenreId)) {
            let streak = streaks.genre(id);
            let level = streak.level(&TUNING, 0);
            if id == song.genre {
                assert!((level - 0.8).abs() < 1e-6);
                assert_eq!(streak.run, 1);
            } else if genre.family == catalogue.family(song) {
                kin += 1;
                assert!((level - 0.75 * 0.8).abs() < 1e-6);
                assert_eq!(streak.run, 0, "a run is of one genre");
            } else {
                assert_eq!(streak, Streak::default());
            }
        }
        assert!(kin > 0, "the song's genre is alone in its family");
    }

    #[test]
    fn surprises_add_up_and_fade_to_a_third() {
        let catalogue = default_catalogue();
        let genre = catalogue.song(SONG).genre;
        let mut streaks = Streaks::default();
        for _ in 0..3 {
            streaks.record(&TUNING, 0, &catalogue, &play(true, false), Some(&heads(0.5, 0.0)));
        }
        let streak = streaks.genre(genre);
        assert_eq!(streak.run, 3);
        assert!((streak.level(&TUNING, 0) - 1.5).abs() < 1e-6);
        assert!((streak.level(&TUNING, 1_500_000) - 1.5 / 1f64.exp()).abs() < 1e-6);
        let again = Interaction { skipped: false, ..play(false, false) };
        streaks.record(&TUNING, 1_500_000, &catalogue, &again, Some(&heads(0.5, 0.0)));
        assert_eq!(streaks.genre(genre), streak, "a song asked for again half-way tells nothing");
    }
}
