//! Experiments handed out over a real server: the same bytes, whoever is killed, forged or forgotten.
//!
//! Without `nats-server` on the path nothing of it can be shown, and each test says so. `tools/stream/workers` does the same for
//! minutes, with kills all the while.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use melody_stream::nats::{Address, Link};
use serde_json::{Value, json};

const MELODY: &str = env!("CARGO_BIN_EXE_melody");
/// No test waits longer for anything.
const LONGEST: Duration = Duration::from_secs(120);
const AB: [&str; 9] =
    ["ab", "default", "untuned", "--listeners", "10", "--songs", "2", "--seed", "5"];

/// A server with streams of its own, in a folder of its own.
struct Server {
    port: u16,
    process: Child,
    folder: tempfile::TempDir,
}

impl Server {
    /// `None`, told loudly, where there is no server to start.
    fn start() -> Option<Self> {
        if Command::new("nats-server").arg("--version").output().is_err() {
            eprintln!(
                "SKIPPED: `nats-server` is not on the path, so nothing of this test was shown"
            );
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let process = Self::process(port, folder.path());
        Some(Server { port, process, folder })
    }

    fn process(port: u16, folder: &Path) -> Child {
        let mut command = Command::new("nats-server");
        command.args(["--jetstream", "--addr", "127.0.0.1", "--port", &port.to_string()]);
        command.arg("--store_dir").arg(folder.join("store"));
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until("the server listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        process
    }

    /// Ends it without a word, and starts it over what it left.
    fn killed_and_started(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.process = Self::process(self.port, self.folder.path());
    }

    fn address(&self) -> String {
        format!("nats://127.0.0.1:{}/TEST", self.port)
    }

    fn link(&self) -> Link {
        Link::open(&self.address().parse::<Address>().unwrap()).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(MELODY);
        command.args(arguments).current_dir(self.folder.path());
        // A worker that is killed leaves its files where they go with the server's.
        command.env("TMPDIR", self.folder.path());
        for variable in ["NATS_CONTEXT", "NATS_CREDS", "NATS_USER", "NATS_TOKEN", "NATS_NKEY"] {
            command.env_remove(variable);
        }
        command
    }

    /// An experiment that is handed out.
    fn on(&self, arguments: &[&str]) -> Command {
        self.command(&[arguments, &["--on", &self.address()]].concat())
    }

    fn worker(&self, more: &[&str]) -> Command {
        self.command(&[&["worker", "--from", &self.address()], more].concat())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < LONGEST, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A program that runs beside the test, ended with it. What it says goes to a file, to be read while it runs.
struct Beside {
    child: Option<Child>,
    says: tempfile::NamedTempFile,
}

impl Beside {
    fn start(command: &mut Command) -> Self {
        let says = tempfile::NamedTempFile::new().unwrap();
        let child = command.stdout(Stdio::piped()).stderr(says.reopen().unwrap()).spawn().unwrap();
        Beside { child: Some(child), says }
    }

    /// Waits until it has said this.
    fn has_said(&self, words: &str) {
        until(words, || fs::read_to_string(self.says.path()).unwrap().contains(words));
    }

    /// As Ctrl-C does.
    fn interrupt(&self) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    }

    fn ended(mut self) -> Output {
        let mut output = self.child.take().unwrap().wait_with_output().unwrap();
        output.stderr = fs::read(self.says.path()).unwrap();
        output
    }

    fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn printed(output: Output, what: &str) -> String {
    assert!(output.status.success(), "{what}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// What a command prints here, and what it prints handed out to workers: with what it says of that.
fn both(
    server: &Server,
    arguments: &[&str],
    workers: usize,
    shard: &str,
) -> (String, String, String) {
    let here = printed(server.command(arguments).output().unwrap(), "one process");
    let workers: Vec<Beside> = (0..workers)
        .map(|_| Beside::start(server.worker(&[]).env("RAYON_NUM_THREADS", "1")))
        .collect();
    let there = server.on(&[arguments, &["--shard", shard]].concat()).output().unwrap();
    drop(workers);
    let words = said(&there);
    (here, printed(there, "handed out"), words)
}

/// Every file of a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().into(), fs::read(&path).unwrap())).collect()
}

#[test]
fn what_workers_do_is_the_report_of_one_process_to_the_byte() {
    let Some(server) = Server::start() else { return };
    let json = [&AB[..], &["--json"]].concat();
    let (here, there, words) = both(&server, &json, 2, "3");
    assert_eq!(here, there);
    assert!(words.contains("8 shards, 0 of them done before"), "{words}");
    // The text, too, and from the results that are there: no worker is needed.
    let text = printed(server.command(&AB).output().unwrap(), "one process");
    let again = server.on(&[&AB[..], &["--shard", "3"]].concat()).output().unwrap();
    assert!(said(&again).contains("8 shards, 8 of them done before"), "{}", said(&again));
    assert_eq!(printed(again, "handed out again"), text);

    let ablate =
        ["ablate", "--only", "streaks,bandit/uniform", "--listeners", "5", "--sessions", "2"];
    let ablate = [&ablate[..], &["--songs", "2", "--json"]].concat();
    let (here, there, words) = both(&server, &ablate, 1, "2");
    assert_eq!(here, there);
    assert!(words.contains("9 shards, 0 of them done before"), "{words}");

    let simulate =
        ["simulate", "--listeners", "4", "--songs", "2", "--world", "restless", "--json"];
    let (here, there, _) = both(&server, &simulate, 1, "3");
    assert_eq!(here, there);
}

#[test]
fn a_log_that_workers_draw_has_the_bytes_of_one_process() {
    let Some(server) = Server::start() else { return };
    let at = |out: &'static str| {
        ["log", "simulate", "--listeners", "23", "--rollouts", "1", "--out", out]
    };
    let here = printed(server.command(&at("here")).output().unwrap(), "one process");
    let worker = Beside::start(&mut server.worker(&[]));
    let there = server.on(&[&at("there")[..], &["--shard", "5"]].concat()).output().unwrap();
    drop(worker);
    let there = printed(there, "handed out");
    assert_eq!(here.replace("wrote here", ""), there.replace("wrote there", ""));
    let [here, there] = ["here", "there"].map(|folder| files(&server.folder.path().join(folder)));
    assert!(here.len() > 1 && here == there, "{:?} {:?}", here.keys(), there.keys());
}

#[test]
fn a_policy_a_model_and_a_catalogue_of_one_s_own_travel() {
    let Some(server) = Server::start() else { return };
    let own = server.folder.path().join("own");
    fs::create_dir(&own).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("assets/policy/default.toml")).unwrap();
    let mine = text.replacen("name = \"default\"", "name = \"mine\"", 1);
    let mine = mine.replacen("scorer = \"fusion\"", "scorer = \"ltr\"", 1);
    let mine = mine.replacen("ranker = \"default\"", "ranker = \"mine.json\"", 1);
    fs::write(own.join("mine.toml"), mine).unwrap();
    fs::copy(root.join("models/ltr/default.json"), own.join("mine.json")).unwrap();
    for (name, bytes) in files(&root.join("models/default")) {
        let folder = own.join("model");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), bytes).unwrap();
    }
    let songs = ["catalogue", "generate", "--songs", "300", "--out", "own/songs"];
    printed(server.command(&songs).output().unwrap(), "a catalogue");
    let ab = ["ab", "default", "own/mine.toml", "--models", "default", "own/model"];
    let ab = [&ab[..], &["--catalogue", "own/songs"]].concat();
    let ab = [&ab[..], &["--listeners", "4", "--songs", "2", "--json"]].concat();
    let here = printed(server.command(&ab).output().unwrap(), "one process");
    // The worker is elsewhere, and has none of it.
    let elsewhere = tempfile::tempdir().unwrap();
    let worker = Beside::start(server.worker(&[]).current_dir(elsewhere.path()));
    let there = server.on(&ab).output().unwrap();
    drop(worker);
    assert_eq!(here, printed(there, "handed out"));
}

#[test]
fn a_search_by_workers_of_whom_one_is_killed_writes_the_bytes_of_one_process() {
    let Some(server) = Server::start() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("assets/policy/untuned.toml")).unwrap();
    let own = text.replacen("name = \"untuned\"", "name = \"own\"", 1);
    assert_ne!(own, text);
    fs::write(server.folder.path().join("own.toml"), own).unwrap();
    let search = ["tune", "--policy", "own.toml", "--name", "mine", "--trials", "3", "--json"];
    let search = [&search[..], &["--listeners", "8", "--songs", "2", "--seed", "5"]].concat();
    let here = [&search[..], &["--out", "here.toml", "--table", "here.md"]].concat();
    let here = printed(server.command(&here).output().unwrap(), "one process");

    let there = [&search[..], &["--out", "there.toml", "--table", "there.md"]].concat();
    let there = [&there[..], &["--shard", "2", "--lease", "2"]].concat();
    // Workers are elsewhere, and have no such policy.
    let elsewhere = tempfile::tempdir().unwrap();
    let worker = || {
        let mut worker = server.worker(&["--json"]);
        Beside::start(worker.current_dir(elsewhere.path()).env("RAYON_NUM_THREADS", "1"))
    };
    let first = Beside::start(&mut server.on(&there));
    let one = worker();
    until("there are results", || count(&server, "results") > 3);
    one.kill();
    let other = worker();
    until("there are more", || count(&server, "results") > 40);
    first.kill();
    let again = server.on(&there).output().unwrap();
    drop(other);
    let words = said(&again);
    assert!(words.contains("draws of segments, ") && words.contains(" done before"), "{words}");
    for stage in ["segments on unseen listeners", "draws of scenes", "fresh listeners"] {
        assert!(words.contains(&format!(": {stage}, ")), "{words}");
    }
    assert_eq!(printed(again, "handed out"), here);
    let file = |name: &str| fs::read(server.folder.path().join(name)).unwrap();
    assert!(file("here.toml") == file("there.toml"), "the policy found is another");
    assert!(file("here.md") == file("there.md"), "the tables are others");

    // From the results that are there: no worker is needed.
    let again = server.on(&there).output().unwrap();
    let words = said(&again);
    let (shards, rest) = words.lines().last().unwrap().split_once(" shards, ").unwrap();
    assert!(rest.starts_with(&format!("{shards} of them done before, by 2 workers")), "{words}");
    assert_eq!(printed(again, "handed out again"), here);
}

#[test]
fn killed_workers_a_killed_server_and_a_killed_command_lose_nothing() {
    let Some(mut server) = Server::start() else { return };
    let json = [&AB[..], &["--json", "--shard", "1", "--lease", "2"]].concat();
    let here = printed(server.command(&[&AB[..], &["--json"]].concat()).output().unwrap(), "here");
    let first = Beside::start(&mut server.on(&json));
    let worker = Beside::start(&mut server.worker(&["--json"]));
    until("there are results", || count(&server, "results") > 1);
    worker.kill();
    first.kill();
    server.killed_and_started();
    let before = count(&server, "results");
    assert!(before > 1);
    let worker = Beside::start(&mut server.worker(&[]));
    let again = Beside::start(&mut server.on(&json));
    // Only who has begun waits for a server that goes: nowhere is an error at once.
    again.has_said("of them done before");
    until("there are more", || count(&server, "results") > (before + 2).min(19));
    server.killed_and_started();
    worker.kill();
    let worker = Beside::start(&mut server.worker(&[]));
    let again = again.ended();
    drop(worker);
    assert!(said(&again).contains("of them done before"), "{}", said(&again));
    assert_eq!(printed(again, "handed out"), here);
}

/// Messages of a kind that the server keeps.
fn count(server: &Server, kind: &str) -> u64 {
    let asked = json!({ "subjects_filter": format!("TEST.{kind}.>") }).to_string();
    let found = ask(&server.link(), "$JS.API.STREAM.INFO.TEST_RESULTS", &asked);
    found["state"]["subjects"].as_object().map_or(0, |subjects| subjects.len() as u64)
}

fn ask(link: &Link, subject: &str, payload: &str) -> Value {
    let client = link.context.client();
    let asked = link.wait(client.request(subject.to_string(), payload.to_string().into()));
    asked
        .map_or(Value::Null, |message| serde_json::from_slice(&message.payload).unwrap_or_default())
}

/// A client that speaks for itself: the queue hands out messages under the subjects they were laid down with, which a client
/// that waits for one answer does not take for it.
struct Somebody(BufReader<TcpStream>);

impl Somebody {
    fn at(server: &Server) -> Self {
        let mut this =
            Somebody(BufReader::new(TcpStream::connect(("127.0.0.1", server.port)).unwrap()));
        this.line();
        this.say("CONNECT {\"verbose\":false,\"headers\":true}\r\nSUB inbox 1\r\n");
        this
    }

    fn say(&mut self, words: &str) {
        self.0.get_mut().write_all(words.as_bytes()).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    /// Takes a shard and gives it back at once; whether there was one.
    fn takes_and_refuses(&mut self, consumer: &str) -> bool {
        let asked = r#"{"batch":1,"no_wait":true}"#;
        let length = asked.len();
        self.say(&format!(
            "PUB $JS.API.CONSUMER.MSG.NEXT.TEST_WORK.{consumer} inbox {length}\r\n{asked}\r\n"
        ));
        loop {
            let line = self.line();
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                ["PING"] => self.say("PONG\r\n"),
                ["MSG", _, _, reply, length] => {
                    self.rest(length);
                    self.say(&format!("PUB {reply} 4\r\n-NAK\r\n"));
                    return true;
                }
                ["HMSG" | "MSG", .., length] => {
                    self.rest(length);
                    return false;
                }
                _ => {}
            }
        }
    }

    fn rest(&mut self, length: &str) {
        let mut payload = vec![0; length.parse::<usize>().unwrap() + 2];
        self.0.read_exact(&mut payload).unwrap();
    }
}

#[test]
fn what_the_queue_hands_out_no_more_or_has_lost_is_handed_out_anew() {
    let Some(server) = Server::start() else { return };
    let json = [&AB[..], &["--json", "--shard", "5", "--lease", "2"]].concat();
    let here = printed(server.command(&[&AB[..], &["--json"]].concat()).output().unwrap(), "here");
    let asking = Beside::start(&mut server.on(&json));
    let link = server.link();
    let consumers = || ask(&link, "$JS.API.CONSUMER.NAMES.TEST_WORK", "");
    until("the queue is there", || {
        consumers()["consumers"].as_array().is_some_and(|c| !c.is_empty())
    });
    let consumer = consumers()["consumers"][0].as_str().unwrap().to_string();
    // Somebody takes every shard as often as it is handed out, and does none of them.
    let info = format!("$JS.API.CONSUMER.INFO.TEST_WORK.{consumer}");
    let mut somebody = Somebody::at(&server);
    let mut taken = 0;
    until("every shard was taken five times", || {
        taken += usize::from(somebody.takes_and_refuses(&consumer));
        taken == 4 * 5
    });
    let state = || ask(&link, &info, "");
    until("all are exhausted", || state()["num_pending"] == 0);
    let worker = Beside::start(&mut server.worker(&[]));
    let done = asking.ended();
    let words = said(&done);
    assert_eq!(printed(done, "handed out"), here);
    assert!(words.contains("that it hands out no more"), "{words}");
    assert!(words.contains("4 were handed out no more by the queue"), "{words}");
    worker.kill();

    // Now the queue forgets all of it.
    let afresh = [&json[..], &["--afresh"]].concat();
    let asking = Beside::start(&mut server.on(&afresh));
    let lies = || ask(&link, "$JS.API.STREAM.INFO.TEST_WORK", "")["state"]["messages"].as_u64();
    until("shards are in the queue", || lies() == Some(4));
    ask(&link, "$JS.API.STREAM.PURGE.TEST_WORK", "");
    let worker = Beside::start(&mut server.worker(&[]));
    let done = asking.ended();
    drop(worker);
    let words = said(&done);
    assert_eq!(printed(done, "handed out"), here);
    assert!(words.contains("4 were lost by the queue and handed out anew"), "{words}");
}

#[test]
fn a_second_result_must_be_the_same_and_one_that_is_not_is_an_error() {
    let Some(server) = Server::start() else { return };
    let json = [&AB[..], &["--json", "--shard", "5"]].concat();
    let worker = Beside::start(&mut server.worker(&["--json", "--until-idle", "4"]));
    let there = printed(server.on(&json).output().unwrap(), "handed out");
    let lines = printed(worker.ended(), "a worker");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines.iter().all(|line| line["how"] == "done"), "{lines:?}");
    let listeners = |line: &Value| (line["arm"].clone(), line["listeners"].clone());
    assert_eq!(listeners(&lines[3]), (json!(1), json!([5, 10])));

    let job = lines[0]["job"].as_str().unwrap();
    let link = server.link();
    let subject = format!("TEST.results.{job}.2");
    let asked = json!({ "last_by_subj": subject }).to_string();
    let publish = |bytes: Vec<u8>| {
        let put = async { link.context.publish(subject.clone(), bytes.into()).await?.await };
        link.wait(put).unwrap();
    };
    let client = link.context.client();
    let lying = link.wait(client.request("$JS.API.DIRECT.GET.TEST_RESULTS", asked.into())).unwrap();
    // The same again, as of a worker that was thought lost.
    publish(lying.payload.to_vec());
    let again = server.on(&json).output().unwrap();
    assert!(said(&again).contains("1 came twice, and the same"), "{}", said(&again));
    assert_eq!(printed(again, "with a double"), there);
    // What cannot be read is none.
    publish(b"no result at all".to_vec());
    let odd = server.on(&json).output().unwrap();
    assert!(said(&odd).contains("a result of shard 2 cannot be read"), "{}", said(&odd));
    assert_eq!(printed(odd, "with something odd"), there);
    // Another, well-formed in itself.
    let end = lying.payload.iter().position(|byte| *byte == b'\n').unwrap();
    let mut head: Value = serde_json::from_slice(&lying.payload[..end]).unwrap();
    let mut body = lying.payload[end + 1..].to_vec();
    *body.last_mut().unwrap() ^= 1;
    head["sha256"] = json!(sha256(&body));
    head["worker"] = json!("somebody-else");
    publish([head.to_string().into_bytes(), b"\n".to_vec(), body].concat());
    let differs = server.on(&json).output().unwrap();
    assert_eq!(differs.status.code(), Some(2));
    assert!(differs.stdout.is_empty());
    let words = said(&differs);
    assert!(words.contains("SHARD 2 HAS TWO RESULTS THAT DIFFER"), "{words}");
    assert!(words.contains("somebody-else"), "{words}");
    // All of it again makes it good.
    let worker = Beside::start(&mut server.worker(&[]));
    let afresh = server.on(&[&json[..], &["--afresh"]].concat()).output().unwrap();
    drop(worker);
    assert_eq!(printed(afresh, "afresh"), there);
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn another_program_leaves_the_shards_alone_and_says_so() {
    let Some(server) = Server::start() else { return };
    let asking = Beside::start(&mut server.on(&[&AB[..], &["--shard", "5"]].concat()));
    until("shards are in the queue", || {
        ask(&server.link(), "$JS.API.STREAM.INFO.TEST_WORK", "")["state"]["messages"] == 4
    });
    // The same but for a byte behind its end: another build, for all that anybody can know.
    let other = server.folder.path().join("melody");
    fs::copy(MELODY, &other).unwrap();
    fs::OpenOptions::new().append(true).open(&other).unwrap().write_all(b"\n").unwrap();
    let mut command = Command::new(&other);
    let worker = command.args(["worker", "--from", &server.address(), "--until-idle", "2"]);
    let worker = worker.output().unwrap();
    let words = said(&worker);
    assert!(worker.status.success() && worker.stdout.is_empty(), "{words}");
    assert!(words.contains("4 shards of job"), "{words}");
    assert!(words.contains("0 shards done, 4 wait for another Melody"), "{words}");
    assert_eq!(count(&server, "results"), 0);
    asking.kill();
}

#[test]
fn who_is_interrupted_says_how_far_it_is() {
    let Some(server) = Server::start() else { return };
    let asking = Beside::start(&mut server.on(&[&AB[..], &["--shard", "5"]].concat()));
    let lies =
        || ask(&server.link(), "$JS.API.STREAM.INFO.TEST_WORK", "")["state"]["messages"] == 4;
    until("shards are in the queue", lies);
    asking.interrupt();
    let asking = asking.ended();
    assert_eq!((asking.status.code(), asking.stdout.is_empty()), (Some(130), true));
    let words = said(&asking);
    assert!(
        words.contains("0 of 4 shards are done; the same command goes on with them"),
        "{words}"
    );
    let worker = Beside::start(&mut server.worker(&[]));
    until("they are done", || count(&server, "results") == 4);
    worker.interrupt();
    let worker = worker.ended();
    assert!(said(&worker).contains("ended as asked: 4 shards done"), "{}", said(&worker));
    assert_eq!(printed(worker, "a worker").lines().count(), 4);
}

#[test]
fn what_is_wrong_is_told_before_anything_is_done() {
    let nowhere =
        Command::new(MELODY).args(AB).args(["--on", "nats://127.0.0.1:1"]).output().unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(said(&nowhere).contains("nats://127.0.0.1:1/MELODY"), "{}", said(&nowhere));
    let worker =
        Command::new(MELODY).args(["worker", "--from", "http://localhost"]).output().unwrap();
    assert_eq!(worker.status.code(), Some(2));
    assert!(said(&worker).contains("`http` is no scheme of NATS"), "{}", said(&worker));
    let alone = Command::new(MELODY).args(AB).args(["--shard", "4"]).output().unwrap();
    assert_eq!(alone.status.code(), Some(2));
    assert!(said(&alone).contains("--on"), "{}", said(&alone));
}
