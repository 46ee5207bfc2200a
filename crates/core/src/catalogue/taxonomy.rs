//! The fixed vocabulary of genres and their families, shared by catalogues, profiles and the model.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::audio::AudioFeature;
use crate::input::TomlFile;

/// A family: the coarse group of genres that a listener's taste is described in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// As files write it.
    pub id: String,
    /// In English.
    pub name: String,
    /// In Chinese.
    pub name_zh: String,
}

/// A genre the model has an embedding for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseGenre {
    /// As files write it.
    pub id: String,
    /// The family's identifier.
    pub family: String,
    /// In English.
    pub name: String,
    /// In Chinese.
    pub name_zh: String,
    /// Mean and standard deviation of release years.
    pub year: [f64; 2],
    /// Share of explicit songs.
    pub explicit: f64,
    /// Languages of titles and artists, with relative weights.
    pub languages: BTreeMap<String, u32>,
    /// Names that public data sets use for what is heard as this genre.
    pub aliases: Vec<String>,
    /// Mean and standard deviation of each audio feature and of the duration in seconds.
    pub audio: BTreeMap<String, [f64; 2]>,
}

impl BaseGenre {
    /// Mean and standard deviation of a feature among the genre's songs.
    pub fn audio(&self, feature: AudioFeature) -> [f64; 2] {
        self.audio[feature.name()]
    }

    /// Shortest and longest usual duration, in seconds.
    pub fn duration_s(&self) -> [f64; 2] {
        self.audio["duration"]
    }
}

/// The genres Melody knows, in families.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taxonomy {
    /// In the order of one-hot features.
    pub families: Vec<Family>,
    /// In the order of one-hot features.
    pub genres: Vec<BaseGenre>,
}

impl Taxonomy {
    /// The place of a family.
    pub fn family(&self, id: &str) -> Option<usize> {
        self.families.iter().position(|f| f.id == id)
    }

    /// The place of a genre.
    pub fn genre(&self, id: &str) -> Option<usize> {
        self.genres.iter().position(|g| g.id == id)
    }

    /// The base genre that a public data set's genre name is heard as.
    pub fn genre_or_alias(&self, name: &str) -> Option<usize> {
        self.genre(name).or_else(|| {
            self.genres.iter().position(|g| g.aliases.iter().any(|alias| alias == name))
        })
    }

    /// The family index of a base genre.
    pub fn family_of(&self, genre: usize) -> usize {
        self.family(&self.genres[genre].family).expect("checked by the taxonomy's test")
    }

    /// Identifiers of the families, in order.
    pub fn family_ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.families.iter().map(|f| f.id.as_str())
    }

    /// Identifiers of the genres, in order.
    pub fn genre_ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.genres.iter().map(|g| g.id.as_str())
    }
}

static TAXONOMY: LazyLock<Taxonomy> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/taxonomy.toml"));
    TomlFile::embedded("assets/taxonomy.toml", text).parse().expect("the shipped taxonomy is valid")
});

/// The one that ships with Melody.
pub fn taxonomy() -> &'static Taxonomy {
    &TAXONOMY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_taxonomy_is_whole() {
        let t = taxonomy();
        assert_eq!((t.families.len(), t.genres.len()), (8, 24));
        for genre in &t.genres {
            assert!(t.family(&genre.family).is_some(), "{}", genre.id);
            for feature in AudioFeature::ALL {
                assert!(genre.audio(feature)[1] > 0.0, "{}: {}", genre.id, feature.name());
            }
            assert!(genre.duration_s()[0] > 60.0);
        }
        let mut names: Vec<&str> = t.genre_ids().collect();
        names.extend(t.genres.iter().flat_map(|g| g.aliases.iter().map(String::as_str)));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "a genre name or alias appears twice");
    }
}
