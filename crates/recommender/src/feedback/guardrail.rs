//! The guardrail: two watches over a session, each a sequential test with a stated rate of false alarms.
//!
//! **Listening.** Is more left at once, and less heard through, than this listener usually does? When the evidence
//! says so, promotion gives way and interest gains weight, a level at a time; at the highest level nothing is
//! promoted and songs are scored as the built-in policy scores them, by interest alone. What is usual is the
//! listener's own: their newest plays, held towards their segment's, and the plays of this session as they come. It is
//! not what the model foretells of the songs served: where the wrong songs are served, a good model foretells that
//! they will be left, and would see nothing wrong.
//!
//! **Selling.** Are fewer promoted songs and previews taken up than the model expects of them, while listening
//! holds? Then beta is raised a little. The listener comes first: where listening does not hold, selling is never
//! raised, and when the first watch acts the second lets go at once.
//!
//! Either lets go on evidence, too: that things are back as they were. It moves one level at a time and waits between
//! moves; every time a level has risen it waits twice as long before it lets go, so that what is still broken is not
//! let back again and again.

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, failed, succeeded, threshold};
use crate::policy::{self, Usual};
use melody_core::listener::{History, Interaction};
use melody_core::score::Score;

/// Listening holds while the evidence against it is at most this share of what is acted at.
pub const HOLDS: f64 = 0.1;
/// No offer is expected to be taken with a probability beyond these: a model that is all but sure would make one
/// miss an alarm.
const EXPECTED: (f64, f64) = (0.05, 0.9);
/// How often the wait doubles, at most.
const DOUBLINGS: u32 = 5;

/// What a play that has ended says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// How it ended.
    pub ending: Ending,
    /// The listener chose the song; how it went says nothing of what is served.
    pub chosen: bool,
    /// What was offered by it, if anything was.
    pub offer: Option<Offer>,
}

/// How a play ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Heard through.
    Completed,
    /// Left before a quarter of it was heard.
    Early,
    /// Left on the way.
    Later,
}

impl Ending {
    /// Of a play that is over.
    pub fn of(play: &Interaction) -> Self {
        match play {
            play if play.completed => Ending::Completed,
            play if play.left_at_once() => Ending::Early,
            _ => Ending::Later,
        }
    }
}

/// A promoted song, or a preview of a premium one, that came up by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// Probability that it is taken up, as the model saw it when the song began.
    pub expected: f64,
    /// It was: completed, liked or saved.
    pub taken: bool,
}

/// What the guardrail remembers of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Guardrail {
    /// How the listener's plays usually end; it follows the session as long as nothing is wrong.
    usual: Shares,
    listening: Watch,
    selling: Watch,
}

/// Shares of plays heard through and left at once; what is left was left on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Shares {
    completed: f64,
    early: f64,
    /// Plays that they stand for.
    plays: f64,
}

/// One of the two watches.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Watch {
    level: u32,
    /// Plays since the level last changed.
    held: u32,
    /// Times that it has risen in this session.
    raises: u32,
    /// That things are worse than usual.
    worse: Evidence,
    /// That they are back, since the level last changed.
    back: Evidence,
    /// What was seen since the evidence began to mount.
    since: Since,
    /// What was seen since the evidence that they are back began to mount: what letting go is told with.
    recovered: Since,
}

/// Plays (or offers) counted, and what was to be expected of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Since {
    plays: u32,
    good: u32,
    good_usual: f64,
    bad: u32,
    bad_usual: f64,
}

/// Which watch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Songs heard through and left.
    #[default]
    Listening,
    /// Promoted songs and previews taken up.
    Selling,
}

impl Side {
    /// A word for it. In English.
    pub fn name(self) -> &'static str {
        match self {
            Side::Listening => "listening",
            Side::Selling => "selling",
        }
    }
}

/// A change of level and its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervention {
    /// Of which watch.
    #[serde(default)]
    pub side: Side,
    /// `raised` or `released`.
    pub action: String,
    /// The level before.
    pub from: u32,
    /// The level after.
    pub to: u32,
    /// What was seen, what was expected and the bound that the evidence passed, for people.
    pub cause: String,
    /// The evidence it moved on.
    #[serde(default)]
    pub evidence: Score,
    /// What the evidence had to reach.
    #[serde(default)]
    pub acts_at: Score,
}

/// Where one watch stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchReport {
    /// That things are worse than usual.
    pub evidence: Score,
    /// That things are back, since the level last changed; 0 where there is nothing to let go of.
    pub back: Score,
    /// The level rises, or falls, when the one or the other reaches this.
    pub acts_at: Score,
    /// Plays, or offers, since the evidence began to mount.
    pub plays: u32,
    /// Of them heard through, or taken up.
    pub good: u32,
    /// So many usually are, or were expected to be.
    pub good_usual: Score,
    /// Of them left at once, or not taken up.
    pub bad: u32,
    /// So many usually are.
    pub bad_usual: Score,
}

/// Where the guardrail stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardrailReport {
    /// From 0, where nothing is changed.
    pub level: u32,
    /// The highest level the policy has.
    pub levels: u32,
    /// Promoted songs fewer per window.
    pub cap_lowered_by: usize,
    /// What it adds to alpha.
    pub alpha: Score,
    /// At the highest level: songs are scored by interest alone, as the built-in policy does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain: bool,
    /// Share of plays that this listener usually hears through.
    #[serde(default)]
    pub usual_completed: Score,
    /// Share of plays that this listener usually leaves before a quarter.
    #[serde(default)]
    pub usual_early: Score,
    /// Songs heard through and left.
    #[serde(default)]
    pub listening: WatchReport,
    /// Levels that beta is raised by because selling does nothing.
    #[serde(default)]
    pub selling_level: u32,
    /// The most of them.
    #[serde(default)]
    pub selling_levels: u32,
    /// What they add to beta.
    #[serde(default)]
    pub beta: Score,
    /// Promoted songs and previews taken up.
    #[serde(default)]
    pub selling: WatchReport,
    /// The change that this step brought, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intervention: Option<Intervention>,
}

impl Guardrail {
    /// At the start of a session of somebody whose segment usually listens like `segment`.
    pub fn new(policy: &policy::Guardrail, segment: Usual, history: &History) -> Self {
        let served = || history.recent().iter().filter(|p| !(p.opened || p.replayed));
        let count = |ending| served().filter(|play| Ending::of(play) == ending).count() as f64;
        let plays = served().count() as f64 + policy.prior;
        let share = |own: f64, usual: f64| (own + policy.prior * usual) / plays;
        let usual = Shares {
            completed: share(count(Ending::Completed), segment.completed),
            early: share(count(Ending::Early), segment.early),
            plays: plays.min(policy.known),
        };
        Guardrail { usual, ..Guardrail::default() }
    }

    /// Looks at a play that has ended. `sells` says whether there is anything to sell to the listener.
    pub fn watch(
        &mut self,
        policy: &policy::Guardrail,
        seen: Seen,
        sells: bool,
    ) -> Option<Intervention> {
        self.listening.held += 1;
        self.selling.held += 1;
        if seen.chosen {
            return None;
        }
        self.listen(policy, seen.ending);
        if let Some(offer) = seen.offer {
            self.offered(policy, offer);
        }
        let acts_at = threshold(policy.false_alarms, policy.horizon);
        let moved = self.listening.moves(policy, (acts_at, policy.levels));
        if let Some(moved) = moved {
            if self.listening.level > 0 {
                // The listener comes first: what selling has gained, it loses.
                self.selling = Watch::default();
            }
            return Some(moved.told(Side::Listening, Since::listening));
        }
        let holds = self.listening.level == 0 && self.listening.worse.value() <= HOLDS * acts_at;
        let selling = policy.selling;
        let acts_at = threshold(policy.false_alarms, selling.horizon);
        let levels = if holds && sells { selling.levels } else { self.selling.level };
        let moved = self.selling.moves(policy, (acts_at, levels))?;
        Some(moved.told(Side::Selling, Since::selling))
    }

    fn listen(&mut self, policy: &policy::Guardrail, ending: Ending) {
        let Shares { completed, early, .. } = self.usual;
        let factor = match ending {
            Ending::Completed => succeeded(policy.shortfall),
            Ending::Early => failed(policy.shortfall, completed, early),
            Ending::Later => 1.0,
        };
        let (good, bad) = (ending == Ending::Completed, ending == Ending::Early);
        self.listening.take(factor, (good, completed), (bad, early));
        // While something is wrong, what is usual stays what it was.
        if self.listening.level == 0 {
            self.usual.follow(policy.known, good, bad);
        }
    }

    fn offered(&mut self, policy: &policy::Guardrail, offer: Offer) {
        let expected = offer.expected.clamp(EXPECTED.0, EXPECTED.1);
        let factor = match offer.taken {
            true => succeeded(policy.shortfall),
            false => failed(policy.shortfall, expected, 1.0 - expected),
        };
        self.selling.take(factor, (offer.taken, expected), (!offer.taken, 1.0 - expected));
    }

    /// Promoted songs it allows per window, if it has lowered the policy's number.
    pub fn cap(&self, policy: &policy::Guardrail, mixing: &policy::Mixing) -> Option<usize> {
        if self.plain(policy) {
            return Some(0);
        }
        let lowered_by = self.cap_lowered_by(policy);
        (lowered_by > 0).then(|| mixing.at_most.saturating_sub(lowered_by))
    }

    /// Where it stands under another policy, which may have fewer levels.
    pub fn under(self, policy: &policy::Guardrail) -> Self {
        let at_most = |watch: Watch, levels: u32| Watch { level: watch.level.min(levels), ..watch };
        Guardrail {
            listening: at_most(self.listening, policy.levels),
            selling: at_most(self.selling, policy.selling.levels),
            ..self
        }
    }

    fn cap_lowered_by(&self, policy: &policy::Guardrail) -> usize {
        policy.cap_step * self.listening.level as usize
    }

    /// What the levels add to the fusion weights.
    pub fn weights(&self, policy: &policy::Guardrail) -> policy::Weights {
        policy::Weights {
            alpha: policy.alpha_step * f64::from(self.listening.level),
            beta: policy.selling.beta_step * f64::from(self.selling.level),
            ..Default::default()
        }
    }

    /// How far promotion gives way: from 0, where nothing is changed.
    pub fn level(&self) -> u32 {
        self.listening.level
    }

    /// How far selling is helped: from 0, where nothing is changed.
    pub fn selling_level(&self) -> u32 {
        self.selling.level
    }

    /// At its highest level: songs are scored by interest alone, as the built-in policy scores them.
    pub fn plain(&self, policy: &policy::Guardrail) -> bool {
        policy.levels > 0 && self.listening.level >= policy.levels
    }

    /// Where it stands, for the trace, with the change that this step brought.
    pub fn report(
        &self,
        policy: &policy::Guardrail,
        intervention: Option<Intervention>,
    ) -> GuardrailReport {
        let weights = self.weights(policy);
        let bound = |horizon| threshold(policy.false_alarms, horizon);
        GuardrailReport {
            level: self.listening.level,
            levels: policy.levels,
            cap_lowered_by: self.cap_lowered_by(policy),
            alpha: Score::new(weights.alpha),
            plain: self.plain(policy),
            usual_completed: Score::new(self.usual.completed),
            usual_early: Score::new(self.usual.early),
            listening: self.listening.report(bound(policy.horizon)),
            selling_level: self.selling.level,
            selling_levels: policy.selling.levels,
            beta: Score::new(weights.beta),
            selling: self.selling.report(bound(policy.selling.horizon)),
            intervention,
        }
    }
}

impl Shares {
    /// One more play, the oldest forgotten as it comes.
    fn follow(&mut self, known: f64, completed: bool, early: bool) {
        self.plays = (self.plays + 1.0).min(known.max(1.0));
        let step =
            |share: &mut f64, is: bool| *share += (f64::from(u8::from(is)) - *share) / self.plays;
        step(&mut self.completed, completed);
        step(&mut self.early, early);
    }
}

/// A level that has moved.
struct Moved {
    from: u32,
    to: u32,
    evidence: f64,
    acts_at: f64,
    since: Since,
}

impl Watch {
    /// Takes in a play: what bets on its being worse than usual grow by, and what was seen and is usual.
    fn take(&mut self, factor: f64, good: (bool, f64), bad: (bool, f64)) {
        if self.level == 0 && self.worse.begins() {
            self.since = Since::default();
        }
        self.since.count(good, bad);
        self.worse.take(factor);
        // A bet on usual against worse is the other one turned round.
        if self.level > 0 {
            if self.back.begins() {
                self.recovered = Since::default();
            }
            self.recovered.count(good, bad);
            self.back.take(1.0 / factor);
        }
    }

    /// Whether the level moves now: up to `levels` where it is worse, down where it is back.
    fn moves(
        &mut self,
        policy: &policy::Guardrail,
        (acts_at, levels): (f64, u32),
    ) -> Option<Moved> {
        if self.held < policy.hold {
            return None;
        }
        let waited = self.held >= policy.hold << self.raises.min(DOUBLINGS);
        let (from, worse, back) = (self.level, self.worse.value(), self.back.value());
        let to = if worse >= acts_at && from < levels {
            from + 1
        } else if back >= acts_at && from > 0 && waited {
            from - 1
        } else {
            return None;
        };
        let (evidence, since) =
            if to > from { (worse, self.since) } else { (back, self.recovered) };
        let raises = self.raises + u32::from(to > from);
        *self = Watch { level: to, raises, ..Watch::default() };
        Some(Moved { from, to, evidence, acts_at, since })
    }

    fn report(&self, acts_at: f64) -> WatchReport {
        let Since { plays, good, good_usual, bad, bad_usual } = self.since;
        WatchReport {
            evidence: Score::new(self.worse.value()),
            back: Score::new(self.back.value()),
            acts_at: Score::new(acts_at),
            plays,
            good,
            good_usual: Score::new(good_usual),
            bad,
            bad_usual: Score::new(bad_usual),
        }
    }
}

impl Since {
    fn count(&mut self, (good, good_usual): (bool, f64), (bad, bad_usual): (bool, f64)) {
        self.plays += 1;
        self.good += u32::from(good);
        self.good_usual += good_usual;
        self.bad += u32::from(bad);
        self.bad_usual += bad_usual;
    }

    fn listening(&self) -> String {
        let Since { good, good_usual, bad, bad_usual, .. } = self;
        let of = self.of("play");
        format!(
            "{of} {good} were heard through ({good_usual:.1} usually are), {bad} left at once \
             ({bad_usual:.1} usually are)"
        )
    }

    fn selling(&self) -> String {
        let Since { good, good_usual, .. } = self;
        let of = self.of("offer");
        format!("{of} {good} were taken ({good_usual:.1} expected)")
    }

    /// Whether it is still less than usual.
    fn short(&self) -> bool {
        f64::from(self.good) < self.good_usual
    }

    fn of(&self, what: &str) -> String {
        let many = if self.plays == 1 { "" } else { "s" };
        format!("of {} {what}{many}", self.plays)
    }
}

impl Moved {
    fn told(self, side: Side, seen: fn(&Since) -> String) -> Intervention {
        let Moved { from, to, evidence, acts_at, since } = self;
        let seen = seen(&since);
        let (action, cause) = match to > from {
            true => ("raised", format!("{seen}: evidence {evidence:.0}, acts at {acts_at:.0}")),
            // A little less than usual may well be told from what was wrong: that is what the evidence is of, and
            // no more is claimed.
            false => {
                let back = if since.short() { "nearer to usual again" } else { "as usual again" };
                let bound = format!("evidence {evidence:.0}, lets go at {acts_at:.0}");
                ("released", format!("{back}, {seen}: {bound}"))
            }
        };
        Intervention {
            side,
            action: action.into(),
            from,
            to,
            cause,
            evidence: Score::new(evidence),
            acts_at: Score::new(acts_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::rng::{Purpose, generator};
    use rand::RngExt;

    fn policy() -> policy::Guardrail {
        policy::Guardrail {
            hold: 3,
            levels: 2,
            ..crate::policy::shipped("default").unwrap().guardrail
        }
    }

    fn fresh(policy: &policy::Guardrail) -> Guardrail {
        Guardrail::new(policy, policy.usual, &History::default())
    }

    fn play(ending: Ending) -> Seen {
        Seen { ending, chosen: false, offer: None }
    }

    fn offer(taken: bool) -> Seen {
        let ending = if taken { Ending::Completed } else { Ending::Later };
        Seen { offer: Some(Offer { expected: 0.6, taken }), ..play(ending) }
    }

    /// The levels it moves to over some plays alike.
    fn moves(
        guardrail: &mut Guardrail,
        policy: &policy::Guardrail,
        seen: Seen,
        plays: u32,
    ) -> Vec<u32> {
        (0..plays).filter_map(|_| Some(guardrail.watch(policy, seen, true)?.to)).collect()
    }

    #[test]
    fn it_acts_on_evidence_level_by_level_and_lets_go_on_evidence() {
        let policy = policy();
        let mut guardrail = fresh(&policy);
        assert_eq!(moves(&mut guardrail, &policy, play(Ending::Completed), 20), [0; 0]);
        assert_eq!(moves(&mut guardrail, &policy, play(Ending::Early), 20), [1, 2], "no further");
        assert!(guardrail.plain(&policy));
        assert_eq!(
            moves(&mut guardrail, &policy, play(Ending::Later), 50),
            [0; 0],
            "neither moves it"
        );
        assert_eq!(moves(&mut guardrail, &policy, play(Ending::Completed), 20), [1, 0]);
    }

    #[test]
    fn every_time_it_has_risen_it_waits_twice_as_long_before_it_lets_go() {
        let policy = policy();
        let mut guardrail = fresh(&policy);
        for (to, wait) in [(1, 2 * policy.hold), (2, 4 * policy.hold)] {
            while guardrail.level() < to {
                guardrail.watch(&policy, play(Ending::Early), true);
            }
            let mut alone = guardrail;
            let let_go =
                (1..).find(|_| alone.watch(&policy, play(Ending::Completed), true).is_some());
            assert_eq!(let_go, Some(wait));
        }
    }

    #[test]
    fn a_move_is_followed_by_a_wait_and_says_what_it_was_made_of() {
        let policy = policy();
        let mut guardrail = fresh(&policy);
        let mut steps = Vec::new();
        for step in 0..20 {
            if let Some(moved) = guardrail.watch(&policy, play(Ending::Early), true) {
                assert!(moved.evidence >= moved.acts_at);
                assert!(moved.cause.contains("0 were heard through"), "{}", moved.cause);
                steps.push(step);
            }
        }
        assert!(steps[1] - steps[0] >= policy.hold, "{steps:?}");
    }

    #[test]
    fn letting_go_is_told_with_the_plays_that_speak_for_it_and_claims_no_more() {
        let policy = policy();
        let mut guardrail = fresh(&policy);
        let mut raised = false;
        while !raised {
            raised = guardrail.watch(&policy, play(Ending::Early), true).is_some();
        }
        // What was still wrong at this level speaks for nothing.
        for _ in 0..2 {
            assert_eq!(guardrail.watch(&policy, play(Ending::Early), true), None);
        }
        let back = (1..).find_map(|plays| {
            Some((plays, guardrail.watch(&policy, play(Ending::Completed), true)?))
        });
        let (plays, back) = back.unwrap();
        assert_eq!((back.action.as_str(), back.to), ("released", 0));
        let said = format!("as usual again, of {plays} plays {plays} were heard through");
        assert!(back.cause.starts_with(&said), "{}", back.cause);
        let since = Since { plays: 7, good: 4, good_usual: 4.6, bad: 3, bad_usual: 1.9 };
        let moved = Moved { from: 1, to: 0, evidence: 900.0, acts_at: 800.0, since };
        let cause = moved.told(Side::Listening, Since::listening).cause;
        assert!(cause.starts_with("nearer to usual again, of 7 plays"), "{cause}");
    }

    #[test]
    fn what_the_listener_chose_says_nothing() {
        let policy = policy();
        let mut guardrail = fresh(&policy);
        let chosen = Seen { chosen: true, ..play(Ending::Early) };
        assert_eq!(moves(&mut guardrail, &policy, chosen, 50), [0; 0]);
    }

    /// Who usually leaves most of what plays does not alarm by it, and who hears nearly everything is.
    #[test]
    fn what_is_usual_is_the_listeners_own() {
        let policy = policy();
        let with = |early: u32| {
            let mut guardrail = fresh(&policy);
            let shares = Shares {
                completed: 0.9 - 0.1 * f64::from(early),
                early: 0.1 * f64::from(early),
                plays: 20.0,
            };
            guardrail.usual = shares;
            moves(&mut guardrail, &policy, play(Ending::Early), 5).len()
        };
        assert_eq!((with(6) > 0, with(1) > 0), (false, true));
    }

    #[test]
    fn selling_that_does_nothing_is_helped_while_listening_holds() {
        let policy = policy();
        let mut guardrail = fresh(&policy);
        assert_eq!(moves(&mut guardrail, &policy, offer(true), 10), [0; 0]);
        let raised = (0..12).find_map(|_| guardrail.watch(&policy, offer(false), true)).unwrap();
        assert_eq!((raised.side, raised.from, raised.to), (Side::Selling, 0, 1));
        assert!(guardrail.weights(&policy).beta > 0.0);
        let back = (0..12).find_map(|_| guardrail.watch(&policy, offer(true), true)).unwrap();
        assert_eq!((back.action.as_str(), back.to), ("released", 0));
    }

    #[test]
    fn selling_is_never_helped_against_the_listener() {
        let policy = policy();
        let mut guardrail = fresh(&policy);
        // Nothing to sell, and nothing that holds.
        assert!((0..30).all(|_| guardrail.watch(&policy, offer(false), false).is_none()));
        let mut guardrail = fresh(&policy);
        while guardrail.selling_level() == 0 {
            guardrail.watch(&policy, offer(false), true);
        }
        while guardrail.level() == 0 {
            guardrail.watch(&policy, play(Ending::Early), true);
        }
        assert_eq!(guardrail.selling_level(), 0, "it lets go as soon as listening falls");
        for _ in 0..30 {
            let moved = guardrail.watch(&policy, offer(false), true);
            assert!(moved.is_none_or(|moved| moved.side == Side::Listening));
        }
    }

    /// Sessions of people who differ, each from plays of their own, with a rate that is theirs that day.
    #[test]
    fn sessions_as_usual_are_left_alone_and_a_collapse_is_soon_seen() {
        let policy = policy();
        let (mut alarmed, mut seen, people) = (0, 0, 1_000);
        for person in 0..people {
            let mut rng = generator(8, Purpose::Bootstrap, person);
            let completes = 0.45 + 0.45 * rng.random::<f64>();
            let ending = |completes: f64, at: f64| match at {
                at if at < completes => Ending::Completed,
                at if at < completes + 0.65 * (1.0 - completes) => Ending::Early,
                _ => Ending::Later,
            };
            let mut guardrail = fresh(&policy);
            guardrail.usual =
                Shares { completed: completes, early: 0.65 * (1.0 - completes), plays: 30.0 };
            let today = (completes + 0.1 * (rng.random::<f64>() - 0.5)).clamp(0.1, 0.95);
            let mut calm = guardrail;
            let mut runs = |guardrail: &mut Guardrail, completes: f64, plays: u32| {
                (0..plays).any(|_| {
                    let seen = play(ending(completes, rng.random()));
                    guardrail.watch(&policy, seen, true).is_some_and(|moved| moved.to > moved.from)
                })
            };
            alarmed += u32::from(runs(&mut calm, today, policy.horizon));
            if !runs(&mut guardrail, today, 15) {
                seen += u32::from(runs(&mut guardrail, 0.03, 10));
            }
        }
        let share = |count: u32| f64::from(count) / people as f64;
        assert!(share(alarmed) <= policy.false_alarms, "{} alarmed", share(alarmed));
        assert!(share(seen) >= 0.7, "{} seen", share(seen));
    }
}
