//! Two arms day by day: what a policy asks of its listeners today, do they make it pay in the days after?
//!
//! A day is one of the simulated clock, counted from a listener's first session. Only days are told that are whole for
//! everybody in both arms: who has had as many sessions as were asked for has no more, and would look like one who stayed away.
//! Who never came back is whole for ever.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::diversity::varied;
use super::figures::share;
use super::metric::Direction;
use super::outcome::{ListenerOutcome, SessionOutcome};
use crate::statistics::{Paired, paired};

/// One measure in both arms, day by day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Daily {
    /// The word for it.
    pub measure: Cow<'static, str>,
    /// What is counted, for a person.
    pub about: Cow<'static, str>,
    /// Which way is good.
    pub better: Direction,
    /// The first day first.
    pub days: Vec<Day>,
}

/// One day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Day {
    /// From 1.
    pub day: u32,
    /// Of arm a.
    pub a: Mean,
    /// Of arm b.
    pub b: Mean,
}

/// A mean over listeners.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// Over those who have a value on that day.
    pub mean: f64,
    /// 95 %, by Student's t; absent where they are fewer than two or all the same.
    pub interval: Option<[f64; 2]>,
}

/// What is told of a day: its word, what is counted, which way is good, and a listener's value, if they have one.
type Measured = (&'static str, &'static str, Direction, fn(&ListenerOutcome) -> Option<f64>);

const MEASURED: [Measured; 5] = [
    ("minutes", "minutes heard on that day", Direction::Higher, |day| Some(minutes(day))),
    ("returns", "share of listeners who played on that day", Direction::Higher, |day| {
        Some(f64::from(u8::from(!day.sessions.is_empty())))
    }),
    ("conversions", "subscriptions of a listener on that day", Direction::Higher, |day| {
        Some(day.sessions.iter().filter(|session| session.subscribed).count() as f64)
    }),
    ("genre-entropy", "entropy of the day's genres, in nats", Direction::Higher, |day| {
        played(day).map(|_| varied(day).0.genre_entropy())
    }),
    ("promoted-share", "share of the day's plays that were promoted", Direction::Neither, |day| {
        played(day).map(|plays| share(day.plays().filter(|play| play.promoted).count(), plays))
    }),
];

fn minutes(day: &ListenerOutcome) -> f64 {
    day.sessions.iter().map(|session| session.listening_s).sum::<f64>() / 60.0
}

/// Plays of the day, if there are any.
fn played(day: &ListenerOutcome) -> Option<usize> {
    Some(day.plays().count()).filter(|&plays| plays > 0)
}

/// Every measure over the days that are whole for these listeners; nothing for fewer than two days.
pub(super) fn daily(a: &[ListenerOutcome], b: &[ListenerOutcome]) -> Vec<Daily> {
    let days = whole_days(a.iter().chain(b));
    if days < 2 {
        return Vec::new();
    }
    told(&[a, b].map(|arm| (0..days).map(|day| of_day(arm, day)).collect::<Vec<_>>()))
}

/// Every measure of two arms, each day by day.
fn told([a, b]: &[Vec<Vec<ListenerOutcome>>; 2]) -> Vec<Daily> {
    let measured = |&(measure, about, better, value): &Measured| Daily {
        measure: measure.into(),
        about: about.into(),
        better,
        days: (1..)
            .zip(a.iter().zip(b))
            .map(|(day, (a, b))| Day { day, a: mean(a, value), b: mean(b, value) })
            .collect(),
    };
    MEASURED.iter().map(measured).collect()
}

/// Two arms over so many days.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Every measure day by day.
    pub daily: Vec<Daily>,
    /// By how much b is apart from a in each of them: of a listener's mean over their days, paired. Absent where there are fewer
    /// than two who have a value in both.
    pub apart: Vec<Option<Paired>>,
}

impl Course {
    /// Of the same listeners in both arms, in one order, of whom so many days are known.
    pub fn new(a: &[ListenerOutcome], b: &[ListenerOutcome], days: u32) -> Self {
        let arms = [a, b].map(|arm| (0..days).map(|day| of_day(arm, day)).collect::<Vec<_>>());
        let mean_of = |arm: &[Vec<ListenerOutcome>], listener: usize, measured: &Measured| {
            let values: Vec<f64> =
                arm.iter().filter_map(|day| measured.3(&day[listener])).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let apart = MEASURED.iter().map(|measured| {
            let both = (0..a.len().min(b.len())).filter_map(|listener| {
                let [a, b] = [0, 1].map(|arm| mean_of(&arms[arm], listener, measured));
                a.zip(b)
            });
            let (a, b): (Vec<f64>, Vec<f64>) = both.unzip();
            paired(&a, &b)
        });
        Course { apart: apart.collect(), daily: told(&arms) }
    }
}

/// Days from the first session on of which everything is known.
fn whole_days<'a>(listeners: impl Iterator<Item = &'a ListenerOutcome>) -> u32 {
    let known = listeners.filter_map(|listener| {
        let last = listener.sessions.last()?;
        (!last.gone).then(|| last.began_h + last.away_h.unwrap_or(0.0))
    });
    let hours = known.fold(f64::INFINITY, f64::min);
    if hours.is_finite() { (hours / 24.0).floor() as u32 } else { 0 }
}

/// Each listener with the sessions that began on that day alone.
fn of_day(arm: &[ListenerOutcome], day: u32) -> Vec<ListenerOutcome> {
    let on = |session: &&SessionOutcome| (session.began_h / 24.0).floor() == f64::from(day);
    let of = |listener: &ListenerOutcome| ListenerOutcome {
        sessions: listener.sessions.iter().filter(on).cloned().collect(),
        ..ListenerOutcome::default()
    };
    arm.iter().map(of).collect()
}

fn mean(day: &[ListenerOutcome], value: fn(&ListenerOutcome) -> Option<f64>) -> Mean {
    let values: Vec<f64> = day.iter().filter_map(value).collect();
    // Held against nothing, the mean of differences is the mean.
    match paired(&vec![0.0; values.len()], &values) {
        Some(found) => Mean { mean: found.mean_b, interval: found.interval },
        None => Mean { mean: values.iter().sum(), interval: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(began_h: f64, minutes: f64) -> SessionOutcome {
        SessionOutcome { began_h, listening_s: 60.0 * minutes, ..SessionOutcome::default() }
    }

    fn listener(sessions: Vec<SessionOutcome>, next_after: Option<f64>) -> ListenerOutcome {
        let mut listener = ListenerOutcome { sessions, ..ListenerOutcome::default() };
        let last = listener.sessions.last_mut().unwrap();
        (last.away_h, last.gone) = (next_after, next_after.is_none());
        listener
    }

    #[test]
    fn a_course_tells_days_and_how_far_listeners_are_apart() {
        let of = |minutes: [f64; 3]| {
            let all = [0.0, 25.0, 49.0].into_iter().zip(minutes);
            listener(all.map(|(at, minutes)| session(at, minutes)).collect(), Some(40.0))
        };
        let a = [of([10.0, 20.0, 30.0]), of([20.0, 20.0, 20.0])];
        let b = [of([10.0, 20.0, 60.0]), of([20.0, 20.0, 26.0])];
        let course = Course::new(&a, &b, 3);
        let means = |day: &Day| (day.a.mean, day.b.mean);
        let days: Vec<(f64, f64)> = course.daily[0].days.iter().map(means).collect();
        assert_eq!(days, [(15.0, 15.0), (20.0, 20.0), (25.0, 43.0)]);
        // Ten minutes a day more of the one, two of the other.
        assert_eq!(course.apart[0].as_ref().map(|apart| apart.difference), Some(6.0));
        assert_eq!(Course::new(&a, &b, 2).daily[0].days.len(), 2, "as many as are asked for");
    }

    #[test]
    fn only_days_that_are_whole_for_everybody_are_told() {
        let short = listener(vec![session(0.0, 10.0), session(30.0, 30.0)], Some(20.0));
        let gone = listener(vec![session(0.0, 20.0)], None);
        // Fifty hours are known of the one, and everything of the other: two days.
        let arm = [short.clone(), gone.clone()];
        let days = daily(&arm, &arm);
        let minutes = &days[0];
        assert_eq!((minutes.measure.as_ref(), minutes.days.len()), ("minutes", 2));
        let means: Vec<f64> = minutes.days.iter().map(|day| day.a.mean).collect();
        assert_eq!(means, [15.0, 15.0], "ten and twenty, then thirty and none");
        let [low, high] = minutes.days[0].b.interval.unwrap();
        assert!(low < 15.0 && high > 15.0);
        let returns: Vec<f64> = days[1].days.iter().map(|day| day.b.mean).collect();
        assert_eq!(returns, [1.0, 0.5]);
        // Nobody played anything, so there is no share of plays.
        assert_eq!(days[4].days[0].a, Mean { mean: 0.0, interval: None });
        assert!(daily(&[short], &[listener(vec![session(0.0, 1.0)], Some(40.0))]).is_empty());
    }
}
