//! How logged listening becomes rows: the plays gone through once, as the engine would have met them.
//!
//! What is known before a play is made of the same listener's view, by the same functions, as in a
//! session of the engine; so a model is trained on nothing that it will not be given.

use super::dataset::{Alternative, Listener, Row};
use super::log::LoggedListener;
use super::split::Sessions;
use crate::catalogue::Catalogue;
use crate::feedback::LABELS;
use crate::history::History;
use crate::model::{
    ListenerView, cross_features, moment_features, outcome_features, profile_features,
};
use crate::session::SessionStats;
use crate::simulation::LoggedPlay;

/// Makes features and labels of a listener's sessions, as far as `part` goes.
pub fn rows(catalogue: &Catalogue, listener: &LoggedListener, part: Sessions) -> Listener {
    let mut rows: Vec<Row> = Vec::new();
    let mut known = 0;
    let mut previous = None;
    replay(catalogue, listener, part.until, |view, session, plays| {
        let logged = &plays[0];
        let play = &logged.play;
        let (labels, mask) = labels(logged, replays(plays));
        known += usize::from(session < part.known);
        rows.push(Row {
            song: play.song.0,
            scene: play.scene.index() as u8,
            session: session as u32,
            outcome: outcome_features(play, previous),
            cross: cross_features(catalogue, view, play.song),
            moment: moment_features(view),
            labels,
            mask,
            truth: logged.truth,
            slate: logged
                .slate
                .iter()
                .map(|&(song, completion)| Alternative {
                    song: song.0,
                    cross: cross_features(catalogue, view, song),
                    completion,
                })
                .collect(),
        });
        previous = Some(play.began_ms);
    });
    Listener { profile: profile_features(&listener.account), rows, known }
}

/// Goes through a listener's first `until` sessions as the engine would have: `visit` is given what
/// was known before each play, the session's number, and the session's plays from this one on.
pub fn replay(
    catalogue: &Catalogue,
    listener: &LoggedListener,
    until: usize,
    mut visit: impl FnMut(&ListenerView, usize, &[LoggedPlay]),
) {
    let mut history = History::default();
    for (session, log) in listener.sessions[..until].iter().enumerate() {
        let mut stats = SessionStats::default();
        for (at, logged) in log.plays.iter().enumerate() {
            let play = &logged.play;
            let view = ListenerView {
                account: &listener.account,
                tier: logged.tier,
                previews: logged.previews,
                scene: play.scene,
                history: &history,
                session: &stats,
            };
            visit(&view, session, &log.plays[at..]);
            stats.record(play, catalogue.song(play.song).promoted());
            history.record(catalogue, play.clone());
        }
    }
}

/// How often the first of these plays is played again at once.
fn replays(plays: &[LoggedPlay]) -> usize {
    plays[1..].iter().take_while(|logged| logged.play.replayed).count()
}

/// Labels in the order of the head's logits; the mask is zero where a label does not exist.
fn labels(logged: &LoggedPlay, replays: usize) -> ([f32; LABELS], [f32; LABELS]) {
    let LoggedPlay { play, known, .. } = logged;
    let number = |holds: bool| if holds { 1.0 } else { 0.0 };
    let optional = |label: Option<bool>| (number(label == Some(true)), number(label.is_some()));
    let (subscribes, can_subscribe) = optional(logged.subscribes);
    let (engaged, promoted) = optional(logged.engaged);
    (
        [
            number(play.completed),
            play.play_ratio,
            number(play.liked || play.saved),
            number(play.skipped),
            number(play.saved),
            replays as f32,
            subscribes,
            engaged,
        ],
        [
            number(known.completed),
            number(known.play_ratio),
            number(known.liked),
            number(known.skipped),
            number(known.saved),
            // Playing it again shows wherever the play itself does.
            number(known.completed),
            can_subscribe,
            promoted,
        ],
    )
}
