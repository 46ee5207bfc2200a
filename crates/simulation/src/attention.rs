//! A look down the queue.
//!
//! Mostly the next song just comes up. Now and then a listener looks: at the first place, then, unless
//! something is opened, at the next one with a fixed probability, and so on: the cascade of Craswell,
//! Zoeter, Taylor and Ramsey (WSDM 2008). So a place is the less seen the lower it stands, and a good song
//! above it hides it:
//!
//! ```text
//! P(place k is opened) = looks on^k  attracted_k  product over j < k of (1 - attracted_j)
//! attracted = sigmoid(attracted + by_utility utility + lift of its campaign)
//! ```

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::ending::sigmoid;
use crate::nature::Looking;

/// Probability that a song is opened where it is seen, given what is felt for it and what its campaign
/// adds, both in logits.
#[inline]
pub(super) fn attracted(looking: &Looking, utility: f64, lift: f64) -> f64 {
    sigmoid(looking.attracted + looking.by_utility * utility + lift)
}

/// The place that is opened, if any is; `attracted` gives, place by place, the probability that what
/// stands there is opened once it is seen, `None` behind the last.
pub(super) fn look(
    looking: &Looking,
    attracted: impl Fn(usize) -> Option<f64>,
    rng: &mut ChaCha8Rng,
) -> Option<usize> {
    if !rng.random_bool(looking.looks) {
        return None;
    }
    for place in 0.. {
        if rng.random_bool(attracted(place)?) {
            return Some(place);
        }
        if !rng.random_bool(looking.on) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nature::Nature;
    use melody_core::rng::{Purpose, generator};

    fn opened(places: &[f64]) -> Vec<f64> {
        let looking = Looking { looks: 1.0, ..Nature::fitted().attention };
        let mut counts = vec![0.0; places.len()];
        let mut rng = generator(1, Purpose::Reaction, 0);
        for _ in 0..20_000 {
            if let Some(place) = look(&looking, |place| places.get(place).copied(), &mut rng) {
                counts[place] += 1.0 / 20_000.0;
            }
        }
        counts
    }

    #[test]
    fn lower_places_are_seen_less_and_a_good_song_hides_what_is_below() {
        let on = Nature::fitted().attention.on;
        let shares = opened(&[0.2, 0.2, 0.2]);
        for (place, share) in shares.iter().enumerate() {
            let told = 0.2 * (0.8 * on).powi(place as i32);
            assert!((share - told).abs() < 0.01, "{place}: {share} {told}");
        }
        let hidden = opened(&[0.9, 0.2, 0.2]);
        assert!(hidden[1] < 0.3 * shares[1], "{hidden:?}");
    }

    #[test]
    fn nobody_looks_who_does_not_and_an_empty_queue_opens_nothing() {
        let never = Looking { looks: 0.0, ..Nature::fitted().attention };
        let always = Looking { looks: 1.0, ..never };
        let mut rng = generator(2, Purpose::Reaction, 0);
        for _ in 0..100 {
            assert_eq!(look(&never, |_| Some(1.0), &mut rng), None);
            assert_eq!(look(&always, |_| None, &mut rng), None);
            assert_eq!(look(&always, |_| Some(1.0), &mut rng), Some(0));
        }
    }
}
