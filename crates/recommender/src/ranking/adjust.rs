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
    &[&GenreStreak, &Weariness, &Search, &Novelty, &Repeat, &Preview];

/// What streaks and searches say of a factor set by hand.
fn by_hand(l: &Listening) -> String {
    match l.boost {
        Score::ONE => String::new(),
        factor => format!(", times {factor:.2} by hand"),
    }
}

/// A genre that was taken to more than was foretold rises, one that was left falls.
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
        let than = if level < 0.0 { "less" } else { "more" };
        let (genre, level, run) = (&l.catalogue.genre(song).id, level.abs(), streak.run);
        let by_hand = by_hand(l);
        format!(
            "{genre} taken to {level:.2} plays {than} than foretold, {run} completed in a row{by_hand}"
        )
    }
}

/// Of a genre that was heard much of lately less is wanted.
struct Weariness;

impl Adjustment for Weariness {
    fn name(&self) -> &'static str {
        "weariness"
    }

    fn delta(&self, l: &Listening, song: SongId) -> f64 {
        -l.policy.adjustments.weariness * heard_lately(l, song)
    }

    fn how(&self, l: &Listening, song: SongId) -> String {
        let genre = &l.catalogue.genre(l.catalogue.song(song)).id;
        format!("{:.2} songs of {genre} heard in the last hours", heard_lately(l, song))
    }
}

/// Songs heard of a song's genre, in whole plays; a third is left after two hours.
fn heard_lately(l: &Listening, song: SongId) -> f64 {
    let genre = l.catalogue.song(song).genre;
    l.view.history.genre_lately(genre).at(l.view.now_ms)[0].into()
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
        match ago.map(|ago| ago + 1) {
            None => String::new(),
            Some(1) => "heard 1 play ago".into(),
            Some(ago) => format!("heard {ago} plays ago"),
        }
    }
}

/// A song that would be cut off is less than a whole one, which the interest score does not tell: it says how likely what
/// there is to hear is heard to its end.
struct Preview;

impl Preview {
    /// Milliseconds of the song that this listener would hear, if that is not all of it.
    fn cut_off(l: &Listening, song: SongId) -> Option<u32> {
        l.policy.previews.of(l.catalogue.song(song), l.view.tier)
    }
}

impl Adjustment for Preview {
    fn name(&self) -> &'static str {
        "preview"
    }

    fn delta(&self, l: &Listening, song: SongId) -> f64 {
        let cut_off = Preview::cut_off(l, song).is_some();
        if cut_off { -l.policy.adjustments.preview } else { 0.0 }
    }

    fn how(&self, l: &Listening, song: SongId) -> String {
        let heard_ms = Preview::cut_off(l, song).unwrap_or_default();
        format!("{} s of it can be heard without a subscription", heard_ms / 1000)
    }
}
