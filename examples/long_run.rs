//! How much memory a kiosk holds after hours and days: the simulator on autopilot at 64x, session after
//! session, every frame drawn, without a terminal. The view changes every few simulated minutes, so that what
//! each of them works out and keeps is in it, too, and all of them have been seen when the first hour is over.
//!
//! ```text
//! cargo run --release --example long_run -- 24
//! ```
//!
//! Prints what the process holds (resident, Linux only) after each simulated hour.
//! Sessions start small and grow until their listener leaves, so hours differ by where in a session they end;
//! what matters is that the last are no higher than the first.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::tui::{App, Command, Look, Sitting, Speed, Theme, draw};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const SIZE: (u16, u16) = (120, 40);
const HOUR_MS: u64 = 3_600_000;
/// Simulated, until the next view. All of them take less than an hour.
const VIEW_MS: u64 = 5 * 60_000;
/// Of real time. At 64x about three simulated seconds pass in one.
const FRAME: Duration = Duration::from_millis(50);

fn main() -> Result<(), Box<dyn Error>> {
    let hours: u64 = std::env::args().nth(1).map_or(Ok(24), |hours| hours.parse())?;
    let mut app = kiosk()?;
    let (mut passed_ms, mut sessions, mut steps, mut printed, mut views) = (0, 1, 0, 0, 0);
    println!("hour  sessions  steps  MB held");
    while printed < hours {
        let before =
            (app.session.opening().seed, app.session.head().now_ms, app.session.trace().step);
        app.tick(FRAME);
        app.settle();
        drawn(&mut app);
        let (seed, now_ms, step) =
            (app.session.opening().seed, app.session.head().now_ms, app.session.trace().step);
        if seed == before.0 {
            passed_ms += now_ms.saturating_sub(before.1);
            steps += step.saturating_sub(before.2);
        } else {
            sessions += 1;
        }
        if passed_ms >= (views + 1) * VIEW_MS {
            views += 1;
            app.handle(Command::NextTab);
        }
        if passed_ms >= (printed + 1) * HOUR_MS {
            printed += 1;
            println!("{printed:>4}  {sessions:>8}  {steps:>5}  {}", held());
        }
    }
    Ok(())
}

/// The simulator as `melody --kiosk --speed 64` opens it.
fn kiosk() -> Result<App, Box<dyn Error>> {
    let (opening, here) = (Opening::default(), Path::new(""));
    let profile = profile_named(&opening.profile, here)?;
    let library = Library::load(&opening, here, Backend::Flex)?;
    let mut session = Sitting::open(library, opening, profile);
    session.set_autopilot(true);
    session.speed = Speed::new(64.0).unwrap_or(Speed::NORMAL);
    let mut app = App::new(session, here.to_path_buf(), Look::new(Theme::colours()));
    app.kiosk = true;
    Ok(app)
}

fn drawn(app: &mut App) {
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut buffer = Buffer::empty(area);
    let found = draw(&app.view(), area, &mut buffer);
    app.drawn(found);
}

/// Resident memory of this process in megabytes, where the system tells.
fn held() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kb.map_or("not known here".into(), |kb| format!("{:.1}", kb / 1024.0))
}
