//! Results as they come, put into order.
//!
//! They come in any order, some of them twice: a worker that was thought lost has gone on, or the queue has handed a shard out
//! again. Each is known by the shard's number; a second one must say that the same bytes came of it. Where two differ, nothing
//! can be reported: one of two machines does not compute what the other does.

use std::collections::BTreeMap;

use super::record::Head;

/// The results of a job.
#[derive(Debug)]
pub(super) struct Gathering {
    shards: Vec<Option<Head>>,
    found: u64,
    /// The next one to be given out.
    due: usize,
    /// Bodies that came before it was their turn, as far as there is room.
    held: BTreeMap<usize, Vec<u8>>,
    room: usize,
}

/// Two results of one shard.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "SHARD {shard} HAS TWO RESULTS THAT DIFFER: {} by worker {}, {} by worker {}. The machines do not compute the same bits, \
     so nothing is reported. Run it without `--on`, or with `--afresh` on workers that are alike",
    .one.sha256, .one.worker, .other.sha256, .other.worker
)]
pub(super) struct Differ {
    pub shard: u64,
    pub one: Box<Head>,
    pub other: Box<Head>,
}

/// What a result was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The first of its shard.
    First,
    /// One that was there already, and the same.
    Double,
    /// Of no shard of the job.
    Stray,
}

impl Gathering {
    /// Nothing yet of so many shards; `room` is for bodies that wait for their turn, in bytes.
    pub(super) fn new(shards: u64, room: usize) -> Self {
        let none = |_| None;
        Gathering {
            shards: (0..shards).map(none).collect(),
            found: 0,
            due: 0,
            held: BTreeMap::new(),
            room,
        }
    }

    /// Takes a result in.
    ///
    /// # Errors
    /// When another of the same shard says otherwise.
    pub(super) fn take(&mut self, head: Head, body: Option<&[u8]>) -> Result<Found, Differ> {
        let place = head.shard as usize;
        let Some(known) = self.shards.get_mut(place) else { return Ok(Found::Stray) };
        if let Some(known) = known {
            if known.agrees(&head) {
                return Ok(Found::Double);
            }
            let (one, other) = (Box::new(known.clone()), Box::new(head));
            return Err(Differ { shard: one.shard, one, other });
        }
        if let Some(body) = body.filter(|body| body.len() <= self.room) {
            self.room -= body.len();
            self.held.insert(place, body.to_vec());
        }
        *known = Some(head);
        self.found += 1;
        Ok(Found::First)
    }

    /// The next result in the order of shards, once it is there: with its body where that could be held. Each is given once.
    pub(super) fn next(&mut self) -> Option<(Head, Option<Vec<u8>>)> {
        let head = self.shards.get(self.due)?.clone()?;
        let body = self.held.remove(&self.due);
        self.room += body.as_ref().map_or(0, Vec::len);
        self.due += 1;
        Some((head, body))
    }

    /// Whether a shard has a result.
    pub(super) fn has(&self, shard: u64) -> bool {
        self.shards.get(shard as usize).is_some_and(Option::is_some)
    }

    /// Shards without one.
    pub(super) fn missing(&self) -> impl Iterator<Item = u64> {
        (0..self.shards.len() as u64).filter(|shard| !self.has(*shard))
    }

    /// Shards with one.
    pub(super) fn found(&self) -> u64 {
        self.found
    }

    /// Whether all have been given out.
    pub(super) fn over(&self) -> bool {
        self.due == self.shards.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Kind;
    use super::super::record::tests::head;
    use super::*;

    fn body(shard: u64) -> Vec<u8> {
        format!("outcomes of shard {shard}").into_bytes()
    }

    fn take(gathering: &mut Gathering, shard: u64) -> Result<Found, Differ> {
        gathering.take(head("job", shard, &body(shard)), Some(&body(shard)))
    }

    #[test]
    fn results_are_given_in_order_however_they_came() {
        let mut gathering = Gathering::new(4, 1_000);
        let mut given = Vec::new();
        for shard in [2, 0, 3, 1] {
            assert_eq!(take(&mut gathering, shard), Ok(Found::First));
            while let Some((head, body)) = gathering.next() {
                given.push((head.shard, body.unwrap()));
            }
        }
        assert_eq!(given, (0..4).map(|shard| (shard, body(shard))).collect::<Vec<_>>());
        assert!(gathering.over() && gathering.missing().next().is_none());
    }

    #[test]
    fn a_second_result_counts_nothing_and_must_be_the_same() {
        let mut gathering = Gathering::new(2, 1_000);
        assert_eq!(take(&mut gathering, 1), Ok(Found::First));
        let mut again = head("job", 1, &body(1));
        again.worker = "another".into();
        assert_eq!(gathering.take(again, Some(&body(1))), Ok(Found::Double));
        assert_eq!((gathering.found(), gathering.missing().collect::<Vec<_>>()), (1, vec![0]));

        let other = head("job", 1, b"something else");
        let told = gathering.take(other, Some(b"something else")).unwrap_err();
        assert_eq!(told.shard, 1);
        assert!(told.to_string().contains("SHARD 1 HAS TWO RESULTS THAT DIFFER"), "{told}");
        let refusal = Head { kind: Kind::Refusal, ..head("job", 1, &body(1)) };
        assert!(gathering.take(refusal, None).is_err());
        // Also when it has been given out.
        assert_eq!(take(&mut gathering, 0), Ok(Found::First));
        while gathering.next().is_some() {}
        assert_eq!(take(&mut gathering, 1), Ok(Found::Double));
        assert!(gathering.take(head("job", 0, b"x"), Some(b"x")).is_err());
    }

    #[test]
    fn what_there_is_no_room_for_is_to_be_fetched_again() {
        let mut gathering = Gathering::new(3, body(1).len());
        for shard in [2, 1, 0] {
            take(&mut gathering, shard).unwrap();
        }
        let given: Vec<Option<Vec<u8>>> =
            std::iter::from_fn(|| gathering.next()).map(|(_, body)| body).collect();
        assert_eq!(given, [None, None, Some(body(2))]);
        // The room is there again.
        assert_eq!(gathering.room, body(1).len());
    }

    #[test]
    fn a_shard_that_the_job_does_not_have_is_no_result() {
        let mut gathering = Gathering::new(1, 0);
        assert_eq!(take(&mut gathering, 1), Ok(Found::Stray));
        assert_eq!(gathering.found(), 0);
    }
}
