//! A program beside ours that is asked line by line and answers in JSON. Between its turns it waits
//! without taking time, so rounds can be interleaved.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::de::DeserializeOwned;

pub(crate) struct Peer {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts a script of `benches/peers`; also what it says before its first turn.
    pub(crate) fn start<F: DeserializeOwned>(
        script: &str,
        words: &[String],
    ) -> Result<(Self, F), String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers").join(script);
        let mut child = Command::new("python3")
            .arg(script)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("python3: {error}"))?;
        let to = child.stdin.take().ok_or("the peer has no input")?;
        let from = BufReader::new(child.stdout.take().ok_or("the peer has no output")?);
        let mut peer = Peer { child, to, from };
        let first = peer.read()?;
        Ok((peer, first))
    }

    pub(crate) fn ask<A: DeserializeOwned>(&mut self, line: &str) -> Result<A, String> {
        writeln!(self.to, "{line}").and_then(|()| self.to.flush()).map_err(|e| e.to_string())?;
        self.read()
    }

    fn read<A: DeserializeOwned>(&mut self) -> Result<A, String> {
        let mut line = String::new();
        self.from.read_line(&mut line).map_err(|error| error.to_string())?;
        serde_json::from_str(&line).map_err(|_| "the peer stopped; see what it wrote above".into())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends by itself when its input does; this is for one that hangs. Either way it is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
