//! Listeners to the bytes of a shard.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, OffsetBufferBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float32Array, Float64Array, Int64Array, ListArray,
    RecordBatch, StringArray, StructArray, UInt32Array,
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, FieldRef};

use super::schema::{item, play_fields, schema};
use melody_core::catalogue::{Catalogue, taxonomy};
use melody_core::listener::Account;
use melody_core::plays::{LoggedListener, LoggedPlay, Truth};

/// The bytes of an Arrow IPC file with one record batch.
///
/// # Errors
/// When it has more plays than a list of Arrow can, two thousand million.
pub(super) fn encode(
    catalogue: &Catalogue,
    listeners: &[LoggedListener],
) -> Result<Vec<u8>, ArrowError> {
    let schema = Arc::new(schema());
    let accounts = || listeners.iter().map(|l| &l.account);
    let count = |of: fn(&Account) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(accounts().map(of)))
    };
    // In the schema's order.
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(listeners.iter().map(|l| &l.name))),
        words(accounts().map(|a| a.tier.name())),
        count(|a| a.tenure_days),
        Arc::new(Float32Array::from_iter_values(accounts().map(|a| a.hours_per_week))),
        count(|a| a.premium_previews),
        count(|a| a.past_conversions),
        favourites(item(&schema, "favourite_genres"), listeners),
        plays(item(&schema, "plays"), catalogue, listeners)?,
    ];
    let batch = RecordBatch::try_new(schema.clone(), columns)?;
    let mut writer = FileWriter::try_new(Vec::new(), &schema)?;
    writer.write(&batch)?;
    writer.finish()?;
    writer.into_inner()
}

fn words<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.collect::<DictionaryArray<Int32Type>>())
}

fn favourites(item: FieldRef, listeners: &[LoggedListener]) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new()).with_field(item);
    for listener in listeners {
        for &genre in &listener.account.favourite_genres {
            builder.values().append_value(&taxonomy().genres[genre].id);
        }
        builder.append(true);
    }
    Arc::new(builder.finish())
}

/// The plays of every listener, one list each.
fn plays(
    item: FieldRef,
    catalogue: &Catalogue,
    listeners: &[LoggedListener],
) -> Result<ArrayRef, ArrowError> {
    let mut lengths = OffsetBufferBuilder::<i32>::new(listeners.len());
    let mut all: Vec<(u32, &LoggedPlay)> = Vec::new();
    for listener in listeners {
        lengths
            .try_push_length(listener.plays())
            .map_err(|_| ArrowError::OffsetOverflowError(all.len() + listener.plays()))?;
        let numbered = listener.sessions.iter().zip(0..);
        all.extend(numbered.flat_map(|(s, number)| s.plays.iter().map(move |p| (number, p))));
    }
    let flag = |of: fn(&LoggedPlay) -> bool| -> ArrayRef {
        Arc::new(BooleanArray::from_iter(all.iter().map(|(_, p)| Some(of(p)))))
    };
    let label = |of: fn(&LoggedPlay) -> Option<bool>| -> ArrayRef {
        Arc::new(BooleanArray::from_iter(all.iter().map(|(_, p)| of(p))))
    };
    // In the order of the fields.
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(all.iter().map(|(session, _)| *session))),
        Arc::new(Int64Array::from_iter_values(all.iter().map(|(_, p)| p.play.began_ms))),
        words(all.iter().map(|(_, p)| catalogue.song(p.play.song).id.as_str())),
        words(all.iter().map(|(_, p)| p.play.scene.name())),
        words(all.iter().map(|(_, p)| p.tier.name())),
        Arc::new(UInt32Array::from_iter_values(all.iter().map(|(_, p)| p.previews))),
        Arc::new(Float32Array::from_iter(
            all.iter().map(|(_, p)| p.known.play_ratio.then_some(p.play.play_ratio)),
        )),
        label(|p| p.known.completed.then_some(p.play.completed)),
        label(|p| p.known.skipped.then_some(p.play.skipped)),
        label(|p| p.known.liked.then_some(p.play.liked)),
        label(|p| p.known.saved.then_some(p.play.saved)),
        flag(|p| p.play.replayed),
        flag(|p| p.play.searched),
        flag(|p| p.play.opened),
        label(|p| p.subscribes),
        label(|p| p.engaged),
    ];
    for place in 0..Truth::NAMES.len() {
        let value = |(_, p): &(u32, &LoggedPlay)| p.truth.and_then(|truth| truth.values()[place]);
        columns.push(Arc::new(Float64Array::from_iter(all.iter().map(value))));
    }
    let plays = StructArray::try_new(play_fields(), columns, None)?;
    Ok(Arc::new(ListArray::try_new(item, lengths.finish(), Arc::new(plays), None)?))
}
