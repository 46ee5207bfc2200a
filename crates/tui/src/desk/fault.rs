//! Panics on demand, to test what a panic leaves behind. In every build, so that the one people run is the one that is tested.

/// Panics if the environment asks for it: `MELODY_PANIC=engine@3` where the event after step 3 is worked
/// out, `MELODY_PANIC=screen@3` where step 3 is drawn.
pub(crate) fn on_demand(place: &str, step: u32) {
    let asked = std::env::var("MELODY_PANIC").unwrap_or_default();
    assert!(asked != format!("{place}@{step}"), "as asked for by MELODY_PANIC={asked}");
}
