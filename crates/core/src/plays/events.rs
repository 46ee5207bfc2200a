//! The events of Yambda's rows.
//!
//! Where one listener's plays are asked for, nothing is made of those of others: they are counted by who, when and what alone, whole
//! batches at once where nothing in them is amiss, and how those plays went is not even unpacked. Rows in which something is amiss are
//! read as all rows are where everybody's plays are taken, so that what is told of a file is the same.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use parquet::errors::ParquetError;

use super::clock;
use super::columns::{Cell, Column};
use super::format::Format;
use super::made::Made;
use super::marks::{Mark, Of, Saying};
use super::play::Play;
use super::record::{Found, Refused};
use super::summary::NAMED;
use crate::input::{InputError, Out};

/// Rows read at once: of plays, and of listeners with all theirs.
const ROWS: [usize; 2] = [8_192, 16];
/// Events that are handed on at once.
const MANY: usize = 4_096;

/// What is read of a row.
pub(super) const COLUMNS: [&str; 7] = [
    "uid",
    "timestamp",
    "item_id",
    "is_organic",
    "played_ratio_pct",
    "track_length_seconds",
    "event_type",
];
const WHO: usize = 0;
const WHEN: usize = 1;
const WHAT: usize = 2;
const EVENT: usize = 6;
/// What tells whether a row is a play, and whose.
const KEYS: [usize; 4] = [WHO, WHEN, WHAT, EVENT];
/// How it went.
const OUTCOME: [usize; 3] = [3, 4, 5];

/// Some of a file's events, in the order of the file.
#[derive(Default)]
pub(super) struct Chunk {
    /// What is to be taken, each with the number of its row, from 1.
    pub events: Vec<(usize, Made)>,
    /// Plays of others than the one who is asked for; those among the events are before them.
    pub others: u64,
    /// The first few of those others.
    pub names: Vec<i64>,
    /// Whether a group of rows ends here.
    pub last: bool,
}

/// A group of rows being read.
pub(super) struct Group {
    columns: [Option<Column>; COLUMNS.len()],
    format: Format,
    /// What rows are that do not say it.
    kind: &'static str,
    chunk: Chunk,
}

impl Group {
    /// Begins at the group's first row.
    pub(super) fn new(
        columns: [Option<Column>; COLUMNS.len()],
        format: Format,
        kind: &'static str,
    ) -> Self {
        Group { columns, format, kind, chunk: Chunk::default() }
    }

    /// How many rows are read at once.
    pub(super) fn rows_at_once(&self) -> usize {
        ROWS[usize::from(!self.is_flat())]
    }

    /// Whether each row is one event.
    fn is_flat(&self) -> bool {
        self.columns.iter().flatten().all(Column::is_flat)
    }

    /// Reads the next rows, the first of which has this number; where `only` is there, it takes no plays but that listener's. Says
    /// whether more is wanted.
    ///
    /// # Errors
    /// When the file is damaged.
    pub(super) fn read(
        &mut self,
        first: usize,
        rows: usize,
        only: Option<&str>,
        out: Out<Result<Chunk, InputError>>,
    ) -> Result<bool, ParquetError> {
        self.read_columns(&KEYS, rows)?;
        let flat = self.is_flat();
        if !flat {
            self.read_columns(&OUTCOME, rows)?;
        }
        let looked = match only.filter(|_| self.is_numbered()) {
            None => (0..rows).collect(),
            // What is no number is no listener here.
            Some(name) => {
                let wanted = name.parse().ok().filter(|number: &i64| number.to_string() == name);
                if self.is_sound(rows) {
                    self.count(rows, wanted)
                } else if flat {
                    self.count_sound(rows, wanted)
                } else {
                    // There are plays of others among the events now: those before come first.
                    if self.chunk.others > 0 && !self.hand_on(out) {
                        return Ok(false);
                    }
                    (0..rows).collect()
                }
            }
        };
        if flat && looked.is_empty() {
            for column in OUTCOME {
                self.columns[column].as_mut().into_iter().for_each(|column| column.pass(rows));
            }
        } else if flat {
            self.read_columns(&OUTCOME, rows)?;
        }
        for row in looked {
            self.events(first + row, row);
        }
        Ok(self.chunk.events.len() < MANY || self.hand_on(out))
    }

    /// The group has been read.
    pub(super) fn end(mut self, out: Out<Result<Chunk, InputError>>) {
        self.chunk.last = true;
        self.hand_on(out);
    }

    fn hand_on(&mut self, out: Out<Result<Chunk, InputError>>) -> bool {
        out(Ok(std::mem::take(&mut self.chunk)))
    }

    fn read_columns(&mut self, which: &[usize], rows: usize) -> Result<(), ParquetError> {
        for &column in which {
            if let Some(column) = &mut self.columns[column] {
                column.read(rows)?;
            }
        }
        Ok(())
    }

    /// Whether who, when and what are numbers, one listener a row.
    fn is_numbered(&self) -> bool {
        let column = |which: usize| self.columns[which].as_ref();
        let keys = [column(WHO), column(WHEN), column(WHAT)];
        column(WHO).is_some_and(Column::is_flat)
            && keys.iter().all(|column| column.is_some_and(Column::is_whole))
    }

    /// Whether nothing in the batch is amiss, and each of its events is of the same kind.
    fn is_sound(&self, rows: usize) -> bool {
        let columns = || self.columns.iter().flatten();
        let [who, when, what] = [WHO, WHEN, WHAT].map(|which| self.columns[which].as_ref());
        let full = [who, when, what].iter().flatten().all(|column| column.is_full());
        let in_time = when.is_some_and(|when| when.within(clock::SECONDS));
        let even = |row: usize| {
            let many = what.map_or(0, |what| what.row(row).len());
            columns().skip(1).all(|column| column.row(row).len() == many)
        };
        full && in_time
            && match &self.columns[EVENT] {
                None => true,
                Some(events) => events.is_full() && events.says_only("listen"),
            }
            && (self.is_flat() || (0..rows).all(even))
    }

    /// Counts the plays of others in a batch in which nothing is amiss; gives the rows of the one who is wanted.
    fn count(&mut self, rows: usize, wanted: Option<i64>) -> Vec<usize> {
        let mut looked = Vec::new();
        let [Some(who), Some(what)] = [WHO, WHAT].map(|which| self.columns[which].as_ref()) else {
            return looked;
        };
        let mut row = 0;
        let _ = who.wholes(|number| {
            if Some(number) == wanted {
                looked.push(row);
            }
            row += 1;
            ControlFlow::Continue(())
        });
        let plays = |row: usize| what.row(row).len();
        let own: usize = looked.iter().map(|&row| plays(row)).sum();
        if self.columns[EVENT].is_none() && self.kind != "listen" {
            return looked;
        }
        let all: usize = if what.is_flat() { rows } else { (0..rows).map(plays).sum() };
        self.chunk.others += (all - own) as u64;
        let names = &mut self.chunk.names;
        if names.len() < NAMED {
            let (mut row, mut before) = (0, wanted);
            let _ = who.wholes(|number| {
                if Some(number) != wanted && Some(number) != before && plays(row) > 0 {
                    add_name(names, number);
                    before = Some(number);
                }
                row += 1;
                match names.len() < NAMED {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            });
        }
        looked
    }

    /// Counts the plays of others in a batch of which some rows are to be looked at more closely; gives those, too.
    fn count_sound(&mut self, rows: usize, wanted: Option<i64>) -> Vec<usize> {
        let mut looked = Vec::new();
        for row in 0..rows {
            match (self.cell(WHO, row), self.sound(row)) {
                (Some(Cell::Whole(number)), Some(play)) if Some(number) != wanted => {
                    if play {
                        self.chunk.others += 1;
                        add_name(&mut self.chunk.names, number);
                    }
                }
                _ => looked.push(row),
            }
        }
        looked
    }

    /// Whether a row is a play, or something else that is known; nothing where it is neither.
    fn sound(&self, row: usize) -> Option<bool> {
        let Cell::Whole(seconds) = self.cell(WHEN, row)? else { return None };
        self.cell(WHAT, row)?;
        let kind = match self.cell(EVENT, row) {
            Some(Cell::Text(kind)) => kind,
            _ => Cow::Borrowed(self.kind),
        };
        let known = clock::SECONDS.contains(&seconds);
        match kind.as_ref() {
            "listen" => known.then_some(true),
            other => (known && saying(other).is_some()).then_some(false),
        }
    }

    fn cell(&self, column: usize, cell: usize) -> Option<Cell<'_>> {
        self.columns[column].as_ref()?.cell(cell)
    }

    /// Takes the events of a row of the batch: one, or a list of them. It has this number in the file.
    fn events(&mut self, number: usize, row: usize) {
        let cells =
            |column: usize| self.columns[column].as_ref().map_or(0..0, |column| column.row(row));
        let many = cells(WHAT).len();
        let uneven = (1..COLUMNS.len())
            .find(|&column| self.columns[column].is_some() && cells(column).len() != many);
        if let Some(column) = uneven {
            let reason = format!("{}: not as many as there are items", COLUMNS[column]);
            let refused = Made::Play(Err(Refused::reason(&reason)));
            self.chunk.events.push((number, refused));
            return;
        }
        let places: [Range<usize>; COLUMNS.len()] = std::array::from_fn(cells);
        for place in 0..many {
            let of = |column: usize| {
                let cell =
                    if column == WHO { places[WHO].start } else { places[column].start + place };
                places[column].contains(&cell).then(|| self.cell(column, cell)).flatten()
            };
            let made = Made::of(event(self.kind, &of), self.format, |_| {});
            self.chunk.events.push((number, made));
        }
    }
}

/// Adds a name to the first few, once.
fn add_name(names: &mut Vec<i64>, name: i64) {
    if names.len() < NAMED && !names.contains(&name) {
        names.push(name);
    }
}

/// What an event that is no play says.
fn saying(kind: &str) -> Option<Saying> {
    match kind {
        "like" => Some(Saying::Liked),
        "dislike" => Some(Saying::Hated),
        "unlike" => Some(Saying::NotLiked),
        "undislike" => Some(Saying::NotHated),
        _ => None,
    }
}

/// The event that these columns tell.
fn event<'c>(kind: &str, of: &dyn Fn(usize) -> Option<Cell<'c>>) -> Result<Found, Refused> {
    let number = |column: usize| of(column)?.number();
    let listener = of(WHO).ok_or_else(|| Refused::missing("uid"))?.identifier();
    let song = of(WHAT).ok_or_else(|| Refused::missing("item_id"))?.identifier();
    let seconds = number(WHEN).ok_or_else(|| Refused::missing("timestamp"))?;
    let wrong = || Refused::value("timestamp", "not a time", &seconds.to_string());
    let time_ms = Some(clock::seconds(seconds).ok_or_else(wrong)?);
    let told = match of(EVENT) {
        Some(Cell::Text(kind)) => kind,
        _ => Cow::Borrowed(kind),
    };
    if told == "listen" {
        let ratio = number(4).map(|percent| (percent / 100.0).clamp(0.0, 1.0) as f32);
        let length = number(5).filter(|s| (1.0..86_400.0).contains(s));
        return Ok(Found::Play(Play {
            listener: Some(listener),
            song: Some(song),
            time_ms,
            play_ratio: ratio,
            duration_ms: length.map(|seconds| (seconds * 1_000.0) as u32),
            opened: number(3).map(|organic| organic != 0.0),
            ..Play::default()
        }));
    }
    let wrong = || Refused::value("event_type", "not one of Yambda's", &told);
    let saying = saying(&told).ok_or_else(wrong)?;
    Ok(Found::Mark(Mark { listener: Some(listener), of: Of::Song(song), time_ms, saying }))
}
