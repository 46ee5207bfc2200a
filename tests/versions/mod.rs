//! Versions of the default model, published into a folder as a learner does it.

#![allow(dead_code, reason = "each test program uses a part of this")]

use std::path::{Path, PathBuf};

use melody_model::{Backend, device, load_shipped, save, weights_hash};

/// Publishes the default model with what it takes every listener for moved by a little, and gives the hash of its weights.
pub(crate) fn publish(folder: &Path, number: u64, by: f32) -> String {
    let mut files = load_shipped("default", &device(Backend::default())).unwrap().unwrap();
    let head = &mut files.network.head;
    head.listener = head.listener.clone().map(|before| before + by);
    files.manifest.weights_sha256 = weights_hash(&files.network);
    let draft = folder.join(format!("draft-{number}"));
    std::fs::create_dir_all(&draft).unwrap();
    save(&draft, &files).unwrap();
    std::fs::write(draft.join("lineage.json"), "{}\n").unwrap();
    std::fs::rename(&draft, version(folder, number)).unwrap();
    files.manifest.weights_sha256
}

/// The folder of a version.
pub(crate) fn version(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("v{number:06}"))
}

/// Publishes a version whose weights are not those that it names.
pub(crate) fn publish_damaged(folder: &Path, number: u64) -> String {
    let hash = publish(folder, number, 0.5 + number as f32);
    let path = version(folder, number).join("weights.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 2;
    bytes[last] ^= 0x10;
    std::fs::write(&path, bytes).unwrap();
    hash
}

/// Says which versions must not be taken any more.
pub(crate) fn withdraw(folder: &Path, hashes: &[&str]) {
    let text = serde_json::to_string(hashes).unwrap();
    std::fs::write(folder.join("withdrawn.json"), text).unwrap();
}
