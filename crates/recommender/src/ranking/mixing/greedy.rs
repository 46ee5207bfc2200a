//! Each promoted song at the first place the rules allow.

use super::places::Places;

/// The places of up to `songs` promoted songs before `ends`. No other arrangement under the same
/// rules has any song earlier, or more of them: every rule bounds a place from below by those before
/// it, and by nothing else.
pub(super) fn places(places: &Places, songs: usize, ends: i64) -> Vec<i64> {
    let mut before = places.heard.clone();
    for n in 0..songs {
        match places.earliest(n, &before) {
            Some(place) if place < ends => before.push(place),
            _ => break,
        }
    }
    before.split_off(places.heard.len())
}
