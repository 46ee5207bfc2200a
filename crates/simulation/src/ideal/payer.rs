//! Willingness to pay, given the account and every chance to subscribe that was let pass.
//!
//! Nothing else that is observed depends on it, and satisfaction, which it acts beside, is observed
//! too: so its posterior is independent of the rest of the taste, and is kept on a grid.

use statrs::distribution::{DiscreteCDF, Poisson};

use crate::ending::sigmoid;
use crate::population::{
    CONVERSIONS, MOST_CONVERSIONS, MOST_PREVIEWS, PREVIEWS, TIER_LEAN, TIER_OVER,
};
use melody_core::listener::{Account, Tier};

/// Values of the grid: standard units from -4 to 4.
const POINTS: usize = 41;

fn value(point: usize) -> f64 {
    -4.0 + 8.0 * point as f64 / (POINTS - 1) as f64
}

/// A distribution over willingness to pay.
#[derive(Clone, Debug)]
pub(super) struct Payer([f64; POINTS]);

impl Payer {
    pub(super) fn new(account: &Account) -> Self {
        let mut payer = Payer(std::array::from_fn(|i| (-0.5 * value(i).powi(2)).exp()));
        payer.weigh(|w| tier(account.tier, w));
        payer.weigh(|w| count(account.past_conversions, CONVERSIONS, MOST_CONVERSIONS, w));
        // A subscriber's previews are not counted.
        if account.tier != Tier::Premium {
            payer.weigh(|w| count(account.premium_previews, PREVIEWS, MOST_PREVIEWS, w));
        }
        payer
    }

    fn weigh(&mut self, likelihood: impl Fn(f64) -> f64) {
        let mut total = 0.0;
        for (point, weight) in self.0.iter_mut().enumerate() {
            *weight *= likelihood(value(point));
            total += *weight;
        }
        self.0.iter_mut().for_each(|weight| *weight /= total);
    }

    /// A play ended without a subscription that had, but for willingness to pay, these logits.
    pub(super) fn stayed_free(&mut self, logit: f64) {
        self.weigh(|w| 1.0 - sigmoid(logit + w));
    }

    /// The probability of subscribing after a play that has, but for willingness to pay, this logit.
    pub(super) fn subscribes(&self, logit: f64) -> f64 {
        let points = self.0.iter().enumerate();
        points.map(|(point, weight)| weight * sigmoid(logit + value(point))).sum()
    }
}

/// The chance of a tier.
fn tier(tier: Tier, willingness: f64) -> f64 {
    let over = |threshold: f64| (1.0 - threshold + TIER_LEAN * willingness).clamp(0.0, 1.0);
    let [premium, paying] = TIER_OVER.map(over);
    match tier {
        Tier::Premium => premium,
        Tier::Trial => paying - premium,
        Tier::Free => 1.0 - paying,
    }
}

/// The chance of a Poisson count held to `most`, whose mean's logarithm is linear in willingness.
fn count(seen: u32, (level, lean): (f64, f64), most: u32, willingness: f64) -> f64 {
    let poisson = Poisson::new((level + lean * willingness).exp()).expect("a positive mean");
    let below = |n: u32| if n == 0 { 0.0 } else { poisson.cdf(u64::from(n) - 1) };
    if seen >= most { 1.0 - below(most) } else { poisson.cdf(u64::from(seen)) - below(seen) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nature::Nature;
    use crate::population::draw_person;
    use melody_core::rng::{Purpose, generator};

    /// Accounts foretell who would subscribe: by groups of the foretold, as many would.
    #[test]
    fn accounts_tell_of_willingness_to_pay() {
        let mut rng = generator(9, Purpose::Population, 0);
        let mut groups = [(0.0, 0.0, 0.0); 4];
        for _ in 0..6_000 {
            let person = draw_person(&Nature::fitted(), &mut rng);
            if person.account.tier == Tier::Premium {
                continue;
            }
            let told = Payer::new(&person.account).subscribes(0.0);
            let group = &mut groups[(told * 4.0) as usize];
            group.0 += 1.0;
            group.1 += told;
            group.2 += sigmoid(person.taste.willingness_to_pay);
        }
        for (count, told, real) in groups.into_iter().filter(|g| g.0 > 100.0) {
            assert!((told - real).abs() / count < 0.02, "{told} {real} of {count}");
        }
    }

    #[test]
    fn letting_chances_pass_tells_of_little_willingness() {
        let account =
            draw_person(&Nature::fitted(), &mut generator(9, Purpose::Population, 1)).account;
        let mut payer = Payer::new(&account);
        let before = payer.subscribes(-2.0);
        (0..5).for_each(|_| payer.stayed_free(-2.0));
        assert!(payer.subscribes(-2.0) < before);
    }
}
