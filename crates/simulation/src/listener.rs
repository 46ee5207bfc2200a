//! A simulated listener in a session: mood, patience and all.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, StandardNormal};

use crate::response::{ABANDONED, Mood, Response, respond, sigmoid};
use crate::taste::Taste;
use crate::world::World;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::listener::{History, Tier};
use melody_core::scene::Scene;

/// What a listener did with one song, and how likely it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    /// The probabilities it was drawn from.
    pub response: Response,
    /// 1 if completed.
    pub play_ratio: f64,
    /// Heard to its end.
    pub completed: bool,
    /// Broken off by a skip, not by leaving or searching on.
    pub skipped: bool,
    /// Only a completed play can be.
    pub liked: bool,
    /// Only a completed play can be.
    pub saved: bool,
    /// Plays it again at once.
    pub replay: bool,
    /// Searches for something after it.
    pub search: bool,
    /// Subscribes after it.
    pub subscribe: bool,
    /// Leaves after it.
    pub leave: bool,
}

/// The passing state of a listener during a session.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedListener {
    /// What lasts from session to session.
    pub taste: Taste,
    mood: [f64; 2],
    /// Moving average of play ratios.
    satisfaction: f64,
    promotion_load: f64,
    previews: u32,
}

/// Moods last: this much of one stays until the next song.
pub(super) const MOOD_INERTIA: f64 = 0.9;
pub(super) const MOOD_SPREAD: f64 = 0.20;
/// Weight of the newest play in satisfaction and promotion load.
const NEWEST: f64 = 0.15;
/// A broken-off play's ratio is drawn from a Beta distribution of this sum of shapes, and held within
/// bounds.
pub(super) const CONCENTRATION: f64 = 1.3;
pub(super) const BROKEN_OFF: (f64, f64) = (0.005, 0.94);

/// What keeps moods as wide as they are, whatever stays of the last one.
pub(super) fn mood_shock() -> f64 {
    MOOD_SPREAD * (1.0 - MOOD_INERTIA * MOOD_INERTIA).sqrt()
}

impl SimulatedListener {
    /// Before the first session: an even mood, so many premium songs heard on previews.
    pub fn new(taste: Taste, premium_previews: u32) -> Self {
        SimulatedListener {
            taste,
            mood: [0.0; 2],
            satisfaction: 0.65,
            promotion_load: 0.0,
            previews: premium_previews,
        }
    }

    /// A new sitting: a fresh mood, old annoyances mostly forgotten.
    pub fn begin_session(&mut self, rng: &mut ChaCha8Rng) {
        self.mood = std::array::from_fn(|_| MOOD_SPREAD * normal(rng));
        self.satisfaction = 0.65;
        self.promotion_load *= 0.3;
    }

    /// The same listener, if this were their taste and mood.
    pub(super) fn supposing(&self, taste: Taste, mood: [f64; 2]) -> Self {
        SimulatedListener { taste, mood, ..self.clone() }
    }

    /// What surrounds a play in `scene` after the plays of `history`.
    pub fn moment<'a>(&self, history: &'a History, scene: Scene) -> Mood<'a> {
        Mood { history, scene, promotion_load: self.promotion_load, mood: self.mood }
    }

    /// Plays `song` to this listener, to whatever end.
    pub fn react(
        &mut self,
        catalogue: &Catalogue,
        world: &World,
        history: &History,
        (song, scene, tier): (SongId, Scene, Tier),
        rng: &mut ChaCha8Rng,
    ) -> Reaction {
        let reaction = self.listen(catalogue, world, history, (song, scene), rng);
        let song = catalogue.song(song);
        self.observe(
            reaction.play_ratio,
            song.promoted(),
            song.premium && tier != Tier::Premium,
            rng,
        );
        self.follow_up(reaction, tier, song.premium, rng)
    }

    /// How `song` is received. What comes of it later is left at false.
    pub fn listen(
        &self,
        catalogue: &Catalogue,
        world: &World,
        history: &History,
        (song, scene): (SongId, Scene),
        rng: &mut ChaCha8Rng,
    ) -> Reaction {
        let response = respond(catalogue, world, &self.taste, &self.moment(history, scene), song);
        let completed = rng.random_bool(response.completion);
        let partial = Beta::new(
            CONCENTRATION * response.partial_ratio,
            CONCENTRATION * (1.0 - response.partial_ratio),
        )
        .expect("both shapes are positive")
        .sample(rng);
        let abandoned = rng.random_bool(ABANDONED);
        Reaction {
            play_ratio: if completed { 1.0 } else { partial.clamp(BROKEN_OFF.0, BROKEN_OFF.1) },
            completed,
            skipped: !completed && !abandoned,
            liked: rng.random_bool(response.like) && completed,
            saved: rng.random_bool(response.save) && completed,
            replay: false,
            search: false,
            subscribe: false,
            leave: false,
            response,
        }
    }

    /// A play has ended, whoever ended it: satisfaction, promotion load and mood move on.
    pub fn observe(
        &mut self,
        play_ratio: f64,
        promoted: bool,
        preview: bool,
        rng: &mut ChaCha8Rng,
    ) {
        self.previews += u32::from(preview);
        self.satisfaction += NEWEST * (play_ratio - self.satisfaction);
        let promoted = if promoted { 1.0 } else { 0.0 };
        self.promotion_load += NEWEST * (promoted - self.promotion_load);
        for m in &mut self.mood {
            *m = MOOD_INERTIA * *m + mood_shock() * normal(rng);
        }
    }

    /// What the listener does after a play that has been observed.
    pub fn follow_up(
        &self,
        reaction: Reaction,
        tier: Tier,
        premium: bool,
        rng: &mut ChaCha8Rng,
    ) -> Reaction {
        let hazard = self.subscription_hazard(tier, premium && reaction.completed);
        Reaction {
            replay: reaction.completed && rng.random_bool(reaction.response.again()),
            search: rng.random_bool(self.searching_hazard()),
            subscribe: rng.random_bool(hazard),
            leave: rng.random_bool(self.leaving_hazard()),
            ..reaction
        }
    }

    /// Probability of subscribing right after a play; zero for subscribers.
    pub fn subscription_hazard(&self, tier: Tier, enjoyed_premium: bool) -> f64 {
        if tier == Tier::Premium {
            return 0.0;
        }
        sigmoid(self.subscription_logit(tier, enjoyed_premium))
    }

    /// The logits of [`subscription_hazard`](Self::subscription_hazard), for who is no subscriber.
    pub(super) fn subscription_logit(&self, tier: Tier, enjoyed_premium: bool) -> f64 {
        let trial = if tier == Tier::Trial { 0.8 } else { 0.0 };
        -8.0 + 1.0 * self.taste.willingness_to_pay
            + trial
            + 4.0 * (self.satisfaction - 0.65)
            + 0.35 * f64::from(self.previews.min(8))
            + if enjoyed_premium { 2.0 } else { 0.0 }
    }

    pub(super) fn searching_hazard(&self) -> f64 {
        sigmoid(-4.0 + 2.0 * (0.65 - self.satisfaction))
    }

    fn leaving_hazard(&self) -> f64 {
        sigmoid(-2.5 - 2.0 * (self.satisfaction - 0.65))
    }
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}
