//! The bytes of a shard to listeners, every value checked.

use std::fmt::Display;
use std::io::Cursor;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, UInt32Type};
use arrow_array::{ArrayRef, ListArray, RecordBatch, StringArray, StructArray};
use arrow_ipc::reader::FileReader;
use arrow_schema::DataType;

use super::columns::{Columns, Words};
use super::extents;
use super::plays::{Plays, Reading};
use super::retyped::retyped;
use super::schema::{check, schema};
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
        let batch = ours(&batch).ok_or_else(|| {
            torn(&"a list or number in it is too large, or a dictionary without its words")
        })?;
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

/// A batch whose columns are like the schema's, with columns that are the schema's.
fn ours(batch: &RecordBatch) -> Option<RecordBatch> {
    let columns: ArrayRef = Arc::new(StructArray::from(batch.clone()));
    let columns = retyped(&columns, &DataType::Struct(schema().fields().clone()))?;
    Some(RecordBatch::from(columns.as_struct_opt()?))
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

    use arrow_array::builder::OffsetBufferBuilder;
    use arrow_array::types::Int32Type;
    use arrow_array::{
        Array, DictionaryArray, Float64Array, Int64Array, LargeListArray, LargeStringArray,
        NullArray, StringViewArray,
    };
    use arrow_ipc::writer::FileWriter;
    use arrow_schema::Field;

    use crate::data::log::encode::encode;
    use crate::data::simulated::simulated;
    use melody_core::catalogue::default_catalogue;
    use melody_simulation::{LogConfig, World};

    /// A shard as Polars writes it back: views, long lists, unsigned keys; or as pandas does, with dictionaries spelled out.
    fn written_back(whole: &[u8], spelled: bool) -> Vec<u8> {
        let mut reader = FileReader::try_new(Cursor::new(whole), None).unwrap();
        let batch: ArrayRef = Arc::new(StructArray::from(reader.next().unwrap().unwrap()));
        let batch = otherwise(&batch, spelled);
        let batch = RecordBatch::from(batch.as_struct());
        let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
        writer.into_inner().unwrap()
    }

    fn otherwise(array: &ArrayRef, spelled: bool) -> ArrayRef {
        let field = |name: &str, of: &ArrayRef| Field::new(name, of.data_type().clone(), true);
        match array.data_type() {
            DataType::Utf8 if spelled => {
                Arc::new(array.as_string::<i32>().iter().collect::<LargeStringArray>())
            }
            DataType::Utf8 => {
                Arc::new(array.as_string::<i32>().iter().collect::<StringViewArray>())
            }
            DataType::Dictionary(..) => {
                let words = array.as_dictionary::<Int32Type>();
                let texts = words.downcast_dict::<StringArray>().unwrap();
                if spelled {
                    return Arc::new(texts.into_iter().collect::<LargeStringArray>());
                }
                let keys = words.keys().iter().map(|key| key.map(|key| key as u32));
                let values = otherwise(words.values(), false);
                Arc::new(DictionaryArray::<UInt32Type>::new(keys.collect(), values))
            }
            _ if spelled && array.null_count() == array.len() => {
                Arc::new(NullArray::new(array.len()))
            }
            DataType::UInt32 if spelled => {
                let numbers = array.as_primitive::<UInt32Type>();
                Arc::new(numbers.iter().map(|n| n.map(i64::from)).collect::<Int64Array>())
            }
            DataType::Float32 if spelled => {
                let numbers = array.as_primitive::<Float32Type>();
                Arc::new(numbers.iter().map(|n| n.map(f64::from)).collect::<Float64Array>())
            }
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                let values = otherwise(list.values(), spelled);
                let mut offsets = OffsetBufferBuilder::<i64>::new(list.len());
                list.offsets().lengths().for_each(|length| offsets.push_length(length));
                let item = Arc::new(field("element", &values));
                Arc::new(LargeListArray::new(item, offsets.finish(), values, None))
            }
            DataType::Struct(fields) => {
                let columns = array.as_struct().columns().iter();
                let columns: Vec<ArrayRef> = columns.map(|c| otherwise(c, spelled)).collect();
                let fields = fields.iter().zip(&columns).map(|(f, c)| field(f.name(), c));
                Arc::new(StructArray::new(fields.collect(), columns, None))
            }
            _ => array.clone(),
        }
    }

    #[test]
    fn what_other_programs_write_back_is_read_as_the_same() {
        let catalogue = default_catalogue();
        let world = World::new(&catalogue);
        let config = LogConfig { seed: 4, sessions: 2, rollouts: 0, slates: 0.0 };
        let listeners: Vec<_> = (0..3).map(|i| simulated(&catalogue, &world, config, i)).collect();
        let whole = encode(&catalogue, &listeners).unwrap();
        let reading = Reading { file: "shard", catalogue: &catalogue, completion: 0.9 };
        for spelled in [false, true] {
            let back = written_back(&whole, spelled);
            assert_eq!(decode(reading, &back).unwrap(), listeners, "spelled out: {spelled}");
        }
    }

    #[test]
    fn a_shard_written_back_with_any_byte_changed_is_read_or_refused() {
        let catalogue = default_catalogue();
        let world = World::new(&catalogue);
        let config = LogConfig { seed: 3, sessions: 1, rollouts: 0, slates: 0.0 };
        let listeners = [simulated(&catalogue, &world, config, 0)];
        let back = written_back(&encode(&catalogue, &listeners).unwrap(), false);
        let reading = Reading { file: "shard", catalogue: &catalogue, completion: 0.9 };
        let (mut refused, mut changed) = (0, back.clone());
        for at in 0..back.len() {
            changed[at] ^= 1 << (at % 8);
            refused += usize::from(decode(reading, &changed).is_err());
            changed[at] = back[at];
        }
        assert!(refused > 100, "{refused}");
    }

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
