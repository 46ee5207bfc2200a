//! Logs of made-up sessions, for tests.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use melody_model::Backend;
use melody_recommender::engine::{Setup, Trace};
use melody_sessions::library::Library;
use melody_sessions::log::{FeedbackLog, Header, read};
use melody_sessions::names::profile_named;
use melody_sessions::opening::Opening;
use melody_simulation::{Until, listen};

/// What sessions share.
pub(crate) fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY
        .get_or_init(|| Library::load(&Opening::default(), Path::new(""), Backend::Flex).unwrap())
}

/// A session of this seed: its opening, what its engine was given, and its traces.
pub(crate) fn session(seed: u64, songs: u32) -> (Opening, Setup, Vec<Arc<Trace>>) {
    let opening = Opening { seed, ..Opening::default() };
    let profile = profile_named(&opening.profile, Path::new("")).unwrap();
    let engine = library().engine(&profile, opening.scene, seed);
    let mut traces = Vec::new();
    let until = Until { songs, leaving: false };
    listen(&engine, &profile, library().world(), seed, until, &mut |_, trace| {
        traces.push(Arc::new(trace.clone()));
    })
    .unwrap();
    (opening, engine.setup, traces)
}

/// A log of the first `records` records of a session, and their hashes.
pub(crate) fn log(folder: &Path, seed: u64, records: usize) -> (PathBuf, Vec<String>) {
    let (opening, setup, traces) = session(seed, records as u32);
    let path = folder.join(format!("session-{seed}.jsonl"));
    let header = Header::new(&opening, &traces[0]).of(&setup);
    let mut log = FeedbackLog::create(&path, &header).unwrap();
    traces.iter().take(records - 1).for_each(|trace| {
        log.append(trace).unwrap();
    });
    let hashes = read(&path).unwrap().records.into_iter().map(|stored| stored.hash).collect();
    (path, hashes)
}
