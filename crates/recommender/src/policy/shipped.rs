//! The policies that ship with Melody, compiled in.

use super::file::parse;
use super::settings::Policy;
use melody_core::input::TomlFile;

/// The default policy's file, as it was written: what a policy of one's own begins as.
pub const DEFAULT_TEXT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/policy/default.toml"));

/// What the default policy was before `melody tune`, as people had thought of it.
const UNTUNED: &str = "untuned";
const UNTUNED_TEXT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/policy/untuned.toml"));

/// The default policy with the learned ranker as its scorer.
const LTR: &str = "ltr";

/// Names that [`shipped`] knows, the default first.
pub fn shipped_names() -> impl Iterator<Item = &'static str> + Clone {
    ["default", LTR, UNTUNED].into_iter()
}

/// The shipped policy of that name.
pub fn shipped(name: &str) -> Option<Policy> {
    let text = match name {
        "default" => DEFAULT_TEXT.into(),
        UNTUNED => UNTUNED_TEXT.into(),
        // All else is the default's own, so that the two compare scorers and nothing beside.
        LTR => DEFAULT_TEXT.replacen("name = \"default\"", "name = \"ltr\"", 1).replacen(
            "scorer = \"fusion\"",
            "scorer = \"ltr\"",
            1,
        ),
        _ => return None,
    };
    let file = TomlFile::new(format!("assets/policy/{name}.toml"), text);
    Some(parse(&file).expect("the shipped policies are checked by a test"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::scoring::Scorer;

    #[test]
    fn the_shipped_policies_are_valid() {
        for name in shipped_names() {
            assert_eq!(shipped(name).unwrap().name, name);
        }
        assert_eq!(shipped("default").unwrap().ranking.scorer, Scorer::Fusion);
        assert_eq!(shipped("ltr").unwrap().ranking.scorer, Scorer::Ltr);
    }
}
