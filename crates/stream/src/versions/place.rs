//! Where a version is written, and where it is seen.

use std::io;
use std::path::{Path, PathBuf};

use melody_core::output::{make_folder, remove_folder, rename, sync_folder};
use melody_sessions::versions::version_name;

/// Where a version lies in a folder of versions.
pub fn version_folder(folder: &Path, version: u64) -> PathBuf {
    folder.join(version_name(version))
}

fn draft(folder: &Path, version: u64) -> PathBuf {
    folder.join(format!(".{}.draft", version_name(version)))
}

/// An empty folder to write a version to, where nobody looks for one. What a crash has left there gives way.
///
/// # Errors
/// When the disk refuses.
pub(crate) fn begin_version(folder: &Path, version: u64) -> Result<PathBuf, String> {
    let draft = draft(folder, version);
    let made = match draft.exists() {
        true => remove_folder(&draft).and_then(|()| make_folder(&draft)),
        false => make_folder(&draft),
    };
    made.map_err(|e: io::Error| format!("{}: {e}", draft.display()))?;
    Ok(draft)
}

/// Shows a version that was written: from now on it is there, as a whole. Nothing happens where it is shown already.
///
/// # Errors
/// When the disk refuses.
pub(crate) fn show_version(folder: &Path, version: u64) -> Result<(), String> {
    let (draft, place) = (draft(folder, version), version_folder(folder, version));
    if place.exists() || !draft.exists() {
        return Ok(());
    }
    let shown = rename(&draft, &place).and_then(|()| sync_folder(folder));
    shown.map_err(|e| format!("{}: {e}", place.display()))
}
