//! What the mouse has taken hold of and drags.

use ratatui::layout::Rect;

/// Something that follows the mouse while its button is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// A slider, by the place of its bar.
    Slider(usize, Rect),
    /// The timeline's scrubber, by a row of it.
    Scrubber(u16),
}
