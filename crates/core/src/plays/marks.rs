//! Likes and saves that are told apart from the plays: of a library, of a list of what somebody loves.
//!
//! A play's like is one *while it played*. Of a mark with a time that is the newest play of the song that had begun by then;
//! of one without, the newest of all, since then it surely was. Nothing says of other plays that they were not liked, so they stay
//! unknown. A mark on a song that was not played is of no play, and counted.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::normal::{artist_name, plain_title};
use super::play::Play;

/// What was said of a song.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Saying {
    Liked,
    Hated,
    Saved,
    /// A like was taken back.
    NotLiked,
    /// A dislike was taken back.
    NotHated,
}

/// Something said of a song.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    /// Whose it is, where files have several listeners'.
    pub listener: Option<String>,
    pub of: Of,
    /// When, in milliseconds since 1970.
    pub time_ms: Option<i64>,
    pub saying: Saying,
}

/// Which song a mark is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Of {
    /// Title and artist, in normal form.
    Named(String, String),
    /// The identifier of a catalogue, or of a data set.
    Song(String),
    /// The service's own identifier, which plays name as well.
    Id(String),
}

impl Of {
    pub(super) fn named(title: &str, artist: &str) -> Self {
        Of::Named(plain_title(title), artist_name(artist))
    }

    fn play(play: &Play) -> Option<Self> {
        match (&play.title, &play.artist, &play.song) {
            (Some(title), Some(artist), _) => Some(Of::named(title, artist)),
            (_, _, Some(song)) => Some(Of::Song(song.clone())),
            _ => None,
        }
    }
}

/// What became of the marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MarkSummary {
    /// Plays that a like was put on.
    pub likes: u64,
    /// Plays that are said not to be liked.
    pub hates: u64,
    /// Plays that a save was put on.
    pub saves: u64,
    /// Marks on songs that were not played.
    pub unplayed: u64,
}

impl std::ops::AddAssign for MarkSummary {
    fn add_assign(&mut self, other: Self) {
        self.likes += other.likes;
        self.hates += other.hates;
        self.saves += other.saves;
        self.unplayed += other.unplayed;
    }
}

/// One after the other: when, and what.
type Said = Vec<(Option<i64>, Saying)>;

/// All marks of an import, by listener and song.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    by_listener: BTreeMap<Option<String>, HashMap<Of, Said>>,
    /// Songs by the services' own identifiers, as plays tell them; only those that a mark is on.
    known: HashMap<String, Of>,
}

impl Marks {
    pub(super) fn add(&mut self, mark: Mark) {
        if let Of::Id(id) = &mark.of {
            self.known.entry(id.clone()).or_insert_with(|| mark.of.clone());
        }
        let of_listener = self.by_listener.entry(mark.listener).or_default();
        of_listener.entry(mark.of).or_default().push((mark.time_ms, mark.saying));
    }

    /// Whether any mark names its song by one of these, of which a play tells what song it is.
    pub(super) fn learn<'i>(&mut self, ids: impl Iterator<Item = &'i str>, play: &Play) {
        for id in ids {
            if let Some(of) = self.known.get_mut(id)
                && let Some(song) = Of::play(play)
            {
                *of = song;
            }
        }
    }

    /// Lets the marks of others than this listener go, but for those that name nobody.
    pub(super) fn keep_only(&mut self, listener: &str) {
        self.by_listener.retain(|whose, _| whose.as_deref().is_none_or(|whose| whose == listener));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_listener.is_empty()
    }

    /// Puts the marks of a listener on their plays, which are in order.
    pub fn put(&self, listener: &str, plays: &mut [Play]) -> MarkSummary {
        let mut summary = MarkSummary::default();
        let own = [None, Some(listener.to_string())];
        let own: Vec<_> = own.iter().filter_map(|who| self.by_listener.get(who)).collect();
        if own.is_empty() {
            return summary;
        }
        let mut by_song: HashMap<Of, Vec<usize>> = HashMap::new();
        for (place, play) in plays.iter().enumerate() {
            if let Some(of) = Of::play(play) {
                by_song.entry(of).or_default().push(place);
            }
        }
        let mut said: Vec<(&Of, &Said)> = own.iter().flat_map(|marks| marks.iter()).collect();
        said.sort_by(|a, b| a.0.cmp(b.0));
        for (of, said) in said {
            let of = if let Of::Id(id) = of { self.known.get(id).unwrap_or(of) } else { of };
            let Some(places) = by_song.get(of) else {
                summary.unplayed += said.len() as u64;
                continue;
            };
            for (time, saying) in standing(said) {
                let begun = |&&place: &&usize| {
                    time.is_none_or(|time| plays[place].time_ms.is_none_or(|began| began <= time))
                };
                let place = places.iter().rev().find(begun).or(places.first());
                let Some(&place) = place else { continue };
                let count = match saying {
                    Saying::Liked => {
                        plays[place].liked = Some(true);
                        &mut summary.likes
                    }
                    Saying::Hated => {
                        plays[place].liked = Some(false);
                        &mut summary.hates
                    }
                    Saying::Saved => {
                        plays[place].saved = Some(true);
                        &mut summary.saves
                    }
                    Saying::NotLiked | Saying::NotHated => continue,
                };
                *count += 1;
            }
        }
        summary
    }
}

/// What was said and not taken back, in order.
fn standing(said: &Said) -> Said {
    let mut in_order = said.clone();
    in_order.sort_by_key(|(time, _)| *time);
    let mut standing = Said::new();
    for (time, saying) in in_order {
        let undone = match saying {
            Saying::NotLiked => Saying::Liked,
            Saying::NotHated => Saying::Hated,
            Saying::Liked | Saying::Hated | Saying::Saved => {
                standing.push((time, saying));
                continue;
            }
        };
        if let Some(place) = standing.iter().rposition(|(_, saying)| *saying == undone) {
            standing.remove(place);
        }
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(title: &str, time: i64) -> Play {
        let (title, artist) = (Some(title.into()), Some("The Band".into()));
        Play { title, artist, time_ms: Some(time), ..Play::default() }
    }

    fn mark(of: Of, time_ms: Option<i64>, saying: Saying) -> Mark {
        Mark { listener: None, of, time_ms, saying }
    }

    #[test]
    fn a_mark_is_on_the_newest_play_that_had_begun_by_then() {
        let mut plays = vec![play("Song", 10), play("Other", 20), play("Song - Live", 30)];
        let mut marks = Marks::default();
        let song = || Of::named("SONG", "band");
        marks.add(mark(song(), Some(15), Saying::Liked));
        marks.add(mark(song(), None, Saying::Saved));
        marks.add(mark(Of::Id("x".into()), Some(21), Saying::Hated));
        marks.add(mark(Of::named("Never", "Heard"), None, Saying::Liked));
        marks.learn(["y", "x"].into_iter(), &plays[1]);
        let summary = marks.put("ann", &mut plays);
        assert_eq!(summary, MarkSummary { likes: 1, hates: 1, saves: 1, unplayed: 1 });
        let liked: Vec<_> = plays.iter().map(|play| play.liked).collect();
        assert_eq!(liked, [Some(true), Some(false), None]);
        assert_eq!((plays[0].saved, plays[2].saved), (None, Some(true)));
    }

    #[test]
    fn a_like_that_was_taken_back_is_none() {
        let mut plays = vec![play("Song", 10), play("Song", 100)];
        let mut marks = Marks::default();
        let song = || Of::named("Song", "The Band");
        marks.add(mark(song(), Some(120), Saying::Liked));
        marks.add(mark(song(), Some(30), Saying::NotLiked));
        marks.add(mark(song(), Some(20), Saying::Liked));
        assert_eq!(marks.put("ann", &mut plays).likes, 1);
        assert_eq!((plays[0].liked, plays[1].liked), (None, Some(true)));
    }

    #[test]
    fn a_listeners_marks_are_on_their_plays_alone() {
        let mut marks = Marks::default();
        let of = Of::named("Song", "The Band");
        marks.add(Mark { listener: Some("ann".into()), ..mark(of, None, Saying::Liked) });
        let mut plays = vec![play("Song", 10)];
        assert_eq!(marks.put("bob", &mut plays), MarkSummary::default());
        assert_eq!(marks.put("ann", &mut plays).likes, 1);
    }
}
