//! The account of a ranking: where each point of a song's score comes from, and why a song is not in
//! the queue.

use super::adjust::ADJUSTMENTS;
use super::heads::weighed_heads;
use super::learned;
use super::ledger::{Dropped, Ledger, Node, Stage};
use super::listening::Listening;
use super::mixing::{Candidate, crowded_out, refusal};
use super::pipeline::Ranking;
use super::score::candidate;
use crate::policy::GammaScores;
use melody_core::catalogue::SongId;
use melody_core::score::Score;

impl Ranking<'_> {
    /// The account of any song, shown or not.
    pub fn ledger(&self, song: SongId) -> Ledger {
        let ranked = self.ranked(song);
        let l = &self.listening;
        let (how, after, scored, mut adjustments) = match l.ranker {
            Some(ranker) => {
                let row = self.features(song);
                let learned = learned::account(ranker, &row, ranked.fused.epsilon);
                ("learned + adjustments", "stages after the ranker", learned, Vec::new())
            }
            None => {
                let (fusion, adjustments) = (self.fusion(song), self.adjustments(song));
                ("fusion + adjustments", "stages after fusion", fusion, adjustments)
            }
        };
        if ranked.spread != Score::ZERO {
            let counted = ranked.spread.millionths()
                / -Score::new(l.policy.adjustments.artist_spread).millionths().max(1);
            let artist = l.catalogue.song(song).lead_artist();
            let just_heard = self.by_artist.get(&artist).copied().unwrap_or(0).min(counted);
            let how = format!(
                "by the same artist: {} better-ranked, {just_heard} just heard",
                counted - just_heard
            );
            adjustments.push(Node::leaf("artist spread", ranked.spread, how));
        }
        adjustments.extend(ranked.alike.node(l.catalogue));
        let children = if adjustments.is_empty() {
            vec![scored]
        } else {
            vec![scored, Node::sum("adjustments", after, adjustments)]
        };
        Ledger {
            score: Node::sum("score", how, children),
            sources: ranked.sources.names(),
            dropped: self.kept_out(song),
        }
    }

    /// The account of what adjustments add, song by song.
    fn adjustments(&self, song: SongId) -> Vec<Node> {
        ADJUSTMENTS
            .iter()
            .zip(&self.ranked(song).deltas)
            .filter(|(_, delta)| **delta != Score::ZERO)
            .map(|(stage, delta)| {
                Node::leaf(stage.name(), *delta, stage.how(&self.listening, song))
            })
            .collect()
    }

    /// The account of the fused score.
    fn fusion(&self, song: SongId) -> Node {
        let ranked = self.ranked(song);
        let l = &self.listening;
        let outputs = l.scored.outputs(self.place(song));
        let weighed = |name, part: Score, weight: Score, score: Score, how: String| {
            Node::leaf(name, part, format!("{weight:.3} x {score:.3}: {how}"))
        };
        let w = l.weights;
        let interest: Vec<String> = weighed_heads(&l.policy.interest, outputs)
            .into_iter()
            .filter(|head| head.weight != 0.0)
            .map(|head| format!("{} {:.3}", head.name, head.value))
            .collect();
        let interest = interest.join(", ");
        let exposure = match l.gamma_scores {
            GammaScores::Diversity => "unlike the last plays",
            GammaScores::Promotion if l.catalogue.song(song).promoted() => {
                "engagement with a promoted song"
            }
            GammaScores::Promotion => "not promoted",
        };
        Node::sum(
            "fusion",
            "alpha interest + beta subscription + gamma exposure + epsilon",
            vec![
                weighed(
                    "interest",
                    ranked.fused.interest,
                    w.alpha.value,
                    ranked.scores.interest,
                    interest,
                ),
                weighed(
                    "subscription",
                    ranked.fused.subscription,
                    w.beta.value,
                    ranked.scores.subscription,
                    subscribing(l, outputs.subscription),
                ),
                weighed(
                    "exposure",
                    ranked.fused.exposure,
                    w.gamma.value,
                    ranked.scores.exposure,
                    exposure.into(),
                ),
                Node::leaf("epsilon", ranked.fused.epsilon, "seeded tie-breaker"),
            ],
        )
    }

    /// Why a song is not in the queue; `None` if it is.
    pub fn dropped(&self, song: SongId) -> Option<Dropped> {
        if self.queue.iter().any(|q| q.song == song) {
            return None;
        }
        let ranked = self.ranked(song);
        let promoted = self.listening.catalogue.song(song).promoted();
        let lowest = |promoted: bool| {
            let ranked = self.queue.iter().skip(self.committed);
            ranked.filter(|q| q.promoted == promoted).map(|q| q.score).min()
        };
        if let Some(mut dropped) = ranked.filtered.clone() {
            if dropped.stage == Stage::Retrieval {
                dropped.margin = lowest(promoted).map_or(Score::ZERO, |s| s - ranked.total);
            }
            return Some(dropped);
        }
        let rules = &self.listening.rules;
        if let Some(why) =
            promoted.then(|| self.refused(&candidate(&self.listening, song, ranked))).flatten()
        {
            return Some(Dropped { stage: Stage::Mixing, why, margin: Score::ZERO });
        }
        let why = match (promoted, lowest(promoted)) {
            (false, Some(lowest)) => format!("the last natural song in the queue has {lowest:.3}"),
            (true, Some(lowest)) => format!("the last promoted song in the queue has {lowest:.3}"),
            (true, None) => format!(
                "no place for a promoted song in this queue: target {:.3}, cap {} in {}",
                rules.target, rules.at_most, rules.mixing.window
            ),
            (false, None) => "the queue holds no natural song".into(),
        };
        let margin = lowest(promoted).map_or(Score::ZERO, |s| s - ranked.total);
        Some(Dropped { stage: Stage::Mixing, why, margin })
    }

    /// The same, told to the end: a promoted song that scores more than one that has a place, and would fit by itself,
    /// is kept out by those before it, and by which is said. Traces keep to the scores of their runners-up.
    pub fn kept_out(&self, song: SongId) -> Option<Dropped> {
        let dropped = self.dropped(song)?;
        if dropped.stage != Stage::Mixing || !self.listening.catalogue.song(song).promoted() {
            return Some(dropped);
        }
        let candidates = self.open();
        let crowded = self.with_rules(|rules| crowded_out(rules, &candidates, song));
        Some(match crowded {
            Some((why, better)) => {
                let title = &self.listening.catalogue.song(better).title;
                let why = format!("{why}, counting \"{title}\", which scores more");
                Dropped { why, margin: Score::ZERO, ..dropped }
            }
            None => dropped,
        })
    }

    /// The rule that keeps a promoted song out behind what is committed.
    fn refused(&self, candidate: &Candidate) -> Option<String> {
        self.with_rules(|rules| refusal(rules, candidate))
    }
}

/// How the subscription score comes about.
fn subscribing(l: &Listening, chance: Score) -> String {
    match l.policy.fusion.subscription_at_half {
        Some(half) => {
            format!("subscribing right after it {chance:.4}, a half at {half}")
        }
        None => "subscribing right after it".into(),
    }
}
