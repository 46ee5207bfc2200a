//! What was heard lately, by the clock.
//!
//! How many plays ago something was heard says little of whether it has been had enough of: three plays may
//! be a quarter of an hour or a month. So what was heard of a song, an artist or a genre is also kept as sums
//! that fade with time, some fast and some slowly. Whoever reads them can tell a sitting full of one artist
//! from a week of it, and learn by themselves which of the two tires.

/// Hours after which a third (1/e) of what was heard is left: about a sitting, a day and a week.
pub const FADES: [f32; 3] = [2.0, 24.0, 168.0];

/// What was heard of something, in whole plays, fading at each of the rates of [`FADES`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lately {
    at_ms: i64,
    heard: [f32; FADES.len()],
}

impl Lately {
    /// Adds what was heard of a play that began at `at_ms`, in [0, 1].
    pub fn hear(&mut self, at_ms: i64, ratio: f32) {
        *self = Lately { heard: self.at(at_ms).map(|heard| heard + ratio), at_ms };
    }

    /// What is left of it at a time, in the order of [`FADES`]; before the newest play nothing has faded.
    pub fn at(&self, now_ms: i64) -> [f32; FADES.len()] {
        // Most songs were never heard, and exponentials are dear.
        if self.heard == [0.0; FADES.len()] {
            return self.heard;
        }
        let hours = (now_ms - self.at_ms).max(0) as f32 / 3.6e6;
        std::array::from_fn(|i| self.heard[i] * (-hours / FADES[i]).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn what_was_heard_fades_with_time_and_adds_up() {
        let mut lately = Lately::default();
        assert_eq!(lately.at(5 * HOUR), [0.0; 3]);
        lately.hear(-24 * HOUR, 1.0);
        let [sitting, day, week] = lately.at(0);
        assert!(sitting < 1e-4, "{sitting}");
        assert!((day - (-1.0f32).exp()).abs() < 1e-6, "{day}");
        assert!((week - (-1.0f32 / 7.0).exp()).abs() < 1e-6, "{week}");
        lately.hear(0, 0.5);
        assert!((lately.at(0)[1] - day - 0.5).abs() < 1e-6);
        assert_eq!(lately.at(0), lately.at(-HOUR), "what is yet to be has not faded");
    }
}
