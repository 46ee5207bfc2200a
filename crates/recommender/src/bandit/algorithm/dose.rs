//! Arms as doses of one thing: promoted songs.
//!
//! From one arm to the next a song in twenty or so is promoted or not, so the reward of a decision tells next to nothing
//! of its arm. What a promoted song is worth to this listener tells of all arms at once, and each one that is heard
//! tells of it: an arm is worth its ratio times that, beside an arm that promotes nothing. The belief is a normal
//! posterior (`lift.rs`) for the context that is decided in, and the arm with the highest upper bound is taken: while more than nothing may be gained by
//! promoted songs, as many as an arm has, and else as few. There is no draw in it, so a propensity is exact.

use super::verdict::{Estimate, Verdict};
use crate::bandit::memory::Memory;
use crate::policy;

pub(crate) fn judge(policy: &policy::Bandit, memory: &Memory, context: &[f64]) -> Verdict {
    let (worth, deviation) = memory.lift.belief(policy.prior_songs, context);
    let estimate = |arm: &policy::Arm| {
        let (mean, deviation) = (arm.ratio * worth, arm.ratio * deviation);
        Estimate { mean, deviation, judged: mean + policy.exploration * deviation, chance: 0.0 }
    };
    Verdict::best(policy.arms.iter().map(estimate).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::context::CONTEXT;
    use crate::bandit::lift::Lift;
    use crate::policy::Algorithm;

    fn chosen(exploration: f64, lift: Lift) -> String {
        let mut policy = policy::shipped("default").unwrap().bandit.clone();
        policy.algorithm = Algorithm::Dose;
        policy.exploration = exploration;
        policy.prior_songs = 10.0;
        let memory = Memory { lift, ..Memory::default() };
        let verdict = judge(&policy, &memory, &CONTEXT.map(|_| 1.0));
        policy.arms[verdict.chosen].name.clone()
    }

    #[test]
    fn who_takes_promoted_songs_well_gets_many_and_who_does_not_none() {
        let heard = |worth| Lift {
            songs: 10.0,
            worth: 10.0 * worth,
            others: 40.0,
            others_worth: 20.0,
            ..Lift::default()
        };
        assert_eq!(chosen(0.0, heard(0.7)), "heavy");
        assert_eq!(chosen(0.0, heard(0.3)), "none");
        // What the segment makes of them counts as many again.
        assert_eq!(chosen(0.0, Lift { usual: -0.5, ..heard(0.7) }), "none");
    }

    #[test]
    fn the_moment_decides_where_the_listener_leaves_it_open() {
        let mut lift = Lift { usual: 0.05, ..Lift::default() };
        lift.by[3] = -0.2;
        assert_eq!(chosen(0.0, lift), "none", "many were heard lately");
        lift.by[3] = 0.2;
        assert_eq!(chosen(0.0, lift), "heavy");
    }

    #[test]
    fn what_is_not_known_to_be_bad_is_tried() {
        let unknown = Lift { usual: -0.05, ..Lift::default() };
        assert_eq!(chosen(0.0, unknown), "none");
        assert_eq!(chosen(1.0, unknown), "heavy");
    }
}
