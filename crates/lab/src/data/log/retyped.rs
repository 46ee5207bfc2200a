//! Columns as other programs write them back, made into those of our schema.
//!
//! Who reads a shard, changes it and writes it again gets the same values in other clothes: Polars writes texts as views, lists
//! with 64-bit offsets and dictionaries under unsigned keys; pandas spells dictionaries out, makes all numbers of 64 bits, and of a
//! column of nulls one of no type. What can be the same column is one: a whole number that does not fit is refused with the column.

use std::sync::Arc;

use arrow_array::builder::OffsetBufferBuilder;
use arrow_array::cast::{AsArray, as_generic_list_array};
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    AnyDictionaryArray, Array, ArrayRef, ArrowPrimitiveType, DictionaryArray, Float32Array,
    Float64Array, ListArray, PrimitiveArray, StringArray, StructArray, new_null_array,
};
use arrow_schema::{DataType, Field, Fields};

/// Whether a column of the type found holds what one of the type wanted does.
pub(super) fn alike(wanted: &DataType, found: &DataType) -> bool {
    match (wanted, found) {
        // Where a value is needed its being null is told later, with its place.
        (_, DataType::Null) => true,
        (DataType::Utf8, found) => text(found),
        (DataType::Dictionary(_, words), DataType::Dictionary(key, values)) => {
            key.is_integer() && alike(words, values)
        }
        (DataType::Dictionary(_, words), found) => alike(words, found),
        (wanted, found) if wanted.is_integer() => found.is_integer(),
        (wanted, found) if wanted.is_floating() => found.is_floating(),
        _ => wanted == found,
    }
}

fn text(found: &DataType) -> bool {
    match found {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(key, values) => key.is_integer() && text(values),
        _ => false,
    }
}

/// The item of a list, however its offsets are kept.
pub(super) fn item(found: &DataType) -> Option<&DataType> {
    match found {
        DataType::List(item) | DataType::LargeList(item) => Some(item.data_type()),
        _ => None,
    }
}

/// The column in the type wanted, which must be like its own. A column of that type is handed back as it is. `None` where its list
/// is longer than one can be here, a dictionary has no value for a key, or a number does not fit.
pub(super) fn retyped(array: &ArrayRef, wanted: &DataType) -> Option<ArrayRef> {
    match wanted {
        _ if array.data_type() == wanted => Some(array.clone()),
        _ if array.data_type().is_null() => Some(new_null_array(wanted, array.len())),
        DataType::Utf8 => Some(Arc::new(texts(array)?.into_iter().collect::<StringArray>())),
        DataType::Dictionary(..) => words(array),
        DataType::List(item) => list(array, item),
        DataType::Struct(fields) => fields_of(array, fields),
        DataType::UInt32 => whole::<UInt32Type>(array),
        DataType::Int64 => whole::<Int64Type>(array),
        DataType::Float32 => {
            let numbers = array.as_primitive_opt::<Float64Type>()?;
            Some(Arc::new(numbers.iter().map(|n| n.map(|n| n as f32)).collect::<Float32Array>()))
        }
        DataType::Float64 => {
            let numbers = array.as_primitive_opt::<Float32Type>()?;
            Some(Arc::new(numbers.iter().map(|n| n.map(f64::from)).collect::<Float64Array>()))
        }
        _ => Some(array.clone()),
    }
}

/// Whole numbers of another width. `None` where one does not fit.
fn whole<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<ArrayRef>
where
    T::Native: TryFrom<i128>,
{
    fn wide<F: ArrowPrimitiveType>(array: &ArrayRef) -> Option<Vec<Option<i128>>>
    where
        F::Native: Into<i128>,
    {
        Some(array.as_primitive_opt::<F>()?.iter().map(|n| n.map(Into::into)).collect())
    }
    let numbers = match array.data_type() {
        DataType::Int8 => wide::<Int8Type>(array),
        DataType::Int16 => wide::<Int16Type>(array),
        DataType::Int32 => wide::<Int32Type>(array),
        DataType::Int64 => wide::<Int64Type>(array),
        DataType::UInt8 => wide::<UInt8Type>(array),
        DataType::UInt16 => wide::<UInt16Type>(array),
        DataType::UInt32 => wide::<UInt32Type>(array),
        DataType::UInt64 => wide::<UInt64Type>(array),
        _ => None,
    }?;
    let fits = |number: Option<i128>| -> Option<Option<T::Native>> {
        number.map_or(Some(None), |number| T::Native::try_from(number).ok().map(Some))
    };
    let numbers: Vec<Option<T::Native>> = numbers.into_iter().map(fits).collect::<Option<_>>()?;
    Some(Arc::new(numbers.into_iter().collect::<PrimitiveArray<T>>()))
}

/// Every text of a column, in whatever form.
fn texts(array: &ArrayRef) -> Option<Vec<Option<&str>>> {
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string_opt::<i32>()?.iter().collect()),
        DataType::LargeUtf8 => Some(array.as_string_opt::<i64>()?.iter().collect()),
        DataType::Utf8View => Some(array.as_string_view_opt()?.iter().collect()),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary_opt()?;
            let values = texts(dictionary.values())?;
            keys(dictionary)
                .into_iter()
                .map(|key| key.map_or(Some(None), |key| values.get(key).copied()))
                .collect()
        }
        _ => None,
    }
}

/// The place in the dictionary of every entry that is not null.
fn keys(dictionary: &dyn AnyDictionaryArray) -> Vec<Option<usize>> {
    if dictionary.values().is_empty() {
        // Nothing can be said of keys into nothing.
        return vec![None; dictionary.len()];
    }
    let places = dictionary.normalized_keys();
    let entry = |(i, place)| (!dictionary.keys().is_null(i)).then_some(place);
    places.into_iter().enumerate().map(entry).collect()
}

/// A dictionary under signed keys of 32 bits. Every different text is in it once.
fn words(array: &ArrayRef) -> Option<ArrayRef> {
    let words: DictionaryArray<Int32Type> = texts(array)?.into_iter().collect();
    Some(Arc::new(words))
}

fn list(array: &ArrayRef, item: &Arc<Field>) -> Option<ArrayRef> {
    let (lengths, values, nulls): (Vec<usize>, &ArrayRef, _) = match array.data_type() {
        DataType::List(_) => {
            let list = as_generic_list_array::<i32>(array);
            (list.offsets().lengths().collect(), list.values(), list.nulls())
        }
        DataType::LargeList(_) => {
            let list = as_generic_list_array::<i64>(array);
            (list.offsets().lengths().collect(), list.values(), list.nulls())
        }
        _ => return None,
    };
    let first = match array.data_type() {
        DataType::List(_) => {
            usize::try_from(as_generic_list_array::<i32>(array).offsets()[0]).ok()?
        }
        _ => usize::try_from(as_generic_list_array::<i64>(array).offsets()[0]).ok()?,
    };
    let values = values.slice(first, lengths.iter().sum());
    let values = retyped(&values, item.data_type())?;
    let mut offsets = OffsetBufferBuilder::<i32>::new(lengths.len());
    for length in lengths {
        offsets.try_push_length(length).ok()?;
    }
    let field = Arc::new(
        item.as_ref().clone().with_data_type(values.data_type().clone()).with_nullable(true),
    );
    Some(Arc::new(ListArray::try_new(field, offsets.finish(), values, nulls.cloned()).ok()?))
}

/// Every column within that the schema knows; the others are told of where schemas are compared.
fn fields_of(array: &ArrayRef, wanted: &Fields) -> Option<ArrayRef> {
    let found = array.as_struct_opt()?;
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (field, column) in found.fields().iter().zip(found.columns()) {
        let known = wanted.iter().find(|known| known.name() == field.name());
        let column = match known {
            Some(known) => retyped(column, known.data_type())?,
            None => column.clone(),
        };
        let kind = column.data_type().clone();
        fields.push(Arc::new(field.as_ref().clone().with_data_type(kind).with_nullable(true)));
        columns.push(column);
    }
    Some(Arc::new(StructArray::try_new(fields.into(), columns, found.nulls().cloned()).ok()?))
}
