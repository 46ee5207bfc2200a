//! Why a song ranks where it does, or is not there at all, and what would change that.
//!
//! What the trace says of a song of the queue is taken from the trace, to the last digit. For any other
//! song the same state is ranked again, which is the same arithmetic.

use serde::{Deserialize, Serialize};

use super::look::Look;
use super::moves::Move;
use super::setup::Engine;
use super::state::State;
use super::trace::{Commitment, DisplacedSong, SongRef, Trace};
use crate::ranking::{Dropped, Due, Flip, FusionWeights, Ledger, Ranking, Stage, weighed_heads};
use crate::retrieval::{Missed, standings};
use melody_core::catalogue::SongId;
use melody_core::score::Score;
use melody_model::{Gates, HeadOutputs};

/// Everything there is to say about one song at one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Events up to then; 0 where the session begins.
    pub step: u32,
    /// The one explained.
    pub song: SongRef,
    /// Its place in the queue, from 1; absent if it has none.
    pub position: Option<usize>,
    /// Where every point of its score comes from.
    pub ledger: Ledger,
    /// For a song that no source brought: where it stood with each, and how it would have ranked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Missed>,
    /// What the model predicts of it.
    pub heads: HeadOutputs,
    /// How the interest score comes of the heads. The parts are rounded each; the score is their
    /// exact sum rounded once.
    pub interest: Vec<InterestPart>,
    /// That sum: what alpha multiplies.
    #[serde(default)]
    pub interest_score: Score,
    /// `[task][expert]`.
    pub gates: Gates,
    /// The fusion weights of the step.
    pub weights: FusionWeights,
    /// Set where the song is committed, and keeps its place whatever ranks above it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed: Option<Commitment>,
    /// For a promoted song of the queue: the natural song it took the place of.
    pub displaced: Option<DisplacedSong>,
    /// Share of the network's attention on the profile.
    pub attention_profile: Score,
    /// Share on the song itself.
    pub attention_own: Score,
    /// Shares on past plays, the most attended first.
    pub attention: Vec<AttendedPlay>,
    /// The song right above it in the queue, or for one that is not there in the order of scores; and the
    /// one right below.
    pub above: Option<Neighbour>,
    /// None where the song is the last.
    pub below: Option<Neighbour>,
}

/// A part of the interest score: `value` is `weight` times `head`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InterestPart {
    /// `completion`, `play ratio`, `like or save`, `no skip`, `save` or `replay`.
    pub name: String,
    /// Of the policy.
    pub weight: f64,
    /// What the weight multiplies, in [0, 1].
    #[serde(default)]
    pub head: Score,
    /// In points of the interest score.
    pub value: Score,
}

/// A past play the network looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendedPlay {
    /// Of the song that played.
    pub title: String,
    /// Its artists' names.
    pub artist: String,
    /// The identifier of its genre.
    pub genre: String,
    /// 1 for the last play.
    pub plays_ago: usize,
    /// Heard over duration, in [0, 1].
    pub play_ratio: Score,
    /// It played to its end, or so near that it counts.
    pub completed: bool,
    /// The listener went on before that.
    pub skipped: bool,
    /// Or saved.
    pub liked: bool,
    /// Mean attention weight over layers and heads.
    pub share: Score,
}

/// Another song in the order of scores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Its identifier in the catalogue.
    pub id: String,
    /// For a person.
    pub title: String,
    /// Its final score.
    pub score: Score,
}

/// Why a song is not above another, and what would put it there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhyNot {
    /// The song asked about.
    pub song: Neighbour,
    /// The one it is compared with.
    pub above: Neighbour,
    /// Points the song lacks; negative where its score is the higher one.
    pub lacks: Score,
    /// The stage that dropped it, if one did.
    pub dropped: Option<Dropped>,
    /// What decides beside the score, where something does.
    pub beside: Option<String>,
    /// For each weight the smallest change of it alone that gives the song the higher score. None
    /// for a song that no source brought or a rule excludes, nor where its score is the higher one already.
    pub flips: Vec<Flip>,
    /// When a promoted song's place is due, of the two the one asked about first; none where neither is promoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// That in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Where one of the two is promoted, so that score alone decides nothing: for each value that can be set
    /// the smallest change of it alone that, really ranked, puts the song above the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
    /// Where there are none of them though they were looked for: what was tried, or why nothing is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmoved: Option<String>,
}

impl WhyNot {
    /// Whether the scores decide which of the two stands above: not where a place is due, a song is committed or one
    /// is not in the queue.
    pub fn score_decides(&self) -> bool {
        self.due.is_none() && self.beside.is_none() && self.dropped.is_none()
    }
}

impl Engine {
    /// The account of any song at a state, with the trace that led to it.
    pub fn explain(&self, state: &State, trace: &Trace, song: SongId) -> Explanation {
        self.explain_of(state, trace, &self.look_at(state, &[song]), song)
    }

    /// The same of a look that was taken before.
    pub fn explain_of(
        &self,
        state: &State,
        trace: &Trace,
        look: &Look,
        song: SongId,
    ) -> Explanation {
        let catalogue = &self.setup.catalogue;
        let look = &*self.with_songs(state, look, &[song]);
        let reference = SongRef::new(catalogue, song);
        let queued = trace.queue.iter().find(|entry| entry.song.id == reference.id);
        let view = state.view();
        let attention = state.model.attention(&state.model.encode(&view), catalogue, &view, song);
        self.with_ranking_of(state, look, |ranking, scored| {
            let place = ranking.place(song);
            let heads = queued.map_or(*scored.outputs(place), |entry| entry.heads);
            let [above, below] = self.neighbours(ranking, song);
            Explanation {
                step: trace.step,
                position: queued.map(|entry| entry.position),
                ledger: queued.map_or_else(|| ranking.ledger(song), |entry| entry.ledger.clone()),
                missed: self.missed(state, look, ranking, song),
                heads,
                interest: self.interest_parts(state, &heads),
                interest_score: queued.map_or(ranking.scores(song).interest, |e| e.interest),
                gates: queued.map_or_else(|| scored.gates(place), |e| e.gates.clone()),
                weights: trace.weights.clone(),
                committed: queued.and_then(|entry| entry.committed.clone()),
                displaced: queued.and_then(|entry| entry.displaced.clone()),
                attention_profile: attention.profile,
                attention_own: attention.own,
                attention: self.attended(state, &attention.plays),
                above,
                below,
                song: reference,
            }
        })
    }

    /// Why `song` is not above another: by default the one right before it in the queue, of its own kind
    /// where there is one, or for a song that is not in the queue the last of its kind there. `None` for
    /// the first.
    pub fn why_not(
        &self,
        state: &State,
        look: &Look,
        song: SongId,
        above: Option<SongId>,
    ) -> Option<WhyNot> {
        let catalogue = &self.setup.catalogue;
        let asked: Vec<SongId> = above.into_iter().chain([song]).collect();
        let look = &*self.with_songs(state, look, &asked);
        let (mut why, above) = self.why_not_by_score(state, look, song, above)?;
        self.previewed(state, look, (song, above), &mut why.flips);
        let promoted = [song, above].map(|song| catalogue.song(song).promoted());
        let excluded = why.dropped.as_ref().is_some_and(|d| d.stage != Stage::Mixing);
        if promoted.contains(&true) && !excluded && why.unmoved.is_none() {
            let queued = why.dropped.is_none();
            (why.moves, why.unmoved) = self.moves(state, look, (song, above), &why.flips, queued);
        }
        Some(why)
    }

    /// The first value of one weight, by its key, from which a song's score stays above another's, all else held.
    /// `None` where no allowed change does it.
    pub fn flip(
        &self,
        state: &State,
        look: &Look,
        (song, above): (SongId, SongId),
        weight: &str,
    ) -> Option<Score> {
        let look = &*self.with_songs(state, look, &[song, above]);
        self.with_ranking_of(state, look, |ranking, _| {
            ranking.flips(song, above).into_iter().find(|flip| flip.weight == weight)?.to
        })
    }

    /// The same of one ranking, and which song it is held against.
    fn why_not_by_score(
        &self,
        state: &State,
        look: &Look,
        song: SongId,
        above: Option<SongId>,
    ) -> Option<(WhyNot, SongId)> {
        let catalogue = &self.setup.catalogue;
        self.with_ranking_of(state, look, |ranking, _| {
            let dropped = ranking.kept_out(song);
            let promoted = catalogue.song(song).promoted();
            let last = ranking.queue.iter().rev().find(|queued| queued.promoted == promoted);
            let above = above.or_else(|| match dropped {
                Some(_) => last.or(ranking.queue.last()).map(|queued| queued.song),
                None => {
                    let before = || ranking.queue.iter().take_while(|queued| queued.song != song);
                    let alike = before().filter(|queued| queued.promoted == promoted).last();
                    alike.or_else(|| before().last()).map(|queued| queued.song)
                }
            });
            // Nothing stands above itself.
            let above = above.filter(|above| *above != song)?;
            let excluded = dropped.as_ref().is_some_and(|d| d.stage != Stage::Mixing);
            let lacks = ranking.lacks(song, above);
            let flips = self.needed(ranking, (song, above), excluded);
            let already = flips.is_none();
            // A target is set by choosing an arm, and by nothing else.
            let arms = self.setup.policy.bandit.arms.iter();
            let most = arms.map(|arm| Score::new(arm.ratio)).max();
            let due = ranking.due(song).map(|due| (due.told(place(ranking, above), most), due));
            let kept = || state.kept_due(song).map(|due| (due.told(None, most), due));
            let due = due.or_else(kept).or_else(|| {
                let due = ranking.due(above).or_else(|| state.kept_due(above))?;
                Some((format!("the other song is promoted: {}", due.told(None, most)), due))
            });
            let (when, due) = due.filter(|_| !excluded && !already).unzip();
            let committed = [song, above].map(|song| state.request.left.contains(&song));
            // What is due tells more than that something has to be.
            let promoted = match already || when.is_some() {
                true => [false; 2],
                false => [song, above].map(|song| catalogue.song(song).promoted()),
            };
            let why = WhyNot {
                song: self.neighbour(ranking, song),
                above: self.neighbour(ranking, above),
                lacks,
                beside: beside(dropped.as_ref(), promoted, committed),
                when,
                dropped,
                flips: flips.unwrap_or_default(),
                due,
                moves: Vec::new(),
                unmoved: already.then(|| "it stands above it already".into()),
            };
            Some((why, above))
        })
    }

    /// What would put a song's score above another's; `None` where it stands above it already, and nothing has to change.
    fn needed(
        &self,
        ranking: &Ranking,
        (song, above): (SongId, SongId),
        excluded: bool,
    ) -> Option<Vec<Flip>> {
        let stands =
            place(ranking, song).zip(place(ranking, above)).is_some_and(|(own, other)| own < other);
        // By score alone a natural song can stand level with one below it, and still be moved from there.
        let mixed = [song, above].iter().any(|song| self.setup.catalogue.song(*song).promoted());
        let settled = stands && mixed || ranking.lacks(song, above) < Score::ZERO;
        let flips = if excluded || settled { Vec::new() } else { ranking.flips(song, above) };
        (!(stands && flips.is_empty())).then_some(flips)
    }

    /// Where a song that no source brought stands; `None` for a candidate.
    fn missed(
        &self,
        state: &State,
        look: &Look,
        ranking: &Ranking,
        song: SongId,
    ) -> Option<Missed> {
        if !look.retrieved.sources(song).is_empty() {
            return None;
        }
        let query = state.model.query(&look.listener, &state.view());
        let standings = standings(&self.asking(state, query.as_ref()), song);
        Some(Missed { standings, rank: ranking.rank(song) })
    }

    fn neighbour(&self, ranking: &Ranking, song: SongId) -> Neighbour {
        let entry = self.setup.catalogue.song(song);
        let (id, title) = (entry.id.to_string(), entry.title.to_string());
        Neighbour { id, title, score: ranking.total(song) }
    }

    /// The songs right above and below: in the queue, or for a song that is not there in the order of
    /// scores, of those that are ranked.
    fn neighbours(&self, ranking: &Ranking, song: SongId) -> [Option<Neighbour>; 2] {
        let queue = ranking.queue.iter().map(|queued| queued.song);
        let order: Vec<SongId> = match queue.clone().any(|queued| queued == song) {
            true => queue.collect(),
            false => ranking.in_order().collect(),
        };
        let Some(place) = order.iter().position(|s| *s == song) else { return [None, None] };
        let at = |place: Option<usize>| {
            place.and_then(|at| order.get(at)).map(|s| self.neighbour(ranking, *s))
        };
        [at(place.checked_sub(1)), at(Some(place + 1))]
    }

    fn interest_parts(&self, state: &State, heads: &HeadOutputs) -> Vec<InterestPart> {
        let blend = &self.scored_by(state).0.interest;
        let parts = weighed_heads(blend, heads).into_iter().map(|head| InterestPart {
            name: head.name.into(),
            weight: head.weight,
            head: head.value,
            value: Score::new(head.weight * head.value.value()),
        });
        parts.collect()
    }

    fn attended(&self, state: &State, shares: &[Score]) -> Vec<AttendedPlay> {
        let catalogue = &self.setup.catalogue;
        let recent = state.history.recent();
        let count = recent.len();
        let mut plays: Vec<AttendedPlay> = recent
            .iter()
            .zip(shares)
            .enumerate()
            .map(|(i, (play, share))| {
                let song = SongRef::new(catalogue, play.song);
                AttendedPlay {
                    title: song.title,
                    artist: song.artist,
                    genre: song.genre,
                    plays_ago: count - i,
                    play_ratio: Score::new(play.play_ratio.into()),
                    completed: play.completed,
                    skipped: play.skipped,
                    liked: play.liked || play.saved,
                    share: *share,
                }
            })
            .collect();
        plays.sort_by(|a, b| b.share.cmp(&a.share).then(a.plays_ago.cmp(&b.plays_ago)));
        plays
    }
}

/// A song's place in a ranking's queue, from 1.
fn place(ranking: &Ranking, song: SongId) -> Option<usize> {
    ranking.queue.iter().position(|queued| queued.song == song).map(|place| place + 1)
}

/// What decides beside the score, of a song and the one above it: whether each is promoted, and committed.
fn beside(dropped: Option<&Dropped>, promoted: [bool; 2], committed: [bool; 2]) -> Option<String> {
    let said = match (dropped.map(|d| d.stage), committed, promoted) {
        (Some(Stage::Retrieval), ..) => "no weight helps a song that no source brings",
        (Some(Stage::Filter), ..) => "no weight helps a song that a rule excludes",
        (_, [_, true], _) => {
            "the other song is committed: this is about the ranking of now, and holds from the next request on, which setting a value makes at once"
        }
        (_, [true, _], _) => {
            "this song is committed: it keeps its place until the next request, whatever the ranking of now says"
        }
        (_, _, [true, _]) => {
            "a promoted song is placed when promotion is due, the best-scored first"
        }
        (_, _, [false, true]) => "the other song is promoted: it is placed when promotion is due",
        _ => return None,
    };
    Some(said.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{finish, small};

    fn dropped(stage: Stage) -> Dropped {
        Dropped { stage, why: String::new(), margin: Score::ZERO }
    }

    #[test]
    fn what_decides_beside_the_score_is_said_where_something_does() {
        let brought = |d: Option<&Dropped>, promoted| beside(d, promoted, [false; 2]).is_some();
        assert!(brought(Some(&dropped(Stage::Retrieval)), [false; 2]));
        assert!(brought(Some(&dropped(Stage::Filter)), [false; 2]));
        assert!(brought(None, [true, false]));
        assert!(brought(None, [false, true]));
        assert!(!brought(None, [false; 2]), "two natural songs stand by their scores");
        let committed = |which| beside(None, [false; 2], which).unwrap();
        assert!(committed([false, true]).contains("the other song is committed"));
        assert!(committed([true, false]).contains("this song is committed"));
    }

    #[test]
    fn the_parts_of_interest_add_up_to_it() {
        let engine = small();
        let (state, trace) = engine.start();
        for entry in &trace.queue {
            let song = engine.setup.catalogue.find(&entry.song.id).unwrap();
            let explained = engine.explain(&state, &trace, song);
            let parts: f64 = explained.interest.iter().map(|part| part.value.value()).sum();
            assert!((parts - entry.interest.value()).abs() < 4e-6, "{}", entry.song.id);
            assert_eq!(explained.position, Some(entry.position));
            assert_eq!(explained.ledger, entry.ledger);
        }
    }

    #[test]
    fn attention_is_shared_out_whole_and_told_the_most_attended_first() {
        let engine = small();
        let (state, _) = finish(&engine, &engine.start().0);
        let (state, trace) = finish(&engine, &state);
        let explained = engine.explain(&state, &trace, state.queue[0].song);
        assert_eq!(explained.attention.len(), 2);
        assert!(explained.attention[0].share >= explained.attention[1].share);
        let ago: usize = explained.attention.iter().map(|play| play.plays_ago).sum();
        assert_eq!(ago, 1 + 2);
        let past: f64 = explained.attention.iter().map(|play| play.share.value()).sum();
        let all = past + explained.attention_profile.value() + explained.attention_own.value();
        assert!((all - 1.0).abs() < 1e-4, "{all}");
    }

    #[test]
    fn neighbours_are_those_of_the_queue() {
        let engine = small();
        let (state, trace) = engine.start();
        let at = |place: usize| engine.explain(&state, &trace, state.queue[place].song);
        let id = |neighbour: Option<Neighbour>| neighbour.map(|neighbour| neighbour.id);
        let queued = |place: usize| Some(trace.queue[place].song.id.clone());
        assert_eq!(id(at(0).above), None);
        assert_eq!(id(at(0).below), queued(1));
        assert_eq!(id(at(4).above), queued(3));
        assert_eq!(id(at(trace.queue.len() - 1).below), None);
    }

    #[test]
    fn the_first_song_has_nothing_above_it_and_a_lower_one_lacks_points() {
        let engine = small();
        let (state, _) = engine.start();
        let look = engine.look(&state);
        let first = state.queue[0].song;
        assert!(engine.why_not(&state, &look, first, None).is_none());
        assert!(engine.why_not(&state, &look, first, Some(first)).is_none(), "nor itself");
        let natural: Vec<SongId> = state
            .queue
            .iter()
            .filter(|queued| !queued.promoted)
            .map(|queued| queued.song)
            .collect();
        let why = engine.why_not(&state, &look, natural[2], None).unwrap();
        assert_eq!(why.above.id, engine.setup.catalogue.song(natural[1]).id);
        assert_eq!(why.lacks, why.above.score - why.song.score);
        assert!(why.lacks >= Score::ZERO && why.dropped.is_none() && why.beside.is_none());
    }

    #[test]
    fn no_weight_helps_the_song_that_plays_now() {
        let engine = small();
        let (state, _) = engine.start();
        let why = engine.why_not(&state, &engine.look(&state), state.playing.song, None).unwrap();
        assert_eq!(why.dropped.map(|dropped| dropped.stage), Some(Stage::Filter));
        assert!(why.flips.is_empty() && why.beside.is_some());
    }
}
