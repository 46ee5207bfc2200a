//! Whether what a shard says of its own layout lies within it.
//!
//! Arrow's reader checks the values it reads, but takes the places of blocks, of messages and of buffers at their word: one
//! flipped bit there, and it panics or asks for more memory than there is. A hash does not help where it was taken of the
//! damaged bytes. So every place is checked before the reader sees the file.

use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::read_footer_length;
use arrow_ipc::{Block, Footer, Message, RecordBatch, root_as_footer, root_as_message};
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
    let (mut words, mut columns) = (Vec::new(), Vec::new());
    widths(&DataType::Utf8, &mut words);
    schema.fields().iter().for_each(|field| widths(field.data_type(), &mut columns));
    let dictionaries = footer.dictionaries().into_iter().flatten().map(|block| (block, &words));
    let batches = footer.recordBatches().into_iter().flatten().map(|block| (block, &columns));
    for (i, (block, widths)) in dictionaries.chain(batches).enumerate() {
        let (message, body) = parts(bytes, block)
            .ok_or_else(|| format!("block {i} is not all there, or not where it should be"))?;
        if let Some(batch) = batch_of(message) {
            fits(&batch, body, widths)
                .ok_or_else(|| format!("block {i} is less than its columns"))?;
        }
    }
    Ok(())
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

/// The batch that a message brings, if it brings one.
fn batch_of(message: Message<'_>) -> Option<RecordBatch<'_>> {
    message
        .header_as_record_batch()
        .or_else(|| message.header_as_dictionary_batch().and_then(|batch| batch.data()))
}

/// The bytes that one value takes in each buffer of a column, in the order of the format: which are there, where each begins,
/// and the values, then those of the columns within.
fn widths(of: &DataType, found: &mut Vec<usize>) {
    const BITS: usize = 1;
    const OFFSET: usize = 4;
    match of {
        DataType::Utf8 | DataType::Binary => found.extend([BITS, OFFSET, 1]),
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
    let known = widths.iter().copied().chain(std::iter::repeat(1));
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
