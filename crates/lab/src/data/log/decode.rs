//! The bytes of a shard to listeners, every value checked.

use std::fmt::Display;
use std::io::Cursor;

use arrow_array::types::{Float32Type, UInt32Type};
use arrow_array::{ListArray, RecordBatch, StringArray};
use arrow_ipc::reader::FileReader;

use super::columns::{Columns, Words};
use super::extents;
use super::plays::{Plays, Reading};
use super::schema::check;
use melody_core::catalogue::taxonomy;
use melody_core::input::{InputError, Problem};
use melody_core::listener::{Account, Tier};
use melody_core::plays::LoggedListener;

/// What is told of one shard at most.
const MOST_PROBLEMS: usize = 50;

/// Reads a shard.
///
/// # Errors
/// When the bytes are no Arrow IPC file, its columns are not the schema's, or a value makes no
/// sense: the field then reads `listeners[2].plays[7].song`, counted from 0.
pub(super) fn decode(reading: Reading, bytes: &[u8]) -> Result<Vec<LoggedListener>, InputError> {
    let file = reading.file;
    let torn = |error: &dyn Display| -> InputError {
        Problem::new(file, format!("not a whole Arrow IPC file: {error}"))
            .field("(whole file)")
            .help("was it cut short on the way? fetch or write the log again")
            .into()
    };
    extents::check(bytes).map_err(|error| torn(&error))?;
    let reader = FileReader::try_new(Cursor::new(bytes), None).map_err(|error| torn(&error))?;
    check(file, &reader.schema())?;
    let mut listeners = Vec::new();
    let mut problems = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| torn(&error))?;
        let accounts = Accounts::new(reading, &batch)?;
        let before = listeners.len() + problems.len();
        for row in 0..batch.num_rows() {
            match accounts.listener(row, &format!("listeners[{}]", before + row)) {
                Ok(listener) => listeners.push(listener),
                Err(problem) => problems.push(problem),
            }
            if problems.len() == MOST_PROBLEMS {
                return Err(InputError { problems });
            }
        }
    }
    if problems.is_empty() { Ok(listeners) } else { Err(InputError { problems }) }
}

/// One batch. A column's name is its field's.
struct Accounts<'a> {
    file: &'a str,
    listener: &'a StringArray,
    tier: Words<'a, Tier>,
    tenure_days: &'a [u32],
    hours_per_week: &'a [f32],
    premium_previews: &'a [u32],
    past_conversions: &'a [u32],
    favourite_genres: &'a ListArray,
    genres: &'a StringArray,
    plays: &'a ListArray,
    each: Plays<'a>,
}

impl<'a> Accounts<'a> {
    fn new(reading: Reading<'a>, batch: &'a RecordBatch) -> Result<Self, Problem> {
        let file = reading.file;
        let names = batch.schema_ref().fields().iter().map(|f| f.name().as_str()).collect();
        let columns = Columns { file, path: "", names, arrays: batch.columns() };
        let favourite_genres = columns.lists("favourite_genres")?;
        let items = Columns {
            file,
            path: "favourite_genres.",
            names: vec!["item"],
            arrays: std::slice::from_ref(favourite_genres.values()),
        };
        let plays = columns.lists("plays")?;
        Ok(Accounts {
            file,
            listener: columns.texts("listener")?,
            tier: columns.words("tier", |name| Tier::ALL.into_iter().find(|t| t.name() == name))?,
            tenure_days: columns.numbers::<UInt32Type>("tenure_days")?,
            hours_per_week: columns.numbers::<Float32Type>("hours_per_week")?,
            premium_previews: columns.numbers::<UInt32Type>("premium_previews")?,
            past_conversions: columns.numbers::<UInt32Type>("past_conversions")?,
            genres: items.texts("item")?,
            favourite_genres,
            plays,
            each: Plays::new(reading, plays.values())?,
        })
    }

    fn listener(&self, row: usize, at: &str) -> Result<LoggedListener, Problem> {
        let problem = |field: &str, message: String| {
            Problem::new(self.file, message).field(format!("{at}.{field}"))
        };
        let name = self.listener.value(row);
        if name.trim().is_empty() {
            return Err(problem("listener", "a name is needed".into()));
        }
        let tier = self.tier.at(row).map_err(|text| {
            let names = Tier::ALL.map(Tier::name);
            problem("tier", format!("unknown tier `{text}`")).suggest(text, names)
        })?;
        let hours = self.hours_per_week[row];
        if !(0.0..=168.0).contains(&hours) {
            return Err(problem("hours_per_week", format!("{hours} is outside 0 to 168")));
        }
        let genres = range(self.favourite_genres, row);
        let favourite_genres: Result<Vec<usize>, Problem> = genres
            .map(|i| {
                let id = self.genres.value(i);
                taxonomy().genre(id).ok_or_else(|| {
                    problem("favourite_genres", format!("unknown genre `{id}`"))
                        .suggest(id, taxonomy().genre_ids())
                })
            })
            .collect();
        Ok(LoggedListener {
            name: name.into(),
            account: Account {
                tier,
                tenure_days: self.tenure_days[row],
                hours_per_week: hours,
                premium_previews: self.premium_previews[row],
                past_conversions: self.past_conversions[row],
                favourite_genres: favourite_genres?,
            },
            sessions: self.each.sessions(range(self.plays, row), at)?,
        })
    }
}

/// The items that belong to a row.
fn range(list: &ListArray, row: usize) -> std::ops::Range<usize> {
    let at = |i: usize| usize::try_from(list.value_offsets()[i]).unwrap_or(0);
    at(row)..at(row + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::log::encode::encode;
    use crate::data::simulated::simulated;
    use melody_core::catalogue::default_catalogue;
    use melody_simulation::{LogConfig, World};

    #[test]
    fn a_shard_with_any_byte_changed_or_cut_off_is_read_or_refused() {
        let catalogue = default_catalogue();
        let world = World::new(&catalogue);
        let config = LogConfig { seed: 3, sessions: 1, rollouts: 1, slates: 0.0 };
        let listeners: Vec<_> = (0..2).map(|i| simulated(&catalogue, &world, config, i)).collect();
        let whole = encode(&catalogue, &listeners).unwrap();
        let reading = Reading { file: "shard", catalogue: &catalogue, completion: 0.9 };
        assert_eq!(decode(reading, &whole).unwrap(), listeners);
        let (mut refused, mut told) = (0, 0);
        let mut changed = whole.clone();
        for at in 0..whole.len() {
            for flips in [1 << (at % 8), 0x80, 0xff] {
                changed[at] ^= flips;
                if let Err(error) = decode(reading, &changed) {
                    refused += 1;
                    told += usize::from(error.problems.iter().all(|p| p.file == "shard"));
                }
                changed[at] = whole[at];
            }
        }
        assert!(refused > 0 && refused == told, "{told} of {refused}");
        for end in 0..whole.len() {
            assert!(decode(reading, &whole[..end]).is_err(), "cut at {end}");
        }
    }
}
