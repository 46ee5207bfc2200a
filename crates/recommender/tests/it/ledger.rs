//! Every point of every score is accounted for, whatever the listener does.

use crate::common::{LIBRARY, debugged_session, engine, random_session};
use melody_core::catalogue::SongId;
use melody_core::listener::Tier;
use melody_core::scene::Scene;
use melody_core::score::Score;
use melody_recommender::engine::{Timeline, Trace};
use melody_recommender::ranking::{Ledger, Node, Weight};
use proptest::prelude::*;

/// The node of this name right below another.
fn part<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.children.iter().find(|child| child.name == name)
}

/// Requires a ledger to add up to `score`, and its fused parts to be weight times score.
fn check_ledger(ledger: &Ledger, score: Score) -> Result<(), TestCaseError> {
    prop_assert!(ledger.score.adds_up(), "{ledger:#?}");
    prop_assert_eq!(ledger.score.value, score);
    let scored = ["fusion", "learned"].map(|scorer| part(&ledger.score, scorer).is_some());
    prop_assert!(scored[0] != scored[1], "one of them, and not both");
    Ok(())
}

fn check_weights(trace: &Trace) -> Result<(), TestCaseError> {
    let weights = &trace.weights;
    let check = |weight: &Weight| -> Result<(), TestCaseError> {
        let sum: Score = weight.terms.iter().map(|term| term.value).sum();
        prop_assert_eq!(weight.value, sum, "{:?}", weight);
        prop_assert!(weight.value >= Score::ZERO);
        Ok(())
    };
    check(&weights.alpha)?;
    check(&weights.beta)?;
    check(&weights.gamma)?;
    prop_assert!(weights.alpha.value >= weights.beta.value + weights.gamma.value);
    if trace.listener.tier == Tier::Premium {
        prop_assert_eq!(weights.beta.value, Score::ZERO, "a subscriber is sold nothing");
    }
    Ok(())
}

fn check_trace(trace: &Trace) -> Result<(), TestCaseError> {
    check_weights(trace)?;
    let weights = &trace.weights;
    for (i, entry) in trace.queue.iter().enumerate() {
        check_ledger(&entry.ledger, entry.score)?;
        prop_assert_eq!(entry.position, i + 1);
        prop_assert_eq!(&entry.ledger.dropped, &None);
        let Some(fusion) = part(&entry.ledger.score, "fusion") else {
            prop_assert!(trace.versions.ranker.is_some());
            continue;
        };
        for (name, score, weight) in [
            ("interest", entry.interest, &weights.alpha),
            ("subscription", entry.subscription, &weights.beta),
            ("exposure", entry.exposure, &weights.gamma),
        ] {
            prop_assert_eq!(part(fusion, name).unwrap().value, score.times(weight.value));
        }
    }
    for runner_up in &trace.runners_up {
        prop_assert!(!runner_up.dropped.why.is_empty());
    }
    Ok(())
}

/// The songs that were not shown, ranked again at a session's last step.
fn check_all_songs(timeline: &Timeline) -> Result<(), TestCaseError> {
    let trace = timeline.trace();
    let (engine, state) = (timeline.engine(), timeline.state());
    let all: Vec<SongId> = LIBRARY.catalogue.ids().collect();
    let look = engine.look_at(state, &all);
    engine.with_ranking_of(state, &look, |ranking, _| {
        prop_assert_eq!(&ranking.queue, &state.queue, "songs that are asked about change nothing");
        for song in LIBRARY.catalogue.ids() {
            let ledger = ranking.ledger(song);
            check_ledger(&ledger, ranking.total(song))?;
            let shown = trace.queue.iter().find(|e| e.song.id == LIBRARY.catalogue.song(song).id);
            match shown {
                Some(entry) => prop_assert_eq!(&entry.ledger, &ledger),
                None => prop_assert!(ledger.dropped.is_some(), "{song:?} is neither in nor out"),
            }
        }
        Ok(())
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn every_ledger_of_a_session_adds_up(
        profile in prop::sample::select(crate::common::profiles()),
        scene in prop::option::of(prop::sample::select(Scene::ALL.to_vec())),
        seed in any::<u64>(),
        events in 0usize..12,
        debugged in any::<bool>(),
    ) {
        let session = if debugged { debugged_session } else { random_session };
        let timeline = session(engine(profile, scene, seed), seed, events);
        for trace in timeline.traces() {
            check_trace(trace)?;
        }
        check_all_songs(&timeline)?;
    }

    /// The same where a learned ranker scores, whose score is what each feature adds.
    #[test]
    fn every_ledger_of_a_learned_ranker_adds_up(
        profile in prop::sample::select(crate::common::profiles()),
        seed in any::<u64>(),
        events in 0usize..8,
    ) {
        let library = LIBRARY.with_policy(melody_recommender::policy::shipped("ltr").unwrap()).unwrap();
        let engine = crate::common::engine_of(&library, profile, None, seed);
        let timeline = random_session(engine, seed, events);
        for trace in timeline.traces() {
            check_trace(trace)?;
            for entry in &trace.queue {
                let learned = part(&entry.ledger.score, "learned").unwrap();
                let groups = learned.children.iter().filter(|group| !group.children.is_empty());
                prop_assert!(groups.count() > 0, "nothing the ranker was told of counts");
                if let Some(adjustments) = part(&entry.ledger.score, "adjustments") {
                    let names: Vec<&str> =
                        adjustments.children.iter().map(|stage| stage.name.as_str()).collect();
                    prop_assert_eq!(names, ["artist spread"], "the ranker has seen the others");
                }
            }
        }
        check_all_songs(&timeline)?;
    }

    /// Weights obey the same rules under policies nobody has tuned.
    #[test]
    fn weights_put_the_user_first_under_any_policy(
        profile in prop::sample::select(crate::common::profiles()),
        weights in prop::collection::vec((0.0f64..2.0, 0.0f64..1.0, 0.0f64..1.0), 8),
        deltas in prop::collection::vec((-1.0f64..1.0, -1.0f64..1.0, -1.0f64..1.0), 10),
        seed in any::<u64>(),
    ) {
        let policy = crate::common::policy(|p| {
            let weights = weights.iter().map(|&(alpha, beta, gamma)| {
                let alpha = f64::max(alpha, beta + gamma);
                melody_recommender::policy::Weights { alpha, beta, gamma }
            });
            let unsold: Vec<bool> = p.segments.iter().map(|segment| !p.sells(segment)).collect();
            for ((at, weights), unsold) in (0..p.segments.len()).zip(weights).zip(unsold) {
                let beta = if unsold { 0.0 } else { weights.beta };
                let weights = melody_recommender::policy::Weights { beta, ..weights };
                p.segments[at].weights = p.added_for(weights);
            }
            let mut deltas = deltas
                .iter()
                .map(|&(alpha, beta, gamma)| melody_recommender::policy::Weights { alpha, beta, gamma });
            let scenes = p.scenes.values_mut().map(|scene| &mut scene.weights);
            for weights in scenes.chain(p.bandit.arms.iter_mut().map(|arm| &mut arm.weights)) {
                *weights = deltas.next().unwrap_or_default();
            }
        });
        let engine = crate::common::engine_of(&LIBRARY.with_policy(policy).unwrap(), profile, None, seed);
        let timeline = random_session(engine, seed, 4);
        for trace in timeline.traces() {
            check_trace(trace)?;
        }
    }
}

/// A promoted song may find no place; then a natural one by the same artist would give way to nothing.
#[test]
fn promoted_songs_lower_no_natural_ones() {
    let mut lowered = 0;
    for profile in ["casual-listener", "explorer", "likely-payer"] {
        let timeline = random_session(engine(profile, None, 31), 31, 6);
        let (engine, state) = (timeline.engine(), timeline.state());
        let catalogue = &engine.setup.catalogue;
        engine.with_ranking_of(state, &engine.look(state), |ranking, _| {
            let natural = ranking.in_order().filter(|id| !catalogue.song(*id).promoted());
            let natural: Vec<_> = natural
                .map(|id| {
                    let ledger = ranking.ledger(id);
                    let adjustments = part(&ledger.score, "adjustments");
                    let spread = adjustments.and_then(|node| part(node, "artist spread"));
                    let lost = spread.map_or(Score::ZERO, |spread| spread.value);
                    let how = spread.map(|spread| spread.how.clone());
                    (catalogue.song(id).lead_artist(), ledger.score.value - lost, how)
                })
                .collect();
            for (artist, score, how) in &natural {
                let Some(how) = how else { continue };
                let better = natural.iter().filter(|other| other.0 == *artist && other.1 > *score);
                let said = how.strip_prefix("by the same artist: ").unwrap();
                let counted: usize = said.split(' ').next().unwrap().parse().unwrap();
                assert!(counted <= better.count(), "{profile}: {how}");
                lowered += usize::from(counted > 0);
            }
        });
    }
    assert!(lowered > 10, "the spread is at work: {lowered}");
}
