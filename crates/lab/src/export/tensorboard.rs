//! The curves of a training as TensorBoard reads them, while it goes on.
//!
//! A file of records, each framed by its length and two checksums (CRC-32C, masked as TFRecord has it); a record is an `Event` of protocol
//! buffers, of which a curve needs five fields. Both crates that write such files have rested for years and bring a compiler of
//! protocol buffers along; what is needed of both formats is on this page. TensorBoard looks at a file while it grows, so that records
//! are appended and each is whole when the write returns; a last one that a crash cuts short is what its reader waits for the rest of.
//!
//! A training that is taken up again writes a file of its own beside the first. Its beginning is marked with the step it goes on from:
//! readers then leave out what a killed program had told beyond its checkpoint.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::training::{Progress, Validation};
use melody_core::output::{DiskFile, make_folder};
use melody_model::objective::LossWeights;

/// An events file that grows.
pub struct Curves {
    file: DiskFile,
    path: PathBuf,
    begun: bool,
}

impl Curves {
    /// Begins an events file in a folder, which is made if need be. `now` is seconds since 1970.
    ///
    /// # Errors
    /// When the folder or the file cannot be made.
    pub fn begin(folder: &Path, now: f64) -> Result<Self, String> {
        make_folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut again = 0;
        loop {
            // What TensorBoard takes for an events file, and sorts by.
            let path = folder.join(format!("events.out.tfevents.{now:010.0}.melody.{again}"));
            match DiskFile::open(&path, OpenOptions::new().write(true).create_new(true)) {
                Ok(file) => {
                    let mut curves = Curves { file, path, begun: false };
                    let version = text(3, "brain.Event:2");
                    return curves.put(now, 0, &version).map(|()| curves);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => again += 1,
                Err(error) => return Err(format!("{}: {error}", path.display())),
            }
        }
    }

    /// Tells of a step.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn step(&mut self, now: f64, progress: &Progress) -> Result<(), String> {
        let step = progress.step;
        if !std::mem::replace(&mut self.begun, true) {
            // SessionLog.status = START.
            self.put(now, step, &message(7, &number(1, 1)))?;
        }
        let mut points = Vec::new();
        tasks(&mut points, "loss", progress.losses.map(f64::from));
        tasks(&mut points, "weight", of(&progress.weights));
        tasks(&mut points, "weight_asked", of(&progress.asked));
        if let Some(returns) = progress.returns {
            tasks(&mut points, "return", returns);
        }
        point(&mut points, "training/learning_rate", progress.learning_rate);
        point(&mut points, "training/multiplier", progress.multiplier);
        point(&mut points, "training/clamped", if progress.clamped { 1.0 } else { 0.0 });
        self.put(now, step, &message(5, &points))
    }

    /// Tells of a look at the validation listeners.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn validation(&mut self, now: f64, found: &Validation) -> Result<(), String> {
        let mut points = Vec::new();
        tasks(&mut points, "validation_loss", found.losses.map(f64::from));
        point(&mut points, "validation/loss", found.loss);
        point(&mut points, "validation/completion", found.completion);
        point(&mut points, "validation/completion_by_interest", found.completion_by_interest);
        self.put(now, found.step, &message(5, &points))
    }

    /// Appends an event of this content.
    fn put(&mut self, now: f64, step: u64, content: &[u8]) -> Result<(), String> {
        let mut event = fixed64(1, now);
        event.extend(number(2, step));
        event.extend(content);
        let written = self.file.write_all(&record(&event));
        written.map_err(|error| format!("{}: {error}", self.path.display()))
    }
}

fn of(weights: &LossWeights) -> [f64; 3] {
    [weights.interest, weights.subscription, weights.exposure]
}

/// Adds a point to each of three curves.
fn tasks(points: &mut Vec<u8>, curve: &str, values: [f64; 3]) {
    for (task, value) in ["interest", "subscription", "exposure"].into_iter().zip(values) {
        point(points, &format!("{curve}/{task}"), value);
    }
}

/// Adds a point: a `Summary.Value` of a tag and 32 bits.
fn point(points: &mut Vec<u8>, tag: &str, value: f64) {
    let mut of = text(1, tag);
    of.extend(key(2, 5));
    of.extend((value as f32).to_le_bytes());
    points.extend(message(1, &of));
}

/// A field's number and the way its value is written.
fn key(field: u64, way: u64) -> Vec<u8> {
    varint(field << 3 | way)
}

/// Seven bits a byte, the lowest first; the eighth says that more come.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [key(field, 0), varint(value)].concat()
}

fn fixed64(field: u64, value: f64) -> Vec<u8> {
    [key(field, 1), value.to_le_bytes().to_vec()].concat()
}

fn message(field: u64, content: &[u8]) -> Vec<u8> {
    [key(field, 2), varint(content.len() as u64), content.to_vec()].concat()
}

fn text(field: u64, content: &str) -> Vec<u8> {
    message(field, content.as_bytes())
}

/// Data in TFRecord's frame.
fn record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let sum = |bytes: &[u8]| masked(crc32c(bytes)).to_le_bytes();
    [&length[..], &sum(&length), data, &sum(data)].concat()
}

/// So that a checksum of data that holds checksums is not one of them.
fn masked(sum: u32) -> u32 {
    sum.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32 by Castagnoli's polynomial, bit by bit: an event has some hundred bytes.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for &byte in bytes {
        sum ^= u32::from(byte);
        for _ in 0..8 {
            sum = sum >> 1 ^ if sum & 1 == 1 { 0x82f6_3b78 } else { 0 };
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_rfc_3720() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
    }

    #[test]
    fn an_events_file_begins_as_tensorflow_writes_it() {
        // By TensorBoard 2.21's own `tensorboard.summary.writer.event_file_writer`, of the same event.
        let event = [fixed64(1, 1.0), text(3, "brain.Event:2")].concat();
        let framed = record(&event);
        let hex: String = framed.iter().map(|byte| format!("{byte:02x}")).collect();
        let written =
            "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a";
        assert_eq!(hex, written);
    }

    #[test]
    fn numbers_take_seven_bits_a_byte() {
        assert_eq!(varint(0), [0]);
        assert_eq!(varint(127), [127]);
        assert_eq!(varint(300), [0xac, 2]);
        assert_eq!(varint(u64::MAX).len(), 10);
    }

    #[test]
    fn two_trainings_in_one_folder_have_a_file_each() {
        let folder = tempfile::tempdir().unwrap();
        let curves = [1e9, 1e9].map(|now| Curves::begin(folder.path(), now).unwrap());
        assert_ne!(curves[0].path, curves[1].path);
        let sizes = curves.map(|curves| std::fs::read(curves.path).unwrap().len());
        assert_eq!(sizes, [42; 2], "a version each, with its step");
    }
}
