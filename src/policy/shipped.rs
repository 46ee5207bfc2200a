//! The policy that ships with Melody, compiled in.

use super::{Policy, parse};
use crate::input::TomlFile;

pub const DEFAULT_TEXT: &str = include_str!("../../assets/policy/default.toml");

pub fn shipped_names() -> impl Iterator<Item = &'static str> + Clone {
    ["default"].into_iter()
}

/// The shipped policy of that name.
pub fn shipped(name: &str) -> Option<Policy> {
    (name == "default").then(|| {
        parse(&TomlFile::embedded("assets/policy/default.toml", DEFAULT_TEXT))
            .expect("the shipped policy is checked by a test")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policy_is_valid() {
        assert_eq!(shipped("default").unwrap().name, "default");
    }
}
