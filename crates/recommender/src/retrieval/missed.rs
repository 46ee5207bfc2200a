//! Why no source brought a song: where it stood with each.
//!
//! A place is a count of the songs that come before, over the whole catalogue. That is too much for every event and right
//! for a song that somebody asks about.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::asking::Asking;
use super::gather::SOURCES;
use super::source::Source;
use melody_core::catalogue::SongId;

/// Where a song stands with one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The source, by its name.
    pub source: String,
    /// How many songs it brings at most.
    pub quota: usize,
    /// It draws its songs, so that none has a place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draws: bool,
    /// It lies outside of the part of a large catalogue that the source went through.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_reach: bool,
    /// The song's place in the source's order of all songs, from 1; absent where the source never brings it, or draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    /// How far the place is behind the last that is brought; 0 for a song it brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<usize>,
}

/// A song that no source brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// Where it stands with each source, in their order.
    pub standings: Vec<Standing>,
    /// The place in the order of scores, from 1, that it would have had as a candidate.
    pub rank: usize,
}

impl Missed {
    /// The source whose quota would have to grow least to bring the song: to its place. A larger quota brings nothing of
    /// what a source does not go through.
    pub fn nearest(&self) -> Option<&Standing> {
        let counts = |standing: &&Standing| standing.place.is_some() && !standing.out_of_reach;
        self.standings.iter().filter(counts).min_by_key(|standing| standing.behind)
    }
}

/// Where a song stands with every source.
pub fn standings(asking: &Asking, song: SongId) -> Vec<Standing> {
    SOURCES.iter().map(|source| standing(*source, asking, song)).collect()
}

fn standing(source: &dyn Source, asking: &Asking, song: SongId) -> Standing {
    let (quota, value) = (source.quota(asking), source.value(asking));
    let draws = value.is_none();
    let place = value.and_then(|value| {
        let own = value(song)?;
        let before = |other: &u32| {
            let other = SongId(*other);
            value(other).is_some_and(|v| v.total_cmp(&own).then(song.cmp(&other)).is_gt())
        };
        let songs = (0..asking.catalogue.songs.len() as u32).into_par_iter();
        Some(1 + songs.filter(before).count())
    });
    Standing {
        source: source.name().into(),
        quota,
        draws,
        out_of_reach: place.is_some() && !source.reaches(asking, song),
        place,
        behind: place.map(|place| place.saturating_sub(quota)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_quota_brings_what_a_source_does_not_go_through() {
        let standing = |source: &str, place: Option<usize>, out_of_reach| Standing {
            source: source.into(),
            quota: 60,
            draws: false,
            out_of_reach,
            place,
            behind: place.map(|place| place.saturating_sub(60)),
        };
        let standings = vec![
            standing("towers", Some(70), true),
            standing("popular", Some(900), false),
            standing("new", Some(400), false),
            standing("search", None, false),
        ];
        let mut missed = Missed { standings, rank: 5 };
        assert_eq!(missed.nearest().map(|s| s.source.as_str()), Some("new"));
        missed.standings.truncate(1);
        assert_eq!(missed.nearest(), None);
    }
}
