//! How a song of the queue moved.

/// Places gained or lost against where a song would be had nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    None,
    New,
    Up(usize),
    Down(usize),
}
