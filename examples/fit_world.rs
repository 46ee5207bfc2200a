//! Fits the world of simulated listeners to real listening: `assets/world.toml` is what this wrote.
//!
//!     cargo run --release --example fit_world -- [ROUNDS] [LISTENERS] [SESSIONS]
//!
//! It goes on from the file as it is, writes it anew, and prints what came of it on other listeners; with 0
//! rounds it only does that.
//!
//! The method of simulated moments, in its simplest form: each constant that is fitted has one figure that it
//! moves first of all, and in every round it is moved against that figure's distance, by about the slope the
//! two have (Robbins and Monro 1951: steps get smaller, so that the luck of one round is averaged out). The same
//! listeners are drawn in every round. Figures are of KKBox's first half of members, who are every other row of
//! the table; the second half is what `melody simulate` holds the result against. Listening is what the engine
//! serves under its default policy and model. Nothing but real listening is aimed at: no figure of how well a
//! recommender does.

use std::error::Error;
use std::path::Path;

use melody::experiment::{Cohort, Figures, Quartiles, checks};
use melody::input::TomlFile;
use melody::model::Backend;
use melody::opening::{Library, Opening};
use melody::simulation::Nature;

/// One constant, and what sets it.
struct Knob {
    /// Section and key of the file.
    key: (&'static str, &'static str),
    of: fn(&mut Nature) -> &mut f64,
    figure: fn(&Figures) -> f64,
    /// Of the half that is fitted to.
    real: f64,
    /// About how much the figure moves with a unit of the constant.
    slope: f64,
    /// No round moves it further.
    most: f64,
}

fn between(q: Quartiles) -> f64 {
    q.upper - q.lower
}

fn knobs() -> Vec<Knob> {
    vec![
        Knob {
            key: ("liking", "level"),
            of: |n| &mut n.liking.level,
            figure: |f| f.completion_by_listener.median,
            real: 0.725,
            slope: 0.16,
            most: 0.5,
        },
        Knob {
            key: ("liking", "spread"),
            of: |n| &mut n.liking.spread,
            figure: |f| between(f.completion_by_listener),
            real: 0.251,
            slope: 0.16,
            most: 0.3,
        },
        Knob {
            key: ("liking", "lapse"),
            of: |n| &mut n.liking.lapse,
            figure: |f| f.late_skip_by_listener.median,
            real: 0.096,
            slope: 0.07,
            most: 0.4,
        },
        Knob {
            key: ("liking", "lapse_by_patience"),
            of: |n| &mut n.liking.lapse_by_patience,
            figure: |f| between(f.late_skip_by_listener),
            real: 0.085,
            slope: -0.09,
            most: 0.3,
        },
        Knob {
            key: ("liking", "judged_seconds"),
            of: |n| &mut n.liking.judged_seconds,
            figure: |f| f.quick_skips[0].unwrap_or(f64::NAN),
            // Lamere (2014): 24.14 % of plays within 5 seconds, 35.05 % within 30.
            real: 0.689,
            slope: -0.085,
            most: 1.0,
        },
        Knob {
            key: ("liking", "replay"),
            of: |n| &mut n.liking.replay,
            figure: |f| f.replayed,
            // One listener of Last.fm.
            real: 0.024,
            slope: 0.024,
            most: 0.7,
        },
        Knob {
            key: ("attention", "looks"),
            of: |n| &mut n.attention.looks,
            figure: |f| f.opened,
            // MSSD's sample: 17 of 201 plays begin by a click.
            real: 0.085,
            slope: 0.6,
            most: 0.05,
        },
        Knob {
            key: ("returning", "leaving"),
            of: |n| &mut n.returning.leaving,
            figure: |f| f.songs_per_session.median,
            // One listener of Last.fm.
            real: 10.0,
            slope: -9.0,
            most: 0.5,
        },
        Knob {
            key: ("returning", "session_hours"),
            of: |n| &mut n.returning.session_hours,
            figure: |f| f.days.map_or(f64::NAN, |days| days.active.median),
            real: 0.561,
            slope: -1.4,
            most: 0.1,
        },
        Knob {
            key: ("returning", "spread"),
            of: |n| &mut n.returning.spread,
            figure: |f| f.days.map_or(f64::NAN, |days| days.plays.median),
            real: 26.1,
            slope: 15.0,
            most: 0.1,
        },
    ]
}

/// Share of a distance that the first round takes back, and rounds until it is half of that.
const FIRST: f64 = 0.8;
const HALVED: f64 = 6.0;

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<u64> =
        std::env::args().skip(1).map(|given| given.parse()).collect::<Result<_, _>>()?;
    let argument = |place: usize, usual: u64| given.get(place).copied().unwrap_or(usual);
    let (rounds, listeners, sessions) = (argument(0, 8), argument(1, 220), argument(2, 8));
    let cohort = Cohort { seed: 101, listeners, sessions: sessions as u32, songs: 100 };
    let shipped = Library::load(&Opening::default(), Path::new(""), Backend::default())?;
    // Near-line updates take most of the time and move no figure here (completion by less than .002).
    let mut policy = (*shipped.policy).clone();
    policy.settings.near_line.every = u32::MAX;
    let shipped = shipped.with_values(policy);
    let world = Path::new("assets/world.toml");
    let was = TomlFile::read(world)?;
    let mut nature = Nature::read(&was)?;
    for round in 0..rounds {
        let outcomes = cohort.run(&shipped.in_world(nature), &|| ())?;
        let figures = Figures::new(&outcomes);
        println!("round {round}, {} plays", figures.plays);
        let part = FIRST / (1.0 + round as f64 / HALVED);
        for knob in knobs() {
            let found = (knob.figure)(&figures);
            let constant = (knob.of)(&mut nature);
            let was = *constant;
            let step = -part * (found - knob.real) / knob.slope;
            *constant = thousandths(was + step.clamp(-knob.most, knob.most));
            let (section, key) = knob.key;
            println!(
                "  {:28} {was:7.3} -> {constant:7.3}   figure {found:7.3}, real {:7.3}",
                format!("{section}.{key}"),
                knob.real
            );
        }
    }
    std::fs::write(world, file(&was.text, &mut nature))?;
    // Other listeners, beside what was not fitted to.
    let outcomes = Cohort { seed: 102, ..cohort }.run(&shipped.in_world(nature), &|| ())?;
    let figures = Figures::new(&outcomes);
    for check in checks(&figures, &figures) {
        let (Some(simulated), Some(off)) = (check.simulated, check.simulated_off) else {
            return Err(format!("{}: nothing was heard that tells", check.what).into());
        };
        let far = if off.abs() > check.close { "far" } else { "" };
        println!("{:44} {:8.3} {:8.3} {far}", check.what, check.real, simulated);
    }
    println!("never came back, of sessions: {:.4}", figures.gone);
    Ok(())
}

fn thousandths(value: f64) -> f64 {
    (1000.0 * value).round() / 1000.0
}

/// The file with what was found in place of what was there.
fn file(was: &str, nature: &mut Nature) -> String {
    let knobs = knobs();
    let mut section = String::new();
    let mut text = String::new();
    for line in was.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').into();
        }
        let key = line.split('=').next().unwrap_or_default().trim();
        let fitted = knobs.iter().find(|knob| knob.key == (section.as_str(), key));
        let line = match (fitted, line.split_once('#')) {
            (Some(knob), Some((_, comment))) => {
                let set = format!("{key} = {:?}", (knob.of)(nature));
                format!("{set:26} #{comment}")
            }
            _ => line.into(),
        };
        text += &line;
        text.push('\n');
    }
    text
}
