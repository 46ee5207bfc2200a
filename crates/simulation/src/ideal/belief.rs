//! What may be believed of a listener: many weighted hypotheses, kept alive by moving them.

use rand_chacha::ChaCha8Rng;

use super::account::{Favourites, patience};
use super::choice::{Rivals, Standards, spread};
use super::evidence::{Evidence, log_likelihood};
use super::hypothesis::{Hypothesis, Leaning, Patience};
use super::slice::slice;
use crate::intent::Intent;
use crate::nature::Nature;
use melody_core::listener::Account;

/// A hypothesis with what is worked out from it.
#[derive(Clone, Debug)]
pub(super) struct Supposed {
    latent: Hypothesis,
    pub leaning: Leaning,
    standards: Standards,
    /// At each play so far. Drawn as the listener's are, and kept: what was wanted long ago tells little, and
    /// the present intent is weighed by what comes of it.
    intents: Vec<Intent>,
    /// Of the newest play, intent and all.
    pub utility: f64,
    log_weight: f64,
}

/// The posterior over a listener's taste and intent, as weighted samples.
pub(super) struct Belief<'a> {
    nature: &'a Nature,
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
        (nature, rivals): (&'a Nature, &'a Rivals),
        account: &Account,
        particles: usize,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let favourites = Favourites::new(account);
        let patience = patience(account, &nature.liking);
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
                    intents: Vec::new(),
                    utility: 0.0,
                    log_weight: 0.0,
                });
            }
        }
        Belief { nature, rivals, favourites, patience, plays: Vec::new(), supposed }
    }

    /// The newest play was, or was not, played again at once.
    pub(super) fn replayed(&mut self, replay: bool) {
        let Some(play) = self.plays.last_mut() else { return };
        play.outcome.replay = Some(replay);
        for s in &mut self.supposed {
            s.log_weight +=
                play.outcome.replay_likelihood(self.nature, s.utility, s.leaning.manner()).ln();
        }
    }

    /// A play begins: intents move on, and that the song was chosen is taken into account. Its outcome
    /// is not, until [`ended`](Self::ended).
    pub(super) fn begins(&mut self, play: Evidence, rng: &mut ChaCha8Rng) {
        for s in &mut self.supposed {
            let wanting = &self.nature.intent;
            let families = s.leaning.families();
            let intent = match s.intents.last().filter(|_| !play.first) {
                None => Intent::draw(wanting, families, rng),
                Some(last) => last.after_play(wanting, families, rng),
            };
            s.utility = s.leaning.utility(&play.song) + play.song.pull(wanting, &intent);
            s.intents.push(intent);
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
            s.log_weight +=
                play.outcome.likelihood(self.nature, s.utility, s.leaning.manner()).ln();
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
        let (nature, plays, rivals, patience) =
            (self.nature, &self.plays, self.rivals, self.patience);
        let Supposed { latent, leaning, standards, intents, utility, .. } =
            &mut self.supposed[index];
        let Hypothesis { liking, manner } = latent;
        let noise_at = liking.len() - self.favourites.count();
        let now = log_likelihood(nature, plays, intents, (leaning, standards));

        let mut now = now + self.favourites.log_likelihood(leaning, &liking[noise_at..]);
        for block in Hypothesis::liking_blocks(liking.len()) {
            now = slice(liking, block, now, rng, |z| {
                leaning.set_liking(z);
                let favoured = self.favourites.log_likelihood(leaning, &z[noise_at..]);
                if favoured == f64::NEG_INFINITY {
                    return favoured;
                }
                *standards = rivals.standards(leaning);
                favoured + log_likelihood(nature, plays, intents, (leaning, standards))
            });
        }
        now -= self.favourites.log_likelihood(leaning, &liking[noise_at..]);
        for block in Hypothesis::MANNER_BLOCKS {
            now = slice(manner, block, now, rng, |z| {
                leaning.set_manner(z, patience);
                *standards = rivals.standards(leaning);
                log_likelihood(nature, plays, intents, (leaning, standards))
            });
        }
        if let (Some(newest), Some(intent)) = (plays.last(), intents.last()) {
            *utility = leaning.utility(&newest.song) + newest.song.pull(&nature.intent, intent);
        }
    }
}

impl Supposed {
    /// At the newest play.
    pub(super) fn intent(&self) -> Intent {
        self.intents.last().copied().unwrap_or_default()
    }
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
        let world = World::new(&catalogue);
        let rivals = Rivals::new(&catalogue, &world, &mut rng);
        let belief = Belief::new((world.nature(), &rivals), account, particles, &mut rng);
        belief.supposed.into_iter().map(|s| s.leaning).collect()
    }
}
