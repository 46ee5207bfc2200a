//! What the bandit learns, on its way to the disk: saving waits for the disk, and the screen must not.
//!
//! One saving is under way at a time. What is learned meanwhile waits, and only the newest: each holds all that was learned before.

use std::sync::mpsc::{Receiver, channel};

use super::background::Pending;
use melody_recommender::bandit::{Kept, Memory};

/// A memory that is saved as it grows.
pub(crate) struct Memories {
    kept: Kept,
    saving: Option<Pending<Result<(), String>>>,
    /// Learned since the saving under way began.
    newer: Option<Memory>,
}

impl Memories {
    /// Saves into this file from here on.
    pub(crate) fn new(kept: Kept) -> Self {
        Memories { kept, saving: None, newer: None }
    }

    /// Where it is saved.
    pub(crate) fn file(&self) -> Kept {
        self.kept.clone()
    }

    /// Saves it soon, on another thread.
    pub(crate) fn save_soon(&mut self, memory: &Memory) {
        self.newer = Some(memory.clone());
        if self.saving.is_none() {
            self.begin();
        }
    }

    fn begin(&mut self) {
        self.saving = self.newer.take().map(|memory| {
            let kept = self.kept.clone();
            Pending::start("memory", move || kept.save(&memory))
        });
    }

    /// What went wrong with the last saving, once it is over; the next one begins.
    pub(crate) fn failed(&mut self) -> Option<String> {
        let outcome = self.saving.as_ref()?.ready()?;
        self.begin();
        outcome.err()
    }

    /// Saves it on another thread, after what is under way. What comes of it is told to whoever holds what this gives, and is found by
    /// [`Memories::failed`] as ever.
    pub(crate) fn save_aside(&mut self, memory: &Memory) -> Receiver<Result<(), String>> {
        let (told, heard) = channel();
        let (kept, memory, before) = (self.kept.clone(), memory.clone(), self.saving.take());
        self.newer = None;
        self.saving = Some(Pending::start("memory", move || {
            // Whether that went well no longer matters: this one holds all of it.
            let _ = before.and_then(|saving| saving.wait());
            let saved = kept.save(&memory);
            // Whoever asked may have lost interest.
            let _ = told.send(saved.clone());
            saved
        }));
        heard
    }

    /// Saves it now, after what is under way.
    ///
    /// # Errors
    /// When the disk refuses; what is wrong, in words.
    pub(crate) fn save(&mut self, memory: &Memory) -> Result<(), String> {
        self.newer = None;
        // Whether that went well no longer matters: this one holds all of it.
        let _ = self.saving.take().and_then(|saving| saving.wait());
        self.kept.save(memory)
    }
}

impl Drop for Memories {
    fn drop(&mut self) {
        // The listener goes, what was learned of them stays. Nobody is left to be told what is wrong.
        match self.newer.take() {
            Some(memory) => drop(self.save(&memory)),
            None => drop(self.saving.take().and_then(|saving| saving.wait())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::output::{Call, mount};
    use std::sync::Mutex;

    fn taught(pulls: u64) -> Memory {
        Memory { learned: pulls, ..Memory::default() }
    }

    #[test]
    fn the_newest_is_saved_and_dropping_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path(), "a");
        let mut memories = Memories::new(kept.clone());
        (1..=20).for_each(|pulls| memories.save_soon(&taught(pulls)));
        drop(memories);
        let text = std::fs::read_to_string(kept.path()).unwrap();
        assert!(text.contains("\"learned\":20"), "{text}");
    }

    /// A disk that does not answer holds up whoever waits for what was saved, and nobody else.
    #[test]
    fn what_is_saved_aside_is_waited_for_by_who_asks() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path(), "a");
        let (lets, let_go) = channel::<()>();
        let held = Mutex::new(let_go);
        let mounted = mount(folder.path(), move |_, call| {
            if call == Call::Sync {
                let _ = held.lock().unwrap().recv();
            }
            Ok(usize::MAX)
        });
        let mut memories = Memories::new(kept.clone());
        memories.save_soon(&taught(1));
        let heard = memories.save_aside(&taught(2));
        assert!(
            heard.try_recv().is_err() && memories.failed().is_none(),
            "the disk has not answered"
        );
        drop(lets);
        assert_eq!(heard.recv().unwrap(), Ok(()));
        drop((memories, mounted));
        assert!(std::fs::read_to_string(kept.path()).unwrap().contains("\"learned\":2"));
    }

    #[test]
    fn what_goes_wrong_is_told_and_the_next_saving_tries_again() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path(), "a");
        // A folder where the file should be.
        std::fs::create_dir(kept.path()).unwrap();
        let mut memories = Memories::new(kept.clone());
        memories.save_soon(&taught(1));
        let said = loop {
            if let Some(said) = memories.failed() {
                break said;
            }
            std::thread::yield_now();
        };
        assert!(said.contains("a.json"), "{said}");
        std::fs::remove_dir(kept.path()).unwrap();
        memories.save_soon(&taught(2));
        memories.save(&taught(3)).unwrap();
        assert!(std::fs::read_to_string(kept.path()).unwrap().contains("\"learned\":3"));
    }
}
