//! A line of a list to choose from, whatever is listed.

/// One line of a list to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it is chosen by, in the language of the screen where it has words.
    pub name: String,
    /// A few words more; may be empty.
    pub about: String,
    /// How it stands now.
    pub current: bool,
}
