//! How alike two songs are, by content alone.

use crate::catalogue::audio::AudioFeature;
use crate::catalogue::contents::Catalogue;
use crate::catalogue::song::Song;

/// Similarity in [0, 1]: sound counts half; family, genre and shared artists the other half.
pub fn similarity(catalogue: &Catalogue, a: &Song, b: &Song) -> f64 {
    let off = |f: AudioFeature| f64::from(a.audio(f) - b.audio(f));
    let distance: f64 = AudioFeature::ALL.iter().map(|&f| off(f).powi(2)).sum();
    let sound = (-distance / (2.0 * AudioFeature::COUNT as f64)).exp();
    let same = |holds: bool, worth: f64| if holds { worth } else { 0.0 };
    0.5 * sound
        + same(catalogue.family(a) == catalogue.family(b), 0.15)
        + same(a.genre == b.genre, 0.25)
        + same(a.artists.iter().any(|artist| b.artists.contains(artist)), 0.10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::embedded::default_catalogue;

    #[test]
    fn a_song_is_most_like_itself() {
        let catalogue = default_catalogue();
        let first = &catalogue.songs[0];
        assert!((similarity(&catalogue, first, first) - 1.0).abs() < 1e-12);
        for other in &catalogue.songs[1..] {
            let s = similarity(&catalogue, first, other);
            assert!((0.0..1.0).contains(&s));
            assert_eq!(s, similarity(&catalogue, other, first));
        }
    }
}
