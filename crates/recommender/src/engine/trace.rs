//! The trace of a step: what was decided and why. Every number shown anywhere comes from here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::served::{Renewal, Served};
use crate::bandit::{ArmReport, Choice, Credit, Learned};
use crate::feedback::{GuardrailReport, MetricsReport, Side, UpdateReport};
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
    /// Events so far, its own counted; 0 where the session begins.
    pub step: u32,
    /// When its event came, in milliseconds since the session began.
    pub at_ms: u64,
    /// Absent at step 0, where the session begins.
    pub event: Option<Event>,
    /// Of everything that went into the step.
    pub versions: Versions,
    /// The play that this event ended, if it did.
    pub ended: Option<EndedPlay>,
    /// After the event.
    pub playing: PlayingNow,
    /// Who listens, and the groups they are in.
    pub listener: ListenerReport,
    /// Rates over recent plays and over the session.
    pub metrics: MetricsReport,
    /// How far promotion gives way because listening fell, or selling is helped because it does nothing.
    pub guardrail: GuardrailReport,
    /// How much of the queue may be promoted, and how much is.
    pub promotion: PromotionReport,
    /// How the promotion ratio was chosen.
    pub bandit: BanditReport,
    /// The fusion weights, each with its parts.
    pub weights: FusionWeights,
    /// What the session so far has moved.
    pub session: SessionReport,
    /// What is set by hand.
    #[serde(default, skip_serializing_if = "Overrides::is_empty")]
    pub overrides: Overrides,
    /// Where the songs that were ranked came from.
    pub candidates: CandidateReport,
    /// How far the next update of the model is.
    pub near_line: NearLineReport,
    /// The request that the queue was filled from.
    #[serde(default)]
    pub request: RequestReport,
    /// What comes next, the next song first.
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
    /// The model's name.
    pub model: String,
    /// 0 as trained; near-line updates count up.
    pub model_number: u32,
    /// SHA-256 of its weights, in hexadecimal.
    pub model_hash: String,
    /// SHA-256 of its towers' weights, in hexadecimal; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub towers_hash: Option<String>,
    /// The policy's name.
    pub policy: String,
    /// SHA-256 of its file, in hexadecimal.
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
    /// The catalogue's name.
    pub catalogue: String,
    /// SHA-256 of its files, in hexadecimal.
    pub catalogue_hash: String,
}

/// Which learned ranker scored the songs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankerVersion {
    /// As its file says.
    pub name: String,
    /// SHA-256 of its file, in hexadecimal.
    pub hash: String,
}

/// A song as a person knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SongRef {
    /// In the catalogue.
    pub id: String,
    /// As the catalogue writes it.
    pub title: String,
    /// The names of all its artists.
    pub artist: String,
    /// The genre's identifier.
    pub genre: String,
    /// The identifier of the genre's family.
    pub family: String,
    /// Milliseconds.
    pub duration_ms: u32,
    /// The identifier of the campaign that promotes it; absent for a natural song.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// In full for subscribers; a preview to everybody else.
    pub premium: bool,
}

impl SongRef {
    /// The song as the catalogue describes it.
    pub fn new(catalogue: &Catalogue, id: SongId) -> Self {
        let song = catalogue.song(id);
        let genre = catalogue.genre(song);
        SongRef {
            id: song.id.to_string(),
            title: song.title.to_string(),
            artist: catalogue.artist_names(song),
            genre: genre.id.clone(),
            family: taxonomy().families[genre.family].id.clone(),
            duration_ms: song.duration_ms,
            campaign: song.campaign.map(|c| catalogue.campaign(c).id.clone()),
            premium: song.premium,
        }
    }
}

/// A play that is over, and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedPlay {
    /// What was heard.
    pub song: SongRef,
    /// Milliseconds.
    pub heard_ms: u32,
    /// Heard over what there was to hear, in [0, 1]: the song, or its preview.
    pub play_ratio: Score,
    /// It played to its end, or so near that it counts.
    pub completed: bool,
    /// The listener went on, or chose another song, before that.
    pub skipped: bool,
    /// The listener liked it meanwhile.
    pub liked: bool,
    /// The listener saved it meanwhile.
    pub saved: bool,
    /// Where the song came from; absent where it was in no queue, and where it was played again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<Served>,
}

/// The song that plays after the step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlayingNow {
    /// What is heard.
    pub song: SongRef,
    /// When it began, in milliseconds since the session did.
    pub began_ms: u64,
    /// The listener has liked it in this play.
    pub liked: bool,
    /// The listener has saved it in this play.
    pub saved: bool,
    /// The listener chose it, it did not just come up.
    pub opened: bool,
    /// It repeats the play before it.
    pub replayed: bool,
    /// Where it came from; absent where it was in no queue, and where it is played again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<Served>,
    /// What the model predicted of it when it began; absent in older traces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heads: Option<HeadOutputs>,
    /// It ends after so many milliseconds, as a preview; absent where it is heard whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_ms: Option<u32>,
}

impl PlayingNow {
    /// Milliseconds of it that can be heard: the song, or its preview.
    pub fn length_ms(&self) -> u32 {
        self.preview_ms.unwrap_or(self.song.duration_ms)
    }
}

/// Who listens, as ranking sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerReport {
    /// The identifier of the profile.
    pub profile: String,
    /// What the listener pays now.
    pub tier: Tier,
    /// The situation the listener is in.
    pub scene: Scene,
    /// The listener's own: decides weights and commercial rules, and whose experience the bandit begins from.
    pub segment: Group,
    /// Other segments the listener is in, which have a say in weights and rules, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Group>,
    /// For new songs: decides what novelty is worth.
    pub appetite: Group,
    /// Premium songs heard without a subscription and not skipped, those before the session counted.
    pub previews: u32,
    /// Plays in this session.
    pub plays: u32,
}

/// How promotion stands at a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionReport {
    /// Chosen by the bandit, held to the cap.
    pub target: Score,
    /// M over N, after the guardrail.
    pub cap: Score,
    /// M: promoted songs in any window.
    pub at_most: usize,
    /// N: songs in a window.
    pub window: usize,
    /// Promoted songs of the last N begun, whoever chose them, over N.
    pub realised: Score,
    /// What of it the listener chose, by opening a promoted song or by playing one again. Rules hold for
    /// the rest, which is [`served`](Self::served).
    #[serde(default, skip_serializing_if = "Score::is_zero")]
    pub chosen: Score,
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

impl PromotionReport {
    /// Songs of the last N begun that were promoted and came by themselves, over N: what the cap holds for.
    pub fn served(&self) -> Score {
        self.realised - self.chosen
    }
}

/// A rule of mixing that is not the policy's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Its key in the policy: `at_most`, ...
    pub rule: String,
    /// What the rule is now.
    pub value: Score,
    /// `segment casual`, `scene focus`, `guardrail level 1` or `by hand`.
    pub from: String,
}

/// How the promotion ratio was chosen, and what has been learned of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BanditReport {
    /// Its name in the policy.
    pub algorithm: String,
    /// The current arm's name in the policy.
    pub arm: String,
    /// Probability with which the current arm was chosen.
    pub propensity: Score,
    /// The step the current arm was chosen at.
    pub since: u32,
    /// Every arm as it stood when the current one was chosen; empty before the first choice.
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

/// What the session so far says of the listener's mood and wishes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionReport {
    /// Moving average of play ratios, in [0, 1].
    pub satisfaction: Score,
    /// Skips in a row, up to now.
    pub skip_streak: u32,
    /// How much of the short-term vector enters the mixture.
    pub gate: Score,
    /// Genres that are up or down, the strongest first.
    pub streaks: Vec<StreakReport>,
    /// The newest first.
    pub searches: Vec<SearchReport>,
    /// Genres the listener has ever played, in the catalogue's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tastes: Vec<TasteReport>,
}

/// What a listener's plays say of a genre: those before the session, and those of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TasteReport {
    /// The genre's identifier.
    pub genre: String,
    /// The identifier of its family.
    pub family: String,
    /// Plays before the session.
    pub before: Tally,
    /// Plays of this session.
    pub session: Tally,
}

/// How far ahead fading is told, in milliseconds.
pub const LATER_MS: u64 = 300_000;

/// A genre that is up or down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreakReport {
    /// `genre`; in traces of earlier versions `artist`, too.
    pub kind: String,
    /// The genre's identifier.
    pub name: String,
    /// By how many plays it was taken to more than was foretold; below 0 where less.
    pub level: Score,
    /// What will be left of the level after [`LATER_MS`] if nothing happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Score>,
    /// Completed in a row.
    pub run: u32,
    /// What it adds to a song's score now.
    pub boost: Score,
    /// What it would add now if the step's event had not moved it: absent where that did not, and in older traces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Score>,
}

/// A search that still raises songs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchReport {
    /// The text that was typed.
    pub query: String,
    /// How much of it is left, in [0, 1].
    pub freshness: Score,
    /// What will be left of it after [`LATER_MS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Score>,
    /// What it adds to the song searched for.
    pub boost: Score,
}

/// How many songs ranking had to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateReport {
    /// Songs of the catalogue.
    #[serde(default)]
    pub songs: usize,
    /// Songs scored: those retrieved, the one that plays and one that is asked for.
    pub scored: usize,
    /// Songs any source brought.
    pub retrieved: usize,
    /// Songs each source brought.
    pub sources: BTreeMap<String, usize>,
}

/// How learning from the session goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearLineReport {
    /// Updates taken over in this session.
    pub accepted: u32,
    /// Updates dropped, as they made held-back examples worse than is tolerated.
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

/// The full ranking whose first songs are fixed until they have played or another is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestReport {
    /// From 1; 0 in traces of before there were requests.
    pub number: u32,
    /// The step it was made at.
    pub step: u32,
    /// Why it was made.
    pub because: Renewal,
    /// Its committed songs that have not begun: the first of the queue.
    pub left: usize,
}

/// What would become of a song that is committed, if everything were ranked anew now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Its place then, from 1; absent where it would not be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would: Option<usize>,
    /// Identifiers of the songs that would come before it and stand behind it now, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
}

/// One place of the queue, with all that put the song there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueEntry {
    /// From 1.
    pub position: usize,
    /// What will be heard.
    pub song: SongRef,
    /// Whether a campaign promotes it.
    pub promoted: bool,
    /// The ledger's total.
    pub score: Score,
    /// What alpha multiplies: the heads that foretell listening, blended by the policy.
    pub interest: Score,
    /// What beta multiplies.
    pub subscription: Score,
    /// What gamma multiplies: the exposure head or diversity, by segment.
    pub exposure: Score,
    /// What the model predicts of it.
    pub heads: HeadOutputs,
    /// `[task][expert]`.
    pub gates: Gates,
    /// Position in the queue before this step; absent if it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<usize>,
    /// Set where the song is committed: it plays next in this order whatever is ranked meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed: Option<Commitment>,
    /// For a promoted song: the natural song it took the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub displaced: Option<DisplacedSong>,
    /// Where every point of the score comes from.
    pub ledger: Ledger,
}

/// The natural song that a promoted one took the place of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisplacedSong {
    /// Its identifier in the catalogue.
    pub song: String,
    /// What the listener gives up.
    pub interest: Score,
}

impl DisplacedSong {
    /// `song` is its identifier.
    pub fn new(song: String, displaced: &Displaced) -> Self {
        DisplacedSong { song, interest: displaced.interest }
    }
}

/// A song that found no place in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunnerUp {
    /// What will not be heard.
    pub song: SongRef,
    /// Its final score.
    pub score: Score,
    /// The stage that left it out, and why.
    pub dropped: Dropped,
}

/// Shares of a queue, in [0, 1].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// Songs that a campaign promotes.
    pub promoted: Score,
    /// Songs that only subscribers hear in full.
    pub premium: Score,
    /// By the genre's identifier; those without a song are absent.
    pub genres: BTreeMap<String, Score>,
    /// By the family's identifier; those without a song are absent.
    pub families: BTreeMap<String, Score>,
}

/// Something that changed, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Note {
    /// The guardrail moved by a level.
    Guardrail {
        /// Which of its watches.
        #[serde(default)]
        side: Side,
        /// Up, so that promotion gives way or selling is helped; or down again.
        raised: bool,
        /// The level it is at now; 0 is at rest.
        level: u32,
        /// The evidence that moved it, for a person.
        cause: String,
        /// Largest promoted share that is left.
        cap: Score,
    },
    /// The promotion target is another.
    Target {
        /// Promoted share wanted before.
        from: Score,
        /// Promoted share wanted now.
        to: Score,
        /// The arm chosen at this step; empty if none was.
        arm: String,
        /// Promoted songs skipped among the last ten plays.
        promoted_skips: u32,
        /// Of the decision that closed at this step, if one did.
        reward: Option<Score>,
        /// Skips in a row, where they are so many that promotion waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<u32>,
    },
    /// The listener fell into another segment.
    Segment {
        /// The name of the one before.
        from: String,
        /// The name of the one now.
        to: String,
        /// The conditions that hold for it, with the listener's own values.
        because: String,
    },
    /// Another segment has a say in weights and rules, too.
    Joined {
        /// Its name.
        segment: String,
        /// The conditions that hold for it, with the listener's own values.
        because: String,
    },
    /// A segment has none any longer.
    Left {
        /// Its name.
        segment: String,
    },
    /// The listener started to pay.
    Subscribed,
    /// Values were set by hand, or all given back to the policy.
    Override {
        /// Whether nothing is set any more.
        released: bool,
    },
    /// A near-line update was finished.
    Model {
        /// Whether the session goes on with it.
        accepted: bool,
        /// Of the version that the session goes on with.
        number: u32,
        /// Loss on the listener's newest plays without what was learned from the others.
        held_back_before: Score,
        /// The same with it.
        held_back_after: Score,
    },
    /// Another trained model took over.
    Version {
        /// Its name.
        name: String,
        /// SHA-256 of its weights, in hexadecimal; with what earlier sessions have learned on it, of what that may change.
        hash: String,
        /// The name of the one before.
        from: String,
        /// The hash of the one before as it was then, near-line updates counted.
        from_hash: String,
    },
    /// The listener searched.
    Search {
        /// The text that was typed.
        query: String,
    },
    /// A genre is on a run of completed songs.
    Streak {
        /// The genre's identifier.
        genre: String,
        /// Completed in a row.
        run: u32,
        /// What it adds to scores of that genre now.
        boost: Score,
    },
    /// The listener is in another situation.
    Scene {
        /// The new one.
        scene: Scene,
    },
    /// A song was broken off for another.
    Skipped {
        /// Whether a campaign promotes it.
        promoted: bool,
        /// The identifier of its genre.
        genre: String,
    },
    /// The listener chose a song.
    Opened {
        /// Of the song that plays now.
        title: String,
    },
    /// The current song was liked or saved.
    Liked {
        /// Of the current song.
        title: String,
    },
    /// The session begins.
    Started,
}

impl Note {
    /// Whether it tells of a segment that has come or gone.
    pub fn moves_segments(&self) -> bool {
        matches!(self, Note::Segment { .. } | Note::Joined { .. } | Note::Left { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{DURATION_MS, FIRST_PROMOTED, catalogue, small};

    #[test]
    fn a_song_is_told_as_a_person_knows_it() {
        let mut catalogue = catalogue();
        let mut songs = catalogue.songs.to_vec();
        songs[0].artists = vec![songs[0].lead_artist(), songs[1].lead_artist()].into();
        catalogue.songs = songs.into();
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
