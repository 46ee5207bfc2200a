//! The promotion rules, for every input: what the mixer makes is judged by a checker that knows the
//! rules and nothing of how the mixer works. The exact method is judged by trying every queue there is.

use melody_core::catalogue::{CampaignId, SongId};
use melody_core::score::Score;
use melody_recommender::engine::Timeline;
use melody_recommender::policy::{Method, Mixing};
use melody_recommender::ranking::{
    Begun, Candidate, DAY_MS, Heard, Placed, Placement, Rules, discount, mix,
};
use proptest::prelude::*;

/// A song in the order it is, or will be, heard.
#[derive(Clone, Copy, Debug)]
struct Play {
    song: SongId,
    campaign: Option<CampaignId>,
    /// When it began; songs of a queue are taken to begin when it is made.
    at_ms: i64,
}

impl Play {
    fn promoted(&self) -> bool {
        self.campaign.is_some()
    }

    /// As it begins, had it been served.
    fn begun(&self) -> Begun {
        Begun { song: self.song, campaign: self.campaign, at_ms: self.at_ms, chosen: false }
    }
}

/// Requires every promoted song of `queue` to keep every rule, `heard` being what came before in the
/// session and `earlier` what came before the session.
fn check(
    mixing: &Mixing,
    at_most: usize,
    (earlier, heard): (&[Placement], &[Play]),
    queue: &[Play],
) -> Result<(), TestCaseError> {
    let all: Vec<Play> = heard.iter().chain(queue).copied().collect();
    let at_most = at_most.min(mixing.at_most);
    let count = |plays: &[Play], holds: &dyn Fn(&Play) -> bool| {
        plays.iter().filter(|play| holds(play)).count()
    };
    for place in (heard.len()..all.len()).filter(|&place| all[place].promoted()) {
        let Play { song, campaign, at_ms } = all[place];
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
        // Paced: number n of a campaign not before its share of the pace.
        if mixing.pace > 0 {
            let share = (of_campaign - 1) * mixing.pace / mixing.per_campaign as usize;
            prop_assert!(place >= share, "{campaign:?} number {of_campaign} at place {place}");
        }
        // In the 24 hours that end as it begins.
        let today = |at: i64| at > at_ms - DAY_MS;
        let within = |of: &dyn Fn(SongId, CampaignId) -> bool| {
            let earlier = earlier.iter().filter(|p| today(p.at_ms) && of(p.song, p.campaign));
            let plays = so_far.iter().filter(|p| today(p.at_ms));
            earlier.count() + plays.filter(|p| p.campaign.is_some_and(|c| of(p.song, c))).count()
        };
        prop_assert!(within(&|s, _| s == song) <= mixing.per_song_day as usize);
        prop_assert!(within(&|_, c| Some(c) == campaign) <= mixing.per_campaign_day as usize);
        prop_assert!(within(&|_, _| true) <= mixing.per_day as usize);
    }
    Ok(())
}

fn rules() -> impl Strategy<Value = Mixing> {
    let places = (1usize..16, 1usize..14, 0.0f64..1.0, 1usize..5, 0usize..6);
    let caps = (0u32..4, 0u32..5, 0u32..5, 0u32..8, 0u32..12, 0usize..30);
    (places, caps, 0.0f64..1.0, any::<bool>(), 0usize..6).prop_map(
        |(places, caps, least_interest, exact, patience)| {
            let (queue, window, share, spacing, protected) = places;
            let (per_song, per_campaign, per_song_day, per_campaign_day, per_day, pace) = caps;
            Mixing {
                method: if exact { Method::Exact } else { Method::Greedy },
                patience,
                queue,
                at_most: (share * (window + 1) as f64) as usize,
                window,
                spacing,
                protected,
                per_song,
                per_campaign,
                per_song_day,
                per_campaign_day,
                per_day,
                pace,
                least_interest,
            }
        },
    )
}

/// At most `most` songs in order of score. Those of one number differ in nothing.
fn candidates(most: usize) -> impl Strategy<Value = Vec<Candidate>> {
    let candidate = (0u32..80, -0.2f64..1.0, 0.0f64..1.0, prop::option::of(0u16..5));
    let distinct = |all: Vec<(u32, f64, f64, Option<u16>)>| {
        let mut seen = std::collections::BTreeSet::new();
        let songs = all.into_iter().filter(|(song, ..)| seen.insert(*song));
        let mut candidates: Vec<Candidate> = songs
            .map(|(song, score, interest, campaign)| Candidate {
                song: SongId(song),
                score: Score::new(score),
                interest: Score::new(interest),
                campaign: campaign.map(CampaignId),
            })
            .collect();
        candidates.sort_by_key(|c| std::cmp::Reverse(c.score));
        candidates
    };
    prop::collection::vec(candidate, 0..most).prop_map(distinct)
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

/// One request: the bandit's target, by how much the guardrail lowers M, what follows, and after how
/// many hours.
fn request() -> impl Strategy<Value = (f64, usize, Next, i64)> {
    let next = prop_oneof![
        4 => (1usize..4).prop_map(Next::Hear),
        1 => any::<prop::sample::Index>().prop_map(Next::Pick),
        1 => (0u32..120, prop::option::of(0u16..5)).prop_map(|(song, c)| Next::Open(song, c)),
    ];
    (
        prop_oneof![3 => 0.0f64..1.0, 1 => Just(1.0)],
        prop_oneof![3 => Just(0usize), 1 => 1usize..4],
        next,
        prop_oneof![4 => Just(0i64), 1 => 1i64..30],
    )
}

fn earlier() -> impl Strategy<Value = Vec<Placement>> {
    let placement = (0u32..80, 0u16..5, 1i64..40).prop_map(|(song, campaign, hours)| Placement {
        song: SongId(song),
        campaign: CampaignId(campaign),
        at_ms: -hours * 3_600_000,
    });
    prop::collection::vec(placement, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_promoted_song_keeps_every_rule(
        mixing in rules(),
        earlier in earlier(),
        offers in prop::collection::vec(candidates(60), 1..4),
        requests in prop::collection::vec(request(), 1..24),
    ) {
        let mut heard = Heard::new(earlier.clone());
        let mut plays: Vec<Play> = Vec::new();
        let mut by_hand = false;
        let mut now_ms = 0;
        for (i, (target, lowered, next, hours)) in requests.into_iter().enumerate() {
            now_ms += hours * 3_600_000;
            let offered = &offers[i % offers.len()];
            let target = Score::new(target);
            let at_most = mixing.at_most.saturating_sub(lowered);
            let rules = Rules { mixing: &mixing, at_most, target, heard: &heard, now_ms };
            let mixed = mix(&rules, offered);
            let queue = mixed.queue;

            let of = |song: SongId| offered.iter().find(|c| c.song == song).unwrap();
            let as_plays: Vec<Play> = queue
                .iter()
                .map(|placed| Play { song: placed.song, campaign: of(placed.song).campaign, at_ms: now_ms })
                .collect();
            check(&mixing, at_most, (&earlier, &plays), &as_plays)?;
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
                prop_assert_eq!(mixed.price, None);
            }

            let begun: Vec<Play> = match next {
                Next::Hear(count) => as_plays.into_iter().take(count).collect(),
                Next::Pick(place) => {
                    by_hand |= !as_plays.is_empty();
                    if as_plays.is_empty() { vec![] } else { vec![*place.get(&as_plays)] }
                }
                Next::Open(song, campaign) => {
                    by_hand = true;
                    let (song, campaign) = (SongId(song), campaign.map(CampaignId));
                    vec![Play { song, campaign, at_ms: now_ms }]
                }
            };
            for play in begun {
                heard.begin(play.begun(), target, mixing.at_most);
                plays.push(play);
            }
        }
        // As long as songs came as they were queued, the whole session keeps the rules.
        if !by_hand {
            check(&mixing, mixing.at_most, (&earlier, &[]), &plays)?;
        }
    }

    /// On small cases, against every queue there is: no choice and order of promoted songs at any
    /// places that keep the rules and come in due time is worth more, nor has more promoted songs.
    #[test]
    fn exact_mixing_is_optimal(
        mixing in rules(),
        earlier in earlier(),
        before in prop::collection::vec(prop::option::of(0u16..5), 0..8),
        offered in candidates(14),
        target in 0.05f64..1.0,
    ) {
        let mixing = Mixing { queue: mixing.queue.min(6), method: Method::Exact, ..mixing };
        let target = Score::new(target);
        let (heard, plays) = played(&mixing, &earlier, &before, target);
        let rules =
            Rules { mixing: &mixing, at_most: mixing.at_most, target, heard: &heard, now_ms: 0 };
        let exact = mix(&rules, &offered).queue;
        let greedy = Mixing { method: Method::Greedy, ..mixing };
        let greedy = mix(&Rules { mixing: &greedy, ..rules }, &offered).queue;
        let places = |queue: &[Placed]| -> Vec<usize> {
            (0..queue.len()).filter(|&i| queue[i].promoted).collect()
        };
        // Number n is due once n + 1 songs are earned; it may wait from then on, or from where the
        // first place for it is.
        let due = |n: usize| {
            let earned = |place: usize| {
                heard.credit.millionths() + target.millionths() * (place as i64 + 1)
            };
            (0..1000).find(|&place| earned(place) >= (n as i64 + 1) * 1_000_000)
        };
        let overdue = |n: usize| {
            // Songs since it was due, where that is before the queue.
            let spare = heard.credit.millionths() + target.millionths() - (n as i64 + 1) * 1_000_000;
            (spare.max(0) / target.millionths()) as usize
        };
        let first = places(&greedy);
        let all = Every { mixing: &mixing, offered: &offered, length: greedy.len() };
        let mut best: Option<f64> = None;
        let mut most = 0;
        all.queues(&mut |queue| {
            let at = places(queue);
            let as_plays: Vec<Play> = queue
                .iter()
                .map(|placed| {
                    let of = offered.iter().find(|c| c.song == placed.song).unwrap();
                    Play { song: placed.song, campaign: of.campaign, at_ms: 0 }
                })
                .collect();
            let in_time = at.iter().enumerate().all(|(n, &place)| {
                due(n).is_some_and(|due| place >= due)
            });
            let least = Score::new(mixing.least_interest);
            let liked = queue.iter().filter(|p| p.promoted).all(|p| {
                offered.iter().find(|c| c.song == p.song).unwrap().interest >= least
            });
            // Pacing as the queue is made: the caps count what was heard by now.
            let now = plays.len() + 1;
            let paced = mixing.pace == 0 || as_plays.iter().filter(|p| p.promoted()).all(|p| {
                let of = plays.iter().chain(&as_plays).filter(|q| q.campaign == p.campaign);
                let by_now = (mixing.per_campaign as usize * now).div_ceil(mixing.pace);
                of.count() <= by_now
            });
            let keeps = check(&mixing, mixing.at_most, (&earlier, &plays), &as_plays).is_ok();
            if !(in_time && liked && paced && keeps) {
                return;
            }
            most = most.max(at.len());
            let waits = at.len() == first.len() && at.iter().enumerate().all(|(n, &place)| {
                let latest = due(n).unwrap() + mixing.patience;
                place <= first[n].max(latest.saturating_sub(overdue(n)).min(greedy.len() - 1))
            });
            if waits {
                let worth = worth(queue, &offered);
                best = Some(best.map_or(worth, |best: f64| best.max(worth)));
            }
        });
        let ours = worth(&exact, &offered);
        prop_assert_eq!(places(&exact).len(), first.len());
        prop_assert!(most <= first.len(), "{most} promoted songs would fit, not {}", first.len());
        let best = best.unwrap();
        prop_assert!((ours - best).abs() < 1e-9, "{ours}, but {best} is possible");
    }

    /// On large ones it is never worth less than the greedy queue of the same promoted songs.
    #[test]
    fn exact_mixing_is_never_worse_than_greedy(
        mixing in rules(),
        queue in 20usize..100,
        offered in candidates(300),
        before in prop::collection::vec(prop::option::of(0u16..5), 0..30),
        target in 0.05f64..1.0,
    ) {
        let mixing = Mixing { queue, per_campaign: 20, pace: 0, per_song: 1, ..mixing };
        let target = Score::new(target);
        let (heard, _) = played(&mixing, &[], &before, target);
        let of = |method| {
            let mixing = Mixing { method, ..mixing };
            let at_most = mixing.at_most;
            let rules = Rules { mixing: &mixing, at_most, target, heard: &heard, now_ms: 0 };
            mix(&rules, &offered).queue
        };
        let (exact, greedy) = (of(Method::Exact), of(Method::Greedy));
        let songs = |queue: &[Placed]| {
            let mut songs: Vec<SongId> = queue.iter().map(|p| p.song).collect();
            songs.sort();
            songs
        };
        prop_assert_eq!(songs(&exact), songs(&greedy));
        prop_assert!(worth(&exact, &offered) >= worth(&greedy, &offered) - 1e-9);
    }

    /// The shadow price is what the queue loses in interest when one more promoted song is earned.
    #[test]
    fn the_price_is_the_interest_one_more_promoted_song_takes(
        mixing in rules(),
        offered in candidates(60),
        target in 0.05f64..1.0,
    ) {
        let target = Score::new(target);
        let mut heard = Heard::new([]);
        let of = |heard: &Heard| {
            let at_most = mixing.at_most;
            mix(&Rules { mixing: &mixing, at_most, target, heard, now_ms: 0 }, &offered)
        };
        let mixed = of(&heard);
        heard.credit += Score::ONE;
        let more = of(&heard).queue;
        let interest = |queue: &[Placed]| -> Score {
            queue.iter().map(|p| offered.iter().find(|c| c.song == p.song).unwrap().interest).sum()
        };
        let promoted = |queue: &[Placed]| queue.iter().filter(|p| p.promoted).count();
        if promoted(&more) > promoted(&mixed.queue) {
            prop_assert_eq!(mixed.price, Some(interest(&mixed.queue) - interest(&more)));
        } else {
            prop_assert_eq!(mixed.price, None);
        }
    }

    /// Over a long session the share of promoted songs is the target's, to within the one song that
    /// a session starts half-way to and the one that is due or waits for a better place.
    #[test]
    fn the_realised_share_follows_the_target(
        target in 0.01f64..0.2,
        songs in 20usize..400,
        exact: bool,
    ) {
        let mixing = melody_recommender::policy::shipped("default").unwrap().mixing;
        let method = if exact { Method::Exact } else { Method::Greedy };
        let no_cap = u32::MAX;
        let (per_campaign, per_campaign_day, per_day) = (no_cap, no_cap, no_cap);
        let mixing = Mixing { method, pace: 0, per_campaign, per_campaign_day, per_day, ..mixing };
        let waits = if exact { mixing.patience as f64 * target } else { 0.0 };
        let target = Score::new(target);
        let mut heard = Heard::new([]);
        let mut promoted = 0;
        for i in 0..songs as u32 {
            let offer = |n: u32, campaign: Option<CampaignId>| Candidate {
                song: SongId(20 * i + n),
                score: if campaign.is_some() { Score::new(0.4) } else { Score::ONE },
                interest: Score::ONE,
                campaign,
            };
            let offered: Vec<Candidate> =
                (0..14).map(|n| offer(n, (n == 13).then_some(CampaignId(0)))).collect();
            let at_most = mixing.at_most;
            let rules = Rules { mixing: &mixing, at_most, target, heard: &heard, now_ms: 0 };
            let next = mix(&rules, &offered).queue[0];
            let campaign = next.promoted.then_some(CampaignId(0));
            promoted += usize::from(next.promoted);
            let begun = Play { song: next.song, campaign, at_ms: 0 }.begun();
            heard.begin(begun, target, mixing.at_most);
        }
        let wanted = target.value() * songs as f64;
        let apart = (promoted as f64 - wanted).abs();
        prop_assert!(apart <= 1.0 + waits, "{promoted} of {songs}, not {wanted}");
    }
}

/// A session so far, of songs of these campaigns.
fn played(
    mixing: &Mixing,
    earlier: &[Placement],
    campaigns: &[Option<u16>],
    target: Score,
) -> (Heard, Vec<Play>) {
    let mut heard = Heard::new(earlier.to_vec());
    let mut plays = Vec::new();
    for (i, campaign) in campaigns.iter().enumerate() {
        let (song, campaign) = (SongId(1000 + i as u32), campaign.map(CampaignId));
        let play = Play { song, campaign, at_ms: 0 };
        heard.begin(play.begun(), target, mixing.at_most);
        plays.push(play);
    }
    (heard, plays)
}

/// The position-discounted score of a queue.
fn worth(queue: &[Placed], offered: &[Candidate]) -> f64 {
    let score = |placed: &Placed| offered.iter().find(|c| c.song == placed.song).unwrap().score;
    queue.iter().enumerate().map(|(i, placed)| discount(i).value() * score(placed).value()).sum()
}

/// Every queue of a length: natural songs in order, any promoted songs at any places.
struct Every<'a> {
    mixing: &'a Mixing,
    offered: &'a [Candidate],
    length: usize,
}

impl Every<'_> {
    fn queues(&self, found: &mut dyn FnMut(&[Placed])) {
        let natural: Vec<&Candidate> =
            self.offered.iter().filter(|c| c.campaign.is_none()).collect();
        self.extend(&natural, &mut Vec::new(), found);
    }

    fn with(
        &self,
        next: &Candidate,
        natural: &[&Candidate],
        queue: &mut Vec<Placed>,
        found: &mut dyn FnMut(&[Placed]),
    ) {
        let promoted = next.campaign.is_some();
        queue.push(Placed { song: next.song, promoted, displaced: None });
        self.extend(natural, queue, found);
        queue.pop();
    }

    fn extend(
        &self,
        natural: &[&Candidate],
        queue: &mut Vec<Placed>,
        found: &mut dyn FnMut(&[Placed]),
    ) {
        if queue.len() == self.length.min(self.mixing.queue) {
            return found(queue);
        }
        if let [first, rest @ ..] = natural {
            self.with(first, rest, queue, found);
        }
        for promoted in self.offered.iter().filter(|c| c.campaign.is_some()) {
            if queue.iter().all(|p| p.song != promoted.song) {
                self.with(promoted, natural, queue, found);
            }
        }
    }
}

/// The rules in a whole session: what the engine queues, after whatever hands did.
#[test]
fn the_engine_keeps_the_rules_over_requests() {
    for (seed, profile) in [(1, "casual-listener"), (2, "promotion-averse"), (3, "explorer")] {
        // The highest ratio at every decision, so that the rules have something to hold back, and a
        // guardrail that acts soon.
        let policy = crate::common::policy(|p| {
            p.bandit.algorithm = melody_recommender::policy::Algorithm::Fixed;
            p.bandit.arms.reverse();
            (p.guardrail.horizon, p.guardrail.false_alarms) = (1, 0.5);
            p.guardrail.hold = 1;
            p.near_line.every = 1_000;
        });
        let library = crate::common::LIBRARY.with_policy(policy).unwrap();
        let engine = crate::common::engine_of(&library, profile, None, seed);
        let by_listener = crate::common::random_session(engine.clone(), seed, 24);
        let debugged = crate::common::debugged_session(engine, seed, 24);
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
    let earlier: Vec<Placement> = setup
        .past
        .iter()
        .filter_map(|play| {
            let campaign = catalogue.song(play.song).campaign?;
            Some(Placement { song: play.song, campaign, at_ms: play.began_ms })
        })
        .collect();
    let mut heard: Vec<Play> = Vec::new();
    let mut served: Vec<bool> = Vec::new();
    let mut lowered = false;
    for (step, trace) in timeline.traces().enumerate() {
        let play = |id: &str| {
            let song = catalogue.find(id).unwrap();
            Play { song, campaign: catalogue.song(song).campaign, at_ms: trace.at_ms as i64 }
        };
        if step == 0 || trace.ended.is_some() {
            heard.push(play(&trace.playing.song.id));
            served.push(!trace.playing.opened && !trace.playing.replayed);
        }
        let queue: Vec<Play> = trace.queue.iter().map(|entry| play(&entry.song.id)).collect();
        let (promotion, by_hand) = (&trace.promotion, &trace.overrides);
        let policy = &setup.policy.mixing;
        let window = by_hand.window.unwrap_or(policy.window);
        let at_most = by_hand.at_most.unwrap_or(policy.at_most).min(window);
        let mixing = Mixing { at_most, window, ..*policy };
        check(&mixing, promotion.at_most, (&earlier, &heard), &queue)
            .unwrap_or_else(|e| panic!("{name}, step {step}: {e}"));
        assert_eq!(promotion.window, mixing.window, "{name}, step {step}");
        let guarded = match trace.guardrail.cap_lowered_by {
            _ if trace.guardrail.plain => 0,
            _ if trace.session.skip_streak >= setup.policy.guardrail.skips => 0,
            0 => mixing.at_most,
            by => mixing.at_most.min(policy.at_most.saturating_sub(by)),
        };
        assert_eq!(promotion.at_most, guarded, "{name}, step {step}");
        assert!(promotion.target <= promotion.cap, "{name}, step {step}");
        lowered |= trace.guardrail.cap_lowered_by > 0;
        let last = &heard[heard.len().saturating_sub(promotion.window)..];
        let share = last.iter().filter(|p| p.promoted()).count() as f64 / promotion.window as f64;
        assert_eq!(promotion.realised, Score::new(share), "{name}, step {step}");
        let from = heard.len() - last.len();
        let chosen = (from..heard.len()).filter(|&i| heard[i].promoted() && !served[i]).count();
        let chosen = Score::new(chosen as f64 / promotion.window as f64);
        assert_eq!(promotion.chosen, chosen, "{name}, step {step}");
        // Whatever the listener chose, what is served keeps to the policy's own cap.
        let counted = (from..heard.len()).filter(|&i| heard[i].promoted() && served[i]).count();
        let whole = promotion.window == policy.window;
        assert!(!whole || counted <= policy.at_most, "{name}, step {step}: {counted} were served");
    }
    lowered
}
