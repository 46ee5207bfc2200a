//! The peer: PyTorch, training the same network.

use std::path::Path;

use serde::Deserialize;

use crate::common;

pub(crate) struct Peer {
    process: common::Peer,
    pub first: First,
}

/// What the peer says before its first turn.
#[derive(Debug, Deserialize)]
pub(crate) struct First {
    /// Losses of the first batch with the weights it was given.
    pub losses: [f32; 3],
    pub torch: String,
}

#[derive(Deserialize)]
struct Turn {
    seconds: f64,
}

impl Peer {
    pub(crate) fn start(folder: &Path, threads: usize, variant: &str) -> Result<Self, String> {
        let words = [folder.display().to_string(), threads.to_string(), variant.to_owned()];
        let (process, first) = common::Peer::start("train.py", &words)?;
        Ok(Peer { process, first })
    }

    /// Seconds that some steps take.
    pub(crate) fn steps(&mut self, count: usize) -> Result<f64, String> {
        Ok(self.process.ask::<Turn>(&count.to_string())?.seconds)
    }
}
