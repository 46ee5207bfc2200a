//! Songs that are fixed ahead of a queue, under the rules as they are when the songs come up.
//!
//! A request fixes its first songs. What the target asks for and what a promoted song is worth was weighed
//! then; the rules that protect the listener hold whenever it plays. So a promoted song that is fixed is let
//! go where windows, spacing or caps forbid it by now, as after songs were skipped in a row, and not where
//! it would merely be placed elsewhere.

use super::caps::Caps;
use super::heard::{Begun, Heard};
use super::places::Places;
use super::rules::{Candidate, Rules};
use melody_core::catalogue::{CampaignId, SongId};
use melody_core::score::Score;

/// Of songs that are to play next, in order, those that may, and what will have been heard when they have.
pub fn ahead(
    rules: &Rules,
    songs: impl IntoIterator<Item = (SongId, Option<CampaignId>)>,
) -> (Vec<SongId>, Heard) {
    let mut heard = rules.heard.clone();
    let mut left = Vec::new();
    for (song, campaign) in songs {
        if campaign.is_some() && forbidden(&Rules { heard: &heard, ..*rules }, song, campaign) {
            continue;
        }
        let begun = Begun { song, campaign, at_ms: rules.now_ms, chosen: false };
        heard.begin(begun, rules.target, rules.mixing.at_most);
        left.push(song);
    }
    (left, heard)
}

/// Whether a promoted song may not be the next to play. Its interest was enough when it was queued.
fn forbidden(rules: &Rules, song: SongId, campaign: Option<CampaignId>) -> bool {
    let candidate = Candidate { song, campaign, score: Score::ZERO, interest: Score::ONE };
    !Places::new(rules, rules.heard.credit).open() || Caps::new(rules).refusal(&candidate).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Mixing, shipped};

    fn standing(heard: &Heard, at_most: usize, songs: &[(u32, bool)]) -> Vec<u32> {
        let mixing =
            Mixing { spacing: 1, window: 10, at_most: 2, ..shipped("default").unwrap().mixing };
        let rules =
            Rules { mixing: &mixing, at_most, target: Score::new(0.2), heard, now_ms: 1_000 };
        let songs =
            songs.iter().map(|&(song, promoted)| (SongId(song), promoted.then_some(CampaignId(0))));
        ahead(&rules, songs).0.into_iter().map(|song| song.0).collect()
    }

    fn begun(songs: &[(u32, bool)]) -> Heard {
        let mut heard = Heard::new([]);
        for &(song, promoted) in songs {
            let campaign = promoted.then_some(CampaignId(0));
            let begun = Begun { song: SongId(song), campaign, at_ms: 0, chosen: false };
            heard.begin(begun, Score::new(0.2), 2);
        }
        heard
    }

    #[test]
    fn a_promoted_song_is_let_go_where_the_rules_forbid_it_by_now_and_no_natural_one_is() {
        let heard = begun(&[(1, false), (2, false), (3, false)]);
        let fixed = [(4, false), (5, true), (6, false)];
        assert_eq!(standing(&heard, 2, &fixed), [4, 5, 6]);
        assert_eq!(standing(&heard, 0, &fixed), [4, 6], "promotion waits");
        assert_eq!(standing(&heard, 2, &[(4, true), (5, true), (6, true)]), [4], "spacing holds");
        let full = begun(&[(1, false), (2, false), (7, true), (3, false), (8, true), (9, false)]);
        assert_eq!(standing(&full, 2, &fixed), [4, 6], "the window is full");
        let again = begun(&[(1, false), (2, false), (5, true), (3, false)]);
        assert_eq!(standing(&again, 2, &fixed), [4, 6], "it has been heard meanwhile");
    }

    #[test]
    fn what_is_fixed_counts_as_heard_for_what_follows() {
        let mixing = shipped("default").unwrap().mixing;
        let heard = begun(&[(1, false), (2, false)]);
        let rules = Rules {
            mixing: &mixing,
            at_most: 2,
            target: Score::new(0.2),
            heard: &heard,
            now_ms: 0,
        };
        let (left, after) = ahead(&rules, [(SongId(3), None), (SongId(4), None)]);
        assert_eq!((left.len(), after.len()), (2, 4));
        assert_eq!(after.credit, heard.credit + Score::new(0.4));
    }
}
