//! Why a promoted song stands at its place and no earlier: what promotion has earned by then, and the rules that
//! hold it back. In words as well, as a place that nobody can work out looks like an accident.

use serde::{Deserialize, Serialize};

use super::caps::Caps;
use super::places::Places;
use super::rules::{Candidate, Rules};
use crate::percent::needed;
use melody_core::catalogue::SongId;
use melody_core::score::Score;

/// When a promoted song's place is due. Places count from 1, the first of the whole queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The step whose request this was said at, where the song is committed since; absent where it holds now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<u32>,
    /// Songs at the front of the queue that are committed.
    pub behind: usize,
    /// Those of them that are promoted.
    #[serde(default)]
    pub committed: usize,
    /// Promotion earned before the queue's first song and not yet placed, as a trace has it.
    #[serde(default)]
    pub now: Score,
    /// The same behind the committed songs, which earn the target and cost one where they are promoted.
    pub credit: Score,
    /// What each song adds to it.
    pub target: Score,
    /// Promoted songs that come first, behind the committed ones: each costs one.
    pub before: usize,
    /// The place by which it is earned; absent where it never is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earned: Option<usize>,
    /// The rule that allows no place before [`allowed`](Self::allowed), by its key in the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What that rule asks for, of the policy or by hand: songs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<String>,
    /// The first place that the other rules allow.
    pub allowed: usize,
    /// Where it stands; absent where it is not in the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    /// Songs of the queue.
    pub songs: usize,
}

/// Where things stand in a queue that was filled.
pub(crate) struct Standing<'a> {
    /// Songs at its front that are committed.
    pub behind: usize,
    /// Those of them that are promoted.
    pub committed: usize,
    /// Promotion earned before the first of them.
    pub credit: Score,
    /// Of its songs behind those, from the first: whether it is promoted, and which it is.
    pub songs: &'a [(SongId, bool)],
}

/// When a promoted song is due in a queue filled under `rules` from `candidates`, the best score first. `None` for one
/// that caps keep out.
pub(crate) fn due(
    rules: &Rules,
    candidates: &[Candidate],
    song: SongId,
    standing: &Standing,
) -> Option<Due> {
    let number = Caps::new(rules).take(candidates).iter().position(|c| c.song == song)?;
    let places = Places::new(rules, rules.heard.credit);
    let &Standing { behind, committed, credit, songs } = standing;
    let told = |place: i64| (place - places.begins).max(0) as usize + 1 + behind;
    let promoted = songs.iter().enumerate().filter(|(_, (_, promoted))| *promoted);
    let mut before = places.heard.clone();
    before.extend(promoted.take(number).map(|(place, _)| places.begins + place as i64));
    let held = places.held(&before);
    let m = rules.mixing;
    let asks = held.map(|(rule, _)| match rule {
        "spacing" => m.spacing.to_string(),
        "window" => format!("{} in {}", rules.at_most.min(m.at_most), m.window),
        _ => m.protected.to_string(),
    });
    let place = songs.iter().position(|(other, _)| *other == song);
    Some(Due {
        as_of: None,
        behind,
        committed,
        now: credit,
        credit: rules.heard.credit,
        target: rules.target,
        before: number,
        earned: places.due(number).map(told),
        rule: held.map(|(rule, _)| rule.into()),
        asks,
        allowed: held.map_or(behind + 1, |(_, place)| told(place)),
        place: place.map(|place| place + 1 + behind),
        songs: behind + songs.len(),
    })
}

impl Due {
    /// The share of promotion, per song, that would earn it a place; `None` where no share does. The committed songs
    /// would earn that share as well.
    pub fn needs(&self, place: usize) -> Option<Score> {
        place.checked_sub(self.behind).filter(|songs| *songs > 0)?;
        let (credit, from) = self.counted();
        let songs = i64::try_from(place - from).ok()?;
        let needed = self.costs() - credit.millionths();
        // Rounded up: with less it is not earned.
        let share = needed.div_euclid(songs) + i64::from(needed.rem_euclid(songs) > 0);
        let share = Score::from_millionths(share.max(0));
        (share <= Score::ONE).then_some(share)
    }

    /// The credit that the sum begins with, and the songs before the one that it begins at: the whole queue's, or where
    /// credit is held to its bounds on the way that of what follows the committed songs.
    fn counted(&self) -> (Score, usize) {
        let target = self.target.millionths() * self.behind as i64;
        let cost = self.committed as i64 * Score::ONE.millionths();
        match self.now.millionths() + target - cost == self.credit.millionths() {
            true => (self.now, 0),
            false => (self.credit, self.behind),
        }
    }

    /// Promoted songs that are paid for with it, itself among them, in the sum that is told.
    fn paid(&self) -> usize {
        let committed = if self.counted().1 == 0 { self.committed } else { 0 };
        self.before + committed + 1
    }

    /// Millionths of credit that it and those before it cost.
    fn costs(&self) -> i64 {
        self.paid() as i64 * Score::ONE.millionths()
    }

    /// In English, with what the place right before its own would need, or that of the song it is held against.
    /// `most`: the largest share that anything aims for, beyond which nothing can be set.
    pub fn told(&self, above: Option<usize>, most: Option<Score>) -> String {
        let said = self.said(above, most);
        match self.as_of {
            Some(step) => format!("as it was committed, at step {step}: {said}"),
            None => said,
        }
    }

    fn said(&self, above: Option<usize>, most: Option<Score>) -> String {
        let Some(earned) = self.earned else {
            return "promotion is not due: the target is 0 %".into();
        };
        let waits = match &self.rule {
            _ if self.allowed <= earned => None,
            Some(rule) if rule == "spacing" => Some("natural songs stand between promoted ones"),
            Some(rule) if rule == "window" => Some("songs may be promoted"),
            Some(_) => Some("songs of a session are kept free of promotion"),
            None => None,
        };
        let asks = self.asks.as_deref().unwrap_or_default();
        let (credit, from) = self.counted();
        let sum = format!(
            "credit {credit:.3} + {} x {} reaches {}",
            earned - from,
            needed(self.target),
            self.paid()
        );
        let sum = match from {
            0 => sum,
            _ => format!("{sum}, counted behind {from} committed"),
        };
        let first = earned.max(self.allowed);
        let mut said = match waits {
            Some(rule) => {
                format!("due at place {earned}: {sum}; {asks} {rule}: place {first} is the first")
            }
            None => format!("due at place {earned}: {sum}"),
        };
        if first > self.songs {
            said.push_str(&format!("; the queue ends at {}", self.songs));
        }
        match self.place {
            Some(place) if place > first => said.push_str(&format!(
                "; it stands at {place}, as it gives way to songs with a higher score"
            )),
            _ => {
                // The other song's place, or where no share reaches that the one right before its own.
                let asked = above.map(|above| above.min(first - 1)).into_iter().chain([first - 1]);
                let mut needs = asked.filter_map(|place| Some((place, self.needs(place)?)));
                if let Some((place, share)) = needs.next().filter(|_| waits.is_none()) {
                    said.push_str(&format!("; place {place} needs {}", needed(share)));
                    if let Some(most) = most.filter(|most| *most < share) {
                        said.push_str(&format!(", and no arm aims for more than {}", needed(most)));
                    }
                }
            }
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(earned: usize, allowed: usize, place: usize) -> Due {
        Due {
            as_of: None,
            behind: 0,
            committed: 0,
            now: Score::new(0.5),
            credit: Score::new(0.5),
            target: Score::new(0.2),
            before: 0,
            earned: Some(earned),
            rule: None,
            asks: None,
            allowed,
            place: Some(place),
            songs: 12,
        }
    }

    #[test]
    fn a_place_is_told_with_the_sum_that_makes_it_due_and_what_an_earlier_one_needs() {
        let plain = due(3, 1, 3);
        assert_eq!(
            plain.told(None, None),
            "due at place 3: credit 0.500 + 3 x 20 % reaches 1; place 2 needs 25 %"
        );
        assert!(plain.told(Some(1), None).ends_with("; place 1 needs 50 %"));
        let held = Score::new(0.2);
        let behind = Due { behind: 2, now: held, credit: held, earned: Some(6), ..due(3, 1, 6) };
        assert_eq!(
            behind.told(Some(2), None),
            "due at place 6: credit 0.200 + 4 x 20 % reaches 1, counted behind 2 committed; place 5 needs 26.7 %",
            "2 is committed"
        );
        assert_eq!(plain.needs(1), Some(Score::new(0.5)));
        assert_eq!(plain.needs(0), None);
        let held = Due { rule: Some("spacing".into()), asks: Some("4".into()), ..due(3, 5, 5) };
        assert_eq!(
            held.told(None, None),
            "due at place 3: credit 0.500 + 3 x 20 % reaches 1; 4 natural songs stand between promoted ones: place 5 is the first"
        );
        let waits = due(3, 1, 4).told(None, None);
        assert!(
            waits.ends_with("it stands at 4, as it gives way to songs with a higher score"),
            "{waits}"
        );
        let then = Due { as_of: Some(7), ..plain };
        assert!(
            then.told(None, None).starts_with("as it was committed, at step 7: due at place 3")
        );
        let never = Due { earned: None, ..due(3, 1, 3) };
        assert_eq!(never.told(None, None), "promotion is not due: the target is 0 %");
        let far = Due { place: None, ..due(17, 1, 3) }.told(None, None);
        assert!(far.contains("the queue ends at 12"), "{far}");
    }

    #[test]
    fn the_sum_begins_with_the_credit_that_a_trace_has_and_counts_every_place() {
        let behind = Due { behind: 1, credit: Score::new(0.7), ..due(3, 1, 3) };
        assert_eq!(
            behind.told(Some(2), None),
            "due at place 3: credit 0.500 + 3 x 20 % reaches 1; place 2 needs 25 %"
        );
        assert_eq!(behind.needs(1), None, "it is committed");
        let credit = Score::new(-0.3);
        let promoted = Due { committed: 1, credit, earned: Some(8), ..behind };
        assert!(promoted.told(None, None).contains("credit 0.500 + 8 x 20 % reaches 2"));
    }

    #[test]
    fn a_share_that_nothing_aims_for_is_said_to_be_out_of_reach() {
        let told = |most| due(3, 1, 3).told(None, Some(Score::new(most)));
        assert!(told(0.2).ends_with("needs 25 %, and no arm aims for more than 20 %"));
        assert!(told(0.25).ends_with("place 2 needs 25 %"));
    }
}
