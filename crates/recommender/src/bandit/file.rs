//! A listener's memory on disk: one JSON file by profile, in a folder of the user's.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::context::CONTEXT;
use super::memory::Memory;
use melody_core::input::{InputError, Problem, read_text};

/// What earlier sessions have taught, with the hash that traces name it by.
#[derive(Clone, Debug, PartialEq)]
pub struct WarmStart {
    /// What a bandit begins with.
    pub memory: Arc<Memory>,
    /// SHA-256 of the memory as JSON, in hexadecimal.
    pub hash: String,
}

impl WarmStart {
    /// Takes a memory and works out its hash.
    pub fn new(memory: Arc<Memory>) -> Self {
        let text = serde_json::to_vec(&*memory).expect("a memory is plain data");
        let hash = Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect();
        WarmStart { memory, hash }
    }
}

/// The contents of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    format: u32,
    /// Whose it is.
    profile: String,
    /// The context's features, in order.
    context: Vec<String>,
    memory: Memory,
}

/// Where a listener's memory is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    path: PathBuf,
    profile: String,
}

impl Kept {
    /// The file of a profile in a folder, which is made with the first memory if it is not there.
    pub fn new(folder: &Path, profile: &str) -> Self {
        // A profile's id may hold anything; what no file name should is told by its number.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let name: String = profile
            .chars()
            .map(|c| if plain(c) { c.to_string() } else { format!("%{:x}", u32::from(c)) })
            .collect();
        Kept { path: folder.join(format!("{name}.json")), profile: profile.into() }
    }

    /// The file, which may not be there yet.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads and checks it; `None` if nothing has been kept yet.
    ///
    /// # Errors
    /// When it cannot be read, is no memory of this profile, or was kept by a program with other
    /// features.
    pub fn load(&self) -> Result<Option<WarmStart>, InputError> {
        if !self.path.exists() {
            return Ok(None);
        }
        let name = self.path.display().to_string();
        let text = read_text(&self.path)?;
        let mut reader = serde_json::Deserializer::from_str(&text);
        let found: Contents = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            Problem::new(&name, error.inner().to_string())
                .line(error.inner().line())
                .field(error.path().to_string())
        })?;
        // The file is one line.
        let wrong = |field: &str, message: String| {
            Err(Problem::new(&name, message).line(1).field(field).into())
        };
        if let Err(error) = reader.end() {
            return wrong("(end)", error.to_string());
        }
        if found.format != 1 {
            return wrong("format", format!("is {}; only format 1 is known", found.format));
        }
        if found.profile != self.profile {
            let message =
                format!("it is the memory of `{}`, not of `{}`", found.profile, self.profile);
            return wrong("profile", message);
        }
        if found.context != CONTEXT {
            return wrong("context", "the features are not the ones this program has".into());
        }
        if let Some((field, message)) = found.memory.problem(CONTEXT.len()) {
            return wrong(&format!("memory.{field}"), message.into());
        }
        Ok(Some(WarmStart::new(Arc::new(found.memory))))
    }

    /// Writes it so that whenever the program is ended, the file is the old or the new one, whole: a
    /// file beside it, brought to the disk and then renamed.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save(&self, memory: &Memory) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder)?;
        let contents = Contents {
            format: 1,
            profile: self.profile.clone(),
            context: CONTEXT.map(String::from).to_vec(),
            memory: memory.rounded(),
        };
        let beside = self.path.with_extension(format!("json.{}", std::process::id()));
        let written = (|| {
            let mut file = File::create(&beside)?;
            serde_json::to_writer(&mut file, &contents)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            std::fs::rename(&beside, &self.path)
        })();
        if written.is_err() {
            // It may not even be there.
            let _ = std::fs::remove_file(&beside);
        }
        written?;
        // The new name is on the disk once the folder is; not every system lets one open a folder.
        match File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }) {
            Ok(folder) => folder.sync_all(),
            Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::algorithm::learn;
    use crate::bandit::memory::Observation;
    use crate::policy;

    fn taught(observations: u32) -> Memory {
        let policy = policy::shipped("default").unwrap();
        let mut memory = Memory::default();
        for i in 0..observations {
            let mut context = vec![0.1 * f64::from(i % 7); CONTEXT.len()];
            context[0] = 1.0;
            let arm = policy.bandit.arms[i as usize % 3].name.clone();
            let reward = f64::from(i % 5) / 3.0 - 0.5;
            learn(&policy.bandit, &mut memory, Observation { arm, context, reward });
        }
        memory
    }

    #[test]
    fn what_is_kept_is_read_again_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(&folder.path().join("new"), "a profile/of mine");
        assert_eq!(kept.load().unwrap(), None);
        kept.save(&taught(3)).unwrap();
        let memory = taught(600);
        kept.save(&memory).unwrap();
        let read = kept.load().unwrap().unwrap();
        assert_eq!(*read.memory, memory.rounded());
        // Written once more, it is the same file: nothing wears off.
        let text = std::fs::read(kept.path()).unwrap();
        kept.save(&read.memory).unwrap();
        assert_eq!(std::fs::read(kept.path()).unwrap(), text);
        assert_eq!(std::fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path(), "a");
        kept.save(&taught(20)).unwrap();
        let text = std::fs::read_to_string(kept.path()).unwrap();
        for (from, to, field) in [
            ("\"format\":1", "\"format\":2", "format"),
            ("\"profile\":\"a\"", "\"profile\":\"b\"", "profile"),
            ("\"always\"", "\"never\"", "context"),
            ("\"pulls\":7", "\"pulls\":-7", "memory.arms.light.pulls"),
            ("\"n\":0.0", "\"n\":-1.0", "memory.arms.light.older"),
            ("\"learned\":20", "\"learned\":2", "memory.learned"),
            ("\"context\":[1.0,", "\"context\":[2.0,", "memory.recent[0].context"),
            ("\"context\":[1.0,", "\"context\":[1.0,1.0,", "memory.recent[0].context"),
            ("\"reward\":-0.5", "\"reward\":1e9", "memory.recent[0].reward"),
        ] {
            assert!(text.contains(from), "{from}");
            std::fs::write(kept.path(), text.replacen(from, to, 1)).unwrap();
            let problem = kept.load().unwrap_err().to_string();
            assert!(problem.contains(field), "{from}: {problem}");
        }
        std::fs::write(kept.path(), &text[..text.len() / 2]).unwrap();
        assert!(kept.load().is_err());
    }
}
