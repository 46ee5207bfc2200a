//! How fast the simulated clock runs.

/// How fast the simulated clock runs against the real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(usize);

impl Speed {
    /// Every factor there is, rising: simulated seconds per real one.
    pub const ALL: [f64; 8] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
    /// As time really passes.
    pub const NORMAL: Speed = Speed(1);

    /// The speed of this factor, if there is one.
    pub fn new(factor: f64) -> Option<Self> {
        Self::ALL.iter().position(|known| *known == factor).map(Speed)
    }

    /// Simulated seconds per real one.
    pub fn factor(self) -> f64 {
        Self::ALL[self.0]
    }

    /// The next factor up, or the same at the top.
    pub fn faster(self) -> Self {
        Speed((self.0 + 1).min(Self::ALL.len() - 1))
    }

    /// The next factor down, or the same at the bottom.
    pub fn slower(self) -> Self {
        Speed(self.0.saturating_sub(1))
    }
}
