//! Melody's own model among the others: songs by what it says that the listener will make of them.
//!
//! It was made to say how a song will be taken if it is played, not which will be played next, and is judged here by the latter. Of a
//! listener it is told all plays before the cut, as a session of the engine would begin then; among the songs are those that anybody
//! had heard.

use std::collections::HashMap;

use super::heard::Gathered;
use super::list::Fill;
use super::methods::Method;
use super::past::Past;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::listener::{History, ListenerView, SessionStats};
use melody_core::plays::LoggedListener;
use melody_model::{InterestBlend, ModelVersion};

/// The model, and the listeners of a training log whom it is asked about.
#[derive(Clone, Copy)]
pub struct OurModel<'a> {
    /// Ready for the catalogue's songs.
    pub version: &'a ModelVersion,
    /// How the interest heads make one score.
    pub blend: InterestBlend,
    /// The log's.
    pub catalogue: &'a Catalogue,
    /// All of the log.
    pub listeners: &'a [LoggedListener],
}

/// The model as a method.
pub(super) fn by_interest<'a>(
    gathered: &'a Gathered,
    past: &Past<'a>,
    OurModel { version, blend, catalogue, listeners }: OurModel<'a>,
) -> Method<'a> {
    let mut counts = vec![0.0; past.songs];
    past.all().for_each(|heard| counts[heard.song as usize] += 1.0);
    let numbers: Vec<(SongId, u32)> = gathered
        .of_catalogue(catalogue)
        .into_iter()
        .filter(|&(_, number)| counts[number as usize] > 0.0)
        .collect();
    let songs: Vec<SongId> = numbers.iter().map(|&(song, _)| song).collect();
    let named = listeners.iter().filter_map(|l| gathered.number(&l.name).map(|number| (number, l)));
    let named: HashMap<u32, &LoggedListener> = named.collect();
    let until_ms = past.until * 1_000;
    let score = move |listener: u32| {
        let Some(logged) = named.get(&listener) else { return Vec::new() };
        let before = |scored: &ListenerView| {
            let encoded = version.encode(scored);
            let scored = version.score(&encoded, catalogue, scored, songs.clone());
            let interest = |place| scored.outputs(place).interest(&blend).value() as f32;
            numbers
                .iter()
                .enumerate()
                .map(|(place, &(_, number))| (number, interest(place)))
                .collect()
        };
        at_the_cut(catalogue, logged, until_ms, before)
    };
    Method {
        name: "model, by interest",
        hours: None,
        steps: None,
        fill: Fill::by(counts),
        score: Box::new(score),
    }
}

/// A listener as they were known when the plays to be learned from ended.
fn at_the_cut<T>(
    catalogue: &Catalogue,
    logged: &LoggedListener,
    until_ms: i64,
    look: impl FnOnce(&ListenerView) -> T,
) -> T {
    let mut history = History::default();
    let plays = logged.sessions.iter().flat_map(|session| &session.plays);
    let mut last = None;
    for play in plays.take_while(|logged| logged.play.began_ms < until_ms) {
        history.record(catalogue, play.play.clone());
        last = Some(play);
    }
    look(&ListenerView {
        account: &logged.account,
        tier: last.map_or(logged.account.tier, |last| last.tier),
        previews: last.map_or(0, |last| last.previews),
        now_ms: until_ms,
        scene: last.map_or(melody_core::scene::Scene::Relax, |last| last.play.scene),
        history: &history,
        session: &SessionStats::default(),
    })
}
