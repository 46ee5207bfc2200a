//! What a source of candidates is, and the order that all of them put songs in.

use super::asking::Asking;
use melody_core::catalogue::SongId;

/// What a source goes by: the higher, the more fitting; `None` for a song it never brings.
pub type Value<'a> = Box<dyn Fn(SongId) -> Option<f64> + Sync + 'a>;

/// Brings songs, at most its quota.
pub trait Source: Sync {
    /// As ledgers and traces name it.
    fn name(&self) -> &'static str;

    /// Songs it may bring at most, by the policy.
    fn quota(&self, asking: &Asking) -> usize;

    /// The `most` songs it values highest, the highest first, ties in catalogue order: what sorting by [`Self::value`]
    /// all songs that it [reaches](Self::reaches) would put first, without going through them.
    fn gather(&self, asking: &Asking, most: usize) -> Vec<SongId>;

    /// By what it puts songs in order; `None` where it draws them, so that there is no order.
    fn value<'a>(&self, asking: &'a Asking) -> Option<Value<'a>>;

    /// Whether a song is among those it goes through: in a large catalogue a source may leave out songs that lie far
    /// from where it looks.
    fn reaches(&self, _asking: &Asking, _song: SongId) -> bool {
        true
    }
}

/// The `most` of some songs with the highest values, the highest first, ties in catalogue order. Each song
/// comes once.
pub(super) fn best(
    songs: impl IntoIterator<Item = SongId>,
    value: &Value,
    most: usize,
) -> Vec<SongId> {
    let valued = songs.into_iter().filter_map(|song| Some((value(song)?, song)));
    let mut valued: Vec<(f64, SongId)> = valued.collect();
    let order = |a: &(f64, SongId), b: &(f64, SongId)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    // Campaigns alone may hold many quotas of songs: what cannot be among the best is not sorted.
    if most < valued.len() {
        valued.select_nth_unstable_by(most, order);
        valued.truncate(most);
    }
    valued.sort_unstable_by(order);
    valued.into_iter().map(|(_, song)| song).collect()
}
