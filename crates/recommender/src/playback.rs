//! The playhead: where the listener is in the current song, on the session's own clock.
//!
//! The engine reads no clock; whoever drives it (the simulator, a script, autopilot) moves a playhead
//! and makes events of where it stands.

use crate::engine::Trace;
use melody_core::catalogue::SongId;
use melody_core::event::{Action, Event};

/// A place in time and in the current song.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Playhead {
    /// Milliseconds since the session began.
    pub now_ms: u64,
    /// How much of the current song has been heard, in milliseconds.
    pub heard_ms: u32,
}

impl Playhead {
    /// Where the playhead stands right after a step.
    pub fn after(trace: &Trace) -> Self {
        let heard = trace.event.as_ref().filter(|_| trace.ended.is_none()).map(|e| e.heard_ms);
        Playhead { now_ms: trace.at_ms, heard_ms: heard.unwrap_or(0) }
    }

    /// Where the playhead stands right after an event that was not refused.
    pub fn after_event(event: &Event) -> Self {
        let heard_ms = if event.action.ends_play() { 0 } else { event.heard_ms };
        Playhead { now_ms: event.at_ms, heard_ms }
    }

    /// Time passes while nothing plays.
    pub fn wait(&mut self, ms: u64) {
        self.now_ms += ms;
    }

    /// The song plays on for `ms`, or to its end. Returns what is left of `ms` then.
    pub fn play(&mut self, ms: u64, duration_ms: u32) -> u64 {
        let played = ms.min(u64::from(duration_ms.saturating_sub(self.heard_ms)));
        self.now_ms += played;
        self.heard_ms += played as u32;
        ms - played
    }

    /// The song plays on until `heard_ms` of it have been heard; nothing happens if they have been.
    pub fn play_until(&mut self, heard_ms: u32, duration_ms: u32) {
        let ahead = heard_ms.saturating_sub(self.heard_ms);
        self.play(ahead.into(), duration_ms);
    }

    /// What the listener does now, as an event.
    pub fn event(&self, action: Action) -> Event {
        Event { at_ms: self.now_ms, heard_ms: self.heard_ms, action }
    }
}

/// The same thing done in another session: what `event` did, `before` being where its own session's
/// playhead stood after the event before it, done where the other session's playhead `head` stands in
/// a song of `duration_ms`. The listener waits and listens for as long, as far as the song goes; a
/// song that was heard to its end is heard to its end. A skip that comes no sooner than the song's end
/// finishes it; all else is done before the end. `None` where the song to open plays already, and
/// where the song is over, so that all that is left is to finish it.
pub fn mirrored(
    event: &Event,
    before: Playhead,
    head: Playhead,
    (playing, duration_ms): (SongId, u32),
) -> Option<Event> {
    if event.action == (Action::Open { song: playing }) {
        return None;
    }
    let heard_ms = event.heard_ms.max(head.heard_ms);
    let (action, heard_ms) = match &event.action {
        Action::Finish => (Action::Finish, duration_ms),
        Action::Skip if heard_ms >= duration_ms => (Action::Finish, duration_ms),
        _ if head.heard_ms >= duration_ms => return None,
        action => (action.clone(), heard_ms.min(duration_ms - 1)),
    };
    let played = u64::from(event.heard_ms.saturating_sub(before.heard_ms));
    let passed = event.at_ms.saturating_sub(before.now_ms);
    let mut head = head;
    head.wait(passed.saturating_sub(played));
    head.play_until(heard_ms, duration_ms);
    Some(head.event(action))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_song_plays_to_its_end_and_no_further() {
        let mut head = Playhead { now_ms: 5_000, heard_ms: 190_000 };
        head.wait(1_000);
        assert_eq!(head.play(15_000, 200_000), 5_000);
        assert_eq!(head, Playhead { now_ms: 16_000, heard_ms: 200_000 });
        head.play_until(100, 200_000);
        assert_eq!(head.event(Action::Finish).heard_ms, 200_000);
    }
}
