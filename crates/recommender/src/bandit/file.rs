//! A listener's memory on disk: one JSON file by profile, in a folder of the user's.
//!
//! The file is one line, which begins with its format and the SHA-256 of all that follows: whatever is damaged on the way is
//! refused, and never learned from. The first format had no hash and is still read, on trust; what is saved has one. One program
//! at a time keeps a listener's memory, or the last to save would wipe out what the others learned.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::context::CONTEXT;
use super::memory::Memory;
use melody_core::input::{InputError, Problem, read_text};
use melody_core::output::{Lock, write_whole};

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
        WarmStart { memory, hash: sha256(&text) }
    }
}

/// The contents of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    format: u32,
    /// Of what follows it in the file; the first format has none.
    sha256: Option<String>,
    /// Whose it is.
    profile: String,
    context: Vec<String>,
    memory: Memory,
}

/// What the hash is of.
#[derive(Serialize)]
struct Hashed<'a> {
    /// Whose it is.
    profile: &'a str,
    /// The context's features, in order.
    context: [&'a str; CONTEXT.len()],
    memory: Memory,
}

/// What stands before the hash.
const BEFORE: &str = "{\"format\":2,\"sha256\":\"";
/// What stands between the hash and what it is of.
const AFTER: &str = "\",";

/// SHA-256, in hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Whether a text has its hash in front, and that is its hash.
fn vouched(text: &str) -> bool {
    let found = text.strip_prefix(BEFORE).and_then(|rest| rest.split_once(AFTER));
    found.is_some_and(|(hash, rest)| hash == sha256(rest.as_bytes()))
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

    /// Takes the right to keep it, for as long as the lock lives, and clears away what killed programs of older versions left
    /// beside it. The folder is made if it is not there.
    ///
    /// # Errors
    /// When another program keeps the same memory, or the disk refuses.
    pub fn hold(&self) -> Result<Lock, String> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let lock = Lock::hold(&self.path)?;
        // They are named by the file and the process's number; what cannot be taken away is in nobody's way.
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned() + ".";
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let left = entry.file_name().to_string_lossy().into_owned();
            if left.strip_prefix(&name).is_some_and(|end| end.parse::<u32>().is_ok()) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(lock)
    }

    /// Reads and checks it; `None` if nothing has been kept yet.
    ///
    /// # Errors
    /// When it cannot be read, is not what was written, is no memory of this profile, or was kept by a program with other
    /// features.
    pub fn load(&self) -> Result<Option<WarmStart>, InputError> {
        if !self.path.exists() {
            return Ok(None);
        }
        self.parse(&read_text(&self.path)?).map(Some)
    }

    fn parse(&self, text: &str) -> Result<WarmStart, InputError> {
        let name = self.path.display().to_string();
        let mut reader = serde_json::Deserializer::from_str(text);
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
        if !(1..=2).contains(&found.format) {
            return wrong("format", format!("is {}; formats 1 and 2 are known", found.format));
        }
        if found.format == 1 && found.sha256.is_some() {
            return wrong("sha256", "format 1 has no such field".into());
        }
        if found.format == 2 && !vouched(text) {
            return wrong(
                "sha256",
                "the file is not as it was written: its hash is another".into(),
            );
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
        Ok(WarmStart::new(Arc::new(found.memory)))
    }

    /// Writes it; whatever ends the program and whenever, the file is the old or the new one, whole.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save(&self, memory: &Memory) -> Result<(), String> {
        let memory = memory.rounded();
        let hashed = Hashed { profile: &self.profile, context: CONTEXT, memory };
        let text = serde_json::to_string(&hashed).map_err(|error| error.to_string())?;
        // All but the brace, which stands before the format.
        let rest = format!("{}\n", &text[1..]);
        let text = format!("{BEFORE}{}{AFTER}{rest}", sha256(rest.as_bytes()));
        write_whole(&self.path, text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::algorithm::learn;
    use crate::bandit::memory::Observation;
    use crate::policy;
    use melody_core::output::{mount, refusing};

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

    /// A memory as the first format had it.
    fn first_format(text: &str) -> String {
        let (_, rest) = text.split_once(AFTER).unwrap();
        format!("{{\"format\":1,{rest}")
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path(), "a");
        let memory = taught(20);
        kept.save(&memory).unwrap();
        let text = first_format(&fs::read_to_string(kept.path()).unwrap());
        // The first format is read on trust.
        assert_eq!(*kept.parse(&text).unwrap().memory, memory.rounded());
        for (from, to, field) in [
            ("\"format\":1", "\"format\":2", "sha256"),
            ("\"format\":1", "\"format\":3", "format"),
            ("\"format\":1", "\"format\":1,\"sha256\":\"0\"", "sha256"),
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
            let problem = kept.parse(&text.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(problem.contains(field), "{from}: {problem}");
        }
        assert!(kept.parse(&text[..text.len() / 2]).is_err());
    }

    #[test]
    fn any_flipped_bit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path(), "a");
        kept.save(&taught(2)).unwrap();
        let good = fs::read(kept.path()).unwrap();
        kept.parse(str::from_utf8(&good).unwrap()).unwrap();
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                // What is no text is refused before.
                let Ok(text) = String::from_utf8(bad) else { continue };
                assert!(kept.parse(&text).is_err(), "bit {bit} of byte {at}");
            }
        }
    }

    /// Whatever call of the disk fails while it is saved, once, for a while or for good: what is read is the memory of before or the new
    /// one, and the next saving is the new one.
    #[test]
    fn on_a_disk_that_fails_the_older_memory_or_the_newer_one_is_there() {
        const FULL: i32 = 28;
        const BROKEN: i32 = 5;
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path(), "a");
        let (older, newer) = (taught(300), taught(320));
        let mut told = 0;
        for n in 0..8 {
            for (refused, error) in [(n..n + 1, FULL), (n..n + 2, BROKEN), (n..usize::MAX, BROKEN)]
            {
                kept.save(&older).unwrap();
                let mounted = mount(folder.path(), refusing(refused, error));
                let saved = kept.save(&newer);
                drop(mounted);
                let there = kept.load().unwrap_or_else(|error| panic!("call {n}: {error}"));
                let there = there.unwrap().memory;
                assert!(*there == older.rounded() || *there == newer.rounded(), "call {n}");
                assert!(saved.is_err() || *there == newer.rounded(), "call {n}");
                told += usize::from(saved.is_err());
            }
        }
        assert!((15..24).contains(&told), "{told} of 24 are told, and a saving takes fewer calls");
        kept.save(&newer).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_program_keeps_it_and_what_killed_ones_left_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path(), "a");
        for name in ["a.json.123", "a.json.draft", "a.json.old", "b.json.7"] {
            fs::write(folder.path().join(name), "half a mem").unwrap();
        }
        let held = kept.hold().unwrap();
        assert!(kept.hold().unwrap_err().contains("a.json: another program is using it"));
        Kept::new(folder.path(), "b").hold().unwrap();
        kept.save(&taught(1)).unwrap();
        drop(held);
        kept.hold().unwrap();
        let entries = fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a.json", "a.json.old"]);
    }
}
