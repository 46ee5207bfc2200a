//! Which promoted songs may stand in a queue: frequency caps per song, campaign and day, and pacing.
//!
//! Every cap counts what was heard when the queue is made, so the songs that fit are those of a
//! partition matroid: taking the best that still fits, one after the other, gives for any number of
//! songs the best that many, whatever places they get.

use std::collections::BTreeMap;

use super::rules::{Candidate, Rules};
use melody_core::catalogue::{CampaignId, SongId};
use melody_core::score::Score;

/// What the caps leave at one moment.
pub(super) struct Caps<'a> {
    rules: &'a Rules<'a>,
    /// Taken for this queue.
    songs: usize,
    campaigns: BTreeMap<CampaignId, usize>,
}

impl<'a> Caps<'a> {
    pub(super) fn new(rules: &'a Rules<'a>) -> Self {
        Caps { rules, songs: 0, campaigns: BTreeMap::new() }
    }

    /// The promoted songs that may be placed, the best first.
    pub(super) fn take(mut self, candidates: &[Candidate]) -> Vec<Candidate> {
        let mut fit = Vec::new();
        for candidate in candidates {
            let Some(campaign) = candidate.campaign else { continue };
            if self.refusal(candidate).is_none() {
                self.songs += 1;
                *self.campaigns.entry(campaign).or_default() += 1;
                fit.push(*candidate);
            }
        }
        fit
    }

    /// The rule that keeps a promoted song out once those before it among the candidates, the best first, are taken; in
    /// words, with the best of them that counts for it.
    pub(super) fn in_turn(
        mut self,
        candidates: &[Candidate],
        song: SongId,
    ) -> Option<(String, SongId)> {
        let turn = candidates.iter().position(|candidate| candidate.song == song)?;
        let (before, own) = (&candidates[..turn], &candidates[turn]);
        let alone = self.refusal(own).is_some();
        let mut taken: Vec<&Candidate> = Vec::new();
        for candidate in before {
            let Some(campaign) = candidate.campaign else { continue };
            if self.refusal(candidate).is_none() {
                self.songs += 1;
                *self.campaigns.entry(campaign).or_default() += 1;
                taken.push(candidate);
            }
        }
        let why = self.refusal(own).filter(|_| !alone)?;
        let alike = taken.iter().find(|other| other.campaign == own.campaign);
        Some((why, alike.or(taken.first())?.song))
    }

    /// The rule that keeps a promoted song out, in words.
    pub(super) fn refusal(&self, candidate: &Candidate) -> Option<String> {
        let m = self.rules.mixing;
        let heard = self.rules.heard;
        let campaign = candidate.campaign?;
        let least = Score::new(m.least_interest);
        if candidate.interest < least {
            return Some(format!("promoted songs need an interest of {least:.3}"));
        }
        let taken = self.campaigns.get(&campaign).copied().unwrap_or(0);
        let day = || heard.of_day(self.rules.now_ms);
        let of_song = heard.of_session().filter(|p| p.song == candidate.song).count();
        let of_song_today = day().filter(|p| p.song == candidate.song).count();
        let of_campaign = heard.of_session().filter(|p| p.campaign == campaign).count() + taken;
        let of_campaign_today = day().filter(|p| p.campaign == campaign).count() + taken;
        let today = day().count() + self.songs;
        let over = |count: usize, most: u32, what: &str| {
            (count >= most as usize).then(|| format!("{what}: {count} of {most}"))
        };
        over(of_song, m.per_song, "this song in this session")
            .or_else(|| over(of_campaign, m.per_campaign, "its campaign in this session"))
            .or_else(|| over(of_song_today, m.per_song_day, "this song in 24 hours"))
            .or_else(|| over(of_campaign_today, m.per_campaign_day, "its campaign in 24 hours"))
            .or_else(|| over(today, m.per_day, "promoted songs in 24 hours"))
            .or_else(|| over(of_campaign, self.paced(), "its campaign, paced, by now"))
    }

    /// Placements a campaign may have had by the next song: its share of the session's, spread
    /// evenly over the first `pace` songs.
    fn paced(&self) -> u32 {
        let m = self.rules.mixing;
        if m.pace == 0 {
            return m.per_campaign;
        }
        let songs = self.rules.heard.len() as u64 + 1;
        let share = (u64::from(m.per_campaign) * songs).div_ceil(m.pace as u64);
        share.min(m.per_campaign.into()) as u32
    }
}
