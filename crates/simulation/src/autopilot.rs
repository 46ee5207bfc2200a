//! Autopilot: a simulated listener at the controls of a session.
//!
//! It sees what the person in front of the screen sees (the song, the queue) and acts through the
//! same events. What it will do with a song is drawn when the song begins, from generators keyed by
//! the number of the play, so taking over by hand and handing back changes nothing it would do later
//! but through what was heard.

use std::cell::LazyCell;
use std::sync::Arc;

use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::attention::look;
use crate::intent::Intent;
use crate::listener::{Reaction, SimulatedListener};
use crate::profile::Profile;
use crate::response::{Response, Setting, respond};
use crate::returning::Departure;
use crate::world::World;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::event::{Action, Target};
use melody_core::listener::Tier;
use melody_core::rng::{Purpose, generator};
use melody_core::scene::Scene;
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
    /// Of listening, as the account has it.
    hours_per_week: f64,
    /// Plays observed so far.
    plays: u64,
}

/// How likely the reactions to one play were, whichever came.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The listener of this profile, with the engine's past behind them, at the start of a session.
    pub fn new(engine: &Engine, profile: &Profile, world: Arc<World>, seed: u64) -> Self {
        let setup = &engine.setup;
        let (taste, account) = (profile.taste.clone(), &setup.account);
        let previews = setup.policy.previews;
        let mut listener = SimulatedListener::new(taste, account.premium_previews, *world.nature());
        let setting = Setting { scene: setup.scene, tier: account.tier, previews };
        listener.remember(&setup.catalogue, &setup.past, setting);
        listener.begin_session(&mut generator(seed, Purpose::Mood, u64::MAX));
        Autopilot {
            catalogue: setup.catalogue.clone(),
            world,
            listener,
            seed,
            previews,
            hours_per_week: account.hours_per_week.into(),
            plays: 0,
        }
    }

    /// Who listens, as they are now.
    pub fn listener(&self) -> &SimulatedListener {
        &self.listener
    }

    /// Why the listener leaves, if they do so now.
    pub fn departure(&self) -> Departure {
        self.listener.departure(self.hours_per_week)
    }

    /// The listener wants something else from here on, as when an intent switches unannounced: to see how soon
    /// that is noticed.
    pub fn turn_to(&mut self, intent: Intent) {
        self.listener.turn_to(intent);
    }

    fn setting(&self, state: &State) -> Setting {
        Setting { scene: state.scene, tier: state.tier, previews: self.previews }
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
        self.plays += 1;
        // The engine has played it, so the catalogue has it.
        let Some(song) = self.catalogue.find(&ended.song.id) else { return };
        // To have heard it is the same in every scene.
        let setting = Setting { scene: Scene::Relax, tier, previews: self.previews };
        let heard = (song, ended.play_ratio.value());
        self.listener.observe(&self.catalogue, heard, setting, &mut rng);
    }

    /// What this listener will do with the song that plays now.
    pub fn plan(&self, engine: &Engine, state: &State) -> Plan {
        let mut rng = generator(self.seed, Purpose::Reaction, self.plays);
        let song = state.playing.song;
        let premium = self.catalogue.song(song).premium;
        let reaction = self.would(state, song, &mut rng);
        // What follows depends on how content the listener will be once this play is over, and on what
        // they want then.
        let mut then = self.listener.clone();
        let mut mood = generator(self.seed, Purpose::Mood, self.plays);
        let heard = (song, reaction.play_ratio);
        then.observe(&self.catalogue, heard, self.setting(state), &mut mood);
        let felt = Felt {
            response: reaction.response,
            subscribing: then.subscription_hazard(state.tier, premium && reaction.completed),
        };
        let reaction = then.follow_up(reaction, state.tier, premium, &mut rng);
        let (during, after) = self.actions(engine, state, &then, &reaction, &mut rng);
        Plan { felt, during, after, leaves: reaction.leave }
    }

    /// How this listener would receive any song if it came up now. Changes nothing.
    pub fn would(&self, state: &State, song: SongId, rng: &mut ChaCha8Rng) -> Reaction {
        let heard = (song, self.setting(state));
        self.listener.listen(&self.catalogue, &self.world, &state.history, heard, rng)
    }

    /// What it does during the play, and right after; `then` is the listener after it.
    fn actions(
        &self,
        engine: &Engine,
        state: &State,
        then: &SimulatedListener,
        reaction: &Reaction,
        rng: &mut ChaCha8Rng,
    ) -> (Vec<(u32, Action)>, Vec<Action>) {
        let song = state.playing.song;
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
        let wanted = reaction.search.then(|| self.wish(state, then, rng)).flatten();
        let opened = self.opens(engine, state, then, rng);
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
    fn wish(
        &self,
        state: &State,
        then: &SimulatedListener,
        rng: &mut ChaCha8Rng,
    ) -> Option<SongId> {
        let all: Vec<SongId> = self.catalogue.ids().collect();
        let felt = self.felt(state, then);
        all.sample(rng, REMEMBERED)
            .map(|&song| (felt(song).utility, song))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, song)| song)
    }

    /// The song that the listener picks from the queue by hand, rather than let the next one come up.
    fn opens(
        &self,
        engine: &Engine,
        state: &State,
        then: &SimulatedListener,
        rng: &mut ChaCha8Rng,
    ) -> Option<SongId> {
        let felt = self.felt(state, then);
        let queue = LazyCell::new(|| engine.queue(state));
        let attracted = |place: usize| Some(felt(queue.get(place)?.song).attracted);
        let place = look(&self.world.nature().attention, attracted, rng)?;
        queue.get(place).map(|queued| queued.song)
    }

    /// How a listener would receive songs right after this play.
    fn felt<'a>(
        &'a self,
        state: &'a State,
        then: &'a SimulatedListener,
    ) -> impl Fn(SongId) -> Response + 'a {
        let moment = then.moment(&state.history, self.setting(state));
        move |song| respond(&self.catalogue, &self.world, &then.taste, &moment, song)
    }
}
