//! A learner's folder: what it began with, its inbox, its attempts and its versions.
//!
//! ```text
//! DIR/learner.json      what it learns by and began with
//! DIR/inbox.jsonl       every record that was taken, in order
//! DIR/attempts.jsonl    every update that was tried
//! DIR/refused.jsonl     messages that were no records
//! DIR/v000001/          a version: a model's folder, with lineage.json
//! DIR/withdrawn.json    versions that sessions must give up; alarms.json says why
//! DIR/policies/         policies that sessions begin with, and policies.json
//! DIR/position.json     how far a stream was read: a shortcut
//! DIR/status.json       what it says of itself, for whoever watches
//! ```

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::attempts::Attempt;
use super::config::Learning;
use crate::versions::begin_version;
use melody_core::input::{InputError, Problem, read_bytes};
use melody_core::output::{sync_folder, write_whole};
use melody_model::{ModelFiles, save};

/// The version of the folder's form.
const FORMAT: u32 = 1;
const MADE: &str = "learner.json";

/// What a learner began with: the same for as long as its folder is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// The version of the folder's form.
    pub format: u32,
    /// The model's name, or folder.
    pub model: String,
    /// SHA-256 of its weights, in hexadecimal.
    pub model_hash: String,
    /// The catalogue's name, or folder.
    pub catalogue: String,
    /// SHA-256 of its files, in hexadecimal.
    pub catalogue_hash: String,
    /// The name, or file, of the policy that sessions are served by.
    pub policy: String,
    /// SHA-256 of its file, in hexadecimal.
    pub policy_hash: String,
    /// The backend that it computes on: others sum in another order.
    pub device: String,
    /// How it learns.
    pub learning: Learning,
}

impl Made {
    /// Of a model, a catalogue and a policy, by what they were called and their hashes.
    pub fn new(of: [(&str, &str); 3], device: &str, learning: Learning) -> Self {
        let [(model, model_hash), (catalogue, catalogue_hash), (policy, policy_hash)] =
            of.map(|(name, hash)| (name.to_string(), hash.to_string()));
        Made {
            format: FORMAT,
            model,
            model_hash,
            catalogue,
            catalogue_hash,
            policy,
            policy_hash,
            device: device.into(),
            learning,
        }
    }

    /// What stands in a folder; `None` where no learner has begun there.
    ///
    /// # Errors
    /// When it cannot be read, or is of another format.
    pub fn read(folder: &Path) -> Result<Option<Self>, InputError> {
        let path = folder.join(MADE);
        if !path.exists() {
            return Ok(None);
        }
        let name = path.display().to_string();
        let bytes = read_bytes(&path)?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let made: Made = serde_path_to_error::deserialize(&mut reader)
            .map_err(|e| Problem::new(&name, e.inner().to_string()).field(e.path().to_string()))?;
        if made.format != FORMAT {
            let message = format!("is {}, and only {FORMAT} is known here", made.format);
            return Err(Problem::new(name, message).field("format").into());
        }
        Ok(Some(made))
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| e.to_string())?;
        text.push(b'\n');
        write_whole(&folder.join(MADE), &text)
    }

    /// That a folder goes on with what it began with.
    pub(super) fn same(&self, other: &Made, folder: &Path) -> Result<(), String> {
        for (field, theirs, ours) in [
            ("model_hash", &self.model_hash, &other.model_hash),
            ("catalogue_hash", &self.catalogue_hash, &other.catalogue_hash),
            ("policy_hash", &self.policy_hash, &other.policy_hash),
            ("device", &self.device, &other.device),
        ] {
            if theirs != ours {
                let [theirs, ours] = [theirs, ours].map(|hash| hash.get(..12).unwrap_or(hash));
                return Err(format!(
                    "{}: field `{field}`: it began with {theirs}, and this is {ours}\n  help: what was learned rests on it; \
                     name the same one, or another folder",
                    folder.join(MADE).display()
                ));
            }
        }
        let [theirs, ours] = [&self.learning, &other.learning].map(|learning| {
            let value = serde_json::to_value(learning).unwrap_or_default();
            value.as_object().cloned().unwrap_or_default()
        });
        let differ = theirs.iter().find(|(name, value)| ours.get(*name) != Some(value));
        if let Some((name, value)) = differ {
            let ours = ours.get(name).cloned().unwrap_or_default();
            return Err(format!(
                "{}: field `learning.{name}`: it began with {value}, and this is {ours}\n  help: leave the option out, or \
                 name another folder",
                folder.join(MADE).display()
            ));
        }
        Ok(())
    }
}

/// Writes a version where nobody looks for one.
pub(super) fn draft_version(
    folder: &Path,
    files: &ModelFiles,
    attempt: &Attempt,
) -> Result<(), String> {
    let draft = begin_version(folder, attempt.version)?;
    save(&draft, files)?;
    let mut lineage = serde_json::to_vec_pretty(attempt).map_err(|e| e.to_string())?;
    lineage.push(b'\n');
    write_whole(&draft.join("lineage.json"), &lineage)?;
    sync_folder(folder).map_err(|e| format!("{}: {e}", folder.display()))
}
