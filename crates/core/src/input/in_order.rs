//! Work on other threads, with what comes of it taken in the order in which it was given out.
//!
//! Who gives and who takes is the caller, on its own thread, so that neither a file nor an output need be shared, and whatever
//! number of threads there is, what is taken is the same in the same order. Little is under way at a time: memory does not grow with
//! the work.

use std::any::Any;
use std::collections::VecDeque;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// More threads than this have nothing to do: records are cut and taken on one.
const MOST_THREADS: usize = 8;
/// Results of one piece of work that may wait to be taken.
const WAITING: usize = 2;

/// Where work puts what comes of it, a part at a time; says whether it is still wanted.
pub(crate) type Out<'o, R> = &'o mut dyn FnMut(R) -> bool;

/// Work, and where its answers go.
type Given<J, R> = (J, SyncSender<Answer<R>>);

/// A part of what came of some work, or the panic that it ended in.
type Answer<R> = Result<R, Box<dyn Any + Send>>;

/// Does `work` for each piece that `next` gives, on as many threads as there are cores, and hands what comes of it to `take`: the first
/// piece's results in their order, then the second's.
///
/// # Errors
/// The first of `take`, or that of `next` after all that was given before it is taken.
pub(crate) fn in_order<J: Send, R: Send, E>(
    next: &mut dyn FnMut() -> Result<Option<J>, E>,
    work: &(dyn Fn(J, Out<R>) + Sync),
    take: &mut dyn FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let Some(first) = next()? else { return Ok(()) };
    let second = next();
    if !matches!(second, Ok(Some(_))) {
        // One piece alone: other threads would cost more than they save.
        let mut done = Ok(());
        work(first, &mut |result| {
            done = take(result);
            done.is_ok()
        });
        return done.and(second.map(drop));
    }
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    spread(threads, [Ok(Some(first)), second], next, work, take)
}

/// The same with so many threads; `begun` is what `next` has given already.
fn spread<J: Send, R: Send, E>(
    threads: usize,
    begun: [Result<Option<J>, E>; 2],
    next: &mut dyn FnMut() -> Result<Option<J>, E>,
    work: &(dyn Fn(J, Out<R>) + Sync),
    take: &mut dyn FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let (give, given) = channel::<Given<J, R>>();
    let given = Mutex::new(given);
    thread::scope(|scope| {
        // Dropped when this ends, however it does: that ends the threads.
        let give = give;
        for _ in 0..threads {
            scope.spawn(|| worker(&given, work));
        }
        let mut begun = begun.into_iter();
        let mut ended = None;
        let mut under_way: VecDeque<Receiver<Answer<R>>> = VecDeque::new();
        loop {
            while ended.is_none() && under_way.len() < 2 * threads + 1 {
                match begun.next().unwrap_or_else(&mut *next) {
                    Ok(Some(job)) => {
                        let (answer, answers) = sync_channel(WAITING);
                        give.send((job, answer)).expect("the other end outlives this scope");
                        under_way.push_back(answers);
                    }
                    end => ended = Some(end.map(drop)),
                }
            }
            let Some(answers) = under_way.pop_front() else { return ended.unwrap_or(Ok(())) };
            for answer in answers {
                match answer {
                    Ok(result) => take(result)?,
                    Err(panic) => resume_unwind(panic),
                }
            }
        }
    })
}

/// Works until no more is given.
fn worker<J, R>(given: &Mutex<Receiver<Given<J, R>>>, work: &(dyn Fn(J, Out<R>) + Sync)) {
    loop {
        let next = given.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((job, answer)) = next else { return };
        let mut out = |result| answer.send(Ok(result)).is_ok();
        // Whoever takes would wait forever for a thread that is gone.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(job, &mut out))) {
            let _ = answer.send(Err(panic));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::time::Duration;

    /// What is taken of 200 pieces of up to three results each, and how it ends.
    fn taken(
        threads: usize,
        fails: Option<u32>,
        refuses: Option<u32>,
    ) -> (Vec<u32>, Result<(), u32>) {
        let mut given = 0;
        let mut all = Vec::new();
        let mut next = || {
            given += 1;
            match given {
                piece if Some(piece) == fails => Err(piece),
                piece => Ok((piece <= 200).then_some(piece)),
            }
        };
        let work = |piece: u32, out: Out<u32>| {
            // Later pieces are done sooner.
            thread::sleep(Duration::from_micros(u64::from(piece * 37 % 11) * 20));
            for part in 0..piece % 4 {
                if !out(piece * 10 + part) {
                    return;
                }
            }
        };
        let mut take = |result| {
            if Some(result) == refuses {
                return Err(result);
            }
            all.push(result);
            Ok(())
        };
        let begun = [next(), next()];
        let end = spread(threads, begun, &mut next, &work, &mut take);
        (all, end)
    }

    fn expected(pieces: u32) -> Vec<u32> {
        (1..=pieces).flat_map(|piece| (0..piece % 4).map(move |part| piece * 10 + part)).collect()
    }

    #[test]
    fn results_come_in_order_whatever_the_number_of_threads() {
        for threads in [1, 2, 5] {
            assert_eq!(taken(threads, None, None), (expected(200), Ok(())), "{threads} threads");
        }
    }

    #[test]
    fn what_was_given_before_an_error_is_taken_first() {
        for threads in [1, 3] {
            assert_eq!(taken(threads, Some(100), None), (expected(99), Err(100)));
            let (all, end) = taken(threads, Some(100), Some(501));
            assert_eq!((all.last(), end), (Some(&500), Err(501)), "the earlier error is told");
        }
    }

    #[test]
    fn one_piece_is_done_here() {
        let here = thread::current().id();
        for fails in [false, true] {
            let mut pieces = [Ok(Some(())), if fails { Err("cut") } else { Ok(None) }].into_iter();
            let mut seen = Vec::new();
            let end = in_order(
                &mut || pieces.next().unwrap_or(Ok(None)),
                &|(), out| assert!(out(thread::current().id())),
                &mut |thread| {
                    seen.push(thread);
                    Ok(())
                },
            );
            assert_eq!((&seen[..], end), (&[here][..], if fails { Err("cut") } else { Ok(()) }));
        }
    }

    #[test]
    #[should_panic(expected = "piece 7")]
    fn a_panic_is_passed_on() {
        let mut pieces = 0..20;
        let _ = in_order(
            &mut || Ok::<_, ()>(pieces.next()),
            &|piece, out| {
                assert!(piece != 7, "piece 7");
                out(piece);
            },
            &mut |_| Ok(()),
        );
    }
}
