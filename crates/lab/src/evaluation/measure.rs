//! Figures of a model: by label, by segment, scene and what was never heard in training, beside
//! baselines and the best possible.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::data::Row;
use crate::statistics::{
    Bin, CALIBRATION_BINS, Clustered, FEWEST_UNITS, FIGURES, Figures, Intervals, Labelled,
    Prediction, calibration, resample,
};
use melody_core::plays::Truth;
use melody_model::{LABELS, Output};

/// What is measured: a name, the output, and its true probability.
type Measured = (&'static str, Output, fn(&Truth) -> Option<f64>);

/// One measured label per line of the report. The play ratio is not a yes/no label; it is left to
/// [`PlayRatioError`].
const MEASURED: [Measured; 7] = [
    ("interest: completion", Output::Completion, |truth| Some(truth.completion)),
    ("interest: like or save", Output::Like, |truth| Some(truth.explicit)),
    ("interest: skip", Output::Skip, |truth| Some(truth.skip)),
    ("interest: save", Output::Save, |truth| Some(truth.save)),
    ("interest: replay", Output::Replays, |truth| Some(truth.replay)),
    ("subscription", Output::Subscription, |truth| truth.subscription),
    ("exposure", Output::Exposure, |truth| Some(truth.engaged)),
];

/// One label, measured on some plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadReport {
    /// Name of the output.
    pub label: String,
    /// Plays that have the label.
    pub plays: usize,
    /// Labels that are true.
    pub positives: usize,
    /// The model's figures.
    pub model: Figures,
    /// 95 % confidence intervals of the model's figures, by resampling listeners; absent of fewer than
    /// [`FEWEST_UNITS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intervals: Option<Intervals>,
    /// Each song's average outcome in what the model was trained on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub popularity: Option<Figures>,
    /// Logistic regression on the same features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logistic: Option<Figures>,
    /// The simulator's own probabilities: no model can do better than by chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Figures>,
    /// Another model on the same plays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
    /// The model's reliability over [`CALIBRATION_BINS`] equal widths of predicted probability, those that hold
    /// anything; empty where nobody asked for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reliability: Vec<Bin>,
}

/// Another model beside the one that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// The model's.
    pub model: Figures,
    /// 95 % confidence intervals of its figures less those of the measured model, both on the same
    /// resampled listeners.
    pub difference: Option<Intervals>,
}

/// Figures on a part of the plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// `segment`, `scene` or `heard in training`.
    pub kind: String,
    /// Of the segment, scene or kind.
    pub name: String,
    /// Plays in it.
    pub plays: usize,
    /// Output by output.
    pub heads: Vec<HeadReport>,
}

/// Everything measured on one set of plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Listeners judged by.
    pub listeners: usize,
    /// Plays judged by.
    pub plays: usize,
    /// Output by output.
    pub heads: Vec<HeadReport>,
    /// Labels that could not be measured: no play has them, or all have the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmeasured: Vec<Unmeasured>,
    /// Of the expected share of a song; absent where no play tells how much was heard.
    pub play_ratio_error: Option<PlayRatioError>,
    /// The same by segment, scene and kind of song.
    pub slices: Vec<Slice>,
}

/// A label that tells no two plays apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmeasured {
    /// Name of the output.
    pub label: String,
    /// Plays that have the label.
    pub plays: usize,
    /// Labels that are true: none of them or all.
    pub positives: usize,
}

/// Mean absolute error of the expected play ratio: the model's, and the simulator's own.
pub type PlayRatioError = (f64, Option<f64>);

/// One play with everything that was predicted for it.
#[derive(Clone, Debug)]
pub struct Play {
    /// Place of the listener among those measured.
    pub listener: u32,
    /// In the order of the head's logits.
    pub labels: [f32; LABELS],
    /// 1 where the label exists.
    pub mask: [f32; LABELS],
    /// What was truly likely, where that is known.
    pub truth: Option<Truth>,
    /// What the model foretold.
    pub model: [f32; LABELS],
    /// What counting plays foretells.
    pub popularity: Option<[f32; LABELS]>,
    /// What logistic regression foretells.
    pub logistic: Option<[f32; LABELS]>,
    /// What another model foretold.
    pub against: Option<[f32; LABELS]>,
    /// Which slice of each kind the play is in, by place among the kind's names.
    pub slices: Vec<usize>,
}

impl Play {
    /// A play judged by one model alone.
    pub fn of(listener: u32, row: &Row, model: [f32; LABELS]) -> Self {
        Play {
            listener,
            labels: row.labels,
            mask: row.mask,
            truth: row.truth,
            model,
            popularity: None,
            logistic: None,
            against: None,
            slices: Vec::new(),
        }
    }
}

/// A way of telling plays apart.
#[derive(Clone, Debug)]
pub struct Kind {
    /// What the slices tell apart.
    pub name: &'static str,
    /// Their names.
    pub slices: Vec<String>,
}

/// How intervals are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    /// Of the draws.
    pub seed: u64,
    /// Times the listeners are drawn again; none makes no intervals.
    pub resamples: u64,
}

/// Measures plays as a whole and by each kind of slice. Labels with a single class are left out.
pub fn measure(plays: &[Play], kinds: &[Kind], resampling: Resampling) -> Evaluation {
    let listeners = plays.iter().map(|p| p.listener as usize + 1).max().unwrap_or(0);
    let mut groups = vec![("", "", plays.iter().collect::<Vec<&Play>>())];
    for (k, kind) in kinds.iter().enumerate() {
        let names = kind.slices.iter().enumerate();
        groups.extend(names.map(|(s, name)| {
            let inside = plays.iter().filter(|play| play.slices[k] == s).collect();
            (kind.name, name.as_str(), inside)
        }));
    }
    let lines: Vec<Vec<Line>> = groups.par_iter().map(|(_, _, plays)| lines(plays)).collect();
    let mut heads = with_intervals(lines, listeners, resampling).into_iter();
    let overall = heads.next().unwrap_or_default();
    let slices = groups[1..].iter().zip(heads).filter(|((_, _, plays), _)| !plays.is_empty());
    Evaluation {
        listeners,
        plays: plays.len(),
        unmeasured: unmeasured(plays, &overall),
        heads: overall,
        play_ratio_error: play_ratio_error(plays),
        slices: slices
            .map(|((kind, name, plays), heads)| Slice {
                kind: (*kind).into(),
                name: (*name).into(),
                plays: plays.len(),
                heads,
            })
            .collect(),
    }
}

/// Says of each of these labels how often what was foretold came true, in bins of predicted probability.
pub(super) fn add_reliability(plays: &[Play], heads: &mut [HeadReport]) {
    for head in heads {
        let Some((_, output, _)) = MEASURED.iter().find(|(name, ..)| *name == head.label) else {
            continue;
        };
        let label = output.index();
        let known = plays.iter().filter(|play| play.mask[label] > 0.0);
        let examples: Vec<Labelled> = known
            .map(|play| {
                Labelled::new(probability(*output, play.model[label]), play.labels[label] > 0.5)
            })
            .collect();
        head.reliability = calibration(&examples, CALIBRATION_BINS).bins;
    }
}

/// The labels that no line was made of.
fn unmeasured(plays: &[Play], heads: &[HeadReport]) -> Vec<Unmeasured> {
    let left = MEASURED.iter().filter(|(name, ..)| heads.iter().all(|head| head.label != *name));
    left.map(|(name, output, _)| {
        let label = output.index();
        let known = || plays.iter().filter(|play| play.mask[label] > 0.0);
        Unmeasured {
            label: (*name).into(),
            plays: known().count(),
            positives: known().filter(|play| play.labels[label] > 0.5).count(),
        }
    })
    .collect()
}

/// A line of a report, and what its intervals are made of.
struct Line {
    report: HeadReport,
    model: Clustered,
    against: Option<Clustered>,
}

/// The probability of what is measured: of replays, whose expected number is predicted, that there is
/// one at all, as by Poisson's law.
fn probability(output: Output, predicted: f32) -> f64 {
    let predicted = f64::from(predicted);
    if output == Output::Replays { -(-predicted).exp_m1() } else { predicted }
}

fn lines(plays: &[&Play]) -> Vec<Line> {
    let line = |&(name, output, truth): &Measured| {
        let label = output.index();
        let known = || plays.iter().filter(|play| play.mask[label] > 0.0);
        let clustered = |score: &dyn Fn(&Play) -> Option<f64>| {
            let predictions = known().map(|play| {
                let label = play.labels[label] > 0.5;
                Some(Prediction { listener: play.listener, score: score(play)?, label })
            });
            Clustered::new(predictions.collect::<Option<Vec<Prediction>>>()?)
        };
        let of = |value: f32| Some(probability(output, value));
        let model = clustered(&|play| of(play.model[label]))?;
        let against = clustered(&|play| of(play.against?[label]));
        let figures = |score: &dyn Fn(&Play) -> Option<f64>| clustered(score).map(|c| c.figures());
        let report = HeadReport {
            label: name.into(),
            plays: model.plays(),
            positives: model.positives(),
            model: model.figures(),
            intervals: None,
            popularity: figures(&|play| of(play.popularity?[label])),
            logistic: figures(&|play| of(play.logistic?[label])),
            best: figures(&|play| truth(&play.truth?)),
            against: against
                .as_ref()
                .map(|other| Against { model: other.figures(), difference: None }),
            reliability: Vec::new(),
        };
        Some(Line { report, model, against })
    };
    MEASURED.iter().filter_map(line).collect()
}

/// Gives every line its intervals. All lines are judged on the same resampled listeners.
fn with_intervals(
    groups: Vec<Vec<Line>>,
    listeners: usize,
    resampling: Resampling,
) -> Vec<Vec<HeadReport>> {
    let lines: Vec<&Line> = groups.iter().flatten().collect();
    // Of every resample and every line: the model's figures, and the other's less those.
    let drawn: Vec<Vec<[[f64; FIGURES]; 2]>> = (0..resampling.resamples)
        .into_par_iter()
        .map(|number| {
            let times = resample(resampling.seed, number, listeners);
            let weight = |listener: u32| times[listener as usize];
            lines.iter().map(|line| line.figures(&weight)).collect()
        })
        .collect();
    let intervals: Vec<[Option<Intervals>; 2]> = lines
        .iter()
        .enumerate()
        .map(|(i, line)| {
            // Of few listeners there are too few draws for an interval.
            let enough = line.model.listeners() >= FEWEST_UNITS;
            let of = |which: usize| {
                let values = line.figures(&|_| 1.0)[which];
                let column = |figure: usize| -> Vec<f64> {
                    drawn.iter().map(|lines| lines[i][which][figure]).collect()
                };
                enough.then(|| Intervals::basic(values, column, which == 1)).flatten()
            };
            [of(0), of(1)]
        })
        .collect();
    let mut intervals = intervals.into_iter();
    let finish = |(line, [own, difference]): (Line, [Option<Intervals>; 2])| {
        let against = line.report.against.map(|against| Against { difference, ..against });
        HeadReport { intervals: own, against, ..line.report }
    };
    groups
        .into_iter()
        .map(|lines| {
            let own: Vec<_> = intervals.by_ref().take(lines.len()).collect();
            lines.into_iter().zip(own).map(finish).collect()
        })
        .collect()
}

impl Line {
    fn figures(&self, weight: &dyn Fn(u32) -> f64) -> [[f64; FIGURES]; 2] {
        let own = self.model.weighted(weight);
        let other = self.against.as_ref().map(|other| other.weighted(weight));
        let less = |i: usize| other.map_or(f64::NAN, |other| other[i] - own[i]);
        [own, std::array::from_fn(less)]
    }
}

fn play_ratio_error(plays: &[Play]) -> Option<PlayRatioError> {
    let label = Output::PlayRatio.index();
    let known = || plays.iter().filter(|play| play.mask[label] > 0.0);
    let count = known().count() as f64;
    if count == 0.0 {
        return None;
    }
    let mean = |of: &dyn Fn(&Play) -> Option<f64>| -> Option<f64> {
        let error = |play: &Play| Some((f64::from(play.labels[label]) - of(play)?).abs());
        known().map(error).sum::<Option<f64>>().map(|sum| sum / count)
    };
    let model = mean(&|play| Some(f64::from(play.model[label])))?;
    Some((model, mean(&|play| Some(play.truth?.play_ratio))))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::made_up::row;

    const NO_RESAMPLES: Resampling = Resampling { seed: 1, resamples: 0 };

    /// A play whose completion is foretold as this probability.
    fn play(listener: u32, foretold: f32, completed: bool) -> Play {
        let mut row = row(0, 0);
        row.labels[Output::Completion.index()] = if completed { 1.0 } else { 0.0 };
        Play { slices: vec![listener as usize % 2], ..Play::of(listener, &row, [foretold; LABELS]) }
    }

    fn plays() -> Vec<Play> {
        [(0, 0.9, true), (0, 0.2, false), (1, 0.8, true), (1, 0.85, false), (2, 0.1, false)]
            .map(|(listener, foretold, completed)| play(listener, foretold, completed))
            .into()
    }

    #[test]
    fn labels_of_a_single_kind_are_left_out() {
        let found = measure(&plays(), &[], NO_RESAMPLES);
        assert_eq!((found.listeners, found.plays), (3, 5));
        // Nobody liked, skipped, saved, replayed, subscribed or opened anything.
        assert_eq!((found.heads.len(), found.unmeasured.len()), (1, 6));
        assert_eq!(found.unmeasured[0].label, "interest: like or save");
        assert_eq!((found.unmeasured[0].plays, found.unmeasured[0].positives), (5, 0));
        let completion = &found.heads[0];
        assert_eq!(completion.label, "interest: completion");
        assert_eq!((completion.plays, completion.positives), (5, 2));
        // Of six pairs one is the wrong way round.
        assert!((completion.model.auc - 5.0 / 6.0).abs() < 1e-12);
        assert_eq!((completion.intervals, completion.best), (None, None));
    }

    #[test]
    fn reliability_is_of_the_same_plays_and_gives_the_calibration_error() {
        let plays = plays();
        let mut heads = measure(&plays, &[], NO_RESAMPLES).heads;
        assert!(heads[0].reliability.is_empty(), "model folders keep their bytes");
        add_reliability(&plays, &mut heads);
        let HeadReport { plays, positives, reliability, model, .. } = &heads[0];
        let counts: usize = reliability.iter().map(|bin| bin.count).sum();
        assert_eq!(counts, *plays);
        let observed: f64 = reliability.iter().map(|b| b.mean_observed * b.count as f64).sum();
        assert!((observed - *positives as f64).abs() < 1e-9);
        let gap = |b: &Bin| (b.mean_predicted - b.mean_observed).abs() * b.count as f64;
        let error = reliability.iter().map(gap).sum::<f64>() / *plays as f64;
        assert!((error - model.calibration_error).abs() < 1e-12);
    }

    #[test]
    fn slices_are_measured_by_themselves_and_empty_ones_are_not_there() {
        let kind = Kind { name: "half", slices: ["even", "odd", "none"].map(String::from).into() };
        let found = measure(&plays(), &[kind], NO_RESAMPLES);
        let told: Vec<(&str, usize, f64)> = found
            .slices
            .iter()
            .map(|slice| (slice.name.as_str(), slice.plays, slice.heads[0].model.auc))
            .collect();
        assert_eq!(told, [("even", 3, 1.0), ("odd", 2, 0.0)]);
    }

    #[test]
    fn another_model_is_set_beside_on_the_same_listeners() {
        let against = |play: Play| Play { against: Some(play.model), ..play };
        let same: Vec<Play> = many(12).into_iter().map(against).collect();
        let found = measure(&same, &[], Resampling { seed: 1, resamples: 40 });
        let beside = found.heads[0].against.unwrap();
        assert_eq!(beside.model, found.heads[0].model);
        assert_eq!(beside.difference, None, "it never differs, which is no interval");
        let better =
            |play: Play| Play { against: Some(play.model.map(|foretold| foretold * 0.9)), ..play };
        let other: Vec<Play> = many(12).into_iter().map(better).collect();
        let found = measure(&other, &[], Resampling { seed: 1, resamples: 40 });
        let difference = found.heads[0].against.unwrap().difference.unwrap();
        assert_eq!(difference.auc, None, "the order is the same");
        let [low, high] = difference.log_loss.unwrap();
        assert!(low < high);
    }

    /// Four plays of each of these listeners, who differ.
    fn many(listeners: u32) -> Vec<Play> {
        let of = |listener: u32| {
            let foretold = move |k: u32| 0.1 + 0.2 * k as f32 + 0.01 * listener as f32;
            (0..4).map(move |k| play(listener, foretold(k), !(listener + k).is_multiple_of(3)))
        };
        (0..listeners).flat_map(of).collect()
    }

    #[test]
    fn one_listener_has_no_interval_and_neither_have_four() {
        let interval = |listeners: u32| {
            let found = measure(&many(listeners), &[], Resampling { seed: 1, resamples: 200 });
            found.heads[0].intervals
        };
        assert_eq!((interval(1), interval(4)), (None, None));
        let [low, high] = interval(5).unwrap().log_loss.unwrap();
        assert!(low < high);
    }

    #[test]
    fn expected_replays_become_the_chance_of_one() {
        assert_eq!(probability(Output::Completion, 0.25), 0.25);
        let once = probability(Output::Replays, 1.0);
        assert!((once - (1.0 - (-1.0f64).exp())).abs() < 1e-12);
        assert_eq!(probability(Output::Replays, 0.0), 0.0);
    }

    #[test]
    fn the_play_ratio_has_a_mean_absolute_error_over_known_plays() {
        let ratio = |told: f32, real: f32, known: bool| {
            let mut row = row(0, 0);
            row.labels[Output::PlayRatio.index()] = real;
            row.mask[Output::PlayRatio.index()] = if known { 1.0 } else { 0.0 };
            Play::of(0, &row, [told; LABELS])
        };
        let found = play_ratio_error(&[
            ratio(0.5, 1.0, true),
            ratio(0.5, 0.25, true),
            ratio(0.0, 1.0, false),
        ]);
        assert_eq!(found, Some((0.375, None)));
        assert_eq!(play_ratio_error(&[ratio(0.5, 1.0, false)]), None, "nobody has the label");
    }
}
