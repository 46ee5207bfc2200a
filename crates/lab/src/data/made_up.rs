//! Plays made up for the tests of this folder: plain ones, that a test then changes as it likes.

use super::dataset::{Dataset, Listener, Row};
use melody_core::catalogue::SongId;
use melody_core::listener::{Account, Interaction, Tier};
use melody_core::plays::{Known, LoggedListener, LoggedPlay, LoggedSession};
use melody_core::scene::Scene;
use melody_model::{CROSS_FEATURES, LABELS, MOMENT_FEATURES, OUTCOME_FEATURES};

/// A row of a session, with every label but zero.
pub(crate) fn row(song: u32, session: u32) -> Row {
    Row {
        song,
        scene: 0,
        session,
        outcome: [0.0; OUTCOME_FEATURES.len()],
        cross: [0.0; CROSS_FEATURES.len()],
        moment: [0.0; MOMENT_FEATURES.len()],
        labels: [0.0; LABELS],
        mask: [1.0; LABELS],
        truth: None,
        slate: Vec::new(),
    }
}

/// Listeners with these rows, the first `known` of which are just their past.
pub(crate) fn data(listeners: Vec<(usize, Vec<Row>)>) -> Dataset {
    let listener = |(known, rows)| Listener { profile: Vec::new(), rows, known };
    Dataset { listeners: listeners.into_iter().map(listener).collect() }
}

/// A play that was heard out, of which everything is known.
pub(crate) fn play(song: u32, began_ms: i64) -> LoggedPlay {
    LoggedPlay {
        play: Interaction {
            song: SongId(song),
            began_ms,
            play_ratio: 1.0,
            completed: true,
            skipped: false,
            liked: false,
            saved: false,
            replayed: false,
            searched: false,
            opened: false,
            first: false,
            scene: Scene::ALL[0],
        },
        tier: Tier::Free,
        previews: 0,
        subscribes: Some(false),
        engaged: None,
        known: Known::ALL,
        truth: None,
        slate: Vec::new(),
    }
}

/// A listener whose plays began at these times, session by session.
pub(crate) fn listener(name: &str, sessions: &[&[i64]]) -> LoggedListener {
    let plays = |times: &&[i64]| times.iter().map(|&time| play(0, time)).collect();
    LoggedListener {
        name: name.into(),
        account: Account {
            tier: Tier::Free,
            tenure_days: 10,
            hours_per_week: 5.0,
            premium_previews: 0,
            past_conversions: 0,
            favourite_genres: Vec::new(),
        },
        sessions: sessions.iter().map(|times| LoggedSession { plays: plays(times) }).collect(),
    }
}
