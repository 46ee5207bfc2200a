//! Who made a song, in little room.
//!
//! Nearly all songs are by one artist or two, and a catalogue holds a million of them: those need no memory of their
//! own. It is read as the slice it stands for.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// A place in the catalogue's artists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ArtistId(pub u32);

/// A song's artists, as a slice; the first is the lead.
#[derive(Clone, Debug)]
pub struct Credits(Held);

#[derive(Clone, Debug)]
enum Held {
    One([ArtistId; 1]),
    Two([ArtistId; 2]),
    Other(Box<[ArtistId]>),
}

impl From<&[ArtistId]> for Credits {
    fn from(artists: &[ArtistId]) -> Self {
        Credits(match *artists {
            [lead] => Held::One([lead]),
            [lead, guest] => Held::Two([lead, guest]),
            _ => Held::Other(artists.into()),
        })
    }
}

impl From<Vec<ArtistId>> for Credits {
    fn from(artists: Vec<ArtistId>) -> Self {
        artists.as_slice().into()
    }
}

impl Deref for Credits {
    type Target = [ArtistId];

    fn deref(&self) -> &[ArtistId] {
        match &self.0 {
            Held::One(artists) => artists,
            Held::Two(artists) => artists,
            Held::Other(artists) => artists,
        }
    }
}

impl<'a> IntoIterator for &'a Credits {
    type Item = &'a ArtistId;
    type IntoIter = std::slice::Iter<'a, ArtistId>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Credits {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_their_number_they_read_as_they_were() {
        for number in 0..5 {
            let artists: Vec<ArtistId> = (0..number).map(ArtistId).collect();
            assert_eq!(*Credits::from(artists.clone()), artists);
        }
    }
}
