//! A list that what is typed makes shorter: the palette's, and every list to choose from.

use std::sync::Arc;

use super::keys::Key;
use super::typed::{Fit, Typed};

/// Lines to choose from, held against what is typed.
#[derive(Clone, Debug)]
pub struct Sifted<T> {
    /// In the order offered.
    all: Arc<[T]>,
    /// How well one fits; `None` where it does not.
    fits: fn(&T, &mut Fit) -> Option<u32>,
    /// What the lines are held against.
    pub typed: Typed,
    /// Places of the lines that fit what is typed, the most fitting first.
    found: Vec<usize>,
    /// Place among those found.
    selected: usize,
}

impl<T> Sifted<T> {
    /// All of these, the first selected.
    pub(super) fn new(all: Vec<T>, fits: fn(&T, &mut Fit) -> Option<u32>) -> Self {
        let found = (0..all.len()).collect();
        Sifted { all: all.into(), fits, typed: Typed::default(), found, selected: 0 }
    }

    /// A key without a command goes down.
    pub fn press(&mut self, key: Key) {
        if self.typed.press(key) {
            self.look();
        }
    }

    /// Adds text at the cursor and looks again.
    pub fn paste(&mut self, text: &str) {
        self.typed.paste(text);
        self.look();
    }

    /// Moves the selection by so many lines; it stops at both ends.
    pub fn select(&mut self, by: isize) {
        self.select_at(self.selected.saturating_add_signed(by));
    }

    /// Selects a place among those found, from 0, or the last.
    pub fn select_at(&mut self, place: usize) {
        self.selected = place.min(self.found.len().saturating_sub(1));
    }

    /// The selected place among those found, from 0.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Every line there is, whatever is typed, in the order offered.
    pub fn all(&self) -> &[T] {
        &self.all
    }

    /// What fits, the most fitting first.
    pub fn found(&self) -> impl ExactSizeIterator<Item = &T> {
        self.found.iter().map(|&place| &self.all[place])
    }

    /// The selected line, if any fits.
    pub fn chosen(&self) -> Option<&T> {
        self.found().nth(self.selected)
    }

    /// The place of the selected line among all, if any fits.
    pub fn place(&self) -> Option<usize> {
        self.found.get(self.selected).copied()
    }

    fn look(&mut self) {
        self.selected = 0;
        let mut fit = Fit::new(self.typed.text());
        let fits = self.fits;
        let score = |(place, one): (usize, &T)| Some((fits(one, &mut fit)?, place));
        let mut scored: Vec<(u32, usize)> = self.all.iter().enumerate().filter_map(score).collect();
        // What fits alike stays in the order offered.
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.found = scored.into_iter().map(|(_, place)| place).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_leaves_what_fits_and_what_is_chosen_keeps_its_place() {
        let fits = |one: &&str, fit: &mut Fit| fit.name(one);
        let mut list = Sifted::new(vec!["default", "untuned", "ltr"], fits);
        list.select(7);
        assert_eq!((list.chosen(), list.place()), (Some(&"ltr"), Some(2)));
        list.paste("tu");
        assert_eq!(list.found().collect::<Vec<_>>(), [&"untuned"]);
        assert_eq!((list.place(), list.all().len()), (Some(1), 3));
        list.paste("zz");
        assert_eq!((list.chosen(), list.place()), (None, None));
    }
}
