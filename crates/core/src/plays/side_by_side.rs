//! Reading the records of one file on several threads: they are cut out of it, made into plays elsewhere, and taken in their order.
//!
//! An array is shared out in blocks before anybody knows where its elements end ([`Block`]). Where a block turns out to be cut within
//! an element, what was made of later ones is dropped, and the rest of the file is read as any other: cut into records here, and made
//! into plays elsewhere.

use std::cell::{Cell, RefCell};

use super::file_of::FileOf;
use super::record::Reader;
use super::taking::Taking;
use crate::input::{
    Batch, Block, End, InputError, Layout, Record, Records, Rest, array_failed, in_order, torn,
};

/// Bytes of a short record.
const SHORT: usize = 400;

/// Reads what is left of a file.
///
/// # Errors
/// When it cannot be read on, or ends within an array; when plays cannot be handed on.
pub(super) fn read_side_by_side(
    records: &mut Records,
    layout: Layout,
    file: &FileOf,
    reader: &Reader,
    taking: &mut Taking,
) -> Result<(), InputError> {
    if records.open_array(layout)? && read_blocks(records, file, reader, taking)? {
        return Ok(());
    }
    let place = |line: usize| format!("{}:{line}", file.name);
    in_order(
        &mut || records.batch(layout),
        &|batch: Batch, out| {
            let made = |record: Record| (record.line, file.made_by(reader, &record, None));
            out(batch.records().map(made).collect::<Vec<_>>());
        },
        &mut |made| {
            made.into_iter().try_for_each(|(line, made)| taking.made(made, &|| place(line)))
        },
    )
}

/// Reads an array that was opened; whether all of it was read. If not, `records` goes on with what was not.
fn read_blocks(
    records: &mut Records,
    file: &FileOf,
    reader: &Reader,
    taking: &mut Taking,
) -> Result<bool, InputError> {
    let place = |line: usize| format!("{}:{line}", file.name);
    // No more blocks: the array has ended, or the cuts are not to be trusted.
    let enough = Cell::new(false);
    // What is to be cut with care, the line it begins in, and why it ends if not by itself.
    let mut left: Option<(Vec<u8>, usize)> = None;
    let mut broken = None;
    // Blocks that were read, for others to be read into.
    let spare = RefCell::new(Vec::new());
    in_order(
        &mut || {
            let room = spare.borrow_mut().pop().unwrap_or_default();
            Ok(if enough.get() { None } else { records.block(room) })
        },
        &|block: Block, out| {
            let mut made = Vec::with_capacity(block.bytes.len() / SHORT);
            let rest = block.elements(reader.quick.is_some(), &mut |line, bytes, fields| {
                let record = Record::of(line, bytes);
                made.push((line, file.made_by(reader, &record, fields)));
            });
            out((made, rest, block));
        },
        &mut |(made, rest, block)| {
            if let Some((bytes, _)) = &mut left {
                bytes.extend_from_slice(&block.bytes);
                if let End::Unreadable(error) = block.end {
                    broken = Some(error);
                }
                return Ok(());
            }
            if enough.get() {
                return Ok(());
            }
            made.into_iter().try_for_each(|(line, made)| taking.made(made, &|| place(line)))?;
            let line = || block.last_line();
            match (rest, &block.end) {
                (Rest::Array, _) => enough.set(true),
                (_, End::Unreadable(error)) => {
                    return Err(array_failed(file.name, line(), error));
                }
                (_, End::File) => return Err(torn(file.name, line())),
                (Rest::Nothing, End::Likely) => {}
                (Rest::Part(from, line), End::Likely) => {
                    enough.set(true);
                    left = Some((block.bytes[from..].to_vec(), line));
                }
            }
            spare.borrow_mut().push(block.bytes);
            Ok(())
        },
    )?;
    let Some((bytes, line)) = left else { return Ok(true) };
    records.resume(bytes, line, broken);
    Ok(false)
}
