//! What a song sounds like, in numbers that may be missing.
//!
//! An optional number is twice as long as a number. A catalogue holds nine for each of a million songs, so what is
//! missing is kept as "not a number", which no file may say, and never leaves here as one.

use super::song::AudioFeature;

/// A song's audio features; a missing value stays missing.
#[derive(Clone, Copy, Debug)]
pub struct Audio([f32; AudioFeature::COUNT]);

impl Audio {
    /// The value of a feature, in its own unit.
    pub fn get(&self, feature: AudioFeature) -> Option<f32> {
        Some(self.0[feature as usize]).filter(|value| !value.is_nan())
    }

    /// All, in [`AudioFeature::ALL`]'s order.
    pub fn all(&self) -> [Option<f32>; AudioFeature::COUNT] {
        AudioFeature::ALL.map(|feature| self.get(feature))
    }

    /// Whether a feature is missing.
    pub fn incomplete(&self) -> bool {
        self.0.iter().any(|value| value.is_nan())
    }
}

impl From<[Option<f32>; AudioFeature::COUNT]> for Audio {
    fn from(values: [Option<f32>; AudioFeature::COUNT]) -> Self {
        Audio(values.map(|value| value.unwrap_or(f32::NAN)))
    }
}

impl PartialEq for Audio {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_stays_missing() {
        let mut values = [Some(0.5); AudioFeature::COUNT];
        assert!(!Audio::from(values).incomplete());
        values[AudioFeature::Tempo as usize] = None;
        let audio = Audio::from(values);
        assert_eq!((audio.all(), audio.get(AudioFeature::Tempo)), (values, None));
        assert!(audio.incomplete() && audio == Audio::from(values));
    }
}
