//! How a song of the queue moved.

/// Places gained or lost against where a song would be had nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// Where it was expected, or there is no step before.
    None,
    /// Not in the queue before.
    New,
    /// Nearer to being played by so many places.
    Up(usize),
    /// Further from being played by so many places.
    Down(usize),
}
