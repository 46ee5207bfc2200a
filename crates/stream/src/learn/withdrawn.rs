//! Versions that must no longer be taken, `withdrawn.json`, and what was found, `alarms.json`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::population::Alarm;
use melody_core::output::write_whole;
use melody_sessions::versions::WITHDRAWN;

const ALARMS: &str = "alarms.json";

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Withdrawn(Vec<Alarm>);

/// Every version by its hash: its number, and the hash of the one that it was made of.
pub(super) type Lineage = BTreeMap<String, (u64, String)>;

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

    /// Whether a version is withdrawn: it was found worse, or was made of one that was.
    pub(super) fn holds(&self, hash: &str, lineage: &Lineage) -> bool {
        let mut hash = hash;
        while let Some((_, parent)) = lineage.get(hash) {
            if self.0.iter().any(|alarm| alarm.version == hash) {
                return true;
            }
            hash = parent;
        }
        false
    }

    pub(super) fn all(&self) -> &[Alarm] {
        &self.0
    }

    /// Adds what is new, and sees to it that both files say what holds now.
    pub(super) fn add(
        &mut self,
        alarms: &[Alarm],
        lineage: &Lineage,
        folder: &Path,
    ) -> Result<(), String> {
        for alarm in alarms {
            if self.0.iter().all(|known| known.version != alarm.version) {
                self.0.push(alarm.clone());
            }
        }
        if self.0.is_empty() {
            return Ok(());
        }
        let mut hashes: Vec<(u64, &str)> = lineage
            .iter()
            .filter(|(hash, _)| self.holds(hash, lineage))
            .map(|(hash, (version, _))| (*version, hash.as_str()))
            .collect();
        hashes.sort_unstable();
        let hashes: Vec<&str> = hashes.into_iter().map(|(_, hash)| hash).collect();
        write(&folder.join(ALARMS), &self.0)?;
        write(&folder.join(WITHDRAWN), &hashes)
    }
}

/// Writes a file, unless it says so already.
fn write(path: &Path, value: &impl serde::Serialize) -> Result<(), String> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|e| e.to_string())?;
    text.push(b'\n');
    if std::fs::read(path).ok().as_ref() == Some(&text) {
        return Ok(());
    }
    write_whole(path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_of_a_withdrawn_version_is_withdrawn_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let alarm = |version: &str| Alarm {
            version: version.into(),
            before: "base".into(),
            sessions: 30,
            difference: -0.1,
            p: 0.01,
        };
        let lineage: Lineage = [("a", 1, "base"), ("b", 2, "a"), ("c", 3, "b"), ("d", 4, "a")]
            .map(|(hash, version, parent)| (hash.to_string(), (version, parent.to_string())))
            .into();
        let mut withdrawn = Withdrawn::read(folder.path()).unwrap();
        withdrawn.add(&[alarm("b")], &lineage, folder.path()).unwrap();
        let hashes = || -> Vec<String> {
            serde_json::from_slice(&std::fs::read(folder.path().join(WITHDRAWN)).unwrap()).unwrap()
        };
        assert_eq!(hashes(), ["b", "c"]);
        // Killed between the two files.
        std::fs::remove_file(folder.path().join(WITHDRAWN)).unwrap();
        let mut again = Withdrawn::read(folder.path()).unwrap();
        again.add(&[alarm("b")], &lineage, folder.path()).unwrap();
        assert_eq!((again.all().len(), hashes()), (1, vec!["b".to_string(), "c".into()]));
        assert!(!again.holds("d", &lineage) && !again.holds("base", &lineage));
    }
}
