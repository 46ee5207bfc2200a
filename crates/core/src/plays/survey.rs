//! The first look at all files: which formats there are, and what is small and tells of the plays of others: a library, a list of
//! loves, who the artists are.

use std::collections::{BTreeSet, HashMap};
use std::io::BufRead;
use std::path::PathBuf;

use super::apple::NOBODY;
use super::columns::is_parquet;
use super::format::{Format, Role};
use super::head::Head;
use super::marks::Marks;
use super::normal::normal;
use super::play::Play;
use super::record::Found;
use super::spotify::username;
use super::summary::ReadSummary;
use super::table::{recognise, usual_layout};
use crate::input::{Batch, InputError, Layout, Problem, Records, each_file, in_order};

/// What the first look found.
#[derive(Default)]
pub(super) struct Survey {
    /// Formats that files are in.
    found: BTreeSet<&'static str>,
    /// Whether plays are told apart by Spotify's `username`, of which there are several.
    pub by_username: bool,
    first_user: Option<String>,
    /// What libraries and lists say of songs.
    pub marks: Marks,
    /// Artists by the normal form of a title.
    artists: HashMap<String, String>,
    /// Whose files are below which folder or archive.
    owners: Vec<(String, String)>,
    /// Files looked at.
    pub files: usize,
}

impl Survey {
    /// Looks at the beginning of every file, and reads those that tell of others' plays.
    ///
    /// # Errors
    /// When a file cannot be read, or one of those ends within an array.
    pub(super) fn of(
        files: &[PathBuf],
        format: Option<Format>,
        incognito: bool,
    ) -> Result<Self, InputError> {
        let mut survey = Survey::default();
        for path in files {
            if is_parquet(path) {
                survey.files += 1;
                continue;
            }
            each_file(path, &|_| {}, &mut |name, reader| {
                survey.files += 1;
                // What is empty is told when the plays are read.
                let Ok(mut records) = Records::over(name, reader) else { return Ok(()) };
                let bytes = records.head.clone();
                let head = Head::new(name, &bytes);
                let Some((format, layout)) = format_of(format, &head) else { return Ok(()) };
                let about = format.about();
                survey.found.insert(about.name);
                let users = about.name == "spotify" && head.has(&["username"]);
                if users && !survey.by_username {
                    return survey.users(&mut records, layout);
                }
                if !matches!(about.role, Role::Marks | Role::Artists(_)) {
                    return Ok(());
                }
                let mut reading = (about.begins)(&head, incognito).in_order();
                let mut buffer = Vec::new();
                while let Some(record) = records.next(layout, &mut buffer)? {
                    if let Some(Ok(found)) = record.bytes.map(&mut reading) {
                        survey.learn(name, found);
                    }
                }
                Ok(())
            })?;
        }
        Ok(survey)
    }

    /// The records of a file; none where it is empty and others are not.
    pub(super) fn open<'r>(
        &self,
        name: &str,
        reader: &'r mut dyn BufRead,
    ) -> Result<Option<Records<'r>>, InputError> {
        match Records::over(name, reader) {
            Err(problem) if self.files == 1 => Err(problem),
            records => Ok(records.ok()),
        }
    }

    /// Whether a file of this format has plays to be read; what else it has is told.
    pub(super) fn has_plays(
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

    /// Looks whether records are of several of Spotify's users. One alone needs no name: newer files leave it out, and are the same
    /// listener's.
    fn users(&mut self, records: &mut Records, layout: Layout) -> Result<(), InputError> {
        in_order(
            &mut || records.batch(layout),
            &|batch: Batch, out| {
                let mut users: Vec<String> = Vec::new();
                for user in batch.records().filter_map(|record| username(record.bytes?)) {
                    if users.last() != Some(&user) {
                        users.push(user);
                    }
                }
                out(users);
            },
            &mut |users| {
                for user in users {
                    let first = self.first_user.get_or_insert_with(|| user.clone());
                    self.by_username |= *first != user;
                }
                Ok(())
            },
        )
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
    pub(super) fn owner(&self, name: &str) -> Option<&String> {
        let theirs = self.owners.iter().filter(|(folder, _)| name.starts_with(folder.as_str()));
        theirs.max_by_key(|(folder, _)| folder.len()).map(|(_, owner)| owner)
    }

    /// Names the artist of a play that has none: by another file, or as nobody.
    pub(super) fn artist(&self, play: &mut Play) {
        if let (Some(title), None) = (&play.title, &play.artist) {
            let known = self.artists.get(&normal(title)).cloned();
            play.artist = known.or(Some(NOBODY.into()));
        }
    }
}

/// In which format a file is, if in any, and how records lie in it; `said` is what all files are said to be in.
pub(super) fn format_of(said: Option<Format>, head: &Head) -> Option<(Format, Layout)> {
    let Some(format) = said else { return recognise(head) };
    Some((format, (format.about().tells)(head).unwrap_or_else(|| usual_layout(head))))
}

fn only_counts(name: &str, format: Format) -> Problem {
    Problem::new(name, format!("has counts of plays, and no plays ({})", format.about().what))
        .line(1)
        .field("(whole file)")
        .help("what was heard when cannot be told from it")
}
