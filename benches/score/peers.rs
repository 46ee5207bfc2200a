//! PyTorch and ONNX Runtime: `benches/peers/bench.py`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use melody::model;
use serde::Deserialize;

use crate::common;
use crate::ours::Ours;

const SCRIPT: &str = "bench.py";
const PEERS: [&str; 2] = ["torch", "onnxruntime"];

/// What all peers are given, in files.
pub(crate) struct Peers {
    /// Model folder, scoring and ONNX graph.
    files: [PathBuf; 3],
}

/// One of them, started.
pub(crate) struct Peer {
    pub name: String,
    process: common::Peer,
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
    pub(crate) fn new(ours: &Ours, folder: &Path) -> Result<Self, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers").join(SCRIPT);
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
        Ok(Peers { files })
    }

    /// Starts one child per peer.
    pub(crate) fn start(&self, threads: usize) -> Result<Vec<Peer>, String> {
        PEERS.iter().map(|peer| self.start_one(peer, threads)).collect()
    }

    fn start_one(&self, peer: &str, threads: usize) -> Result<Peer, String> {
        let mut words = vec![peer.to_owned()];
        words.extend(self.files.iter().map(|file| file.display().to_string()));
        words.push(threads.to_string());
        let (process, Hello { name }) = common::Peer::start(SCRIPT, &words)?;
        Ok(Peer { name, process })
    }
}

impl Peer {
    /// Times of some runs on the first `songs` songs, and how far the outputs are from ours.
    pub(crate) fn run(
        &mut self,
        songs: usize,
        runs: usize,
    ) -> Result<(Vec<Duration>, f32), String> {
        let Answer { seconds, apart } = self.process.ask(&format!("{songs} {runs}"))?;
        Ok((seconds.into_iter().map(Duration::from_secs_f64).collect(), apart))
    }
}
