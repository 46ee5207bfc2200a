//! Versions that must no longer be taken: `withdrawn.json`, and why, `alarms.json`.

use std::path::Path;

use crate::population::Alarm;
use melody_core::output::write_whole;

const WITHDRAWN: &str = "withdrawn.json";
const ALARMS: &str = "alarms.json";

/// What was withdrawn.
#[derive(Debug, Default)]
pub(super) struct Withdrawn(Vec<Alarm>);

impl Withdrawn {
    /// What a folder tells.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(ALARMS);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let alarms = serde_path_to_error::deserialize(&mut reader)
            .map_err(|e| format!("{}: field `{}`: {}", path.display(), e.path(), e.inner()))?;
        Ok(Withdrawn(alarms))
    }

    pub(super) fn holds(&self, hash: &str) -> bool {
        self.0.iter().any(|alarm| alarm.version == hash)
    }

    pub(super) fn all(&self) -> &[Alarm] {
        &self.0
    }

    /// Adds what is new, and writes both files.
    pub(super) fn add(&mut self, alarms: &[Alarm], folder: &Path) -> Result<(), String> {
        let new: Vec<Alarm> =
            alarms.iter().filter(|alarm| !self.holds(&alarm.version)).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        self.0.extend(new);
        let hashes: Vec<&str> = self.0.iter().map(|alarm| alarm.version.as_str()).collect();
        write(&folder.join(ALARMS), &self.0)?;
        write(&folder.join(WITHDRAWN), &hashes)
    }
}

fn write(path: &Path, value: &impl serde::Serialize) -> Result<(), String> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|e| e.to_string())?;
    text.push(b'\n');
    write_whole(path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_withdrawn_once_and_stays_so() {
        let folder = tempfile::tempdir().unwrap();
        let alarm = |version: &str| Alarm {
            version: version.into(),
            before: "old".into(),
            sessions: 30,
            difference: -0.1,
            p: 0.01,
        };
        let mut withdrawn = Withdrawn::read(folder.path()).unwrap();
        withdrawn.add(&[alarm("a")], folder.path()).unwrap();
        withdrawn.add(&[alarm("a"), alarm("b")], folder.path()).unwrap();
        let again = Withdrawn::read(folder.path()).unwrap();
        assert_eq!(again.all(), [alarm("a"), alarm("b")]);
        assert!(again.holds("b") && !again.holds("c"));
        let hashes: Vec<String> =
            serde_json::from_slice(&std::fs::read(folder.path().join(WITHDRAWN)).unwrap()).unwrap();
        assert_eq!(hashes, ["a", "b"]);
    }
}
