//! Reading files of plays: many, of any format, leniently, to import them; or one of our own, strictly.
//!
//! Files are gone through twice. The first time only their beginnings are looked at, and what is small and tells of the plays of
//! others is read: a library, a list of loves, who the artists are. The second time the plays are, one after the other.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::apple::NOBODY;
use super::format::{Format, Role};
use super::head::Head;
use super::marks::Marks;
use super::normal::normal;
use super::own::LINES;
use super::play::Play;
use super::record::{Found, Reading, Refused, decode};
use super::spotify::username;
use super::summary::{ReadSummary, not_written};
use super::table::{hint, recognise, unknown, usual_layout};
use super::yambda;
use crate::input::{InputError, Layout, Problem, Progress, Records, each_file, files_of};

/// Plays a profile may bring.
pub const MOST_RECORDED: usize = 5_000;

/// Which plays are read.
#[derive(Clone, Copy)]
pub struct Importing<'a> {
    /// Files, archives and folders.
    pub files: &'a [PathBuf],
    /// The format of all files; recognised by what is in each if absent.
    pub format: Option<Format>,
    /// Whose plays are taken: the first one's there is if absent.
    pub listener: Option<&'a str>,
    /// Plays of a private session count, too.
    pub incognito: bool,
}

/// What the first look found.
#[derive(Default)]
struct Survey {
    /// Formats that files are in.
    found: BTreeSet<&'static str>,
    by_username: bool,
    first_user: Option<String>,
    marks: Marks,
    /// Artists by the normal form of a title.
    artists: HashMap<String, String>,
    /// Whose files are below which folder or archive.
    owners: Vec<(String, String)>,
    /// Files looked at.
    files: usize,
}

impl Importing<'_> {
    /// Reads all plays in order and hands those of the listener to `take`. `all` takes every play of everyone.
    ///
    /// # Errors
    /// When a file cannot be read or ends within an array, or when none is in a format that is known. Records that are no plays
    /// are no errors but counted, and so are files without plays among others.
    pub fn read(
        self,
        progress: Progress,
        all: &mut dyn FnMut(&Play) -> io::Result<()>,
        take: &mut dyn FnMut(Play),
    ) -> Result<ReadSummary, InputError> {
        let files: Vec<Vec<PathBuf>> =
            self.files.iter().map(|path| files_of(path)).collect::<Result<_, _>>()?;
        let files = files.concat();
        let mut survey = self.survey(&files)?;
        let mut summary = ReadSummary {
            by_username: survey.by_username,
            marks: std::mem::take(&mut survey.marks),
            ..ReadSummary::default()
        };
        let mut taking = Taking { listener: self.listener, summary: &mut summary, all, take };
        for path in &files {
            if yambda::is_parquet(path) {
                taking.parquet(path, progress)?;
                continue;
            }
            each_file(path, progress, &mut |name, reader| {
                let Some(mut records) = survey.open(name, reader)? else {
                    taking.summary.no_plays(name, "empty");
                    return Ok(());
                };
                let bytes = records.head.clone();
                let head = Head::new(name, &bytes);
                let Some((format, layout)) = self.format_of(&head) else {
                    if survey.files == 1 {
                        return Err(unknown(&head).into());
                    }
                    let what = hint(&head).unwrap_or("not a history of listening");
                    taking.summary.no_plays(name, what);
                    return Ok(());
                };
                if !survey.has_plays(name, format, taking.summary)? {
                    return Ok(());
                }
                let reading = (format.about().begins)(&head, self.incognito);
                let mut file = File { survey: &survey, format, reading, name };
                let mut buffer = Vec::new();
                while let Some(record) = records.next(layout, &mut buffer)? {
                    let place = || format!("{name}:{}", record.line);
                    let found = match record.bytes {
                        Some(bytes) => file.found(bytes, &mut taking.summary.marks),
                        None => Err(Refused::reason("longer than a megabyte")),
                    };
                    taking.found(found, format, &place)?;
                }
                Ok(())
            })?;
        }
        if summary.files.is_empty() {
            return Err(self.nothing_known(&summary).into());
        }
        Ok(summary)
    }

    fn format_of(&self, head: &Head) -> Option<(Format, Layout)> {
        match self.format {
            None => recognise(head),
            Some(format) => {
                let layout = (format.about().tells)(head).unwrap_or_else(|| usual_layout(head));
                Some((format, layout))
            }
        }
    }

    /// Looks at the beginning of every file, and reads those that tell of others' plays.
    fn survey(&self, files: &[PathBuf]) -> Result<Survey, InputError> {
        let mut survey = Survey::default();
        for path in files {
            if yambda::is_parquet(path) {
                survey.files += 1;
                continue;
            }
            each_file(path, &|_| {}, &mut |name, reader| {
                survey.files += 1;
                // What is empty is told when the plays are read.
                let Ok(mut records) = Records::over(name, reader) else { return Ok(()) };
                let bytes = records.head.clone();
                let head = Head::new(name, &bytes);
                let Some((format, layout)) = self.format_of(&head) else { return Ok(()) };
                let about = format.about();
                survey.found.insert(about.name);
                let users = about.name == "spotify" && head.has(&["username"]);
                let aside = matches!(about.role, Role::Marks | Role::Artists(_));
                if !(aside || users && !survey.by_username) {
                    return Ok(());
                }
                let mut reading = (about.begins)(&head, self.incognito);
                let mut buffer = Vec::new();
                while let Some(record) = records.next(layout, &mut buffer)? {
                    let Some(bytes) = record.bytes else { continue };
                    if users {
                        survey.user(bytes);
                    } else if let Ok(found) = reading(bytes) {
                        survey.learn(name, found);
                    }
                }
                Ok(())
            })?;
        }
        Ok(survey)
    }

    /// The problem where no file is in a format that is known.
    fn nothing_known(&self, summary: &ReadSummary) -> Problem {
        let name = self.files.first().map_or(String::new(), |path| path.display().to_string());
        let named: Vec<String> =
            summary.without_plays.iter().map(|(name, why)| format!("{name}: {why}")).collect();
        let problem = Problem::new(name, "not recognised as a history of listening").line(1);
        let files = if named.is_empty() { "it has no file".into() } else { named.join("; ") };
        problem
            .field("(whole file)")
            .help(format!("`melody import --formats` lists what can be read; {files}"))
    }
}

fn only_counts(name: &str, format: Format) -> Problem {
    Problem::new(name, format!("has counts of plays, and no plays ({})", format.about().what))
        .line(1)
        .field("(whole file)")
        .help("what was heard when cannot be told from it")
}

impl Survey {
    /// The records of a file; none where it is empty and others are not.
    fn open<'r>(
        &self,
        name: &str,
        reader: &'r mut dyn io::BufRead,
    ) -> Result<Option<Records<'r>>, InputError> {
        match Records::over(name, reader) {
            Err(problem) if self.files == 1 => Err(problem),
            records => Ok(records.ok()),
        }
    }

    /// Whether a file of this format has plays to be read; what else it has is told.
    fn has_plays(
        &self,
        name: &str,
        format: Format,
        summary: &mut ReadSummary,
    ) -> Result<bool, InputError> {
        let read = match format.about().role {
            Role::Counts if self.files == 1 => return Err(only_counts(name, format).into()),
            Role::Counts => {
                summary.no_plays(name, format.about().what);
                return Ok(false);
            }
            Role::Marks => false,
            Role::Artists(other) => !self.found.contains(other),
            Role::Plays => true,
        };
        summary.file(name, format);
        Ok(read)
    }

    /// Whether a record is of another of Spotify's users than those before. One alone needs no name: newer files leave it out,
    /// and are the same listener's.
    fn user(&mut self, record: &[u8]) {
        if let Some(user) = username(record) {
            self.by_username |= *self.first_user.get_or_insert_with(|| user.clone()) != user;
        }
    }

    fn learn(&mut self, name: &str, found: Found) {
        match found {
            Found::Mark(mark) => self.marks.add(mark),
            Found::Owner(owner) => {
                let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
                self.owners.push((folder.into(), owner));
            }
            Found::Play(Play { title: Some(title), artist: Some(artist), .. }) => {
                self.artists.entry(normal(&title)).or_insert(artist);
            }
            _ => {}
        }
    }

    /// Whose a file is, if another says so.
    fn owner(&self, name: &str) -> Option<&String> {
        let theirs = self.owners.iter().filter(|(folder, _)| name.starts_with(folder.as_str()));
        theirs.max_by_key(|(folder, _)| folder.len()).map(|(_, owner)| owner)
    }

    /// Names the artist of a play that has none: by another file, or as nobody.
    fn artist(&self, play: &mut Play) {
        if let (Some(title), None) = (&play.title, &play.artist) {
            let known = self.artists.get(&normal(title)).cloned();
            play.artist = known.or(Some(NOBODY.into()));
        }
    }
}

/// What is done with what was found.
struct Taking<'t> {
    listener: Option<&'t str>,
    summary: &'t mut ReadSummary,
    all: &'t mut dyn FnMut(&Play) -> io::Result<()>,
    take: &'t mut dyn FnMut(Play),
}

impl Taking<'_> {
    /// Takes the plays of a record, or counts why there are none.
    fn found(
        &mut self,
        found: Result<Vec<Play>, Refused>,
        format: Format,
        place: &dyn Fn() -> String,
    ) -> Result<(), InputError> {
        let plays = match found {
            Ok(plays) => plays,
            Err(refused) => {
                self.summary.records += 1;
                self.summary.drop(refused, place());
                return Ok(());
            }
        };
        for play in plays {
            self.summary.records += 1;
            match checked(play, format) {
                Err(refused) => self.summary.drop(refused, place()),
                Ok(play) => {
                    (self.all)(&play).map_err(|error| not_written(&error))?;
                    if self.summary.is_of(&play, self.listener) {
                        let unknown = play.artist.as_deref() == Some(NOBODY);
                        self.summary.artist_unknown += u64::from(unknown);
                        (self.take)(play);
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads a file of Parquet.
    fn parquet(&mut self, path: &Path, progress: Progress) -> Result<(), InputError> {
        let name = path.display().to_string();
        let format = Format(&yambda::EVENTS);
        self.summary.file(&name, format);
        yambda::read(path, progress, &mut |row, found| {
            let plays = match found {
                Ok(Found::Play(play)) => Ok(vec![play]),
                Ok(Found::Mark(mark)) => {
                    self.summary.marks.add(mark);
                    Ok(Vec::new())
                }
                Ok(_) => Ok(Vec::new()),
                Err(refused) => Err(refused),
            };
            self.found(plays, format, &|| format!("{name}: row {row}"))
        })
    }
}

/// A file whose plays are read.
struct File<'a> {
    survey: &'a Survey,
    format: Format,
    reading: Reading,
    name: &'a str,
}

impl File<'_> {
    /// The plays of a record, with what other files say of them.
    fn found(&mut self, record: &[u8], marks: &mut Marks) -> Result<Vec<Play>, Refused> {
        let mut plays = match (self.reading)(record)? {
            Found::Play(play) => vec![play],
            Found::Known(play, ids) => {
                marks.learn(ids.iter().map(String::as_str), &play);
                vec![play]
            }
            Found::Plays(plays) => plays,
            Found::Mark(mark) => {
                marks.add(mark);
                Vec::new()
            }
            Found::Owner(_) | Found::Nothing => Vec::new(),
        };
        match self.format.name() {
            "spotify" if self.survey.by_username => {
                plays.iter_mut().for_each(|play| play.listener = username(record));
            }
            "listenbrainz" => {
                let owner = self.survey.owner(self.name);
                plays
                    .iter_mut()
                    .for_each(|play| play.listener = play.listener.take().or(owner.cloned()));
            }
            "apple-activity" => plays.iter_mut().for_each(|play| self.survey.artist(play)),
            _ => {}
        }
        Ok(plays)
    }
}

/// A play with clean texts, if it makes sense.
fn checked(play: Play, format: Format) -> Result<Play, Refused> {
    let play = play.cleaned();
    match play.fault() {
        None => Ok(play),
        Some(("title", why)) if format.name() != "melody" => {
            Err(Refused { reason: "no title or no artist".into(), detail: why })
        }
        Some((field, why)) => match why.split_once(|c: char| c.is_ascii_digit()) {
            // To be counted by what is wrong, whatever the value.
            Some(("", _)) => {
                let (value, what) = why.split_once(' ').unwrap_or((&why, ""));
                Err(Refused { reason: format!("{field}: {what}"), detail: format!("`{value}`") })
            }
            _ => Err(Refused::reason(&format!("{field}: {why}"))),
        },
    }
}

/// A history as a profile keeps it: plays in Melody's own JSON Lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Oldest first.
    pub plays: Vec<Play>,
    /// The hash of the catalogue that the plays' `song` is of; `song` counts in no other one.
    pub catalogue: Option<String>,
    /// Whether songs of the catalogue stand in for those it does not have.
    pub stand_ins: bool,
}

/// Reads a file of plays in Melody's own format, checking every line.
///
/// # Errors
/// Every line that is no play, with the field; more plays than a profile may bring.
pub fn load(path: &Path) -> Result<Vec<Play>, InputError> {
    let mut records = Records::open(path, &|_| {})?;
    let (mut plays, mut problems) = (Vec::new(), Vec::new());
    let mut buffer = Vec::new();
    while let Some(record) = records.next(Layout::Lines, &mut buffer)? {
        let line = record.line;
        let too_long = Refused::reason("(line): longer than a megabyte");
        match record.bytes.ok_or(too_long).and_then(own_line) {
            Ok(play) if plays.len() < MOST_RECORDED => plays.push(play),
            Ok(_) => {
                let message = format!("more than {MOST_RECORDED} plays");
                let problem = Problem::new(&records.name, message).line(line).field("(line)");
                problems.push(problem.help("keep the newest"));
                break;
            }
            Err(Refused { reason, detail }) => {
                let (field, what) = reason.split_once(": ").unwrap_or(("(line)", &reason));
                let message = if detail.is_empty() { what.into() } else { detail };
                problems.push(Problem::new(&records.name, message).line(line).field(field));
            }
        }
    }
    if problems.is_empty() { Ok(plays) } else { Err(InputError { problems }) }
}

/// The play of one line of our own.
fn own_line(record: &[u8]) -> Result<Play, Refused> {
    checked(decode(record)?, Format(&LINES))
}

/// Writes plays in Melody's own format.
pub fn save<'p>(out: &mut impl Write, plays: impl IntoIterator<Item = &'p Play>) -> io::Result<()> {
    for play in plays {
        serde_json::to_writer(&mut *out, play)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
