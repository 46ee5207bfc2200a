//! The Music Streaming Sessions Dataset (Brost, Mehrotra and Jehan, WSDM 2019): session logs as plays.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use super::clock;
use super::format::{About, Format, Role};
use super::head::{Head, Row};
use super::play::Play;
use super::record::{Found, Refused};
use super::spotify::WENT_ON;
use super::summary::{ReadSummary, not_written};
use crate::input::{Columns, InputError, Layout, Progress, Records};
use crate::listener::Tier;

pub(super) static LOG: About = About {
    name: "mssd",
    what: "Music Streaming Sessions Dataset: each session a listener",
    files: "log_*.csv",
    told_by: "a header with `session_id`, `track_id_clean`, `skip_1`, `skip_2`, `skip_3`, `not_skipped`",
    reads: "session_id, track_id_clean, skip_1, skip_2, skip_3, not_skipped, hist_user_behavior_reason_start, \
            hist_user_behavior_reason_end, date, hour_of_day, premium",
    gives: &["time", "heard", "completed", "skipped"],
    source: "Brost, Mehrotra and Jehan, WSDM 2019, README",
    role: Role::Plays,
    tells: |head| head.table(&REQUIRED).map(|_| Layout::Lines),
    begins: |head, _| head.rows(&REQUIRED, |row| play(row).map(Found::Play)),
};

pub(super) static UNHEARD: About = About {
    name: "mssd-input",
    what: "Music Streaming Sessions Dataset, the sessions to be foretold: nothing of how plays went",
    files: "log_input_*.csv",
    told_by: "a header with `session_id`, `session_position`, `track_id_clean`, and no `skip_1`",
    reads: "session_id, track_id_clean",
    gives: &[],
    source: "Brost, Mehrotra and Jehan, WSDM 2019, README",
    role: Role::Plays,
    tells: |head| head.table(&UNHEARD_COLUMNS).map(|_| Layout::Lines),
    begins: |head, _| {
        head.rows(&UNHEARD_COLUMNS, |row| {
            let session = row.needed("session_id")?;
            Ok(Found::Play(Play {
                listener: Some(session.into()),
                session: Some(session.into()),
                song: Some(row.needed("track_id_clean")?.into()),
                ..Play::default()
            }))
        })
    },
};

const UNHEARD_COLUMNS: [&str; 3] = ["session_id", "session_position", "track_id_clean"];

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
        let head = records.head.clone();
        let first = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
        Columns::read(&records.name, first, &REQUIRED)?;
        let mut reading = (LOG.begins)(&Head::new(&records.name, &head), false).in_order();
        log.summary.files.push((records.name.clone(), Some(Format(&LOG))));
        while let Some(record) = records.next(Layout::Lines, &mut buffer)? {
            let line = record.line;
            let found =
                record.bytes.ok_or_else(|| Refused::reason("not as many fields as columns"));
            match found.and_then(&mut reading) {
                Err(refused) => {
                    log.summary.records += 1;
                    log.summary.drop(refused, &|| format!("{}:{line}", records.name));
                }
                Ok(Found::Play(play)) => {
                    log.summary.records += 1;
                    take(&play).map_err(|error| not_written(&error))?;
                    if play.session.as_deref() != Some(&session) {
                        session = play.session.clone().unwrap_or_default();
                        log.sessions += 1;
                    }
                    *log.tracks.entry(play.song.unwrap_or_default()).or_default() += 1;
                }
                Ok(_) => {}
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
///
/// `skip_2` is the usual target: heard no more than briefly is a skip, whatever the reason for the end. What was heard for longer
/// is one where the listener went on.
fn play(row: &Row) -> Result<Play, Refused> {
    let id =
        |column: &str| row.text(column).ok_or_else(|| Refused::reason(&format!("{column}: empty")));
    let (session, track) = (id("session_id")?, id("track_id_clean")?);
    let flag = |column: &str| row.flag(column)?.ok_or_else(|| Refused::missing(column));
    let completed = flag("not_skipped")?;
    let briefest = flag("skip_1")?;
    let briefly = flag("skip_2")?;
    let play_ratio = match (completed, briefest, briefly, flag("skip_3")?) {
        (true, ..) => 1.0,
        (_, true, ..) => 0.05,
        (_, _, true, _) => 0.175,
        (_, _, _, true) => 0.6,
        _ => 0.9,
    };
    let hour = row.number("hour_of_day").ok().flatten().map(|hour| hour as u32);
    let end = row.text("hist_user_behavior_reason_end");
    let went_on = end.is_none_or(|reason| WENT_ON.contains(&reason));
    let start = row.text("hist_user_behavior_reason_start");
    let mut play = Play {
        listener: Some(session.into()),
        session: Some(session.into()),
        time_ms: hour.and_then(|hour| clock::hour(row.text("date")?, hour)),
        song: Some(track.into()),
        play_ratio: Some(play_ratio),
        completed: Some(completed),
        skipped: Some(!completed && (briefest || briefly || went_on)),
        opened: start.map(|reason| reason == "clickrow"),
        tier: row
            .flag("premium")
            .ok()
            .flatten()
            .map(|paid| if paid { Tier::Premium } else { Tier::Free }),
        ..Play::default()
    };
    play.clean();
    Ok(play)
}
