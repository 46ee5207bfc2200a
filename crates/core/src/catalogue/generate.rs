//! The generated catalogue: invented songs that sound like their genres.
//!
//! Everything is drawn from one seed, so the same seed gives the same bytes.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use statrs::distribution::{Beta, ContinuousCDF, Normal};

use super::contents::Catalogue;
use super::song::{Artist, ArtistId, AudioFeature, Campaign, CampaignId, Genre, GenreId, Song};
use super::taxonomy::{BaseGenre, taxonomy};
use super::words;
use super::write::{CatalogueFiles, render};
use crate::rng::{Purpose, generator};

/// The seed of the shipped catalogue.
pub const DEFAULT_SEED: u64 = 20_26;

const SONGS: usize = 2000;
const ARTISTS: usize = 300;
const PROMOTED_SHARE: f64 = 0.08;
const PREMIUM_SHARE: f64 = 0.10;
/// Share of songs that name a second artist.
const FEATURING_SHARE: f64 = 0.12;
/// How fast plays fall with an artist's rank. Real listening (Last.fm, 17,632 artists) gives the
/// top tenth of artists 85 % of plays; this exponent over 300 artists gives about two thirds.
const ARTIST_EXPONENT: f64 = 1.0;

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

/// The files of the generated catalogue.
pub fn generate(seed: u64) -> CatalogueFiles {
    let artists = draw_artists(&mut generator(seed, Purpose::Catalogue, 0));
    let mut songs = draw_songs(&artists, &mut generator(seed, Purpose::Catalogue, 1));
    rank_by_plays(&mut songs);
    mark_premium(&mut songs, PREMIUM_SHARE, &mut generator(seed, Purpose::Catalogue, 2));
    let mut songs: Vec<Song> = songs.into_iter().map(|(song, _)| song).collect();
    promote_by_family(&mut songs, &mut generator(seed, Purpose::Catalogue, 3));

    let catalogue = Catalogue {
        name: "melody".into(),
        hash: String::new(),
        artists: artists.into_iter().map(|a| Artist { name: a.name }).collect(),
        genres: base_genres(),
        campaigns: campaigns(),
        by_id: HashMap::new(),
        lists: OnceLock::new(),
        songs,
    };
    render(
        &catalogue,
        &format!(
            "{SONGS} invented songs by {ARTISTS} invented artists, generated with seed {seed}"
        ),
    )
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

fn draw_artists(rng: &mut ChaCha8Rng) -> Vec<Draft> {
    let t = taxonomy();
    let mut seen = HashSet::new();
    let mut artists: Vec<Draft> = (0..ARTISTS)
        .map(|i| {
            let genre = i % t.genres.len();
            let language = weighted(&t.genres[genre].languages, rng);
            let name = unique(&mut seen, || words::artist(&language, rng));
            Draft { name, genre, language, weight: 0.0 }
        })
        .collect();
    artists.shuffle(rng);
    for (rank, artist) in artists.iter_mut().enumerate() {
        artist.weight = (rank as f64 + 1.0).powf(-ARTIST_EXPONENT);
    }
    artists
}

/// Draws every artist at least two songs, and known artists more. Each song comes with its plays.
fn draw_songs(artists: &[Draft], rng: &mut ChaCha8Rng) -> Vec<(Song, f64)> {
    let mut owners: Vec<usize> = (0..artists.len()).flat_map(|a| [a, a]).collect();
    let reach: Vec<f64> = artists.iter().map(|a| a.weight.sqrt()).collect();
    let total: f64 = reach.iter().sum();
    while owners.len() < SONGS {
        owners.push(pick(&reach, total, rng));
    }
    owners.sort_unstable();

    let mut seen = HashSet::new();
    owners
        .iter()
        .enumerate()
        .map(|(i, &owner)| {
            let artist = &artists[owner];
            let base = &taxonomy().genres[artist.genre];
            let title = unique(&mut seen, || words::title(&artist.language, rng));
            let mut credits = vec![ArtistId(owner as u32)];
            if rng.random_bool(FEATURING_SHARE) {
                let guest = pick(&reach, total, rng);
                if guest != owner
                    && taxonomy().family_of(artists[guest].genre)
                        == taxonomy().family_of(artist.genre)
                {
                    credits.push(ArtistId(guest as u32));
                }
            }
            let (audio, duration_ms) = sound(base, rng);
            let year = (base.year[0] + base.year[1] * normal(rng)).clamp(1950.0, 2026.0);
            let plays = artist.weight * (0.9 * normal(rng)).exp();
            let song = Song {
                id: format!("s{:04}", i + 1),
                title,
                artists: credits,
                genre: GenreId(artist.genre as u16),
                year: Some(year.round() as u16),
                duration_ms,
                popularity: 0.0,
                explicit: rng.random_bool(base.explicit),
                premium: false,
                campaign: None,
                audio,
            };
            (song, plays)
        })
        .collect()
}

/// Audio features and duration of one song. Loud songs are energetic and seldom acoustic: the
/// three share a latent intensity (a Gaussian copula), so each keeps its genre's own distribution.
fn sound(base: &BaseGenre, rng: &mut ChaCha8Rng) -> ([Option<f32>; AudioFeature::COUNT], u32) {
    let intensity = normal(rng);
    let audio = AudioFeature::ALL.map(|feature| {
        let shared = match feature {
            AudioFeature::Energy => 0.95,
            AudioFeature::Loudness => 0.75,
            AudioFeature::Acousticness => -0.65,
            _ => 0.0,
        };
        let z = shared * intensity + (1.0 - f64::powi(shared, 2)).sqrt() * normal(rng);
        let [mean, sd] = base.audio(feature);
        let value = match feature {
            AudioFeature::Loudness => (mean + sd * z).clamp(-45.0, -0.5),
            AudioFeature::Tempo => (mean + sd * z).clamp(60.0, 205.0),
            _ => beta_quantile(mean, sd, z),
        };
        let decimals = if matches!(feature, AudioFeature::Tempo) { 2 } else { 3 };
        Some(round(value, decimals) as f32)
    });
    let [mean, sd] = base.duration_s();
    let seconds = (mean + sd * normal(rng)).clamp(95.0, 720.0);
    (audio, (round(seconds, 0) * 1000.0) as u32)
}

/// The value at `z` standard normal units of the Beta distribution with this mean and deviation.
fn beta_quantile(mean: f64, sd: f64, z: f64) -> f64 {
    let spread = (mean * (1.0 - mean) / (sd * sd) - 1.0).max(0.2);
    let beta = Beta::new(mean * spread, (1.0 - mean) * spread).expect("both shapes are positive");
    beta.inverse_cdf(Normal::standard().cdf(z).clamp(1e-6, 1.0 - 1e-6))
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

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

/// An index drawn with the given weights.
fn pick(weights: &[f64], total: f64, rng: &mut ChaCha8Rng) -> usize {
    let mut left = rng.random::<f64>() * total;
    weights
        .iter()
        .position(|w| {
            left -= w;
            left < 0.0
        })
        .unwrap_or(weights.len() - 1)
}

fn weighted(weights: &std::collections::BTreeMap<String, u32>, rng: &mut ChaCha8Rng) -> String {
    let values: Vec<f64> = weights.values().map(|&w| f64::from(w)).collect();
    let index = pick(&values, values.iter().sum(), rng);
    weights.keys().nth(index).expect("an index of the same map").clone()
}

/// Draws until the result is new. Banks are far larger than what is drawn from them.
fn unique(seen: &mut HashSet<String>, mut draw: impl FnMut() -> String) -> String {
    loop {
        let name = draw();
        if seen.insert(name.clone()) {
            return name;
        }
    }
}
