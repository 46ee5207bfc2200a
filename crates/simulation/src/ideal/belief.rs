//! What may be believed of a listener: many weighted hypotheses, kept alive by moving them.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::account::{Favourites, patience};
use super::choice::{Rivals, Standards, spread};
use super::evidence::{Evidence, log_likelihood, log_likelihood_of};
use super::hypothesis::{Hypothesis, Leaning, Patience};
use super::slice::slice;
use crate::listener::{MOOD_INERTIA, MOOD_SPREAD, mood_shock};
use melody_core::listener::Account;

/// A hypothesis with what is worked out from it.
#[derive(Clone, Debug)]
pub(super) struct Supposed {
    latent: Hypothesis,
    pub leaning: Leaning,
    standards: Standards,
    /// At the newest play.
    pub mood: [f64; 2],
    /// Of the newest play, mood and all.
    pub utility: f64,
    log_weight: f64,
}

/// The posterior over a listener's taste and mood, as weighted samples.
pub(super) struct Belief<'a> {
    rivals: &'a Rivals,
    favourites: Favourites,
    patience: Patience,
    pub plays: Vec<Evidence>,
    pub supposed: Vec<Supposed>,
}

/// Moves before the first sample given the account, and between samples.
const BURN_IN: usize = 200;
const THINNING: usize = 5;

impl<'a> Belief<'a> {
    /// Given the account alone.
    pub(super) fn new(
        rivals: &'a Rivals,
        account: &Account,
        particles: usize,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let favourites = Favourites::new(account);
        let patience = patience(account);
        // What is liked is a chain of moves from a start that fits; all else is drawn afresh.
        let mut liking = Hypothesis::draw(favourites.count(), rng).liking;
        let noise_at = liking.len() - favourites.count();
        liking[..noise_at].fill(0.0);
        liking.splice(noise_at.., favourites.plain_noise());
        let mut leaning = Leaning::of(&Hypothesis::draw(0, rng), patience);
        let mut fits = |z: &[f64]| {
            leaning.set_liking(z);
            favourites.log_likelihood(&leaning, &z[noise_at..])
        };
        let mut now = fits(&liking);
        let mut supposed = Vec::with_capacity(particles);
        for round in 0..BURN_IN + THINNING * particles {
            let all = 0..liking.len();
            now = slice(&mut liking, all, now, rng, &mut fits);
            if round >= BURN_IN && round % THINNING == 0 {
                let latent = Hypothesis { liking: liking.clone(), ..Hypothesis::draw(0, rng) };
                let leaning = Leaning::of(&latent, patience);
                supposed.push(Supposed {
                    standards: rivals.standards(&leaning),
                    latent,
                    leaning,
                    mood: [0.0; 2],
                    utility: 0.0,
                    log_weight: 0.0,
                });
            }
        }
        Belief { rivals, favourites, patience, plays: Vec::new(), supposed }
    }

    /// The newest play was, or was not, played again at once.
    pub(super) fn replayed(&mut self, replay: bool) {
        let Some(play) = self.plays.last_mut() else { return };
        play.outcome.replay = Some(replay);
        for s in &mut self.supposed {
            s.log_weight += play.outcome.replay_likelihood(s.utility).ln();
        }
    }

    /// A play begins: moods move on, and that the song was chosen is taken into account. Its outcome
    /// is not, until [`ended`](Self::ended).
    pub(super) fn begins(&mut self, play: Evidence, rng: &mut ChaCha8Rng) {
        for s in &mut self.supposed {
            let shock: [f64; 2] = std::array::from_fn(|_| StandardNormal.sample(rng));
            s.latent.shocks.extend(shock);
            s.mood = moved(s.mood, play.first, shock);
            s.utility = s.leaning.utility(&play.song) + play.song.mood(s.mood);
            if let Some(choice) = &play.choice {
                s.log_weight +=
                    choice.likelihood(s.utility, &play.song, &s.leaning, &s.standards).ln();
            }
        }
        self.plays.push(play);
    }

    /// The newest play has ended. Where few hypotheses carry the weight by now, those are kept and moved,
    /// `sweeps` times every part of each.
    pub(super) fn ended(&mut self, sweeps: usize, rng: &mut ChaCha8Rng) {
        let Some(play) = self.plays.last() else { return };
        for s in &mut self.supposed {
            s.log_weight += play.outcome.likelihood(s.utility, s.leaning.generosity).ln();
        }
        let weights = self.weights();
        let effective = 1.0 / weights.iter().map(|w| w * w).sum::<f64>();
        if effective < 0.5 * weights.len() as f64 {
            let kept = spread(weights.iter().copied(), weights.len(), rng);
            self.supposed = kept.into_iter().map(|i| self.supposed[i].clone()).collect();
            for i in 0..self.supposed.len() {
                self.supposed[i].log_weight = 0.0;
                for _ in 0..sweeps {
                    self.rejuvenate(i, rng);
                }
            }
        }
    }

    /// Weights of the hypotheses, summing to 1.
    pub(super) fn weights(&self) -> Vec<f64> {
        let highest = self.supposed.iter().map(|s| s.log_weight).fold(f64::MIN, f64::max);
        let weights: Vec<f64> =
            self.supposed.iter().map(|s| (s.log_weight - highest).exp()).collect();
        let total: f64 = weights.iter().sum();
        weights.into_iter().map(|w| w / total).collect()
    }

    /// Moves every part of one hypothesis, given all plays so far.
    fn rejuvenate(&mut self, index: usize, rng: &mut ChaCha8Rng) {
        let (plays, rivals, patience) = (&self.plays, self.rivals, self.patience);
        let Supposed { latent, leaning, standards, mood, utility, .. } = &mut self.supposed[index];
        let Hypothesis { liking, manner, shocks } = latent;
        let noise_at = liking.len() - self.favourites.count();
        let now = log_likelihood(plays, leaning, standards, moods(plays, shocks));

        let mut now = now + self.favourites.log_likelihood(leaning, &liking[noise_at..]);
        for block in Hypothesis::liking_blocks(liking.len()) {
            now = slice(liking, block, now, rng, |z| {
                leaning.set_liking(z);
                let favoured = self.favourites.log_likelihood(leaning, &z[noise_at..]);
                if favoured == f64::NEG_INFINITY {
                    return favoured;
                }
                *standards = rivals.standards(leaning);
                favoured + log_likelihood(plays, leaning, standards, moods(plays, shocks))
            });
        }
        now -= self.favourites.log_likelihood(leaning, &liking[noise_at..]);
        for block in Hypothesis::MANNER_BLOCKS {
            now = slice(manner, block, now, rng, |z| {
                leaning.set_manner(z, patience);
                *standards = rivals.standards(leaning);
                log_likelihood(plays, leaning, standards, moods(plays, shocks))
            });
        }
        let calm: Vec<f64> = plays.iter().map(|p| leaning.utility(&p.song)).collect();
        let felt = |shocks: &[f64]| {
            let moody = plays.iter().zip(moods(plays, shocks)).zip(&calm);
            let utilities = moody.map(|((p, mood), calm)| calm + p.song.mood(mood));
            log_likelihood_of(plays, leaning, standards, utilities)
        };
        let all = 0..shocks.len();
        slice(shocks, all, now, rng, felt);

        if let (Some(newest), Some(calm)) = (plays.last(), calm.last()) {
            *mood = moods(plays, shocks).last().unwrap_or_default();
            *utility = calm + newest.song.mood(*mood);
        }
    }
}

/// The mood at each play, out of its shocks.
fn moods(plays: &[Evidence], shocks: &[f64]) -> impl Iterator<Item = [f64; 2]> {
    plays.iter().zip(shocks.chunks_exact(2)).scan([0.0; 2], |mood, (play, shock)| {
        *mood = moved(*mood, play.first, [shock[0], shock[1]]);
        Some(*mood)
    })
}

fn moved(mood: [f64; 2], first: bool, shock: [f64; 2]) -> [f64; 2] {
    std::array::from_fn(|i| {
        if first {
            MOOD_SPREAD * shock[i]
        } else {
            MOOD_INERTIA * mood[i] + mood_shock() * shock[i]
        }
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::world::World;
    use melody_core::catalogue::default_catalogue;
    use melody_core::rng::{Purpose, generator};

    /// Tastes that are possible given an account alone, evenly weighted.
    pub(crate) fn believing(account: &Account, particles: usize) -> Vec<Leaning> {
        let catalogue = default_catalogue();
        let mut rng = generator(8, Purpose::Ideal, 0);
        let rivals = Rivals::new(&catalogue, &World::new(&catalogue), &mut rng);
        let belief = Belief::new(&rivals, account, particles, &mut rng);
        belief.supposed.into_iter().map(|s| s.leaning).collect()
    }
}
