//! Whether what a shard says of its own layout lies within it.
//!
//! Arrow's reader checks the values it reads, but takes the places of blocks, of messages and of buffers at their word: one
//! flipped bit there, and it panics or asks for more memory than there is. A hash does not help where it was taken of the
//! damaged bytes. So every place is checked before the reader sees the file.

use arrow_ipc::reader::read_footer_length;
use arrow_ipc::{Block, Footer, Message, RecordBatch, root_as_footer, root_as_message};

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
    let dictionaries = footer.dictionaries().into_iter().flatten();
    let batches = footer.recordBatches().into_iter().flatten();
    for (i, block) in dictionaries.chain(batches).enumerate() {
        let (message, body) = parts(bytes, block)
            .ok_or_else(|| format!("block {i} is not all there, or not where it should be"))?;
        if let Some(batch) = batch_of(message) {
            fits(&batch, body).ok_or_else(|| format!("block {i} is less than its columns"))?;
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

/// Whether buffers lie within a body of so many bytes, where their values can be read, and no column is longer than its bits.
fn fits(batch: &RecordBatch, body: usize) -> Option<()> {
    for buffer in batch.buffers().into_iter().flatten() {
        let [from, length] = [buffer.offset(), buffer.length()].map(usize::try_from);
        let (from, length) = (from.ok()?, length.ok()?);
        (from % ALIGNED == 0 && from.checked_add(length)? <= body).then_some(())?;
    }
    for node in batch.nodes().into_iter().flatten() {
        let [length, nulls] = [node.length(), node.null_count()].map(usize::try_from);
        let (length, nulls) = (length.ok()?, nulls.ok()?);
        (nulls <= length && length <= body.saturating_mul(8)).then_some(())?;
    }
    Some(())
}
