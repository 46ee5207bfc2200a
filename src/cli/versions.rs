//! `melody versions`: versions of a model from the server's store into a folder.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use super::arguments::Versions;
use super::failure::Failure;
use super::note::note;
use super::progress::watch_signals;
use super::publish::address;
use super::say::{all_said, say, say_text};
use melody_stream::nats::{Address, Unreachable};
use melody_stream::versions::{Fetched, Store, VersionsError, version_folder};

/// Between looks at whether there is a new one.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Serialize)]
struct Came {
    version: u64,
    folder: String,
}

pub(super) fn run(arguments: &Versions) -> Result<(), Failure> {
    let address: Address = address("--from", &arguments.from)?;
    let out = &arguments.out;
    std::fs::create_dir_all(out).map_err(|e| format!("{}: {e}", out.display()))?;
    let stop = Arc::new(AtomicBool::new(false));
    if arguments.follow {
        watch_signals(&stop)?;
    }
    let mut store: Option<Store> = None;
    let mut told = None;
    let mut wrong = BTreeSet::new();
    loop {
        let fetched = match &store {
            Some(open) => open.fetch(out),
            None => Store::open(&address).map_err(VersionsError::from).and_then(|open| {
                let fetched = open.fetch(out);
                store = Some(open);
                fetched
            }),
        };
        match fetched {
            Ok(Fetched { came, policies, passed_over }) => {
                told = None;
                if policies > 0 {
                    note(format_args!("note: policies came: {policies}"));
                }
                came.into_iter().try_for_each(|version| tell(arguments, version))?;
                for why in passed_over {
                    if wrong.insert(why.clone()) {
                        note(format_args!("note: passed over: {why}"));
                    }
                }
            }
            Err(VersionsError::Server(Unreachable::Away(why))) if arguments.follow => {
                if told.as_ref() != Some(&why) {
                    note(format_args!("note: {why}: trying again"));
                    told = Some(why);
                }
                store = None;
            }
            Err(error) => return Err(Failure::Other(error.to_string())),
        }
        if !arguments.follow || stop.load(Ordering::Relaxed) {
            return if wrong.is_empty() { Ok(()) } else { Err(Failure::Check) };
        }
        std::thread::sleep(LOOK);
    }
}

fn tell(arguments: &Versions, version: u64) -> Result<(), Failure> {
    let folder = version_folder(&arguments.out, version).display().to_string();
    if arguments.json {
        let line = serde_json::to_string(&Came { version, folder }).map_err(|e| e.to_string())?;
        say_text(&(line + "\n"))?;
    } else {
        say!("version {version}: {folder}")?;
    }
    all_said()
}
