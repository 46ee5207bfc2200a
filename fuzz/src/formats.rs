//! Every format that Melody reads: good files of it, and its reader.

use std::collections::HashMap;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use melody::bandit::Kept;
use melody::catalogue::{self, Catalogue, default_catalogue};
use melody::engine::{Timeline, Trace};
use melody::event::Action;
use melody::feedback::log::{FeedbackLog, Header, Salvaged};
use melody::input::TomlFile;
use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::playback::Playhead;
use melody::simulation::{LogConfig, World};
use melody::training::Splits;
use melody::training::log::{LogWriter, Origin, TrainingLog, simulated};
use melody::tui::theme::{self, Shelf};
use melody::tui::{Theme, Tour, keymap};
use melody::{
    config, feedback, model, plays, policy, profile, ranking, script, tracefile, training,
};
use sha2::{Digest, Sha256};

use crate::yambda;

/// What a reader makes of a file.
pub enum Outcome {
    Accepted,
    /// With what is said.
    Refused(String),
}

type Read = Box<dyn Fn(&Path, &[u8]) -> Outcome>;

/// A format: files as they should be, and what reads one that is put into a folder.
pub struct Format {
    pub name: &'static str,
    pub good: Vec<Vec<u8>>,
    pub read: Read,
}

fn outcome<T, E: Display>(read: Result<T, E>) -> Outcome {
    match read {
        Ok(_) => Outcome::Accepted,
        Err(error) => Outcome::Refused(error.to_string()),
    }
}

/// A format that one file is read of.
fn format<T, E: Display>(
    name: &'static str,
    file: &'static str,
    good: Vec<Vec<u8>>,
    read: impl Fn(&Path) -> Result<T, E> + 'static,
) -> Format {
    let read = move |folder: &Path, bytes: &[u8]| {
        let path = folder.join(file);
        fs::write(&path, bytes).expect("the folder can be written to");
        outcome(read(&path))
    };
    Format { name, good, read: Box::new(read) }
}

/// Good files that the program makes itself, of a short session and a few simulated listeners.
pub struct Good {
    catalogue: Arc<Catalogue>,
    trace: Vec<u8>,
    log: Vec<u8>,
    memory: Vec<u8>,
    shard: Vec<u8>,
    manifest: Vec<u8>,
    _folder: tempfile::TempDir,
    folder: PathBuf,
}

impl Good {
    pub fn new() -> Self {
        let held = tempfile::tempdir().expect("a folder");
        let folder = held.path().to_path_buf();
        let opening = Opening::default();
        let library = Library::load(&opening, Path::new(""), Backend::Flex).expect("as shipped");
        let profile = profile_named(&opening.profile, Path::new("")).expect("as shipped");
        let mut timeline =
            Timeline::start(Arc::new(library.engine(&profile, opening.scene, opening.seed)));
        for action in [Action::Like, Action::Skip, Action::Save, Action::Replay] {
            let head = Playhead::after(timeline.trace());
            timeline.apply(head.event(action)).expect("makes sense");
        }
        let mut trace = Vec::new();
        tracefile::write(&mut trace, &tracefile::Header::new("fuzz", &opening), timeline.traces())
            .expect("a trace");
        let traces: Vec<Arc<Trace>> = timeline.traces().cloned().collect();
        let path = folder.join("log.jsonl");
        let mut log = FeedbackLog::create(&path, &Header::new(&opening, &traces[0])).expect("new");
        for trace in &traces {
            log.append(trace).expect("written");
        }
        drop(log);
        let kept = Kept::new(&folder, "a");
        kept.save(timeline.state().bandit.memory()).expect("written");

        let catalogue = Arc::new(default_catalogue());
        let world = World::new(&catalogue);
        let config = LogConfig { seed: 1, sessions: 2, rollouts: 1, slates: 0.0 };
        let origin = Origin::Simulated { seed: 1, sessions: 2 };
        let logged = folder.join("logged");
        let mut writer = LogWriter::create(&logged, &catalogue, origin, Splits::default(), 100_000)
            .expect("new");
        (0..2)
            .for_each(|i| writer.push(simulated(&catalogue, &world, config, i)).expect("written"));
        writer.finish().expect("written");
        let read = |path: PathBuf| fs::read(path).expect("just written");
        Good {
            catalogue,
            trace,
            log: read(path),
            memory: read(kept.path().into()),
            shard: read(logged.join("shard-00000.arrow")),
            manifest: read(logged.join("log.toml")),
            _folder: held,
            folder,
        }
    }

    /// A folder with the files of another, in which one can be replaced.
    fn copied(&self, name: &str, from: &Path) -> PathBuf {
        let to = self.folder.join(name);
        fs::create_dir_all(&to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder").flatten() {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("a file");
        }
        to
    }
}

/// The repository: the folder around this one that has the assets.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let above = here.ancestors().find(|folder| folder.join("assets").is_dir());
    above.expect("within the repository").into()
}

fn shipped(names: &[&str]) -> Vec<Vec<u8>> {
    names
        .iter()
        .map(|name| fs::read(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}")))
        .collect()
}

/// All files of a folder with an ending.
fn all_of(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join(folder))
        .expect(folder)
        .map(|e| e.expect("an entry").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == ending));
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a file")).collect()
}

/// A format of which one file of a folder is damaged, the others as they are.
fn within<T, E: Display>(
    name: &'static str,
    good: &Good,
    from: &Path,
    file: &'static str,
    read: impl Fn(&Path) -> Result<T, E> + 'static,
) -> Format {
    let folder = good.copied(name, from);
    let bytes = fs::read(from.join(file)).expect("a file");
    let read = move |now: &Path, bytes: &[u8]| {
        fs::write(now.join(file), bytes).expect("the folder can be written to");
        fs::write(folder.join(file), bytes).expect("the folder can be written to");
        outcome(read(&folder))
    };
    Format { name, good: vec![bytes], read: Box::new(read) }
}

fn import(path: &Path) -> Result<(), melody::input::InputError> {
    let files = [path.to_path_buf()];
    let all = plays::Importing { files: &files, format: None, listener: None, incognito: false };
    // Of one listener other parts are read than of everybody; both refuse the same files.
    let alone = all.read(&|_| {}, None, &mut |_| {});
    let together = all.read(&|_| {}, Some(&mut |_| Ok(())), &mut |_| {});
    assert_eq!(alone.is_ok(), together.is_ok(), "{:?}", alone.err().or(together.as_ref().err().cloned()));
    together.map(drop)
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Shards whose hash fits, whatever is in them: only the Arrow reader can tell.
fn shards(good: &Good) -> Format {
    let folder = good.folder.join("logged");
    let (first, catalogue) = (hash(&good.shard), good.catalogue.clone());
    let manifest = String::from_utf8(good.manifest.clone()).expect("text");
    let read = move |now: &Path, bytes: &[u8]| {
        fs::write(now.join("shard-00000.arrow"), bytes).expect("written");
        fs::write(folder.join("shard-00000.arrow"), bytes).expect("written");
        fs::write(folder.join("log.toml"), manifest.replace(&first, &hash(bytes)))
            .expect("written");
        outcome(TrainingLog::open(&folder, catalogue.clone()).and_then(|log| log.listeners(0)))
    };
    Format { name: "shard", good: vec![good.shard.clone()], read: Box::new(read) }
}

fn of_text(path: &Path) -> TomlFile {
    TomlFile::new(path.display().to_string(), fs::read_to_string(path).unwrap_or_default())
}

/// A memory of the first format, which had no hash.
fn first_memory(memory: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(memory);
    let (_, rest) = text.split_once("\",").expect("the hash comes first");
    format!("{{\"format\":1,{rest}").into_bytes()
}

/// A log, which is salvaged as well.
fn log(path: &Path) -> Result<(), melody::input::InputError> {
    let salvaged = Salvaged::of(path);
    feedback::log::read(path)?;
    salvaged.map(drop)
}

/// A ranker, as a policy beside it names it.
fn ranker(path: &Path) -> Result<(), melody::input::InputError> {
    let mut policy = policy::shipped("default").expect("as shipped");
    policy.file = path.with_file_name("policy.toml").display().to_string().into();
    policy.settings.ranking.scorer = policy::Scorer::Ltr;
    policy.settings.ranking.ranker = "r.json".into();
    ranking::ranker_of(&policy).map(drop)
}

pub fn all(good: &Good) -> Vec<Format> {
    let (catalogue, of_log) = (root().join("assets/catalogue"), good.catalogue.clone());
    let config = toml_of_training();
    let device = model::device(Backend::Flex);
    let load = move |folder: &Path| model::load(folder, &device);
    let shipped_model = root().join("models/default");
    let of_mssd = shipped(&["tests/fixtures/import/mssd_tracks.csv"]);
    let counted: HashMap<String, u32> = String::from_utf8_lossy(&of_mssd[0])
        .lines()
        .filter_map(|line| Some((line.split_once(',')?.0.to_string(), 3)))
        .collect();
    let import_mssd = move |path: &Path| {
        catalogue::import_mssd(&[path.into()], &counted, 100, "x", &|_| {}).map(drop)
    };
    let mut formats = vec![
        within("catalogue", good, &catalogue, "songs.csv", |folder: &Path| catalogue::load(folder, &|_| {})),
        within("manifest", good, &catalogue, "catalogue.toml", |folder: &Path| catalogue::load(folder, &|_| {})),
        format("policy", "p.toml", all_of("assets/policy", "toml"), policy::load),
        format("profile", "p.toml", all_of("profiles", "toml"), profile::load),
        format("script", "s.toml", all_of("tests/sessions", "toml"), script::load),
        format("tour", "t.toml", shipped(&["assets/tour.toml"]), Tour::load),
        format("keymap", "k.toml", vec![KEYMAP.into()], keymap::load),
        format("theme", "t.toml", all_of("assets/themes", "toml"), |path| {
            theme::parse(&of_text(path), Theme::colours())
        }),
        format("config", "c.toml", vec![CONFIG.into()], |path| {
            config::parse(&of_text(path), Path::new("nowhere/config.toml"), &Shelf::default())
        }),
        format("training", "t.toml", vec![config], |path| {
            training::TrainingConfig::parse(&of_text(path))
        }),
        format("trace", "t.jsonl", vec![good.trace.clone()], tracefile::read_all),
        format("log", "l.jsonl", vec![good.log.clone()], log),
        format("memory", "a.json", vec![good.memory.clone()], |path| {
            Kept::new(path.parent().expect("a folder"), "a").load()
        }),
        // Without a hash, so that it is read on.
        format("memory-1", "a.json", vec![first_memory(&good.memory)], |path| {
            Kept::new(path.parent().expect("a folder"), "a").load()
        }),
        shards(good),
        format("ranker", "r.json", shipped(&["models/ltr/default.json"]), ranker),
    ];
    let logged = good.folder.join("logged");
    formats.push(within("log-manifest", good, &logged, "log.toml", move |folder| {
        TrainingLog::open(folder, of_log.clone())
    }));
    for (name, file) in [
        ("weights", "weights.safetensors"),
        ("examples", "examples.safetensors"),
        ("model", "model.toml"),
        ("network", "config.toml"),
    ] {
        formats.push(within(name, good, &shipped_model, file, load.clone()));
    }
    let fixture = |name: &str| shipped(&[&format!("tests/fixtures/import/{name}")]);
    formats.extend([
        format("plays", "p.jsonl", vec![PLAYS.into()], plays::load),
        format("plays-import", "p.jsonl", fixture("plays.jsonl"), import),
        format("spotify", "s.json", fixture("spotify.json"), import),
        format("listenbrainz", "l.jsonl", fixture("listenbrainz.jsonl"), import),
        format("listenbrainz-api", "l.json", fixture("listenbrainz_api.json"), import),
        format("lastfm", "l.tsv", fixture("lastfm.tsv"), import),
        format("yambda-flat", "multi_event.parquet", yambda::flat(), import),
        format("yambda-lists", "listens.parquet", yambda::sequential(), import),
        format("mssd-log", "m.csv", fixture("mssd_log.csv"), |path| {
            plays::read_mssd(&[path.into()], &|_| {}, &mut |_| Ok(())).map(drop)
        }),
        format("mssd-tracks", "m.csv", of_mssd, import_mssd),
        format("spotify-tracks", "s.csv", vec![tracks(&catalogue)], |path| {
            catalogue::import_spotify(path, "x")
        }),
    ]);
    formats
}

fn toml_of_training() -> Vec<u8> {
    fs::read(root().join("models/training.toml")).expect("as shipped")
}

/// The shipped songs under the names of Spotify's columns.
fn tracks(catalogue: &Path) -> Vec<u8> {
    let text = fs::read_to_string(catalogue.join("songs.csv")).expect("as shipped");
    text.replacen("song_id,title,artists,genre", "track_id,track_name,artists,track_genre", 1)
        .into_bytes()
}

const PLAYS: &str = r#"{"time":"2024-01-01T00:00:00Z","title":"A","artist":"B","completed":true}
{"time":1704067300000,"listener":"x","song":"s0001","play_ratio":0.5,"skipped":true,"scene":"focus"}
{"title":"C","artist":"D","ms_played":120000,"duration_ms":180000,"liked":true,"session":"1"}
"#;

const KEYMAP: &str = r##"format = 1

[anywhere]
like = ["l", "ctrl-l"]
next = "f5"
subscribe = []

[what-if]
less = "left"
more = ["right", "+"]

[search]
open-found = "alt-enter"
"##;

const CONFIG: &str = r#"theme = "dusk"
lang = "zh"
ascii = "auto"
motion = "off"
mouse = "on"
speed = 4
profile = "explorer"
scene = "focus"
seed = 12
policy = "default"
model = "default"
device = "flex"
"#;
