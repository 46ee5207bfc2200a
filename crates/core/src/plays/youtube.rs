//! YouTube Music, as Google Takeout hands it out: what was watched, music and all else.
//!
//! A title stands within the words of "watched", in the language of the account. There are more languages than are listed here:
//! what is not recognised stays in the title.

use serde::Deserialize;

use super::clock;
use super::format::{About, Role};
use super::play::Play;
use super::record::{Found, Reading, Refused, Text, decode, said};
use crate::input::Layout;

pub(super) static HISTORY: About = About {
    name: "youtube-music",
    what: "YouTube Music, Google Takeout (JSON)",
    files: "watch-history.json",
    told_by: "JSON with the keys `header`, `title`, `products`",
    reads: "header (only `YouTube Music`), title, subtitles: name (the artist), time",
    gives: &["time"],
    source: "purarue/google_takeout_parser",
    role: Role::Plays,
    tells: |head| {
        (head.array() && head.has(&["header", "title", "products"])).then_some(Layout::Array)
    },
    begins: |_, _| Reading::each(|record| decode::<Watched>(record)?.play().map(Found::Play)),
};

/// What stands before and after a title.
const AROUND: [(&str, &str); 24] = [
    ("Watched ", ""),
    ("Listened to ", ""),
    ("Hai guardato ", ""),
    ("Hai ascoltato ", ""),
    ("Has visto ", ""),
    ("Viste ", ""),
    ("Has escuchado ", ""),
    ("Vous avez regardé ", ""),
    ("Vous avez écouté ", ""),
    ("Assistiu a ", ""),
    ("Você assistiu a ", ""),
    ("Viu ", ""),
    ("Obejrzano: ", ""),
    ("Obejrzane: ", ""),
    ("Просмотрено видео ", ""),
    ("Вы посмотрели видео ", ""),
    ("Переглянуто відео ", ""),
    ("Har sett ", ""),
    ("Du har sett ", ""),
    ("", " angesehen"),
    ("", " angehört"),
    ("", " bekeken"),
    ("", " を視聴しました"),
    ("", " 을(를) 시청했습니다."),
];

#[derive(Deserialize)]
struct Watched<'a> {
    #[serde(borrow)]
    header: Option<Text<'a>>,
    #[serde(borrow)]
    title: Option<Text<'a>>,
    #[serde(borrow, rename = "titleUrl")]
    url: Option<Text<'a>>,
    #[serde(borrow, default)]
    subtitles: Vec<Channel<'a>>,
    #[serde(borrow)]
    time: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Channel<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
}

impl Watched<'_> {
    fn play(self) -> Result<Play, Refused> {
        if said(&self.header) != Some("YouTube Music") {
            return Err(Refused::reason("a video, not of YouTube Music"));
        }
        let time = said(&self.time).ok_or_else(|| Refused::missing("time"))?;
        let at = clock::parse(time).ok_or_else(|| Refused::value("time", "not a time", time))?;
        let whole = said(&self.title).unwrap_or_default().replace('\u{a0}', " ");
        let around = AROUND.iter().find_map(|(before, after)| {
            whole.strip_prefix(before)?.strip_suffix(after).filter(|title| *title != whole)
        });
        let title = around.unwrap_or(&whole).trim().trim_matches(['"', '„', '“', '«', '»']).trim();
        let gone = title.starts_with("https://") || said(&self.url).is_none();
        let channel = self.subtitles.first().and_then(|channel| said(&channel.name));
        let (Some(channel), false) = (channel, gone) else {
            return Err(Refused::reason("a song that is gone: no title or no artist"));
        };
        Ok(Play {
            title: Some(title.to_string()),
            artist: Some(channel.strip_suffix(" - Topic").unwrap_or(channel).to_string()),
            time_ms: Some(at),
            ..Play::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_found_in_the_words_of_any_language_here() {
        for title in [
            "Watched A Song",
            "A Song angesehen",
            "Vous avez regardé\u{a0}A Song",
            "A Song を視聴しました",
            "A Song",
        ] {
            let record = format!(
                "{{\"header\": \"YouTube Music\", \"title\": \"{title}\", \"titleUrl\": \"u\", \"time\": \
                 \"2024-01-15T14:30:00.000Z\", \"subtitles\": [{{\"name\": \"Band - Topic\"}}]}}"
            );
            let play = decode::<Watched>(record.as_bytes()).unwrap().play().unwrap();
            assert_eq!(play.title.as_deref(), Some("A Song"), "{title}");
            assert_eq!(play.artist.as_deref(), Some("Band"));
        }
    }
}
