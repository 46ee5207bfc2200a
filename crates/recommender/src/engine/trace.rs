//! The trace of a step: what was decided and why. Every number shown anywhere comes from here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bandit::{ArmReport, Choice, Credit, Learned};
use crate::feedback::{GuardrailReport, MetricsReport, UpdateReport};
use crate::policy::Group;
use crate::ranking::{Displaced, Dropped, FusionWeights, Ledger};
use melody_core::catalogue::{Catalogue, SongId, taxonomy};
use melody_core::event::Event;
use melody_core::listener::{Tally, Tier};
use melody_core::overrides::Overrides;
use melody_core::scene::Scene;
use melody_core::score::Score;
use melody_model::{Gates, HeadOutputs};

/// The version of the trace's schema.
pub const TRACE_FORMAT: u32 = 1;

/// One step of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    pub step: u32,
    pub at_ms: u64,
    /// Absent at step 0, where the session begins.
    pub event: Option<Event>,
    pub versions: Versions,
    /// The play that this event ended, if it did.
    pub ended: Option<EndedPlay>,
    pub playing: PlayingNow,
    pub listener: ListenerReport,
    pub metrics: MetricsReport,
    pub guardrail: GuardrailReport,
    pub promotion: PromotionReport,
    pub bandit: BanditReport,
    pub weights: FusionWeights,
    pub session: SessionReport,
    /// What is set by hand.
    #[serde(default, skip_serializing_if = "Overrides::is_empty")]
    pub overrides: Overrides,
    pub candidates: CandidateReport,
    pub near_line: NearLineReport,
    pub queue: Vec<QueueEntry>,
    /// The best songs that found no place, and why.
    pub runners_up: Vec<RunnerUp>,
    /// Shares of the queue.
    pub shares: Shares,
    /// What just changed and why, the most important first.
    pub notes: Vec<Note>,
}

/// What produced a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    pub model: String,
    /// 0 as trained; near-line updates count up.
    pub model_number: u32,
    pub model_hash: String,
    pub policy: String,
    pub policy_hash: String,
    /// The learned ranker that scores songs; absent where fusion and adjustments do, which are all in
    /// the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranker: Option<Box<RankerVersion>>,
    /// Of what the bandit started from.
    pub experience_hash: String,
    /// Of what this listener's earlier sessions had taught, in place of the experience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_hash: Option<String>,
    pub catalogue: String,
    pub catalogue_hash: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankerVersion {
    pub name: String,
    pub hash: String,
}

/// A song as a person knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SongRef {
    pub id: String,
    pub title: String,
    pub artist: String,
    pub genre: String,
    pub family: String,
    pub duration_ms: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    pub premium: bool,
}

impl SongRef {
    /// The song as the catalogue describes it.
    pub fn new(catalogue: &Catalogue, id: SongId) -> Self {
        let song = catalogue.song(id);
        let genre = catalogue.genre(song);
        SongRef {
            id: song.id.clone(),
            title: song.title.clone(),
            artist: catalogue.artist_names(song),
            genre: genre.id.clone(),
            family: taxonomy().families[genre.family].id.clone(),
            duration_ms: song.duration_ms,
            campaign: song.campaign.map(|c| catalogue.campaign(c).id.clone()),
            premium: song.premium,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedPlay {
    pub song: SongRef,
    pub heard_ms: u32,
    pub play_ratio: Score,
    pub completed: bool,
    pub skipped: bool,
    pub liked: bool,
    pub saved: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayingNow {
    pub song: SongRef,
    pub began_ms: u64,
    pub liked: bool,
    pub saved: bool,
    pub opened: bool,
    pub replayed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerReport {
    pub profile: String,
    pub tier: Tier,
    pub scene: Scene,
    pub segment: Group,
    pub appetite: Group,
    pub previews: u32,
    /// Plays in this session.
    pub plays: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionReport {
    /// Chosen by the bandit, held to the cap.
    pub target: Score,
    /// M over N, after the guardrail.
    pub cap: Score,
    pub at_most: usize,
    pub window: usize,
    /// Promoted share of the last N songs begun.
    pub realised: Score,
    /// Promoted share of the queue.
    pub shown: Score,
    /// Promotion earned and not yet placed; at one the next allowed place is due.
    pub credit: Score,
    /// Interest given up for the promoted songs in the queue.
    pub displaced_interest: Score,
    /// The shadow price of the ratio: interest the queue would lose in all with one more promoted
    /// song; absent where the rules allow no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Score>,
    /// Rules that segment or scene tighten, guardrail or hand change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
}

/// A rule of mixing that is not the policy's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Its key in the policy: `at_most`, ...
    pub rule: String,
    pub value: Score,
    /// `segment casual`, `scene focus`, `guardrail level 1` or `by hand`.
    pub from: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BanditReport {
    pub algorithm: String,
    pub arm: String,
    /// Probability with which the current arm was chosen.
    pub propensity: Score,
    /// The step the current arm was chosen at.
    pub since: u32,
    pub arms: Vec<ArmReport>,
    /// Set at the step a decision was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Choice>,
    /// Set at the step a decision's reward was learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned: Option<Learned>,
    /// Set at the step a conversion came that belongs to a decision closed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credited: Option<Credit>,
}

impl BanditReport {
    /// Whether the bandit knows something that it did not know before this step.
    pub fn taught(&self) -> bool {
        self.learned.is_some() || self.credited.is_some()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionReport {
    pub satisfaction: Score,
    pub skip_streak: u32,
    /// How much of the short-term vector enters the mixture.
    pub gate: Score,
    /// Genres and artists that are up or down, the strongest first.
    pub streaks: Vec<StreakReport>,
    pub searches: Vec<SearchReport>,
    /// Genres the listener has ever played, in the catalogue's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tastes: Vec<TasteReport>,
}

/// What a listener's plays say of a genre: those before the session, and those of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TasteReport {
    pub genre: String,
    pub family: String,
    pub before: Tally,
    pub session: Tally,
}

/// How far ahead fading is told, in milliseconds.
pub const LATER_MS: u64 = 300_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreakReport {
    /// `genre` or `artist`.
    pub kind: String,
    pub name: String,
    /// In [-1, 1].
    pub level: Score,
    /// What will be left of the level after [`LATER_MS`] if nothing happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Score>,
    /// Completed in a row.
    pub run: u32,
    /// What it adds to a song's score now.
    pub boost: Score,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchReport {
    pub query: String,
    pub freshness: Score,
    /// What will be left of it after [`LATER_MS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Score>,
    /// What it adds to the song searched for.
    pub boost: Score,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateReport {
    /// Songs scored.
    pub scored: usize,
    /// Songs any source brought.
    pub retrieved: usize,
    /// Songs each source brought.
    pub sources: BTreeMap<String, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearLineReport {
    pub accepted: u32,
    pub refused: u32,
    /// Plays until the next update is started.
    pub next_in: u32,
    /// The step at which a running update takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<u32>,
    /// Set at the step an update's result was taken or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdateReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueEntry {
    /// From 1.
    pub position: usize,
    pub song: SongRef,
    pub promoted: bool,
    pub score: Score,
    pub interest: Score,
    pub subscription: Score,
    pub exposure: Score,
    pub heads: HeadOutputs,
    /// `[task][expert]`.
    pub gates: Gates,
    /// Position in the queue before this step; absent if it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<usize>,
    /// For a promoted song: the natural song it took the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub displaced: Option<DisplacedSong>,
    pub ledger: Ledger,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisplacedSong {
    pub song: String,
    /// What the listener gives up.
    pub interest: Score,
}

impl DisplacedSong {
    pub fn new(song: String, displaced: &Displaced) -> Self {
        DisplacedSong { song, interest: displaced.interest }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunnerUp {
    pub song: SongRef,
    pub score: Score,
    pub dropped: Dropped,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    pub promoted: Score,
    pub premium: Score,
    pub genres: BTreeMap<String, Score>,
    pub families: BTreeMap<String, Score>,
}

/// Something that changed, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Note {
    Guardrail {
        raised: bool,
        level: u32,
        cause: String,
        cap: Score,
    },
    Target {
        from: Score,
        to: Score,
        arm: String,
        promoted_skips: u32,
        reward: Option<Score>,
        /// Skips in a row, where they are so many that promotion waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<u32>,
    },
    Segment {
        from: String,
        to: String,
        because: String,
    },
    Subscribed,
    /// Values were set by hand, or all given back to the policy.
    Override {
        released: bool,
    },
    Model {
        accepted: bool,
        number: u32,
        held_back_before: Score,
        held_back_after: Score,
    },
    Search {
        query: String,
    },
    Streak {
        genre: String,
        run: u32,
        boost: Score,
    },
    Scene {
        scene: Scene,
    },
    Skipped {
        promoted: bool,
        genre: String,
    },
    Opened {
        title: String,
    },
    Liked {
        title: String,
    },
    Started,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{DURATION_MS, FIRST_PROMOTED, catalogue, small};

    #[test]
    fn a_song_is_told_as_a_person_knows_it() {
        let mut catalogue = catalogue();
        let second = catalogue.songs[1].artists[0];
        catalogue.songs[0].artists.push(second);
        let song = SongRef::new(&catalogue, SongId(0));
        assert_eq!((song.id.as_str(), song.title.as_str()), ("s00", "Song 0"));
        assert_eq!(song.artist, "Artist 0, Artist 1");
        assert_eq!((song.duration_ms, song.campaign, song.premium), (DURATION_MS, None, false));
        let promoted = SongRef::new(&catalogue, SongId(FIRST_PROMOTED));
        assert_eq!(promoted.campaign.as_deref(), Some("spring"));
    }

    #[test]
    fn a_trace_reads_back_from_its_json() {
        let trace = small().start().1;
        let text = serde_json::to_string(&trace).unwrap();
        assert_eq!(serde_json::from_str::<Trace>(&text).unwrap(), trace);
        assert!(!text.contains("\"overrides\""), "nothing set by hand takes no room");
    }

    #[test]
    fn a_note_names_its_kind() {
        let note = serde_json::to_value(Note::Override { released: true }).unwrap();
        assert_eq!(note, serde_json::json!({ "kind": "override", "released": true }));
    }
}
