//! Plays that teach the bandit nothing, said where its rewards are.
//!
//! What a listener picks by hand is no arm's doing, but for a promoted song of the queue, which stood there to be picked
//! (`Playing::decision` of the engine).

use crate::view::View;
use melody_recommender::engine::Trace;

/// That the newest play is not counted, or the one that it followed, where so; in English.
pub(crate) fn said(view: &View) -> Option<&'static str> {
    let ended = view.now().ended.is_some();
    let before = view.before().filter(|_| ended);
    if by_hand(view.now()) {
        Some("what plays was opened by hand: not counted")
    } else if before.is_some_and(by_hand) {
        Some("what has just ended was opened by hand: not counted")
    } else {
        None
    }
}

fn by_hand(trace: &Trace) -> bool {
    let playing = &trace.playing;
    let picked_from_queue = playing.song.campaign.is_some() && playing.served.is_some();
    playing.opened && !picked_from_queue
}
