//! Sessions step by step, as tables: what was played, and what was shown.
//!
//! A trace knows more than a durable log, so that its tables have more columns; those of the same name mean the same.

use super::sheet::{Cell, Column, Sheet};
use melody_recommender::engine::{Served, SongRef, Trace};
use melody_sessions::log::Contents;
use melody_sessions::trace_file::TracedSession;

use Column::{Flag, Number, Text, Whole};

type Columns = &'static [(&'static str, Column)];

/// Columns of [`trace_plays`].
pub const TRACE_PLAYS: Columns = &[
    ("session", Whole),
    ("listener", Text),
    ("step", Whole),
    ("began_ms", Whole),
    ("song", Text),
    ("title", Text),
    ("artist", Text),
    ("genre", Text),
    ("duration_ms", Whole),
    ("campaign", Text),
    ("scene", Text),
    ("tier", Text),
    ("opened", Flag),
    ("replayed", Flag),
    ("heard_ms", Whole),
    ("play_ratio", Number),
    ("completed", Flag),
    ("skipped", Flag),
    ("liked", Flag),
    ("saved", Flag),
    ("request", Whole),
    ("place", Whole),
    ("decision", Whole),
    ("propensity", Number),
];

/// Columns of [`trace_impressions`].
pub const TRACE_IMPRESSIONS: Columns = &[
    ("session", Whole),
    ("listener", Text),
    ("step", Whole),
    ("at_ms", Whole),
    ("position", Whole),
    ("song", Text),
    ("title", Text),
    ("artist", Text),
    ("genre", Text),
    ("promoted", Flag),
    ("campaign", Text),
    ("score", Number),
    ("interest", Number),
    ("subscription", Number),
    ("exposure", Number),
    ("arm", Text),
    ("propensity", Number),
];

/// Columns of [`log_plays`].
pub const LOG_PLAYS: Columns = &[
    ("listener", Text),
    ("step", Whole),
    ("began_ms", Whole),
    ("ended_ms", Whole),
    ("song", Text),
    ("play_ratio", Number),
    ("completed", Flag),
    ("skipped", Flag),
    ("liked", Flag),
    ("saved", Flag),
    ("request", Whole),
    ("place", Whole),
    ("decision", Whole),
    ("propensity", Number),
];

/// Columns of [`log_impressions`].
pub const LOG_IMPRESSIONS: Columns = &[
    ("listener", Text),
    ("step", Whole),
    ("at_ms", Whole),
    ("position", Whole),
    ("song", Text),
    ("promoted", Flag),
    ("score", Number),
    ("arm", Text),
    ("propensity", Number),
];

fn song(song: &SongRef) -> [Cell; 4] {
    [&song.id, &song.title, &song.artist, &song.genre].map(|text| text.as_str().into())
}

/// Where a play came from; nothing is known of what the listener chose.
fn served(served: Option<Served>) -> [Cell; 4] {
    [
        Cell::of(served.map(|served| served.request)),
        Cell::of(served.map(|served| served.place)),
        Cell::of(served.map(|served| served.decision)),
        Cell::of(served.map(|served| served.propensity.value())),
    ]
}

/// Every play that ended in a session, numbered from 0 over all files. `step` is the one it ended at.
///
/// # Errors
/// When the disk refuses.
pub fn trace_plays(
    sheet: &mut Sheet,
    number: usize,
    session: &TracedSession,
) -> Result<(), String> {
    let traces = || session.traces.iter().map(|(_, trace)| trace);
    for (before, trace) in traces().zip(traces().skip(1)) {
        let Some(ended) = &trace.ended else { continue };
        let Trace { playing, listener, .. } = before;
        let mut row = vec![number.into(), listener.profile.as_str().into(), trace.step.into()];
        row.push(playing.began_ms.into());
        row.extend(song(&ended.song));
        row.extend([
            ended.song.duration_ms.into(),
            Cell::of(ended.song.campaign.as_deref()),
            listener.scene.name().into(),
            listener.tier.name().into(),
            playing.opened.into(),
            playing.replayed.into(),
            ended.heard_ms.into(),
            ended.play_ratio.value().into(),
            ended.completed.into(),
            ended.skipped.into(),
            ended.liked.into(),
            ended.saved.into(),
        ]);
        row.extend(served(ended.served));
        sheet.push(row)?;
    }
    Ok(())
}

/// The queue of every step of a session, a row for each place.
///
/// # Errors
/// When the disk refuses.
pub fn trace_impressions(
    sheet: &mut Sheet,
    number: usize,
    session: &TracedSession,
) -> Result<(), String> {
    for (_, trace) in &session.traces {
        for entry in &trace.queue {
            let mut row = vec![
                number.into(),
                trace.listener.profile.as_str().into(),
                trace.step.into(),
                trace.at_ms.into(),
                entry.position.into(),
            ];
            row.extend(song(&entry.song));
            row.extend([
                entry.promoted.into(),
                Cell::of(entry.song.campaign.as_deref()),
                entry.score.value().into(),
                entry.interest.value().into(),
                entry.subscription.value().into(),
                entry.exposure.value().into(),
                trace.bandit.arm.as_str().into(),
                trace.bandit.propensity.value().into(),
            ]);
            sheet.push(row)?;
        }
    }
    Ok(())
}

/// Every play that ended in a durable log, without what was rewound.
///
/// # Errors
/// When the disk refuses.
pub fn log_plays(sheet: &mut Sheet, log: &Contents) -> Result<(), String> {
    let mut began_ms = 0;
    for step in log.steps() {
        let Some(ended) = &step.ended else { continue };
        let mut row = vec![
            log.header.opening.profile.as_str().into(),
            step.step.into(),
            began_ms.into(),
            step.at_ms.into(),
            ended.song.as_str().into(),
            ended.play_ratio.value().into(),
            ended.completed.into(),
            ended.skipped.into(),
            ended.liked.into(),
            ended.saved.into(),
        ];
        row.extend(served(ended.served));
        sheet.push(row)?;
        began_ms = step.at_ms;
    }
    Ok(())
}

/// The queue of every step of a durable log, a row for each place.
///
/// # Errors
/// When the disk refuses.
pub fn log_impressions(sheet: &mut Sheet, log: &Contents) -> Result<(), String> {
    for step in log.steps() {
        for shown in &step.impressions {
            sheet.push(vec![
                log.header.opening.profile.as_str().into(),
                step.step.into(),
                step.at_ms.into(),
                shown.position.into(),
                shown.song.as_str().into(),
                shown.promoted.into(),
                shown.score.value().into(),
                step.arm.as_str().into(),
                step.propensity.value().into(),
            ])?;
        }
    }
    Ok(())
}
