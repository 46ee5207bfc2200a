//! The best prediction without reading minds.
//!
//! The simulator's own probabilities ([`Truth`]) know each listener's taste and intent. A recommender
//! knows the account and the plays so far. What is best possible for it is the mean of the simulator's
//! probabilities over all that the listener may be like, given that:
//!
//! ```text
//! E[ p(outcome | taste, intent, song) | account, earlier plays, song ]
//! ```
//!
//! It is worked out by sequential Monte Carlo: hypotheses (tastes and intents) are drawn given the account,
//! weighted by the likelihood of each play, and resampled and moved by elliptical slice sampling when few
//! carry the weight (Chopin 2002; Murray, Adams and MacKay 2010). Predictions for a play are made of the
//! plays before it only, and of which song it is: that the logging recommender chose it tells of the taste
//! too, as its choice partly rests on the taste.
//!
//! What makes it optimistic, though a large log teaches it: the appeal of each song and the lift of each
//! campaign are known to it, and so are the population and the response model. What it leaves out,
//! as it tells next to nothing: which scenes a listener chooses (tells of novelty), how familiar and how worn
//! rivals of a chosen song were, and what an earlier intent tells of the taste it was drawn by. That a search
//! may tell of an intent is left out, too, so that what follows a search could be predicted a little better.

mod account;
mod belief;
mod choice;
mod evidence;
mod features;
mod hypothesis;
mod payer;
mod slice;

use rand_chacha::ChaCha8Rng;

use crate::ending::Length;
use crate::ideal::belief::Belief;
use crate::ideal::choice::{Rivals, spread};
use crate::ideal::evidence::{Evidence, Outcome};
use crate::ideal::features::{Features, indifferent};
use crate::ideal::payer::Payer;
use crate::listener::SimulatedListener;
use crate::response::{Response, Setting, length};
use crate::world::World;
use melody_core::catalogue::Catalogue;
use melody_core::listener::{Account, History, Tier};
use melody_core::plays::{LoggedPlay, LoggedSession, Truth};
use melody_recommender::policy::Previews;

/// How hard the ideal observer thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdealSettings {
    /// Hypotheses at once.
    pub particles: usize,
    /// How often every part of a hypothesis is moved when hypotheses are.
    pub sweeps: usize,
    /// Ways that each play may end, drawn for the probability of subscribing after it; 0 leaves it out.
    pub endings: usize,
}

impl Default for IdealSettings {
    fn default() -> Self {
        IdealSettings { particles: 200, sweeps: 3, endings: 64 }
    }
}

/// One who knows the world and the population, but of a listener only what the service sees.
pub struct IdealObserver<'a> {
    catalogue: &'a Catalogue,
    world: &'a World,
    rivals: Rivals,
    settings: IdealSettings,
}

impl<'a> IdealObserver<'a> {
    /// An observer for this catalogue; `rng` draws the songs that choices are held against.
    pub fn new(
        catalogue: &'a Catalogue,
        world: &'a World,
        settings: IdealSettings,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        IdealObserver { catalogue, world, rivals: Rivals::new(catalogue, world, rng), settings }
    }

    /// Predicts every play of a listener's log, in order, each from the account and the plays before it.
    pub fn predict(
        &self,
        account: &Account,
        sessions: &[LoggedSession],
        rng: &mut ChaCha8Rng,
    ) -> Vec<Truth> {
        let mut seen = Seen {
            belief: Belief::new(
                (self.world.nature(), &self.rivals),
                account,
                self.settings.particles,
                rng,
            ),
            payer: Payer::new(account),
            listener: SimulatedListener::new(
                indifferent(),
                account.premium_previews,
                *self.world.nature(),
            ),

            history: History::default(),
        };
        let mut predictions = Vec::new();
        for session in sessions {
            seen.listener.begin_session(rng);
            for (place, logged) in session.plays.iter().enumerate() {
                let play = &logged.play;
                if place > 0 {
                    seen.belief.replayed(play.replayed);
                }
                seen.listener.wait(play.began_ms - seen.listener.now_ms());
                let setting = setting(logged);
                let moment = seen.listener.moment(&seen.history, setting);
                let song = Features::of(self.catalogue, self.world, &moment, play.song);
                let choice = (!play.replayed).then(|| {
                    self.rivals.choice(self.catalogue, &seen.history, play.scene, play.song)
                });
                let outcome = Outcome::of(play, self.hearing(logged));
                let first = place == 0;
                seen.belief.begins(Evidence { song, first, choice, outcome }, rng);
                predictions.push(self.prediction(&seen, logged, first, rng));
                seen.belief.ended(self.settings.sweeps, rng);
                seen.observe(self.catalogue, logged, rng);
            }
        }
        predictions
    }

    /// What there was to hear of a play's song, and what its campaign adds to opening it.
    fn hearing(&self, logged: &LoggedPlay) -> (Length, f64) {
        let song = self.catalogue.song(logged.play.song);
        (length(song, setting(logged)), self.world.lift(song))
    }

    fn prediction(
        &self,
        seen: &Seen,
        logged: &LoggedPlay,
        first: bool,
        rng: &mut ChaCha8Rng,
    ) -> Truth {
        let weights = seen.belief.weights();
        let hearing = self.hearing(logged);
        // A search may have come before it, which counts as opening.
        let searched =
            if first || logged.play.replayed { 0.0 } else { seen.listener.idle_searching() };
        let mut mean = Truth {
            completion: 0.0,
            play_ratio: 0.0,
            explicit: 0.0,
            save: 0.0,
            skip: 0.0,
            replay: 0.0,
            engaged: 0.0,
            subscription: None,
        };
        for (supposed, &weight) in seen.belief.supposed.iter().zip(&weights) {
            let mut response = Response::of(
                self.world.nature(),
                supposed.utility,
                supposed.leaning.manner(),
                hearing,
            );
            response.open = 1.0 - (1.0 - searched) * (1.0 - response.open);
            mean.completion += weight * response.completion;
            mean.play_ratio += weight * response.play_ratio();
            mean.save += weight * response.completion * response.save;
            mean.explicit += weight * response.explicit();
            mean.skip += weight * response.skip();
            mean.replay += weight * response.replay();
            mean.engaged += weight * response.engaged();
        }
        let asked = self.settings.endings > 0 && logged.tier != Tier::Premium;
        mean.subscription = asked.then(|| self.subscription(seen, logged, &weights, rng));
        mean
    }

    /// Ends the play in so many ways, with hypotheses by their weights.
    fn subscription(
        &self,
        seen: &Seen,
        logged: &LoggedPlay,
        weights: &[f64],
        rng: &mut ChaCha8Rng,
    ) -> f64 {
        let count = self.settings.endings;
        let total: f64 = spread(weights.iter().copied(), count, rng)
            .into_iter()
            .map(|place| {
                let supposed = &seen.belief.supposed[place];
                let listener = seen.listener.supposing(supposed.leaning.taste(), supposed.intent());
                let play = (logged.play.song, setting(logged));
                let (after, enjoyed) =
                    listener.having_heard(self.catalogue, self.world, &seen.history, play, rng);
                seen.payer.subscribes(after.subscription_logit(logged.tier, enjoyed))
            })
            .sum();
        total / count as f64
    }
}

/// The circumstances of a logged play.
fn setting(logged: &LoggedPlay) -> Setting {
    Setting { scene: logged.play.scene, tier: logged.tier, previews: Previews::default() }
}

/// Everything known of a listener before a play.
struct Seen<'a> {
    belief: Belief<'a>,
    payer: Payer,
    /// What of the listener's state anybody can see: satiation, satisfaction, fatigue, previews.
    listener: SimulatedListener,
    history: History,
}

impl Seen<'_> {
    /// A play has ended.
    fn observe(&mut self, catalogue: &Catalogue, logged: &LoggedPlay, rng: &mut ChaCha8Rng) {
        let play = &logged.play;
        let song = catalogue.song(play.song);
        let free = logged.tier != Tier::Premium;
        let heard = (play.song, f64::from(play.play_ratio));
        self.listener.observe(catalogue, heard, setting(logged), rng);
        // Whoever does subscribe is not asked for again.
        if free {
            let enjoyed = song.premium && play.completed;
            self.payer.stayed_free(self.listener.subscription_logit(logged.tier, enjoyed));
        }
        self.history.record(catalogue, play.clone());
    }
}
