//! Which shards must be handed out anew.
//!
//! The queue hands a shard to another worker when one falls silent, but not for ever, and what it has forgotten or will hand out
//! no more it does not tell. So whoever waits for results goes by those, by what lies in the queue, and by signs of life:
//!
//! - A shard without result that does not lie in the queue is lost: somebody acknowledged it, or the queue forgot it.
//! - One that lies there, was handed out, and of which nothing has been heard for a lease since, is stranded, where the queue
//!   has nothing left to hand out and waits for nobody.
//! - So it is after three leases, whatever the queue says of itself: by then it would have been handed out again.
//!
//! That a shard was handed out is told by its place: the queue says how far it is. Of shards that an earlier run has put there
//! no place is known; those were handed out once there is nothing left that was not.

use std::collections::BTreeSet;
use std::time::Duration;

/// What has been heard of each shard.
#[derive(Debug)]
pub(super) struct Handing {
    lease: Duration,
    shards: Vec<Standing>,
}

/// What has been heard of one. Times count from when the job was begun.
#[derive(Clone, Debug, Default)]
struct Standing {
    /// Its place in the queue, where that is known.
    sequence: Option<u64>,
    /// When it was first seen that it had been handed out.
    out: Option<Duration>,
    /// When it was last handed out or heard of.
    sign: Duration,
    begun: u32,
    refused: u32,
}

/// What the queue says.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    /// Shards of the job that lie in it, done or not.
    pub lying: BTreeSet<u64>,
    /// The furthest place that was ever handed out.
    pub delivered: u64,
    /// Shards of any job that it has not yet handed out.
    pub pending: u64,
    /// Shards of any job that it waits for.
    pub awaited: u64,
}

/// How a shard got lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// It is neither done nor in the queue.
    Gone,
    /// It lies in the queue and is handed out no more.
    Stranded,
}

/// Leases after which a shard that nothing is heard of is stranded, whatever the queue says.
const LEASES: u32 = 3;
/// A shard that was begun so often without coming to anything ends workers.
const BEGUN: u32 = 20;
/// A shard that was refused so often is refused by all.
const REFUSED: u32 = 6;

impl Handing {
    pub(super) fn new(shards: u64, lease: Duration) -> Self {
        Handing { lease, shards: vec![Standing::default(); shards as usize] }
    }

    /// A shard was put into the queue.
    pub(super) fn handed(&mut self, shard: u64, sequence: u64, now: Duration) {
        if let Some(standing) = self.shards.get_mut(shard as usize) {
            standing.sequence = Some(sequence);
            standing.out = None;
            standing.sign = now;
        }
    }

    /// A worker is at it.
    pub(super) fn sign(&mut self, shard: u64, now: Duration) {
        if let Some(standing) = self.shards.get_mut(shard as usize) {
            standing.sign = now;
        }
    }

    /// A worker has begun it.
    pub(super) fn begun(&mut self, shard: u64, now: Duration) {
        self.sign(shard, now);
        if let Some(standing) = self.shards.get_mut(shard as usize) {
            standing.begun += 1;
        }
    }

    /// A worker cannot do it.
    pub(super) fn refused(&mut self, shard: u64, now: Duration) {
        self.sign(shard, now);
        if let Some(standing) = self.shards.get_mut(shard as usize) {
            standing.refused += 1;
        }
    }

    /// Whether all seem to refuse it.
    pub(super) fn refused_by_all(&self, shard: u64) -> bool {
        self.shards.get(shard as usize).is_some_and(|standing| standing.refused >= REFUSED)
    }

    /// Whether it seems to end whoever begins it.
    pub(super) fn ends_workers(&self, shard: u64) -> bool {
        self.shards.get(shard as usize).is_some_and(|standing| standing.begun >= BEGUN)
    }

    /// Of the shards that have no result, those to be handed out anew. What the queue said must be older than what is known of
    /// results: a worker publishes before it acknowledges.
    pub(super) fn lost(
        &mut self,
        missing: impl Iterator<Item = u64>,
        queue: &Queue,
        now: Duration,
    ) -> Vec<(u64, Lost)> {
        let idle = queue.pending == 0 && queue.awaited == 0;
        let patience = if idle { self.lease } else { self.lease * LEASES };
        let lost = |shard: u64| {
            let standing = self.shards.get_mut(shard as usize)?;
            if !queue.lying.contains(&shard) {
                return Some((shard, Lost::Gone));
            }
            let handed_out = match standing.sequence {
                Some(sequence) => sequence <= queue.delivered,
                None => queue.pending == 0,
            };
            if !handed_out {
                return None;
            }
            let since = (*standing.out.get_or_insert(now)).max(standing.sign);
            (now.saturating_sub(since) >= patience).then_some((shard, Lost::Stranded))
        };
        missing.filter_map(lost).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(30);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn handing() -> Handing {
        let mut handing = Handing::new(3, LEASE);
        (0..3).for_each(|shard| handing.handed(shard, 10 + shard, at(0)));
        handing
    }

    /// A queue in which these lie, that is so far, with so many left to hand out and so many awaited.
    fn queue(lying: &[u64], delivered: u64, [pending, awaited]: [u64; 2]) -> Queue {
        Queue { lying: lying.iter().copied().collect(), delivered, pending, awaited }
    }

    #[test]
    fn a_shard_that_waits_its_turn_is_left_where_it_is() {
        let mut handing = handing();
        let queue = queue(&[0, 1, 2], 9, [3, 1]);
        assert_eq!(handing.lost(0..3, &queue, at(100_000)), []);
        assert_eq!(handing.lost(0..3, &queue, at(200_000)), []);
    }

    #[test]
    fn a_shard_that_is_nowhere_is_handed_out_at_once() {
        let mut handing = handing();
        let queue = queue(&[0], 12, [0, 1]);
        assert_eq!(handing.lost([0, 2].into_iter(), &queue, at(1)), [(2, Lost::Gone)]);
    }

    #[test]
    fn a_shard_that_lies_there_for_good_is_handed_out_anew() {
        let mut handing = handing();
        let idle = queue(&[0, 1, 2], 12, [0, 0]);
        let stranded = |shard| (shard, Lost::Stranded);
        // However long it waited for its turn: time counts from when it is seen to be out, or heard of.
        assert_eq!(handing.lost(0..3, &idle, at(1_000)), []);
        handing.sign(1, at(1_020));
        assert_eq!(handing.lost(0..3, &idle, at(1_029)), []);
        assert_eq!(handing.lost(0..3, &idle, at(1_030)), [stranded(0), stranded(2)]);
        // Others are on their way: it may be waiting to be handed out again.
        let busy = queue(&[0, 1, 2], 11, [1, 1]);
        assert_eq!(handing.lost(0..3, &busy, at(1_089)), []);
        assert_eq!(handing.lost(0..3, &busy, at(1_090)), [stranded(0)]);
        assert_eq!(handing.lost(0..3, &busy, at(1_110)), [stranded(0), stranded(1)]);
        // Once it has been, its time begins again, and so does its place.
        handing.handed(0, 13, at(1_110));
        assert_eq!(handing.lost(0..1, &busy, at(3_000)), []);
        let idle = queue(&[0], 13, [0, 0]);
        assert_eq!(handing.lost(0..1, &idle, at(3_001)), []);
        assert_eq!(handing.lost(0..1, &idle, at(3_031)), [stranded(0)]);
    }

    #[test]
    fn a_shard_of_an_earlier_run_waits_its_turn_too() {
        let mut handing = Handing::new(1, LEASE);
        let lost = |handing: &mut Handing, left, time| {
            handing.lost(0..1, &queue(&[0], 50, left), at(time))
        };
        assert_eq!(lost(&mut handing, [4, 0], 1_000), []);
        assert_eq!(lost(&mut handing, [0, 1], 1_001), []);
        assert_eq!(lost(&mut handing, [0, 1], 1_090), []);
        assert_eq!(lost(&mut handing, [0, 1], 1_091), [(0, Lost::Stranded)]);
    }

    #[test]
    fn a_shard_that_nobody_gets_done_is_known() {
        let mut handing = handing();
        for time in 0..u64::from(BEGUN) {
            assert!(!handing.ends_workers(1));
            handing.begun(1, at(time));
        }
        assert!(handing.ends_workers(1) && !handing.ends_workers(0));
        for time in 0..u64::from(REFUSED) {
            assert!(!handing.refused_by_all(2));
            handing.refused(2, at(time));
        }
        assert!(handing.refused_by_all(2) && !handing.refused_by_all(1));
        // What is said of no shard is said of nothing.
        handing.begun(9, at(0));
        assert!(!handing.ends_workers(9));
    }
}
