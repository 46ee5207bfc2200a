//! The guardrail, measured: how often it is alarmed by nothing, how soon it notices what is wrong, and what becomes
//! of listening then. Figures of a run are in `docs/guardrails.md`.
//!
//! ```text
//! cargo run --release --example guardrails -- [LISTENERS] [SEED]
//! ```
//!
//! Every listener plays 40 songs, undisturbed. The same session up to its fifteenth play is gone on with in other ways,
//! from the same state and with the same draws: every song breaks off at once. Of every fourth listener also: half of the
//! songs do; the policy is by mistake turned round, so that what is wanted least is served first; every promoted song
//! and preview is left on the way, whatever else is heard; the latter two with the guardrail and without. Listeners do
//! not leave, so that all there is to see is seen. Near-line updates are off.

use std::error::Error;
use std::path::Path;

use melody::engine::{Engine, Refusal, State, Trace};
use melody::event::Action;
use melody::experiment::{Cohort, in_parallel};
use melody::feedback::Side;
use melody::model::Backend;
use melody::opening::{Library, Opening};
use melody::playback::Playhead;
use melody::policy::{Retrieval, Settings};
use melody::simulation::{Autopilot, play};

/// Plays before something goes wrong.
const CALM: u32 = 15;
/// Plays of a session, undisturbed.
const SONGS: u32 = 40;
/// Plays after something went wrong.
const WRONG: u32 = 25;
/// The same where it is selling that goes wrong: offers are few.
const UNSOLD: u32 = 60;
/// Within so many plays, or offers, it is to be noticed.
const SOON: u32 = 10;
/// One listener in so many goes on in the ways that take long.
const EVERY: u64 = 4;
/// Part of a song that is heard where it breaks off at once.
const BROKEN: f64 = 0.03;
/// Part of an offer that is heard where selling does nothing: it is left on the way, not at once.
const HALF_HEARTED: f64 = 0.4;

/// One play: what the screen would show of it.
#[derive(Clone, Copy)]
struct Played {
    completed: bool,
    /// A promoted song or a preview that came up by itself.
    offer: bool,
    /// The guardrail after it.
    level: u32,
    helped: u32,
    plain: bool,
    /// A level rose, on this side.
    raised: Option<Side>,
}

/// What goes wrong with songs, beside what is served.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    Nothing,
    /// All break off at once.
    AllBreak,
    /// Every other one does.
    HalfBreak,
    /// Promoted songs and previews that come up by themselves are left on the way.
    Unsold,
}

impl Wrong {
    /// The part that is heard of a song whose listener has no say in it.
    fn cuts(self, play: usize, offer: bool) -> Option<f64> {
        match self {
            Wrong::AllBreak => Some(BROKEN),
            Wrong::HalfBreak if play % 2 == 1 => Some(BROKEN),
            Wrong::Unsold if offer => Some(HALF_HEARTED),
            _ => None,
        }
    }
}

/// A listener in the middle of a session.
#[derive(Clone)]
struct Sitter {
    state: State,
    head: Playhead,
    pilot: Autopilot,
    plays: Vec<Played>,
}

impl Sitter {
    /// The next songs, each as the listener would hear it unless something goes wrong with it.
    fn go(&mut self, engine: &Engine, songs: u32, wrong: Wrong) -> Result<(), Refusal> {
        for _ in 0..songs {
            let playing = &self.state.playing;
            let song = engine.setup.catalogue.song(playing.song);
            let length_ms = engine.length_ms(&self.state);
            let sold = song.promoted() || length_ms < song.duration_ms;
            let offer = sold && !playing.opened && !playing.replayed;
            let cut = wrong.cuts(self.plays.len(), offer);
            let plays = &mut self.plays;
            let mut watch = |trace: &Trace| {
                let Some(ended) = &trace.ended else { return };
                let guardrail = &trace.guardrail;
                let raised = guardrail.intervention.as_ref().filter(|moved| moved.to > moved.from);
                plays.push(Played {
                    completed: ended.completed,
                    offer,
                    level: guardrail.level,
                    helped: guardrail.selling_level,
                    plain: guardrail.plain,
                    raised: raised.map(|moved| moved.side),
                });
            };
            if let Some(part) = cut {
                let tier = self.state.tier;
                self.head.play_until((part * f64::from(length_ms)) as u32, length_ms);
                let (next, trace) = engine.step(&self.state, &self.head.event(Action::Skip))?;
                watch(&trace);
                self.head = Playhead::after(&trace);
                self.state = next;
                if let Some(ended) = &trace.ended {
                    self.pilot.observe(ended, tier);
                }
            } else {
                let at = (&mut self.state, &mut self.head);
                play(engine, &mut self.pilot, at, &mut |_, trace| watch(trace))?;
            }
        }
        Ok(())
    }

    /// The same listener under another engine from here on.
    fn under(&self, from: &Engine, other: &Engine) -> Self {
        Sitter { state: other.resume(from, &self.state, None).0, ..self.clone() }
    }
}

/// What came of one listener, in every way.
struct Came {
    /// Share of plays they usually hear through, as the guardrail saw it when things went wrong.
    usual: f64,
    undisturbed: Vec<Played>,
    broken: Vec<Played>,
    /// Of every fourth listener.
    long: Option<Long>,
}

/// What came of the ways that take long.
struct Long {
    half_broken: Vec<Played>,
    turned: Vec<Played>,
    turned_unguarded: Vec<Played>,
    unsold: Vec<Played>,
    unsold_unguarded: Vec<Played>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |usual: u64| arguments.next().map_or(Ok(usual), |text| text.parse());
    let (listeners, seed) = (argument(1_000)?, argument(1)?);
    let shipped = Library::load(&Opening::default(), Path::new(""), Backend::Flex)?;
    let library = |change: &dyn Fn(&mut Settings)| {
        let mut policy = (*shipped.policy).clone();
        policy.settings.near_line.steps = 0;
        change(&mut policy.settings);
        shipped.with_policy(policy)
    };
    let unguarded = |s: &mut Settings| (s.guardrail.levels, s.guardrail.selling.levels) = (0, 0);
    let ways = Ways {
        good: library(&|_| ())?,
        good_unguarded: library(&unguarded)?,
        wrong: library(&turned_round)?,
        wrong_unguarded: library(&|s| {
            turned_round(s);
            unguarded(s);
        })?,
    };
    let cohort = Cohort { seed, listeners, sessions: 1, songs: SONGS };
    let one = |index| ways.listener(&cohort, index);
    let came: Vec<Came> =
        in_parallel(listeners, &one, &|| ()).into_iter().collect::<Result<_, _>>()?;
    let policy = &ways.good.policy;
    println!("{listeners} listeners, seed {seed}, policy {} {}", policy.name, &policy.hash[..12]);
    listening(&came);
    selling(&came);
    Ok(())
}

/// The policy with its interest turned round: what is wanted least comes first, from all songs there are.
fn turned_round(settings: &mut Settings) {
    settings.interest = -settings.interest;
    settings.candidates.retrieval = Retrieval::Everything;
}

struct Ways {
    good: Library,
    good_unguarded: Library,
    wrong: Library,
    wrong_unguarded: Library,
}

impl Ways {
    fn listener(&self, cohort: &Cohort, index: u64) -> Result<Came, Refusal> {
        let seed = melody::rng::hash64(&format!("guardrails/{}/{index}", cohort.seed));
        let world = self.good.world();
        let profile = cohort.profile(world.nature(), index);
        let engine = |library: &Library| library.engine(&profile, None, seed);
        let good = engine(&self.good);
        let (state, trace) = good.start();
        let pilot = Autopilot::new(&good, &profile, world.clone(), seed);
        let head = Playhead::after(&trace);
        let mut calm = Sitter { state, head, pilot, plays: Vec::new() };
        calm.go(&good, CALM, Wrong::Nothing)?;
        let usual = good.resume(&good, &calm.state, None).1.guardrail.usual_completed.value();
        let on = |library: &Library, songs, wrong| {
            let other = engine(library);
            let mut sitter = calm.under(&good, &other);
            sitter.go(&other, songs, wrong)?;
            Ok(sitter.plays)
        };
        let long = || -> Result<Long, Refusal> {
            Ok(Long {
                half_broken: on(&self.good, WRONG, Wrong::HalfBreak)?,
                turned: on(&self.wrong, WRONG, Wrong::Nothing)?,
                turned_unguarded: on(&self.wrong_unguarded, WRONG, Wrong::Nothing)?,
                unsold: on(&self.good, UNSOLD, Wrong::Unsold)?,
                unsold_unguarded: on(&self.good_unguarded, UNSOLD, Wrong::Unsold)?,
            })
        };
        Ok(Came {
            usual,
            undisturbed: on(&self.good, SONGS - CALM, Wrong::Nothing)?,
            broken: on(&self.good, SOON, Wrong::AllBreak)?,
            long: (index.is_multiple_of(EVERY)).then(long).transpose()?,
        })
    }
}

/// The first play at which a side's level rose, counted from 1.
fn alarm(plays: &[Played], side: Side) -> Option<usize> {
    Some(plays.iter().position(|p| p.raised == Some(side))? + 1)
}

fn share(count: usize, of: usize) -> f64 {
    count as f64 / of.max(1) as f64
}

fn completion<'a>(plays: impl Iterator<Item = &'a Played> + Clone) -> f64 {
    share(plays.clone().filter(|p| p.completed).count(), plays.count())
}

fn after(plays: &[Played]) -> &[Played] {
    &plays[CALM as usize..]
}

/// How many of those who were not alarmed before are within so many plays of what went wrong.
fn noticed<'a>(name: &str, all: impl Iterator<Item = &'a Vec<Played>>) {
    let calm = |plays: &&Vec<Played>| alarm(&plays[..CALM as usize], Side::Listening).is_none();
    let mut delays: Vec<usize> = all
        .filter(calm)
        .map(|plays| alarm(after(plays), Side::Listening).unwrap_or(usize::MAX))
        .collect();
    delays.sort_unstable();
    let within =
        |plays: u32| share(delays.iter().filter(|d| **d <= plays as usize).count(), delays.len());
    let median = delays.get(delays.len() / 2).filter(|d| **d < usize::MAX);
    let median = median.map_or("never".into(), |plays| format!("{plays} plays"));
    println!(
        "  {name:32} of {:4}: {:.3} within {SOON} plays, {:.3} within {WRONG}; median {median}",
        delays.len(),
        within(SOON),
        within(WRONG)
    );
}

fn listening(came: &[Came]) {
    let of = came.len();
    let alarms = |songs: usize| {
        came.iter().filter(|c| alarm(&c.undisturbed[..songs], Side::Listening).is_some()).count()
    };
    println!("\nListening, undisturbed: share of sessions alarmed");
    for songs in [10, CALM as usize, 20, SONGS as usize] {
        println!("  within {songs:2} plays   {:.4}", share(alarms(songs), of));
    }
    println!("\nWrong after play {CALM}: noticed");
    noticed("every song breaks off at once", came.iter().map(|c| &c.broken));
    for (low, high) in [(0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 1.01)] {
        let group = came.iter().filter(|c| (low..high).contains(&c.usual));
        noticed(&format!("- of who completes {low:.1} to {high:.1}"), group.map(|c| &c.broken));
    }
    let long: Vec<&Long> = came.iter().filter_map(|c| c.long.as_ref()).collect();
    noticed("half of the songs do", long.iter().map(|l| &l.half_broken));
    noticed("interest turned round", long.iter().map(|l| &l.turned));
    let before = long.iter().flat_map(|l| &l.turned[..CALM as usize]);
    println!(
        "\nInterest turned round: completion {:.3} before, and by plays since",
        completion(before)
    );
    println!("               guarded, not, undisturbed");
    for from in (0..WRONG as usize).step_by(5) {
        let five = |plays: &[Played]| -> Vec<Played> { after(plays)[from..from + 5].to_vec() };
        let of = |all: Vec<Played>| completion(all.iter());
        let turned = of(long.iter().flat_map(|l| five(&l.turned)).collect());
        let unguarded = of(long.iter().flat_map(|l| five(&l.turned_unguarded)).collect());
        let undisturbed = of(came.iter().flat_map(|c| five(&c.undisturbed)).collect());
        let (first, last) = (from + 1, from + 5);
        println!("    {first:2} to {last:2}   {turned:.3} {unguarded:.3} {undisturbed:.3}");
    }
    let all = || long.iter().flat_map(|l| after(&l.turned));
    let at = |level: u32| all().filter(move |p| p.level == level).count();
    println!("  plays at level 0, 1, 2: {} {} {}", at(0), at(1), at(2));
    // The level is as after the play; the song that plays came from the queue before.
    let plain = completion(all().filter(|p| p.plain));
    println!("  completion while scored by interest alone: {plain:.3}");
}

fn selling(came: &[Came]) {
    let of = came.len();
    let helped = came.iter().filter(|c| alarm(&c.undisturbed, Side::Selling).is_some()).count();
    let offers = |plays: &[Played]| plays.iter().filter(|p| p.offer).count();
    println!("\nSelling, {SONGS} songs undisturbed: alarmed {:.4}", share(helped, of));
    let all: usize = came.iter().map(|c| offers(&c.undisturbed)).sum();
    println!("  offers in such a session: {:.2}", share(all, of));
    let long: Vec<&Long> = came.iter().filter_map(|c| c.long.as_ref()).collect();
    let of = long.len();
    println!(
        "\nEvery offer left on the way after play {CALM}, for {UNSOLD} plays, of {of} listeners"
    );
    let calm: Vec<&&Long> = long
        .iter()
        .filter(|l| alarm(&l.unsold[..CALM as usize], Side::Selling).is_none())
        .collect();
    // After how many offers it was noticed.
    let by = |l: &Long| {
        let plays = after(&l.unsold);
        alarm(plays, Side::Selling).map(|at| offers(&plays[..at]))
    };
    let enough: Vec<&&&Long> = calm
        .iter()
        .filter(|l| offers(after(&l.unsold)) >= SOON as usize || by(l).is_some())
        .collect();
    let soon = enough.iter().filter(|l| by(l).is_some_and(|n| n <= SOON as usize)).count();
    println!(
        "  noticed within {SOON} offers, of {} who had so many or were noticed before: {:.4}",
        enough.len(),
        share(soon, enough.len())
    );
    let ever = calm.iter().filter(|l| by(l).is_some()).count();
    println!("  noticed at all, of {}: {:.3}", calm.len(), share(ever, calm.len()));
    let wrongly =
        long.iter().filter(|l| alarm(after(&l.unsold), Side::Listening).is_some()).count();
    println!("  taken for a collapse of listening: {:.3}", share(wrongly, of));
    let each = |of: fn(&Long) -> &Vec<Played>| {
        let plays = || long.iter().flat_map(move |l| after(of(l)));
        (completion(plays()), share(plays().filter(|p| p.offer).count(), long.len()))
    };
    let ((with, offered), (without, offered_without)) =
        (each(|l| &l.unsold), each(|l| &l.unsold_unguarded));
    println!("  completion, guarded and not: {with:.3} {without:.3}");
    println!("  offers in {UNSOLD} plays, guarded and not: {offered:.2} {offered_without:.2}");
    let raised = long.iter().flat_map(|l| after(&l.unsold)).filter(|p| p.helped > 0).count();
    println!("  share of plays with beta raised: {:.3}", share(raised, of * UNSOLD as usize));
}
