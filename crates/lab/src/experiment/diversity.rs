//! How varied what was heard is, and how it stands to what the listener heard before.
//!
//! - genre and artist entropy, in nats: 0 where all is of one; the number of equal parts is its exponential;
//! - different songs, as a share of plays, and coverage, as a share of the catalogue over all listeners;
//! - novelty: the share of plays of songs that the listener had not heard before;
//! - calibration to the listener's own mix (Steck, RecSys 2018): the divergence `KL(p || 0.99 q + 0.01 p)` of the
//!   genres served, q, from those completed before, p; 0 where they are the same;
//! - popularity lift: how much more popular the songs served are than those completed before, in points of 100
//!   (Abdollahpouri and others, 2019, ask it relative to the latter).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::figures::{Quartiles, share};
use super::outcome::{Entry, ListenerOutcome};
use melody_core::catalogue::Catalogue;

/// What a population heard, by its variety. Means are over listeners with a play.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diversity {
    /// Nats.
    pub genre_entropy: f64,
    /// The listener with the least.
    pub least_genre_entropy: f64,
    /// Nats.
    pub artist_entropy: f64,
    /// Over listeners: how many.
    pub different_songs: Quartiles,
    /// Over listeners: how many.
    pub different_artists: Quartiles,
    /// Different songs as a share of the listener's plays.
    pub song_share: f64,
    /// Share of the catalogue's songs that anybody heard.
    pub coverage: f64,
    /// Share of plays that were of songs not heard before.
    pub novelty: f64,
    /// Divergence from the listener's own mix, over those who have one.
    pub miscalibration: f64,
    /// In points of popularity, over those who have a past.
    pub popularity_lift: f64,
}

impl Diversity {
    /// Of everything these listeners heard.
    pub fn new(catalogue: &Catalogue, listeners: &[ListenerOutcome]) -> Self {
        let heard: Vec<&ListenerOutcome> =
            listeners.iter().filter(|l| l.plays().next().is_some()).collect();
        let each = |of: fn(&ListenerOutcome) -> f64| heard.iter().map(move |l| of(l));
        let some =
            |of: fn(&ListenerOutcome) -> Option<f64>| mean(heard.iter().filter_map(|l| of(l)));
        let songs: BTreeSet<_> =
            heard.iter().flat_map(|l| l.plays()).map(|p| p.entry.song).collect();
        let least = each(genre_entropy).fold(f64::INFINITY, f64::min);
        Diversity {
            genre_entropy: mean(each(genre_entropy)),
            least_genre_entropy: if heard.is_empty() { 0.0 } else { least },
            artist_entropy: mean(each(artist_entropy)),
            different_songs: Quartiles::new(
                heard.iter().map(|l| different(l, |e| e.song) as f64).collect(),
            ),
            different_artists: Quartiles::new(
                heard.iter().map(|l| different(l, |e| e.artist) as f64).collect(),
            ),
            song_share: mean(each(song_share)),
            coverage: share(songs.len(), catalogue.songs.len()),
            novelty: mean(each(novelty)),
            miscalibration: some(miscalibration),
            popularity_lift: some(popularity_lift),
        }
    }
}

/// Weight of the listener's own mix in what is served, so that a genre that was not served costs much and not
/// infinitely much (Steck's alpha).
const OWN: f64 = 0.01;

/// Nats, over genres of all plays.
pub(super) fn genre_entropy(listener: &ListenerOutcome) -> f64 {
    entropy(listener.plays().map(|p| p.entry.genre))
}

/// Nats, over lead artists of all plays.
pub(super) fn artist_entropy(listener: &ListenerOutcome) -> f64 {
    entropy(listener.plays().map(|p| p.entry.artist))
}

/// Different songs as a share of plays.
pub(super) fn song_share(listener: &ListenerOutcome) -> f64 {
    share(different(listener, |e| e.song), listener.plays().count())
}

/// Plays of songs that the listener had not heard before, in the past or since.
pub(super) fn novelty(listener: &ListenerOutcome) -> f64 {
    let mut known: BTreeSet<_> = listener.past.iter().map(|past| past.entry.song).collect();
    let new = listener.plays().filter(|p| known.insert(p.entry.song)).count();
    share(new, listener.plays().count())
}

/// Divergence of what was served from the mix of what was completed before; `None` where nothing was.
pub(super) fn miscalibration(listener: &ListenerOutcome) -> Option<f64> {
    let own = parts(own(listener).map(|e| e.genre));
    let served = parts(listener.plays().map(|p| p.entry.genre));
    if own.is_empty() || served.is_empty() {
        return None;
    }
    let diverges = |(genre, &p): (_, &f64)| {
        let q = served.get(genre).copied().unwrap_or_default();
        p * (p / ((1.0 - OWN) * q + OWN * p)).ln()
    };
    Some(own.iter().map(diverges).sum())
}

/// Mean popularity of what was served above that of what was completed before; `None` where nothing was.
pub(super) fn popularity_lift(listener: &ListenerOutcome) -> Option<f64> {
    own(listener).next()?;
    let before = mean(own(listener).map(|e| e.popularity));
    Some(mean(listener.plays().map(|p| p.entry.popularity)) - before)
}

fn own(listener: &ListenerOutcome) -> impl Iterator<Item = Entry> {
    listener.past.iter().filter(|past| past.completed).map(|past| past.entry)
}

fn different<T: Ord>(listener: &ListenerOutcome, of: fn(Entry) -> T) -> usize {
    listener.plays().map(|p| of(p.entry)).collect::<BTreeSet<_>>().len()
}

fn entropy<T: Ord>(all: impl Iterator<Item = T>) -> f64 {
    // No negative zero.
    parts(all).values().map(|p| -p * p.ln()).sum::<f64>() + 0.0
}

/// The share of each.
fn parts<T: Ord>(all: impl Iterator<Item = T>) -> BTreeMap<T, f64> {
    let mut parts = BTreeMap::new();
    let mut count = 0.0;
    for one in all {
        *parts.entry(one).or_default() += 1.0;
        count += 1.0;
    }
    parts.values_mut().for_each(|part| *part /= count);
    parts
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
    if count == 0.0 { 0.0 } else { sum / count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::outcome::{Heard, Past, SessionOutcome};
    use melody_core::catalogue::{ArtistId, GenreId, SongId};

    fn entry(song: u32, genre: u16) -> Entry {
        Entry {
            song: SongId(song),
            artist: ArtistId(song / 2),
            genre: GenreId(genre),
            popularity: f64::from(song),
        }
    }

    fn listener(past: &[Entry], plays: &[Entry]) -> ListenerOutcome {
        let heard = |&entry: &Entry| Heard { entry, ..Heard::default() };
        ListenerOutcome {
            segment: String::new(),
            past: past.iter().map(|&entry| Past { entry, completed: true }).collect(),
            sessions: vec![SessionOutcome {
                plays: plays.iter().map(heard).collect(),
                ..SessionOutcome::default()
            }],
        }
    }

    #[test]
    fn entropy_counts_equal_parts_and_is_nothing_of_one() {
        let even = listener(&[], &[entry(0, 0), entry(1, 1), entry(2, 2), entry(3, 3)]);
        assert!((genre_entropy(&even) - 4f64.ln()).abs() < 1e-12);
        assert!((artist_entropy(&even) - 2f64.ln()).abs() < 1e-12);
        assert_eq!(genre_entropy(&listener(&[], &[entry(0, 5), entry(1, 5)])), 0.0);
        assert_eq!(genre_entropy(&listener(&[], &[])), 0.0);
    }

    #[test]
    fn what_was_heard_before_is_not_new_and_twice_is_not_different() {
        let one = listener(&[entry(1, 0)], &[entry(1, 0), entry(2, 0), entry(2, 0), entry(3, 0)]);
        assert_eq!((novelty(&one), song_share(&one)), (0.5, 0.75));
    }

    /// Steck's example: seven of ten romance and three action, served as such, is calibrated; all romance is not.
    #[test]
    fn the_own_mix_served_is_calibrated_and_the_favourite_alone_is_not() {
        let mix: Vec<Entry> = (0..10).map(|song| entry(song, u16::from(song >= 7))).collect();
        let all: Vec<Entry> = (0..10).map(|song| entry(song, 0)).collect();
        assert!(miscalibration(&listener(&mix, &mix)).unwrap().abs() < 1e-12);
        let off = miscalibration(&listener(&mix, &all)).unwrap();
        let told = 0.7 * (0.7f64 / (0.99 + 0.007)).ln() + 0.3 * 100f64.ln();
        assert!((off - told).abs() < 1e-12, "{off} {told}");
        assert_eq!(miscalibration(&listener(&[], &all)), None);
        assert_eq!(popularity_lift(&listener(&mix, &mix)), Some(0.0));
        assert_eq!(popularity_lift(&listener(&[entry(0, 0)], &[entry(40, 0)])), Some(40.0));
    }
}
