//! Every version made again from the order that its records were taken in.

use std::path::Path;

use super::attempts::{Attempt, read};
use super::folder::Made;
use super::mind::{Mind, Start};
use crate::inbox::Inbox;
use melody_core::output::Lock;

/// One attempt, made again.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// As it was told.
    pub told: Attempt,
    /// As it is.
    pub again: Attempt,
}

impl Verified {
    /// Whether all of it is the same, to the bit.
    pub fn same(&self) -> bool {
        self.told == self.again
    }
}

/// All of a folder made again.
#[derive(Clone, Debug, PartialEq)]
pub struct MadeAgain {
    /// Every attempt.
    pub attempts: Vec<Verified>,
    /// How many policies there are.
    pub policies: usize,
    /// The files of policies that are not as they come out.
    pub differing: Vec<String>,
}

impl MadeAgain {
    /// Whether all of it is the same, to the bit.
    pub fn same(&self) -> bool {
        self.attempts.iter().all(Verified::same) && self.differing.is_empty()
    }
}

/// Makes every attempt and every policy of a folder again; `done` is told of each attempt.
///
/// # Errors
/// When the folder's files cannot be read or do not belong together, or a learner is at work there.
pub fn verify(
    folder: &Path,
    start: Start,
    done: &mut dyn FnMut(&Verified),
) -> Result<MadeAgain, String> {
    let made = Made::read(folder).map_err(|e| e.to_string())?;
    made.ok_or(format!("{}: no learner has begun here", folder.display()))?
        .same(&start.made, folder)?;
    let _lock = Lock::hold(folder)?;
    let attempts = read(folder)?;
    let inbox = Inbox::open(folder)?;
    let mut mind = Mind::new(start);
    let mut all = Vec::new();
    let mut next = attempts.into_iter().peekable();
    inbox.each(inbox.len(), &mut |stored| {
        mind.add(stored, &inbox)?;
        while let Some(told) = next.next_if(|attempt| attempt.records == mind.records) {
            // Where a version was withdrawn in between, it was made of an older one.
            mind.stand_on(&told.parent, folder)?;
            let tried = mind.try_update();
            let verified = Verified { told, again: tried.attempt.clone() };
            done(&verified);
            mind.go_on(tried);
            // Where it came out otherwise, the next one is still made again of what it was made of.
            mind.knows(&verified.told);
            all.push(verified);
        }
        Ok(())
    })?;
    match next.next() {
        None => Ok(MadeAgain {
            attempts: all,
            policies: mind.policies.len(),
            differing: mind.policies.differing(folder)?,
        }),
        Some(left) => Err(format!(
            "{}: attempt {} was made of {} records, and the inbox holds {}",
            folder.display(),
            left.attempt,
            left.records,
            inbox.len()
        )),
    }
}
