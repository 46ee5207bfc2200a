//! A file of a model's folder.

use std::path::Path;

use melody_core::output::write_whole;

/// Writes a file of a folder.
pub(super) fn write_text(folder: &Path, name: &str, text: String) -> Result<(), String> {
    let path = folder.join(name);
    write_whole(&path, text.as_bytes())
}
