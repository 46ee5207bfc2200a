//! Names for generated songs and artists, from the shipped word banks.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::input::TomlFile;

/// Patterns and word lists of one language, by name.
type Bank = BTreeMap<String, Vec<String>>;

static BANKS: LazyLock<BTreeMap<String, Bank>> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/words.toml"));
    TomlFile::embedded("assets/words.toml", text).parse().expect("the shipped words are valid")
});

/// An invented title in `language`, of the few hundred that a small catalogue needs or of thousands.
pub(super) fn title(language: &str, few: bool, rng: &mut ChaCha8Rng) -> String {
    fill(&BANKS[language], "titles", few, rng)
}

/// An invented artist's name in `language`, of a few hundred or of hundreds of thousands.
pub(super) fn artist(language: &str, few: bool, rng: &mut ChaCha8Rng) -> String {
    fill(&BANKS[language], "artists", few, rng)
}

/// Draws a pattern from `list`, or from it and its longer sister, and fills its slots, never twice with the same word.
fn fill(bank: &Bank, list: &str, few: bool, rng: &mut ChaCha8Rng) -> String {
    let (patterns, more) = (&bank[list], &bank[&format!("more_{list}")]);
    let drawn = rng.random_range(0..patterns.len() + if few { 0 } else { more.len() });
    let pattern = patterns.get(drawn).unwrap_or_else(|| &more[drawn - patterns.len()]);
    let mut out = String::new();
    let mut used: Vec<&str> = Vec::new();
    let mut rest = pattern.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (slot, after) = after.split_once('}').expect("every slot is closed");
        let words = &bank[slot];
        let start = rng.random_range(0..words.len());
        let word = (0..words.len())
            .map(|i| words[(start + i) % words.len()].as_str())
            .find(|word| !used.contains(word))
            .expect("every list is longer than its slots");
        used.push(word);
        out.push_str(before);
        out.push_str(word);
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::taxonomy::taxonomy;
    use crate::rng::{Purpose, generator};

    #[test]
    fn every_language_of_every_genre_fills_every_slot() {
        let mut rng = generator(1, Purpose::Catalogue, 0);
        for language in taxonomy().genres.iter().flat_map(|g| g.languages.keys()) {
            for _ in 0..200 {
                for few in [true, false] {
                    let title = title(language, few, &mut rng);
                    let artist = artist(language, few, &mut rng);
                    assert!(!title.contains(['{', '}']) && !artist.contains(['{', '}', ';']));
                }
            }
        }
    }
}
