//! Which shards must be handed out anew.
//!
//! The queue hands a shard to another worker when one falls silent, but not for ever, and what it has forgotten or will hand out
//! no more it does not tell. So whoever waits for results goes by those, by what lies in the queue, and by signs of life:
//!
//! - A shard without result that does not lie in the queue is lost: somebody acknowledged it, or the queue forgot it.
//! - One that lies there, was handed out before, and of which nothing has been heard for a lease, is stranded, where the queue
//!   has nothing left to hand out and waits for nobody.
//! - So it is after three leases, whatever the queue says of itself: by then it would have been handed out again.

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
    /// Its place in the queue; 0 where that is not known.
    sequence: u64,
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
    /// It has nothing to hand out, and waits for nobody to be done.
    pub idle: bool,
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
            standing.sequence = sequence;
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
        &self,
        missing: impl Iterator<Item = u64>,
        queue: &Queue,
        now: Duration,
    ) -> Vec<(u64, Lost)> {
        let lost = |shard: u64| {
            let standing = self.shards.get(shard as usize)?;
            if !queue.lying.contains(&shard) {
                return Some((shard, Lost::Gone));
            }
            let quiet = now.saturating_sub(standing.sign);
            let patience = if queue.idle { self.lease } else { self.lease * LEASES };
            let handed_out = standing.sequence <= queue.delivered;
            (handed_out && quiet >= patience).then_some((shard, Lost::Stranded))
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

    fn queue(lying: &[u64], delivered: u64, idle: bool) -> Queue {
        Queue { lying: lying.iter().copied().collect(), delivered, idle }
    }

    #[test]
    fn a_shard_that_waits_its_turn_is_left_where_it_is() {
        let handing = handing();
        let queue = queue(&[0, 1, 2], 9, false);
        assert_eq!(handing.lost(0..3, &queue, at(100_000)), []);
    }

    #[test]
    fn a_shard_that_is_nowhere_is_handed_out_at_once() {
        let handing = handing();
        assert_eq!(
            handing.lost([0, 2].into_iter(), &queue(&[0], 12, false), at(1)),
            [(2, Lost::Gone)]
        );
    }

    #[test]
    fn a_shard_that_lies_there_for_good_is_handed_out_anew() {
        let mut handing = handing();
        let idle = queue(&[0, 1, 2], 12, true);
        assert_eq!(handing.lost(0..3, &idle, at(29)), []);
        handing.sign(1, at(20));
        let stranded = |shard| (shard, Lost::Stranded);
        assert_eq!(handing.lost(0..3, &idle, at(30)), [stranded(0), stranded(2)]);
        // Others are on their way: it may be waiting to be handed out again.
        let busy = queue(&[0, 1, 2], 11, false);
        assert_eq!(handing.lost(0..3, &busy, at(89)), []);
        assert_eq!(handing.lost(0..3, &busy, at(90)), [stranded(0)]);
        assert_eq!(handing.lost(0..3, &busy, at(110)), [stranded(0), stranded(1)]);
        // Once it has been, its time begins again, and so does its place.
        handing.handed(0, 13, at(110));
        assert_eq!(handing.lost(0..1, &busy, at(1_000)), []);
        assert_eq!(handing.lost(0..1, &queue(&[0], 13, true), at(139)), []);
        assert_eq!(handing.lost(0..1, &queue(&[0], 13, true), at(140)), [stranded(0)]);
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
