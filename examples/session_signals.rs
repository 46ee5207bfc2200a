//! What a session's signals tell of a song that the model does not know already.
//!
//! Simulated listeners are served by the default policy without streaks and weariness. As each song begins, the model
//! foretells whether it will be heard to its end, and beside it stand the signals that the policy could move it by: the
//! genre's streak, songs of the genre heard lately, the claim of a search. A logistic regression with the model's logit as its offset
//! tells what each adds, from the outcomes, as any service could, and from the simulator's probabilities, which are
//! the same with less noise. The policy's weights come of it: a logit is so many points of the interest score.
//!
//! ```text
//! cargo run --release --example session_signals -- [LISTENERS] [SEED]
//! ```

use std::error::Error;
use std::path::Path;

use melody::engine::{Refusal, State};
use melody::evaluation::{Told, added};
use melody::experiment::{Cohort, in_parallel};
use melody::model::Backend;
use melody::opening::{Library, Opening};
use melody::policy::Policy;
use melody::rng::hash64;
use melody::simulation::{Until, listen};

const SONGS: u32 = 40;

/// What may tell something, and the unit it is told per.
const SIGNALS: [(&str, &str); 9] = [
    ("constant", ""),
    ("place", "logarithm of plays so far"),
    ("logit", "logit foretold"),
    ("genre streak", "play more than foretold"),
    ("other streaks", "the same, of all genres"),
    ("weariness", "song of the genre heard in the last hours"),
    ("heard", "song of any genre in the session"),
    ("search", "full claim"),
    ("search's family", "of the family searched for (1), of another (-1)"),
];

/// A play, with what was foretold and the signals as it began.
struct Play {
    predicted: f64,
    signals: Vec<f64>,
    completed: bool,
    truth: f64,
    /// Interest of the song as it is, and as it would be if it were completed by a logit more.
    slope: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let listeners: u64 = arguments.next().map_or(Ok(1_000), |n| n.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(78), |n| n.parse())?;
    let library = Library::load(&Opening::default(), Path::new(""), Backend::default())?;
    let mut settings = library.policy.settings.clone();
    settings.adjustments.genre_streak = 0.0;
    settings.adjustments.weariness = 0.0;
    settings.near_line.steps = 0;
    let library = library.with_values(Policy { settings, ..(*library.policy).clone() });
    let cohort = Cohort { seed, listeners, sessions: 1, songs: SONGS };
    let one = |index: u64| session(&library, &cohort, index);
    let all: Result<Vec<Vec<Play>>, Refusal> =
        in_parallel(listeners, &one, &|| ()).into_iter().collect();
    let all = all?;
    let told = |outcome: &dyn Fn(&Play) -> f64| -> Vec<Told> {
        let plays =
            all.iter().enumerate().flat_map(|(group, of)| of.iter().map(move |p| (group, p)));
        plays
            .map(|(group, play)| Told {
                group,
                predicted: play.predicted,
                outcome: outcome(play),
                signals: play.signals.clone(),
            })
            .collect()
    };
    let outcomes = told(&|play| f64::from(u8::from(play.completed)));
    let (came, truth) = (added(&outcomes), added(&told(&|play| play.truth)));
    let (Some(came), Some(truth)) = (came, truth) else {
        return Err("too few plays to tell the signals apart".into());
    };
    let plays: Vec<&Play> = all.iter().flatten().collect();
    let mean =
        |of: &dyn Fn(&Play) -> f64| plays.iter().map(|p| of(p)).sum::<f64>() / plays.len() as f64;
    let slope = mean(&|play| play.slope);
    println!(
        "{} plays of {listeners} simulated listeners, foretold {:.3}, completed {:.3}; a logit is {slope:.3} points of interest",
        plays.len(),
        mean(&|play| play.predicted),
        mean(&|play| f64::from(u8::from(play.completed))),
    );
    println!("{:<16} {:>18} {:>18} {:>8}   per", "logits", "by outcomes", "by the truth", "points");
    for (((name, per), came), truth) in SIGNALS.iter().zip(&came).zip(&truth) {
        let said = |e: &melody::evaluation::Effect| format!("{:+.3} ± {:.3}", e.by, 1.96 * e.error);
        let points = truth.by * slope;
        println!("{name:<16} {:>18} {:>18} {points:>+8.4}   {per}", said(came), said(truth));
    }
    Ok(())
}

fn session(library: &Library, cohort: &Cohort, index: u64) -> Result<Vec<Play>, Refusal> {
    let world = library.world();
    let profile = cohort.profile(world.nature(), index);
    let seed = hash64(&format!("{}/{index}", cohort.seed));
    let mut engine = library.engine(&profile, None, seed);
    engine.setup.unseen = true;
    let until = Until { songs: cohort.songs, leaving: false };
    let mut plays: Vec<Option<Play>> = Vec::new();
    let mut begun = begins(library, &engine.start().0, 0);
    let sitting = listen(&engine, &profile, world, seed, until, &mut |state, trace| {
        if let Some(ended) = &trace.ended {
            let completed = ended.completed;
            plays.push(begun.take().map(|play| Play { completed, ..play }));
            begun = begins(library, state, plays.len());
        }
    })?;
    let felt = sitting.felt.iter().map(|felt| felt.response.completion);
    let with = |(play, truth): (Option<Play>, f64)| Some(Play { truth, ..play? });
    Ok(plays.into_iter().zip(felt).filter_map(with).collect())
}

/// What is known as a song begins that came up by itself.
fn begins(library: &Library, state: &State, before: usize) -> Option<Play> {
    let playing = &state.playing;
    if playing.opened || playing.replayed || playing.served.is_none() {
        return None;
    }
    let heads = playing.heads?;
    let settings = &library.policy.settings;
    let (catalogue, tuning, at) = (&library.catalogue, &settings.session, state.at_ms);
    let song = catalogue.song(playing.song);
    let level = |genre| state.streaks.genre(genre).level(tuning, at);
    let searched = state.searches.iter().next_back().map_or(0.0, |search| {
        let same = catalogue.family(catalogue.song(search.song())) == catalogue.family(song);
        search.freshness(tuning, at) * if same { 1.0 } else { -1.0 }
    });
    let now = at as i64;
    let predicted = heads.completion.value();
    let logit = (predicted.clamp(1e-6, 1.0 - 1e-6) / (1.0 - predicted).max(1e-6)).ln();
    let moved = |by: f64| 1.0 / (1.0 + (-logit - by).exp());
    // Hearing to the end, how much is heard and not skipping move together.
    let blend = settings.interest;
    let weight = blend.completion + blend.play_ratio + blend.no_skip;
    Some(Play {
        predicted,
        signals: vec![
            1.0,
            (before as f64).ln_1p(),
            logit,
            level(song.genre),
            state.streaks.genres().map(|(genre, _)| level(genre)).sum(),
            state.history.genre_lately(song.genre).at(now)[0].into(),
            f64::from(state.session.plays),
            state.searches.claim(catalogue, tuning, at, playing.song),
            searched,
        ],
        completed: false,
        truth: 0.0,
        slope: weight * (moved(0.5) - moved(-0.5)),
    })
}
