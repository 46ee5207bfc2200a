//! Why a song of the queue does not stand where its score would put it.
//!
//! Scores that are told have all in them that is taken off for artists and likeness, so natural songs stand in order of score.
//! What does not goes by one of two rules: promoted songs have places of their own, and songs that are committed keep theirs.

use melody_core::score::Score;
use melody_recommender::engine::QueueEntry;

/// Why a song stands where it does, if its score is not why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unscored {
    /// Promoted, below a natural song that scores less.
    Due,
    /// Promoted, above a song that scores more.
    Placed,
    /// Committed, above a song that scores more.
    Kept,
}

/// What a place depends on.
#[derive(Clone, Copy)]
struct Standing {
    score: Score,
    promoted: bool,
    committed: bool,
}

impl Unscored {
    /// Of a song of this queue; `None` where nothing stands above it that scores less, nor below it that scores more.
    pub(crate) fn of(queue: &[QueueEntry], entry: &QueueEntry) -> Option<Self> {
        let standing = |entry: &QueueEntry| Standing {
            score: entry.score,
            promoted: entry.promoted,
            committed: entry.committed.is_some(),
        };
        let all: Vec<Standing> = queue.iter().map(standing).collect();
        Unscored::at(&all, entry.position.saturating_sub(1))
    }

    fn at(all: &[Standing], place: usize) -> Option<Self> {
        let own = *all.get(place)?;
        // A song that is held back is told of where it stands, and not where others stand above it.
        let mut below = (place + 1..all.len()).filter(|&other| !due(all, other));
        let over_more = below.any(|other| all[other].score > own.score);
        match (over_more && own.committed, own.promoted) {
            (true, _) => Some(Unscored::Kept),
            (false, true) if due(all, place) => Some(Unscored::Due),
            (false, true) if over_more => Some(Unscored::Placed),
            _ => None,
        }
    }

    /// A word for its row. In English.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Unscored::Due => "due",
            Unscored::Placed => "placed",
            Unscored::Kept => "kept",
        }
    }

    /// The same in a sentence. In English.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Unscored::Due => "stands below its score: promoted songs have places by rule",
            Unscored::Placed => {
                "stands above its score: a rule keeps this place for a promoted song"
            }
            Unscored::Kept => {
                "stands above its score: committed, it plays in this order whatever is ranked meanwhile"
            }
        }
    }
}

/// Whether a promoted song stands below a natural one that scores less.
fn due(all: &[Standing], place: usize) -> bool {
    let own = all[place];
    own.promoted && all[..place].iter().any(|other| !other.promoted && other.score < own.score)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of each song of a queue: natural, promoted (`p`) or committed (`c`), and what it scores.
    fn words(songs: &[(&str, f64)]) -> Vec<&'static str> {
        let standing = |&(kind, score): &(&str, f64)| Standing {
            score: Score::new(score),
            promoted: kind.contains('p'),
            committed: kind.contains('c'),
        };
        let all: Vec<Standing> = songs.iter().map(standing).collect();
        (0..all.len()).map(|at| Unscored::at(&all, at).map_or("", Unscored::word)).collect()
    }

    #[test]
    fn a_queue_in_order_of_score_says_nothing() {
        assert_eq!(words(&[("c", 0.9), ("c", 0.8), ("p", 0.7), ("", 0.6)]), [""; 4]);
    }

    #[test]
    fn each_song_that_its_score_does_not_place_says_why() {
        assert_eq!(words(&[("", 0.6), ("", 0.5), ("p", 0.9), ("", 0.4)]), ["", "", "due", ""]);
        assert_eq!(words(&[("", 0.6), ("p", 0.3), ("", 0.5)]), ["", "placed", ""]);
        assert_eq!(words(&[("c", 0.4), ("c", 0.6), ("", 0.5)]), ["kept", "", ""]);
        assert_eq!(words(&[("c", 0.4), ("p", 0.9)]), ["", "due"], "told of once");
    }
}
