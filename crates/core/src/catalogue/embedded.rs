//! The default catalogue, compiled in so that the program runs from any folder.

use super::contents::Catalogue;
use super::load;
use crate::input::TomlFile;

pub(super) const MANIFEST: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/catalogue/catalogue.toml"));
pub(super) const SONGS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/catalogue/songs.csv"));

/// The catalogue that ships with Melody: 2,000 invented songs.
pub fn default_catalogue() -> Catalogue {
    let manifest = TomlFile::embedded("assets/catalogue/catalogue.toml", MANIFEST);
    load::parse(&manifest, "assets/catalogue/songs.csv", SONGS)
        .expect("the shipped catalogue is checked by its tests")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::generate::{DEFAULT_SEED, Size, generate};
    use crate::catalogue::write::render;

    #[test]
    fn generating_again_gives_the_shipped_bytes() {
        let files = generate(DEFAULT_SEED, Size::default(), &|_| {});
        assert!(files.manifest == MANIFEST, "catalogue.toml differs");
        assert!(files.songs == SONGS, "songs.csv differs");
    }

    #[test]
    fn what_is_written_reads_back() {
        let catalogue = default_catalogue();
        let files = render(&catalogue, "again");
        let manifest = TomlFile::embedded("catalogue.toml", &files.manifest);
        let again = load::parse(&manifest, "songs.csv", &files.songs).unwrap();
        assert_eq!(*again.songs, *catalogue.songs);
        assert_eq!(again.campaigns, catalogue.campaigns);
    }

    #[test]
    fn the_shipped_catalogue_has_the_promised_make_up() {
        let c = default_catalogue();
        let share = |n: usize| n as f64 / c.songs.len() as f64;
        assert!(c.songs.len() >= 2000);
        assert_eq!(c.artists.len(), 300);
        assert_eq!(c.campaigns.len(), 12);
        let promoted = share(c.songs.iter().filter(|s| s.promoted()).count());
        let premium = share(c.songs.iter().filter(|s| s.premium).count());
        assert!((0.075..=0.085).contains(&promoted), "{promoted}");
        assert!((0.095..=0.105).contains(&premium), "{premium}");
        let genres: std::collections::HashSet<_> = c.songs.iter().map(|s| s.genre).collect();
        assert_eq!(genres.len(), 24);
        let mut names: Vec<_> =
            c.songs.iter().map(|s| (s.title.as_str(), s.lead_artist())).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), c.songs.len(), "two songs share title and artist");
    }
}
