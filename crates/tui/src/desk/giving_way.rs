//! The screen comes first: what is worked out beside it waits where there are fewer cores than threads.
//!
//! Scoring a large catalogue takes all cores, and what a view asks comes on top. A scheduler that is fair to all
//! of them lets a frame wait for a whole slice of another thread, some milliseconds; an eye sees that, and nobody
//! sees when the others are that much later.

/// How nice a thread is that works in the background, of 19 at most. On an idle core it makes no difference. Nicer ones would
/// hardly get a turn on a machine that other programs keep busy: at 10 a queue took five times as long there.
#[cfg(target_os = "linux")]
pub(super) const NICENESS: i32 = 4;

/// The thread that calls this, and those that it starts, give way to the screen's, for good.
pub(crate) fn give_way() {
    // Elsewhere niceness is the whole process's, the screen's thread included.
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
            set_thread_priority_and_policy, thread_native_id,
        };
        let own = Some(rustix::thread::gettid());
        let now = rustix::process::getpriority_process(own).unwrap_or_default();
        // A program that was begun nicer stays so: its screen is not to wait for threads less nice than it is.
        let nice = now.max(NICENESS);
        // A thread of the batch policy that is woken never takes the core from the one that wakes it, however long
        // it has slept: asked in the middle of a frame, it begins when the frame is drawn.
        let batch = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch);
        // The policy is set first. The niceness that the crate sets with it is the scheduler's usual one at most, as it has no exact
        // one; whether it may does not matter.
        let usual = USUAL.try_into().map(ThreadPriority::Crossplatform);
        let _ = usual.map(|p| set_thread_priority_and_policy(thread_native_id(), p, batch));
        let _ = rustix::process::setpriority_process(own, nice);
    }
}

/// Niceness 0 on the crate's scale of 0 to 99, 99 being the least nice.
#[cfg(target_os = "linux")]
const USUAL: u8 = 49;

/// The threads that share long work give way to the thread that draws, which is to call this once before it does.
pub fn screen_first() {
    rayon::broadcast(|_| give_way());
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadSchedulePolicy, thread_schedule_policy,
    };

    fn niceness() -> i32 {
        rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap()
    }

    #[test]
    fn the_pool_gives_way_and_the_thread_that_draws_does_not() {
        let before = niceness();
        screen_first();
        assert_eq!(niceness(), before, "only the others");
        let others = rayon::broadcast(|_| niceness());
        assert!(others.iter().all(|&nice| nice == before.max(NICENESS)), "{others:?}");
        let batch = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch);
        assert_ne!(thread_schedule_policy(), Ok(batch), "only the others");
        let others = rayon::broadcast(|_| thread_schedule_policy());
        assert!(others.iter().all(|policy| *policy == Ok(batch)), "{others:?}");
    }
}
