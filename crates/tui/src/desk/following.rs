//! Versions of the model that are published while a session goes on, looked for on another thread: reading one
//! takes longer than a frame.

use std::time::Duration;

use super::background::Pending;
use melody_core::input::InputError;
use melody_sessions::library::Library;
use melody_sessions::opening::Opening;
use melody_sessions::versions::{Canary, Due, Follower, Looked, begin_with_newest};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// What follows a folder of versions for a sitting.
pub(crate) struct Following {
    /// As it came back from the last look.
    follower: Follower,
    away: Option<Pending<(Follower, Looked)>>,
    /// Since the last look began.
    since: Duration,
    /// What the last look has found.
    due: Option<Due>,
    /// What was wrong with the folder as the session began.
    wrong: Option<InputError>,
}

/// What a session begins with that begins now: the newest policy of the folder of versions that its opening names, if there is one.
/// What is wrong with that keeps no session from beginning as the one before.
pub(crate) fn with_newest_policy(
    library: Library,
    opening: Opening,
) -> (Library, Opening, Option<InputError>) {
    let begun = begin_with_newest(opening.clone(), &library.policy);
    let begun = begun.and_then(|(next, policy)| match policy {
        Some(policy) => Ok((library.with_policy(policy)?, next)),
        None => Ok((library.clone(), next)),
    });
    match begun {
        Ok((library, opening)) => (library, opening, None),
        Err(error) => (library, opening, Some(error)),
    }
}

impl Following {
    /// Looks as soon as time passes. `wrong` is told then, too.
    pub(crate) fn new(follower: Follower, wrong: Option<InputError>) -> Self {
        Following { follower, away: None, since: EVERY, due: None, wrong }
    }

    /// A follower for another session of the same library, with what is known of the folder. `seed` and `profile`
    /// are the session's.
    pub(crate) fn for_session(&self, seed: u64, profile: &str) -> Follower {
        let share = self.follower.share();
        let canary = share.map(|share| Canary::new(share, seed, profile));
        self.follower.for_session(canary)
    }

    /// Whether a look is under way.
    pub(crate) fn away(&self) -> bool {
        self.away.is_some()
    }

    /// Lets time pass: takes in what a look has found, and begins the next when it is time. What is wrong with
    /// the folder, as it is found.
    pub(crate) fn pass(&mut self, elapsed: Duration) -> Vec<InputError> {
        self.since = self.since.saturating_add(elapsed);
        let found = self.away.as_ref().and_then(Pending::ready);
        let mut problems = found.map_or_else(Vec::new, |found| self.take(found));
        problems.extend(self.wrong.take());
        if self.away.is_none() && self.since >= EVERY {
            self.since = Duration::ZERO;
            let mut follower = self.follower.clone();
            self.away = Some(Pending::start("versions", move || {
                let looked = follower.look();
                (follower, looked)
            }));
        }
        problems
    }

    /// Waits for the look that is under way.
    pub(crate) fn settle(&mut self) -> Vec<InputError> {
        let found = self.away.as_ref().and_then(Pending::wait);
        found.map_or_else(Vec::new, |found| self.take(found))
    }

    fn take(
        &mut self,
        (follower, Looked { due, problems }): (Follower, Looked),
    ) -> Vec<InputError> {
        (self.away, self.follower, self.due) = (None, follower, Some(due));
        problems
    }

    /// What the session should go by, as far as is known.
    pub(crate) fn due(&self) -> Option<&Due> {
        self.due.as_ref()
    }
}
