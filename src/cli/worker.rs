//! `melody worker`: does shards of experiments that others have handed out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::ProgressBar;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::arguments::Worker;
use super::failure::Failure;
use super::note::note;
use super::progress::{spinner, watch_signals};
use super::say::{all_said, say};
use melody_core::shown::in_json;
use melody_stream::nats::Link;
use melody_stream::work::{Counts, Done, Event, How, Program, Settings, Stopped, work};

pub(super) fn run(arguments: &Worker) -> Result<(), Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    end_at_once_the_second_time(&stop)?;
    let link = Link::open(&arguments.from).map_err(|error| error.to_string())?;
    let settings = Settings {
        program: Program::running()?,
        until_idle: arguments.until_idle.map(Duration::from_secs),
        stop: &stop,
    };
    note(format_args!("Melody {} takes shards from {}", settings.program, link.address));
    let mut screen = Screen { json: arguments.json, sign: spinner(WAITING), failed: None };
    let ended = work(&link, &settings, &mut |event| {
        screen.show(&event);
        if screen.failed.is_some() {
            // Nobody sees what is done: the shards are for others.
            stop.store(true, Ordering::Relaxed);
        }
    });
    screen.sign.finish_and_clear();
    if let Some(failed) = screen.failed {
        return Err(failed);
    }
    let (stopped, counts) = ended.map_err(|error| error.to_string())?;
    note(told_of(stopped, counts));
    if counts.differ > 0 { Err(Failure::Check) } else { Ok(()) }
}

const WAITING: &str = "waiting for shards";

/// What a program exits with that the user has interrupted.
const INTERRUPTED: i32 = 130;

/// A first wish to end lets the shard at hand be done; a second ends the program where it is, and the lease runs out.
fn end_at_once_the_second_time(stop: &Arc<AtomicBool>) -> Result<(), String> {
    // It is looked at before it is set: what is registered first is called first.
    for signal in [SIGINT, SIGTERM] {
        let ended = flag::register_conditional_shutdown(signal, INTERRUPTED, stop.clone());
        ended.map_err(|error| error.to_string())?;
    }
    watch_signals(stop)
}

/// Where it is seen what a worker does.
struct Screen {
    json: bool,
    sign: ProgressBar,
    /// What could not be printed.
    failed: Option<Failure>,
}

impl Screen {
    fn show(&mut self, event: &Event) {
        match event {
            Event::Ready { .. } => {}
            Event::Opened { job, about } => {
                self.sign.suspend(|| note(format_args!("job {}: {about}", short(job))));
            }
            Event::Began { span } => {
                let words = format!("arm {}, listeners {} to {}", span.arm, span.from, span.to - 1);
                self.sign.set_message(words);
            }
            Event::Shard(done) => {
                let json = self.json;
                let told = self.sign.suspend(|| print(done, json));
                self.failed = told.err();
                self.sign.set_message(WAITING);
            }
            Event::Others { shards, job } => self.sign.suspend(|| {
                note(format_args!(
                    "note: {shards} shards of job {} wait for another Melody: the same program must do them",
                    short(job)
                ));
            }),
            Event::Note(words) => self.sign.suspend(|| note(format_args!("note: {words}"))),
        }
    }
}

/// A line for a shard, which whoever reads sees at once.
fn print(done: &Done, json: bool) -> Result<(), Failure> {
    if json {
        let line = serde_json::to_string(done).map_err(|error| error.to_string())?;
        say!("{}", in_json(&line))?;
        return all_said();
    }
    let Done { job, shard, listeners, arm, how, why, seconds, bytes, .. } = done;
    let who = match (arm, listeners) {
        (Some(arm), Some([from, to])) => format!(", arm {arm}, listeners {from} to {}", to - 1),
        _ => String::new(),
    };
    let ended = match how {
        How::Done => format!("done in {seconds:.2} s, {bytes} bytes"),
        How::There => "was done already, and is the same".into(),
        How::Differs => {
            format!("DONE IN {seconds:.2} S, AND ANOTHER WORKER'S RESULT IS NOT THE SAME")
        }
        How::Refused => format!("cannot be done here: {}", why.as_deref().unwrap_or_default()),
    };
    say!("job {} shard {shard}{who}: {ended}", short(job))?;
    all_said()
}

fn told_of(stopped: Stopped, counts: Counts) -> String {
    let Counts { done, there, differ, refused, others } = counts;
    let why = match stopped {
        Stopped::Asked => "ended as asked",
        Stopped::Idle => "ended, since there was nothing to do",
    };
    let mut words = format!("{why}: {done} shards done");
    for (count, what) in [
        (there, "were done already"),
        (differ, "DIFFER FROM ANOTHER WORKER'S RESULT"),
        (refused, "could not be done here"),
        (others, "wait for another Melody"),
    ] {
        if count > 0 {
            words += &format!(", {count} {what}");
        }
    }
    words
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
