//! PyTorch and ONNX Runtime as child processes: `benches/peers/bench.py`.
//!
//! A child reads `SONGS RUNS` from its input and answers each line with one of JSON: seconds of each
//! run, and how far its outputs are from ours. Between lines it waits without taking time.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use melody::model;
use serde::Deserialize;

use crate::Failure;
use crate::ours::Ours;

const PEERS: [&str; 2] = ["torch", "onnxruntime"];

/// What all peers are given, in files.
pub struct Peers {
    script: PathBuf,
    /// Model folder, scoring and ONNX graph.
    files: [PathBuf; 3],
}

/// A running child.
pub struct Peer {
    pub name: String,
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Hello {
    name: String,
}

#[derive(Deserialize)]
struct Answer {
    seconds: Vec<f64>,
    apart: f32,
}

impl Peers {
    /// Writes what the peers need into a folder; an error says why they cannot run.
    pub fn new(ours: &Ours, folder: &Path) -> Result<Self, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/bench.py");
        let needed = "import torch, onnxruntime, onnx, onnxscript, safetensors";
        let found = Command::new("python3").args(["-c", needed]).output();
        match found {
            Err(error) => return Err(format!("python3: {error}")),
            Ok(output) if !output.status.success() => {
                let text = String::from_utf8_lossy(&output.stderr);
                return Err(text.lines().last().unwrap_or("python3 failed").to_owned());
            }
            Ok(_) => {}
        }
        let files = ["model", "scoring.safetensors", "network.onnx"].map(|name| folder.join(name));
        model::save(&files[0], ours.files())?;
        std::fs::write(&files[1], ours.scoring()).map_err(|error| error.to_string())?;
        let export = Command::new("python3").arg(&script).arg("export").args(&files).output();
        let export = export.map_err(|error| error.to_string())?;
        if !export.status.success() {
            return Err(format!("exporting to ONNX: {}", String::from_utf8_lossy(&export.stderr)));
        }
        Ok(Peers { script, files })
    }

    /// Starts one child per peer.
    pub fn start(&self, threads: usize) -> Result<Vec<Peer>, Failure> {
        PEERS.iter().map(|peer| self.start_one(peer, threads)).collect()
    }

    fn start_one(&self, peer: &str, threads: usize) -> Result<Peer, Failure> {
        let mut child = Command::new("python3")
            .arg(&self.script)
            .arg(peer)
            .args(&self.files)
            .arg(threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        answers.read_line(&mut line)?;
        let Hello { name } = serde_json::from_str(&line)?;
        Ok(Peer { name, child, questions, answers })
    }
}

impl Peer {
    /// Times of some runs on the first `songs` songs, and how far the outputs are from ours.
    pub fn run(&mut self, songs: usize, runs: usize) -> Result<(Vec<Duration>, f32), Failure> {
        let questions = self.questions.as_mut().expect("it is open while the peer lives");
        writeln!(questions, "{songs} {runs}")?;
        questions.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let Answer { seconds, apart } = serde_json::from_str(&line)?;
        Ok((seconds.into_iter().map(Duration::from_secs_f64).collect(), apart))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // At the end of its input the child ends.
        self.questions = None;
        let _ = self.child.wait();
    }
}
