//! A segment or a scene in a search: who is in it, and what its draws were worth to them.

use std::collections::BTreeMap;

use super::listeners::Listeners;
use super::part::Part;
use super::surface::Place;
use super::value::Worth;

/// Draws that each listener meets.
pub(super) const MEETS: u32 = 6;

/// A segment or scene in a search.
#[derive(Default)]
pub(super) struct Group {
    /// Its listeners, by their place among those of the search.
    pub members: Vec<usize>,
    /// What each was worth under what is there, and under the draws met.
    pub met: Vec<(Worth, Vec<(Place, Worth)>)>,
}

impl Group {
    /// The groups that have listeners, by name; nobody has met anything.
    pub(super) fn all(part: Part, listeners: &Listeners) -> BTreeMap<String, Self> {
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for place in listeners.everyone() {
            let group = groups.entry(listeners.group(part, place).into()).or_default();
            group.members.push(place);
        }
        groups
    }

    /// Takes in what listeners were worth under what is there.
    pub(super) fn began(&mut self, there: &[Worth]) {
        self.met = self.members.iter().map(|&place| (there[place], Vec::new())).collect();
    }

    /// Those of its listeners that meet a draw, of so many, by their place in the group: all draws in turn.
    pub(super) fn meeting(&self, number: u32, trials: u32) -> impl Iterator<Item = usize> + use<> {
        let first = move |listener: usize| (listener as u64 * u64::from(MEETS)) as u32 % trials;
        let turn = move |i: &usize| (number - 1 + trials - first(*i)) % trials < MEETS;
        (0..self.members.len()).filter(turn)
    }

    /// Completion under what is there less completion without promotion.
    pub(super) fn kept(&self, natural: &[Worth]) -> f64 {
        let all = self.members.iter().zip(&self.met);
        let lost: f64 = all.map(|(&i, (there, _))| there.completion - natural[i].completion).sum();
        lost / self.members.len().max(1) as f64
    }
}
