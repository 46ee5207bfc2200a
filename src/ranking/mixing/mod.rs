//! Mixing promoted songs in among natural ones, under rules that hold for every input.
//!
//! A promoted song is placed only where no rule forbids it, whatever the target asks. The rules look
//! back over what was just heard, so windows span requests and caps span sessions. The target decides
//! how many promoted songs there are: every song earns credit, and a promoted song costs one. Which
//! ones is decided by score and caps; where they stand, by one of two methods.

mod caps;
mod cut;
mod exact;
mod greedy;
mod heard;
mod places;

use serde::{Deserialize, Serialize};

pub use exact::discount;
pub use heard::{DAY_MS, Heard, Placement};

use crate::catalogue::{CampaignId, SongId};
use crate::policy::{self, Method};
use crate::score::Score;
use caps::Caps;
use places::Places;

/// What a queue is mixed under.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub mixing: &'a policy::Mixing,
    /// M after the guardrail: promoted songs in any window, at most.
    pub at_most: usize,
    /// The share of promoted songs to aim for.
    pub target: Score,
    pub heard: &'a Heard,
    /// Since the session began; caps per day look back from here.
    pub now_ms: i64,
}

/// A song that may be placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub song: SongId,
    pub score: Score,
    pub interest: Score,
    pub campaign: Option<CampaignId>,
}

/// The natural song a promoted one took the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Displaced {
    pub song: SongId,
    /// Its interest score minus the promoted song's: what the listener gives up.
    pub interest: Score,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    pub song: SongId,
    pub promoted: bool,
    pub displaced: Option<Displaced>,
}

/// A queue, and what more promotion would cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mix {
    pub queue: Vec<Placed>,
    /// The shadow price of the promotion ratio: interest that the queue would lose, in all, with one
    /// more promoted song. `None` where rules and candidates allow no more, or no promotion is due.
    pub price: Option<Score>,
}

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
pub fn refusal(rules: &Rules, candidate: &Candidate) -> Option<String> {
    Caps::new(rules).refusal(candidate)
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
