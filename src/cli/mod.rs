//! The command line: arguments in, exit code out.
//!
//! 0: fine. 1: an expectation or a check failed. 2: wrong usage or bad input.

mod ab;
mod arguments;
mod catalogue;
mod compare;
mod config;
mod demo;
mod diff;
mod eval;
mod explain;
mod failure;
mod figures;
mod generate;
mod import;
mod keys;
mod log;
mod numbers;
mod ope;
mod open;
mod progress;
mod replay;
mod settings;
mod simulate;
mod simulator;
mod table;
mod train;
mod train_ltr;
mod training_log;
mod tune;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::arguments::{Arguments, Command};

/// Runs the program with the process's own arguments.
pub fn run() -> ExitCode {
    end_with_the_pipe();
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Some(Command::Open(open)) => open::run(&open),
        Some(Command::Demo(demo)) => demo::run(&demo),
        Some(Command::Replay(replay)) => replay::run(&replay),
        Some(Command::Diff(diff)) => diff::run(&diff),
        Some(Command::Explain(explain)) => explain::run(&explain),
        Some(Command::Train(train)) => train::run(&train),
        Some(Command::TrainLtr(train)) => train_ltr::run(&train),
        Some(Command::Eval(eval)) => eval::run(&eval),
        Some(Command::Simulate(simulate)) => simulate::run(&simulate),
        Some(Command::Ab(ab)) => ab::run(&ab),
        Some(Command::Tune(tune)) => tune::run(&tune),
        Some(Command::Ope(ope)) => ope::run(&ope),
        Some(Command::Log(command)) => log::run(&command),
        Some(Command::Catalogue(command)) => catalogue::run(&command),
        Some(Command::Import(command)) => import::run(&command),
        Some(Command::Config(command)) => config::run(&command),
        Some(Command::Keys(command)) => keys::run(&command),
        Some(Command::Completions { shell }) => {
            generate::completions(shell);
            Ok(())
        }
        Some(Command::Man) => generate::man(),
        None => simulator::run(&arguments.simulator),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// What a program exits with that a closed pipe has ended.
const PIPE_CLOSED: i32 = 141;

/// A reader that has seen enough (`melody explain ... | head`) ends the program, quietly.
fn end_with_the_pipe() {
    let always = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    // If it cannot be arranged, printing fails with a message instead.
    let _ = signal_hook::flag::register_conditional_shutdown(
        signal_hook::consts::SIGPIPE,
        PIPE_CLOSED,
        always,
    );
}
