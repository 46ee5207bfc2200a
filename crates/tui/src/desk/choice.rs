//! A line of a list to choose from, whatever is listed.

/// One line of a list to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub name: String,
    pub about: String,
    /// How it stands now.
    pub current: bool,
}
