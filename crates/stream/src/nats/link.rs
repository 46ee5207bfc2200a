//! A connection that blocks. The client's own work goes on in a thread of its own, so that a server that asks for a sign
//! of life is answered while this program computes.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream::{self, stream};
use async_nats::{ConnectErrorKind, Event};
use tokio::runtime::Runtime;

use super::address::Address;

/// Tries to make a stream that somebody else makes at the same time, and the pause between.
const TRIES: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(100);
/// How long connecting may take, and an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a server cannot be talked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// It is away, or does not answer. Trying again may help.
    #[error("{0}")]
    Away(String),
    /// It does not let us in, or is not what it should be. Trying again changes nothing.
    #[error("{0}")]
    Refused(String),
}

/// A connection to a server.
pub struct Link {
    runtime: Runtime,
    /// Whether the connection was lost since it was opened, if only for a moment.
    lost: Arc<AtomicBool>,
    /// The address it was opened with.
    pub address: Address,
    /// What JetStream is asked through.
    pub context: jetstream::Context,
}

impl Link {
    /// Connects.
    ///
    /// # Errors
    /// When the server is away or does not let us in.
    pub fn open(address: &Address) -> Result<Self, Unreachable> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("stream")
            .enable_all()
            .build()
            .map_err(|e| Unreachable::Away(format!("no thread can be had: {e}")))?;
        // What asks JetStream begins work of its own, for which it must be within the runtime.
        let lost = Arc::new(AtomicBool::new(false));
        let connected = async { connect(address, lost.clone()).await.map(jetstream::new) };
        let context = runtime.block_on(connected)?;
        Ok(Link { runtime, lost, address: address.clone(), context })
    }

    /// Whether the connection has held all the time. The client connects again by itself, and says nothing of what the server has
    /// lost meanwhile.
    pub fn held(&self) -> bool {
        !self.lost.load(Ordering::Relaxed)
    }

    /// Waits for what the server is asked.
    pub fn wait<T>(&self, asked: impl Future<Output = T>) -> T {
        self.runtime.block_on(asked)
    }

    /// The stream of this name, made if it is not there.
    ///
    /// # Errors
    /// When the server has no JetStream, refuses, or has a stream of this name with other subjects.
    pub fn stream(&self, config: stream::Config) -> Result<stream::Stream, Unreachable> {
        let (name, wanted) = (config.name.clone(), config.subjects.clone());
        let retention = config.retention;
        let mut left = TRIES;
        let stream = loop {
            match self.wait(self.context.get_or_create_stream(config.clone())) {
                Ok(stream) => break stream,
                // Somebody else is making it at this moment: then it is there soon.
                Err(error) if left > 0 && taken(&error.to_string()) => {
                    left -= 1;
                    std::thread::sleep(BETWEEN);
                }
                Err(error) => return Err(self.of_stream(&name, &error.to_string())),
            }
        };
        let found = &stream.cached_info().config;
        let same = wanted.iter().all(|subject| found.subjects.contains(subject));
        if !same || found.retention != retention {
            let (found, wanted) = (found.subjects.join(" "), wanted.join(" "));
            return Err(Unreachable::Refused(format!(
                "{}: the stream {name} is somebody else's: its subjects are {found}, where ours would be {wanted}; \
                 name another stream: nats://HOST/STREAM",
                self.address
            )));
        }
        Ok(stream)
    }

    fn of_stream(&self, name: &str, error: &str) -> Unreachable {
        let address = &self.address;
        if !self.context.client().server_info().jetstream {
            return Unreachable::Refused(format!(
                "{address}: the server keeps no streams; start it with `nats-server --jetstream`"
            ));
        }
        // A server on its way up, or a cluster that has no leader yet, has not refused anything.
        let passing = ["timed out", "no responders", "unavailable", "broken pipe", "connection"];
        if passing.iter().any(|told| error.to_lowercase().contains(told)) {
            return Unreachable::Away(format!("{address}: the stream {name}: {error}"));
        }
        Unreachable::Refused(format!("{address}: the stream {name}: {error}"))
    }
}

/// Whether a stream could not be made since there is one of its name or its subjects.
fn taken(error: &str) -> bool {
    error.contains("overlap") || error.contains("already in use")
}

async fn connect(
    address: &Address,
    lost: Arc<AtomicBool>,
) -> Result<async_nats::Client, Unreachable> {
    let (server, options) = address.options().await.map_err(Unreachable::Refused)?;
    let options = options
        .name("melody")
        .connection_timeout(PATIENCE)
        .request_timeout(Some(PATIENCE))
        .event_callback(move |event| {
            lost.fetch_or(matches!(event, Event::Disconnected | Event::Closed), Ordering::Relaxed);
            async {}
        });
    options.connect(server).await.map_err(|error| {
        let told = format!("{address}: {error}");
        match error.kind() {
            ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                Unreachable::Refused(format!(
                    "{told}; credentials are taken from the address, NATS_CREDS, NATS_USER and NATS_PASSWORD, or NATS_CONTEXT"
                ))
            }
            ConnectErrorKind::ServerParse | ConnectErrorKind::Tls => Unreachable::Refused(told),
            ConnectErrorKind::Io => Unreachable::Away(format!(
                "{told}; `nats-server --jetstream` starts a server"
            )),
            _ => Unreachable::Away(told),
        }
    })
}
