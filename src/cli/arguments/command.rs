//! The program and its commands: what `melody --help` lists.

use clap::{Parser, Subcommand};

use super::data::{Catalogue, Export, Imports, Log, Trace};
use super::experiments::{Ab, Ablate, Eval, Ope, Simulate, Tune};
use super::sessions::{Demo, Diff, Explain, Open, Replay, Report};
use super::simulator::{Config, Keys, Simulator};
use super::stream::{Learn, Versions, Watch};
use super::training::{Train, TrainLtr, TrainTowers};
use super::work::Worker;

/// A listening simulator and music-recommendation lab.
///
/// Without a command, opens the simulator: play, skip, like and search as a mock listener and watch
/// scores, weights and promotion ratio change, and why.
#[derive(Debug, Parser)]
#[command(name = "melody", version, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub simulator: Simulator,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open a session that was written down: a script, a trace, a log or a panic's report.
    Open(Open),
    /// Show a tour: a session told scene by scene, stepped through with space.
    Demo(Demo),
    /// Replay scripts without a terminal and check what they expect.
    Replay(Replay),
    /// Show where two traces part, with every rank and weight that differs.
    Diff(Diff),
    /// Make one page with plots of a trace, an experiment, a judgement or a training.
    Report(Report),
    /// Explain a song's rank at a step of a script, to the last digit.
    Explain(Explain),
    /// Train a model on simulated listening.
    Train(Train),
    /// Give a trained model the two towers that retrieve songs; its weights stay as they are.
    TrainTowers(TrainTowers),
    /// Train a ranker, which can take the place of the fused score, on simulated listeners.
    TrainLtr(TrainLtr),
    /// Learn from feedback as it comes, and give out versions of a model.
    Learn(Learn),
    /// Bring a learner's versions from the server to a folder, for sessions on this machine.
    Versions(Versions),
    /// Show a learner at work: what comes in, versions, lag, and how listeners fare.
    Watch(Watch),
    /// Judge a model by a training log or by simulated listeners, with confidence intervals.
    Eval(Eval),
    /// Run simulated listeners through a policy and model, beside real listening data.
    Simulate(Simulate),
    /// Compare two policies or models on the same simulated listeners.
    Ab(Ab),
    /// Take each mechanism away, on the same simulated listeners: what is it worth, and what does it cost?
    Ablate(Ablate),
    /// Search weights and mixing rules on simulated listeners, the listener first.
    Tune(Tune),
    /// Do shards of experiments that others have handed out over a stream of NATS.
    Worker(Worker),
    /// Estimate what other bandit policies would have earned on sessions that were traced.
    Ope(Ope),
    /// Read feedback logs; make, split, check and export training logs.
    #[command(subcommand)]
    Log(Log),
    /// Write traces as other tools read them.
    #[command(subcommand)]
    Trace(Trace),
    /// Make or check a catalogue.
    #[command(subcommand)]
    Catalogue(Catalogue),
    /// Bring in data of other services.
    Import(Imports),
    /// Write what was learned as other tools read it.
    #[command(subcommand)]
    Export(Export),
    /// Print the settings in effect, each with where it comes from.
    Config(Config),
    /// Print which key does what in the simulator.
    Keys(Keys),
    /// Print a completion script for a shell.
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, in roff.
    Man,
}
