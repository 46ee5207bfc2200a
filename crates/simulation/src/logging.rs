//! Simulated listening logs: what models are trained and measured on.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::weighted::WeightedIndex;
use rand_distr::{Distribution, StandardNormal};

use crate::listener::SimulatedListener;
use crate::population::{Person, draw_person};
use crate::response::{Setting, respond};
use crate::taste::Taste;
use crate::trial::Standing;
use crate::world::World;
use melody_core::catalogue::{Catalogue, Song, SongId};
use melody_core::listener::{Account, History, Interaction, Tier};
use melody_core::plays::{Known, LoggedPlay, LoggedSession, Truth};
use melody_core::rng::{Purpose, generator};
use melody_core::scene::Scene;
use melody_recommender::policy::Previews;

/// How many listeners' sessions a log holds and how they are served.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogConfig {
    /// Listeners, sessions and slates are all drawn from it, each keyed by its number.
    pub seed: u64,
    /// Sessions per listener.
    pub sessions: u32,
    /// Ways that each play may end, drawn for the true probability of subscribing after it; 0 leaves it out.
    pub rollouts: u32,
    /// Share of plays at which a slate is drawn beside the song that played.
    pub slates: f64,
}

/// Songs in a slate.
const SLATE: usize = 30;

/// Listener number `index` of the log: who they are and every session they had.
pub fn listener_log(
    catalogue: &Catalogue,
    world: &World,
    config: LogConfig,
    index: u64,
) -> (Person, Vec<LoggedSession>) {
    let person =
        draw_person(world.nature(), &mut generator(config.seed, Purpose::Population, index));
    let recommender = LoggingPolicy::new(catalogue, world);
    let mut served = Served {
        rollouts: config.rollouts,
        slates: (config.slates > 0.0).then(|| Slates {
            share: config.slates,
            rng: generator(config.seed, Purpose::Slates, index),
        }),
        ..Served::new(&recommender, person.taste.clone(), &person.account)
    };
    let sessions = (0..config.sessions)
        .map(|session| {
            let step = index * 1_000 + u64::from(session);
            let mut rng = generator(config.seed, Purpose::Logging, step);
            let mut oracle = generator(config.seed, Purpose::Oracle, step);
            let scene = pick_scene(&person.scenes, &mut rng);
            served.session(scene, &mut rng, &mut oracle)
        })
        .collect();
    (person, sessions)
}

/// A scene, by how often each is chosen.
pub fn pick_scene(weights: &[f64; Scene::COUNT], rng: &mut ChaCha8Rng) -> Scene {
    let place = WeightedIndex::new(weights).map_or(0, |index| index.sample(rng));
    Scene::ALL[place]
}

/// The recommender that made the logs: a mixture of a mediocre personal model, charts, chance,
/// old favourites and promoted songs, so that every kind of song is seen in every situation.
pub(super) struct LoggingPolicy<'a> {
    catalogue: &'a Catalogue,
    world: &'a World,
    charts: WeightedIndex<f64>,
    promoted: Vec<SongId>,
}

/// How many songs the mediocre model compares, and how many promoted ones.
pub(super) const COMPARED: usize = 10;
pub(super) const COMPARED_PROMOTED: usize = 4;
/// How songs are chosen, up to which share: the best of promoted ones, by chance, from the charts, an
/// old favourite. Beyond the last it is the mediocre model.
pub(super) const UP_TO: [f64; 4] = [0.10, 0.25, 0.45, 0.60];

/// How often the charts bring a song, relatively.
pub(super) fn chart_weight(song: &Song) -> f64 {
    f64::from(song.popularity / 14.0).exp()
}

impl<'a> LoggingPolicy<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, world: &'a World) -> Self {
        let plays = catalogue.songs.iter().map(chart_weight);
        LoggingPolicy {
            catalogue,
            world,
            charts: WeightedIndex::new(plays).expect("a catalogue has songs"),
            promoted: catalogue.ids().filter(|&s| catalogue.song(s).promoted()).collect(),
        }
    }

    fn choose(
        &self,
        listener: &SimulatedListener,
        history: &History,
        setting: Setting,
        rng: &mut ChaCha8Rng,
    ) -> SongId {
        let any =
            |rng: &mut ChaCha8Rng| SongId(rng.random_range(0..self.catalogue.songs.len() as u32));
        let chart = |rng: &mut ChaCha8Rng| SongId(self.charts.sample(rng) as u32);
        let kind: f64 = rng.random();
        let [promoted, by_chance, charts, liked] = UP_TO;
        if kind < promoted && !self.promoted.is_empty() {
            let choice: Vec<SongId> =
                self.promoted.sample(rng, COMPARED_PROMOTED).copied().collect();
            return self.best(listener, history, setting, choice, rng);
        }
        if kind < by_chance {
            return any(rng);
        }
        if kind < charts {
            return chart(rng);
        }
        if kind < liked {
            let known: Vec<SongId> =
                history.recent().iter().filter(|p| p.completed).map(|p| p.song).collect();
            return known.choose(rng).copied().unwrap_or_else(|| chart(rng));
        }
        let choice =
            (0..COMPARED).map(|i| if i % 2 == 0 { any(rng) } else { chart(rng) }).collect();
        self.best(listener, history, setting, choice, rng)
    }

    /// The song with the highest utility, seen through noise.
    fn best(
        &self,
        listener: &SimulatedListener,
        history: &History,
        setting: Setting,
        choice: Vec<SongId>,
        rng: &mut ChaCha8Rng,
    ) -> SongId {
        let moment = listener.moment(history, setting);
        let mut best = (f64::NEG_INFINITY, choice[0]);
        for song in choice {
            let noise: f64 = StandardNormal.sample(rng);
            let response = respond(self.catalogue, self.world, &listener.taste, &moment, song);
            let seen = response.utility + noise;
            if seen > best.0 {
                best = (seen, song);
            }
        }
        best.1
    }
}

/// A listener being served by the logging policy. The listener's own clock is the log's.
pub(super) struct Served<'a> {
    recommender: &'a LoggingPolicy<'a>,
    listener: SimulatedListener,
    history: History,
    hours_per_week: f64,
    standing: Standing,
    previews: u32,
    rollouts: u32,
    slates: Option<Slates>,
}

/// When slates are drawn, and how.
pub(super) struct Slates {
    share: f64,
    rng: ChaCha8Rng,
}

/// Part of a trial that is over when a log begins.
const ELAPSED: f64 = 0.5;

impl<'a> Served<'a> {
    /// Somebody who has heard nothing, and is asked for nothing but plays.
    pub(super) fn new(recommender: &'a LoggingPolicy<'a>, taste: Taste, account: &Account) -> Self {
        let nature = recommender.world.nature();
        let Account { tier, premium_previews, past_conversions, .. } = *account;
        Served {
            recommender,
            listener: SimulatedListener::new(taste, premium_previews, *nature),
            history: History::default(),
            hours_per_week: account.hours_per_week.into(),
            standing: Standing::new(&nature.trial, tier, past_conversions, ELAPSED),
            previews: premium_previews,
            rollouts: 0,
            slates: None,
        }
    }

    /// When the last play ended, in milliseconds from the log's beginning.
    pub(super) fn now_ms(&self) -> i64 {
        self.listener.now_ms()
    }

    /// What is paid from now on.
    pub(super) fn pays(&mut self, tier: Tier) {
        self.standing.tier = tier;
    }

    /// Time passes until the next session. Whoever would never come back does so here nevertheless: a log
    /// holds as many sessions of each.
    fn away(&mut self, rng: &mut ChaCha8Rng) {
        let nature = self.recommender.world.nature();
        let absence = self.listener.leaving(self.hours_per_week).absence(&nature.returning, rng);
        let wish = self.listener.wish_to_pay();
        self.standing.pass(&nature.trial, &wish, absence.hours, rng);
        self.listener.wait((absence.hours * 3.6e6) as i64);
    }

    /// One session, from the first song until the listener leaves.
    pub(super) fn session(
        &mut self,
        scene: Scene,
        rng: &mut ChaCha8Rng,
        oracle: &mut ChaCha8Rng,
    ) -> LoggedSession {
        self.away(rng);
        self.listener.begin_session(rng);
        let mut plays: Vec<LoggedPlay> = Vec::new();
        let mut subscribed_at = None;
        let (mut again, mut searched) = (None, false);
        loop {
            let replayed = again.is_some();
            let tier = self.standing.tier;
            let setting = Setting { scene, tier, previews: Previews::default() };
            let song = again.unwrap_or_else(|| {
                self.recommender.choose(&self.listener, &self.history, setting, rng)
            });
            let previews = self.previews;
            let subscription = (self.rollouts > 0 && tier != Tier::Premium)
                .then(|| self.subscribing(song, setting, oracle));
            let slate = self.slate(setting);
            let began_ms = self.listener.now_ms();
            let catalogue = self.recommender.catalogue;
            let reaction = self.listener.react(
                catalogue,
                self.recommender.world,
                &self.history,
                (song, setting),
                rng,
            );
            let response = reaction.response;
            let opened = searched || rng.random_bool(response.open);
            let entry = catalogue.song(song);
            let play = Interaction {
                song,
                began_ms,
                play_ratio: reaction.play_ratio as f32,
                completed: reaction.completed,
                skipped: reaction.skipped,
                liked: reaction.liked,
                saved: reaction.saved,
                replayed,
                searched,
                opened,
                first: plays.is_empty(),
                scene,
            };
            self.history.record(catalogue, play.clone());
            if entry.premium && tier != Tier::Premium {
                self.previews += 1;
            }
            plays.push(LoggedPlay {
                engaged: entry.promoted().then(|| play.engaged()),
                play,
                tier,
                previews,
                subscribes: (tier != Tier::Premium).then_some(false),
                known: Known::ALL,
                truth: Some(Truth {
                    completion: response.completion,
                    play_ratio: response.play_ratio(),
                    explicit: response.explicit(),
                    save: response.completion * response.save,
                    replay: response.replay(),
                    skip: response.skip(),
                    engaged: response.engaged(),
                    subscription,
                }),
                slate,
            });
            if reaction.subscribe {
                subscribed_at = Some(plays.len() - 1);
                self.standing.tier = Tier::Premium;
            }
            if reaction.leave {
                break;
            }
            again = reaction.replay.then_some(song);
            searched = reaction.search && again.is_none();
        }
        if let Some(at) = subscribed_at {
            plays[..=at].iter_mut().for_each(|p| p.subscribes = Some(true));
        }
        LoggedSession { plays }
    }

    /// Now and then, songs that could play now, with the probability of each being completed.
    fn slate(&mut self, setting: Setting) -> Vec<(SongId, f64)> {
        let Some(Slates { share, rng }) = &mut self.slates else { return Vec::new() };
        if !rng.random_bool(*share) {
            return Vec::new();
        }
        let LoggingPolicy { catalogue, world, .. } = self.recommender;
        let moment = self.listener.moment(&self.history, setting);
        let mut draw = || SongId(rng.random_range(0..catalogue.songs.len() as u32));
        (0..SLATE)
            .map(|_| {
                let song = draw();
                let response = respond(catalogue, world, &self.listener.taste, &moment, song);
                (song, response.completion)
            })
            .collect()
    }

    /// The probability of subscribing right after `song` if it plays now: the mean over ways that it may end.
    fn subscribing(&self, song: SongId, setting: Setting, rng: &mut ChaCha8Rng) -> f64 {
        let LoggingPolicy { catalogue, world, .. } = self.recommender;
        let total: f64 = (0..self.rollouts)
            .map(|_| {
                let (after, enjoyed) = self.listener.having_heard(
                    catalogue,
                    world,
                    &self.history,
                    (song, setting),
                    rng,
                );
                after.subscription_hazard(setting.tier, enjoyed)
            })
            .sum();
        total / f64::from(self.rollouts)
    }
}
