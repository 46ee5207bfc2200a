//! What is done with what was found, in the order of the files.

use std::io;
use std::sync::OnceLock;

use super::apple::NOBODY;
use super::made::Made;
use super::play::Play;
use super::record::Refused;
use super::summary::{ReadSummary, not_written};
use crate::input::InputError;

/// Takes every play of everyone.
pub type All<'t> = &'t mut dyn FnMut(&Play) -> io::Result<()>;

/// Takes the plays of one listener, counts those of others, and hands everyone's on where that is wanted.
pub(super) struct Taking<'a, 't> {
    /// Whose plays are taken; the first one's there is if absent.
    pub listener: Option<String>,
    /// What was read so far.
    pub summary: ReadSummary,
    /// Takes every play of everyone.
    pub all: Option<All<'a>>,
    /// Takes those of the listener.
    pub take: &'t mut dyn FnMut(Play),
}

impl Taking<'_, '_> {
    /// Takes what a record came to, or counts why it is no play. `place` is where it stands.
    pub(super) fn made(
        &mut self,
        made: Made,
        place: &dyn Fn() -> String,
    ) -> Result<(), InputError> {
        match made {
            Made::Play(play) => self.play(play, place),
            Made::Known(play, ids) => {
                self.summary.marks.learn(ids.iter().map(String::as_str), &play);
                self.play(Ok(play), place)
            }
            Made::Plays(plays) => plays.into_iter().try_for_each(|play| self.play(play, place)),
            Made::Mark(mark) => {
                self.summary.marks.add(mark);
                Ok(())
            }
            Made::Nothing => Ok(()),
        }
    }

    fn play(
        &mut self,
        play: Result<Play, Refused>,
        place: &dyn Fn() -> String,
    ) -> Result<(), InputError> {
        self.summary.records += 1;
        let play = match play {
            Ok(play) => play,
            Err(refused) => {
                self.summary.drop(refused, place);
                return Ok(());
            }
        };
        if let Some(all) = &mut self.all {
            all(&play).map_err(|error| not_written(&error))?;
        }
        if self.summary.is_of(&play, self.listener.as_deref()) {
            let unknown = play.artist.as_deref() == Some(NOBODY);
            self.summary.artist_unknown += u64::from(unknown);
            (self.take)(play);
        }
        Ok(())
    }

    /// Says whose plays alone are taken from here on, if that is settled and nobody wants those of others. Their marks are let go.
    pub(super) fn settle(&mut self, only: &OnceLock<String>) {
        if self.all.is_some() || only.get().is_some() {
            return;
        }
        if let Some(listener) = self.summary.settled(self.listener.as_deref()) {
            let listener = only.get_or_init(|| listener.to_string());
            self.summary.marks.keep_only(listener);
        }
    }
}
