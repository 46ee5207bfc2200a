//! How logged listening becomes rows: the plays gone through once, as the engine would have met them.
//!
//! What is known before a play is made of the same listener's view, by the same functions, as in a
//! session of the engine; so a model is trained on nothing that it will not be given.

use super::dataset::{Alternative, Listener, Row};
use super::split::Sessions;
use melody_core::catalogue::Catalogue;
use melody_core::listener::{History, ListenerView, SessionStats};
use melody_core::plays::{LoggedListener, LoggedPlay};
use melody_model::{Labels, cross_features, moment_features, outcome_features, profile_features};

/// Makes features and labels of a listener's sessions, as far as `part` goes.
pub fn rows(catalogue: &Catalogue, listener: &LoggedListener, part: Sessions) -> Listener {
    let mut rows: Vec<Row> = Vec::new();
    let mut known = 0;
    let mut previous = None;
    replay(catalogue, listener, part.until, |view, session, plays| {
        let logged = &plays[0];
        let play = &logged.play;
        let (labels, mask) = labels(plays);
        known += usize::from(session < part.known);
        rows.push(Row {
            song: play.song.0,
            scene: play.scene.index() as u8,
            session: session as u32,
            outcome: outcome_features(play, previous),
            cross: cross_features(catalogue, view, play.song),
            moment: moment_features(view),
            labels: labels.in_order(),
            mask: mask.in_order(),
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
                now_ms: play.began_ms,
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

/// Whether the listener subscribed right after the first of these plays of a session, the last at which they
/// would; `None` if they could not, or nobody knows.
fn subscribes_now(plays: &[LoggedPlay]) -> Option<bool> {
    let later = plays[1..].iter().any(|next| next.subscribes == Some(true));
    plays[0].subscribes.map(|subscribes| subscribes && !later)
}

/// Labels of the first of a session's plays from it on, and their mask, which is zero where a label does not exist.
fn labels(plays: &[LoggedPlay]) -> (Labels, Labels) {
    let LoggedPlay { play, known, engaged, .. } = &plays[0];
    let number = |holds: bool| if holds { 1.0 } else { 0.0 };
    let optional = |label: Option<bool>| (number(label == Some(true)), number(label.is_some()));
    let (subscribes, can_subscribe) = optional(subscribes_now(plays));
    let (engaged, promoted) = optional(*engaged);
    let labels = Labels {
        completion: number(play.completed),
        play_ratio: play.play_ratio,
        like: number(play.liked || play.saved),
        skip: number(play.skipped),
        save: number(play.saved),
        replays: replays(plays) as f32,
        subscription: subscribes,
        exposure: engaged,
    };
    let mask = Labels {
        completion: number(known.completed),
        play_ratio: number(known.play_ratio),
        like: number(known.liked),
        skip: number(known.skipped),
        save: number(known.saved),
        // Playing it again shows wherever the play itself does.
        replays: number(known.completed),
        subscription: can_subscribe,
        exposure: promoted,
    };
    (labels, mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::made_up::{listener, play};
    use melody_core::catalogue::default_catalogue;
    use melody_core::listener::Interaction;
    use melody_model::Output;

    #[test]
    fn labels_that_were_not_seen_are_masked() {
        let mut logged = play(3, 0);
        logged.play.liked = true;
        logged.play.play_ratio = 0.5;
        logged.subscribes = None;
        logged.engaged = Some(true);
        logged.known.liked = false;
        let again = LoggedPlay {
            play: Interaction { replayed: true, ..logged.play.clone() },
            ..logged.clone()
        };
        let (labels, mask) = labels(&[logged.clone(), again.clone(), again]);
        assert_eq!((labels.like, mask.like), (1.0, 0.0));
        assert_eq!((labels.play_ratio, mask.play_ratio), (0.5, 1.0));
        assert_eq!((labels.replays, mask.replays), (2.0, 1.0));
        assert_eq!((labels.subscription, mask.subscription), (0.0, 0.0));
        assert_eq!((labels.exposure, mask.exposure), (1.0, 1.0));
        logged.play.liked = false;
        logged.play.saved = true;
        // To save is to like.
        let (labels, _) = super::labels(&[logged]);
        assert_eq!((labels.like, labels.save, labels.replays), (1.0, 1.0, 0.0));
    }

    #[test]
    fn who_subscribes_does_so_at_one_play() {
        let subscribing = |subscribes| LoggedPlay { subscribes, ..play(3, 0) };
        let session = [Some(true), Some(true), None, None].map(subscribing);
        let at = |at: usize| subscribes_now(&session[at..]);
        assert_eq!([0, 1, 2].map(at), [Some(false), Some(true), None]);
        assert_eq!(subscribes_now(&session[1..2]), Some(true));
        // A log with a gap says it once, too.
        let gap = [Some(true), None, Some(true)].map(subscribing);
        assert_eq!([0, 2].map(|at| subscribes_now(&gap[at..])), [Some(false), Some(true)]);
        assert_eq!(subscribes_now(&[Some(false), Some(false)].map(subscribing)), Some(false));
    }

    #[test]
    fn replays_are_counted_until_another_song_comes() {
        let again = |time| {
            let mut again = play(3, time);
            again.play.replayed = true;
            again
        };
        let plays = [play(3, 0), again(1), again(2), play(4, 3), again(4)];
        assert_eq!([0, 1, 2, 3, 4].map(|at| replays(&plays[at..])), [2, 1, 0, 1, 0]);
    }

    #[test]
    fn a_row_knows_what_came_before_it_and_nothing_else() {
        let catalogue = default_catalogue();
        let (minute, day) = (60_000, 86_400_000);
        let one = listener("one", &[&[0, 4 * minute], &[day], &[2 * day]]);
        let part = Sessions { known: 1, until: 2 };
        let made = rows(&catalogue, &one, part);
        assert_eq!((made.rows.len(), made.known, made.fresh().len()), (3, 2, 1));
        assert_eq!(made.rows.iter().map(|row| row.session).collect::<Vec<_>>(), [0, 0, 1]);
        // The same first play, whatever follows it.
        let alone = rows(&catalogue, &listener("one", &[&[0]]), Sessions { known: 0, until: 1 });
        assert!(made.rows[0].known_alike(&alone.rows[0]));
        // The song has been heard since.
        assert!(!made.rows[0].known_alike(&made.rows[1]));
        assert_eq!(made.rows[2].labels[Output::Completion.index()], 1.0);
    }

    #[test]
    fn going_through_again_visits_every_play_with_the_rest_of_its_session() {
        let catalogue = default_catalogue();
        let one = listener("one", &[&[0, 1, 2], &[10]]);
        let mut visited = Vec::new();
        replay(&catalogue, &one, 2, |view, session, plays| {
            visited.push((session, plays.len(), view.session.plays));
        });
        // A session's own count begins anew.
        assert_eq!(visited, [(0, 3, 0), (0, 2, 1), (0, 1, 2), (1, 1, 0)]);
    }
}
