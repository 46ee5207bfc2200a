//! A profile of a real listener: the plays they had, and a taste that they suggest.

use std::sync::Arc;

use super::listener::{Past, Profile};
use crate::estimate::estimate;
use melody_core::catalogue::{Catalogue, taxonomy};
use melody_core::listener::{Account, Tier};
use melody_core::plays::{How, Matched, Matching, Recorded};
use melody_core::scene::Scene;

/// Favourite genres are named of those that have this share of plays.
const FAVOURITE_SHARE: f64 = 0.15;
const MOST_FAVOURITES: usize = 5;
/// Where plays do not say it. It asks for nothing in particular.
const SCENE: Scene = Scene::Relax;

/// The profile called `name` of a listener with these plays, `heard` as songs of `catalogue` and `days`
/// after the first.
///
/// What plays do not tell has a plain value: free tier, no premium songs previewed. All of it is written
/// to a file that a person can edit.
pub fn of_plays(
    name: &str,
    catalogue: &Catalogue,
    recorded: Recorded,
    heard: &[Matched],
    days: f64,
) -> Profile {
    let matching = Matching::count(heard.iter().map(|heard| (heard.play, heard.how)), 0);
    let (plays, imputed) = (heard.len(), matching.imputed());
    let scenes = heard.iter().filter_map(|heard| heard.play.scene);
    let scene = most_often(scenes).unwrap_or(SCENE);
    let account = Account {
        tier: heard.iter().rev().find_map(|heard| heard.play.tier).unwrap_or(Tier::Free),
        tenure_days: days.clamp(0.0, 36_500.0) as u32,
        hours_per_week: hours_per_week(heard),
        premium_previews: 0,
        past_conversions: 0,
        favourite_genres: favourites(catalogue, heard),
    };
    Profile {
        id: name.into(),
        name: name.into(),
        summary: format!(
            "{plays} imported plays; {imputed} of songs that the catalogue {} lacks, others standing in.",
            catalogue.name
        ),
        summary_zh: format!(
            "导入的 {plays} 次播放；其中 {imputed} 次的歌曲不在曲库 {} 中，由其他歌曲代替。",
            catalogue.name
        ),
        account,
        scene,
        taste: estimate(catalogue, heard),
        past: Past::Recorded(Arc::new(recorded)),
    }
}

/// Hours of listening a week, over the time that the plays span, a week at least.
fn hours_per_week(heard: &[Matched]) -> f32 {
    let ms: f64 = heard.iter().map(|heard| f64::from(heard.play.heard_ms())).sum();
    let times = || heard.iter().filter_map(|heard| heard.play.time_ms);
    let span_ms = times().max().unwrap_or(0) - times().min().unwrap_or(0);
    let weeks = (span_ms as f64 / (7.0 * 86_400_000.0)).max(1.0);
    ((ms / 3_600_000.0 / weeks).min(168.0) * 10.0).round() as f32 / 10.0
}

/// The genres with the most plays of all whose genre is known, the first first.
fn favourites(catalogue: &Catalogue, heard: &[Matched]) -> Vec<usize> {
    let known = || heard.iter().filter(|heard| heard.how != How::Anything);
    let mut plays = vec![0usize; taxonomy().genres.len()];
    for heard in known() {
        if let Some(base) = catalogue.genre(catalogue.song(heard.song)).base {
            plays[base] += 1;
        }
    }
    let enough = FAVOURITE_SHARE * known().count() as f64;
    let mut order: Vec<usize> = (0..plays.len()).filter(|&g| plays[g] > 0).collect();
    order.sort_by_key(|&genre| std::cmp::Reverse(plays[genre]));
    order.retain(|&genre| plays[genre] as f64 >= enough);
    order.truncate(MOST_FAVOURITES);
    order
}

fn most_often(scenes: impl Iterator<Item = Scene>) -> Option<Scene> {
    let mut plays = [0usize; Scene::COUNT];
    scenes.for_each(|scene| plays[scene.index()] += 1);
    Scene::ALL.into_iter().filter(|scene| plays[scene.index()] > 0).max_by_key(|s| plays[s.index()])
}
