//! Figures of a population.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::outcome::{Heard, ListenerOutcome, SessionOutcome};
use melody_core::listener::EARLY;

/// Lower quartile, median and upper quartile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quartiles {
    /// A quarter of the values are below it.
    pub lower: f64,
    /// Half of them are.
    pub median: f64,
    /// Three quarters of them are.
    pub upper: f64,
}

/// How a population listened. Shares are in [0, 1].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// In the population.
    pub listeners: usize,
    /// Of all listeners.
    pub sessions: usize,
    /// Of all sessions.
    pub plays: usize,
    /// Plays that were completed.
    pub completion: f64,
    /// Plays that were skipped.
    pub skip: f64,
    /// Plays of which less than a quarter was heard.
    pub early_skip: f64,
    /// Mean of all plays.
    pub play_ratio: f64,
    /// Share of plays that ended below a quarter, a half, three quarters, 0.985, and at 0.985 or
    /// later, as KKBox counts them. Completed plays are in the last one.
    pub play_ratio_bins: [f64; 5],
    /// Below a tenth: hardly begun.
    pub very_early_skip: f64,
    /// Per play.
    pub likes: f64,
    /// Per play.
    pub saves: f64,
    /// Per play; may be above 1.
    pub searches: f64,
    /// Per session in which the listener could subscribe.
    pub conversion: f64,
    /// Of plays.
    pub promoted: f64,
    /// Of promoted plays.
    pub promoted_engagement: f64,
    /// Of promoted plays.
    pub promoted_completion: f64,
    /// Over sessions.
    pub songs_per_session: Quartiles,
    /// Over sessions, of what was heard.
    pub minutes_per_session: Quartiles,
    /// Sessions the listener ended, rather than the limit.
    pub left: f64,
    /// Sessions in which the guardrail acted for the listener; 0 where none watches.
    pub alarmed: f64,
    /// Sessions in which it reached a second level or more.
    pub alarmed_again: f64,
    /// Sessions in which it helped selling.
    pub helped: f64,
    /// Over listeners with a play, of each one's own share.
    pub completion_by_listener: Quartiles,
    /// The same among as many members of a service as KKBox has, of whom some never listen and count as 0.
    pub completion_by_member: Quartiles,
    /// Over listeners with a play, of each one's own share.
    pub early_skip_by_listener: Quartiles,
    /// The same among members.
    pub early_skip_by_member: Quartiles,
    /// Over listeners: plays broken off after their first quarter.
    pub late_skip_by_listener: Quartiles,
    /// Plays broken off, by their place in the session: the first five, the next five, and so on; what is
    /// later than twenty is left out; absent where no session is so long.
    pub skip_by_place: [Option<f64>; 4],
    /// Of the skips within 30 seconds, those within 5 and within 10; absent where there are none.
    pub quick_skips: [Option<f64>; 2],
    /// Plays of the song that played just before, asked for again.
    pub replayed: f64,
    /// Plays of songs chosen by hand.
    pub opened: f64,
    /// Over listeners of two days or more: how they come and go; absent where there are none.
    pub days: Option<Days>,
    /// Sessions after which the listener never came back.
    pub gone: f64,
    /// Hours from one session to the next; absent where nobody came back.
    pub hours_away: Option<Quartiles>,
    /// Over sessions of at least ten plays: different songs, as a share of plays; absent where there are none.
    pub songs_in_session: Option<Quartiles>,
    /// The same of artists.
    pub artists_in_session: Option<Quartiles>,
}

/// Days of each listener, and what is heard on one; see [`Figures::days`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Days {
    /// Listeners who are in it.
    pub listeners: usize,
    /// Days with a play, as a share of all.
    pub active: Quartiles,
    /// Plays on a day with any.
    pub plays: Quartiles,
    /// Minutes heard on a day with a play.
    pub minutes: Quartiles,
    /// Different songs of a day, summed over days, as a share of plays.
    pub distinct: Quartiles,
    /// Pearson's correlation of completion with the share of active days.
    pub completion_and_active: f64,
}

/// Where KKBox's bins of play ratios end.
const BINS: [f64; 4] = [0.25, 0.50, 0.75, 0.985];
/// Members of KKBox who did not play a song in 90 days: 184 of 1,000.
const IDLE: f64 = 0.184;
/// Seconds of quick skips; the last is what the others are parts of.
const QUICK: [f64; 3] = [5.0, 10.0, 30.0];
/// Plays from which on a session is long enough to repeat itself.
const LONG: usize = 10;
/// Days from which on a listener's coming and going can be told.
const ENOUGH_DAYS: f64 = 2.0;
const VERY_EARLY: f64 = 0.10;

impl Figures {
    /// Of everything these listeners heard.
    pub fn new(listeners: &[ListenerOutcome]) -> Self {
        let all: Vec<&Heard> = listeners.iter().flat_map(ListenerOutcome::plays).collect();
        let sessions: Vec<&SessionOutcome> = listeners.iter().flat_map(|l| &l.sessions).collect();
        let count = |holds: &dyn Fn(&Heard) -> bool| all.iter().filter(|p| holds(p)).count();
        let of_plays = |holds: &dyn Fn(&Heard) -> bool| share(count(holds), all.len());
        let of_promoted = |holds: &dyn Fn(&Heard) -> bool| {
            share(count(&|p| p.promoted && holds(p)), count(&|p| p.promoted))
        };
        let by_listener =
            |holds: fn(&Heard) -> bool| Quartiles::new(Quartiled::of(listeners, holds).0);
        let members = |of: Quartiled| Quartiles::new(of.with_idle(IDLE));
        let of_each = |holds: fn(&Heard) -> bool| Quartiled::of(listeners, holds);
        let quick = |within: f64| count(&|p| p.skipped && p.seconds < within);
        let long = || sessions.iter().filter(|s| s.plays.len() >= LONG);
        let could = sessions.iter().filter(|s| s.could_subscribe).count();
        let searches: u32 = sessions.iter().map(|s| s.searches).sum();
        Figures {
            listeners: listeners.len(),
            sessions: sessions.len(),
            plays: all.len(),
            completion: of_plays(&|p| p.completed),
            skip: of_plays(&|p| p.skipped),
            early_skip: of_plays(&early),
            play_ratio: all.iter().map(|p| p.play_ratio).sum::<f64>() / all.len().max(1) as f64,
            play_ratio_bins: std::array::from_fn(|i| of_plays(&|p| bin(p) == i)),
            very_early_skip: of_plays(&|p| !p.completed && p.play_ratio < VERY_EARLY),
            likes: of_plays(&|p| p.liked),
            saves: of_plays(&|p| p.saved),
            searches: share(searches as usize, all.len()),
            conversion: share(sessions.iter().filter(|s| s.subscribed).count(), could),
            promoted: of_plays(&|p| p.promoted),
            promoted_engagement: of_promoted(&|p| p.engaged),
            promoted_completion: of_promoted(&|p| p.completed),
            songs_per_session: Quartiles::new(
                sessions.iter().map(|s| s.plays.len() as f64).collect(),
            ),
            minutes_per_session: Quartiles::new(
                sessions.iter().map(|s| s.listening_s / 60.0).collect(),
            ),
            left: share(sessions.iter().filter(|s| s.left).count(), sessions.len()),
            alarmed: share(sessions.iter().filter(|s| s.guarded > 0).count(), sessions.len()),
            alarmed_again: share(sessions.iter().filter(|s| s.guarded > 1).count(), sessions.len()),
            helped: share(sessions.iter().filter(|s| s.helped > 0).count(), sessions.len()),
            completion_by_listener: by_listener(|p| p.completed),
            completion_by_member: members(of_each(|p| p.completed)),
            early_skip_by_listener: by_listener(early),
            early_skip_by_member: members(of_each(early)),
            late_skip_by_listener: by_listener(|p| !p.completed && !early(p)),
            skip_by_place: std::array::from_fn(|five| skipped_at(&sessions, five)),
            quick_skips: std::array::from_fn(|i| share_of(quick(QUICK[i]), quick(QUICK[2]))),
            replayed: of_plays(&|p| p.replayed),
            opened: of_plays(&|p| p.opened),
            days: Days::new(listeners),
            gone: share(sessions.iter().filter(|s| s.gone).count(), sessions.len()),
            hours_away: Quartiles::of(sessions.iter().filter_map(|s| s.away_h).collect()),
            songs_in_session: Quartiles::of(
                long().map(|s| different(&s.plays, |p| p.entry.song)).collect(),
            ),
            artists_in_session: Quartiles::of(
                long().map(|s| different(&s.plays, |p| p.entry.artist)).collect(),
            ),
        }
    }
}

/// Each listener's own share of plays, of those with a play.
struct Quartiled(Vec<f64>);

impl Quartiled {
    fn of(listeners: &[ListenerOutcome], holds: fn(&Heard) -> bool) -> Self {
        let heard = listeners.iter().filter(|l| l.plays().next().is_some());
        let own =
            |l: &ListenerOutcome| share(l.plays().filter(|p| holds(p)).count(), l.plays().count());
        Quartiled(heard.map(own).collect())
    }

    /// With so many more at 0 that they are this share of all.
    fn with_idle(mut self, idle: f64) -> Vec<f64> {
        let zeros = self.0.len() as f64 * idle / (1.0 - idle);
        self.0.extend(std::iter::repeat_n(0.0, zeros.round() as usize));
        self.0
    }
}

/// Plays broken off among those at the places `5 five` to `5 five + 4` of their sessions.
fn skipped_at(sessions: &[&SessionOutcome], five: usize) -> Option<f64> {
    let plays = || sessions.iter().flat_map(|s| s.plays.iter().skip(5 * five).take(5));
    share_of(plays().filter(|p| !p.completed).count(), plays().count())
}

/// How many are different, as a share of plays.
fn different<T: Ord>(plays: &[Heard], of: fn(&Heard) -> T) -> f64 {
    share(plays.iter().map(of).collect::<BTreeSet<_>>().len(), plays.len())
}

impl Days {
    fn new(listeners: &[ListenerOutcome]) -> Option<Self> {
        let each: Vec<OwnDays> = listeners.iter().filter_map(OwnDays::of).collect();
        if each.is_empty() {
            return None;
        }
        let quartiles = |of: fn(&OwnDays) -> f64| Quartiles::new(each.iter().map(of).collect());
        let both: Vec<(f64, f64)> = each.iter().map(|d| (d.completion, d.active)).collect();
        Some(Days {
            listeners: each.len(),
            active: quartiles(|d| d.active),
            plays: quartiles(|d| d.plays),
            minutes: quartiles(|d| d.minutes),
            distinct: quartiles(|d| d.distinct),
            completion_and_active: correlation(&both),
        })
    }
}

/// The days of one listener.
struct OwnDays {
    active: f64,
    plays: f64,
    minutes: f64,
    distinct: f64,
    completion: f64,
}

impl OwnDays {
    /// A session belongs to the day it began on. Days are counted until the listener would have been back
    /// after the last session, so that a long absence counts as well as a short one.
    fn of(listener: &ListenerOutcome) -> Option<Self> {
        let last = listener.sessions.last()?;
        let all = (last.began_h + last.away_h.unwrap_or_default()) / DAY_H;
        let mut days: BTreeMap<i64, Vec<Heard>> = BTreeMap::new();
        for session in &listener.sessions {
            let day = ((session.began_h + NOON_H) / DAY_H).floor() as i64;
            days.entry(day).or_default().extend(&session.plays);
        }
        let plays = listener.plays().count();
        if all < ENOUGH_DAYS || plays == 0 {
            return None;
        }
        let songs =
            |day: &Vec<Heard>| day.iter().map(|p| p.entry.song).collect::<BTreeSet<_>>().len();
        let minutes = listener.sessions.iter().map(|s| s.listening_s).sum::<f64>() / 60.0;
        Some(OwnDays {
            active: (days.len() as f64 / all).min(1.0),
            plays: plays as f64 / days.len() as f64,
            minutes: minutes / days.len() as f64,
            distinct: share(days.values().map(songs).sum(), plays),
            completion: share(listener.plays().filter(|p| p.completed).count(), plays),
        })
    }
}

const DAY_H: f64 = 24.0;
/// A listener's first session begins at noon.
const NOON_H: f64 = 12.0;

/// Pearson's; 0 where one of the two does not vary.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len().max(1) as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let product = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let (xx, yy) = (product(&|p| (p.0 - x).powi(2)), product(&|p| (p.1 - y).powi(2)));
    if xx == 0.0 || yy == 0.0 {
        return 0.0;
    }
    product(&|p| (p.0 - x) * (p.1 - y)) / (xx * yy).sqrt()
}

pub(super) fn early(play: &Heard) -> bool {
    !play.completed && play.play_ratio < f64::from(EARLY)
}

fn bin(play: &Heard) -> usize {
    if play.completed { BINS.len() } else { BINS.iter().filter(|b| play.play_ratio >= **b).count() }
}

pub(super) fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// A share of something; `None` of nothing.
fn share_of(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| share(part, whole))
}

impl Quartiles {
    /// The same as [`Quartiles::new`]; `None` of nothing.
    fn of(values: Vec<f64>) -> Option<Self> {
        (!values.is_empty()).then(|| Quartiles::new(values))
    }

    /// Quantiles by linear interpolation between the two nearest ranks; zeros of nothing.
    pub fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let Some(last) = values.len().checked_sub(1) else { return 0.0 };
            let place = share * last as f64;
            let (below, above) = (place.floor() as usize, place.ceil() as usize);
            values[below] + (place - below as f64) * (values[above] - values[below])
        };
        Quartiles { lower: at(0.25), median: at(0.50), upper: at(0.75) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_interpolate() {
        let q = Quartiles::new(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!(q, Quartiles { lower: 1.75, median: 2.5, upper: 3.25 });
        assert_eq!(Quartiles::new(vec![]), Quartiles::default());
    }

    #[test]
    fn every_play_is_in_one_bin() {
        let play = |play_ratio: f64, completed| Heard {
            play_ratio,
            completed,
            skipped: !completed,
            ..Heard::default()
        };
        let plays = vec![play(0.05, false), play(0.25, false), play(0.7, false), play(0.98, true)];
        let session = SessionOutcome { plays, ..SessionOutcome::default() };
        let figures = Figures::new(&[ListenerOutcome {
            sessions: vec![session],
            ..ListenerOutcome::default()
        }]);
        assert_eq!(figures.play_ratio_bins, [0.25, 0.25, 0.25, 0.0, 0.25]);
        assert_eq!((figures.early_skip, figures.completion), (0.25, 0.25));
    }

    /// One listener, two plays a session: both of the first session on one day, of the second on the third.
    #[test]
    fn days_are_counted_until_the_listener_would_be_back() {
        let play = Heard { seconds: 60.0, ..Heard::default() };
        let session = |began_h, away_h| SessionOutcome {
            plays: vec![play, play],
            listening_s: 120.0,
            began_h,
            away_h: Some(away_h),
            ..SessionOutcome::default()
        };
        let sessions = vec![session(0.0, 47.0), session(48.0, 24.0)];
        let days = Figures::new(&[ListenerOutcome { sessions, ..ListenerOutcome::default() }]).days;
        let days = days.unwrap();
        assert_eq!(days.listeners, 1);
        assert!((days.active.median - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!((days.plays.median, days.minutes.median, days.distinct.median), (2.0, 2.0, 0.5));
    }

    #[test]
    fn idle_members_count_as_nothing() {
        let all = Quartiled(vec![0.5; 816]).with_idle(IDLE);
        assert_eq!((all.len(), all.iter().filter(|share| **share == 0.0).count()), (1_000, 184));
    }
}
