//! Why a promoted song stands at its place and no earlier: what promotion has earned by then, and the rules that
//! hold it back. In words as well, as a place that nobody can work out looks like an accident.

use serde::{Deserialize, Serialize};

use super::caps::Caps;
use super::places::Places;
use super::rules::{Candidate, Rules};
use melody_core::catalogue::SongId;
use melody_core::score::Score;

/// When a promoted song's place is due. Places count from 1, the first of the whole queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Songs at the front of the queue that are committed: credit is counted from behind them.
    pub behind: usize,
    /// Promotion earned by then and not yet placed.
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
    let &Standing { behind, songs } = standing;
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
        behind,
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
    /// The share of promotion, per song, that would earn it a place; `None` where no share does.
    pub fn needs(&self, place: usize) -> Option<Score> {
        let songs =
            i64::try_from(place.checked_sub(self.behind)?).ok().filter(|songs| *songs > 0)?;
        let needed = self.costs() - self.credit.millionths();
        // Rounded up: with less it is not earned.
        let share = needed.div_euclid(songs) + i64::from(needed.rem_euclid(songs) > 0);
        let share = Score::from_millionths(share.max(0));
        (share <= Score::ONE).then_some(share)
    }

    /// Millionths of credit that it and those before it cost.
    fn costs(&self) -> i64 {
        (self.before as i64 + 1) * Score::ONE.millionths()
    }

    /// In English, with what the place right before its own would need, or that of the song it is held against.
    pub fn told(&self, above: Option<usize>) -> String {
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
        let sum = format!(
            "credit {:.3} + {} x {} reaches {}",
            self.credit,
            earned - self.behind,
            percent(self.target),
            self.before + 1
        );
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
                    said.push_str(&format!("; place {place} needs {}", percent(share)));
                }
            }
        }
        said
    }
}

/// A share in percent, rounded up to a tenth: with less it would not do.
fn percent(share: Score) -> String {
    let millionths = share.millionths();
    let tenths = millionths.div_euclid(1_000) + i64::from(millionths.rem_euclid(1_000) > 0);
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        _ => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(earned: usize, allowed: usize, place: usize) -> Due {
        Due {
            behind: 0,
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
            plain.told(None),
            "due at place 3: credit 0.500 + 3 x 20 % reaches 1; place 2 needs 25 %"
        );
        assert!(plain.told(Some(1)).ends_with("; place 1 needs 50 %"));
        let behind = Due { behind: 2, earned: Some(5), ..due(3, 1, 5) };
        assert!(behind.told(Some(2)).ends_with("; place 4 needs 25 %"), "2 is committed");
        assert_eq!(plain.needs(1), Some(Score::new(0.5)));
        assert_eq!(plain.needs(0), None);
        let held = Due { rule: Some("spacing".into()), asks: Some("4".into()), ..due(3, 5, 5) };
        assert_eq!(
            held.told(None),
            "due at place 3: credit 0.500 + 3 x 20 % reaches 1; 4 natural songs stand between promoted ones: place 5 is the first"
        );
        let waits = due(3, 1, 4).told(None);
        assert!(
            waits.ends_with("it stands at 4, as it gives way to songs with a higher score"),
            "{waits}"
        );
        let never = Due { earned: None, ..due(3, 1, 3) };
        assert_eq!(never.told(None), "promotion is not due: the target is 0 %");
        let far = Due { place: None, ..due(17, 1, 3) }.told(None);
        assert!(far.contains("the queue ends at 12"), "{far}");
    }
}
