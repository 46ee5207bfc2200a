//! The table of formats, and telling them apart by what is in a file.

use super::format::{About, Format};
use super::head::Head;
use super::{
    apple, lastfm, listenbrainz, mssd, own, players, research, scrobbler, spotify, yambda, youtube,
};
use crate::input::{Layout, Problem};

/// Every format there is, in the order in which a file is asked whether it is one.
static FORMATS: [&About; 41] = [
    &spotify::EXTENDED,
    &spotify::ACCOUNT,
    &spotify::LIBRARY,
    &spotify::TABLE,
    &apple::ACTIVITY,
    &apple::DAILY,
    &apple::LIBRARY,
    &youtube::HISTORY,
    &listenbrainz::LISTENS,
    &listenbrainz::FEEDBACK,
    &listenbrainz::OWNER,
    &lastfm::THOUSAND,
    &lastfm::ANSWER,
    &lastfm::STATS,
    &lastfm::STATS_TABLE,
    &lastfm::GHAN,
    &lastfm::TO_CSV,
    &lastfm::LIBRE,
    &lastfm::COUNTED,
    &lastfm::BILLION,
    &lastfm::TWO_BILLION,
    &scrobbler::AUDIOSCROBBLER,
    &scrobbler::PLAYBACK,
    &scrobbler::PANO,
    &scrobbler::PANO_TABLE,
    &players::KOITO,
    &players::MALOJA,
    &players::JELLYFIN,
    &players::TIDAL,
    &players::DEEZER,
    &mssd::LOG,
    &yambda::EVENTS,
    &research::KUAIRAND,
    &research::RECBOLE,
    &research::MUSIC4ALL,
    &research::KKBOX,
    &research::KKBOX_DAYS,
    &research::DSG17,
    &research::PLAYLISTS,
    &mssd::UNHEARD,
    &own::LINES,
];

/// Every format, in the order they are named to people.
pub fn formats() -> impl Iterator<Item = Format> {
    FORMATS.iter().map(|about| Format(about))
}

impl Format {
    /// The one that `--format` names so.
    pub fn named(name: &str) -> Option<Format> {
        formats().find(|format| format.name() == name)
    }
}

/// In which format a file is, if in any, and how records lie in it.
pub(super) fn recognise(head: &Head) -> Option<(Format, Layout)> {
    FORMATS.iter().find_map(|about| (about.tells)(head).map(|layout| (Format(about), layout)))
}

/// How records lie in a file that is said to be of a format, but does not look like it.
pub(super) fn usual_layout(head: &Head) -> Layout {
    if head.array() { Layout::Array } else { Layout::Lines }
}

/// What a file in none of the formats is, where that is known, and what to do.
pub(super) fn hint(head: &Head) -> Option<&'static str> {
    let start: String = head.text().chars().take(100).collect::<String>().to_lowercase();
    if start.starts_with("session_id,") {
        let mssd = "a log of the Music Streaming Sessions Dataset has more columns: `melody import mssd` says which";
        return Some(mssd);
    }
    let page = start.starts_with("<!doctype html") || start.starts_with("<html");
    let text = head.text().to_lowercase();
    let google = ["youtube", "google", "takeout"].iter().any(|word| text.contains(word));
    page.then_some(match google {
        true => "a page of HTML; Google Takeout has the history as JSON, too: choose that for YouTube's history",
        false => "a page of HTML, perhaps a page to log in on in place of the file: get the file itself",
    })
}

/// The problem with a file in none of the formats.
pub(super) fn unknown(head: &Head) -> Problem {
    let usual = "`melody import --formats` lists what can be read; `--format` names one of them";
    Problem::new(head.name, "not recognised as a history of listening")
        .line(1)
        .field("(whole file)")
        .help(hint(head).unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::plays::format::OUTCOMES;

    #[test]
    fn every_format_has_a_name_of_its_own_and_gives_what_there_is() {
        let names: std::collections::BTreeSet<&str> = formats().map(Format::name).collect();
        assert_eq!(names.len(), FORMATS.len());
        for format in formats() {
            assert_eq!(Format::named(format.name()), Some(format));
            let about = format.about();
            assert!(about.gives.iter().all(|outcome| OUTCOMES.contains(outcome)), "{format:?}");
            assert_eq!(format.lacks().count() + about.gives.len(), OUTCOMES.len());
        }
    }

    #[test]
    fn columns_tell_and_not_how_many_there_are() {
        let name = |text: &str| {
            recognise(&Head::new("f", text.as_bytes())).map(|(format, _)| format.name())
        };
        let six = "user_id:token\titem_id:token\trating:float\ttimestamp:float\tplay_ratio:float\tskip:float\n1\ts\t1\t1\t1\t0\n";
        assert_eq!(name(six), Some("recbole"));
        assert_eq!(name("a\tb\tc\td\te\tf\n1\t2\t3\t4\t5\t6\n"), None);
        assert_eq!(name("u\t2009-05-04T23:08:57Z\t\tA\t\tB\n"), Some("lastfm"));
        assert_eq!(name("uts,utc_time,artist,track\n"), Some("lastfm-ghan"));
        assert_eq!(name("[]"), None);
    }
}
