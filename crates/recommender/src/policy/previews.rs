//! Previews: what somebody who neither pays nor tries hears of premium songs.

use serde::{Deserialize, Serialize};

use melody_core::catalogue::Song;
use melody_core::listener::Tier;

/// How long a preview is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Previews {
    /// From a song's beginning; a song that is no longer is heard whole.
    pub seconds: u32,
}

/// For policies written before previews had an end.
impl Default for Previews {
    fn default() -> Self {
        Previews { seconds: 30 }
    }
}

impl Previews {
    /// Milliseconds of a song that are heard as a preview by who pays this; `None` where it is heard whole.
    pub fn of(self, song: &Song, tier: Tier) -> Option<u32> {
        let preview_ms = self.seconds.saturating_mul(1000);
        let previewed = song.premium && tier == Tier::Free && preview_ms < song.duration_ms;
        previewed.then_some(preview_ms)
    }

    /// Milliseconds of a song that can be heard by who pays this: all of it, or its preview.
    pub fn length_ms(self, song: &Song, tier: Tier) -> u32 {
        self.of(song, tier).unwrap_or(song.duration_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use melody_core::catalogue::default_catalogue;

    #[test]
    fn only_who_neither_pays_nor_tries_hears_a_preview() {
        let catalogue = default_catalogue();
        let previews = Previews { seconds: 30 };
        let premium = catalogue.songs.iter().find(|song| song.premium).unwrap();
        let of = |tier| previews.of(premium, tier);
        assert_eq!([Tier::Free, Tier::Trial, Tier::Premium].map(of), [Some(30_000), None, None]);
        let free = catalogue.songs.iter().find(|song| !song.premium).unwrap();
        assert_eq!(previews.of(free, Tier::Free), None);
        let whole = Previews { seconds: premium.duration_ms.div_ceil(1_000) };
        assert_eq!(whole.of(premium, Tier::Free), None);
    }
}
