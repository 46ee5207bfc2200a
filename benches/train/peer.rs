//! The peer: a program of its own that waits between its turns.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

pub struct Peer {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    pub first: First,
}

/// What the peer says before its first turn.
#[derive(Debug, Deserialize)]
pub struct First {
    /// Losses of the first batch with the weights it was given.
    pub losses: [f32; 3],
    pub torch: String,
}

#[derive(Deserialize)]
struct Turn {
    seconds: f64,
}

impl Peer {
    pub fn start(folder: &Path, threads: usize, variant: &str) -> Result<Self, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/train.py");
        let mut child = Command::new("python3")
            .arg(script)
            .arg(folder)
            .args([&threads.to_string(), variant])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("python3: {error}"))?;
        let to = child.stdin.take().ok_or("the peer has no input")?;
        let mut from = BufReader::new(child.stdout.take().ok_or("the peer has no output")?);
        let first = read(&mut from)?;
        Ok(Peer { child, to, from, first })
    }

    /// Seconds that some steps take.
    pub fn steps(&mut self, count: usize) -> Result<f64, String> {
        writeln!(self.to, "{count}").and_then(|()| self.to.flush()).map_err(|e| e.to_string())?;
        Ok(read::<Turn>(&mut self.from)?.seconds)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends by itself when its input does; this is for one that hangs. Either way it is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read<T: for<'a> Deserialize<'a>>(from: &mut impl BufRead) -> Result<T, String> {
    let mut line = String::new();
    from.read_line(&mut line).map_err(|error| error.to_string())?;
    serde_json::from_str(&line).map_err(|_| "the peer stopped; see what it wrote above".into())
}
