//! What the model is told, as numbers.
//!
//! Every dense vector has a list of names beside it; the lists are the feature schema that is saved
//! with the weights. Missing values become zero, the mean in standard units, with a flag that says
//! so; nothing is imputed from other songs.

use std::collections::VecDeque;

use melody_core::catalogue::{AudioFeature, Catalogue, Song, SongId, taxonomy};
use melody_core::listener::{Account, Familiarity, Interaction, Lately, ListenerView, Tier};

/// Names of a song's dense features.
pub const SONG_FEATURES: [&str; 17] = [
    "danceability",
    "energy",
    "valence",
    "acousticness",
    "speechiness",
    "instrumentalness",
    "liveness",
    "loudness",
    "tempo",
    "audio_missing",
    "duration",
    "year",
    "year_missing",
    "popularity",
    "explicit",
    "premium",
    "promoted",
];

/// Names of how a past play went.
pub const OUTCOME_FEATURES: [&str; 10] = [
    "play_ratio",
    "completed",
    "skipped",
    "liked",
    "saved",
    "replayed",
    "searched",
    "opened",
    "first_of_session",
    "hours_since_previous",
];

/// Names of what relates one song to this listener.
pub const CROSS_FEATURES: [&str; 15] = [
    "song_plays",
    "song_recency",
    "artist_plays",
    "artist_recency",
    "favourite_genre",
    "genre_affinity",
    "family_affinity",
    "family_share",
    "sound_distance",
    "song_day",
    "song_week",
    "artist_sitting",
    "artist_day",
    "genre_sitting",
    "genre_day",
];

/// Names of the listener's situation, the same for every song.
pub const MOMENT_FEATURES: [&str; 14] = [
    "free",
    "trial",
    "premium",
    "session_plays",
    "satisfaction",
    "skip_streak",
    "promoted_share",
    "promoted_skips",
    "session_likes",
    "previews",
    "completion_rate",
    "novelty_appetite",
    "promoted_day",
    "promoted_week",
];

/// Names of the listener's account, before one flag per favourite genre.
pub const ACCOUNT_FEATURES: [&str; 5] =
    ["tenure", "new_listener", "listening_hours", "premium_previews", "past_conversions"];

/// Number of profile features: the account and one flag per genre of the taxonomy.
pub fn profile_width() -> usize {
    ACCOUNT_FEATURES.len() + taxonomy().genres.len()
}

fn flag(holds: bool) -> f32 {
    if holds { 1.0 } else { 0.0 }
}

/// A song by itself, in the order of [`SONG_FEATURES`].
pub fn song_features(song: &Song) -> [f32; SONG_FEATURES.len()] {
    let audio = AudioFeature::ALL.map(|feature| song.audio(feature));
    let year = song.year.map_or(0.0, |y| ((f32::from(y) - 2005.0) / 15.0).clamp(-4.0, 4.0));
    let duration = (song.duration_ms as f32 / 1000.0 - 225.0) / 70.0;
    let mut features = [0.0; SONG_FEATURES.len()];
    features[..AudioFeature::COUNT].copy_from_slice(&audio);
    features[AudioFeature::COUNT..].copy_from_slice(&[
        flag(song.audio.incomplete()),
        duration.clamp(-3.0, 5.0),
        year,
        flag(song.year.is_none()),
        song.popularity_z(),
        flag(song.explicit),
        flag(song.premium),
        flag(song.promoted()),
    ]);
    features
}

/// How a play went; `previous_ms` is when the play before it began.
pub fn outcome_features(
    play: &Interaction,
    previous_ms: Option<i64>,
) -> [f32; OUTCOME_FEATURES.len()] {
    let hours = previous_ms.map_or(0.0, |before| (play.began_ms - before).max(0) as f32 / 3.6e6);
    [
        play.play_ratio,
        flag(play.completed),
        flag(play.skipped),
        flag(play.liked),
        flag(play.saved),
        flag(play.replayed),
        flag(play.searched),
        flag(play.opened),
        flag(play.first),
        (1.0 + hours).ln() / 3.0,
    ]
}

/// Outcome features of a run of plays, oldest first.
pub fn outcomes(plays: &VecDeque<Interaction>) -> Vec<[f32; OUTCOME_FEATURES.len()]> {
    let mut previous = None;
    plays
        .iter()
        .map(|play| {
            let features = outcome_features(play, previous);
            previous = Some(play.began_ms);
            features
        })
        .collect()
}

/// A song beside the listener's history, in the order of [`CROSS_FEATURES`].
pub fn cross_features(
    catalogue: &Catalogue,
    view: &ListenerView,
    id: SongId,
) -> [f32; CROSS_FEATURES.len()] {
    let song = catalogue.song(id);
    let genre = catalogue.genre(song);
    let (own, artist) = (view.history.song(id), view.history.artist(song.lead_artist()));
    let heard = |f: Familiarity| {
        let recency = f.plays_ago.map_or(0.0, |ago| (-(ago as f32) / 8.0).exp());
        [(f.plays as f32).ln_1p() / 2.0, recency]
    };
    let [song_plays, song_recency] = heard(own);
    let [artist_plays, artist_recency] = heard(artist);
    let lately = |lately: Lately| lately.at(view.now_ms).map(f32::ln_1p);
    let [_, song_day, song_week] = lately(own.lately);
    let [artist_sitting, artist_day, _] = lately(artist.lately);
    let [genre_sitting, genre_day, _] = lately(view.history.genre_lately(song.genre));
    let favourite = genre.base.is_some_and(|b| view.account.favourite_genres.contains(&b));
    let all = view.history.all();
    let usual = all.rate(0.6, 5.0);
    let family = view.history.family(genre.family);
    [
        song_plays,
        song_recency,
        artist_plays,
        artist_recency,
        flag(favourite),
        2.0 * (view.history.genre(song.genre).rate(usual, 3.0) - usual),
        2.0 * (family.rate(usual, 4.0) - usual),
        family.plays as f32 / (all.plays as f32 + 8.0),
        view.history.sound_distance(song) - 1.0,
        song_day,
        song_week,
        artist_sitting,
        artist_day,
        genre_sitting,
        genre_day,
    ]
}

/// The listener's moment, in the order of [`MOMENT_FEATURES`].
pub fn moment_features(view: &ListenerView) -> [f32; MOMENT_FEATURES.len()] {
    let session = view.session;
    let [_, promoted_day, promoted_week] = view.history.promoted_lately().at(view.now_ms);
    [
        flag(view.tier == Tier::Free),
        flag(view.tier == Tier::Trial),
        flag(view.tier == Tier::Premium),
        (session.plays as f32).ln_1p() / 3.0,
        2.0 * (session.satisfaction - 0.6),
        (session.skip_streak as f32).ln_1p(),
        2.0 * session.promoted_share(),
        4.0 * session.promoted_skips(),
        (session.likes as f32).ln_1p(),
        view.previews.min(8) as f32 / 4.0,
        2.0 * (view.history.all().rate(0.6, 5.0) - 0.6),
        3.0 * view.history.novelty_appetite(),
        promoted_day.ln_1p(),
        promoted_week.ln_1p(),
    ]
}

/// Account features followed by one flag per favourite genre.
pub fn profile_features(account: &Account) -> Vec<f32> {
    let mut features = vec![
        (account.tenure_days as f32 + 1.0).ln() / 4.0 - 1.3,
        flag(account.tenure_days < 30),
        (account.hours_per_week + 1.0).ln() - 2.0,
        (account.premium_previews as f32).ln_1p(),
        (account.past_conversions as f32).ln_1p(),
    ];
    features
        .extend((0..taxonomy().genres.len()).map(|g| flag(account.favourite_genres.contains(&g))));
    features
}
