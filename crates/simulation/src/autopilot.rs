//! Autopilot: a simulated listener at the controls of a session.
//!
//! It sees what the person in front of the screen sees (the song, the queue) and acts through the
//! same events. What it will do with a song is drawn when the song begins, from generators keyed by
//! the number of the play, so taking over by hand and handing back changes nothing it would do later
//! but through what was heard.

use std::sync::Arc;

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use crate::listener::{Reaction, SimulatedListener};
use crate::profile::Profile;
use crate::response::{Response, respond};
use crate::taste::Taste;
use crate::world::World;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::event::{Action, Target};
use melody_core::listener::Tier;
use melody_core::rng::{Purpose, generator};
use melody_recommender::engine::{EndedPlay, Engine, State, Trace};
use melody_recommender::policy::Previews;

/// Someone listening by themselves.
#[derive(Clone, Debug)]
pub struct Autopilot {
    catalogue: Arc<Catalogue>,
    world: Arc<World>,
    listener: SimulatedListener,
    seed: u64,
    /// How much of premium songs there is to hear.
    previews: Previews,
    /// Plays observed so far.
    plays: u64,
}

/// How likely the reactions to one play were, whichever came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Felt {
    /// The probabilities the reaction was drawn from.
    pub response: Response,
    /// Subscribing right after it, given the rest.
    pub subscribing: f64,
}

/// What the listener will do with the current song.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The probabilities this plan was drawn from.
    pub felt: Felt,
    /// In order of how much of the song has been heard, in milliseconds. The last one ends the play.
    pub during: Vec<(u32, Action)>,
    /// What follows right after the play has ended.
    pub after: Vec<Action>,
    /// The listener leaves then.
    pub leaves: bool,
}

/// Songs that come to a listener's mind for a search.
const REMEMBERED: usize = 24;
/// Share of a completed song after which the listener may move on by hand.
const ENOUGH: f64 = 0.98;
/// Share of the song at which liking and saving happen.
const LIKES_AT: f64 = 0.6;

impl Autopilot {
    /// A listener with this hidden taste at the start of a session.
    pub fn new(engine: &Engine, profile: &Profile, world: Arc<World>, seed: u64) -> Self {
        Self::with_taste(engine, world, profile.taste.clone(), seed)
    }

    fn with_taste(engine: &Engine, world: Arc<World>, taste: Taste, seed: u64) -> Self {
        let previews = engine.setup.account.premium_previews;
        let mut listener = SimulatedListener::new(taste, previews);
        listener.begin_session(&mut generator(seed, Purpose::Mood, u64::MAX));
        Autopilot {
            catalogue: engine.setup.catalogue.clone(),
            world,
            listener,
            seed,
            previews: engine.setup.policy.previews,
            plays: 0,
        }
    }

    /// The same listener after the session so far.
    pub fn after<'a>(mut self, traces: impl Iterator<Item = &'a Trace>) -> Self {
        let mut tier = None;
        for trace in traces {
            if let Some(ended) = &trace.ended {
                self.observe(ended, tier.unwrap_or(trace.listener.tier));
            }
            tier = Some(trace.listener.tier);
        }
        self
    }

    /// Takes in how a play went, whoever ended it. `tier` is what was paid while it played.
    pub fn observe(&mut self, ended: &EndedPlay, tier: Tier) {
        let mut rng = generator(self.seed, Purpose::Mood, self.plays);
        // To have been offered it is a taste, heard or skipped; what the service counts is another matter.
        let preview = ended.song.premium && tier != Tier::Premium;
        let promoted = ended.song.campaign.is_some();
        self.listener.observe(ended.play_ratio.value(), promoted, preview, &mut rng);
        self.plays += 1;
    }

    /// What this listener will do with the song that plays now.
    pub fn plan(&self, state: &State) -> Plan {
        let mut rng = generator(self.seed, Purpose::Reaction, self.plays);
        let song = state.playing.song;
        let entry = self.catalogue.song(song);
        let reaction = self.listener.listen(
            &self.catalogue,
            &self.world,
            &state.history,
            (song, state.scene),
            &mut rng,
        );
        // What follows depends on how content the listener will be once this play is over.
        let mut then = self.listener.clone();
        let preview = entry.premium && state.tier != Tier::Premium;
        let mut mood = generator(self.seed, Purpose::Mood, self.plays);
        then.observe(reaction.play_ratio, entry.promoted(), preview, &mut mood);
        let enjoyed = entry.premium && reaction.completed;
        let felt = Felt {
            response: reaction.response,
            subscribing: then.subscription_hazard(state.tier, enjoyed),
        };
        let reaction = then.follow_up(reaction, state.tier, entry.premium, &mut rng);
        let (during, after) = self.actions(state, song, &reaction, &mut rng);
        Plan { felt, during, after, leaves: reaction.leave }
    }

    /// How this listener would receive any song if it came up now. Changes nothing.
    pub fn would(&self, state: &State, song: SongId, rng: &mut ChaCha8Rng) -> Reaction {
        let (history, scene) = (&state.history, state.scene);
        self.listener.listen(&self.catalogue, &self.world, history, (song, scene), rng)
    }

    /// What it does during the play, and right after.
    fn actions(
        &self,
        state: &State,
        song: SongId,
        reaction: &Reaction,
        rng: &mut ChaCha8Rng,
    ) -> (Vec<(u32, Action)>, Vec<Action>) {
        let duration = self.previews.length_ms(self.catalogue.song(song), state.tier);
        let at = |ratio: f64| (ratio * f64::from(duration)).round() as u32;
        let mut during = Vec::new();
        if reaction.liked && !state.playing.liked {
            during.push((at(LIKES_AT), Action::Like));
        }
        if reaction.saved && !state.playing.saved {
            during.push((at(LIKES_AT + 0.1), Action::Save));
        }
        // A song that plays to its very end finishes; what else the listener does comes just before.
        let end = at(reaction.play_ratio.min(ENOUGH));
        let wanted = reaction.search.then(|| self.wish(state, rng)).flatten();
        let opened = self.opens_next(state, rng);
        let last = match (wanted, opened) {
            (_, _) if reaction.replay => Action::Replay,
            (Some(wish), _) if wish != song => {
                let query = self.catalogue.song(wish).title.to_string();
                during.push((end, Action::Search { query, target: Target::Song(wish) }));
                Action::Open { song: wish }
            }
            (_, Some(next)) if next != song => Action::Open { song: next },
            _ if reaction.completed => Action::Finish,
            _ => Action::Skip,
        };
        let end = if last == Action::Finish { duration } else { end };
        during.push((end, last));
        let subscribes = reaction.subscribe && state.tier != Tier::Premium;
        (during, if subscribes { vec![Action::Subscribe] } else { Vec::new() })
    }

    /// The song this listener would search for: the one they would enjoy most among a few that come
    /// to mind.
    fn wish(&self, state: &State, rng: &mut ChaCha8Rng) -> Option<SongId> {
        let all: Vec<SongId> = self.catalogue.ids().collect();
        let moment = self.listener.moment(&state.history, state.scene);
        let utility = |song: SongId| {
            respond(&self.catalogue, &self.world, &self.listener.taste, &moment, song).utility
        };
        all.sample(rng, REMEMBERED)
            .map(|&song| (utility(song), song))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, song)| song)
    }

    /// The next song of the queue, if the listener picks it by hand rather than let it come up.
    fn opens_next(&self, state: &State, rng: &mut ChaCha8Rng) -> Option<SongId> {
        let next = state.queue.first()?.song;
        let moment = self.listener.moment(&state.history, state.scene);
        let taste = &self.listener.taste;
        let open = respond(&self.catalogue, &self.world, taste, &moment, next).open;
        rng.random_bool(open).then_some(next)
    }
}
