//! What of a song at one moment meets which part of a taste.

use crate::intent::Intent;
use crate::nature::Wanting;
use crate::response::{Moment, liking};
use crate::taste::{SOUND, Taste};
use crate::world::World;
use melody_core::catalogue::{Catalogue, SongId, taxonomy};

/// One song at one moment. Utility is linear in all of a taste but the ideals of sound.
#[derive(Clone, Debug)]
pub(super) struct Features {
    /// Place in [`Leaning::liked`](super::hypothesis::Leaning::liked).
    pub liked: usize,
    /// Of the taxonomy.
    pub family: usize,
    /// In standard units; the first two are what moods are for.
    pub sound: [f64; SOUND.len()],
    pub popularity: f64,
    /// Logits that promotion costs with somebody who does not tolerate it at all.
    pub promotion: f64,
    /// Logits that one unit of novelty costs, as the song is known and worn.
    pub known: f64,
    /// Logits that are the same for every taste.
    pub rest: f64,
}

impl Features {
    /// The intent of `moment` is left out. What a taste meets is found by asking the response model
    /// itself, with tastes that differ in one part.
    pub(super) fn of(catalogue: &Catalogue, world: &World, moment: &Moment, song: SongId) -> Self {
        let felt = |novelty: f64, promotion_tolerance: f64| {
            let taste = Taste { novelty, promotion_tolerance, ..indifferent() };
            liking(catalogue, world, &taste, moment, song)
        };
        let rest = felt(0.0, 1.0);
        let entry = catalogue.song(song);
        let genre = catalogue.genre(entry);
        Features {
            liked: genre.base.unwrap_or(taxonomy().genres.len() + genre.family),
            family: genre.family,
            sound: SOUND.map(|feature| f64::from(entry.audio(feature))),
            popularity: f64::from(entry.popularity_z()),
            promotion: rest - felt(0.0, 0.0),
            known: rest - felt(1.0, 1.0),
            rest,
        }
    }

    /// What an intent adds to utility.
    pub(super) fn pull(&self, wanting: &Wanting, intent: &Intent) -> f64 {
        intent.pull(wanting, self.family, [self.sound[0], self.sound[1]])
    }
}

/// A taste that nothing about a song matters to.
pub(super) fn indifferent() -> Taste {
    Taste {
        families: vec![0.0; taxonomy().families.len()],
        genres: vec![0.0; taxonomy().genres.len()],
        sound: [0.0; SOUND.len()],
        pickiness: 0.0,
        mainstream: 0.0,
        novelty: 0.0,
        promotion_tolerance: 1.0,
        patience: 0.0,
        generosity: 0.0,
        willingness_to_pay: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ideal::hypothesis::{Hypothesis, Leaning, Patience};
    use crate::logging::{LogConfig, listener_log};
    use crate::nature::Nature;
    use crate::response::{Feelings, Setting, respond};
    use melody_core::catalogue::default_catalogue;
    use melody_core::listener::{History, Tier};
    use melody_core::rng::{Purpose, generator};
    use melody_core::scene::Scene;
    use melody_recommender::policy::Previews;

    /// Utility out of features is the response model's, whatever the taste, song and moment.
    #[test]
    fn utility_is_the_response_models() {
        let catalogue = default_catalogue();
        let world = World::new(&catalogue);
        let log = LogConfig { seed: 4, sessions: 2, rollouts: 0, slates: 0.0 };
        let (_, sessions) = listener_log(&catalogue, &world, log, 0);
        let mut history = History::default();
        for logged in sessions.iter().flat_map(|s| &s.plays) {
            history.record(&catalogue, logged.play.clone());
        }
        let mut rng = generator(4, Purpose::Ideal, 0);
        let prior = Patience { mean: -0.15, deviation: 0.75 };
        let mut feelings = Feelings::default();
        let Nature { satiation, promotion, intent: wanting, .. } = *world.nature();
        for (song, scene) in catalogue.ids().zip(Scene::ALL.into_iter().cycle()) {
            let leaning = Leaning::of(&Hypothesis::draw(0, &mut rng), prior);
            feelings.intent = Intent::draw(&wanting, leaning.families(), &mut rng);
            feelings.satiation.hear(&satiation, &catalogue, song, 0.7, 0);
            feelings.fatigue.meet(&promotion, 0);
            let setting = Setting { scene, tier: Tier::Free, previews: Previews::default() };
            let moment = Moment { history: &history, feelings: &feelings, setting };
            let features = Features::of(&catalogue, &world, &moment, song);
            let utility = leaning.utility(&features) + features.pull(&wanting, &feelings.intent);
            let told = respond(&catalogue, &world, &leaning.taste(), &moment, song).utility;
            assert!((utility - told).abs() < 1e-9, "{utility} {told}");
        }
    }
}
