//! Mixing promoted songs in among natural ones, under rules that hold for every input.
//!
//! A promoted song is placed only where no rule forbids it, whatever the target asks. The rules look
//! back over what was just heard, so windows span requests. The target decides how often a place
//! is filled: every song earns credit, and a promoted song costs one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalogue::{CampaignId, SongId};
use crate::policy;
use crate::score::Score;

/// What has been heard in this session, as far as mixing cares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// Whether each song of the session was promoted, oldest first, with the one playing now.
    promoted: Vec<bool>,
    songs: BTreeMap<SongId, u32>,
    campaigns: BTreeMap<CampaignId, u32>,
    /// What promotion has earned and not yet spent.
    pub credit: Score,
}

/// Credit a session starts with: half a promoted song, so that the first comes in due time.
const FIRST_CREDIT: Score = Score::from_millionths(500_000);

impl Heard {
    pub fn new() -> Self {
        Heard { credit: FIRST_CREDIT, ..Heard::default() }
    }

    /// A song begins to play.
    pub fn begin(
        &mut self,
        song: SongId,
        campaign: Option<CampaignId>,
        target: Score,
        most: usize,
    ) {
        self.promoted.push(campaign.is_some());
        self.credit = earn(self.credit, target, most);
        if let Some(campaign) = campaign {
            self.credit = self.credit - Score::ONE;
            *self.songs.entry(song).or_default() += 1;
            *self.campaigns.entry(campaign).or_default() += 1;
        }
    }

    /// Songs begun in this session.
    pub fn len(&self) -> usize {
        self.promoted.len()
    }

    pub fn is_empty(&self) -> bool {
        self.promoted.is_empty()
    }

    /// Promoted share of the last `count` songs.
    pub fn realised(&self, count: usize) -> Score {
        let last = &self.promoted[self.promoted.len().saturating_sub(count)..];
        let promoted = last.iter().filter(|p| **p).count();
        Score::new(promoted as f64 / last.len().max(1) as f64)
    }
}

/// Credit after one more song; held so that a long wait does not end in a burst.
fn earn(credit: Score, target: Score, most: usize) -> Score {
    (credit + target).min(Score::new(most as f64)).max(-Score::new(most as f64))
}

/// What a queue is mixed under.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub mixing: &'a policy::Mixing,
    /// M after the guardrail: promoted songs in any window, at most.
    pub at_most: usize,
    /// The share of promoted songs to aim for.
    pub target: Score,
    pub heard: &'a Heard,
}

/// A song that may be placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub song: SongId,
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

/// A queue and why no more promoted songs are in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mix {
    pub queue: Vec<Placed>,
}

/// Fills a queue, place by place, from candidates in order of score. Where rules allow a promoted
/// song and credit asks for one, the best allowed promoted song goes in; else the best natural one.
/// The queue is shorter than asked when natural songs run out.
pub fn mix(rules: &Rules, candidates: &[Candidate]) -> Mix {
    let mut queue: Vec<Placed> = Vec::with_capacity(rules.mixing.queue);
    let (mut left, natural): (Vec<&Candidate>, Vec<&Candidate>) =
        candidates.iter().partition(|c| c.campaign.is_some());
    let mut natural = natural.into_iter().peekable();
    let mut state = rules.heard.clone();
    while queue.len() < rules.mixing.queue {
        let earned = earn(state.credit, rules.target, rules.mixing.at_most);
        let due = earned >= Score::ONE && rules.target > Score::ZERO && place_allows(rules, &state);
        let fits = |c: &&Candidate| song_allows(rules, &state, c);
        let chosen = if due { left.iter().position(fits) } else { None };
        let (song, campaign, displaced) = match chosen {
            Some(place) => {
                let candidate = left.remove(place);
                let displaced = natural
                    .peek()
                    .map(|n| Displaced { song: n.song, interest: n.interest - candidate.interest });
                (candidate.song, candidate.campaign, displaced)
            }
            None => match natural.next() {
                Some(candidate) => (candidate.song, None, None),
                None => break,
            },
        };
        state.begin(song, campaign, rules.target, rules.mixing.at_most);
        queue.push(Placed { song, promoted: campaign.is_some(), displaced });
    }
    Mix { queue }
}

/// Whether the next place may hold a promoted song at all.
fn place_allows(rules: &Rules, state: &Heard) -> bool {
    let m = rules.mixing;
    let last = |count: usize| {
        let from = state.promoted.len().saturating_sub(count);
        state.promoted[from..].iter().filter(|p| **p).count()
    };
    state.promoted.len() >= m.protected
        && last(m.spacing) == 0
        && last(m.window - 1) < rules.at_most.min(m.at_most)
}

/// Whether this promoted song may still be placed in this session.
fn song_allows(rules: &Rules, state: &Heard, candidate: &Candidate) -> bool {
    let m = rules.mixing;
    let count = |n: Option<&u32>| n.copied().unwrap_or(0);
    candidate.interest >= Score::new(m.least_interest)
        && count(state.songs.get(&candidate.song)) < m.per_song
        && candidate.campaign.is_some_and(|c| count(state.campaigns.get(&c)) < m.per_campaign)
}
