//! What is wanted now: a family of genres, or anything, and a mood.
//!
//! An intent is drawn when a session begins and again whenever it switches, after any play with the same
//! small probability; nobody is told. A listener who switches to a family sometimes says so by searching.
//! That sessions have intents, and that the same song serves one and not another: Mehrotra, Lalmas and others
//! (WWW 2019), of Spotify.
//!
//! ```text
//! wanted family f:  P(f) = exp(choosiness taste_f) / sum
//! pull(song) = +pull/2 if its family is wanted, -pull/2 if another is, 0 if any will do
//!            + mood_energy energy + mood_valence valence
//! ```

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::weighted::WeightedIndex;
use rand_distr::{Distribution, StandardNormal};

use crate::nature::Wanting;
use melody_core::catalogue::{AudioFeature, Catalogue, SongId};

/// What is wanted now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Intent {
    /// By its place in the taxonomy; `None` if any will do.
    pub family: Option<usize>,
    /// Wishes for energy and for valence, in logits per standard unit.
    pub mood: [f64; 2],
}

impl Intent {
    /// An intent of somebody who likes the families so much, in logits.
    pub fn draw(wanting: &Wanting, families: &[f64], rng: &mut ChaCha8Rng) -> Self {
        let anything = rng.random_bool(wanting.anything);
        let weights = families.iter().map(|liked| (wanting.choosiness * liked).exp());
        let family = WeightedIndex::new(weights).map_or(0, |index| index.sample(rng));
        let mut wish = || wanting.mood * Distribution::<f64>::sample(&StandardNormal, rng);
        Intent { family: (!anything).then_some(family), mood: [wish(), wish()] }
    }

    /// The intent after one more play: another one, now and then. Takes as many draws either way.
    pub fn after_play(self, wanting: &Wanting, families: &[f64], rng: &mut ChaCha8Rng) -> Self {
        let switches = rng.random_bool(wanting.switching);
        let other = Intent::draw(wanting, families, rng);
        if switches { other } else { self }
    }

    /// What it adds to a song of a family, energy and valence (standard units), in logits.
    pub fn pull(&self, wanting: &Wanting, family: usize, sound: [f64; 2]) -> f64 {
        let wanted = match self.family {
            None => 0.0,
            Some(wanted) if wanted == family => 0.5 * wanting.pull,
            Some(_) => -0.5 * wanting.pull,
        };
        wanted + self.mood[0] * sound[0] + self.mood[1] * sound[1]
    }

    /// The same for a song of the catalogue.
    pub fn pull_of(&self, wanting: &Wanting, catalogue: &Catalogue, song: SongId) -> f64 {
        let song = catalogue.song(song);
        let sound = [AudioFeature::Energy, AudioFeature::Valence].map(|f| song.audio(f).into());
        self.pull(wanting, catalogue.family(song), sound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nature::Nature;
    use melody_core::rng::{Purpose, generator};

    #[test]
    fn an_intent_lasts_and_switches_as_often_as_it_should() {
        let wanting = Nature::fitted().intent;
        let families = [0.0; 8];
        let mut rng = generator(1, Purpose::Mood, 0);
        let mut intent = Intent::draw(&wanting, &families, &mut rng);
        let mut switches = 0;
        for _ in 0..20_000 {
            let next = intent.after_play(&wanting, &families, &mut rng);
            switches += u32::from(next != intent);
            intent = next;
        }
        let rate = f64::from(switches) / 20_000.0;
        assert!((rate - wanting.switching).abs() < 0.01, "{rate}");
    }

    #[test]
    fn what_is_liked_is_wanted_more_often_and_what_is_wanted_is_pulled_up() {
        let wanting = Wanting { anything: 0.25, ..Nature::fitted().intent };
        let families = [2.0, 0.0, 0.0];
        let mut rng = generator(2, Purpose::Mood, 0);
        let drawn: Vec<Intent> =
            (0..10_000).map(|_| Intent::draw(&wanting, &families, &mut rng)).collect();
        let share = |family| drawn.iter().filter(|i| i.family == family).count() as f64 / 10_000.0;
        assert!((share(None) - 0.25).abs() < 0.02);
        let loved = (2.0 * wanting.choosiness).exp();
        assert!((share(Some(0)) - 0.75 * loved / (loved + 2.0)).abs() < 0.02);
        let intent = Intent { family: Some(1), mood: [0.0; 2] };
        let pull = |family| intent.pull(&wanting, family, [0.7, -2.0]);
        assert_eq!((pull(1), pull(0)), (0.5 * wanting.pull, -0.5 * wanting.pull));
        assert_eq!(Intent { family: None, ..intent }.pull(&wanting, 1, [1.0; 2]), 0.0);
    }
}
