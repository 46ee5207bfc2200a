//! The learned ranker that a policy may have for a scorer.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::{Ranking, Scorer};
use crate::input::{InputError, read_text};
use crate::ltr::Ranker;
use crate::ranking::feature_names;

/// The name of the one that ships with Melody.
pub(super) const DEFAULT: &str = "default";

/// What `melody train-ltr` made of simulated listeners; see `models/ltr/README.md`.
const DEFAULT_TEXT: &str = include_str!("../../models/ltr/default.json");

static SHIPPED: LazyLock<Arc<Ranker>> = LazyLock::new(|| {
    let parsed = Ranker::parse("models/ltr/default.json", DEFAULT_TEXT, &feature_names());
    Arc::new(parsed.expect("the shipped ranker is checked by a test"))
});

/// The ranker that the policy file at this path names. One that does not score is not read.
pub(super) fn named(ranking: &Ranking, policy: &Path) -> Result<Arc<Ranker>, InputError> {
    if ranking.scorer == Scorer::Fusion || ranking.ranker == DEFAULT {
        return Ok(SHIPPED.clone());
    }
    let path = policy.parent().unwrap_or(Path::new("")).join(&ranking.ranker);
    let text = read_text(&path)?;
    Ok(Arc::new(Ranker::parse(&path.display().to_string(), &text, &feature_names())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_ranker_is_valid_and_small() {
        assert_eq!(SHIPPED.name, DEFAULT);
        assert!(DEFAULT_TEXT.len() < 500_000, "everyone reads it");
    }

    #[test]
    fn a_policy_names_a_ranker_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("policy.toml");
        let ranking = |scorer| Ranking { scorer, ranker: "own.json".into() };
        assert_eq!(named(&ranking(Scorer::Fusion), &policy).unwrap().name, DEFAULT);
        let error = named(&ranking(Scorer::Ltr), &policy).unwrap_err();
        assert!(error.problems[0].file.ends_with("own.json"), "{error}");
        std::fs::write(folder.path().join("own.json"), DEFAULT_TEXT).unwrap();
        assert_eq!(named(&ranking(Scorer::Ltr), &policy).unwrap().hash, SHIPPED.hash);
    }
}
