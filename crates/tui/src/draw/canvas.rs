//! What a part of the screen is drawn with: what is shown, in which styles, where, and on what.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::theme::Theme;
use crate::view::View;

/// A place on the screen that something is drawn on.
pub struct Canvas<'a> {
    pub view: &'a View,
    pub theme: &'a Theme,
    /// The place that may be drawn on.
    pub area: Rect,
    /// The whole screen.
    pub buf: &'a mut Buffer,
}

impl<'a> Canvas<'a> {
    /// A place in the theme of the view.
    pub fn new(view: &'a View, area: Rect, buf: &'a mut Buffer) -> Self {
        Canvas { view, theme: &view.look.theme, area, buf }
    }

    /// Another place on the same screen.
    pub fn at(&mut self, area: Rect) -> Canvas<'_> {
        Canvas { view: self.view, theme: self.theme, area, buf: self.buf }
    }
}
