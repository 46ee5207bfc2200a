//! The network as a method, trained as long as was good on the last day before the cut.

use burn::tensor::Device;

use super::super::list::Fill;
use super::super::methods::{ASKED, Method, counts, ndcg};
use super::super::past::Past;
use super::learn::Learning;
use super::plays::Plays;
use super::step::Lesson;

/// Rounds of training at most.
const ROUNDS: usize = 20;
/// Rounds without a better list after which no more are tried.
const PATIENCE: usize = 3;
/// Where there is nobody to choose by.
const USUAL: usize = 10;

/// That a network of sequences is to be among the methods, and how it is trained.
#[derive(Clone, Copy)]
pub struct Sequence<'a> {
    /// Of its first weights and of what each step learns from.
    pub seed: u64,
    /// Where it is computed.
    pub device: &'a Device,
    /// Told after every step how many are done, and how many there will be at most.
    pub progress: &'a dyn Fn(u64, u64),
}

/// The network as a method, that has learned of `past`; how many rounds of training are good is found out on `earlier`.
pub(in crate::global_time) fn by_sequence<'a>(
    past: &Past<'a>,
    earlier: &Past<'a>,
    sequence: Sequence,
) -> Option<Method<'a>> {
    let Sequence { seed, device, progress } = sequence;
    let (before, now) = (Plays::of(earlier), Plays::of(past));
    let lesson = |plays| Lesson { plays, seed, device };
    let mut learning = Learning::begin(lesson(&now))?;
    let asked = earlier.asked(ASKED);
    let tried = Learning::begin(lesson(&before)).filter(|_| !asked.is_empty());
    let mut done = 0;
    let rounds = match tried {
        None => USUAL,
        Some(tried) => {
            let at_most = ROUNDS * (tried.steps_of_round() + learning.steps_of_round());
            best(tried, earlier, &asked, &mut || {
                done += 1;
                progress(done, at_most as u64);
            })
        }
    };
    let at_most = done + (rounds * learning.steps_of_round()) as u64;
    for _ in 0..rounds {
        learning.round(&mut || {
            done += 1;
            progress(done, at_most);
        });
    }
    let steps = Some(learning.steps());
    Some(Method { steps, ..method(&learning, past, &past.asked(usize::MAX)) })
}

/// After how many rounds lists are best.
fn best(mut tried: Learning, earlier: &Past, asked: &[u32], done: &mut dyn FnMut()) -> usize {
    let (mut best, mut most) = (1, f64::NEG_INFINITY);
    for round in 1..=ROUNDS {
        tried.round(done);
        let now = ndcg(earlier, &method(&tried, earlier, asked), asked);
        if now > most {
            (best, most) = (round, now);
        } else if round >= best + PATIENCE {
            break;
        }
    }
    best
}

fn method<'m>(learning: &Learning, past: &Past, asked: &[u32]) -> Method<'m> {
    let foretells = learning.foretells(asked);
    let score = move |listener| foretells.scores(listener);
    let fill = Fill::by(counts(past));
    Method { name: "SASRec-like", hours: None, steps: None, fill, score: Box::new(score) }
}

#[cfg(test)]
mod tests {
    use super::*;

    use super::super::super::heard::{Heard, Way};

    const DAY: i64 = 86_400;
    const SONGS: u32 = 30;

    /// Listeners who go through a cycle of songs, each from another place on; every song is as popular.
    fn cycles() -> Vec<Heard> {
        let of = |listener: u32| {
            let plays = 40 + listener % 7;
            (0..plays).map(move |play| Heard {
                listener,
                at: i64::from(play) * 300 + i64::from(listener),
                // The next of a song is eleven further.
                song: (listener + 11 * play) % SONGS,
                way: Way::Untold,
            })
        };
        (0..60).flat_map(of).collect()
    }

    /// Of a listener the song that is shown first, the one that comes next, and what all are scored.
    type Shown = (u32, u32, Vec<(u32, f32)>);

    fn shown(threads: usize) -> Vec<Shown> {
        let plays = cycles();
        let sizes = [SONGS as usize, 60];
        let past = Past::new(&plays, sizes, 2 * DAY..3 * DAY);
        let now = Plays::of(&past);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let device = melody_model::device(melody_model::Backend::Flex);
            let mut learning =
                Learning::begin(Lesson { plays: &now, seed: 7, device: &device }).unwrap();
            for _ in 0..3 {
                learning.round(&mut || ());
            }
            let asked: Vec<u32> = (0..60).collect();
            let method = method(&learning, &past, &asked);
            let next = |listener: u32| (listener + 11 * (40 + listener % 7)) % SONGS;
            let of = |&listener: &u32| {
                (method.list(listener).songs[0], next(listener), (method.score)(listener))
            };
            asked.iter().map(of).collect()
        })
    }

    #[test]
    fn it_learns_an_order_that_popularity_cannot_know_and_threads_change_nothing() {
        let lists = shown(1);
        let first = lists.iter().filter(|(first, next, _)| first == next).count();
        assert!(first >= 55, "{first} of 60 are shown first what comes next");
        assert!(lists == shown(2), "two threads give other scores");
    }
}
