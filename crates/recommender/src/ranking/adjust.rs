//! Adjustments after fusion: named stages, each with its own delta.

use super::listening::Listening;
use melody_core::catalogue::SongId;
use melody_core::score::Score;

/// A stage that changes scores after fusion, song by song.
pub trait Adjustment: Sync {
    /// As ledgers name its part of a score.
    fn name(&self) -> &'static str;

    /// The change in points of score for one song.
    fn delta(&self, listening: &Listening, song: SongId) -> f64;

    /// Why, for a person.
    fn how(&self, listening: &Listening, song: SongId) -> String;
}

/// Every adjustment that looks at one song alone, in order. Artist spread comes after them, as it
/// looks at the order they lead to.
pub const ADJUSTMENTS: &[&dyn Adjustment] =
    &[&GenreStreak, &ArtistStreak, &Search, &Novelty, &Repeat];

/// What streaks and searches say of a factor set by hand.
fn by_hand(l: &Listening) -> String {
    match l.boost {
        Score::ONE => String::new(),
        factor => format!(", times {factor:.2} by hand"),
    }
}

/// Genres on a streak rise, skipped ones fall.
struct GenreStreak;

impl Adjustment for GenreStreak {
    fn name(&self) -> &'static str {
        "genre streak"
    }

    fn delta(&self, l: &Listening, song: SongId) -> f64 {
        let streak = l.streaks.genre(l.catalogue.song(song).genre);
        let level = streak.level(&l.policy.session, l.now_ms);
        l.boost.value() * l.policy.adjustments.genre_streak * level
    }

    fn how(&self, l: &Listening, song: SongId) -> String {
        let song = l.catalogue.song(song);
        let streak = l.streaks.genre(song.genre);
        let level = streak.level(&l.policy.session, l.now_ms);
        let genre = &l.catalogue.genre(song).id;
        format!("{genre} at level {level:+.2}, {} completed in a row{}", streak.run, by_hand(l))
    }
}

/// The same for the lead artist.
struct ArtistStreak;

impl Adjustment for ArtistStreak {
    fn name(&self) -> &'static str {
        "artist streak"
    }

    fn delta(&self, l: &Listening, song: SongId) -> f64 {
        let streak = l.streaks.artist(l.catalogue.song(song).lead_artist());
        let level = streak.level(&l.policy.session, l.now_ms);
        l.boost.value() * l.policy.adjustments.artist_streak * level
    }

    fn how(&self, l: &Listening, song: SongId) -> String {
        let artist = l.catalogue.song(song).lead_artist();
        let level = l.streaks.artist(artist).level(&l.policy.session, l.now_ms);
        format!("{} at level {level:+.2}{}", l.catalogue.artist(artist).name, by_hand(l))
    }
}

/// What was searched for rises, and what is related to it.
struct Search;

impl Adjustment for Search {
    fn name(&self) -> &'static str {
        "search"
    }

    fn delta(&self, l: &Listening, song: SongId) -> f64 {
        let claim = l.searches.claim(l.catalogue, &l.policy.session, l.now_ms, song);
        l.boost.value() * l.policy.adjustments.search * claim
    }

    fn how(&self, l: &Listening, song: SongId) -> String {
        let strongest = l.searches.iter().rev().max_by(|a, b| {
            let claim = |s: &crate::session::Search| {
                s.freshness(&l.policy.session, l.now_ms) * s.relatedness(l.catalogue, song)
            };
            claim(a).total_cmp(&claim(b))
        });
        strongest.map_or(String::new(), |search| {
            format!(
                "related {:.2} to the search for \"{}\", freshness {:.2}{}",
                search.relatedness(l.catalogue, song),
                search.query,
                search.freshness(&l.policy.session, l.now_ms),
                by_hand(l)
            )
        })
    }
}

/// Scenes and appetites favour new songs or known ones.
struct Novelty;

impl Adjustment for Novelty {
    fn name(&self) -> &'static str {
        "novelty"
    }

    fn delta(&self, l: &Listening, song: SongId) -> f64 {
        // From -1 for a song known well to +1 for one never heard.
        let plays = f64::from(l.view.history.song(song).plays);
        l.novelty * (1.0 - 2.0 * (plays / 3.0).min(1.0))
    }

    fn how(&self, l: &Listening, song: SongId) -> String {
        let plays = l.view.history.song(song).plays;
        let favours = if l.novelty < 0.0 { "known" } else { "new" };
        format!("heard {plays} times; scene and appetite favour {favours} songs")
    }
}

/// A song just heard is not wanted again at once.
struct Repeat;

impl Adjustment for Repeat {
    fn name(&self) -> &'static str {
        "repeat"
    }

    fn delta(&self, l: &Listening, song: SongId) -> f64 {
        let Some(ago) = l.view.history.song(song).plays_ago else { return 0.0 };
        let a = l.policy.adjustments;
        -a.repeat * (-f64::from(ago) / a.repeat_fade).exp()
    }

    fn how(&self, l: &Listening, song: SongId) -> String {
        let ago = l.view.history.song(song).plays_ago;
        ago.map_or(String::new(), |ago| format!("heard {} plays ago", ago + 1))
    }
}
