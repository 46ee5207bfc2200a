//! Plays that nobody heard, for tests.

use super::hash::Hash;
use super::heard::Heard;

/// The play at this place of a session, under a version.
pub(crate) fn play(session: u64, place: usize, version: &str) -> Heard {
    Heard {
        session: Hash::parse(&format!("{session:032x}{}", "0".repeat(32))).unwrap(),
        place,
        listener: None,
        policy: "p".into(),
        policy_hash: "of p".into(),
        version: version.into(),
        segment: None,
        song: "s".into(),
        completed: true,
        left_at_once: false,
        liked: false,
        heard_ms: 0,
        served: true,
        subscribed: false,
    }
}
