//! What came of a listener's sessions: read off traces, nothing more.

use serde::{Deserialize, Serialize};

use melody_core::catalogue::Catalogue;
use melody_core::event::Action;
use melody_core::listener::{Entry, Interaction, Tier};
use melody_core::plays::LoggedSession;
use melody_recommender::engine::Trace;
use melody_simulation::{End, Felt};

const HOUR_MS: f64 = 3_600_000.0;

/// A play before the first session.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// What was played.
    pub entry: Entry,
    /// It was heard to its end.
    pub completed: bool,
}

impl Past {
    /// Of plays as the engine is told of them.
    pub fn of(catalogue: &Catalogue, plays: &[Interaction]) -> Vec<Self> {
        let past = |play: &Interaction| Past {
            entry: Entry::new(catalogue, play.song),
            completed: play.completed,
        };
        plays.iter().map(past).collect()
    }
}

/// One play.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// What was played.
    pub entry: Entry,
    /// Seconds heard of it.
    pub seconds: f64,
    /// Heard over duration, in [0, 1].
    pub play_ratio: f64,
    /// It played to its end, or so near that it counts.
    pub completed: bool,
    /// The listener went on before that.
    pub skipped: bool,
    /// While it played.
    pub liked: bool,
    /// While it played.
    pub saved: bool,
    /// A campaign promotes the song.
    pub promoted: bool,
    /// Chosen by hand.
    pub opened: bool,
    /// The same song again at once.
    pub replayed: bool,
    /// A promoted song was opened, completed or liked.
    pub engaged: bool,
}

/// One sitting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionOutcome {
    /// In order.
    pub plays: Vec<Heard>,
    /// When it began, in hours since the first session of its listener did.
    pub began_h: f64,
    /// Hours until the listener was back, or would have been; absent where that is not known, or never.
    pub away_h: Option<f64>,
    /// Logarithm of how many times as long as usual the listener may be expected to stay away; 0 for sessions of a log.
    pub delay: f64,
    /// The listener never came back.
    pub gone: bool,
    /// Of each play, how likely the reactions to it were; empty for sessions of a log.
    pub felt: Vec<Felt>,
    /// Seconds heard of all plays.
    pub listening_s: f64,
    /// How many were made.
    pub searches: u32,
    /// Whether the listener could have subscribed.
    pub could_subscribe: bool,
    /// Whether the listener did.
    pub subscribed: bool,
    /// The listener left, rather than being cut off at the most songs.
    pub left: bool,
    /// The highest level of the guardrail on listening; 0 where it never acted.
    pub guarded: u32,
    /// The same of the one on selling.
    pub helped: u32,
    /// Whether the song that plays now was opened by hand, and whether it was asked for again.
    pub(super) opened: bool,
    pub(super) replayed: bool,
}

/// One listener.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListenerOutcome {
    /// The segment at the first session's start; empty where no policy was asked.
    pub segment: String,
    /// What was heard before them, oldest first.
    pub past: Vec<Past>,
    /// One after the other.
    pub sessions: Vec<SessionOutcome>,
}

impl ListenerOutcome {
    /// Of all sessions, in order.
    pub fn plays(&self) -> impl Iterator<Item = &Heard> + Clone {
        self.sessions.iter().flat_map(|session| &session.plays)
    }
}

impl SessionOutcome {
    /// Takes in the next trace of the session.
    pub fn watch(&mut self, catalogue: &Catalogue, trace: &Trace) {
        if trace.event.is_none() {
            self.could_subscribe = trace.listener.tier != Tier::Premium;
        }
        self.guarded = self.guarded.max(trace.guardrail.level);
        self.helped = self.helped.max(trace.guardrail.selling_level);
        match trace.event.as_ref().map(|event| &event.action) {
            Some(Action::Search { .. }) => self.searches += 1,
            Some(Action::Subscribe) => self.subscribed = true,
            _ => {}
        }
        let song = trace.ended.as_ref().and_then(|ended| catalogue.find(&ended.song.id));
        if let (Some(ended), Some(song)) = (&trace.ended, song) {
            let promoted = ended.song.campaign.is_some();
            let seconds = f64::from(ended.heard_ms) / 1000.0;
            self.plays.push(Heard {
                entry: Entry::new(catalogue, song),
                seconds,
                play_ratio: ended.play_ratio.value(),
                completed: ended.completed,
                skipped: ended.skipped,
                liked: ended.liked,
                saved: ended.saved,
                promoted,
                opened: self.opened,
                replayed: self.replayed,
                engaged: promoted && (self.opened || ended.completed || ended.liked),
            });
            self.listening_s += seconds;
        }
        self.opened = trace.playing.opened;
        self.replayed = trace.playing.replayed;
    }

    /// Takes in how the session ended, and how likely the reactions to each play were.
    pub fn end(&mut self, end: End, felt: Vec<Felt>) {
        self.left = end == End::Left;
        self.felt = felt;
    }

    /// The same of a session the logging policy served.
    pub fn logged(catalogue: &Catalogue, session: &LoggedSession) -> Self {
        let seconds = |play: &Interaction| {
            f64::from(play.play_ratio) * f64::from(catalogue.song(play.song).duration_ms) / 1000.0
        };
        let first = session.plays.first();
        SessionOutcome {
            plays: session
                .plays
                .iter()
                .map(|logged| Heard {
                    entry: Entry::new(catalogue, logged.play.song),
                    seconds: seconds(&logged.play),
                    replayed: logged.play.replayed,
                    play_ratio: logged.play.play_ratio.into(),
                    completed: logged.play.completed,
                    skipped: logged.play.skipped,
                    liked: logged.play.liked,
                    saved: logged.play.saved,
                    promoted: logged.engaged.is_some(),
                    opened: logged.play.opened,
                    engaged: logged.engaged == Some(true),
                })
                .collect(),
            listening_s: session.plays.iter().map(|logged| seconds(&logged.play)).sum(),
            searches: session.plays.iter().filter(|logged| logged.play.searched).count() as u32,
            could_subscribe: first.is_some_and(|logged| logged.subscribes.is_some()),
            subscribed: first.is_some_and(|logged| logged.subscribes == Some(true)),
            began_h: first.map_or(0.0, |logged| logged.play.began_ms as f64 / HOUR_MS),
            away_h: None,
            delay: 0.0,
            gone: false,
            felt: Vec::new(),
            left: true,
            guarded: 0,
            helped: 0,
            opened: false,
            replayed: false,
        }
    }
}

#[cfg(test)]
impl Default for Heard {
    fn default() -> Self {
        use melody_core::catalogue::{ArtistId, GenreId, SongId};
        Heard {
            entry: Entry {
                song: SongId(0),
                artist: ArtistId(0),
                genre: GenreId(0),
                popularity: 0.0,
            },
            seconds: 0.0,
            play_ratio: 0.0,
            completed: false,
            skipped: true,
            liked: false,
            saved: false,
            promoted: false,
            opened: false,
            replayed: false,
            engaged: false,
        }
    }
}
