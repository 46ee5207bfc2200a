//! The generated catalogue: invented songs that sound like their genres.
//!
//! Everything is drawn from one seed, so the same seed gives the same bytes.

use std::collections::{BTreeMap, HashSet};

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::contents::Catalogue;
use super::credits::ArtistId;
use super::song::{Artist, Campaign, CampaignId, Genre, GenreId, Song};
use super::sound::{Sounds, normal, round};
use super::taxonomy::{BaseGenre, taxonomy};
use super::words;
use super::write::{CatalogueFiles, render};
use crate::input::Progress;
use crate::rng::{Purpose, generator};

/// The seed of the shipped catalogue.
pub const DEFAULT_SEED: u64 = 20_26;

/// How much a catalogue has. The shipped one's 2,000 songs by 300 artists are the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    songs: u32,
    artists: u32,
}

impl Default for Size {
    fn default() -> Self {
        Size { songs: 2_000, artists: 300 }
    }
}

impl Size {
    /// Fewest and most songs.
    pub const SONGS: [u32; 2] = [100, 1_000_000];

    /// So many songs; without a number of artists, three for every twenty songs, as in the shipped catalogue.
    ///
    /// # Errors
    /// Below 100 songs or above a million; with fewer artists than genres, or more than have two songs each.
    pub fn new(songs: u32, artists: Option<u32>) -> Result<Self, String> {
        let [fewest, most] = Self::SONGS;
        if !(fewest..=most).contains(&songs) {
            return Err(format!(
                "a catalogue of {songs} songs: {fewest} to {most} songs can be generated"
            ));
        }
        let (fewest, most) = (taxonomy().genres.len() as u32, songs / 2);
        let artists = artists.unwrap_or((songs * 3 / 20).max(fewest));
        if !(fewest..=most).contains(&artists) {
            return Err(format!(
                "{artists} artists for {songs} songs: {fewest} to {most} artists fit, of every genre one and each with two songs"
            ));
        }
        Ok(Size { songs, artists })
    }

    /// Whether the shipped catalogue's word banks, in which every title is another, are enough.
    fn small(self) -> bool {
        let shipped = Size::default();
        self.songs <= shipped.songs && self.artists <= shipped.artists
    }

    /// How an artist's songs are played, by rank from 0, relatively.
    ///
    /// Real listening (Last.fm, 17,633 artists) gives the first thousandth of artists 21 % of plays, the first hundredth
    /// 52 %, the first tenth 85 %, and plays fall with rank by a power of -0.93 from rank 10 to 100 and of -1.05 up to
    /// 1,000. Artists who are known also have more songs, so over as many artists a power of -0.8 for each song, bent over
    /// the first ten ranks, gives 22 %, 56 % and 83 %, and -0.93 and -1.17. The shipped catalogue is too small to have a
    /// tail: there -1 gives the first tenth of 300 artists 86 %.
    fn weight(self, rank: usize) -> f64 {
        if self.small() {
            return (rank as f64 + 1.0).powf(-1.0);
        }
        (rank as f64 + 11.0).powf(-0.8)
    }
}

const PROMOTED_SHARE: f64 = 0.08;
const PREMIUM_SHARE: f64 = 0.10;
/// Share of songs that name a second artist.
const FEATURING_SHARE: f64 = 0.12;

/// What the twelve campaigns are called and who pays for them; each promotes one genre family.
const CAMPAIGNS: [(&str, &str, &str, &str); 12] = [
    ("fresh-voices", "Fresh Voices", "Halcyon Records", "pop"),
    ("neon-summer", "Neon Summer", "Prism Audio", "pop"),
    ("silk-road-sessions", "Silk Road Sessions", "Jade Lane Music", "east"),
    ("dream-debut", "Dream Debut", "Starlight Entertainment", "east"),
    ("garage-days", "Garage Days", "Foundry Strings", "rock"),
    ("warehouse-nights", "Warehouse Nights", "Pulse Festival", "electronic"),
    ("first-light-tour", "First Light Tour", "Pulse Festival", "electronic"),
    ("block-party", "Block Party", "Corner Shop Sneakers", "urban"),
    ("late-night-soul", "Late Night Soul", "Halcyon Records", "urban"),
    ("front-porch", "Front Porch", "Oakline Guitars", "roots"),
    ("carnaval", "Carnaval", "Costa Verde Tourism", "latin"),
    ("quiet-hours", "Quiet Hours", "Nightjar Headphones", "calm"),
];

/// An artist while songs are being drawn.
struct Draft {
    name: String,
    genre: usize,
    language: String,
    /// Relative share of all plays.
    weight: f64,
}

/// The files of a generated catalogue. `progress` is told of songs as they are drawn.
pub fn generate(seed: u64, size: Size, progress: Progress) -> CatalogueFiles {
    let artists = draw_artists(size, &mut generator(seed, Purpose::Catalogue, 0));
    let mut songs =
        draw_songs(size, &artists, &mut generator(seed, Purpose::Catalogue, 1), progress);
    rank_by_plays(&mut songs);
    mark_premium(&mut songs, PREMIUM_SHARE, &mut generator(seed, Purpose::Catalogue, 2));
    let mut songs: Vec<Song> = songs.into_iter().map(|(song, _)| song).collect();
    promote_by_family(&mut songs, &mut generator(seed, Purpose::Catalogue, 3));

    let Size { songs: number, artists: by } = size;
    let name = if size == Size::default() { "melody".into() } else { format!("melody-{number}") };
    let catalogue = Catalogue {
        name,
        hash: String::new(),
        artists: artists.into_iter().map(|a| Artist { name: a.name.into() }).collect(),
        genres: base_genres(),
        campaigns: campaigns(),
        songs: songs.into(),
    };
    let description =
        format!("{number} invented songs by {by} invented artists, generated with seed {seed}");
    render(&catalogue, &description)
}

/// The genres that every catalogue has: those of the taxonomy.
pub(super) fn base_genres() -> Vec<Genre> {
    let t = taxonomy();
    let genre = |(i, g): (usize, &BaseGenre)| Genre {
        id: g.id.clone(),
        name: g.name.clone(),
        name_zh: g.name_zh.clone(),
        family: t.family_of(i),
        base: Some(i),
    };
    t.genres.iter().enumerate().map(genre).collect()
}

/// The campaigns that generated and imported catalogues share.
pub(super) fn campaigns() -> Vec<Campaign> {
    CAMPAIGNS
        .iter()
        .map(|&(id, name, sponsor, _)| Campaign {
            id: id.into(),
            name: name.into(),
            sponsor: sponsor.into(),
        })
        .collect()
}

fn draw_artists(size: Size, rng: &mut ChaCha8Rng) -> Vec<Draft> {
    let t = taxonomy();
    let mut seen = HashSet::new();
    let mut artists: Vec<Draft> = (0..size.artists as usize)
        .map(|i| {
            let genre = i % t.genres.len();
            let language = weighted(&t.genres[genre].languages, rng);
            let name = unique(&mut seen, || words::artist(&language, size.small(), rng));
            Draft { name, genre, language, weight: 0.0 }
        })
        .collect();
    artists.shuffle(rng);
    for (rank, artist) in artists.iter_mut().enumerate() {
        artist.weight = size.weight(rank);
    }
    artists
}

/// Draws every artist at least two songs, and known artists more. Each song comes with its plays.
fn draw_songs(
    size: Size,
    artists: &[Draft],
    rng: &mut ChaCha8Rng,
    progress: Progress,
) -> Vec<(Song, f64)> {
    let reach = Lots::of(artists.iter().map(|artist| artist.weight.sqrt()));
    let owners = owners(size, &reach, rng);
    let sounds = Sounds::new();
    let digits = size.songs.to_string().len();
    let (mut seen, mut last) = (HashSet::new(), None);
    let song = |(i, &owner): (usize, &usize)| {
        // Titles come again by other artists, where there are many.
        if !size.small() && last.replace(owner) != Some(owner) {
            seen.clear();
        }
        if (i + 1) % SONGS_TOLD == 0 {
            progress(SONGS_TOLD as u64);
        }
        let artist = &artists[owner];
        let base = &taxonomy().genres[artist.genre];
        let title = unique(&mut seen, || words::title(&artist.language, size.small(), rng));
        let mut credits = vec![ArtistId(owner as u32)];
        if rng.random_bool(FEATURING_SHARE) {
            let guest = reach.draw(rng);
            let family = |artist: usize| taxonomy().family_of(artists[artist].genre);
            if guest != owner && family(guest) == family(owner) {
                credits.push(ArtistId(guest as u32));
            }
        }
        let (audio, duration_ms) = sounds.draw(artist.genre, rng);
        let year = (base.year[0] + base.year[1] * normal(rng)).clamp(1950.0, 2026.0);
        let plays = artist.weight * (0.9 * normal(rng)).exp();
        let song = Song {
            id: format!("s{:0digits$}", i + 1).into(),
            title: title.into(),
            artists: credits.into(),
            genre: GenreId(artist.genre as u16),
            year: Some(year.round() as u16),
            duration_ms,
            popularity: 0.0,
            explicit: rng.random_bool(base.explicit),
            premium: false,
            campaign: None,
            audio: audio.into(),
        };
        (song, plays)
    };
    owners.iter().enumerate().map(song).collect()
}

/// Songs between two tellings of how far the drawing is.
const SONGS_TOLD: usize = 1000;

/// Whose each song is, artist by artist.
fn owners(size: Size, reach: &Lots, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut owners: Vec<usize> = (0..size.artists as usize).flat_map(|a| [a, a]).collect();
    while owners.len() < size.songs as usize {
        owners.push(reach.draw(rng));
    }
    owners.sort_unstable();
    owners
}

/// Popularity from plays: the logarithm of plays, stretched over 0 to 100.
fn rank_by_plays(songs: &mut [(Song, f64)]) {
    let logs = |f: fn(f64, f64) -> f64, start: f64| {
        songs.iter().map(|(_, plays)| plays.ln()).fold(start, f)
    };
    let (low, high) = (logs(f64::min, f64::INFINITY), logs(f64::max, f64::NEG_INFINITY));
    for (song, plays) in songs {
        song.popularity = round(100.0 * (plays.ln() - low) / (high - low), 0) as f32;
    }
}

/// Marks premium songs, newer ones more often.
fn mark_premium(songs: &mut [(Song, f64)], share: f64, rng: &mut ChaCha8Rng) {
    let wanted = (songs.len() as f64 * share).round() as usize;
    let mut order: Vec<(f64, usize)> = songs
        .iter()
        .enumerate()
        .map(|(i, (song, _))| {
            let newness = f64::from(song.year.unwrap_or(2000).saturating_sub(1990)) / 12.0;
            (newness + 2.0 * normal(rng), i)
        })
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    for &(_, i) in order.iter().take(wanted) {
        songs[i].0.premium = true;
    }
}

/// Gives every campaign an equal share of the promoted songs, from its own family.
fn promote_by_family(songs: &mut [Song], rng: &mut ChaCha8Rng) {
    let t = taxonomy();
    let wanted = (songs.len() as f64 * PROMOTED_SHARE).round() as usize;
    let mut order: Vec<usize> = (0..songs.len()).collect();
    order.shuffle(rng);
    for (i, (.., family)) in CAMPAIGNS.iter().enumerate() {
        let quota = (wanted + i) / CAMPAIGNS.len();
        let family = t.family(family);
        let fits = |song: &Song| {
            song.campaign.is_none() && Some(t.family_of(song.genre.0 as usize)) == family
        };
        let chosen: Vec<usize> =
            order.iter().copied().filter(|&s| fits(&songs[s])).take(quota).collect();
        for song in chosen {
            songs[song].campaign = Some(CampaignId(i as u16));
        }
    }
}

/// Marks simulated campaigns and premium songs on a catalogue that has none, by drawing evenly.
pub(super) fn mark_at_random(songs: &mut [Song], seed: u64) {
    let mut order: Vec<usize> = (0..songs.len()).collect();
    order.shuffle(&mut generator(seed, Purpose::Catalogue, 4));
    let promoted = (songs.len() as f64 * PROMOTED_SHARE).round() as usize;
    for (i, &song) in order.iter().take(promoted).enumerate() {
        songs[song].campaign = Some(CampaignId((i % CAMPAIGNS.len()) as u16));
    }
    order.shuffle(&mut generator(seed, Purpose::Catalogue, 5));
    let premium = (songs.len() as f64 * PREMIUM_SHARE).round() as usize;
    for &song in order.iter().take(premium) {
        songs[song].premium = true;
    }
}

/// Draws places by their weights, each in as many steps as halvings lead to it.
struct Lots {
    /// The sum of the weights up to each place.
    upto: Vec<f64>,
}

impl Lots {
    fn of(weights: impl Iterator<Item = f64>) -> Self {
        let running = |sum: &mut f64, weight: f64| {
            *sum += weight;
            Some(*sum)
        };
        Lots { upto: weights.scan(0.0, running).collect() }
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> usize {
        let last = self.upto.len() - 1;
        let at = rng.random::<f64>() * self.upto[last];
        self.upto.partition_point(|upto| *upto <= at).min(last)
    }
}

fn weighted(weights: &BTreeMap<String, u32>, rng: &mut ChaCha8Rng) -> String {
    let place = Lots::of(weights.values().map(|&weight| weight.into())).draw(rng);
    weights.keys().nth(place).expect("an index of the same map").clone()
}

/// Draws in vain before a name is told apart by a number.
const TRIES: usize = 1000;

/// Draws until the result is new. Banks are far larger than what is drawn from them; where one is not, a number says which.
fn unique(seen: &mut HashSet<String>, mut draw: impl FnMut() -> String) -> String {
    for _ in 0..TRIES {
        let name = draw();
        if !seen.contains(&name) {
            seen.insert(name.clone());
            return name;
        }
    }
    let name = draw();
    let numbered = (2..).map(|number| format!("{name} {number}"));
    let new = numbered.into_iter().find(|name| !seen.contains(name)).expect("numbers do not end");
    seen.insert(new.clone());
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::load::parse;
    use crate::input::TomlFile;

    fn generated(songs: u32, artists: Option<u32>) -> (CatalogueFiles, Catalogue) {
        let files = generate(7, Size::new(songs, artists).unwrap(), &|_| {});
        let manifest = TomlFile::embedded("catalogue.toml", &files.manifest);
        let catalogue = parse(&manifest, "songs.csv", &files.songs).unwrap();
        (files, catalogue)
    }

    #[test]
    fn a_catalogue_of_any_size_is_whole_and_the_same_for_its_seed() {
        for (songs, artists) in [(100, None), (100, Some(24)), (9_000, Some(40)), (20_000, None)] {
            let (files, catalogue) = generated(songs, artists);
            assert!(generated(songs, artists).0.songs == files.songs);
            assert_eq!(catalogue.songs.len(), songs as usize);
            let wanted = artists.unwrap_or(songs * 3 / 20).max(24);
            assert_eq!(catalogue.artists.len(), wanted as usize);
            let mut names: Vec<_> =
                catalogue.songs.iter().map(|s| (s.title.as_str(), s.lead_artist())).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), songs as usize, "two songs share title and artist");
            assert!(catalogue.songs.is_sorted_by(|a, b| a.id < b.id));
            assert_eq!(catalogue.lists().promoted().len(), songs as usize * 8 / 100);
        }
    }

    #[test]
    fn plays_of_artists_fall_as_those_of_real_ones() {
        let size = Size::new(200_000, Some(17_633)).unwrap();
        let artists = draw_artists(size, &mut generator(7, Purpose::Catalogue, 0));
        let songs = draw_songs(size, &artists, &mut generator(7, Purpose::Catalogue, 1), &|_| {});
        let mut plays = vec![0.0; artists.len()];
        songs.iter().for_each(|(song, n)| plays[song.lead_artist().0 as usize] += n);
        plays.sort_by(|a, b| b.total_cmp(a));
        let total: f64 = plays.iter().sum();
        // Last.fm's 17,633 artists: 0.21, 0.52, 0.85.
        for (share, low, high) in [(0.001, 0.12, 0.30), (0.01, 0.42, 0.62), (0.1, 0.75, 0.90)] {
            let first = (plays.len() as f64 * share) as usize;
            let of_all = plays[..first].iter().sum::<f64>() / total;
            assert!((low..high).contains(&of_all), "the first {share}: {of_all}");
        }
    }

    #[test]
    fn a_size_out_of_range_is_refused_with_what_is_possible() {
        for (songs, artists, says) in [
            (99, None, "100 to 1000000 songs"),
            (1_000_001, None, "100 to 1000000 songs"),
            (2_000, Some(23), "24 to 1000 artists"),
            (2_000, Some(1_001), "24 to 1000 artists"),
        ] {
            let said = Size::new(songs, artists).unwrap_err();
            assert!(said.contains(says), "{said}");
        }
    }

    #[test]
    fn a_bank_that_is_empty_gives_numbers() {
        let mut seen = HashSet::new();
        let names: Vec<String> = (0..3).map(|_| unique(&mut seen, || "Home".into())).collect();
        assert_eq!(names, ["Home", "Home 2", "Home 3"]);
    }
}
