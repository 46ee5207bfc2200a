//! Feedback that leaves the session: learned from by way of logs and of a server, whatever is wrong with either.
//!
//! What needs a server is passed over where there is no `nats-server`, and says so.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::versions::publish_policy;
use melody_stream::nats::{Address, Link};
use melody_stream::versions::{Filling, There};
use serde_json::Value;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that ends with the test.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// A server with these arguments beside those for streams, or `None` where there is none to be had.
    fn start(folder: &Path, more: &[&str]) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let places = ["nats-server", "/usr/sbin/nats-server", "/usr/local/bin/nats-server"];
        let place = places.into_iter().find(|place| {
            let asked = Command::new(place).arg("--version").stdout(Stdio::null()).status();
            asked.is_ok_and(|status| status.success())
        });
        let Some(place) = place else {
            eprintln!("passed over: there is no nats-server");
            return None;
        };
        let child = Command::new(place)
            .args(["--addr", "127.0.0.1", "--port", &port.to_string()])
            .args(more)
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < PATIENCE, "the server does not come up");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Server { child, port })
    }

    fn streams(folder: &Path) -> Option<Self> {
        Self::start(folder, &["--jetstream", "--store_dir", "jetstream"])
    }

    fn address(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn link(&self) -> Link {
        Link::open(&self.address().parse::<Address>().unwrap()).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn melody(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_melody"));
    for name in ["NATS_CONTEXT", "NATS_CREDS", "NATS_USER", "NATS_PASSWORD", "NATS_TOKEN"] {
        command.env_remove(name);
    }
    let out = command.args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap_or(-1), text(&out.stdout), text(&out.stderr))
}

/// Scripts of some listeners who play so many songs each.
fn scripts(folder: &Path, listeners: u64, songs: u32) -> Vec<String> {
    let script = |seed: u64| {
        let path = folder.join(format!("listener-{seed}.toml"));
        let text = format!(
            "format = 1\nname = \"listener {seed}\"\n[session]\nprofile = \"explorer\"\nseed = {seed}\n\
             [[steps]]\ndo = \"autopilot\"\nsongs = {songs}\n"
        );
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    (1..=listeners).map(script).collect()
}

/// Plays scripts into a folder of logs, with more arguments.
fn played(folder: &Path, listeners: u64, more: &[&str]) -> Vec<String> {
    let scripts = scripts(folder, listeners, 20);
    let logs = folder.join("logs");
    let mut arguments = vec!["replay"];
    arguments.extend(scripts.iter().map(String::as_str));
    let place = logs.display().to_string();
    arguments.extend(["--log", &place]);
    arguments.extend(more);
    let (code, out, err) = melody(&arguments);
    assert_eq!(code, 0, "{out}{err}");
    scripts
        .iter()
        .map(|s| {
            logs.join(Path::new(s).file_stem().unwrap())
                .with_extension("jsonl")
                .display()
                .to_string()
        })
        .collect()
}

/// The hashes of records, in the order of the file.
fn hashes(file: impl AsRef<Path>) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let hash = |line: &str| {
        serde_json::from_str::<Value>(line).unwrap()["hash"].as_str().unwrap().to_string()
    };
    text.lines().map(hash).collect()
}

fn sorted(mut all: Vec<String>) -> Vec<String> {
    all.sort();
    all
}

fn out(folder: &Path) -> (PathBuf, String) {
    let place = folder.join("versions");
    (place.clone(), place.display().to_string())
}

#[test]
fn logs_are_learned_from_and_every_version_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let logs = played(folder.path(), 3, &[]);
    let (place, versions) = out(folder.path());
    let learn = |more: &[&str]| {
        let mut arguments = vec!["learn", "--from"];
        arguments.extend(logs.iter().map(String::as_str));
        arguments.extend(["--out", &versions]);
        arguments.extend(more);
        melody(&arguments)
    };
    let (code, told, err) = learn(&["--plays", "25", "--json"]);
    assert!(code == 0 && err.contains("version 0, 0 records; takes from 3 logs"), "{err}");
    let updates: Vec<Value> =
        told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(updates.len() >= 2, "{told}");
    assert_eq!(updates[1]["parent"], updates[0]["hash"]);
    let taken = sorted(hashes(place.join("inbox.jsonl")));
    assert_eq!(taken, sorted(logs.iter().flat_map(hashes).collect()));
    // Again, there is nothing new, and the folder keeps what it began with.
    let (code, told, _) = learn(&[]);
    assert_eq!(code, 0);
    assert!(told.contains(&format!("{0} records taken, {0} known already", taken.len())), "{told}");
    let (code, _, err) = learn(&["--plays", "26"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("learner.json: field `learning.plays`: it began with 25, and this is 26"),
        "{err}"
    );
    let (code, told, _) = melody(&["learn", "--out", &versions, "--verify"]);
    assert_eq!(code, 0);
    assert!(told.contains("all made again, the same to the bit"), "{told}");
    // A version is a model like any other.
    let newest = place.join("v000001").display().to_string();
    let (code, _, err) = melody(&["replay", "tests/sessions/streak.toml", "--model", &newest]);
    assert!(code < 2, "{err}");
}

#[test]
fn what_a_server_is_sent_is_learned_from_once_and_what_is_foreign_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = Server::streams(folder.path()) else { return };
    let address = server.address();
    let logs = played(folder.path(), 3, &["--feedback", &address]);
    // Again, as if it had never been sent.
    for log in &logs {
        std::fs::remove_file(format!("{log}.sent")).unwrap();
    }
    let mut publish = vec!["log", "publish", "--json", "--to", &address];
    publish.extend(logs.iter().map(String::as_str));
    let (code, told, err) = melody(&publish);
    assert_eq!((code, err.as_str()), (0, ""));
    let told: Value = serde_json::from_str(&told).unwrap();
    assert!(told.as_array().unwrap().iter().all(|log| log["records"] == log["sent"]), "{told}");
    let link = server.link();
    let newer = std::fs::read_to_string(&logs[0]).unwrap();
    let newer = newer.lines().next().unwrap().replacen("\"log_format\":1", "\"log_format\":9", 1);
    for message in ["hello", &newer] {
        let sent = link.context.publish("MELODY.feedback.all", message.to_string().into());
        link.wait(async { sent.await.unwrap().await }).unwrap();
    }
    let (place, versions) = out(folder.path());
    let learn =
        ["learn", "--from", &address, "--out", &versions, "--plays", "25", "--until-idle", "1"];
    let (code, told, err) = melody(&learn);
    assert_eq!((code, err.lines().count()), (0, 1), "{err}");
    assert!(told.contains("2 refused (1 of another format, 1 foreign)"), "{told}");
    assert_eq!(
        sorted(hashes(place.join("inbox.jsonl"))),
        sorted(logs.iter().flat_map(hashes).collect())
    );
    assert_eq!(std::fs::read_to_string(place.join("refused.jsonl")).unwrap().lines().count(), 2);
    // Its versions lie in the server's store, too.
    let there = folder.path().join("there").display().to_string();
    let bring = ["versions", "--from", &address, "--out", &there];
    let (code, told, err) = melody(&bring);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(told.lines().count() >= 2, "{told}");
    for file in ["model.toml", "weights.safetensors", "lineage.json"] {
        let [here, there] = [&place, &PathBuf::from(&there)]
            .map(|folder| std::fs::read(folder.join("v000002").join(file)).unwrap());
        assert!(here == there, "{file}");
    }
    assert_eq!(melody(&bring).1, "", "nothing is new");
    let (code, told, _) = melody(&["watch", &versions, "--once"]);
    assert_eq!(code, 0);
    let taken = hashes(place.join("inbox.jsonl")).len();
    assert!(told.contains(&format!("records: {taken} taken, ")), "{told}");
    assert!(told.contains("completed"), "{told}");
    // It goes on where it was, also where it no longer knows where that is.
    let (_, told, _) = melody(&learn);
    assert!(told.contains(" 0 known already, 0 refused"), "{told}");
    std::fs::remove_file(place.join("position.json")).unwrap();
    let (_, told, _) = melody(&learn);
    assert!(told.contains("2 refused") && !told.contains(" 0 known already"), "{told}");
    assert_eq!(
        sorted(hashes(place.join("inbox.jsonl"))).len(),
        logs.iter().flat_map(hashes).count()
    );
}

#[test]
fn a_server_that_does_not_let_us_in_is_told_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let more = ["--jetstream", "--store_dir", "jetstream", "--user", "me", "--pass", "right"];
    let Some(server) = Server::start(folder.path(), &more) else { return };
    let wrong = format!("nats://me:wrong@127.0.0.1:{}", server.port);
    let right = format!("nats://me:right@127.0.0.1:{}", server.port);
    let logs = played(folder.path(), 1, &[]);
    let (code, told, err) = melody(&["log", "publish", &logs[0], "--to", &wrong]);
    assert_eq!(code, 1);
    assert!(err.contains("authorization violation") && err.contains("NATS_CREDS"), "{err}");
    assert!(told.contains("0 of") && !format!("{told}{err}").contains("wrong@"), "{told}{err}");
    let (_, versions) = out(folder.path());
    let (code, _, err) = melody(&["learn", "--from", &wrong, "--out", &versions]);
    assert_eq!(code, 2);
    assert!(err.contains("authorization violation"), "{err}");
    let (code, _, err) = melody(&["log", "publish", &logs[0], "--to", &right]);
    assert_eq!((code, err.as_str()), (0, ""));
}

#[test]
fn a_stream_of_somebody_else_and_a_server_without_streams_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = Server::streams(folder.path()) else { return };
    let link = server.link();
    let config = async_nats::jetstream::stream::Config {
        name: "THEIRS".into(),
        subjects: vec!["theirs.>".into()],
        ..Default::default()
    };
    link.wait(link.context.create_stream(config)).unwrap();
    let (_, versions) = out(folder.path());
    let theirs = format!("{}/THEIRS", server.address());
    let (code, _, err) = melody(&["learn", "--from", &theirs, "--out", &versions]);
    assert_eq!(code, 2);
    assert!(err.contains("THEIRS is somebody else's") && err.contains("theirs.>"), "{err}");
    let Some(without) = Server::start(folder.path(), &[]) else { return };
    let logs = played(folder.path(), 1, &[]);
    let (code, _, err) = melody(&["log", "publish", &logs[0], "--to", &without.address()]);
    assert_eq!(code, 1);
    assert!(err.contains("nats-server --jetstream"), "{err}");
}

#[test]
fn what_is_no_address_no_log_and_no_learner_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let (_, versions) = out(folder.path());
    for (arguments, told) in [
        (vec!["learn", "--from", "http://here", "--out", &versions], "--from: `http` is no scheme"),
        (vec!["learn", "--from", "nowhere.jsonl", "--out", &versions], "no such feedback log"),
        // Nobody listens at port 1.
        (
            vec!["learn", "--from", "nats://localhost:1", "--out", &versions, "--until-idle", "1"],
            "nats-server --jetstream",
        ),
        (vec!["learn", "--out", "nowhere", "--verify"], "no learner has begun here"),
        (vec!["watch", "nowhere"], "melody learn --from ... --out nowhere"),
        (vec!["replay", "tests/sessions/streak.toml", "--feedback", "nats://here"], "--log"),
    ] {
        let (code, _, err) = melody(&arguments);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(told), "{told}: {err}");
    }
}

#[test]
fn policies_go_through_the_server_s_store_and_the_list_comes_after_them() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = Server::streams(folder.path()) else { return };
    let [here, there] = ["here", "there"].map(|name| folder.path().join(name));
    publish_policy(&here, "default-p1");
    let address: Address = server.address().parse().unwrap();
    let has = There { policies: 1, ..There::default() };
    Filling::new(address).up_to(&here, has).unwrap();
    let (code, _, err) =
        melody(&["versions", "--from", &server.address(), "--out", &there.display().to_string()]);
    assert_eq!((code, err.as_str()), (0, "note: policies came: 1\n"));
    for file in ["p000001.toml", "policies.json"] {
        let [here, there] =
            [&here, &there].map(|place| std::fs::read(place.join("policies").join(file)).unwrap());
        assert!(here == there, "{file}");
    }
}
