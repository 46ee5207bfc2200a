//! Judging a model by listening it has not learned from.

use rayon::prelude::*;

use super::baselines::{Logistic, Popularity};
use super::measure::{Evaluation, Kind, Play, Resampling, add_reliability, measure};
use super::predict::{Judge, predict};
use crate::data::log::Listening;
use crate::data::{Dataset, Listener, Sessions, TrainedOn, replay, rows};
use melody_core::catalogue::SongId;
use melody_core::input::InputError;
use melody_core::plays::LoggedListener;
use melody_core::scene::Scene;
use melody_recommender::policy::{Policy, segment};

/// A model and all that it is put beside.
#[derive(Clone, Copy)]
pub struct Evaluator<'a> {
    /// Its rules tell the segments.
    pub policy: &'a Policy,
    /// The model that is judged.
    pub model: Judge<'a>,
    /// Of the same catalogue.
    pub against: Option<Judge<'a>>,
    /// What the model has heard in training, if that is known.
    pub heard: Option<&'a TrainedOn>,
    /// Set beside it, if wanted.
    pub popularity: Option<&'a Popularity>,
    /// Set beside it, if wanted.
    pub logistic: Option<&'a Logistic>,
    /// How intervals are drawn.
    pub resampling: Resampling,
    /// Whether to say, bin by bin, how often what was foretold came true.
    pub reliability: bool,
}

impl Evaluator<'_> {
    /// Judges the model by `listening`; listeners that `leave_out` names are passed over. `done` is
    /// told after each chunk. A play takes about two hundred bytes until all are measured.
    ///
    /// # Errors
    /// When a log's shard cannot be read.
    pub fn evaluate(
        &self,
        listening: &Listening,
        leave_out: &dyn Fn(&str) -> bool,
        done: &dyn Fn(),
    ) -> Result<Evaluation, InputError> {
        let mut plays: Vec<Play> = Vec::new();
        let mut listeners = 0;
        for chunk in 0..listening.chunks() {
            let mut read = listening.read(chunk)?;
            read.retain(|(listener, _)| !leave_out(&listener.name));
            self.predict(&read, listeners, &mut plays);
            listeners += read.len() as u32;
            done();
        }
        let mut evaluation = measure(&plays, &self.kinds(), self.resampling);
        if self.reliability {
            add_reliability(&plays, &mut evaluation.heads);
        }
        Ok(evaluation)
    }

    /// Adds the plays of these listeners, of whom the first is number `first`.
    fn predict(&self, read: &[(LoggedListener, Sessions)], first: u32, plays: &mut Vec<Play>) {
        let made: Vec<(Listener, Vec<usize>)> = read
            .par_iter()
            .map(|(listener, part)| {
                let made = rows(self.model.catalogue, listener, *part);
                (made, self.segments(listener, *part))
            })
            .collect();
        let (made, segments): (Vec<Listener>, Vec<Vec<usize>>) = made.into_iter().unzip();
        let data = Dataset { listeners: made };
        let model = predict(self.model, &data);
        let against = self.against.map(|other| predict(other, &data));
        let logistic = self.logistic.map(|logistic| logistic.predict(self.model.catalogue, &data));
        let numbered = data.listeners.iter().zip(&segments).zip(first..);
        let fresh = numbered.flat_map(|((listener, segments), number)| {
            listener.fresh().iter().zip(&segments[listener.known..]).map(move |row| (number, row))
        });
        plays.extend(fresh.enumerate().map(|(i, (number, (row, &segment)))| Play {
            against: against.as_ref().map(|predictions| predictions[i]),
            logistic: logistic.as_ref().map(|predictions| predictions[i]),
            popularity: self.popularity.map(|popularity| popularity.predict(row.song)),
            slices: self.slices(SongId(row.song), row.scene.into(), segment),
            ..Play::of(number, row, model[i])
        }));
    }

    /// The listener's segment before each play, by place in the policy.
    fn segments(&self, listener: &LoggedListener, part: Sessions) -> Vec<usize> {
        let mut segments = Vec::new();
        replay(self.model.catalogue, listener, part.until, |view, _, _| {
            segments.push(segment(self.policy, view).0);
        });
        segments
    }

    fn kinds(&self) -> Vec<Kind> {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_string()).collect();
        let segments = self.policy.segments.iter().map(|s| s.name.clone()).collect();
        let mut kinds = vec![
            Kind { name: "segment", slices: segments },
            Kind { name: "scene", slices: names(&Scene::ALL.map(Scene::name)) },
        ];
        if self.heard.is_some() {
            kinds.push(Kind { name: "heard in training", slices: names(&HEARD) });
        }
        kinds
    }

    /// In the order of [`Evaluator::kinds`].
    fn slices(&self, song: SongId, scene: usize, segment: usize) -> Vec<usize> {
        let heard = self.heard.map(|heard| {
            match (
                heard.song(self.model.catalogue, song),
                heard.artist_of(self.model.catalogue, song),
            ) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            }
        });
        [segment, scene].into_iter().chain(heard).collect()
    }
}

/// Names of what was heard in training and what was not.
const HEARD: [&str; 3] = ["song", "artist only", "neither"];
