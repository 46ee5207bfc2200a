//! Which genre a song sounds like, where nobody says.

use super::audio::AudioFeature;
use super::taxonomy::{BaseGenre, taxonomy};

/// The genre of the taxonomy under whose normal distributions this sound is the likeliest, taking
/// features as independent. Missing ones say nothing.
pub(super) fn sounds_like(audio: &[Option<f32>; AudioFeature::COUNT]) -> usize {
    let log_likelihood = |genre: &BaseGenre| -> f64 {
        let of = |feature: AudioFeature| {
            let [mean, sd] = genre.audio(feature);
            let off = (f64::from(audio[feature as usize]?) - mean) / sd;
            Some(-0.5 * off * off - sd.ln())
        };
        AudioFeature::ALL.iter().filter_map(|&feature| of(feature)).sum()
    };
    let genres = taxonomy().genres.iter().map(log_likelihood).enumerate();
    genres.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(genre, _)| genre)
}
