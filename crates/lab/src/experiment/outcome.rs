//! What came of a listener's sessions: read off traces, nothing more.

use melody_core::catalogue::Catalogue;
use melody_core::event::Action;
use melody_core::listener::Tier;
use melody_core::plays::LoggedSession;
use melody_recommender::engine::Trace;
use melody_simulation::{End, Felt};

/// One play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
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
    /// A promoted song was opened, completed or liked.
    pub engaged: bool,
}

/// One sitting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionOutcome {
    /// In order.
    pub plays: Vec<Heard>,
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
    /// Whether the song that plays now was opened by hand.
    pub(super) opened: bool,
}

/// One listener.
#[derive(Clone, Debug, PartialEq)]
pub struct ListenerOutcome {
    /// The segment at the first session's start; empty where no policy was asked.
    pub segment: String,
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
    pub fn watch(&mut self, trace: &Trace) {
        if trace.event.is_none() {
            self.could_subscribe = trace.listener.tier != Tier::Premium;
        }
        match trace.event.as_ref().map(|event| &event.action) {
            Some(Action::Search { .. }) => self.searches += 1,
            Some(Action::Subscribe) => self.subscribed = true,
            _ => {}
        }
        if let Some(ended) = &trace.ended {
            let promoted = ended.song.campaign.is_some();
            self.plays.push(Heard {
                play_ratio: ended.play_ratio.value(),
                completed: ended.completed,
                skipped: ended.skipped,
                liked: ended.liked,
                saved: ended.saved,
                promoted,
                opened: self.opened,
                engaged: promoted && (self.opened || ended.completed || ended.liked),
            });
            self.listening_s += f64::from(ended.heard_ms) / 1000.0;
        }
        self.opened = trace.playing.opened;
    }

    /// Takes in how the session ended, and how likely the reactions to each play were.
    pub fn end(&mut self, end: End, felt: Vec<Felt>) {
        self.left = end == End::Left;
        self.felt = felt;
    }

    /// The same of a session the logging policy served.
    pub fn logged(catalogue: &Catalogue, session: &LoggedSession) -> Self {
        let seconds = |play: &melody_core::listener::Interaction| {
            f64::from(play.play_ratio) * f64::from(catalogue.song(play.song).duration_ms) / 1000.0
        };
        let first = session.plays.first();
        SessionOutcome {
            plays: session
                .plays
                .iter()
                .map(|logged| Heard {
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
            felt: Vec::new(),
            left: true,
            opened: false,
        }
    }
}
