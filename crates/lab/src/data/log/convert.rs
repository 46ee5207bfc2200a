//! Plays of real listeners, as any importer reads them, as a training log.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::manifest::{LogManifest, Origin};
use super::sorting::Sorting;
use super::write::{LogWriter, SHARD_PLAYS};
use crate::data::split::Splits;
use melody_core::catalogue::Catalogue;
use melody_core::input::{InputError, Problem, Progress};
use melody_core::listener::{Account, Interaction, Tier};
use melody_core::plays::{
    Format, Importing, Known, LoggedListener, LoggedPlay, LoggedSession, MarkSummary, Matched,
    Matcher, Play, ReadSummary, Recorded, placed, timed,
};
use melody_core::scene::Scene;

/// Where plays do not say it. It asks for nothing in particular.
const SCENE: Scene = Scene::Relax;

/// What is turned into a training log.
pub struct Converting<'a> {
    /// In any format that is known, each gzipped or not.
    pub files: &'a [PathBuf],
    /// Recognised by what is in the files if absent.
    pub format: Option<Format>,
    /// Where the songs are looked for.
    pub catalogue: &'a Catalogue,
    /// How the listeners are split.
    pub splits: Splits,
    /// Plays of songs that the catalogue does not have stay in the listeners' past, with songs of it
    /// standing in; nothing is learned of those. Else they are left out.
    pub stand_ins: bool,
    /// Plays of a private session count, too.
    pub incognito: bool,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Converted {
    /// What was written.
    pub log: LogManifest,
    /// What was read, and what was dropped.
    pub read: ReadSummary,
    /// Plays told twice, as files that overlap do: each counts once.
    pub doubles: u64,
    /// Pieces of plays that were paused: each play counts once.
    pub pieces: u64,
    /// Likes and saves that were told apart from the plays.
    pub marks: MarkSummary,
    /// Plays that other songs stand in for.
    pub imputed: u64,
    /// Plays, and listeners with all their plays, left out because the catalogue lacks the songs.
    pub left_out: [u64; 2],
    /// Labels that no play has: the files do not tell. Nothing is learned of them.
    pub unknown: Vec<&'static str>,
}

impl Converting<'_> {
    /// Reads the files into a new training log. Listeners are sorted on disk, in a folder beside it, so
    /// that a sixty-fourth of the plays is in memory.
    ///
    /// # Errors
    /// When a file cannot be read or is in no known format, the folder is not empty or cannot be
    /// written to, or no play is left.
    pub fn write(&self, folder: &Path, progress: Progress) -> Result<Converted, InputError> {
        let failed = |path: &Path, error: &dyn std::fmt::Display| {
            Problem::new(path.display().to_string(), error.to_string()).field("(output)")
        };
        let origin = Origin::Imported { from: names(self.files) };
        let other = |message: String| Problem::new(folder.display().to_string(), message);
        let mut writer =
            LogWriter::create(folder, self.catalogue, origin, self.splits, SHARD_PLAYS)
                .map_err(other)?;
        let beside = folder.with_extension("sorting");
        let mut sorting = Sorting::create(beside.clone()).map_err(|e| failed(&beside, &e))?;
        let mut all = |play: &Play| sorting.push(play);
        let (files, format, incognito) = (self.files, self.format, self.incognito);
        let importing = Importing { files, format, listener: None, incognito };
        let read = importing.read(progress, Some(&mut all), &mut |_| {})?;

        let matcher = Matcher::new(self.catalogue);
        let (mut doubles, mut pieces, mut imputed, mut left_out) = (0, 0, 0, [0, 0]);
        let mut marks = MarkSummary::default();
        let mut labels = [0; LABELS.len()];
        sorting.finish(|name, sorted| {
            doubles += sorted.doubles as u64;
            pieces += sorted.pieces as u64;
            let mut plays: Vec<Play> = sorted.plays.into_iter().map(|(_, play)| play).collect();
            marks += read.marks.put(&name, &mut plays);
            let recorded = Recorded { plays, catalogue: None, stand_ins: self.stand_ins };
            let heard = placed(&matcher, &recorded);
            left_out[0] += (recorded.plays.len() - heard.len()) as u64;
            imputed += heard.iter().filter(|heard| heard.how.imputed()).count() as u64;
            match listener(self.catalogue, name, &heard) {
                Some(listener) => {
                    count(&listener, &mut labels);
                    writer.push(listener).map_err(other)?;
                }
                None => left_out[1] += 1,
            }
            Ok(())
        })?;
        if labels[0] == 0 {
            // It is empty, and would look like a log that was begun.
            let _ = std::fs::remove_dir(folder);
            return Err(self.nothing_left(&read, left_out[0]).into());
        }
        let unknown = LABELS.into_iter().zip(labels).skip(1);
        let unknown = unknown.filter_map(|(name, plays)| (plays == 0).then_some(name)).collect();
        let log = writer.finish().map_err(other)?;
        // Here nobody is another listener.
        let mut read = read;
        (read.other_listeners, read.others) = (0, BTreeSet::new());
        Ok(Converted { log, read, doubles, pieces, marks, imputed, left_out, unknown })
    }

    /// The problem with files of which no play came into the log.
    fn nothing_left(&self, read: &ReadSummary, missing: u64) -> Problem {
        if missing == 0 {
            let mut read = read.clone();
            read.others.clear();
            return read.nothing_kept();
        }
        let catalogue = &self.catalogue.name;
        let message = format!("none of the {missing} plays is of a song of `{catalogue}`");
        Problem::new(names(self.files), message)
            .help("without `--matched-only`, its songs stand in")
    }
}

/// What a play may tell, in words of the log's columns; first of all that there was one.
const LABELS: [&str; 8] =
    ["play", "completed", "play_ratio", "skipped", "liked", "saved", "subscribes", "engaged"];

/// Counts plays, and those that have each label.
fn count(listener: &LoggedListener, labels: &mut [u64; LABELS.len()]) {
    for play in listener.sessions.iter().flat_map(|session| &session.plays) {
        let Known { completed, play_ratio, skipped, liked, saved } = play.known;
        let (subscribes, engaged) = (play.subscribes.is_some(), play.engaged.is_some());
        let told = [true, completed, play_ratio, skipped, liked, saved, subscribes, engaged];
        labels.iter_mut().zip(told).for_each(|(count, told)| *count += u64::from(told));
    }
}

fn names(files: &[PathBuf]) -> String {
    let name = |path: &PathBuf| path.file_name().map(|n| n.to_string_lossy().into_owned());
    files.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}

/// A listener as a log keeps them; `None` without plays.
///
/// What a service would have known before the first play is not in the plays. Taking it from them
/// (how much is listened to, which genres are liked) would tell what is to be foretold, so the
/// account is that of somebody new.
fn listener(catalogue: &Catalogue, name: String, heard: &[Matched]) -> Option<LoggedListener> {
    let (played, _) = timed(catalogue, heard, SCENE);
    let mut tier = heard.first()?.play.tier.unwrap_or(Tier::Free);
    let account = Account {
        tier,
        tenure_days: 0,
        hours_per_week: 0.0,
        premium_previews: 0,
        past_conversions: 0,
        favourite_genres: Vec::new(),
    };
    let mut sessions: Vec<LoggedSession> = Vec::new();
    let mut previews = 0;
    for (play, heard) in played.into_iter().zip(heard) {
        tier = heard.play.tier.unwrap_or(tier);
        let offered = catalogue.song(play.song).premium && tier != Tier::Premium;
        let logged = logged(play, heard, tier, previews);
        previews += u32::from(offered);
        match sessions.last_mut().filter(|_| !logged.play.first) {
            Some(session) => session.plays.push(logged),
            None => sessions.push(LoggedSession { plays: vec![logged] }),
        }
    }
    let name = if name.is_empty() { "(somebody)".into() } else { name };
    Some(LoggedListener { name, account, sessions })
}

fn logged(play: Interaction, heard: &Matched, tier: Tier, previews: u32) -> LoggedPlay {
    let said = heard.play;
    // Of a song that stands in for another nothing can be learned.
    let real = !heard.how.imputed();
    let outcome = heard.outcome;
    LoggedPlay {
        known: Known {
            completed: real && outcome.completed_known,
            play_ratio: real && outcome.ratio_known,
            skipped: real && outcome.skipped_known,
            liked: real && said.liked.is_some(),
            saved: real && said.saved.is_some(),
        },
        play,
        tier,
        previews,
        subscribes: None,
        engaged: None,
        truth: None,
        slate: Vec::new(),
    }
}
