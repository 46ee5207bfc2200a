//! The learned ranker that a policy may have for a scorer.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::learned::feature_names;
use crate::ltr::Ranker;
use crate::policy::{DEFAULT, Policy, Scorer};
use melody_core::input::{InputError, read_text};

/// What `melody train-ltr` made of simulated listeners; see `models/ltr/README.md`.
const DEFAULT_TEXT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/ltr/default.json"));

static SHIPPED: LazyLock<Arc<Ranker>> = LazyLock::new(|| {
    let parsed = Ranker::parse("models/ltr/default.json", DEFAULT_TEXT, &feature_names());
    Arc::new(parsed.expect("the shipped ranker is checked by a test"))
});

/// The ranker whose score is a song's under this policy; `None` where that is the fused score. One of
/// the policy's own is read from beside its file; one that does not score is not read.
///
/// # Errors
/// When the ranker is not there, is no ranker, or is one of other features.
pub fn ranker_of(policy: &Policy) -> Result<Option<Arc<Ranker>>, InputError> {
    if policy.ranking.scorer == Scorer::Fusion {
        return Ok(None);
    }
    let folder = Path::new(&*policy.file).parent().unwrap_or(Path::new(""));
    ranker_named(&policy.ranking.ranker, folder).map(Some)
}

/// The shipped ranker, `default`, or the one in a file whose path begins in that folder.
///
/// # Errors
/// As [`ranker_of`].
pub fn ranker_named(name: &str, folder: &Path) -> Result<Arc<Ranker>, InputError> {
    if name == DEFAULT {
        return Ok(SHIPPED.clone());
    }
    let path = folder.join(name);
    let text = read_text(&path)?;
    Ranker::parse(&path.display().to_string(), &text, &feature_names()).map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::shipped;

    #[test]
    fn the_shipped_ranker_is_valid_and_small() {
        assert_eq!(SHIPPED.name, DEFAULT);
        assert!(DEFAULT_TEXT.len() < 500_000, "everyone reads it");
    }

    #[test]
    fn a_policy_names_a_ranker_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut policy = shipped("default").unwrap();
        policy.file = folder.path().join("policy.toml").display().to_string().into();
        policy.settings.ranking.ranker = "own.json".into();
        assert_eq!(ranker_of(&policy).unwrap(), None);
        policy.settings.ranking.scorer = Scorer::Ltr;
        let error = ranker_of(&policy).unwrap_err();
        assert!(error.problems[0].file.ends_with("own.json"), "{error}");
        std::fs::write(folder.path().join("own.json"), DEFAULT_TEXT).unwrap();
        assert_eq!(ranker_of(&policy).unwrap().unwrap().hash, SHIPPED.hash);
        policy.settings.ranking.ranker = DEFAULT.into();
        assert_eq!(ranker_of(&policy).unwrap().unwrap().name, DEFAULT);
    }
}
