//! How the program looks and speaks, whatever it shows.

use super::meanings::Theme;
use crate::words::Lang;

/// How the program looks and speaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// In colours that the terminal can show.
    pub theme: Theme,
    /// What all texts are said in.
    pub lang: Lang,
    /// Whether things may move for the sake of the eye.
    pub motion: bool,
    /// Whether the terminal shows ASCII only, and letters of songs as it may.
    pub ascii: bool,
}

impl Look {
    /// English, in these colours.
    pub fn new(theme: Theme) -> Self {
        Look { theme, lang: Lang::En, motion: true, ascii: false }
    }
}
