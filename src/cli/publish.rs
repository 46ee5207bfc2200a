//! `melody log publish`: logs to a stream, also while they grow.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use super::failure::Failure;
use super::note::note;
use super::progress::{bar, watch_signals};
use super::say::{counted, say, say_json};
use melody_sessions::log::read;
use melody_stream::nats::Address;
use melody_stream::publish::{Publisher, Reached, Spool};

/// Between looks at how far it has come.
const LOOK: Duration = Duration::from_millis(100);
/// How long a server that is away is waited for in the end, once the user wants one.
const LAST_TRY: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Published {
    log: PathBuf,
    records: u64,
    sent: u64,
    why: Option<String>,
}

pub(super) fn run(logs: &[PathBuf], to: &str, follow: bool, json: bool) -> Result<(), Failure> {
    let address = address("--to", to)?;
    for log in logs {
        // What is damaged is told before anything is sent.
        read(log)?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    watch_signals(&stop)?;
    let all: Vec<Publisher> =
        logs.iter().map(|log| Publisher::follow(log, &address)).collect::<Result<_, _>>()?;
    let progress = bar(0, "records published");
    let mut told = None;
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK);
        let spools: Vec<Spool> = all.iter().map(Publisher::spool).collect();
        progress.set_length(spools.iter().map(|spool| spool.written).sum());
        progress.set_position(spools.iter().map(|spool| spool.sent).sum());
        tell(&spools, &mut told);
        let reached = spools.iter().all(|spool| spool.reached == Reached::Yes);
        let refused = spools.iter().any(|spool| matches!(spool.reached, Reached::Refused(_)));
        if !follow && refused {
            break;
        }
        if !follow
            && reached
            && spools.iter().all(|spool| spool.written > 0 && spool.waiting() == 0)
        {
            break;
        }
    }
    progress.finish_and_clear();
    let published: Vec<Published> = all
        .into_iter()
        .map(|publisher| {
            let log = publisher.log().to_path_buf();
            let spool = publisher.finish(LAST_TRY);
            let why = spool.reached.why().filter(|_| spool.waiting() > 0).map(String::from);
            Published { log, records: spool.written, sent: spool.sent, why }
        })
        .collect();
    let left = published.iter().map(|p| p.records.saturating_sub(p.sent)).sum::<u64>();
    if json {
        say_json(&published)?;
    } else {
        for Published { log, records, sent, .. } in &published {
            say!("{}: {sent} of {} sent to {address}", log.display(), counted(records, "record"))?;
        }
    }
    if left == 0 { Ok(()) } else { Err(Failure::Check) }
}

/// An address that an option names.
pub(super) fn address(option: &str, text: &str) -> Result<Address, Failure> {
    text.parse().map_err(|e| Failure::Other(format!("{option}: {e}")))
}

/// Says once what keeps records from being sent, and once that nothing does any more.
fn tell(spools: &[Spool], told: &mut Option<String>) {
    let why = spools.iter().find_map(|spool| spool.reached.why()).map(String::from);
    if why != *told {
        match &why {
            Some(why) => note(format_args!("note: {why}: records wait in the log")),
            None => note("note: the server is back"),
        }
        *told = why;
    }
}
