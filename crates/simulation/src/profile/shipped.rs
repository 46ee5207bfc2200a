//! The profiles that ship with Melody, compiled in.

use std::path::Path;

use super::file::parse;
use super::listener::Profile;
use melody_core::input::TomlFile;

macro_rules! profiles {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../profiles/", $name, ".toml")))),*]
    };
}

/// The first is the default.
const SHIPPED: &[(&str, &str)] = profiles![
    "casual-listener",
    "commuter",
    "enthusiast",
    "explorer",
    "likely-payer",
    "new-listener",
    "promotion-averse",
    "subscriber",
];

/// The ids of the shipped profiles, the default first.
pub fn shipped_names() -> impl Iterator<Item = &'static str> + Clone {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The shipped profile of that name.
pub fn shipped(name: &str) -> Option<Profile> {
    let (name, text) = SHIPPED.iter().find(|(shipped, _)| *shipped == name)?;
    let file = TomlFile::embedded(&format!("profiles/{name}.toml"), text);
    Some(parse(&file, Path::new("")).expect("the shipped profiles are checked by a test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_profile_is_valid_and_named_after_its_file() {
        for name in shipped_names() {
            assert_eq!(shipped(name).unwrap().id, name);
        }
    }
}
