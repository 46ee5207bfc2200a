//! What a trace shows: weights and promotion step by step with what moved them, the queue, the plays, and every ledger.

use std::sync::Arc;

use melody_core::event::Action;
use melody_core::score::Score;
use melody_recommender::engine::{EndedPlay, Note, Trace};
use melody_recommender::percent::whole;
use melody_recommender::policy::Group;
use melody_sessions::trace_file::TracedSession;
use melody_tui::{Lang, headline};

use super::ab::short;
use super::queue;
use super::steps::{self, clock};
use crate::chart::{Axis, Chart, Draw, Form, Mark, Point, Series, Shape, Tone};
use crate::document::{Cell, Column, Document, Fact, Part, Section, Table, facts};

/// The report of a trace file.
pub(crate) fn document(sessions: &[TracedSession], lang: Lang) -> Document {
    let several = sessions.len() > 1;
    let mut parts: Vec<Part> = Vec::new();
    let mut summary = Vec::new();
    for (i, session) in sessions.iter().enumerate() {
        let told = Told::new(session, lang);
        // Places in the page are each session's own.
        let prefix = if several { format!("s{}-", i + 1) } else { String::new() };
        let title = if several { session.header.name.clone() } else { String::new() };
        let own = if several { told.facts() } else { Vec::new() };
        summary.push(match several {
            true => format!("{}: {}", session.header.name, told.summary()),
            false => told.summary(),
        });
        parts.push(Part { title, facts: own, sections: told.sections(&prefix) });
    }
    let first = sessions.first();
    let melody = first.map_or(String::new(), |session| session.header.melody.clone());
    let mut all = match (several, first) {
        (false, Some(session)) => Told::new(session, lang).facts(),
        _ => facts(lang, &[("Sessions", sessions.len().to_string())]),
    };
    all.extend(facts(lang, &[("Written by", format!("Melody {melody}"))]));
    Document {
        lang: lang.tag(),
        kind: lang.text("Trace of a session").into(),
        title: match (several, first) {
            (false, Some(session)) => session.header.name.clone(),
            _ => lang.fill("{} sessions", &[&sessions.len()]),
        },
        summary,
        facts: all,
        parts,
        words: Vec::new(),
    }
}

/// A session, and what is told of each of its steps.
struct Told<'a> {
    session: &'a TracedSession,
    lang: Lang,
    /// Of each step: what happened and what that changed.
    said: Vec<String>,
}

impl<'a> Told<'a> {
    fn new(session: &'a TracedSession, lang: Lang) -> Self {
        let shared: Vec<Arc<Trace>> =
            session.traces.iter().map(|(_, trace)| Arc::new(trace.clone())).collect();
        let said = (0..shared.len()).map(|i| headline(&shared[..=i], lang)).collect();
        Told { session, lang, said }
    }

    fn say(&self, english: &str) -> String {
        self.lang.text(english).into()
    }

    /// Every step, from the first.
    fn traces(&self) -> impl Iterator<Item = &'a Trace> + Clone {
        self.session.traces.iter().map(|(_, trace)| trace)
    }

    fn ended(&self) -> impl Iterator<Item = (&'a Trace, &'a EndedPlay)> {
        self.traces().filter_map(|trace| Some((trace, trace.ended.as_ref()?)))
    }

    fn facts(&self) -> Vec<Fact> {
        let opening = &self.session.header.opening;
        let Some((_, first)) = self.session.traces.first() else { return Vec::new() };
        let last = self.traces().last().unwrap_or(first);
        let (listener, versions) = (&first.listener, &first.versions);
        let named = |name: &str, hash: &str| format!("{name} ({})", short(hash));
        let ranker = versions.ranker.as_ref().map(|ranker| named(&ranker.name, &ranker.hash));
        let groups = std::iter::once(&listener.segment).chain(&listener.also);
        let lang = self.lang;
        let shown = |group: &Group| lang.named("segment", &group.name).into_owned();
        let segments: Vec<_> = groups.map(shown).collect();
        let who = self.lang.fill(
            "profile {}, segment {}, scene {}",
            &[&listener.profile, &segments.join(" + "), &self.lang.text(listener.scene.name())],
        );
        facts(
            self.lang,
            &[
                ("Listener", who),
                ("Length", self.lang.fill("{} steps, {}", &[&last.step, &clock(last.at_ms)])),
                ("Policy", named(&versions.policy, &versions.policy_hash)),
                ("Model", named(&versions.model, &versions.model_hash)),
                ("Ranker", ranker.unwrap_or_default()),
                ("Catalogue", named(&versions.catalogue, &versions.catalogue_hash)),
                ("Seed", opening.seed.to_string()),
            ],
        )
    }

    fn summary(&self) -> String {
        let count = |holds: &dyn Fn(&EndedPlay) -> bool| {
            self.ended().filter(|(_, play)| holds(play)).count()
        };
        let plays = self.ended().count();
        let promoted = |play: &EndedPlay| play.song.campaign.is_some();
        let mut said = self.lang.fill(
            "{} plays: {} heard through, {} skipped, {} promoted.",
            &[&plays, &count(&|p| p.completed), &count(&|p| p.skipped), &count(&promoted)],
        );
        if let Some(last) = self.traces().last() {
            let arm = self.lang.text(&last.bandit.arm);
            let weights = &last.weights;
            said += &self.lang.text(" ");
            said += &self.lang.fill(
                "At the end alpha is {}, beta {}, gamma {}; promotion aims at {} of at most {}, arm {}.",
                &[
                    &format!("{:.3}", weights.alpha.value),
                    &format!("{:.3}", weights.beta.value),
                    &format!("{:.3}", weights.gamma.value),
                    &whole(last.promotion.target.value()),
                    &whole(last.promotion.cap.value()),
                    &arm,
                ],
            );
        }
        said
    }

    fn sections(&self, prefix: &str) -> Vec<Section> {
        let section = |id: &str, title: &str, about: &str, charts: Vec<Chart>| Section {
            id: format!("{prefix}{id}"),
            title: self.say(title),
            about: self.say(about),
            charts,
            ..Section::default()
        };
        let mut sections = vec![
            Section {
                tables: vec![steps::table(self.traces(), &self.said, self.lang)],
                ..section(
                    "happened",
                    "What happened",
                    "Each mark is a step; point at one to read it, click it to see that step's ledgers. Plots over steps are zoomed together.",
                    vec![self.happened()],
                )
            },
            section("weights", "Weights", "", vec![self.weights()]),
            section("promotion", "Promotion", "", vec![self.promotion()]),
            section("queue", "Queue", "", vec![queue::bumps(self.traces(), self.lang)]),
            Section {
                tables: vec![self.play_table()],
                ..section("plays", "Plays", "", vec![self.plays(), self.mood()])
            },
            Section {
                ledgers: steps::ledgers(self.traces(), &self.said, self.lang),
                ..section(
                    "ledger",
                    "Ledger",
                    "Choose a step and a song: its score, part by part, to the last digit.",
                    Vec::new(),
                )
            },
        ];
        for chart in sections.iter_mut().flat_map(|section| &mut section.charts) {
            chart.id = format!("{prefix}{}", chart.id);
        }
        sections
    }

    /// The step as it is told where somebody points at it.
    fn told(&self, i: usize, trace: &Trace) -> String {
        self.lang.fill("{}, step {}: {}", &[&clock(trace.at_ms), &trace.step, &self.said[i]])
    }

    /// Every cause there was, each with the steps it came at.
    fn causes(&self) -> Vec<(Cause, Vec<(usize, &'a Trace)>)> {
        let at = |cause: &Cause| -> Vec<(usize, &'a Trace)> {
            self.traces().enumerate().filter(|(_, trace)| cause.came(trace)).collect()
        };
        let all = CAUSES.iter().map(|cause| (*cause, at(cause)));
        all.filter(|(_, steps)| !steps.is_empty()).collect()
    }

    fn chart(&self, id: &str, title: &str, about: &str, y: Axis, series: Vec<Series>) -> Chart {
        Chart {
            id: id.into(),
            title: self.say(title),
            about: self.say(about),
            x: Axis::of(self.say("step"), Form::Whole),
            y,
            series,
            marks: Vec::new(),
            shape: Shape::Wide,
            steps: true,
        }
    }

    fn happened(&self) -> Chart {
        let causes = self.causes();
        let series = causes.iter().enumerate().map(|(row, (cause, steps))| {
            let point = |(i, trace): &(usize, &Trace)| {
                Point::new(f64::from(trace.step), row as f64, self.told(*i, trace))
            };
            let points = steps.iter().map(point).collect();
            let mut series = Series::new(self.say(cause.name), cause.draw, cause.tone, points);
            series.listed = false;
            series
        });
        let names = causes.iter().map(|(cause, _)| self.say(cause.name)).collect();
        let about = "What the listener did and what changed, step by step.";
        let series = series.collect();
        Chart {
            shape: Shape::Rows,
            ..self.chart(
                "happened",
                "What happened, step by step",
                about,
                Axis::rows(names),
                series,
            )
        }
    }

    /// What moved the values of a plot: lines through it, and marks at its foot.
    fn with_causes(&self, mut chart: Chart, foot: f64) -> Chart {
        for (cause, steps) in self.causes().into_iter().filter(|(cause, _)| cause.moves) {
            if cause.line {
                let mark = |trace: &Trace| Mark { x: f64::from(trace.step), tone: cause.tone };
                chart.marks.extend(steps.iter().map(|(_, trace)| mark(trace)));
            }
            let point = |(i, trace): &(usize, &Trace)| {
                Point::new(f64::from(trace.step), foot, self.told(*i, trace))
            };
            let points = steps.iter().map(point).collect();
            chart.series.push(Series::new(self.say(cause.name), cause.draw, cause.tone, points));
        }
        chart
    }

    /// A value over steps.
    fn line(
        &self,
        (name, draw, tone): (&str, Draw, Tone),
        form: Form,
        value: impl Fn(&Trace) -> Option<Score>,
    ) -> Series {
        let name = self.say(name);
        let point = |trace: &Trace| {
            let value = value(trace).map(Score::value);
            let said = value.map(|value| match form {
                Form::Percent => format!("{name} {:.1} %", 100.0 * value),
                _ => format!("{name} {value:.3}"),
            });
            let said = said.unwrap_or_default();
            Point { x: f64::from(trace.step), y: value, reach: None, said }
        };
        let points = self.traces().map(point).collect();
        Series::new(name, draw, tone, points)
    }

    fn weights(&self) -> Chart {
        let of = |name, tone, value: fn(&Trace) -> Score| {
            self.line((name, Draw::Steps, tone), Form::Plain, move |trace| Some(value(trace)))
        };
        let series = vec![
            of("alpha", Tone::First, |t| t.weights.alpha.value),
            of("beta", Tone::Second, |t| t.weights.beta.value),
            of("gamma", Tone::Third, |t| t.weights.gamma.value),
        ];
        let about = "What the score of interest, of subscription and of exposure is multiplied by. The listener comes first: alpha is \
                     at least beta and gamma together.";
        let y = Axis::of(self.say("weight"), Form::Plain).within([0.0, top(&series)]);
        self.with_causes(self.chart("weights", "Weights over steps", about, y, series), 0.0)
    }

    fn promotion(&self) -> Chart {
        let of = |name, draw, tone, value: fn(&Trace) -> Score| {
            self.line((name, draw, tone), Form::Percent, move |trace| Some(value(trace)))
        };
        let series = vec![
            of("cap", Draw::Limits, Tone::Quiet, |t| t.promotion.cap),
            of("target", Draw::Steps, Tone::Fourth, |t| t.promotion.target),
            of("in the queue", Draw::Steps, Tone::Third, |t| t.promotion.shown),
            of("served", Draw::Steps, Tone::Second, |t| t.promotion.served()),
        ];
        let about = "Share of promoted songs: what the bandit's arm aims at, the most that the rules allow, what waits in the queue, and \
                     what was served of the last songs, without those that the listener chose.";
        let y = Axis::of(self.say("promoted share"), Form::Percent).within([0.0, top(&series)]);
        self.with_causes(self.chart("promotion", "Promotion over steps", about, y, series), 0.0)
    }

    fn mood(&self) -> Chart {
        let series = vec![
            self.line(("share heard", Draw::Line, Tone::First), Form::Percent, |t| {
                Some(t.session.satisfaction)
            }),
            self.line(("completed lately", Draw::Steps, Tone::Good), Form::Percent, |t| {
                t.metrics.window.completion
            }),
            self.line(("skipped lately", Draw::Steps, Tone::Bad), Form::Percent, |t| {
                t.metrics.window.skip
            }),
        ];
        let about = "Share heard is a moving average of how much of each song was heard; the others are shares of the guardrail's window.";
        let y = Axis::of(self.say("share"), Form::Percent).within([-0.02, 1.05]);
        self.chart("mood", "How the listener fares", about, y, series)
    }

    /// Everything told of a play.
    fn of_play(&self, play: &EndedPlay) -> String {
        let mut said = format!(
            "{} · {}: {}, {}",
            play.song.title,
            play.song.artist,
            whole(play.play_ratio.value()),
            self.say(outcome(play).0)
        );
        let more = [
            (play.liked, "liked"),
            (play.saved, "saved"),
            (play.song.campaign.is_some(), "promoted"),
        ];
        for (_, word) in more.into_iter().filter(|(holds, _)| *holds) {
            said += &self.lang.text(", ");
            said += &self.lang.text(word);
        }
        said
    }

    fn plays(&self) -> Chart {
        let plays: Vec<&EndedPlay> = self.ended().map(|(_, play)| play).collect();
        let of = |(name, tone): (&'static str, Tone)| {
            let own = plays.iter().enumerate().filter(|(_, play)| outcome(play).0 == name);
            let point = |(i, play): (usize, &&EndedPlay)| {
                Point::new(i as f64 + 1.0, play.play_ratio.value(), self.of_play(play))
            };
            Series::new(self.say(name), Draw::Bars, tone, own.map(point).collect())
        };
        let mut series: Vec<Series> = OUTCOMES.map(of).into();
        let promoted = plays.iter().enumerate().filter(|(_, play)| play.song.campaign.is_some());
        let point = |(i, play): (usize, &&EndedPlay)| {
            Point::new(i as f64 + 1.0, play.play_ratio.value() + 0.04, self.of_play(play))
        };
        let points = promoted.map(point).collect();
        series.push(Series::new(self.say("promoted"), Draw::Diamonds, Tone::Second, points));
        series.retain(|series| !series.points.is_empty());
        Chart {
            x: Axis::of(self.say("play"), Form::Whole),
            steps: false,
            ..self.chart(
                "plays",
                "How much of each song was heard",
                "In the order they were played; a diamond is a promoted song.",
                Axis::of(self.say("heard"), Form::Percent).within([0.0, 1.1]),
                series,
            )
        }
    }

    fn play_table(&self) -> Table {
        let columns = vec![
            Column::numbers(self.say("play"), 0),
            Column::numbers(self.say("step"), 0),
            Column::words(self.say("title")),
            Column::words(self.say("artist")),
            Column::words(self.say("genre")),
            Column::numbers(self.say("heard"), 3),
            Column::words(self.say("ended")),
            Column::words(self.say("marks")),
        ];
        let row = |(i, (trace, play)): (usize, (&Trace, &EndedPlay))| -> Vec<Cell> {
            let marks = [
                (play.song.campaign.is_some(), "promoted"),
                (play.liked, "liked"),
                (play.saved, "saved"),
            ];
            let marks: Vec<String> =
                marks.iter().filter(|(holds, _)| *holds).map(|(_, word)| self.say(word)).collect();
            vec![
                (i + 1).into(),
                f64::from(trace.step).into(),
                play.song.title.clone().into(),
                play.song.artist.clone().into(),
                self.say(&play.song.genre).into(),
                play.play_ratio.into(),
                self.say(outcome(play).0).into(),
                marks.join(&self.lang.text(", ")).into(),
            ]
        };
        Table {
            title: self.say("All plays"),
            columns,
            rows: self.ended().enumerate().map(row).collect(),
            folded: true,
        }
    }
}

/// Ways for a play to end, and their colours.
const OUTCOMES: [(&str, Tone); 3] =
    [("heard through", Tone::Good), ("left", Tone::Quiet), ("skipped", Tone::Bad)];

fn outcome(play: &EndedPlay) -> (&'static str, Tone) {
    match (play.completed, play.skipped) {
        (true, _) => OUTCOMES[0],
        (false, false) => OUTCOMES[1],
        (false, true) => OUTCOMES[2],
    }
}

/// A little above the highest value.
fn top(series: &[Series]) -> f64 {
    let values = series.iter().flat_map(|series| &series.points).filter_map(|point| point.y);
    values.fold(0.1, f64::max) * 1.08
}

/// Something that can happen at a step.
#[derive(Clone, Copy)]
struct Cause {
    /// As the plots say it, in English.
    name: &'static str,
    draw: Draw,
    tone: Tone,
    /// Whether it moves weights or promotion.
    moves: bool,
    /// Whether it is also a line through such plots.
    line: bool,
    /// Whether it came at this step.
    holds: fn(&Trace) -> bool,
}

impl Cause {
    fn came(&self, trace: &Trace) -> bool {
        (self.holds)(trace)
    }
}

/// All that is marked, from the top.
const CAUSES: [Cause; 9] = [
    Cause {
        name: "arm",
        draw: Draw::Diamonds,
        tone: Tone::Fourth,
        moves: true,
        line: true,
        holds: |trace| trace.bandit.decided.is_some(),
    },
    Cause {
        name: "guardrail",
        draw: Draw::Triangles,
        tone: Tone::Bad,
        moves: true,
        line: true,
        holds: |trace| trace.notes.iter().any(|note| matches!(note, Note::Guardrail { .. })),
    },
    Cause {
        name: "segment",
        draw: Draw::Diamonds,
        tone: Tone::Third,
        moves: true,
        line: true,
        holds: |trace| trace.notes.iter().any(Note::moves_segments),
    },
    Cause {
        name: "skip",
        draw: Draw::Crosses,
        tone: Tone::Bad,
        moves: true,
        line: false,
        holds: |trace| trace.ended.as_ref().is_some_and(|ended| ended.skipped),
    },
    Cause {
        name: "finished",
        draw: Draw::Dots,
        tone: Tone::Good,
        moves: false,
        line: false,
        holds: |trace| trace.ended.as_ref().is_some_and(|ended| ended.completed),
    },
    Cause {
        name: "like, save",
        draw: Draw::Dots,
        tone: Tone::First,
        moves: false,
        line: false,
        holds: |trace| did(trace, |action| matches!(action, Action::Like | Action::Save)),
    },
    Cause {
        name: "search, open",
        draw: Draw::Dots,
        tone: Tone::First,
        moves: false,
        line: false,
        holds: |trace| {
            did(trace, |action| matches!(action, Action::Search { .. } | Action::Open { .. }))
        },
    },
    Cause {
        name: "by hand, scene, subscription",
        draw: Draw::Diamonds,
        tone: Tone::Second,
        moves: true,
        line: true,
        holds: |trace| {
            did(trace, |action| {
                matches!(action, Action::Subscribe | Action::Scene { .. } | Action::Override(_))
            })
        },
    },
    Cause {
        name: "model update",
        draw: Draw::Triangles,
        tone: Tone::Third,
        moves: false,
        line: false,
        holds: |trace| {
            trace.near_line.update.is_some()
                || did(trace, |action| matches!(action, Action::Version { .. }))
        },
    },
];

fn did(trace: &Trace, what: fn(&Action) -> bool) -> bool {
    trace.event.as_ref().is_some_and(|event| what(&event.action))
}
