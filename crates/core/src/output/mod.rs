//! Writing what a user keeps.
//!
//! Everything that is written as a whole goes one way: [`may_write`] says before any work whether a file may stand there, a
//! [`Draft`] is written beside the place and takes it once the disk has all of it, and a [`Lock`] keeps what two programs would
//! spoil for each other to one of them. So a file is the old one or the new one, whatever ends the program and whenever, and
//! nothing is replaced that was not of its kind or that the command itself reads.
//!
//! What grows record by record, the durable log, is appended to instead; see `crates/sessions/src/log/`. Either way each call that
//! changes a file is asked of one place (`disk.rs`), where tests put disks that fail.

mod disk;
mod draft;
mod lock;
mod may_write;
#[cfg(test)]
mod power_loss;

pub use disk::{
    Call, Disk, DiskFile, Mounted, make_folder, mount, refusing, remove_file, remove_folder,
    rename, sync_folder,
};
pub use draft::{Draft, write_together, write_whole};
pub use lock::Lock;
pub use may_write::{Kind, Mark, may_replace, may_write};
