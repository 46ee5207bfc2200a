//! Listeners that a search asks: as many of every segment.

use std::collections::BTreeMap;

use super::part::Part;
use super::value::{Judged, Worth};
use crate::experiment::cohort::Cohort;
use melody_sessions::library::Library;
use melody_simulation::profile::{Past, PastPlays};

/// Listeners looked through for each one drawn, at most, so that rare segments are there too.
const LOOKED_THROUGH: u64 = 20;

/// Listeners of one seed.
pub(super) struct Listeners {
    pub cohort: Cohort,
    /// Their numbers in the cohort.
    pub indexes: Vec<u64>,
    segments: Vec<String>,
    scenes: Vec<&'static str>,
}

impl Listeners {
    /// Draws them.
    pub(super) fn of(library: &Library, cohort: Cohort) -> Self {
        let (indexes, segments): (Vec<u64>, Vec<String>) =
            alike(library, &cohort).into_iter().unzip();
        let nature = library.world().nature();
        let scene = |index| cohort.profile(nature, index).scene.name();
        let scenes = indexes.iter().map(|&index| scene(index)).collect();
        Listeners { cohort, indexes, segments, scenes }
    }

    /// The places of all of them.
    pub(super) fn everyone(&self) -> Vec<usize> {
        (0..self.indexes.len()).collect()
    }

    /// The group of the one at this place among them.
    pub(super) fn group(&self, part: Part, place: usize) -> &str {
        match part {
            Part::Segments => &self.segments[place],
            Part::Scenes => self.scenes[place],
        }
    }

    /// What policies are worth to the listeners of a group: before and now, each behind what it is
    /// without promotion.
    pub(super) fn judge(&self, part: Part, group: &str, all: [&[Worth]; 4], margin: f64) -> Judged {
        let of_group = |(i, _): &(usize, &Worth)| self.group(part, *i) == group;
        let of_all = all.map(|all| -> Vec<Worth> {
            all.iter().enumerate().filter(of_group).map(|(_, worth)| *worth).collect()
        });
        Judged::new(group, of_all.each_ref().map(|all| &all[..]), margin)
    }
}

/// The first listeners of a cohort's seed that give every segment of the policy as many, or as many as
/// there are among so many times their number.
fn alike(library: &Library, cohort: &Cohort) -> Vec<(u64, String)> {
    let segments = &library.policy.segments;
    let share = cohort.listeners.div_ceil(segments.len() as u64);
    let mut left: BTreeMap<&str, u64> =
        segments.iter().map(|segment| (segment.name.as_str(), share)).collect();
    let mut drawn = Vec::new();
    // To make up a past takes longest by far, and few rules look at it.
    let past_matters = segments.iter().any(|segment| segment.when.novelty_appetite.is_some());
    for index in 0..cohort.listeners * LOOKED_THROUGH {
        let mut profile = cohort.profile(library.world().nature(), index);
        if !past_matters {
            profile.past = Past::Simulated(PastPlays { plays: 0, seed: cohort.seed });
        }
        let segment = library.engine(&profile, None, 0).first_segment().name;
        if let Some(left) = left.get_mut(segment.as_str()).filter(|left| **left > 0) {
            *left -= 1;
            drawn.push((index, segment));
        }
        if left.values().all(|left| *left == 0) {
            break;
        }
    }
    drawn
}
