//! What a job is made of that has a name: a policy, a model, a catalogue.

use serde::{Deserialize, Serialize};

use super::hash::sha256;

/// A policy, a model or a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its own name; of what ships with Melody the one it is opened by.
    pub name: String,
    /// Its hash, as reports tell it.
    pub hash: String,
    /// Its files; none of what ships with Melody, which the same program has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
}

/// A file that travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its path in the folder of what it belongs to.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// How many they are.
    pub bytes: u64,
}

impl Part {
    /// What ships with Melody under this name.
    pub(super) fn shipped(name: &str, hash: &str) -> Self {
        Part { name: name.into(), hash: hash.into(), files: Vec::new() }
    }

    /// A name for its folder.
    pub(super) fn folder(&self) -> String {
        let all: Vec<String> =
            self.files.iter().map(|file| format!("{} {}\n", file.sha256, file.name)).collect();
        sha256(all.concat().as_bytes())
    }
}

impl File {
    pub(super) fn of(name: &str, bytes: &[u8]) -> Self {
        File { name: name.into(), sha256: sha256(bytes), bytes: bytes.len() as u64 }
    }

    /// Whether these are its bytes.
    pub(super) fn is(&self, bytes: &[u8]) -> bool {
        self.bytes == bytes.len() as u64 && self.sha256 == sha256(bytes)
    }

    /// Whether its path stays in the folder it is put into, on any system.
    pub(super) fn stays(&self) -> bool {
        stays(&self.name)
    }
}

/// Whether a path leads to a file in or below the folder it is seen from, and nowhere else.
pub(super) fn stays(path: &str) -> bool {
    let plain = |part: &str| {
        !["", ".", ".."].contains(&part)
            && !part.contains([':', '\\'])
            && !part.contains(char::is_control)
    };
    path.split('/').all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_out_of_its_folder_is_known() {
        for path in ["policy.toml", "rankers/own.json", "a b.json", ".hidden"] {
            assert!(stays(path), "{path}");
        }
        for path in
            ["", "/etc/passwd", "../own.json", "a/../../b", "a//b", "c:x", "a\\b", "a\nb", "."]
        {
            assert!(!stays(path), "{path:?}");
        }
    }

    #[test]
    fn a_file_is_told_by_its_bytes() {
        let file = File::of("policy.toml", b"format = 1");
        assert!(file.is(b"format = 1") && !file.is(b"format = 2") && !file.is(b"format = 1\n"));
    }
}
