//! Saving a session as a script that replays it to the same trace.

use std::fmt::Write as _;

use super::steps::Step;
use crate::names::DEFAULT;
use crate::opening::Opening;
use melody_core::catalogue::Catalogue;
use melody_core::event::{Action, Event, Target};
use melody_core::output::{Kind, Mark};
use melody_core::shown::{acts, in_json};
use melody_recommender::engine::Timeline;
use melody_recommender::playback::Playhead;

/// What a script is told by before another is written over it.
pub const SCRIPT: Kind = Kind { name: "script", mark: Mark::Line("[session]") };

/// The text of a script that does what was done in this session.
pub fn render(name: &str, opening: &Opening, timeline: &Timeline) -> String {
    let setup = &timeline.engine().setup;
    let memory = setup.warm_start.as_ref().map(|start| start.hash.as_str());
    render_events(name, opening, memory, &setup.catalogue, timeline.events())
}

/// The text of a script that makes these events, which must be a session's own. `memory`: the hash of the memory that the
/// session started from, if it started from one; no other makes it what it was.
pub fn render_events(
    name: &str,
    opening: &Opening,
    memory: Option<&str>,
    catalogue: &Catalogue,
    events: &[Event],
) -> String {
    // A folder that held nothing for this listener may hold something now.
    let folder = opening.memory.as_deref().filter(|_| memory.is_some());
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line("format = 1".into());
    line(format!("name = {}", quoted(name)));
    line("\n[session]".into());
    line(format!("profile = {}", quoted(&opening.profile)));
    if let Some(scene) = opening.scene {
        line(format!("scene = {}", quoted(scene.name())));
    }
    line(format!("seed = {}", opening.seed));
    for (key, value) in
        [("policy", &opening.policy), ("model", &opening.model), ("catalogue", &opening.catalogue)]
    {
        if value != DEFAULT {
            line(format!("{key} = {}", quoted(value)));
        }
    }
    for (key, value) in
        [("memory", folder), ("memory_hash", memory), ("versions", opening.versions.as_deref())]
    {
        if let Some(value) = value {
            line(format!("{key} = {}", quoted(value)));
        }
    }
    let mut head = Playhead::default();
    for event in events {
        for step in steps(catalogue, &mut head, event) {
            line(format!("\n[[steps]]\n{}", step.trim_end()));
        }
        head = Playhead::after_event(event);
    }
    out
}

/// The steps that lead from the playhead to an event and make it happen.
fn steps(catalogue: &Catalogue, head: &mut Playhead, event: &Event) -> Vec<String> {
    let mut steps = Vec::new();
    // A log may hold events no session would make; they end as a script that is refused, not here.
    let played = u64::from(event.heard_ms.saturating_sub(head.heard_ms));
    let waited = event.at_ms.saturating_sub(head.now_ms + played);
    if waited > 0 {
        steps.push(toml(&Step::Wait { seconds: seconds(waited) }));
    }
    // A song that plays to its end finishes by itself.
    if played > 0 || event.action == Action::Finish {
        steps.push(toml(&Step::Play { seconds: Some(seconds(played)), ratio: None }));
    }
    let id = |song| catalogue.song(song).id.to_string();
    let step = match &event.action {
        Action::Finish => return steps,
        Action::Skip => "do = \"skip\"\n".into(),
        Action::Like => toml(&Step::Like {}),
        Action::Save => toml(&Step::Save {}),
        Action::Replay => toml(&Step::Replay {}),
        Action::Subscribe => toml(&Step::Subscribe {}),
        Action::Scene { scene } => toml(&Step::Scene { scene: *scene }),
        Action::Override(set) => toml(&Step::Override(set.clone())),
        Action::Version { hash } => toml(&Step::Version { hash: hash.clone() }),
        Action::Open { song } => {
            let mut text = String::from("do = \"open\"\n");
            let _ = writeln!(text, "song = {}", quoted(&id(*song)));
            text
        }
        Action::Search { query, target } => {
            let mut text = String::from("do = \"search\"\n");
            let _ = match target {
                Target::Song(song) => writeln!(text, "song = {}", quoted(&id(*song))),
                Target::ArtistOf(song) => {
                    let artist = &catalogue.artist(catalogue.song(*song).lead_artist()).name;
                    match catalogue.first_by(artist) == Some(*song) {
                        true => writeln!(text, "artist = {}", quoted(artist)),
                        false => writeln!(text, "artist_of = {}", quoted(&id(*song))),
                    }
                }
            };
            let _ = writeln!(text, "query = {}", quoted(query));
            text
        }
    };
    steps.push(step);
    steps
}

fn toml(step: &Step) -> String {
    toml::to_string(step).expect("a step is plain data")
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

/// A text in quotes. One that a terminal would act on is escaped as in JSON, whose escapes are TOML's too: scripts are printed.
fn quoted(text: &str) -> String {
    if text.chars().any(acts) {
        return in_json(&serde_json::Value::from(text).to_string()).into_owned();
    }
    toml::Value::String(text.into()).to_string()
}
