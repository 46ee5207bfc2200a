//! What a job needs of one's own, taken along: workers on other machines have none of it.
//!
//! Policies, their rankers, models and catalogues travel as the files they are, each under its hash. What ships with Melody
//! stays where it is: the same program has it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::part::{File, Part, stays};
use melody_core::catalogue::Catalogue;
use melody_core::input::{Problem, read_bytes};
use melody_model::{self as model, ModelVersion};
use melody_recommender::policy::{self, Policy, Scorer};
use melody_sessions::names::DEFAULT;

/// The files of a job, by their hashes. A copy costs little.
#[derive(Clone, Debug, Default)]
pub struct Parcel {
    files: BTreeMap<String, Arc<[u8]>>,
}

/// The largest file that travels, in bytes.
const LARGEST: u64 = 1 << 28;

/// The files of a catalogue's folder.
const OF_CATALOGUE: [&str; 2] = ["catalogue.toml", "songs.csv"];
/// The files of a model's folder that are read, and whether one may be missing.
const OF_MODEL: [(&str, bool); 6] = [
    ("model.toml", false),
    ("config.toml", false),
    ("schema.toml", false),
    ("weights.safetensors", false),
    ("towers.safetensors", true),
    ("examples.safetensors", false),
];

impl Parcel {
    /// The bytes of a file.
    pub(super) fn get(&self, file: &File) -> Option<&[u8]> {
        self.files.get(&file.sha256).map(AsRef::as_ref)
    }

    /// Every file's hash and bytes.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(sha256, bytes)| (sha256.as_str(), bytes.as_ref()))
    }

    /// A policy that was opened by this name, with its ranker.
    ///
    /// # Errors
    /// When the ranker cannot be read, is too large, or lies elsewhere than in or below the policy's folder.
    pub fn policy(&mut self, named: &str, policy: &Policy) -> Result<Part, String> {
        if policy::shipped_names().any(|shipped| shipped == named) {
            return Ok(Part::shipped(named, &policy.hash));
        }
        let mut files = vec![self.pack("policy.toml", policy.text.as_bytes().to_vec())];
        let ranker = policy.ranking.ranker.as_str();
        if policy.ranking.scorer == Scorer::Ltr && ranker != DEFAULT {
            if !stays(ranker) {
                return Err(Problem::new(
                    &*policy.file,
                    format!("the ranker `{ranker}` cannot be sent to workers"),
                )
                .field("ranking.ranker")
                .help("let it lie in the policy's folder, or in one below")
                .to_string());
            }
            let folder = Path::new(&*policy.file).parent().unwrap_or(Path::new(""));
            files.push(self.read(folder, ranker)?);
        }
        Ok(Part { name: policy.name.clone(), hash: policy.hash.clone(), files })
    }

    /// A model that was opened by this name.
    ///
    /// # Errors
    /// When one of its files cannot be read or is too large.
    pub fn model(&mut self, named: &str, model: &ModelVersion) -> Result<Part, String> {
        if model::shipped_names().any(|shipped| shipped == named) {
            return Ok(Part::shipped(named, &model.hash));
        }
        let folder = Path::new(named);
        let there =
            OF_MODEL.iter().filter(|(name, may_miss)| !may_miss || folder.join(name).exists());
        let files = there.map(|(name, _)| self.read(folder, name)).collect::<Result<_, _>>()?;
        Ok(Part { name: model.name.clone(), hash: model.hash.clone(), files })
    }

    /// A catalogue that was opened by this name.
    ///
    /// # Errors
    /// When one of its files cannot be read or is too large.
    pub fn catalogue(&mut self, named: &str, catalogue: &Catalogue) -> Result<Part, String> {
        if named == DEFAULT {
            return Ok(Part::shipped(named, &catalogue.hash));
        }
        let folder = Path::new(named);
        let files = OF_CATALOGUE
            .map(|name| self.read(folder, name))
            .into_iter()
            .collect::<Result<_, _>>()?;
        Ok(Part { name: catalogue.name.clone(), hash: catalogue.hash.clone(), files })
    }

    fn read(&mut self, folder: &Path, name: &str) -> Result<File, String> {
        let path = folder.join(name);
        let size = path.metadata().map_or(0, |file| file.len());
        if size > LARGEST {
            let message =
                format!("the file has {size} bytes, and workers are sent {LARGEST} at most");
            let help = "run the experiment without `--on`";
            return Err(Problem::new(path.display().to_string(), message).help(help).to_string());
        }
        let bytes = read_bytes(&path).map_err(|error| error.to_string())?;
        Ok(self.pack(name, bytes))
    }

    /// Takes bytes along under this name.
    pub(super) fn pack(&mut self, name: &str, bytes: Vec<u8>) -> File {
        let file = File::of(name, &bytes);
        self.files.entry(file.sha256.clone()).or_insert_with(|| bytes.into());
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::input::TomlFile;

    #[test]
    fn what_ships_stays_and_what_is_one_s_own_travels() {
        let mut parcel = Parcel::default();
        let shipped = policy::shipped("untuned").unwrap();
        let part = parcel.policy("untuned", &shipped).unwrap();
        assert_eq!(part, Part::shipped("untuned", &shipped.hash));
        assert!(parcel.files.is_empty());

        let folder = tempfile::tempdir().unwrap();
        let text = policy::DEFAULT_TEXT.replacen("\"default\"", "\"mine\"", 1);
        let path = folder.path().join("mine.toml");
        let own = policy::parse(&TomlFile::new(path.display().to_string(), text.clone())).unwrap();
        let part = parcel.policy("mine.toml", &own).unwrap();
        assert_eq!((part.name.as_str(), part.files.len()), ("mine", 1));
        // The same text elsewhere is the same policy.
        let moved = Policy { file: "elsewhere.toml".into(), ..own.clone() };
        assert_eq!(parcel.policy("elsewhere.toml", &moved).unwrap(), part);
        assert_eq!(parcel.get(&part.files[0]), Some(text.as_bytes()));

        let mut scored = own;
        scored.settings.ranking.scorer = Scorer::Ltr;
        scored.settings.ranking.ranker = "own.json".into();
        let missing = parcel.policy("mine.toml", &scored).unwrap_err();
        assert!(missing.contains("own.json"), "{missing}");
        std::fs::write(folder.path().join("own.json"), "{}").unwrap();
        let part = parcel.policy("mine.toml", &scored).unwrap();
        assert_eq!(part.files[1].name, "own.json");
        scored.settings.ranking.ranker = "../own.json".into();
        let outside = parcel.policy("mine.toml", &scored).unwrap_err();
        assert!(
            outside.contains("ranking.ranker") && outside.contains("cannot be sent"),
            "{outside}"
        );
    }
}
