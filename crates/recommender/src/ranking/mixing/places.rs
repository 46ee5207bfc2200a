//! Where promoted songs may stand: the target's credit, M per N, spacing and the first P of a session.

use super::rules::Rules;
use melody_core::score::Score;

/// The rules about places of one queue. Places count from the session's first song; the queue
/// begins at `begins`.
#[derive(Clone, Debug)]
pub(super) struct Places<'a> {
    rules: &'a Rules<'a>,
    credit: Score,
    /// M, after guardrail and policy.
    most: usize,
    pub begins: i64,
    /// Where promoted songs were heard, oldest first: as many as a rule can look back to.
    pub heard: Vec<i64>,
}

impl<'a> Places<'a> {
    /// The rules with `credit` earned before the queue's first place.
    pub(super) fn new(rules: &'a Rules<'a>, credit: Score) -> Self {
        let most = rules.at_most.min(rules.mixing.at_most);
        let mut heard: Vec<i64> = rules.heard.places().rev().take(most.max(1)).collect();
        heard.reverse();
        Places { rules, credit, most, begins: rules.heard.len() as i64, heard }
    }

    /// The place at which the queue's promoted song number `n`, from 0, has been earned. It lies
    /// before the queue where the song is overdue; `None` where it never will be.
    pub(super) fn due(&self, n: usize) -> Option<i64> {
        let target = self.rules.target.millionths();
        if target <= 0 || self.most == 0 {
            return None;
        }
        let needed = (n as i64 + 1) * Score::ONE.millionths() - self.credit.millionths();
        // With the song at the queue's place i the credit is `credit + target (i + 1)`; rounded up.
        let songs = needed.div_euclid(target) + i64::from(needed.rem_euclid(target) > 0);
        Some(self.begins + songs - 1)
    }

    /// The first place that every rule allows for promoted song number `n`, after promoted songs at
    /// `before`, oldest first, those heard among them.
    pub(super) fn earliest(&self, n: usize, before: &[i64]) -> Option<i64> {
        Some(self.due(n)?.max(self.allowed(before)))
    }

    /// Whether the rules, but for what has been earned, allow a promoted song at the queue's first place.
    pub(super) fn open(&self) -> bool {
        self.most > 0 && self.allowed(&self.heard) == self.begins
    }

    /// The first place that the rules allow after promoted songs at `before`, whatever has been earned.
    fn allowed(&self, before: &[i64]) -> i64 {
        self.held(before).map_or(self.begins, |(_, place)| place)
    }

    /// The rule that forbids a promoted song at the queue's first places after those at `before`, by its key in
    /// the policy, and the first place that it leaves. Of several the one that holds longest.
    pub(super) fn held(&self, before: &[i64]) -> Option<(&'static str, i64)> {
        let m = self.rules.mixing;
        let spaced = before.last().map(|last| last + m.spacing as i64 + 1);
        // Where none may be promoted at all no place is left: that is for who asks to say.
        let oldest = before.len().checked_sub(self.most).and_then(|i| before.get(i));
        let bounds = [
            ("protected", Some(m.protected as i64)),
            ("spacing", spaced),
            ("window", oldest.map(|oldest| oldest + m.window as i64)),
        ];
        let held = bounds.into_iter().filter_map(|(rule, place)| Some((rule, place?)));
        held.filter(|(_, place)| *place > self.begins).max_by_key(|(_, place)| *place)
    }

    /// The songs after number `n` that its place keeps off, each with the first place left to it.
    pub(super) fn pushes(&self, n: usize, place: i64) -> [(usize, i64); 2] {
        let m = self.rules.mixing;
        [(n + 1, place + m.spacing as i64 + 1), (n + self.most, place + m.window as i64)]
    }
}
