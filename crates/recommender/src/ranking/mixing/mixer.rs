//! Filling a queue: natural songs in order of score, promoted ones at the places a method finds.

use super::caps::Caps;
use super::places::Places;
use super::rules::{Candidate, Displaced, Mix, Placed, Rules};
use super::{exact, greedy};
use crate::policy::Method;
use melody_core::catalogue::SongId;
use melody_core::score::Score;

/// Fills a queue from candidates in order of score. It is shorter than asked where natural songs run
/// out.
pub fn mix(rules: &Rules, candidates: &[Candidate]) -> Mix {
    let mixer = Mixer::new(rules, candidates);
    let queue = mixer.arrange(rules.heard.credit);
    let more = mixer.arrange(rules.heard.credit + Score::ONE);
    let promoted = |queue: &[Arranged]| queue.iter().filter(|a| a.song.campaign.is_some()).count();
    let interest = |queue: &[Arranged]| queue.iter().map(|a| a.song.interest).sum::<Score>();
    let price = (promoted(&more) > promoted(&queue)).then(|| interest(&queue) - interest(&more));
    Mix { queue: queue.into_iter().map(Arranged::placed).collect(), price }
}

/// Why a promoted song fits no place of any queue made now, whatever its score; `None` where only
/// places and better ones keep it out.
pub(crate) fn refusal(rules: &Rules, candidate: &Candidate) -> Option<String> {
    Caps::new(rules).refusal(candidate)
}

/// Why a promoted song fits no place of this queue though it would alone, as better ones take the room that caps leave;
/// and the best of those.
pub(crate) fn crowded_out(
    rules: &Rules,
    candidates: &[Candidate],
    song: SongId,
) -> Option<(String, SongId)> {
    Caps::new(rules).in_turn(candidates, song)
}

/// A song at a place, and the natural one that would have stood there.
struct Arranged {
    song: Candidate,
    instead: Option<Candidate>,
}

impl Arranged {
    fn placed(self) -> Placed {
        let promoted = self.song.campaign.is_some();
        let displaced = self.instead.filter(|_| promoted).map(|natural| Displaced {
            song: natural.song,
            interest: natural.interest - self.song.interest,
        });
        Placed { song: self.song.song, promoted, displaced }
    }
}

struct Mixer<'a> {
    rules: &'a Rules<'a>,
    natural: Vec<Candidate>,
    /// Those that the caps let in, the best first.
    promoted: Vec<Candidate>,
}

impl<'a> Mixer<'a> {
    fn new(rules: &'a Rules<'a>, candidates: &[Candidate]) -> Self {
        let natural = candidates.iter().filter(|c| c.campaign.is_none());
        Mixer {
            rules,
            natural: natural.copied().take(rules.mixing.queue).collect(),
            promoted: Caps::new(rules).take(candidates),
        }
    }

    fn arrange(&self, credit: Score) -> Vec<Arranged> {
        let mixing = self.rules.mixing;
        let places = Places::new(self.rules, credit);
        let ends = places.begins + mixing.queue as i64;
        let greedy = greedy::places(&places, self.promoted.len(), ends);
        let queue = self.fill(&places, &greedy);
        if mixing.method == Method::Greedy {
            return queue;
        }
        // As long and with as many promoted songs as the greedy one, which is as many as rules allow.
        let count = queue.iter().filter(|a| a.song.campaign.is_some()).count();
        let scores = |songs: &[Candidate]| songs.iter().map(|c| c.score).collect::<Vec<_>>();
        let songs = exact::Songs {
            natural: &scores(&self.natural),
            promoted: &scores(&self.promoted),
            length: queue.len(),
        };
        let best = exact::places(&places, &songs, &greedy[..count], mixing.patience);
        self.fill(&places, &best)
    }

    /// The queue with promoted songs at these places, until natural ones run out.
    fn fill(&self, places: &Places, promoted_at: &[i64]) -> Vec<Arranged> {
        let mut queue = Vec::with_capacity(self.rules.mixing.queue);
        let (mut natural, mut promoted) = (self.natural.iter(), self.promoted.iter());
        let mut at = promoted_at.iter().peekable();
        for place in (places.begins..).take(self.rules.mixing.queue) {
            let due = at.next_if_eq(&&place).and_then(|_| promoted.next());
            let instead = natural.as_slice().first().copied();
            let Some(song) = due.or_else(|| natural.next()) else { break };
            queue.push(Arranged { song: *song, instead });
        }
        queue
    }
}
