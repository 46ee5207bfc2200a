//! A trial of the subscription: begun after a session, running for weeks, and paid for or not when it ends.
//!
//! ```text
//! P(begins)  = sigmoid(begins + willingness + 0.35 previews (at most 8) + by_goodwill (goodwill - usual))
//! P(pays)    = sigmoid(converts + willingness + by_goodwill (goodwill - usual))
//! ```
//!
//! Nobody begins a second one. What happens in a session, subscribing outright, is the listener's
//! (`listener.rs`); a trial begins and ends between sessions, so no event tells of it.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::ending::sigmoid;
use crate::nature::{Trying, USUAL};
use melody_core::listener::Tier;

const DAY_HOURS: f64 = 24.0;
/// What each of the first eight previews adds to wanting to subscribe, in logits.
pub(super) const BY_PREVIEW: f64 = 0.35;
pub(super) const MOST_PREVIEWS: u32 = 8;

/// Where a listener stands with the subscription.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// What is paid now.
    pub tier: Tier,
    /// Hours that a trial still runs.
    left: f64,
    /// A trial was begun before, or a subscription.
    tried: bool,
}

/// What decides about paying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wish {
    /// Subscribing in general, in logits.
    pub willingness: f64,
    /// Premium songs heard on previews.
    pub previews: u32,
    /// See `returning.rs`.
    pub goodwill: f64,
}

impl Standing {
    /// Of an account. A trial that runs already is somewhere in its course: `elapsed` of it, in [0, 1], is
    /// over.
    pub fn new(trying: &Trying, tier: Tier, past_conversions: u32, elapsed: f64) -> Self {
        Standing {
            tier,
            left: (1.0 - elapsed) * trying.days * DAY_HOURS,
            tried: past_conversions > 0 || tier != Tier::Free,
        }
    }

    /// A session has ended, with what was paid then, and so many hours pass. Takes as many draws whatever
    /// comes.
    pub fn pass(&mut self, trying: &Trying, wish: &Wish, hours: f64, rng: &mut ChaCha8Rng) {
        let begins = rng.random_bool(wish.begins(trying));
        let pays = rng.random_bool(wish.pays(trying));
        if begins && self.tier == Tier::Free && !self.tried {
            *self = Standing { tier: Tier::Trial, left: trying.days * DAY_HOURS, tried: true };
        }
        if self.tier == Tier::Trial {
            self.left -= hours;
            if self.left <= 0.0 {
                self.tier = if pays { Tier::Premium } else { Tier::Free };
            }
        }
    }
}

impl Wish {
    fn begins(&self, trying: &Trying) -> f64 {
        let previews = BY_PREVIEW * f64::from(self.previews.min(MOST_PREVIEWS));
        sigmoid(trying.begins + previews + self.of_goodwill(trying))
    }

    fn pays(&self, trying: &Trying) -> f64 {
        sigmoid(trying.converts + self.of_goodwill(trying))
    }

    fn of_goodwill(&self, trying: &Trying) -> f64 {
        self.willingness + trying.by_goodwill * (self.goodwill - USUAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nature::Nature;
    use melody_core::rng::{Purpose, generator};

    const WISH: Wish = Wish { willingness: 0.0, previews: 0, goodwill: USUAL };

    #[test]
    fn a_trial_begins_runs_for_its_days_and_ends_and_no_second_begins() {
        let trying = Trying { begins: 50.0, converts: -50.0, ..Nature::fitted().trial };
        let mut rng = generator(1, Purpose::Return, 0);
        let mut standing = Standing::new(&trying, Tier::Free, 0, 0.0);
        let mut tiers = Vec::new();
        for _ in 0..40 {
            standing.pass(&trying, &WISH, DAY_HOURS, &mut rng);
            tiers.push(standing.tier);
        }
        let days = trying.days as usize;
        assert!(tiers[..days - 1].iter().all(|tier| *tier == Tier::Trial), "{tiers:?}");
        assert!(tiers[days..].iter().all(|tier| *tier == Tier::Free), "{tiers:?}");
    }

    #[test]
    fn who_was_pleased_pays_when_it_ends() {
        let trying = Nature::fitted().trial;
        let paid = |goodwill: f64| {
            let mut rng = generator(2, Purpose::Return, 0);
            let one = |_| {
                let mut standing = Standing::new(&trying, Tier::Trial, 0, 0.999);
                standing.pass(&trying, &Wish { goodwill, ..WISH }, DAY_HOURS, &mut rng);
                standing.tier == Tier::Premium
            };
            (0..2_000).map(one).filter(|paid| *paid).count()
        };
        assert!(paid(0.95) > 2 * paid(0.45), "{} {}", paid(0.95), paid(0.45));
        assert!(WISH.begins(&trying) < Wish { previews: 6, ..WISH }.begins(&trying));
    }

    #[test]
    fn who_pays_goes_on_paying() {
        let trying = Trying { begins: 50.0, converts: -50.0, ..Nature::fitted().trial };
        let mut rng = generator(3, Purpose::Return, 0);
        let mut standing = Standing::new(&trying, Tier::Premium, 1, 0.0);
        (0..100).for_each(|_| standing.pass(&trying, &WISH, DAY_HOURS, &mut rng));
        assert_eq!(standing.tier, Tier::Premium);
    }
}
