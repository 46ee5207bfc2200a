//! Whether what a shard says of its own layout lies within it.
//!
//! Arrow's reader checks the values it reads, but takes the places of blocks, of messages and of buffers at their word: one
//! flipped bit there, and it panics or asks for more memory than there is. A hash does not help where it was taken of the
//! damaged bytes. So every place is checked before the reader sees the file.

use std::collections::BTreeMap;

use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::read_footer_length;
use arrow_ipc::{
    Block, Field, Footer, Message, RecordBatch, Type, root_as_footer, root_as_message,
};
use arrow_schema::DataType;

/// What ends the file: the footer's length, and the format's mark.
const TRAILER: usize = 10;
/// What a message begins with: a mark that it goes on, and its length.
const PREFIX: usize = 8;
const MARK: [u8; 4] = [0xff; 4];
/// What buffers begin at multiples of, in bytes, so that the widest values are read in place.
const ALIGNED: usize = 8;

/// Requires every block, message, column and buffer of an Arrow IPC file to lie within it.
///
/// # Errors
/// What does not, in words.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let footer = footer(bytes).ok_or("its footer cannot be read")?;
    let schema = footer.schema().ok_or("it has no schema")?;
    let schema = try_fb_to_schema(schema).map_err(|error| error.to_string())?;
    let mut columns = Vec::new();
    schema.fields().iter().for_each(|field| widths(field.data_type(), &mut columns));
    let words = dictionaries(&footer);
    let blocks = footer.dictionaries().into_iter().flatten();
    for (i, block) in blocks.chain(footer.recordBatches().into_iter().flatten()).enumerate() {
        let (message, body) = parts(bytes, block)
            .ok_or_else(|| format!("block {i} is not all there, or not where it should be"))?;
        let less = || format!("block {i} is less than its columns");
        if let Some(batch) = message.header_as_record_batch() {
            fits(&batch, body, &columns).ok_or_else(less)?;
        }
        if let Some(dictionary) = message.header_as_dictionary_batch()
            && let Some(batch) = dictionary.data()
        {
            let known = words.get(&dictionary.id()).map_or(&[][..], Vec::as_slice);
            fits(&batch, body, known).ok_or_else(less)?;
        }
    }
    Ok(())
}

/// The widths of every dictionary's values, by the number that its batches go by.
fn dictionaries(footer: &Footer) -> BTreeMap<i64, Vec<usize>> {
    let mut found = BTreeMap::new();
    let fields = footer.schema().and_then(|schema| schema.fields());
    let mut fields: Vec<Field> = fields.into_iter().flatten().collect();
    while let Some(field) = fields.pop() {
        fields.extend(field.children().into_iter().flatten());
        if let Some(dictionary) = field.dictionary() {
            let mut words = Vec::new();
            let of = match field.type_type() {
                Type::LargeUtf8 => DataType::LargeUtf8,
                Type::Utf8View => DataType::Utf8View,
                _ => DataType::Utf8,
            };
            widths(&of, &mut words);
            found.insert(dictionary.id(), words);
        }
    }
    found
}

fn footer(bytes: &[u8]) -> Option<Footer<'_>> {
    let (rest, trailer) = bytes.split_last_chunk::<TRAILER>()?;
    let length = read_footer_length(*trailer).ok()?;
    root_as_footer(rest.get(rest.len().checked_sub(length)?..)?).ok()
}

/// A block's message, and the length of the body that follows it.
fn parts<'a>(bytes: &'a [u8], block: &Block) -> Option<(Message<'a>, usize)> {
    let at = usize::try_from(block.offset()).ok()?;
    let head = usize::try_from(block.metaDataLength()).ok()?;
    let body = usize::try_from(block.bodyLength()).ok()?;
    // The body lies behind the message in one buffer, whose beginning is aligned.
    (at % ALIGNED == 0 && head % ALIGNED == 0).then_some(())?;
    let whole = bytes.get(at..)?.get(..head.checked_add(body)?)?;
    let prefix =
        if whole.get(..head)?.get(..PREFIX)?.starts_with(&MARK) { PREFIX } else { PREFIX / 2 };
    Some((root_as_message(&whole[prefix..]).ok()?, body))
}

/// In place of a width: as many buffers of bytes as the batch says.
const VARIADIC: usize = 0;

/// The bytes that one value takes in each buffer of a column, in the order of the format: which are there, where each begins,
/// and the values, then those of the columns within.
fn widths(of: &DataType, found: &mut Vec<usize>) {
    const BITS: usize = 1;
    const OFFSET: usize = 4;
    const LARGE_OFFSET: usize = 8;
    const VIEW: usize = 16;
    match of {
        DataType::Utf8 | DataType::Binary => found.extend([BITS, OFFSET, 1]),
        DataType::LargeUtf8 | DataType::LargeBinary => found.extend([BITS, LARGE_OFFSET, 1]),
        DataType::Utf8View | DataType::BinaryView => found.extend([BITS, VIEW, VARIADIC]),
        DataType::Null => {}
        DataType::LargeList(item) => {
            found.extend([BITS, LARGE_OFFSET]);
            widths(item.data_type(), found);
        }
        DataType::List(item) => {
            found.extend([BITS, OFFSET]);
            widths(item.data_type(), found);
        }
        DataType::Struct(fields) => {
            found.push(BITS);
            fields.iter().for_each(|field| widths(field.data_type(), found));
        }
        DataType::Dictionary(key, _) => widths(key, found),
        other => found.extend([BITS, other.primitive_width().unwrap_or(1)]),
    }
}

/// Whether buffers lie within a body of so many bytes, where their values can be read, each of whole values, and no column is
/// longer than its bits.
fn fits(batch: &RecordBatch, body: usize, widths: &[usize]) -> Option<()> {
    let mut counts = batch.variadicBufferCounts().into_iter().flatten();
    let buffers = batch.buffers().map_or(0, |buffers| buffers.len());
    let mut known = Vec::new();
    for &width in widths {
        match width {
            VARIADIC => {
                let count = usize::try_from(counts.next()?).ok()?;
                known.extend(std::iter::repeat_n(1, count.min(buffers)));
            }
            width => known.push(width),
        }
    }
    let known = known.into_iter().chain(std::iter::repeat(1));
    for (buffer, width) in batch.buffers().into_iter().flatten().zip(known) {
        let [from, length] = [buffer.offset(), buffer.length()].map(usize::try_from);
        let (from, length) = (from.ok()?, length.ok()?);
        (from % ALIGNED == 0 && length % width == 0).then_some(())?;
        (from.checked_add(length)? <= body).then_some(())?;
    }
    for node in batch.nodes().into_iter().flatten() {
        let [length, nulls] = [node.length(), node.null_count()].map(usize::try_from);
        let (length, nulls) = (length.ok()?, nulls.ok()?);
        (nulls <= length && length <= body.saturating_mul(8)).then_some(())?;
    }
    Some(())
}
