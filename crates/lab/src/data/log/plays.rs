//! The plays of a shard.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int64Type, UInt32Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Float32Array, Float64Array};

use super::columns::{Columns, Words};
use super::schema::true_column;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::input::Problem;
use melody_core::listener::{Interaction, Tier};
use melody_core::plays::{Known, LoggedPlay, LoggedSession, Truth};
use melody_core::scene::Scene;

/// What a shard is read with.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    /// The file's name in messages.
    pub file: &'a str,
    pub catalogue: &'a Catalogue,
    /// Play ratio from which a play is completed where the log does not tell.
    pub completion: f32,
}

/// All plays of a batch, one after the other. A column's name is its field's.
pub(super) struct Plays<'a> {
    reading: Reading<'a>,
    session: &'a [u32],
    began_ms: &'a [i64],
    song: Words<'a, SongId>,
    scene: Words<'a, Scene>,
    tier: Words<'a, Tier>,
    previews: &'a [u32],
    play_ratio: &'a Float32Array,
    completed: &'a BooleanArray,
    skipped: &'a BooleanArray,
    liked: &'a BooleanArray,
    saved: &'a BooleanArray,
    replayed: &'a BooleanArray,
    searched: &'a BooleanArray,
    opened: &'a BooleanArray,
    subscribes: &'a BooleanArray,
    engaged: &'a BooleanArray,
    truth: Vec<&'a Float64Array>,
}

/// A play ratio that is not known counts as this where a play was neither completed nor skipped.
const UNKNOWN_RATIO: f32 = 0.5;

impl<'a> Plays<'a> {
    pub(super) fn new(reading: Reading<'a>, plays: &'a ArrayRef) -> Result<Self, Problem> {
        let file = reading.file;
        let typed = plays.as_struct_opt().filter(|plays| plays.null_count() == 0);
        let plays = typed.ok_or_else(|| {
            Problem::new(file, "the list holds a null where a play is needed").field("plays")
        })?;
        let names = plays.column_names();
        let columns = Columns { file, path: "plays.", names, arrays: plays.columns() };
        let truth = Truth::NAMES.iter();
        Ok(Plays {
            reading,
            session: columns.numbers::<UInt32Type>("session")?,
            began_ms: columns.numbers::<Int64Type>("began_ms")?,
            song: columns.words("song", |id| reading.catalogue.find(id))?,
            scene: columns
                .words("scene", |name| Scene::ALL.into_iter().find(|s| s.name() == name))?,
            tier: columns.words("tier", |name| Tier::ALL.into_iter().find(|t| t.name() == name))?,
            previews: columns.numbers::<UInt32Type>("previews")?,
            play_ratio: columns.some_numbers::<Float32Type>("play_ratio")?,
            completed: columns.some_flags("completed")?,
            skipped: columns.some_flags("skipped")?,
            liked: columns.some_flags("liked")?,
            saved: columns.some_flags("saved")?,
            replayed: columns.flags("replayed")?,
            searched: columns.flags("searched")?,
            opened: columns.flags("opened")?,
            subscribes: columns.some_flags("subscribes")?,
            engaged: columns.some_flags("engaged")?,
            truth: truth
                .map(|name| columns.some_numbers::<Float64Type>(&true_column(name)))
                .collect::<Result<_, _>>()?,
        })
    }

    /// The plays in `range`, which are one listener's, by session. `at` names the listener.
    pub(super) fn sessions(
        &self,
        range: Range<usize>,
        at: &str,
    ) -> Result<Vec<LoggedSession>, Problem> {
        let first = range.start;
        let all: Vec<usize> = range.collect();
        if all.is_empty() {
            let message = "a listener without plays; leave them out";
            return Err(Problem::new(self.reading.file, message).field(format!("{at}.plays")));
        }
        for pair in all.windows(2) {
            self.in_order(pair[0], pair[1]).map_err(|problem| {
                let field = problem.field.as_deref().unwrap_or_default();
                let field = format!("{at}.plays[{}].{field}", pair[1] - first);
                problem.field(field)
            })?;
        }
        let same = |a: &usize, b: &usize| self.session[*a] == self.session[*b];
        all.chunk_by(same)
            .map(|session| {
                let play = |&i: &usize| {
                    self.play(i, i == session[0]).map_err(|problem| {
                        let field = problem.field.as_deref().unwrap_or_default();
                        let field = format!("{at}.plays[{}].{field}", i - first);
                        problem.field(field)
                    })
                };
                let plays = session.iter().map(play).collect::<Result<_, Problem>>()?;
                Ok(LoggedSession { plays })
            })
            .collect()
    }

    fn problem(&self, field: &str, message: impl Into<String>) -> Problem {
        Problem::new(self.reading.file, message).field(field)
    }

    /// Requires a play to be no older than the one before it.
    fn in_order(&self, before: usize, i: usize) -> Result<(), Problem> {
        let [from, to] = [before, i].map(|i| self.session[i]);
        if to < from {
            let message = format!("session {to} comes after session {from}");
            return Err(self.problem("session", message).help("number them from old to new"));
        }
        let [from, to] = [before, i].map(|i| self.began_ms[i]);
        if to < from {
            let message = format!("{to} is before {from}, when the play before began");
            return Err(self.problem("began_ms", message).help("order plays from old to new"));
        }
        Ok(())
    }

    /// Play `i` of the batch; `first` of its session or not.
    fn play(&self, i: usize, first: bool) -> Result<LoggedPlay, Problem> {
        let unknown = |field: &'static str, what: &str, text: &str| {
            self.problem(field, format!("unknown {what} `{text}`"))
        };
        let song = self.song.at(i).map_err(|id| {
            let catalogue = &self.reading.catalogue.name;
            unknown("song", "song", id).help(format!("the catalogue `{catalogue}` has none of it"))
        })?;
        let scene = self.scene.at(i).map_err(|text| {
            unknown("scene", "scene", text).suggest(text, Scene::ALL.map(Scene::name))
        })?;
        let tier = self.tier.at(i).map_err(|text| {
            unknown("tier", "tier", text).suggest(text, Tier::ALL.map(Tier::name))
        })?;
        let play_ratio = some(self.play_ratio.is_valid(i), self.play_ratio.value(i));
        if let Some(ratio) = play_ratio.filter(|ratio| !(0.0..=1.0).contains(ratio)) {
            return Err(self.problem("play_ratio", format!("{ratio} is outside 0 to 1")));
        }
        let [completed, skipped, liked, saved, subscribes, engaged] =
            [self.completed, self.skipped, self.liked, self.saved, self.subscribes, self.engaged]
                .map(|flags| some(flags.is_valid(i), flags.value(i)));
        let completed = completed.or(play_ratio.map(|ratio| ratio >= self.reading.completion));
        if completed == Some(true) && skipped == Some(true) {
            return Err(self.problem("skipped", "a play that was completed was not skipped"));
        }
        let promoted = self.reading.catalogue.song(song).promoted();
        if engaged.is_some() && !promoted {
            let message = "the song is in no campaign; engagement is a promoted song's";
            return Err(self.problem("engaged", message).help("leave it null"));
        }
        if subscribes.is_some() && tier == Tier::Premium {
            let message = "the listener has subscribed already";
            return Err(self.problem("subscribes", message).help("leave it null"));
        }
        Ok(LoggedPlay {
            play: Interaction {
                song,
                began_ms: self.began_ms[i],
                play_ratio: play_ratio.unwrap_or(match (completed, skipped) {
                    (Some(true), _) => 1.0,
                    (_, Some(true)) => 0.0,
                    _ => UNKNOWN_RATIO,
                }),
                completed: completed == Some(true),
                skipped: skipped == Some(true),
                liked: liked == Some(true),
                saved: saved == Some(true),
                replayed: self.replayed.value(i),
                searched: self.searched.value(i),
                opened: self.opened.value(i),
                first,
                scene,
            },
            tier,
            previews: self.previews[i],
            known: Known {
                completed: completed.is_some(),
                play_ratio: play_ratio.is_some(),
                skipped: skipped.is_some(),
                liked: liked.is_some(),
                saved: saved.is_some(),
            },
            subscribes,
            engaged,
            truth: self.truth(i)?,
            slate: Vec::new(),
        })
    }

    /// What was truly likely: all of it, or nothing.
    fn truth(&self, i: usize) -> Result<Option<Truth>, Problem> {
        let mut values = [None; Truth::NAMES.len()];
        for ((value, column), name) in values.iter_mut().zip(&self.truth).zip(Truth::NAMES) {
            *value = some(column.is_valid(i), column.value(i));
            if let Some(odd) = value.filter(|v| !v.is_finite() || *v < 0.0) {
                let message = format!("{odd} is no probability or count");
                return Err(self.problem(&true_column(name), message));
            }
        }
        let truth = Truth::from_values(values);
        if truth.is_none() && values.iter().any(Option::is_some) {
            let missing = Truth::NAMES.into_iter().zip(values).find(|(_, v)| v.is_none());
            let name = missing.map_or_else(String::new, |(name, _)| true_column(name));
            return Err(self.problem(&name, "is null where other true values are not"));
        }
        Ok(truth)
    }
}

fn some<T>(known: bool, value: T) -> Option<T> {
    known.then_some(value)
}
