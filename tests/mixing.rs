//! The promotion rules, for every input: what the mixer makes is judged by a checker that knows the
//! rules and nothing of how the mixer works.

mod common;

use melody::catalogue::{CampaignId, SongId};
use melody::engine::Timeline;
use melody::policy::Mixing;
use melody::ranking::{Candidate, Heard, Rules, mix};
use melody::score::Score;
use proptest::prelude::*;

/// A song in the order it is, or will be, heard.
#[derive(Clone, Copy, Debug)]
struct Play {
    song: SongId,
    campaign: Option<CampaignId>,
}

impl Play {
    fn promoted(&self) -> bool {
        self.campaign.is_some()
    }
}

/// Requires every promoted song of `queue` to keep every rule, `heard` being what came before.
fn check(
    mixing: &Mixing,
    at_most: usize,
    heard: &[Play],
    queue: &[Play],
) -> Result<(), TestCaseError> {
    let all: Vec<Play> = heard.iter().chain(queue).copied().collect();
    let at_most = at_most.min(mixing.at_most);
    let count = |plays: &[Play], holds: &dyn Fn(&Play) -> bool| {
        plays.iter().filter(|play| holds(play)).count()
    };
    for place in (heard.len()..all.len()).filter(|&place| all[place].promoted()) {
        let Play { song, campaign } = all[place];
        prop_assert!(place >= mixing.protected, "promoted at place {} of the session", place);
        // Every window of N consecutive songs that holds it.
        for start in (place + 1).saturating_sub(mixing.window)..=place {
            let window = &all[start..all.len().min(start + mixing.window)];
            let promoted = count(window, &Play::promoted);
            prop_assert!(promoted <= at_most, "{promoted} promoted from {start}, not {at_most}");
        }
        let before = &all[place.saturating_sub(mixing.spacing)..place];
        prop_assert_eq!(count(before, &Play::promoted), 0, "too close before place {}", place);
        let so_far = &all[..=place];
        let of_song = count(so_far, &|play| play.promoted() && play.song == song);
        prop_assert!(of_song <= mixing.per_song as usize, "{song:?} {of_song} times");
        let of_campaign = count(so_far, &|play| play.campaign == campaign);
        prop_assert!(
            of_campaign <= mixing.per_campaign as usize,
            "{campaign:?} {of_campaign} times"
        );
    }
    Ok(())
}

fn rules() -> impl Strategy<Value = Mixing> {
    (1usize..16, 1usize..14, 0.0f64..1.0, 1usize..5, 0usize..6, 0u32..4, 0u32..5, 0.0f64..1.0)
        .prop_map(|(queue, window, share, spacing, protected, per_song, per_campaign, interest)| {
            Mixing {
                queue,
                at_most: (share * (window + 1) as f64) as usize,
                window,
                spacing,
                protected,
                per_song,
                per_campaign,
                least_interest: interest,
            }
        })
}

/// Songs in order of score. Those of one number differ in nothing.
fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let candidate = (0u32..80, 0.0f64..1.0, prop::option::of(0u16..5));
    let distinct = |all: Vec<(u32, f64, Option<u16>)>| {
        let mut seen = std::collections::BTreeSet::new();
        all.into_iter()
            .filter(|(song, ..)| seen.insert(*song))
            .map(|(song, interest, campaign)| Candidate {
                song: SongId(song),
                interest: Score::new(interest),
                campaign: campaign.map(CampaignId),
            })
            .collect()
    };
    prop::collection::vec(candidate, 0..60).prop_map(distinct)
}

/// What the listener does with a queue.
#[derive(Clone, Debug)]
enum Next {
    /// Hears this many of it, in order.
    Hear(usize),
    /// Picks a place of it by hand.
    Pick(prop::sample::Index),
    /// Opens a song from elsewhere, promoted or not.
    Open(u32, Option<u16>),
}

/// One request: the bandit's target, by how much the guardrail lowers M, and what follows.
fn request() -> impl Strategy<Value = (f64, usize, Next)> {
    let next = prop_oneof![
        4 => (1usize..4).prop_map(Next::Hear),
        1 => any::<prop::sample::Index>().prop_map(Next::Pick),
        1 => (0u32..120, prop::option::of(0u16..5)).prop_map(|(song, c)| Next::Open(song, c)),
    ];
    (
        prop_oneof![3 => 0.0f64..1.0, 1 => Just(1.0)],
        prop_oneof![3 => Just(0usize), 1 => 1usize..4],
        next,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_promoted_song_keeps_every_rule(
        mixing in rules(),
        offers in prop::collection::vec(candidates(), 1..4),
        requests in prop::collection::vec(request(), 1..24),
    ) {
        let mut heard = Heard::new();
        let mut plays: Vec<Play> = Vec::new();
        let mut by_hand = false;
        for (i, (target, lowered, next)) in requests.into_iter().enumerate() {
            let offered = &offers[i % offers.len()];
            let target = Score::new(target);
            let at_most = mixing.at_most.saturating_sub(lowered);
            let rules = Rules { mixing: &mixing, at_most, target, heard: &heard };
            let queue = mix(&rules, offered).queue;

            let of = |song: SongId| offered.iter().find(|c| c.song == song).unwrap();
            let as_plays: Vec<Play> = queue
                .iter()
                .map(|placed| Play { song: placed.song, campaign: of(placed.song).campaign })
                .collect();
            check(&mixing, at_most, &plays, &as_plays)?;
            for (placed, play) in queue.iter().zip(&as_plays) {
                let candidate = of(placed.song);
                prop_assert_eq!(placed.promoted, play.promoted());
                let least = Score::new(mixing.least_interest);
                prop_assert!(!placed.promoted || candidate.interest >= least);
                if let Some(displaced) = placed.displaced {
                    let natural = of(displaced.song);
                    prop_assert!(placed.promoted && natural.campaign.is_none());
                    prop_assert_eq!(displaced.interest, natural.interest - candidate.interest);
                }
            }
            // Natural songs come in order of score, none twice, and fill what they can.
            let natural: Vec<SongId> =
                queue.iter().filter(|p| !p.promoted).map(|p| p.song).collect();
            let all_natural: Vec<SongId> =
                offered.iter().filter(|c| c.campaign.is_none()).map(|c| c.song).collect();
            prop_assert_eq!(&natural[..], &all_natural[..natural.len()]);
            prop_assert!(queue.len() == mixing.queue || natural.len() == all_natural.len());
            prop_assert!(queue.len() <= mixing.queue);
            if target == Score::ZERO {
                prop_assert_eq!(natural.len(), queue.len(), "a target of zero places none");
            }

            let begun: Vec<Play> = match next {
                Next::Hear(count) => as_plays.into_iter().take(count).collect(),
                Next::Pick(place) => {
                    by_hand |= !as_plays.is_empty();
                    if as_plays.is_empty() { vec![] } else { vec![*place.get(&as_plays)] }
                }
                Next::Open(song, campaign) => {
                    by_hand = true;
                    vec![Play { song: SongId(song), campaign: campaign.map(CampaignId) }]
                }
            };
            for play in begun {
                heard.begin(play.song, play.campaign, target, mixing.at_most);
                plays.push(play);
            }
        }
        // As long as songs came as they were queued, the whole session keeps the rules.
        if !by_hand {
            check(&mixing, mixing.at_most, &[], &plays)?;
        }
    }

    /// Over a long session the share of promoted songs is the target's, to within the one song that
    /// a session starts half-way to and the one that is due.
    #[test]
    fn the_realised_share_follows_the_target(target in 0.01f64..0.2, songs in 20usize..400) {
        let mixing = melody::policy::shipped("default").unwrap().mixing;
        let mixing = Mixing { per_campaign: u32::MAX, ..mixing };
        let target = Score::new(target);
        let mut heard = Heard::new();
        let mut promoted = 0;
        for i in 0..songs as u32 {
            let offer = |n: u32, campaign| Candidate {
                song: SongId(10 * i + n),
                interest: Score::ONE,
                campaign,
            };
            let offered = [offer(0, None), offer(1, Some(CampaignId(0))), offer(2, None)];
            let at_most = mixing.at_most;
            let rules = Rules { mixing: &mixing, at_most, target, heard: &heard };
            let next = mix(&rules, &offered).queue[0];
            let campaign = next.promoted.then_some(CampaignId(0));
            promoted += usize::from(next.promoted);
            heard.begin(next.song, campaign, target, mixing.at_most);
        }
        let wanted = target.value() * songs as f64;
        prop_assert!((promoted as f64 - wanted).abs() <= 1.0, "{promoted} of {songs}, not {wanted}");
    }
}

/// The rules in a whole session: what the engine queues, after whatever hands did.
#[test]
fn the_engine_keeps_the_rules_over_requests() {
    for (seed, profile) in [(1, "casual-listener"), (2, "promotion-averse"), (3, "explorer")] {
        // The highest ratio at every decision, so that the rules have something to hold back, and a
        // guardrail that acts soon.
        let policy = common::policy(|p| {
            p.bandit.algorithm = melody::policy::Algorithm::Fixed;
            p.bandit.arms.reverse();
            p.guardrail.window = 3;
            p.guardrail.hold = 1;
            p.near_line.every = 1_000;
        });
        let library = common::LIBRARY.with_policy(policy);
        let engine = common::engine_of(&library, profile, None, seed);
        let by_listener = common::random_session(engine.clone(), seed, 24);
        let debugged = common::debugged_session(engine, seed, 24);
        let lowered = check_session(&by_listener, profile);
        check_session(&debugged, profile);
        assert!(lowered || profile != "promotion-averse", "the guardrail never acted");
    }
}

/// Checks every queue of a session under the rules in force then; says whether the guardrail ever
/// lowered M.
fn check_session(timeline: &Timeline, name: &str) -> bool {
    let setup = &timeline.engine().setup;
    let catalogue = &setup.catalogue;
    let mut heard: Vec<Play> = Vec::new();
    let mut lowered = false;
    for (step, trace) in timeline.traces().enumerate() {
        let play = |id: &str| {
            let song = catalogue.find(id).unwrap();
            Play { song, campaign: catalogue.song(song).campaign }
        };
        if step == 0 || trace.ended.is_some() {
            heard.push(play(&trace.playing.song.id));
        }
        let queue: Vec<Play> = trace.queue.iter().map(|entry| play(&entry.song.id)).collect();
        let (promotion, by_hand) = (&trace.promotion, &trace.overrides);
        let policy = &setup.policy.mixing;
        let window = by_hand.window.unwrap_or(policy.window);
        let at_most = by_hand.at_most.unwrap_or(policy.at_most).min(window);
        let mixing = Mixing { at_most, window, ..*policy };
        check(&mixing, promotion.at_most, &heard, &queue)
            .unwrap_or_else(|e| panic!("{name}, step {step}: {e}"));
        assert_eq!(promotion.window, mixing.window, "{name}, step {step}");
        let guarded = match trace.guardrail.cap_lowered_by {
            0 => mixing.at_most,
            by => mixing.at_most.min(policy.at_most.saturating_sub(by)),
        };
        assert_eq!(promotion.at_most, guarded, "{name}, step {step}");
        assert!(promotion.target <= promotion.cap, "{name}, step {step}");
        lowered |= trace.guardrail.cap_lowered_by > 0;
        let last = &heard[heard.len().saturating_sub(promotion.window)..];
        let share = last.iter().filter(|p| p.promoted()).count() as f64 / last.len() as f64;
        assert_eq!(promotion.realised, Score::new(share), "{name}, step {step}");
    }
    lowered
}
