//! A simulated listener: what lasts, what passes, and what comes of a play.
//!
//! All that passes but for the intent follows from what was heard and when, so a listener is picked up from
//! their past plays (`remember`) and nothing has to be kept beside those between sessions.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::ending::sigmoid;
use crate::intent::Intent;
use crate::nature::{Nature, USUAL};
use crate::response::{Feelings, Moment, Response, Setting, length, respond};
use crate::returning::{Departure, Leaving};
use crate::taste::Taste;
use crate::trial::{BY_PREVIEW, MOST_PREVIEWS, Wish};
use crate::world::World;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::listener::{COMPLETED, History, Interaction, Tier};

/// What a listener did with one song, and how likely it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    /// The probabilities it was drawn from.
    pub response: Response,
    /// 1 if completed.
    pub play_ratio: f64,
    /// Heard to its end.
    pub completed: bool,
    /// Broken off.
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

/// A simulated listener at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedListener {
    /// What lasts from session to session.
    pub taste: Taste,
    nature: Nature,
    feelings: Feelings,
    /// Moving averages of how much of what played was wanted, in [0, 1]: of this session, and of weeks.
    satisfaction: f64,
    goodwill: f64,
    previews: u32,
    /// A family came to be wanted right after the last play.
    turned: bool,
}

/// Weight of the newest play in satisfaction, and in goodwill: about seven plays, and about a hundred.
const NEWEST: f64 = 0.15;
const LASTING: f64 = 0.01;
/// Logit of a search at usual satisfaction, and what a unit less of it adds.
const SEARCHING: (f64, f64) = (-4.5, 2.0);

impl SimulatedListener {
    /// Before the first play: of usual goodwill, so many premium songs heard on previews.
    pub fn new(taste: Taste, premium_previews: u32, nature: Nature) -> Self {
        SimulatedListener {
            taste,
            nature,
            feelings: Feelings::default(),
            satisfaction: USUAL,
            goodwill: USUAL,
            previews: premium_previews,
            turned: false,
        }
    }

    /// Takes in plays before a session that begins at 0 ms, oldest first.
    pub(super) fn remember(
        &mut self,
        catalogue: &Catalogue,
        past: &[Interaction],
        setting: Setting,
    ) {
        for play in past {
            let heard_ms = play.play_ratio * catalogue.song(play.song).duration_ms as f32;
            self.feelings.now_ms = play.began_ms + heard_ms as i64;
            self.hear(catalogue, (play.song, play.play_ratio.into()), setting);
        }
        self.feelings.now_ms = 0;
    }

    /// A new sitting: another intent, as content as lately.
    pub fn begin_session(&mut self, rng: &mut ChaCha8Rng) {
        self.feelings.intent = Intent::draw(&self.nature.intent, &self.taste.families, rng);
        self.satisfaction = self.goodwill;
        self.turned = false;
    }

    /// Something else is wanted from here on, and nobody is told.
    pub(super) fn turn_to(&mut self, intent: Intent) {
        self.feelings.intent = intent;
        self.turned = false;
    }

    /// Time passes without music.
    pub(super) fn wait(&mut self, ms: i64) {
        self.feelings.now_ms += ms;
    }

    /// The listener's own clock, in milliseconds.
    pub(super) fn now_ms(&self) -> i64 {
        self.feelings.now_ms
    }

    /// The same listener, if this were their taste and intent.
    pub(super) fn supposing(&self, taste: Taste, intent: Intent) -> Self {
        let mut other = SimulatedListener { taste, ..self.clone() };
        other.feelings.intent = intent;
        other
    }

    /// What surrounds a play after the plays of `history`.
    pub fn moment<'a>(&'a self, history: &'a History, setting: Setting) -> Moment<'a> {
        Moment { history, feelings: &self.feelings, setting }
    }

    /// Plays `song` to this listener, to whatever end.
    pub fn react(
        &mut self,
        catalogue: &Catalogue,
        world: &World,
        history: &History,
        (song, setting): (SongId, Setting),
        rng: &mut ChaCha8Rng,
    ) -> Reaction {
        let reaction = self.hear_out(catalogue, world, history, (song, setting), rng);
        self.follow_up(reaction, setting.tier, catalogue.song(song).premium, rng)
    }

    /// Hears `song` to whatever end.
    fn hear_out(
        &mut self,
        catalogue: &Catalogue,
        world: &World,
        history: &History,
        (song, setting): (SongId, Setting),
        rng: &mut ChaCha8Rng,
    ) -> Reaction {
        let reaction = self.listen(catalogue, world, history, (song, setting), rng);
        self.observe(catalogue, (song, reaction.play_ratio), setting, rng);
        reaction
    }

    /// How `song` is received. What comes of it later is left at false.
    pub fn listen(
        &self,
        catalogue: &Catalogue,
        world: &World,
        history: &History,
        (song, setting): (SongId, Setting),
        rng: &mut ChaCha8Rng,
    ) -> Reaction {
        let response = respond(catalogue, world, &self.taste, &self.moment(history, setting), song);
        let play_ratio = response.ending.draw(rng);
        let completed = play_ratio == 1.0;
        Reaction {
            play_ratio,
            completed,
            skipped: !completed,
            liked: rng.random_bool(response.like) && completed,
            saved: rng.random_bool(response.save) && completed,
            replay: false,
            search: false,
            subscribe: false,
            leave: false,
            response,
        }
    }

    /// This listener after one more play, drawn, and whether a premium song was completed: what subscribing
    /// right after it hangs on.
    pub(super) fn having_heard(
        &self,
        catalogue: &Catalogue,
        world: &World,
        history: &History,
        play: (SongId, Setting),
        rng: &mut ChaCha8Rng,
    ) -> (Self, bool) {
        let mut after = self.clone();
        let reaction = after.hear_out(catalogue, world, history, play, rng);
        (after, catalogue.song(play.0).premium && reaction.completed)
    }

    /// So much of a song was heard, in [0, 1] of what there was to hear, whoever ended it: the clock and all
    /// that passes move on, and something else may be wanted now.
    pub fn observe(
        &mut self,
        catalogue: &Catalogue,
        (song, ratio): (SongId, f64),
        setting: Setting,
        rng: &mut ChaCha8Rng,
    ) {
        let heard_s = ratio * length(catalogue.song(song), setting).seconds;
        self.wait((1000.0 * heard_s) as i64);
        self.hear(catalogue, (song, ratio), setting);
        let wanted = self.feelings.intent;
        let intent = wanted.after_play(&self.nature.intent, &self.taste.families, rng);
        self.turned = intent != wanted && intent.family.is_some();
        self.feelings.intent = intent;
    }

    fn hear(&mut self, catalogue: &Catalogue, (song, ratio): (SongId, f64), setting: Setting) {
        let entry = catalogue.song(song);
        let Nature { satiation, promotion, .. } = &self.nature;
        let Feelings { now_ms, .. } = self.feelings;
        let part = length(entry, setting).part;
        self.feelings.satiation.hear(satiation, catalogue, song, ratio * part, now_ms);
        if entry.promoted() {
            self.feelings.fatigue.meet(promotion, now_ms);
        }
        let preview = part < 1.0;
        self.previews += u32::from(preview);
        let cut_off =
            if preview && ratio >= f64::from(COMPLETED) { promotion.cut_off } else { 0.0 };
        let wanted = ratio - cut_off;
        self.satisfaction += NEWEST * (wanted - self.satisfaction);
        self.goodwill += LASTING * (wanted - self.goodwill);
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
            replay: reaction.completed && rng.random_bool(reaction.response.again),
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
            + 4.0 * (self.satisfaction - USUAL)
            + BY_PREVIEW * f64::from(self.previews.min(MOST_PREVIEWS))
            + if enjoyed_premium { 2.0 } else { 0.0 }
    }

    /// Probability of a search right after a play that leaves the intent as it is.
    pub(super) fn idle_searching(&self) -> f64 {
        sigmoid(SEARCHING.0 + SEARCHING.1 * (USUAL - self.satisfaction))
    }

    fn searching_hazard(&self) -> f64 {
        if self.turned { self.nature.intent.says } else { self.idle_searching() }
    }

    fn leaving_hazard(&self) -> f64 {
        self.leaving_when(self.satisfaction)
    }

    /// Probability of leaving after a play of somebody who is so content.
    fn leaving_when(&self, satisfaction: f64) -> f64 {
        let returning = &self.nature.returning;
        sigmoid(returning.leaving - returning.by_satisfaction * (satisfaction - USUAL))
    }

    /// What made the listener leave, as far as it was no chance, who leaves now and listens so many hours a week.
    pub fn departure(&self, hours_per_week: f64) -> Departure {
        Departure {
            satisfaction: self.satisfaction,
            usual: USUAL,
            chance: self.leaving_hazard(),
            usually: self.leaving_when(USUAL),
            away_h: self.leaving(hours_per_week).hours(&self.nature.returning),
        }
    }

    /// How the listener leaves now, who listens so many hours a week.
    pub fn leaving(&self, hours_per_week: f64) -> Leaving {
        let felt = self.feelings.fatigue.felt(&self.nature.promotion, self.feelings.now_ms);
        Leaving {
            satisfaction: self.satisfaction,
            goodwill: self.goodwill,
            fatigue: (1.0 - self.taste.promotion_tolerance) * felt,
            hours_per_week,
        }
    }

    /// What decides about paying, between sessions.
    pub fn wish_to_pay(&self) -> Wish {
        Wish {
            willingness: self.taste.willingness_to_pay,
            previews: self.previews,
            goodwill: self.goodwill,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::catalogue::default_catalogue;
    use melody_core::rng::{Purpose, generator};
    use melody_core::scene::Scene;
    use melody_recommender::policy::Previews;

    const SETTING: Setting =
        Setting { scene: Scene::Relax, tier: Tier::Free, previews: Previews { seconds: 30 } };

    fn listener() -> SimulatedListener {
        let nature = Nature::fitted();
        let taste = Taste::draw(&nature.liking, &mut generator(5, Purpose::Population, 0));
        SimulatedListener::new(taste, 0, nature)
    }

    /// A listener who heard songs in one session and comes back is the one who is picked up from the plays.
    #[test]
    fn what_passes_follows_from_past_plays() {
        let catalogue = default_catalogue();
        let mut rng = generator(5, Purpose::Mood, 0);
        let (mut there, mut past) = (listener(), Vec::new());
        for song in catalogue.ids().filter(|&id| !catalogue.song(id).premium).take(40) {
            past.push(Interaction {
                song,
                began_ms: there.now_ms(),
                play_ratio: 0.5,
                completed: false,
                skipped: true,
                liked: false,
                saved: false,
                replayed: false,
                searched: false,
                opened: false,
                first: false,
                scene: Scene::Relax,
            });
            there.observe(&catalogue, (song, 0.5), SETTING, &mut rng);
        }
        there.wait(3_600_000);
        past.iter_mut().for_each(|play| play.began_ms -= there.now_ms());
        let mut again = listener();
        again.remember(&catalogue, &past, SETTING);
        let tiring = again.nature.satiation;
        for song in catalogue.ids().take(60) {
            let worn = |l: &SimulatedListener| {
                l.feelings.satiation.worn(&tiring, &catalogue, song, l.feelings.now_ms)
            };
            assert!((worn(&there) - worn(&again)).abs() < 1e-3);
        }
        let (there, again) = (there.leaving(7.0), again.leaving(7.0));
        assert!((there.goodwill - again.goodwill).abs() < 1e-9);
        assert!((there.fatigue - again.fatigue).abs() < 1e-3);
    }

    /// The chance that is told is the one that leaving is drawn with.
    #[test]
    fn who_is_less_content_leaves_sooner_and_is_told_to() {
        let departure = |satisfaction: f64| {
            let mut one = listener();
            one.satisfaction = satisfaction;
            (one.departure(7.0), one.leaving_hazard())
        };
        let ((low, drawn), (usual, _)) = (departure(0.2), departure(USUAL));
        assert_eq!(low.chance, drawn);
        assert!(low.chance > usual.chance && low.away_h > usual.away_h);
        assert_eq!((usual.chance, usual.satisfaction), (usual.usually, usual.usual));
    }

    #[test]
    fn a_preview_heard_to_its_end_pleases_less_than_a_song() {
        let catalogue = default_catalogue();
        let premium = catalogue.ids().find(|&id| catalogue.song(id).premium).unwrap();
        let after = |tier| {
            let mut one = listener();
            let mut rng = generator(6, Purpose::Mood, 0);
            one.observe(&catalogue, (premium, 1.0), Setting { tier, ..SETTING }, &mut rng);
            (one.satisfaction, one.previews, one.now_ms())
        };
        let (free, paid) = (after(Tier::Free), after(Tier::Premium));
        assert!(free.0 < paid.0 && free.1 == 1 && paid.1 == 0);
        assert_eq!(free.2, 30_000, "a preview has a length");
    }

    /// What was just heard is the least wanted for a while, and a song again later.
    #[test]
    fn a_song_just_heard_is_wanted_less_for_a_while() {
        let catalogue = default_catalogue();
        let world = World::new(&catalogue);
        let history = History::default();
        let song = SongId(3);
        let mut one = listener();
        let feels = |one: &SimulatedListener| {
            respond(&catalogue, &world, &one.taste, &one.moment(&history, SETTING), song).utility
        };
        let before = feels(&one);
        one.hear(&catalogue, (song, 1.0), SETTING);
        let after = feels(&one);
        one.wait(30 * 86_400_000);
        let recovered = feels(&one);
        assert!(after < before - 0.8, "{before} {after}");
        assert!((recovered - before).abs() < 0.01, "{before} {recovered}");
    }
}
