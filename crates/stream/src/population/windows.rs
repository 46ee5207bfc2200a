//! The newest plays, by policy, version and segment.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::inbox::Heard;

use super::canary::{Alarm, Canary};
use super::tally::Tally;

/// Plays in the window.
const WINDOW: usize = 5_000;
/// What stands where a log does not say a listener's segment.
const UNKNOWN: &str = "-";

/// Whose plays are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    /// The policy's name.
    pub policy: String,
    /// SHA-256 of the trained weights, in hexadecimal.
    pub version: String,
    /// The listeners' segment.
    pub segment: String,
}

/// A group and its plays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Whose.
    #[serde(flatten)]
    pub group: Group,
    /// Of the newest plays of all groups.
    pub lately: Tally,
}

/// A population as it is heard of.
#[derive(Default)]
pub struct Population {
    newest: VecDeque<(Group, Tally)>,
    groups: BTreeMap<Group, Tally>,
    canary: Canary,
}

impl Population {
    /// Counts a play; `promoted`: a campaign promotes its song.
    pub fn hear(&mut self, heard: &Heard, promoted: bool) {
        let group = Group {
            policy: heard.policy.clone(),
            version: heard.version.clone(),
            segment: heard.segment.clone().unwrap_or_else(|| UNKNOWN.into()),
        };
        let tally = Tally::of(heard, promoted);
        self.groups.entry(group.clone()).or_default().add(&tally);
        self.newest.push_back((group, tally));
        if self.newest.len() > WINDOW
            && let Some((group, tally)) = self.newest.pop_front()
            && let Some(lately) = self.groups.get_mut(&group)
        {
            lately.take(&tally);
            // Versions come and go; what nobody has heard of late is not kept.
            if lately.plays == 0 {
                self.groups.remove(&group);
            }
        }
        self.canary.hear(heard);
    }

    /// A version follows another: their listeners are held against each other from now on.
    pub fn follows(&mut self, version: &str, before: &str) {
        self.canary.follows(version, before);
    }

    /// What the listeners of versions have shown that are worse than the ones before, since it was last asked.
    pub fn alarms(&mut self) -> Vec<Alarm> {
        self.canary.alarms()
    }

    /// Every group with plays, in order.
    pub fn rows(&self) -> Vec<Row> {
        let row = |(group, lately): (&Group, &Tally)| Row { group: group.clone(), lately: *lately };
        self.groups.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::Hash;

    fn heard(segment: Option<&str>, completed: bool) -> Heard {
        Heard {
            session: Hash::parse(&"0".repeat(64)).unwrap(),
            place: 0,
            policy: "default".into(),
            version: "v".into(),
            segment: segment.map(String::from),
            song: "s".into(),
            completed,
            left_at_once: !completed,
            liked: false,
            heard_ms: 60_000,
            served: true,
            subscribed: false,
        }
    }

    #[test]
    fn a_window_forgets_the_oldest() {
        let mut population = Population::default();
        population.hear(&heard(None, true), true);
        let [unknown] = &population.rows()[..] else { panic!("one group") };
        assert_eq!((unknown.group.segment.as_str(), unknown.lately.engaged), ("-", 1));
        assert_eq!(unknown.lately.completion(), Some(1.0));
        for _ in 0..WINDOW {
            population.hear(&heard(Some("new"), false), false);
        }
        let [new] = &population.rows()[..] else { panic!("one group again") };
        assert_eq!((new.group.segment.as_str(), new.lately.plays), ("new", WINDOW as u64));
        assert_eq!((new.lately.left(), new.lately.minutes()), (Some(1.0), WINDOW as f64));
    }
}
