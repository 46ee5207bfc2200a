//! The guardrail of the population: two watches over each segment, as there are two over each session.
//!
//! **Listening.** Do its listeners complete less of their first plays than those before them? Then promotion gives way in this
//! segment and interest gains weight. **Selling.** Is the first promoted song of a session taken up less often than before,
//! while listening holds? Then beta is raised a little. The listener comes first: when listening falls, selling lets go at
//! once. What follows from the levels is a policy, which sessions that begin go by; both let go on evidence, too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::spoken::Spoken;
use super::watch::{Moved, Seen, Watch};
use melody_recommender::feedback::Side;
use melody_recommender::policy;
use melody_sessions::versions::PolicyMove;

/// The levels of a segment's two watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// How far promotion gives way.
    pub listening: u32,
    /// How far selling is helped.
    pub selling: u32,
}

/// Where a watch stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Whose.
    pub segment: String,
    /// Of what.
    pub side: Side,
    /// From 0, where nothing is changed.
    pub level: u32,
    /// The highest.
    pub levels: u32,
    /// Sessions that the present test has seen.
    pub sessions: usize,
    /// What they said, in the mean.
    pub share: f64,
    /// What those before had said; absent while they are too few.
    pub usual: Option<f64>,
    /// The always-valid p-value.
    pub p: f64,
}

/// Every segment's watches.
#[derive(Clone, Debug)]
pub(super) struct Guardrail {
    rules: policy::Guardrail,
    /// By segment; those that sell nothing have no second watch.
    segments: BTreeMap<String, Segment>,
}

#[derive(Clone, Debug)]
struct Segment {
    sells: bool,
    listening: Watch,
    selling: Watch,
}

impl Guardrail {
    /// Over the segments of a policy, by its rules.
    pub(super) fn new(settings: &policy::Settings) -> Self {
        let segments = settings.segments.iter().map(|segment| {
            let sells = settings.sells(segment);
            let [listening, selling] = [(); 2].map(|()| Watch::default());
            (segment.name.clone(), Segment { sells, listening, selling })
        });
        Guardrail { rules: settings.guardrail, segments: segments.collect() }
    }

    /// The levels of a segment.
    #[cfg(test)]
    fn levels(&self, segment: &str) -> Levels {
        self.segments.get(segment).map_or_else(Levels::default, Segment::levels)
    }

    /// Hears a session that was served at these levels of its segment. What has moved: at most both of its watches.
    pub(super) fn hear(&mut self, spoken: &Spoken, under: Levels) -> Vec<PolicyMove> {
        let Some((name, segment)) =
            spoken.segment.as_ref().and_then(|name| Some((name, self.segments.get_mut(name)?)))
        else {
            return Vec::new();
        };
        // It says nothing of how things go at other levels.
        if under != segment.levels() {
            return Vec::new();
        }
        let mut moves = Vec::new();
        if let Some(moved) = segment.listening.say(spoken.completed, self.rules.levels) {
            moves.push(told(name, Side::Listening, moved));
            let selling = segment.selling.level();
            if segment.listening.level() > 0 && selling > 0 {
                let seen = segment.selling.seen();
                segment.selling.reset();
                moves.push(told(name, Side::Selling, Moved { from: selling, to: 0, seen }));
            }
            return moves;
        }
        if let Some(taken) = spoken.taken.filter(|_| segment.sells) {
            let holds = !segment.listening.doubtful();
            let levels = if holds { self.rules.selling.levels } else { segment.selling.level() };
            let moved = segment.selling.say(f64::from(u8::from(taken)), levels);
            moves.extend(moved.map(|moved| told(name, Side::Selling, moved)));
        }
        moves
    }

    /// Where every watch stands that has heard anything.
    pub(super) fn standings(&self) -> Vec<Standing> {
        let of = |name: &String, side: Side, watch: &Watch, levels: u32| {
            let Seen { sessions, share, usual, p } = watch.seen();
            let standing = Standing {
                segment: name.clone(),
                side,
                level: watch.level(),
                levels,
                sessions,
                share,
                usual,
                p,
            };
            (usual.is_some() || standing.level > 0).then_some(standing)
        };
        let both = self.segments.iter().flat_map(|(name, segment)| {
            [
                of(name, Side::Listening, &segment.listening, self.rules.levels),
                of(name, Side::Selling, &segment.selling, self.rules.selling.levels),
            ]
        });
        both.flatten().collect()
    }
}

impl Segment {
    fn levels(&self) -> Levels {
        Levels { listening: self.listening.level(), selling: self.selling.level() }
    }
}

fn told(segment: &str, side: Side, Moved { from, to, seen }: Moved) -> PolicyMove {
    let Seen { sessions, share, usual, p } = seen;
    let usual = usual.unwrap_or_default();
    PolicyMove { segment: segment.into(), side, from, to, sessions, share, usual, p }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::rng::{Purpose, generator};
    use rand::RngExt;

    fn guardrail() -> Guardrail {
        Guardrail::new(&policy::shipped("default").unwrap().settings)
    }

    /// The moves of a segment's sessions that go so, each served as the levels then say.
    fn heard(
        guardrail: &mut Guardrail,
        segment: &str,
        (completes, takes): (f64, f64),
        (seed, sessions): (u64, u64),
    ) -> Vec<PolicyMove> {
        let mut rng = generator(seed, Purpose::Experiment, 3);
        let mut moves = Vec::new();
        for number in 0..sessions {
            let completed = (0..8).filter(|_| rng.random_bool(completes)).count() as f64 / 8.0;
            let spoken = Spoken {
                number,
                version: None,
                policy: "p".into(),
                segment: Some(segment.into()),
                completed,
                taken: Some(rng.random_bool(takes)),
            };
            moves.extend(guardrail.hear(&spoken, guardrail.levels(segment)));
        }
        moves
    }

    #[test]
    fn a_segment_that_listens_less_is_promoted_to_less_and_the_others_as_before() {
        let mut guardrail = guardrail();
        for segment in ["casual", "new"] {
            assert!(heard(&mut guardrail, segment, (0.7, 0.5), (1, 100)).is_empty());
        }
        let moves = heard(&mut guardrail, "casual", (0.4, 0.5), (2, 60));
        let (first, last) = (&moves[0], &moves[moves.len() - 1]);
        assert_eq!((first.segment.as_str(), first.side), ("casual", Side::Listening));
        assert_eq!((first.from, first.to), (0, 1));
        assert!(first.share < first.usual && first.p <= 0.05 && first.sessions >= 20);
        assert_eq!(last.to, 2, "and no further");
        assert_eq!(guardrail.levels("casual"), Levels { listening: 2, selling: 0 });
        assert_eq!(guardrail.levels("new"), Levels::default());
        let back = heard(&mut guardrail, "casual", (0.7, 0.5), (3, 800));
        let to: Vec<u32> = back.iter().map(|moved| moved.to).collect();
        assert_eq!(to, [1, 0]);
    }

    #[test]
    fn selling_is_helped_where_listening_holds_and_lets_go_where_it_falls() {
        let mut guardrail = guardrail();
        heard(&mut guardrail, "casual", (0.7, 0.6), (1, 100));
        let moves = heard(&mut guardrail, "casual", (0.7, 0.1), (2, 80));
        assert!(moves.iter().all(|moved| moved.side == Side::Selling), "{moves:?}");
        assert!(guardrail.levels("casual").selling > 0);
        let moves = heard(&mut guardrail, "casual", (0.3, 0.1), (3, 60));
        let [first, second, ..] = &moves[..] else { panic!("two moves, not {moves:?}") };
        assert_eq!((first.side, second.side, second.to), (Side::Listening, Side::Selling, 0));
        assert_eq!(guardrail.levels("casual").selling, 0);
        // And is not helped as long as that is so.
        assert!(moves[2..].iter().all(|moved| moved.side == Side::Listening), "{moves:?}");
    }

    #[test]
    fn sessions_at_other_levels_and_of_segments_that_sell_nothing_move_nothing() {
        let mut guardrail = guardrail();
        heard(&mut guardrail, "casual", (0.7, 0.5), (1, 100));
        let spoken = Spoken {
            number: 0,
            version: None,
            policy: "p".into(),
            segment: Some("casual".into()),
            completed: 0.0,
            taken: None,
        };
        let other = Levels { listening: 1, selling: 0 };
        assert!((0..100).all(|_| guardrail.hear(&spoken, other).is_empty()));
        let unknown = Spoken { segment: None, ..spoken };
        assert!((0..100).all(|_| guardrail.hear(&unknown, Levels::default()).is_empty()));
        heard(&mut guardrail, "subscriber", (0.7, 0.6), (1, 100));
        assert!(heard(&mut guardrail, "subscriber", (0.7, 0.0), (2, 100)).is_empty());
        let sides: Vec<(String, Side)> =
            guardrail.standings().into_iter().map(|s| (s.segment, s.side)).collect();
        let all = [
            ("casual", Side::Listening),
            ("casual", Side::Selling),
            ("subscriber", Side::Listening),
        ];
        assert_eq!(sides, all.map(|(segment, side)| (segment.to_string(), side)));
    }
}
