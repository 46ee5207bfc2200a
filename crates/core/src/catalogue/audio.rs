//! What a song sounds like, in numbers that may be missing.
//!
//! An optional number is twice as long as a number. A catalogue holds nine for each of a million songs, so what is
//! missing is kept as "not a number", which no file may say, and never leaves here as one.

/// The audio features of a song, with the meaning Spotify's audio-feature service gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudioFeature {
    /// How well it suits dancing, 0 to 1.
    Danceability,
    /// Intensity, 0 to 1.
    Energy,
    /// From sad (0) to glad (1).
    Valence,
    /// How likely it is unplugged, 0 to 1.
    Acousticness,
    /// Share of spoken words, 0 to 1.
    Speechiness,
    /// How likely it has no voice, 0 to 1.
    Instrumentalness,
    /// How likely it was played before people, 0 to 1.
    Liveness,
    /// Decibels, about -60 to 5.
    Loudness,
    /// Beats per minute.
    Tempo,
}

impl AudioFeature {
    /// How many there are.
    pub const COUNT: usize = 9;
    /// All, in the order of a song's features.
    pub const ALL: [AudioFeature; Self::COUNT] = [
        AudioFeature::Danceability,
        AudioFeature::Energy,
        AudioFeature::Valence,
        AudioFeature::Acousticness,
        AudioFeature::Speechiness,
        AudioFeature::Instrumentalness,
        AudioFeature::Liveness,
        AudioFeature::Loudness,
        AudioFeature::Tempo,
    ];

    /// As a column of `songs.csv` is called.
    pub fn name(self) -> &'static str {
        match self {
            AudioFeature::Danceability => "danceability",
            AudioFeature::Energy => "energy",
            AudioFeature::Valence => "valence",
            AudioFeature::Acousticness => "acousticness",
            AudioFeature::Speechiness => "speechiness",
            AudioFeature::Instrumentalness => "instrumentalness",
            AudioFeature::Liveness => "liveness",
            AudioFeature::Loudness => "loudness",
            AudioFeature::Tempo => "tempo",
        }
    }

    /// The values a catalogue may hold.
    pub fn range(self) -> std::ops::RangeInclusive<f64> {
        match self {
            AudioFeature::Loudness => -60.0..=10.0,
            AudioFeature::Tempo => 20.0..=300.0,
            _ => 0.0..=1.0,
        }
    }

    /// Centre and scale that bring the feature to about zero mean and unit variance over all genres.
    fn standard(self) -> (f32, f32) {
        match self {
            AudioFeature::Danceability => (0.58, 0.17),
            AudioFeature::Energy => (0.58, 0.26),
            AudioFeature::Valence => (0.48, 0.25),
            AudioFeature::Acousticness => (0.33, 0.34),
            AudioFeature::Speechiness => (0.065, 0.065),
            AudioFeature::Instrumentalness => (0.15, 0.31),
            AudioFeature::Liveness => (0.18, 0.14),
            AudioFeature::Loudness => (-8.3, 5.0),
            AudioFeature::Tempo => (119.0, 28.0),
        }
    }

    /// The feature in standard units, held to ±4 so that one odd value cannot dominate.
    pub fn standardise(self, value: f32) -> f32 {
        let (centre, scale) = self.standard();
        ((value - centre) / scale).clamp(-4.0, 4.0)
    }
}

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
