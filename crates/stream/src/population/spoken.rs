//! Sessions speak once, by their first plays: those that are held against each other have then had the same number, whether they
//! go on or not, and a listener who stays for long weighs no more than one who leaves later.
//!
//! Who leaves before so many plays says nothing, as no record tells that a session is over. So what makes listeners leave at once
//! is seen by those who stay all the same, and looks smaller than it is.

use std::num::NonZeroUsize;

use lru::LruCache;

use crate::inbox::{Hash, Heard};

/// The first plays of a session, by which it speaks.
pub(super) const BLOCK: usize = 8;
/// Sessions in their first plays that are listened to, at most: many never get through them, and those that were heard of
/// longest ago give way.
const MOST_SPEAKING: NonZeroUsize = NonZeroUsize::new(100_000).unwrap();

/// What a session has said.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spoken {
    /// Its number among the sessions, in the order in which they began.
    pub(super) number: u64,
    /// SHA-256 of the weights that served all of its first plays; absent where more than one did.
    pub(super) version: Option<String>,
    /// SHA-256 of the policy's file.
    pub(super) policy: String,
    /// The segment that the listener was in at first.
    pub(super) segment: Option<String>,
    /// The share of its first plays that were completed.
    pub(super) completed: f64,
    /// Whether the first promoted song among them was taken up; absent where there was none.
    pub(super) taken: Option<bool>,
}

/// Sessions in their first plays.
#[derive(Clone, Debug)]
pub(super) struct Speaking {
    sessions: LruCache<Hash, Spoken>,
    /// Sessions that have begun.
    begun: u64,
}

impl Default for Speaking {
    fn default() -> Self {
        Speaking { sessions: LruCache::new(MOST_SPEAKING), begun: 0 }
    }
}

impl Speaking {
    /// Sessions that have begun.
    pub(super) fn begun(&self) -> u64 {
        self.begun
    }

    /// Hears a play; what its session has said, where this was the last that it speaks by. `promoted`: a campaign promotes the
    /// song.
    pub(super) fn hear(&mut self, heard: &Heard, promoted: bool) -> Option<Spoken> {
        if heard.place == 0 {
            let spoken = Spoken {
                number: self.begun,
                version: Some(heard.version.clone()),
                policy: heard.policy_hash.clone(),
                segment: heard.segment.clone(),
                completed: 0.0,
                taken: None,
            };
            self.sessions.put(heard.session, spoken);
            self.begun += 1;
        }
        let speaking = self.sessions.get_mut(&heard.session)?;
        if speaking.version.as_ref() != Some(&heard.version) {
            speaking.version = None;
        }
        speaking.completed += f64::from(u8::from(heard.completed)) / BLOCK as f64;
        if promoted && heard.served {
            speaking.taken.get_or_insert(heard.completed || heard.liked);
        }
        if heard.place + 1 < BLOCK {
            return None;
        }
        self.sessions.pop(&heard.session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::made_up::play;

    #[test]
    fn a_session_speaks_once_by_its_first_plays() {
        let mut speaking = Speaking::default();
        let mut said = Vec::new();
        for place in 0..3 * BLOCK {
            let heard = Heard {
                completed: place % 4 == 0,
                // The first promoted song was opened by hand: nobody was offered it.
                served: place != 1,
                liked: place == 3,
                ..play(7, place, "one")
            };
            said.extend(speaking.hear(&heard, [1, 3, 4].contains(&place)));
        }
        let [spoken] = &said[..] else { panic!("once, not {said:?}") };
        assert_eq!((spoken.number, spoken.completed, spoken.taken), (0, 0.25, Some(true)));
        assert_eq!(spoken.version.as_deref(), Some("one"));
        assert_eq!(speaking.begun(), 1);
        assert!(speaking.sessions.is_empty());
    }

    #[test]
    fn those_that_never_get_to_speak_keep_nobody_from_it() {
        let most = NonZeroUsize::new(4).unwrap();
        let mut speaking = Speaking { sessions: LruCache::new(most), begun: 0 };
        // In falling order, so that the least hash is never the oldest.
        let dead = (100..200).rev();
        dead.for_each(|session| drop(speaking.hear(&play(session, 0, "one"), false)));
        let said = (0..BLOCK).find_map(|place| speaking.hear(&play(7, place, "one"), false));
        assert_eq!(said.map(|spoken| (spoken.number, spoken.completed)), Some((100, 1.0)));
        assert_eq!(speaking.sessions.len(), 3);
    }

    #[test]
    fn one_that_changes_its_version_speaks_for_none() {
        let mut speaking = Speaking::default();
        let said: Vec<Spoken> = (0..BLOCK)
            .filter_map(|place| speaking.hear(&play(7, place, ["one", "two"][place / 5]), false))
            .collect();
        assert_eq!((said.len(), said[0].version.clone(), said[0].taken), (1, None, None));
        // What began before anybody listened is not heard by halves.
        assert_eq!(speaking.hear(&play(8, BLOCK - 1, "one"), false), None);
    }
}
