//! A version's folder as one piece of bytes, and back.

use std::io::Read;
use std::path::Path;

use super::place::{begin_version, show_version};
use melody_core::output::write_whole;

/// The files of a version; others are no part of one.
const FILES: [&str; 7] = [
    "config.toml",
    "examples.safetensors",
    "lineage.json",
    "model.toml",
    "schema.toml",
    "towers.safetensors",
    "weights.safetensors",
];
/// A file of a version has fewer bytes than this.
const MOST: u64 = 1 << 30;

/// Without these it is none.
const NEEDED: [&str; 2] = ["model.toml", "weights.safetensors"];

/// Packs the files of a version (tar), in one order and without times, so that the same version is the same bytes.
pub(super) fn pack(folder: &Path) -> Result<Vec<u8>, String> {
    let mut packed = tar::Builder::new(Vec::new());
    for name in FILES {
        let path = folder.join(name);
        if !path.exists() && !NEEDED.contains(&name) {
            continue;
        }
        let fail = |e: std::io::Error| format!("{}: {e}", path.display());
        let bytes = std::fs::read(&path).map_err(fail)?;
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        packed.append_data(&mut header, name, bytes.as_slice()).map_err(fail)?;
    }
    packed.into_inner().map_err(|e| e.to_string())
}

/// Unpacks a version into a folder of versions: it is there as a whole, or not at all.
pub(super) fn unpack(bytes: &[u8], folder: &Path, version: u64) -> Result<(), String> {
    let fail = |e: std::io::Error| format!("{}: {e}", folder.display());
    let draft = begin_version(folder, version)?;
    let mut archive = tar::Archive::new(bytes);
    for entry in archive.entries().map_err(fail)? {
        let mut entry = entry.map_err(fail)?;
        let path = entry.path().map_err(fail)?.to_string_lossy().into_owned();
        let known = FILES.into_iter().find(|name| *name == path);
        // Whoever sent it, nothing lands outside of its folder.
        let known = known.ok_or(format!("`{path}` is no file of a version"))?;
        if entry.size() > MOST {
            return Err(format!(
                "`{path}` has {} bytes, and a version's files have less",
                entry.size()
            ));
        }
        let mut contents = Vec::new();
        entry.read_to_end(&mut contents).map_err(fail)?;
        write_whole(&draft.join(known), &contents)?;
    }
    if let Some(missing) = NEEDED.into_iter().find(|name| !draft.join(name).exists()) {
        return Err(format!("`{missing}` is missing"));
    }
    show_version(folder, version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::version_folder;

    #[test]
    fn a_version_comes_out_as_it_went_in_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("there");
        std::fs::create_dir(&there).unwrap();
        let files = [("model.toml", "one"), ("weights.safetensors", "two"), ("notes.txt", "three")];
        for (name, text) in files {
            std::fs::write(there.join(name), text).unwrap();
        }
        assert!(pack(folder.path()).is_err(), "no version");
        let packed = pack(&there).unwrap();
        assert_eq!(pack(&there).unwrap(), packed);
        let here = folder.path().join("v000001");
        unpack(&packed, folder.path(), 1).unwrap();
        assert_eq!(std::fs::read_to_string(here.join("model.toml")).unwrap(), "one");
        assert!(!here.join("notes.txt").exists());
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["there", "v000001"]);
    }

    #[test]
    fn a_file_of_another_name_is_refused_before_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut packed = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(2);
        packed.append_data(&mut header, "elsewhere/model.toml", &b"no"[..]).unwrap();
        let told = unpack(&packed.into_inner().unwrap(), folder.path(), 1).unwrap_err();
        assert!(told.contains("`elsewhere/model.toml` is no file of a version"), "{told}");
        assert!(!version_folder(folder.path(), 1).exists());
    }
}
