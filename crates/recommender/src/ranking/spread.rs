//! What songs lose to others in the order that their scores lead to: to better-ranked ones of their
//! artist, and to those above that they are like, or of whose genre there is enough.

use std::collections::BTreeMap;

use super::calibrated::{Mix, calibrate};
use super::diversity::diversify;
use super::listening::Listening;
use super::ranked::Ranked;
use crate::policy::{Policy, Rerank};
use melody_core::catalogue::ArtistId;
use melody_core::score::Score;

/// Songs by the same artist, better-ranked or just heard, that still count for the spread.
const SPREAD_AT_MOST: i64 = 5;

/// How many of the last plays were by each artist, the song playing now among them.
pub(super) fn just_heard(l: &Listening) -> BTreeMap<ArtistId, i64> {
    let mut plays: BTreeMap<ArtistId, i64> = BTreeMap::new();
    let recent = l.view.history.recent().iter().rev().map(|play| play.song);
    for song in l.playing.into_iter().chain(recent).take(l.policy.adjustments.artist_memory) {
        *plays.entry(l.catalogue.song(song).lead_artist()).or_default() += 1;
    }
    plays
}

/// Lowers each song, by its place among those scored, by how many better-ranked ones its lead artist has, and how many just heard. Promoted
/// songs count for promoted ones only: mixing may not place them, and then a natural song would give way
/// to nothing.
pub(super) fn spread_artists(
    l: &Listening,
    order: &[usize],
    just_heard: &BTreeMap<ArtistId, i64>,
    songs: &mut [Ranked],
) {
    let mut natural = just_heard.clone();
    let mut promoted: BTreeMap<ArtistId, i64> = BTreeMap::new();
    for &place in order {
        let song = l.catalogue.song(l.scored.songs()[place]);
        let natural = natural.entry(song.lead_artist()).or_default();
        let ranked = &mut songs[place];
        ranked.spread = if song.promoted() {
            let promoted = promoted.entry(song.lead_artist()).or_default();
            *promoted += 1;
            spread(l.policy, *natural + *promoted - 1)
        } else {
            *natural += 1;
            spread(l.policy, *natural - 1)
        };
        ranked.total += ranked.spread;
    }
}

/// Moves natural songs by what they share with those above them, or by the listener's own mix.
pub(super) fn tell_apart(l: &Listening, order: &[usize], songs: &mut [Ranked]) {
    let all = l.scored.songs();
    let natural: Vec<usize> =
        order.iter().copied().filter(|&p| !l.catalogue.song(all[p]).promoted()).collect();
    let scored: Vec<_> = natural.iter().map(|&place| (all[place], songs[place].total)).collect();
    let (policy, count) = (&l.policy.diversity, l.rules.mixing.queue);
    let moved = match policy.method {
        Rerank::Calibrated => calibrate(policy.strength, own_mix(l, count), l.catalogue, &scored),
        _ => diversify(policy, l.catalogue, count, &scored),
    };
    for (id, alike) in moved {
        let Some(place) = l.scored.place(id) else { continue };
        let ranked = &mut songs[place];
        ranked.total += alike.delta;
        ranked.alike = alike;
    }
}

/// The genres of what the listener completes, as far as the last plays have served them.
fn own_mix(l: &Listening, to_come: usize) -> Mix {
    let history = l.view.history;
    let last = history.recent().iter().rev().map(|play| play.song);
    let last = l.playing.into_iter().chain(last).take(to_come);
    let completed = history.genres().map(|(genre, tally)| (genre, tally.completed));
    Mix::new(completed, last.map(|song| l.catalogue.song(song).genre), to_come)
}

/// What a song loses to `better` ones by the same artist, better-ranked or just heard.
pub(super) fn spread(policy: &Policy, better: i64) -> Score {
    let step = Score::new(policy.adjustments.artist_spread);
    Score::from_millionths(-step.millionths() * better.min(SPREAD_AT_MOST))
}
