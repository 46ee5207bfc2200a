//! `melody import history`.

use std::path::{Path, PathBuf};

use clap::Parser;
use serde::Serialize;

use super::output::{PLAYS, PlaysFile};
use super::reading::{byte_bar, print_marks, print_read};
use crate::cli::arguments::{Arguments, ImportHistory, Simulator};
use crate::cli::failure::Failure;
use crate::cli::opening::catalogue as open_catalogue;
use crate::cli::say::{counted, say, say_json};
use crate::cli::simulator;
use crate::config::{Environment, Places};
use melody_core::catalogue::Catalogue;
use melody_core::input::files_of;
use melody_core::output::{Kind, Mark, may_replace, write_together};
use melody_core::plays::{
    All, Importing, Kept, KeptSummary, Matched, Matcher, Matching, Play, ReadSummary, Recorded,
    placed, save,
};
use melody_simulation::profile::{of_plays, render, shipped_names};

/// Songs that are not in the catalogue, listed at most.
const LISTED: usize = 10;

/// What became of the files.
#[derive(Serialize)]
struct Summary {
    read: ReadSummary,
    plays: KeptSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<PathBuf>,
}

#[derive(Serialize)]
struct ProfileSummary {
    profile: PathBuf,
    plays: PathBuf,
    catalogue: String,
    matching: Matching,
    /// Plays left out because the catalogue does not have their songs.
    left_out: usize,
    /// Plays of which nothing says how they went; they count as completed.
    outcome_unknown: usize,
    /// Plays of songs whose length is not known, so that nothing says how much of them was heard.
    length_unknown: usize,
}

pub(super) fn run(arguments: &ImportHistory) -> Result<(), Failure> {
    // What is read comes first: who misspelt it need not be told of what would be written.
    arguments.files.iter().try_for_each(|path| files_of(path).map(drop))?;
    let target = Target::of(arguments)?;
    if arguments.open {
        simulator::needs_terminal("without `--open` it is imported all the same")?;
        if target.is_none() {
            let why =
                "`--open` opens a profile\n  help: name one with `--as`, or a file with `--out`";
            return Err(why.to_string().into());
        }
    }
    may_write(arguments, target.as_ref())?;
    let catalogue = open_catalogue(&arguments.catalogue, Path::new(""))?;
    let mut log = arguments.log.as_deref().map(PlaysFile::begin).transpose()?;

    let bar = byte_bar(&arguments.files, "reading plays");
    let mut kept = Kept::new(arguments.plays.into());
    let importing = Importing {
        files: &arguments.files,
        format: arguments.format,
        listener: arguments.listener.as_deref(),
        incognito: arguments.incognito,
    };
    let mut logged = log.as_mut().map(|log| |play: &Play| save(log, [play]));
    let all = logged.as_mut().map(|logged| logged as All);
    let read = importing.read(&|bytes| bar.inc(bytes), all, &mut |play| kept.push(play))?;
    bar.finish_and_clear();
    if let Some(problem) = read.whose().filter(|_| arguments.listener.is_none()) {
        return Err(Failure::Input(problem.into()));
    }
    let (plays, kept) = kept.finish(&read.marks, read.listener.as_deref().unwrap_or_default());
    if plays.is_empty() {
        return Err(Failure::Input(read.nothing_kept().into()));
    }
    let profile = target
        .map(|target| write_profile(arguments, &catalogue, target, plays, kept.days))
        .transpose()?;
    log.map(PlaysFile::commit).transpose()?;
    let summary = Summary { read, plays: kept, profile, log: arguments.log.clone() };
    if arguments.json {
        say_json(&summary)?;
    } else {
        print(arguments, &summary)?;
    }
    match arguments.open {
        true => simulator::run(&as_listener(arguments)),
        false => Ok(()),
    }
}

/// What the simulator is opened with, as if it had been asked for by hand.
fn as_listener(arguments: &ImportHistory) -> Simulator {
    let words = ["melody", "--profile", &named(arguments), "--catalogue", &arguments.catalogue];
    Arguments::parse_from(words).simulator
}

/// What `--profile` takes for the profile that is written.
fn named(arguments: &ImportHistory) -> String {
    match &arguments.out {
        Some(out) => out.display().to_string(),
        None => arguments.name.clone().unwrap_or_default(),
    }
}

/// Refuses to write over what is read, and a log over anything but one; `--force` is for what a profile replaces.
fn may_write(arguments: &ImportHistory, target: Option<&Target>) -> Result<(), String> {
    let mut others: Vec<&Path> = arguments.files.iter().map(PathBuf::as_path).collect();
    if let Some(Target { profile, plays, .. }) = target {
        for (name, place) in [("profile", profile), ("file of plays", plays)] {
            may_replace(place, Kind { name, mark: Mark::Any }, &others)?;
        }
        others.extend([profile.as_path(), plays.as_path()]);
    }
    arguments.log.as_ref().map_or(Ok(()), |log| may_replace(log, PLAYS, &others))
}

/// Where a profile is written, and what it is called.
struct Target {
    name: String,
    profile: PathBuf,
    plays: PathBuf,
}

impl Target {
    /// None where only a log is wanted.
    fn of(arguments: &ImportHistory) -> Result<Option<Self>, Failure> {
        let name = match (&arguments.name, &arguments.out) {
            (Some(name), _) => name.clone(),
            (None, Some(out)) => out.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            (None, None) => return Ok(None),
        };
        let shipped = shipped_names().any(|shipped| shipped == name);
        let plain = |c: char| c.is_alphanumeric() || "-_. ".contains(c);
        if name.trim().is_empty() || name.starts_with('.') || !name.chars().all(plain) || shipped {
            let why = if shipped { "is a shipped profile" } else { "is no name for a file" };
            return Err(format!("`{name}` {why}\n  help: choose another name with `--as`").into());
        }
        let profile = match &arguments.out {
            Some(out) => out.clone(),
            None => Places::of(&Environment::of_process())
                .profiles()
                .ok_or(
                    "no home folder to keep profiles in\n  help: name a file with `--out`"
                        .to_string(),
                )?
                .join(format!("{name}.toml")),
        };
        let stem = profile.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let plays = profile.with_file_name(format!("{stem}.plays.jsonl"));
        let there = [&profile, &plays].into_iter().find(|path| path.exists());
        if let Some(there) = there.filter(|_| !arguments.force) {
            let help = "`--force` replaces it, or choose another name with `--as`";
            return Err(format!("{} is there already\n  help: {help}", there.display()).into());
        }
        Ok(Some(Target { name, profile, plays }))
    }
}

/// Writes the plays and the profile that they make.
fn write_profile(
    arguments: &ImportHistory,
    catalogue: &Catalogue,
    target: Target,
    plays: Vec<Play>,
    days: f64,
) -> Result<ProfileSummary, Failure> {
    let all = plays.len();
    let read = Recorded { plays, catalogue: None, stand_ins: !arguments.matched_only };
    let matcher = Matcher::new(catalogue);
    let heard = placed(&matcher, &read);
    let matching = Matching::count(heard.iter().map(|heard| (heard.play, heard.how)), LISTED);
    if heard.is_empty() {
        let of =
            if all == 1 { "the play is not".into() } else { format!("none of the {all} plays is") };
        let problem = format!("{of} of a song of `{}`", catalogue.name);
        return Err(
            format!("{problem}\n  help: without `--matched-only`, its songs stand in").into()
        );
    }
    let stored = Recorded {
        plays: heard.iter().map(|heard| stored(catalogue, heard)).collect(),
        catalogue: Some(catalogue.hash.clone()),
        stand_ins: read.stand_ins,
    };
    let mut text = Vec::new();
    save(&mut text, &stored.plays).map_err(|error| error.to_string())?;
    let profile = of_plays(&target.name, catalogue, stored, &heard, days);
    let note = note(&matching, heard.len(), &catalogue.name);
    let file = target.plays.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let profile_text = render(&profile, &file, &note);
    write_together(&[
        (target.plays.clone(), text.as_slice()),
        (target.profile.clone(), profile_text.as_bytes()),
    ])?;
    let outcome_unknown = heard.iter().filter(|heard| !heard.outcome.completed_known).count();
    let unmeasured =
        |heard: &&Matched| heard.play.ms_played.is_some() && !heard.outcome.ratio_known;
    let length_unknown = heard.iter().filter(unmeasured).count();
    Ok(ProfileSummary {
        profile: target.profile,
        plays: target.plays,
        catalogue: catalogue.name.clone(),
        left_out: all - heard.len(),
        outcome_unknown,
        length_unknown,
        matching,
    })
}

/// What stands on top of the profile.
fn note(matching: &Matching, plays: usize, catalogue: &str) -> String {
    let tells = match matching.matched() {
        0 => {
            "No song is known by its sound, so the taste tells of genres and outcomes alone, where they are\nknown."
        }
        _ => "The taste is estimated from what is known.",
    };
    format!(
        "Imported by `melody import history`. Everything here can be edited.\n\
         {} of {plays} plays are of songs of the catalogue {catalogue}; for the other {}, songs of it stand in,\n\
         marked `imputed` in the file of plays.\n{tells}",
        matching.matched(),
        matching.imputed(),
    )
}

/// A play as the profile keeps it: with the song that it counts as.
fn stored(catalogue: &Catalogue, heard: &Matched) -> Play {
    Play {
        listener: None,
        song: Some(catalogue.song(heard.song).id.to_string()),
        imputed: heard.how.imputed(),
        ..heard.play.clone()
    }
}

fn print(arguments: &ImportHistory, summary: &Summary) -> Result<(), Failure> {
    print_read(&summary.read)?;
    let plays = &summary.plays;
    let day = |time: &Option<String>| {
        time.as_deref().map_or("?", |t| t.get(..10).unwrap_or(t)).to_string()
    };
    // In the order in which it is done, so that each line takes from those before it.
    say!("{}, {} to {}", counted(plays.plays, "play"), day(&plays.first), day(&plays.last))?;
    if plays.duplicates > 0 {
        say!("  duplicates       {}, told twice: each counts once", plays.duplicates)?;
    }
    if plays.pieces > 0 {
        say!(
            "  pieces           {}, of plays that were paused: each play counts once",
            plays.pieces
        )?;
    }
    if plays.older > 0 {
        say!("  older            {}, left out (`--plays` keeps more)", plays.older)?;
    }
    let newest = if plays.older > 0 { ", the newest" } else { "" };
    say!("  kept             {}{newest} ({:.1} hours)", plays.kept, plays.hours)?;
    print_marks(plays.marks)?;
    if let Some(log) = &summary.log {
        say!("wrote {}", log.display())?;
    }
    let Some(profile) = &summary.profile else { return Ok(()) };
    let m = &profile.matching;
    say!("catalogue {}", profile.catalogue)?;
    say!(
        "  matched          {}: {} by title and artist, {} another version, {} by identifier",
        m.matched(),
        m.exact,
        m.version,
        m.identifier
    )?;
    if m.imputed() > 0 {
        say!(
            "  imputed          {}: another song of the artist stands in for {}, one of the genre for {}, some song for {}",
            m.imputed(),
            m.same_artist,
            m.same_genre,
            m.anything
        )?;
    }
    if profile.left_out > 0 {
        say!("  left out         {}: not in the catalogue", profile.left_out)?;
    }
    if profile.outcome_unknown > 0 {
        say!(
            "  outcome unknown  {}, taken as completed: nothing tells whether they were heard out",
            profile.outcome_unknown
        )?;
    }
    if profile.length_unknown > 0 {
        say!(
            "  length unknown   {}: how much of the song was heard is not known either",
            profile.length_unknown
        )?;
    }
    if m.unmatched_songs > 0 {
        let (are, songs) = match m.unmatched_songs {
            1 => ("is", "1 song".into()),
            songs => ("are", counted(songs, "song")),
        };
        say!("{songs} {are} not in the catalogue; the most played:")?;
        for song in &m.unmatched {
            let by = if song.artist.is_empty() { "" } else { " - " };
            say!("  {:5}  {}{by}{}", song.plays, song.artist, song.title)?;
        }
    }
    say!("wrote {} and {}", profile.profile.display(), profile.plays.display())?;
    let catalogue = match arguments.catalogue.as_str() {
        "default" => String::new(),
        named => format!(" --catalogue {named}"),
    };
    if arguments.open {
        return Ok(());
    }
    say!("use it: melody --profile {}{catalogue}", named(arguments))
}
