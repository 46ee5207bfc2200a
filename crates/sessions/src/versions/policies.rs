//! Policies that a learner publishes beside its versions of the model, in `policies/` of their folder.
//!
//! | in it | holds |
//! |---|---|
//! | `p000001.toml`, `p000002.toml`, ... | a policy each: a file like any other, which does not change |
//! | `policies.json` | which policy they were made of, and of each why it was made; the last one is in force |
//!
//! A session goes by one policy for as long as it is: the next one begins with the newest. Its opening names the file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::names::policy_named;
use crate::opening::Opening;
use melody_core::input::{InputError, Problem, read_bytes};
use melody_recommender::feedback::Side;
use melody_recommender::policy::Policy;

/// The folder of policies in a folder of versions.
const POLICIES: &str = "policies";
/// The file that says which there are.
const LIST: &str = "policies.json";
/// Digits of a policy's number at least.
const DIGITS: usize = 6;

/// Every policy that was published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// The policy that they were made of.
    pub base: Base,
    /// The oldest first.
    pub policies: Vec<PublishedPolicy>,
}

/// What published policies were made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The policy's name.
    pub name: String,
    /// SHA-256 of its file, in hexadecimal.
    pub hash: String,
}

/// A policy, and the one change that made it of the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishedPolicy {
    /// From 1.
    pub number: u64,
    /// SHA-256 of its file, in hexadecimal.
    pub hash: String,
    /// Records of the inbox that had been taken when it was made.
    pub records: u64,
    /// Whose level has moved, and what was seen.
    #[serde(flatten)]
    pub moved: PolicyMove,
}

/// A level of a segment that has moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyMove {
    /// The segment's name.
    pub segment: String,
    /// Songs heard through, or promoted songs taken up.
    pub side: Side,
    /// The level before; at 0 the segment is promoted to as the base says.
    pub from: u32,
    /// The level after.
    pub to: u32,
    /// Sessions that it was seen in.
    pub sessions: usize,
    /// The share in them, in the mean.
    pub share: f64,
    /// The share in sessions of before.
    pub usual: f64,
    /// The always-valid p-value.
    pub p: f64,
}

impl PolicyMove {
    /// What was seen, in words that begin with the number of sessions. In English.
    pub fn seen(&self) -> String {
        let PolicyMove { sessions, share, usual, p, .. } = self;
        let what = match self.side {
            Side::Listening => "of their first songs completed",
            Side::Selling => "of first promoted songs taken up",
        };
        format!("{sessions} sessions {share:.3} {what}, {usual:.3} before (p {p:.4})")
    }
}

impl Published {
    /// What a folder of versions lists; `None` where it lists nothing.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn read(folder: &Path) -> Result<Option<Self>, InputError> {
        let path = list_of(folder);
        if !path.exists() {
            return Ok(None);
        }
        Self::parse(&path.display().to_string(), &read_bytes(&path)?).map(Some)
    }

    /// A list's bytes; `name` is what they are called.
    ///
    /// # Errors
    /// When they are none.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, InputError> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let list = serde_path_to_error::deserialize(&mut reader);
        list.map_err(|e| {
            Problem::new(name, e.inner().to_string()).field(e.path().to_string()).into()
        })
    }

    /// Whether a policy of this hash is one of them, or what they were made of.
    fn knows(&self, hash: &str) -> bool {
        self.base.hash == hash || self.policies.iter().any(|policy| policy.hash == hash)
    }
}

/// The file that lists policies of a folder of versions.
pub fn list_of(folder: &Path) -> PathBuf {
    folder.join(POLICIES).join(LIST)
}

/// The name of a policy's file.
pub fn policy_file_name(number: u64) -> String {
    format!("p{number:0DIGITS$}.toml")
}

/// The file of a policy of a folder of versions.
pub fn policy_file(folder: &Path, number: u64) -> PathBuf {
    folder.join(POLICIES).join(policy_file_name(number))
}

/// The newest policy of a folder of versions, for a session that would go by `policy`: its file, and what is in it. `None`
/// where there is none, where others were made of another policy, and where it is this one.
///
/// # Errors
/// When the list or the policy cannot be read, or the policy is not the one that the list says.
pub fn policy_due(folder: &Path, policy: &Policy) -> Result<Option<(String, Policy)>, InputError> {
    let Some(list) = Published::read(folder)?.filter(|list| list.knows(&policy.hash)) else {
        return Ok(None);
    };
    let Some(newest) = list.policies.last().filter(|newest| newest.hash != policy.hash) else {
        return Ok(None);
    };
    let path = policy_file(folder, newest.number).display().to_string();
    let due = policy_named(&path, Path::new(""))?;
    if due.hash != newest.hash {
        return Err(
            Problem::new(path, "is not the policy that was published under its number").into()
        );
    }
    Ok(Some((path, due)))
}

/// What a session begins with that begins now: its opening with the newest policy of the folder of versions that it names, and that
/// policy, where it is another than `policy`, which the opening goes by.
///
/// # Errors
/// When the list or the policy cannot be read, or the policy is not the one that the list says.
pub fn begin_with_newest(
    opening: Opening,
    policy: &Policy,
) -> Result<(Opening, Option<Policy>), InputError> {
    let Some(folder) = &opening.versions else { return Ok((opening, None)) };
    Ok(match policy_due(Path::new(folder), policy)? {
        Some((policy, due)) => (Opening { policy, ..opening }, Some(due)),
        None => (opening, None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_recommender::policy;

    fn listed(folder: &Path, base: &Policy, texts: &[String]) {
        std::fs::create_dir_all(folder.join(POLICIES)).unwrap();
        let policies = texts.iter().zip(1..).map(|(text, number)| {
            let path = policy_file(folder, number);
            std::fs::write(&path, text).unwrap();
            let hash = policy::load(&path).unwrap().hash;
            let moved = PolicyMove {
                segment: "casual".into(),
                side: Side::Listening,
                from: 0,
                to: 1,
                sessions: 40,
                share: 0.5,
                usual: 0.7,
                p: 0.01,
            };
            PublishedPolicy { number, hash, records: 100 * number, moved }
        });
        let base = Base { name: base.name.clone(), hash: base.hash.clone() };
        let list = Published { base, policies: policies.collect() };
        std::fs::write(list_of(folder), serde_json::to_vec(&list).unwrap()).unwrap();
        assert_eq!(Published::read(folder).unwrap(), Some(list));
    }

    #[test]
    fn the_newest_is_for_sessions_of_what_it_was_made_of() {
        let folder = tempfile::tempdir().unwrap();
        let base = policy::shipped("default").unwrap();
        assert!(policy_due(folder.path(), &base).unwrap().is_none());
        let text =
            |name: &str| policy::DEFAULT_TEXT.replacen("\"default\"", &format!("\"{name}\""), 1);
        listed(folder.path(), &base, &[text("default-p1"), text("default-p2")]);
        let (path, due) = policy_due(folder.path(), &base).unwrap().unwrap();
        assert!(path.ends_with("policies/p000002.toml"), "{path}");
        assert_eq!(due.name, "default-p2");
        assert!(policy_due(folder.path(), &due).unwrap().is_none(), "it is the newest");
        let first = policy::load(&policy_file(folder.path(), 1)).unwrap();
        assert_eq!(policy_due(folder.path(), &first).unwrap().unwrap().1.name, "default-p2");
        let other = policy::shipped("untuned").unwrap();
        assert!(policy_due(folder.path(), &other).unwrap().is_none(), "made of another");
    }

    #[test]
    fn what_is_not_as_it_was_published_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let base = policy::shipped("default").unwrap();
        listed(folder.path(), &base, &[policy::DEFAULT_TEXT.replacen("\"default\"", "\"one\"", 1)]);
        let path = policy_file(folder.path(), 1);
        std::fs::write(&path, policy::DEFAULT_TEXT).unwrap();
        let told = policy_due(folder.path(), &base).unwrap_err().to_string();
        assert!(told.contains("p000001.toml") && told.contains("published"), "{told}");
        std::fs::write(list_of(folder.path()), "{\"base\": 1}").unwrap();
        let told = policy_due(folder.path(), &base).unwrap_err().to_string();
        assert!(told.contains("policies.json: base: invalid type"), "{told}");
    }
}
