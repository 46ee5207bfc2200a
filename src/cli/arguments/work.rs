//! Work that is handed out over a stream of NATS.

use clap::{Args, value_parser};

use melody_stream::nats::Address;

/// Where the listeners of an experiment are handed out, if they are.
#[derive(Debug, Args)]
pub(crate) struct HandedOut {
    /// Hand the listeners out to workers over a stream of NATS (each is started by `melody worker --from` the same address); the
    /// report is the same, to the byte. Started again, the command goes on with what is done.
    #[arg(long, value_name = "nats://HOST[/STREAM]")]
    pub on: Option<Address>,
    /// Listeners that a worker takes at once; by default as many as make some seconds of work.
    #[arg(long, value_name = "N", requires = "on", value_parser = value_parser!(u64).range(1..=1_000_000))]
    pub shard: Option<u64>,
    /// Seconds that a worker may be silent about its listeners before another has them.
    #[arg(long, value_name = "SECONDS", requires = "on", default_value_t = 30, value_parser = value_parser!(u64).range(2..=3_600))]
    pub lease: u64,
    /// Forget what is done, and do all of it again.
    #[arg(long, requires = "on")]
    pub afresh: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Worker {
    /// Stream of NATS to take shards from; `--on` of `ab`, `simulate`, `ablate`, `tune` and `log simulate` puts them there. Who
    /// may go there is said as NATS says it: NATS_CREDS, NATS_USER and NATS_PASSWORD, NATS_CONTEXT.
    #[arg(long, value_name = "nats://HOST[/STREAM]")]
    pub from: Address,
    /// End after so many seconds without a shard; by default never.
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=31_536_000))]
    pub until_idle: Option<u64>,
    /// Print a line of JSON for each shard.
    #[arg(long)]
    pub json: bool,
}
