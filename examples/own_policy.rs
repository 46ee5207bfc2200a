//! A policy of your own: change one tunable, and hear the same session under both.
//!
//! ```text
//! cargo run --release --example own_policy
//! ```
//!
//! Every tunable of ranking, mixing, bandit and guardrails is a line of one TOML file, and every line says
//! what it does: `assets/policy/default.toml`. A policy of your own is a copy of it. Here the rules let half
//! of all songs be promoted where the shipped ones stop at two in ten.
//!
//! One session tells little: `melody ab default mine.toml` compares two policies on many listeners, with
//! intervals.

use std::path::Path;
use std::sync::Arc;

use melody::engine::Timeline;
use melody::event::Action;
use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::playback::Playhead;
use melody::policy::DEFAULT_TEXT;

const SONGS: u32 = 40;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The bandit picks among arms; "fixed" always takes the first, which is what we change. Rules that
    // cannot hold together would be refused by name when the file is read.
    let mine = DEFAULT_TEXT
        .replacen("name = \"default\"", "name = \"mine\"", 1)
        .replacen("algorithm = \"adaptive\"", "algorithm = \"fixed\"", 1)
        .replacen("ratio = 0.0\n", "ratio = 0.5\n", 1)
        .replacen("at_most = 2 ", "at_most = 5 ", 1)
        .replacen("per_campaign = 3 ", "per_campaign = 6 ", 1);
    let file = std::env::temp_dir().join(format!("melody-policy-{}.toml", std::process::id()));
    std::fs::write(&file, mine)?;

    let shipped = Opening { profile: "casual-listener".into(), ..Opening::default() };
    let changed = Opening { policy: file.display().to_string(), ..shipped.clone() };
    println!(
        "{:<10} {:>8} {:>9} {:>9} {:>13}",
        "policy", "promoted", "completed", "skipped", "satisfaction"
    );
    for opening in [&shipped, &changed] {
        listen(opening)?;
    }
    std::fs::remove_file(&file)?;
    Ok(())
}

/// Somebody who hears natural songs out and skips promoted ones after ten seconds.
fn listen(opening: &Opening) -> Result<(), Box<dyn std::error::Error>> {
    let here = Path::new("");
    let library = Library::load(opening, here, Backend::default())?;
    let listener = profile_named(&opening.profile, here)?;
    let mut session = Timeline::start(Arc::new(library.engine_of(opening, &listener, here)?));
    let (mut promoted, mut completed, mut skipped) = (0, 0, 0);
    for _ in 0..SONGS {
        let playing = session.trace().playing.clone();
        let whole = playing.length_ms();
        let mut head = Playhead::after(session.trace());
        let action = match playing.song.campaign {
            Some(_) => Action::Skip,
            None => Action::Finish,
        };
        head.play_until(if action == Action::Skip { 10_000 } else { whole }, whole);
        let trace = session.apply(head.event(action))?;
        // The trace tells of every play that ended how it went.
        if let Some(ended) = &trace.ended {
            promoted += u32::from(ended.song.campaign.is_some());
            completed += u32::from(ended.completed);
            skipped += u32::from(ended.skipped);
        }
    }
    let trace = session.trace();
    println!(
        "{:<10} {promoted:>8} {completed:>9} {skipped:>9} {:>13}",
        trace.versions.policy,
        trace.session.satisfaction.to_string()
    );
    Ok(())
}
