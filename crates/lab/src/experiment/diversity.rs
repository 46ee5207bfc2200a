//! How varied what a population heard is, by the measures of [`Variety`]; and coverage, the share of the catalogue that
//! anybody heard.

use std::collections::BTreeSet;

use serde::Serialize;

use super::figures::{Quartiles, share};
use super::outcome::ListenerOutcome;
use melody_core::catalogue::Catalogue;
use melody_core::listener::{OwnMix, Variety};

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
        let heard: Vec<(Variety, OwnMix)> =
            listeners.iter().map(varied).filter(|(heard, _)| heard.plays() > 0).collect();
        let each = |of: fn(&Variety) -> f64| heard.iter().map(move |(heard, _)| of(heard));
        let some = |of: fn(&Variety, &OwnMix) -> Option<f64>| {
            mean(heard.iter().filter_map(|(heard, own)| of(heard, own)))
        };
        let plays = listeners.iter().flat_map(ListenerOutcome::plays);
        let songs: BTreeSet<_> = plays.map(|play| play.entry.song).collect();
        let least = each(Variety::genre_entropy).fold(f64::INFINITY, f64::min);
        Diversity {
            genre_entropy: mean(each(Variety::genre_entropy)),
            least_genre_entropy: if heard.is_empty() { 0.0 } else { least },
            artist_entropy: mean(each(Variety::artist_entropy)),
            different_songs: Quartiles::new(each(|v| v.different_songs() as f64).collect()),
            different_artists: Quartiles::new(each(|v| v.different_artists() as f64).collect()),
            song_share: mean(each(Variety::song_share)),
            coverage: share(songs.len(), catalogue.songs.len()),
            novelty: mean(each(Variety::novelty)),
            miscalibration: some(Variety::miscalibration),
            popularity_lift: some(Variety::popularity_lift),
        }
    }
}

/// What a listener heard in all sessions, and the mix that was their own before the first.
pub(super) fn varied(listener: &ListenerOutcome) -> (Variety, OwnMix) {
    let (mut heard, mut own) = (Variety::default(), OwnMix::default());
    let mut known: BTreeSet<_> = listener.past.iter().map(|past| past.entry.song).collect();
    listener.past.iter().filter(|past| past.completed).for_each(|past| own.complete(past.entry));
    listener.plays().for_each(|play| heard.hear(play.entry, known.insert(play.entry.song)));
    (heard, own)
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
    use melody_core::listener::Entry;

    fn entry(song: u32) -> Entry {
        Entry { song: SongId(song), artist: ArtistId(song), genre: GenreId(0), popularity: 1.0 }
    }

    #[test]
    fn what_was_heard_before_or_in_an_earlier_session_is_not_new() {
        let session = |songs: &[u32]| SessionOutcome {
            plays: songs.iter().map(|&s| Heard { entry: entry(s), ..Heard::default() }).collect(),
            ..SessionOutcome::default()
        };
        let past = |song, completed| Past { entry: entry(song), completed };
        let listener = ListenerOutcome {
            segment: String::new(),
            past: vec![past(1, false), past(5, true)],
            sessions: vec![session(&[1, 2]), session(&[2, 3])],
        };
        let (heard, own) = varied(&listener);
        assert_eq!((heard.novelty(), heard.song_share()), (0.5, 0.75), "1, 2, 2, 3");
        let mut completed = OwnMix::default();
        completed.complete(entry(5));
        assert_eq!(own, completed);
    }
}
