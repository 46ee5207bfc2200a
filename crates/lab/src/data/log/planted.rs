//! Listeners to whom something else happened, for finding out what features depend on.

use melody_core::plays::{LoggedListener, LoggedPlay};

/// The same listener up to play `at`, which goes the other way in everything and is their last.
pub(super) fn another_future(listener: &LoggedListener, at: usize) -> LoggedListener {
    let mut changed = listener.clone();
    let mut left = at + 1;
    for session in &mut changed.sessions {
        session.plays.truncate(left);
        left -= session.plays.len();
    }
    changed.sessions.retain(|session| !session.plays.is_empty());
    if let Some(last) = changed.sessions.last_mut().and_then(|s| s.plays.last_mut()) {
        let play = &mut last.play;
        play.play_ratio = 1.0 - play.play_ratio;
        for flag in [
            &mut play.completed,
            &mut play.skipped,
            &mut play.liked,
            &mut play.saved,
            &mut play.replayed,
            &mut play.searched,
            &mut play.opened,
        ] {
            *flag = !*flag;
        }
        relabel(last);
    }
    changed
}

/// The same listener with other labels wherever a label is not part of what was heard.
pub(super) fn other_labels(listener: &LoggedListener) -> LoggedListener {
    let mut changed = listener.clone();
    changed.sessions.iter_mut().flat_map(|s| &mut s.plays).for_each(relabel);
    changed
}

fn relabel(logged: &mut LoggedPlay) {
    let other = |label: Option<bool>| Some(label != Some(true));
    logged.subscribes = other(logged.subscribes);
    logged.engaged = other(logged.engaged);
    logged.truth = None;
}
