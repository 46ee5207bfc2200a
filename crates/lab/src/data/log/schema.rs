//! The columns of a shard.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};

use super::retyped;
use melody_core::input::{InputError, Problem};
use melody_core::plays::Truth;

/// A text out of few different ones.
fn words() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn list(of: DataType) -> DataType {
    DataType::List(Arc::new(Field::new("item", of, false)))
}

/// One row per listener.
pub(super) fn schema() -> Schema {
    Schema::new(vec![
        Field::new("listener", DataType::Utf8, false),
        Field::new("tier", words(), false),
        Field::new("tenure_days", DataType::UInt32, false),
        Field::new("hours_per_week", DataType::Float32, false),
        Field::new("premium_previews", DataType::UInt32, false),
        Field::new("past_conversions", DataType::UInt32, false),
        Field::new("favourite_genres", list(DataType::Utf8), false),
        Field::new("plays", list(DataType::Struct(play_fields())), false),
    ])
}

/// One entry of `plays`. What may be null is not known then, and is no label.
pub(super) fn play_fields() -> Fields {
    let needed = |name: &str, of: DataType| Field::new(name, of, false);
    let optional = |name: &str, of: DataType| Field::new(name, of, true);
    let mut fields = vec![
        needed("session", DataType::UInt32),
        needed("began_ms", DataType::Int64),
        needed("song", words()),
        needed("scene", words()),
        needed("tier", words()),
        needed("previews", DataType::UInt32),
        optional("play_ratio", DataType::Float32),
        optional("completed", DataType::Boolean),
        optional("skipped", DataType::Boolean),
        optional("liked", DataType::Boolean),
        optional("saved", DataType::Boolean),
        needed("replayed", DataType::Boolean),
        needed("searched", DataType::Boolean),
        needed("opened", DataType::Boolean),
        optional("subscribes", DataType::Boolean),
        optional("engaged", DataType::Boolean),
    ];
    fields.extend(Truth::NAMES.map(|name| optional(&true_column(name), DataType::Float64)));
    fields.into()
}

/// The field of a list column's items.
///
/// # Panics
/// When there is no such list.
pub(super) fn item(schema: &Schema, name: &str) -> FieldRef {
    let field = schema.field_with_name(name).expect("the schema's own column");
    match field.data_type() {
        DataType::List(item) => item.clone(),
        other => unreachable!("{name} is {other}, not a list"),
    }
}

/// The column of what a simulator knows to be true.
pub(super) fn true_column(name: &str) -> String {
    format!("true_{name}")
}

/// Requires a shard's columns to be those of [`schema`], in any order.
pub(super) fn check(file: &str, found: &Schema) -> Result<(), InputError> {
    let mut problems = Vec::new();
    compare(file, "", schema().fields(), found.fields(), &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(InputError { problems }) }
}

fn compare(file: &str, path: &str, wanted: &Fields, found: &Fields, problems: &mut Vec<Problem>) {
    for field in wanted {
        let at = format!("{path}{}", field.name());
        let alike = found.iter().filter(|f| f.name() == field.name()).collect::<Vec<_>>();
        match alike[..] {
            [] => problems.push(Problem::new(file, "the column is missing").field(at)),
            [one] => compare_types(file, &at, field.data_type(), one.data_type(), problems),
            _ => problems.push(Problem::new(file, "the column appears twice").field(at)),
        }
    }
    let names = || wanted.iter().map(|f| f.name().as_str());
    for stray in found.iter().filter(|f| !names().any(|name| name == f.name())) {
        let problem = Problem::new(file, "unknown column").field(format!("{path}{}", stray.name()));
        problems.push(problem.suggest(stray.name(), names()));
    }
}

/// Compares without the names of a list's items, which every program chooses for itself, and with what programs write in place of
/// a type (`retyped.rs`).
fn compare_types(
    file: &str,
    at: &str,
    wanted: &DataType,
    found: &DataType,
    problems: &mut Vec<Problem>,
) {
    match (wanted, found) {
        (DataType::Struct(wanted), DataType::Struct(found)) => {
            compare(file, &format!("{at}."), wanted, found, problems);
        }
        (DataType::List(wanted), found) if retyped::item(found).is_some() => {
            let found = retyped::item(found).unwrap_or(found);
            compare_types(file, at, wanted.data_type(), found, problems);
        }
        _ if retyped::alike(wanted, found) => {}
        _ => {
            let message = format!("is {found} where {wanted} is needed");
            problems.push(Problem::new(file, message).field(at));
        }
    }
}
