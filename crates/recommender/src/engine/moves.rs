//! What would move a song past another where score alone does not decide, as one of them is promoted: each value that
//! can be set by hand is really tried, the nearest first, until the queue it leads to has the one above the other. Where
//! none does that is said, so that nobody looks for it.

use serde::{Deserialize, Serialize};

use super::look::Look;
use super::preview::Preview;
use super::setup::Engine;
use super::state::State;
use crate::ranking::{Flip, Stands};
use melody_core::catalogue::SongId;
use melody_core::overrides::{LONGEST_WINDOW, MOST_BOOST, Overrides};
use melody_core::score::Score;

/// Values of M and N that are tried at most, on either side of the present one.
const FURTHEST: usize = 30;
/// Values that a factor on boosts is tried at, to a point.
const A_POINT: usize = 4;

/// A value that, set alone, puts a song above another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// What is set: `arm`, `at_most`, `window`, `boost`, `alpha`, `beta` or `gamma`.
    pub what: String,
    /// As it is: a name, a count or a weight.
    pub from: String,
    /// As it would be.
    pub to: String,
    /// The share of promotion that is aimed for then.
    pub target: Score,
    /// The song's place then, from 1.
    pub place: usize,
    /// The other one's place then; absent where it is not in the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<usize>,
}

impl Engine {
    /// For each value that can be set the smallest change of it alone that puts the first song above the second, and
    /// a promoted one further up.
    /// Nothing where making a new request does it, as setting anything would. Where there is none, why. `queued`:
    /// whether the first song is in the queue.
    pub(super) fn moves(
        &self,
        state: &State,
        look: &Look,
        (song, above): (SongId, SongId),
        flips: &[Flip],
        queued: bool,
    ) -> (Vec<Move>, Option<String>) {
        let ids = [song, above].map(|song| &*self.setup.catalogue.song(song).id);
        let set = &state.overrides;
        let tried = |next: Overrides| self.preview(state, look, &next).ok();
        let Some(now) = tried(set.clone()) else { return (Vec::new(), None) };
        let stands = now.queue.iter().position(|entry| entry.song.id == ids[0]);
        // A promoted song gains nothing by the other one's falling back behind its place.
        let stands = stands.filter(|_| self.setup.catalogue.song(song).promoted());
        if ahead(&now, ids).is_some() {
            return (Vec::new(), Some("the next request puts it above as things are".into()));
        }
        let moved = |what: &str, from: String, to: String, next: Overrides| {
            let preview = tried(next)?;
            let place = ahead(&preview, ids)?;
            if stands.is_some_and(|stands| place > stands) {
                return None;
            }
            let other = places(&preview, ids).other;
            let target = preview.promotion.target;
            Some(Move { what: what.into(), from, to, target, place, other })
        };
        let mut arms: Vec<_> = self.setup.policy.bandit.arms.iter().collect();
        let aimed = now.promotion.target;
        arms.sort_by_key(|arm| (Score::new(arm.ratio) - aimed).abs());
        let arm = arms.iter().filter(|arm| arm.name != now.arm).find_map(|arm| {
            let next = Overrides { arm: Some(arm.name.clone()), ..set.clone() };
            moved("arm", now.arm.clone(), arm.name.clone(), next)
        });
        let (at_most, window) = (now.promotion.at_most, now.promotion.window);
        let most = nearest(at_most, 0, window).find_map(|value| {
            let next = Overrides { at_most: Some(value), ..set.clone() };
            moved("at_most", at_most.to_string(), value.to_string(), next)
        });
        let long = nearest(window, 1, LONGEST_WINDOW).find_map(|value| {
            let held = set.at_most.map(|at_most| at_most.min(value));
            let next = Overrides { window: Some(value), at_most: held, ..set.clone() };
            moved("window", window.to_string(), value.to_string(), next)
        });
        let factor = (set.boost().value() * A_POINT as f64).round() as usize;
        let most_boost = MOST_BOOST.millionths() as usize / 1_000_000 * A_POINT;
        let boost = nearest(factor, 0, most_boost).find_map(|value| {
            let value = Score::new(value as f64 / A_POINT as f64);
            let next = Overrides { boost: Some(value), ..set.clone() };
            moved("boost", format!("{:.2}", set.boost()), format!("{value:.2}"), next)
        });
        let weights = flips.iter().filter_map(|flip| {
            let to = flip.to?;
            let next = with_weight(set, flip)?;
            moved(&flip.weight, format!("{:.6}", flip.from), format!("{to:.6}"), next)
        });
        let moves: Vec<Move> =
            [arm, most, long, boost].into_iter().flatten().chain(weights).collect();
        let nothing =
            "set by itself, no arm, no boost and no M or N within 30 of now brings it up there";
        let turn = "it comes up in its turn, or at once when the listener opens it";
        let unmoved = moves.is_empty().then(|| match queued {
            true => format!("{nothing}; {turn}"),
            false => nothing.into(),
        });
        (moves, unmoved)
    }

    /// Where two songs really stand once a weight is changed as much as puts the one's score above the other's: what
    /// leaves neither in the queue comes last, as it moves nothing that anybody sees.
    pub(super) fn previewed(
        &self,
        state: &State,
        look: &Look,
        (song, above): (SongId, SongId),
        flips: &mut [Flip],
    ) {
        let ids = [song, above].map(|song| &*self.setup.catalogue.song(song).id);
        for flip in flips.iter_mut() {
            let set = with_weight(&state.overrides, flip);
            let preview = set.and_then(|set| self.preview(state, look, &set).ok());
            flip.then = preview.map(|preview| places(&preview, ids));
        }
        flips.sort_by_key(|flip| flip.then.is_some_and(|then| then.neither()));
    }
}

/// Values set by hand with the weight that a flip asks for.
fn with_weight(set: &Overrides, flip: &Flip) -> Option<Overrides> {
    let to = flip.to?;
    let mut next = set.clone();
    match flip.weight.as_str() {
        "alpha" => next.alpha = Some(to),
        "beta" => next.beta = Some(to),
        _ => next.gamma = Some(to),
    }
    Some(next)
}

/// Where two songs stand in a queue that would be.
fn places(preview: &Preview, [song, above]: [&str; 2]) -> Stands {
    let place = |id: &str| preview.queue.iter().position(|entry| entry.song.id == id);
    Stands { song: place(song).map(|at| at + 1), other: place(above).map(|at| at + 1) }
}

/// The first song's place where it stands above the second, or that is not there.
fn ahead(preview: &Preview, ids: [&str; 2]) -> Option<usize> {
    let Stands { song, other } = places(preview, ids);
    let own = song?;
    other.is_none_or(|other| own < other).then_some(own)
}

/// Other values than `from`, the nearest first, of two as near the smaller.
fn nearest(from: usize, least: usize, most: usize) -> impl Iterator<Item = usize> {
    let pairs = (1..=FURTHEST).flat_map(move |by| [from.checked_sub(by), from.checked_add(by)]);
    pairs.flatten().filter(move |value| (least..=most).contains(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{engine, small, step};
    use melody_core::event::Action;

    #[test]
    fn the_nearest_values_come_first() {
        assert_eq!(nearest(2, 0, 4).collect::<Vec<_>>(), [1, 3, 0, 4]);
    }

    #[test]
    fn what_is_said_to_move_a_promoted_song_does_and_nothing_nearer() {
        let engine = small();
        let (state, _) = engine.start();
        // The fewest, so that more would bring one forward.
        let light = Overrides { arm: Some("light".into()), ..Overrides::default() };
        let (state, trace) = step(&engine, &state, 10, Action::Override(light));
        let look = engine.look(&state);
        let mut told = 0;
        for pair in trace.queue.windows(2) {
            if !pair[1].promoted || pair[1].committed.is_some() {
                continue;
            }
            let find = |place: usize| engine.setup.catalogue.find(&pair[place].song.id).unwrap();
            let why = engine.why_not(&state, &look, find(1), Some(find(0))).unwrap();
            let due = why.due.as_ref().expect("it is promoted, and not committed");
            assert_eq!(due.place, Some(pair[1].position), "{due:?}");
            let first = due.earned.expect("it is in the queue").max(due.allowed);
            assert!(first <= pair[1].position, "{due:?}");
            told += why.moves.len();
            assert_eq!(why.moves.is_empty(), why.unmoved.is_some(), "one of both is said");
            assert!(!why.score_decides(), "a place that is due is no matter of scores");
            for found in &why.moves {
                let mut set = state.overrides.clone();
                match found.what.as_str() {
                    "arm" => set.arm = Some(found.to.clone()),
                    "at_most" => set.at_most = found.to.parse().ok(),
                    "window" => set.window = found.to.parse().ok(),
                    "boost" => set.boost = found.to.parse().ok().map(Score::new),
                    _ => continue,
                }
                let really = engine.preview(&state, &look, &set).unwrap();
                let ids = [pair[1].song.id.as_str(), pair[0].song.id.as_str()];
                assert_eq!(ahead(&really, ids), Some(found.place), "{found:?}");
                let base = engine.preview(&state, &look, &state.overrides).unwrap();
                let was = base.queue.iter().find(|entry| entry.song.id == ids[0]).unwrap();
                assert!(found.place < was.position, "further up, and not beside: {found:?}");
            }
        }
        assert!(told > 0, "something moves one of them");
    }

    #[test]
    fn where_nothing_that_can_be_set_moves_it_that_is_said() {
        let engine = engine(|settings| {
            let only = settings.bandit.arms.swap_remove(2);
            settings.bandit.arms = vec![only];
            // No room for another promoted song, whatever is set.
            settings.mixing.spacing = 11;
            settings.mixing.protected = 5;
        });
        let (state, trace) = engine.start();
        let place = trace.queue.iter().position(|entry| entry.promoted).expect("one is due");
        let find = |at: usize| engine.setup.catalogue.find(&trace.queue[at].song.id).unwrap();
        let look = engine.look(&state);
        let (moves, unmoved) = engine.moves(&state, &look, (find(place), find(0)), &[], true);
        assert_eq!(moves, []);
        assert!(unmoved.unwrap().starts_with("set by itself, no arm"));
        let last = trace.queue.len() - 1;
        let (moves, unmoved) = engine.moves(&state, &look, (find(0), find(last)), &[], true);
        assert_eq!(moves, []);
        assert_eq!(unmoved.unwrap(), "the next request puts it above as things are");
    }

    #[test]
    fn a_song_that_scores_higher_already_is_given_no_advice_on_weights() {
        let engine = small();
        let (state, _) = engine.start();
        let look = engine.look(&state);
        let natural = state.queue.iter().filter(|queued| !queued.promoted);
        let natural: Vec<SongId> = natural.map(|queued| queued.song).collect();
        let last = natural[natural.len() - 1];
        let why = engine.why_not(&state, &look, natural[0], Some(last)).unwrap();
        assert!(why.lacks < Score::ZERO && why.flips.is_empty(), "{why:?}");
    }
}
