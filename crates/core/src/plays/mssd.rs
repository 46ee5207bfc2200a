//! The Music Streaming Sessions Dataset (Brost, Mehrotra and Jehan, WSDM 2019): session logs as plays.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use super::clock;
use super::play::Play;
use super::reader::{ReadSummary, not_written};
use super::record::Refused;
use super::spotify::WENT_ON;
use crate::input::{Columns, Fields, InputError, Layout, Progress, Records};
use crate::listener::Tier;

const REQUIRED: [&str; 6] =
    ["session_id", "track_id_clean", "skip_1", "skip_2", "skip_3", "not_skipped"];

/// What a log's rows came to.
#[derive(Default)]
pub struct MssdLog {
    /// Of the records.
    pub summary: ReadSummary,
    /// Sessions in the logs.
    pub sessions: u64,
    /// Plays by track.
    pub tracks: HashMap<String, u32>,
}

/// Reads logs row by row and hands every play to `take`. Listeners are unknown: each session counts as
/// one.
///
/// # Errors
/// When a file cannot be read or lacks a column, or `take` fails. Rows that are no plays are counted.
pub fn read_mssd(
    files: &[PathBuf],
    progress: Progress,
    take: &mut dyn FnMut(&Play) -> io::Result<()>,
) -> Result<MssdLog, InputError> {
    let mut log = MssdLog::default();
    let (mut buffer, mut session) = (Vec::new(), String::new());
    for path in files {
        let mut records = Records::open(path, progress)?;
        let header = records.next(Layout::Lines, &mut buffer)?.and_then(|record| record.bytes);
        let columns =
            Columns::read(&path.display().to_string(), header.unwrap_or_default(), &REQUIRED)?;
        log.summary.files.push((path.display().to_string(), None));
        while let Some(record) = records.next(Layout::Lines, &mut buffer)? {
            log.summary.records += 1;
            let line = record.line;
            let fields = record.bytes.and_then(|bytes| columns.fields(bytes));
            match fields
                .ok_or(Refused::reason("not as many fields as columns"))
                .and_then(|f| play(&f))
            {
                Err(refused) => log.summary.drop(refused, format!("{}:{line}", records.name)),
                Ok(play) => {
                    take(&play).map_err(|error| not_written(&error))?;
                    if play.session.as_deref() != Some(&session) {
                        session = play.session.clone().unwrap_or_default();
                        log.sessions += 1;
                    }
                    *log.tracks.entry(play.song.unwrap_or_default()).or_default() += 1;
                }
            }
        }
    }
    Ok(log)
}

/// The play of one row.
///
/// How much was heard is told in steps whose bounds the dataset does not state: briefest (`skip_1`),
/// briefly (`skip_2`), most of the song (`skip_3`), less than all of it, all of it (`not_skipped`). They
/// are taken to end at 0.1, 0.25 and 0.95, as in the comparison of simulated with real listening, and
/// a play to lie in the middle of its step.
fn play(row: &Fields) -> Result<Play, Refused> {
    let id = |column| Some(row.text(column)).filter(|id| !id.is_empty());
    let session = id("session_id").ok_or(Refused::reason("session_id: empty"))?;
    let track = id("track_id_clean").ok_or(Refused::reason("track_id_clean: empty"))?;
    let flag = |column: &str| {
        row.flag(column)
            .ok_or_else(|| Refused::reason(&format!("{column}: neither true nor false")))
    };
    let completed = flag("not_skipped")?;
    let play_ratio = match (completed, flag("skip_1")?, flag("skip_2")?, flag("skip_3")?) {
        (true, ..) => 1.0,
        (_, true, ..) => 0.05,
        (_, _, true, _) => 0.175,
        (_, _, _, true) => 0.6,
        _ => 0.9,
    };
    let hour = row.number("hour_of_day").map(|hour| hour as u32);
    let end = row.text("hist_user_behavior_reason_end");
    let start = row.text("hist_user_behavior_reason_start");
    let play = Play {
        listener: Some(session.into()),
        session: Some(session.into()),
        time_ms: hour.and_then(|hour| clock::hour(row.text("date"), hour)),
        song: Some(track.into()),
        play_ratio: Some(play_ratio),
        completed: Some(completed),
        skipped: Some(!completed && (end.is_empty() || WENT_ON.contains(&end))),
        opened: (!start.is_empty()).then_some(start == "clickrow"),
        tier: row.flag("premium").map(|paid| if paid { Tier::Premium } else { Tier::Free }),
        ..Play::default()
    };
    Ok(play.cleaned())
}
