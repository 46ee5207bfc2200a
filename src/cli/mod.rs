//! The command line: arguments in, exit code out.
//!
//! 0: fine. 1: an expectation or a check failed. 2: wrong usage or bad input.

mod arguments;
mod catalogue;
mod diff;
mod explain;
mod failure;
mod import;
mod progress;
mod replay;
mod simulator;
mod train;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

/// Runs the program with the process's own arguments.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Some(Command::Replay(replay)) => replay::run(&replay),
        Some(Command::Diff(diff)) => diff::run(&diff),
        Some(Command::Explain(explain)) => explain::run(&explain),
        Some(Command::Train(train)) => train::run(&train),
        Some(Command::Catalogue(command)) => catalogue::run(&command),
        Some(Command::Import(command)) => import::run(&command),
        None => simulator::run(&arguments.simulator),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
