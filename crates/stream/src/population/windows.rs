//! The newest plays, by policy, version and segment.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;

use lru::LruCache;
use serde::{Deserialize, Serialize};

use crate::inbox::Heard;

use super::canary::{Alarm, Canary};
use super::guardrail::{Guardrail, Levels, Standing};
use super::spoken::Speaking;
use super::tally::Tally;
use melody_recommender::policy::Settings;
use melody_sessions::versions::PolicyMove;

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

/// Listeners whose last session is remembered, at most: who has not come for longest is forgotten.
const MOST_KNOWN: NonZeroUsize = NonZeroUsize::new(100_000).unwrap();

/// A population as it is heard of.
pub struct Population {
    newest: VecDeque<Entry>,
    groups: BTreeMap<Group, Tally>,
    /// Of whom each listener's last session was.
    last: LruCache<String, Group>,
    speaking: Speaking,
    canary: Canary,
    guardrail: Guardrail,
}

/// A play in the window: whose it was, and of whom the listener's session before was, where this one's first play told that they
/// came again.
struct Entry {
    group: Group,
    tally: Tally,
    again: Option<Group>,
}

/// A session after which its listener came again.
const AGAIN: Tally = Tally { returned: 1, ..Tally::NONE };

impl Population {
    /// Of listeners who are served by a policy with these settings, or by policies made of it.
    pub fn new(settings: &Settings) -> Self {
        Population {
            newest: VecDeque::new(),
            groups: BTreeMap::new(),
            last: LruCache::new(MOST_KNOWN),
            speaking: Speaking::default(),
            canary: Canary::default(),
            guardrail: Guardrail::new(settings),
        }
    }

    /// Counts a play; `promoted`: a campaign promotes its song. `levels` says at which levels of a segment a policy serves, by the
    /// hash of its file. What levels have moved by it.
    pub fn hear(
        &mut self,
        heard: &Heard,
        promoted: bool,
        levels: &dyn Fn(&str, &str) -> Option<Levels>,
    ) -> Vec<PolicyMove> {
        self.count(heard, promoted);
        let Some(spoken) = self.speaking.hear(heard, promoted) else { return Vec::new() };
        self.canary.hear(&spoken);
        let under = spoken.segment.as_ref().and_then(|segment| levels(&spoken.policy, segment));
        under.map_or_else(Vec::new, |under| self.guardrail.hear(&spoken, under))
    }

    fn count(&mut self, heard: &Heard, promoted: bool) {
        let group = Group {
            policy: heard.policy.clone(),
            version: heard.version.clone(),
            segment: heard.segment.clone().unwrap_or_else(|| UNKNOWN.into()),
        };
        let mut again = None;
        if heard.place == 0
            && let Some(listener) = &heard.listener
        {
            again = self.last.put(listener.clone(), group.clone());
        }
        let tally = Tally::of(heard, promoted);
        self.groups.entry(group.clone()).or_default().add(&tally);
        if let Some(before) = &again {
            self.groups.entry(before.clone()).or_default().add(&AGAIN);
        }
        self.newest.push_back(Entry { group, tally, again });
        if self.newest.len() > WINDOW
            && let Some(Entry { group, tally, again }) = self.newest.pop_front()
        {
            self.forget(&group, &tally);
            again.iter().for_each(|before| self.forget(before, &AGAIN));
        }
    }

    fn forget(&mut self, group: &Group, tally: &Tally) {
        if let Some(lately) = self.groups.get_mut(group) {
            lately.take(tally);
            // Versions come and go; what nobody has heard of late is not kept.
            if *lately == Tally::NONE {
                self.groups.remove(group);
            }
        }
    }

    /// Where the guardrail's watches stand.
    pub fn standings(&self) -> Vec<Standing> {
        self.guardrail.standings()
    }

    /// A version follows another: their listeners are held against each other from now on.
    pub fn follows(&mut self, version: &str, before: &str) {
        self.canary.follows(version, before, self.speaking.begun());
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
    use crate::inbox::made_up::play;
    use melody_recommender::policy::shipped;

    fn population() -> Population {
        Population::new(&shipped("default").unwrap().settings)
    }

    fn heard(segment: Option<&str>, completed: bool) -> Heard {
        Heard {
            segment: segment.map(String::from),
            completed,
            left_at_once: !completed,
            heard_ms: 60_000,
            ..play(0, 1, "v")
        }
    }

    #[test]
    fn a_window_forgets_the_oldest() {
        let mut population = population();
        let nobody = |_: &str, _: &str| None;
        population.hear(&heard(None, true), true, &nobody);
        let [unknown] = &population.rows()[..] else { panic!("one group") };
        assert_eq!((unknown.group.segment.as_str(), unknown.lately.engaged), ("-", 1));
        assert_eq!(unknown.lately.completion(), Some(1.0));
        for _ in 0..WINDOW {
            population.hear(&heard(Some("new"), false), false, &nobody);
        }
        let [new] = &population.rows()[..] else { panic!("one group again") };
        assert_eq!((new.group.segment.as_str(), new.lately.plays), ("new", WINDOW as u64));
        assert_eq!((new.lately.left(), new.lately.minutes()), (Some(1.0), WINDOW as f64));
    }

    #[test]
    fn who_comes_again_counts_for_those_who_served_them_before() {
        let mut population = population();
        let nobody = |_: &str, _: &str| None;
        let first = |session: u64, version: &str, listener: &str| Heard {
            listener: Some(listener.into()),
            ..play(session, 0, version)
        };
        for (session, version, listener) in
            [(1, "old", "ann"), (2, "old", "bo"), (3, "new", "ann"), (4, "new", "ann")]
        {
            population.hear(&first(session, version, listener), false, &nobody);
        }
        let returns = |population: &Population| -> Vec<(String, Option<f64>)> {
            let rows = population.rows().into_iter();
            rows.map(|row| (row.group.version, row.lately.returns())).collect()
        };
        let told = [("new".to_string(), Some(0.5)), ("old".to_string(), Some(0.5))];
        assert_eq!(returns(&population), told);
        for _ in 0..WINDOW {
            population.hear(&heard(None, true), false, &nobody);
        }
        assert_eq!(returns(&population), [("v".to_string(), None)], "all of it is forgotten");
    }

    #[test]
    fn a_segment_that_listens_less_moves_its_level_and_other_policies_sessions_do_not() {
        let mut population = population();
        let levels = |policy: &str, _: &str| (policy == "of p").then(Levels::default);
        let mut session = 0;
        let mut moves = |policy: &str, completed: bool, sessions: u64| {
            let mut moves = Vec::new();
            for _ in 0..sessions {
                session += 1;
                for place in 0..8 {
                    let heard = Heard {
                        policy_hash: policy.into(),
                        segment: Some("casual".into()),
                        completed: completed && place % 3 != session as usize % 3,
                        ..play(session, place, "v")
                    };
                    moves.extend(population.hear(&heard, false, &levels));
                }
            }
            moves
        };
        assert!(moves("of p", true, 120).is_empty());
        assert!(moves("of another", false, 60).is_empty());
        let moved = moves("of p", false, 60);
        assert_eq!((moved[0].segment.as_str(), moved[0].from, moved[0].to), ("casual", 0, 1));
    }
}
