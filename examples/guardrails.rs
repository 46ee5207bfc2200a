//! The guardrail, measured: how often it is alarmed by nothing, how soon it notices what is wrong, and what becomes
//! of listening then. Figures of a run are in `docs/guardrails.md`.
//!
//! ```text
//! cargo run --release --example guardrails -- [LISTENERS] [SEED]
//! ```
//!
//! Every listener plays 40 songs, undisturbed. The same session up to its fifteenth play is gone on with in other ways:
//! under a policy by mistake turned round, which serves first what is wanted least; and with every promoted song and
//! preview left on the way, whatever else is heard. Each with the guardrail and without, from the same state, with the
//! same draws. Listeners do not leave, so that all there is to see is seen. Near-line updates are off.

use std::error::Error;
use std::path::Path;

use melody::engine::{Engine, Refusal, State, Trace};
use melody::event::Action;
use melody::experiment::{Cohort, in_parallel};
use melody::feedback::Side;
use melody::model::{Backend, InterestBlend};
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

/// A listener in the middle of a session.
#[derive(Clone)]
struct Sitter {
    state: State,
    head: Playhead,
    pilot: Autopilot,
    plays: Vec<Played>,
}

impl Sitter {
    /// The next songs, each as the listener would hear it; with `unsold`, offers are left on the way.
    fn go(&mut self, engine: &Engine, songs: u32, unsold: bool) -> Result<(), Refusal> {
        for _ in 0..songs {
            let playing = &self.state.playing;
            let song = engine.setup.catalogue.song(playing.song);
            let length_ms = engine.length_ms(&self.state);
            let sold = song.promoted() || length_ms < song.duration_ms;
            let offer = sold && !playing.opened && !playing.replayed;
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
            if unsold && offer {
                let tier = self.state.tier;
                self.head.play_until((HALF_HEARTED * f64::from(length_ms)) as u32, length_ms);
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
    wrong: Vec<Played>,
    wrong_unguarded: Vec<Played>,
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
    let InterestBlend { completion, play_ratio, like, no_skip, save, replay } = settings.interest;
    settings.interest = InterestBlend {
        completion: -completion,
        play_ratio: -play_ratio,
        like: -like,
        no_skip: -no_skip,
        save: -save,
        replay: -replay,
    };
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
        calm.go(&good, CALM, false)?;
        let usual = good.resume(&good, &calm.state, None).1.guardrail.usual_completed.value();
        let on = |library: &Library, songs, unsold| {
            let other = engine(library);
            let mut sitter = calm.under(&good, &other);
            sitter.go(&other, songs, unsold)?;
            Ok(sitter.plays)
        };
        Ok(Came {
            usual,
            undisturbed: on(&self.good, SONGS - CALM, false)?,
            wrong: on(&self.wrong, WRONG, false)?,
            wrong_unguarded: on(&self.wrong_unguarded, WRONG, false)?,
            unsold: on(&self.good, UNSOLD, true)?,
            unsold_unguarded: on(&self.good_unguarded, UNSOLD, true)?,
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

fn listening(came: &[Came]) {
    let of = came.len();
    let alarmed = came.iter().filter(|c| alarm(&c.undisturbed, Side::Listening).is_some()).count();
    let early = came.iter().filter(|c| alarm(&c.wrong[..CALM as usize], Side::Listening).is_some());
    println!("\nListening, {SONGS} songs undisturbed");
    println!("  alarmed                                  {:.4}", share(alarmed, of));
    println!("  alarmed within the first {CALM}              {:.4}", share(early.count(), of));
    // Who was alarmed before is no measure of how soon it is noticed.
    let calm: Vec<&Came> = came
        .iter()
        .filter(|c| alarm(&c.wrong[..CALM as usize], Side::Listening).is_none())
        .collect();
    println!("\nInterest turned round after play {CALM}, {} not alarmed before", calm.len());
    let mut delays: Vec<usize> = calm
        .iter()
        .map(|c| alarm(after(&c.wrong), Side::Listening).unwrap_or(usize::MAX))
        .collect();
    let soon = delays.iter().filter(|d| **d <= SOON as usize).count();
    println!("  noticed within {SOON} plays                  {:.4}", share(soon, calm.len()));
    for (low, high) in [(0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 1.01)] {
        let group = || calm.iter().filter(|c| (low..high).contains(&c.usual));
        let soon = group().filter(|c| {
            alarm(after(&c.wrong), Side::Listening).is_some_and(|at| at <= SOON as usize)
        });
        let (soon, all) = (soon.count(), group().count());
        println!(
            "    who usually completes {low:.1} to {high:.1}     {:.3} of {all}",
            share(soon, all)
        );
    }
    delays.sort_unstable();
    let at = |part: f64| delays.get((part * delays.len() as f64) as usize).copied();
    println!(
        "  plays until then, quartiles              {:?} {:?} {:?}",
        at(0.25),
        at(0.5),
        at(0.75)
    );
    let plays = |of: fn(&Came) -> &Vec<Played>| came.iter().map(of);
    let calm = plays(|c| &c.wrong).flat_map(|p| &p[..CALM as usize]);
    println!("  completion before                        {:.3}", completion(calm));
    println!("  completion by plays since, with the guardrail, without, undisturbed:");
    for from in (0..WRONG as usize).step_by(5) {
        let part = |plays: &'static str| {
            let all = came.iter().flat_map(move |c| {
                let of = match plays {
                    "with" => &c.wrong,
                    "without" => &c.wrong_unguarded,
                    _ => &c.undisturbed,
                };
                after(of).iter().skip(from).take(5)
            });
            completion(all)
        };
        let (first, last) = (from + 1, from + 5);
        let row = [part("with"), part("without"), part("undisturbed")];
        println!("    {first:2} to {last:2}   {:.3} {:.3} {:.3}", row[0], row[1], row[2]);
    }
    let all = || came.iter().flat_map(|c| after(&c.wrong));
    let at = |level: u32| all().filter(move |p| p.level == level).count();
    println!("  plays at level 0, 1, 2                   {} {} {}", at(0), at(1), at(2));
    let plain = completion(all().filter(|p| p.plain));
    println!("  completion while scored by interest alone  {plain:.3}");
}

fn selling(came: &[Came]) {
    let of = came.len();
    let helped = came.iter().filter(|c| alarm(&c.undisturbed, Side::Selling).is_some()).count();
    println!("\nSelling, {SONGS} songs undisturbed");
    println!("  alarmed                                  {:.4}", share(helped, of));
    let offers = |plays: &[Played]| plays.iter().filter(|p| p.offer).count();
    let all: usize = came.iter().map(|c| offers(&c.undisturbed)).sum();
    println!("  offers in such a session                 {:.2}", share(all, of));
    println!("\nOffers left on the way after play {CALM}, for {UNSOLD} plays");
    let enough = || came.iter().filter(|c| offers(after(&c.unsold)) >= SOON as usize);
    let by = |c: &&Came| {
        let plays = after(&c.unsold);
        let at = alarm(plays, Side::Selling).unwrap_or(usize::MAX).min(plays.len());
        alarm(plays, Side::Selling).map(|_| offers(&plays[..at]))
    };
    let soon = enough().filter(|c| by(c).is_some_and(|offers| offers <= SOON as usize)).count();
    let (all, ever) = (enough().count(), came.iter().filter(|c| by(c).is_some()).count());
    println!("  had {SOON} offers or more                    {:.3}", share(all, of));
    println!("  of them noticed within {SOON} offers         {:.4}", share(soon, all));
    println!("  of all noticed at all                    {:.3}", share(ever, of));
    let wrongly =
        came.iter().filter(|c| alarm(after(&c.unsold), Side::Listening).is_some()).count();
    println!("  taken for a collapse of listening        {:.3}", share(wrongly, of));
    let both = [
        came.iter().map(|c| completion(after(&c.unsold).iter())).sum::<f64>() / of as f64,
        came.iter().map(|c| completion(after(&c.unsold_unguarded).iter())).sum::<f64>() / of as f64,
    ];
    println!("  completion with the guardrail, without   {:.3} {:.3}", both[0], both[1]);
    let many = |of_: fn(&Came) -> &Vec<Played>| {
        share(came.iter().map(|c| offers(after(of_(c)))).sum(), of)
    };
    println!(
        "  offers with the guardrail, without       {:.2} {:.2}",
        many(|c| &c.unsold),
        many(|c| &c.unsold_unguarded)
    );
    let raised = came.iter().flat_map(|c| after(&c.unsold)).filter(|p| p.helped > 0).count();
    println!(
        "  share of plays with beta raised          {:.3}",
        share(raised, of * UNSOLD as usize)
    );
}
