//! Playing a saved session again, and finding where it goes another way than it did then.

use std::path::Path;
use std::sync::Arc;

use super::content::{Content, Saved};
use crate::diff::diff;
use crate::library::Library;
use crate::log::StepRecord;
use crate::script;
use crate::script::Watch;
use crate::versions::give;
use melody_core::event::Event;
use melody_core::input::{InputError, Problem};
use melody_recommender::engine::{Engine, Timeline, Trace, Versions};
use melody_recommender::playback::Playhead;
use melody_simulation::profile::Profile;

/// A saved session, played again to its end.
pub struct Replayed {
    /// Every step as it is now.
    pub timeline: Timeline,
    /// Where the listener stands at the end.
    pub head: Playhead,
    /// Expectations of a script that do not hold.
    pub failed: usize,
    /// How it differs from what was written down, if it does.
    pub parted: Option<Parted>,
}

/// A session that goes another way than it did when it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parted {
    /// The first step that is not as it was.
    pub step: u32,
    /// What is other there, by its path in the trace, where that is known.
    pub path: Option<String>,
    /// Versions that are not those of then. None, if only the program is another.
    pub others: Vec<Other>,
}

/// A version that is not the one of then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// `model`, `policy`, `catalogue`, `experience` or `memory`.
    pub what: &'static str,
    /// Name and beginning of the hash, as written down.
    pub then: String,
    /// The same of what is played with now.
    pub now: String,
}

impl Saved {
    /// Plays the session again, with `watch` told of it after every event. `library` and `profile` are
    /// those of its opening.
    ///
    /// # Errors
    /// When an event or step makes no sense any more: it was written under another catalogue, or by
    /// hand.
    pub fn replay(
        &self,
        library: &Library,
        profile: &Profile,
        watch: Watch,
    ) -> Result<Replayed, InputError> {
        let engine = self.engine(library, profile)?;
        match &self.content {
            Content::Script(script) => {
                let run = script::run_watched(script, engine, profile, library.world(), watch)?;
                let failed = run.failed.len();
                Ok(Replayed { timeline: run.timeline, head: run.head, failed, parted: None })
            }
            Content::Trace(traces) => {
                let events = traces.iter().filter_map(|trace| trace.event.clone()).collect();
                let Some(first) = traces.first() else { return Err(self.wrong("no step".into())) };
                let differs = |step: usize, now: &Trace| {
                    let then = &traces[step];
                    let found = diff(std::slice::from_ref(then), std::slice::from_ref(now), 0.0);
                    found.map(|found| found.first.first().map(|change| change.path.clone()))
                };
                self.play(engine, events, &first.versions, differs, watch)
            }
            Content::Log(contents) => {
                let steps = contents.steps();
                if steps.is_empty() {
                    // Its program was ended before it came to the first.
                    return Err(self.wrong("no step".into()));
                }
                let differs = |step: usize, now: &Trace| {
                    (*steps[step] != StepRecord::from(now)).then_some(None)
                };
                self.play(engine, contents.events(), &contents.header.versions, differs, watch)
            }
        }
    }

    /// The engine that the session begins under: from a memory if it did so then, and with the versions of the
    /// model that its events go on with.
    ///
    /// # Errors
    /// When the memory or a version cannot be read. A memory that is another than then is told where the
    /// session parts; a script, which says what memory it must have, is not played from another.
    pub fn engine(&self, library: &Library, profile: &Profile) -> Result<Engine, InputError> {
        let then = match &self.content {
            Content::Script(_) => None,
            Content::Trace(traces) => traces.first().map(|trace| &trace.versions),
            Content::Log(contents) => Some(&contents.header.versions),
        };
        let mut opening = self.opening.clone();
        if then.is_some_and(|versions| versions.memory_hash.is_none()) {
            opening.memory = None;
        }
        let base = Path::new("");
        let mut engine = library.engine_of(&opening, profile, base)?;
        give(&mut engine, (&opening, base), library, &self.versions())?;
        Ok(engine)
    }

    /// Plays events. `differs` says whether a step is not what it was, and what of it.
    fn play(
        &self,
        engine: Engine,
        events: Vec<Event>,
        then: &Versions,
        differs: impl Fn(usize, &Trace) -> Option<Option<String>>,
        watch: Watch,
    ) -> Result<Replayed, InputError> {
        let mut timeline = Timeline::start(Arc::new(engine));
        let others = others(then, &timeline.trace().versions);
        // Events name songs by their place in the catalogue.
        if let Some(other) = others.iter().find(|other| other.what == "catalogue") {
            let Other { then, now, .. } = other;
            let message = format!("it was played with the catalogue {then}, which is {now} now");
            return Err(self.wrong(message));
        }
        let mut parted = None;
        let mut look = |timeline: &Timeline| {
            let trace = timeline.trace();
            // Where they have parted once, nothing is as it was.
            if parted.is_none()
                && let Some(path) = differs(trace.step as usize, trace)
            {
                parted = Some(Parted { step: trace.step, path, others: others.clone() });
            }
        };
        look(&timeline);
        for (i, event) in events.into_iter().enumerate() {
            let what = event.action.name();
            timeline.apply(event).map_err(|refusal| {
                self.wrong(format!("event {} cannot be played again: {what}: {refusal}", i + 1))
            })?;
            look(&timeline);
            watch(&timeline, Playhead::after(timeline.trace()));
        }
        let head = Playhead::after(timeline.trace());
        Ok(Replayed { timeline, head, failed: 0, parted })
    }

    fn wrong(&self, message: String) -> InputError {
        Problem::new(self.path.display().to_string(), message).into()
    }
}

/// Versions that are not those of then.
fn others(then: &Versions, now: &Versions) -> Vec<Other> {
    // The bandit's experience has no name of its own.
    let nameless = String::new();
    // Fusion is all in the policy.
    let ranker = |versions: &Versions| {
        let ranker = versions.ranker.as_deref();
        ranker.map_or_else(Default::default, |r| (r.name.clone(), r.hash.clone()))
    };
    let ((name_then, hash_then), (name_now, hash_now)) = (ranker(then), ranker(now));
    let all = [
        ("model", (&then.model, &then.model_hash), (&now.model, &now.model_hash)),
        ("policy", (&then.policy, &then.policy_hash), (&now.policy, &now.policy_hash)),
        ("ranker", (&name_then, &hash_then), (&name_now, &hash_now)),
        (
            "catalogue",
            (&then.catalogue, &then.catalogue_hash),
            (&now.catalogue, &now.catalogue_hash),
        ),
        ("experience", (&nameless, &then.experience_hash), (&nameless, &now.experience_hash)),
    ];
    let memories = [&then.memory_hash, &now.memory_hash].map(|hash| match hash {
        Some(hash) => hash.clone(),
        None => "none".into(),
    });
    let memory = ("memory", (&nameless, &memories[0]), (&nameless, &memories[1]));
    let all = all.into_iter().chain([memory]);
    let differ = all.filter(|(_, then, now)| then.1 != now.1);
    differ.map(|(what, then, now)| Other { what, then: named(then), now: named(now) }).collect()
}

/// A version by its name and the beginning of its hash.
fn named((name, hash): (&String, &String)) -> String {
    let hash = hash.get(..8).unwrap_or(hash);
    format!("{name} {hash}").trim().into()
}
