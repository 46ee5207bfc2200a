//! The command line: arguments in, exit code out.
//!
//! 0: fine. 1: an expectation or a check failed, or what was to be printed could not be. 2: wrong usage or bad input. 141: the reader
//! of the output went away.

mod ab;
mod ablate;
mod arguments;
mod catalogue;
mod causes;
mod compare;
mod config;
mod demo;
mod diff;
mod eval;
mod explain;
mod export;
mod failure;
mod figures;
mod generate;
mod global_time;
mod handed_out;
mod handed_search;
mod import;
mod keys;
mod learn;
mod left_out;
mod log;
mod logged;
mod note;
mod numbers;
mod ope;
mod open;
mod opening;
mod progress;
mod publish;
mod replay;
mod report;
mod say;
mod settings;
mod simulate;
mod simulator;
mod table;
mod train;
mod train_ltr;
mod train_towers;
mod training_log;
mod tune;
mod verified;
mod versions;
mod watch;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::arguments::{Arguments, Command, Export, Trace};
use crate::cli::failure::Failure;
use crate::cli::note::note;
use crate::cli::say::all_said;

/// Runs the program with the process's own arguments.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => return tell(&told),
    };
    // What is left to be printed is printed now, where it can be seen whether it was.
    match command(arguments).and_then(|()| all_said()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn command(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Some(Command::Open(open)) => open::run(&open),
        Some(Command::Demo(demo)) => demo::run(&demo),
        Some(Command::Replay(replay)) => replay::run(&replay),
        Some(Command::Diff(diff)) => diff::run(&diff),
        Some(Command::Report(report)) => report::run(&report),
        Some(Command::Explain(explain)) => explain::run(&explain),
        Some(Command::Train(train)) => train::run(&train),
        Some(Command::TrainTowers(train)) => train_towers::run(&train),
        Some(Command::TrainLtr(train)) => train_ltr::run(&train),
        Some(Command::Learn(learn)) => learn::run(&learn),
        Some(Command::Versions(versions)) => versions::run(&versions),
        Some(Command::Watch(watch)) => watch::run(&watch),
        Some(Command::Eval(eval)) if eval.protocol.is_some() => global_time::run(&eval),
        Some(Command::Eval(eval)) => eval::run(&eval),
        Some(Command::Simulate(simulate)) => simulate::run(&simulate),
        Some(Command::Ab(ab)) => ab::run(&ab),
        Some(Command::Ablate(ablate)) => ablate::run(&ablate),
        Some(Command::Tune(tune)) => tune::run(&tune),
        Some(Command::Worker(worker)) => worker::run(&worker),
        Some(Command::Ope(ope)) => ope::run(&ope),
        Some(Command::Log(command)) => log::run(&command),
        Some(Command::Trace(Trace::Export(trace))) => export::trace(&trace),
        Some(Command::Catalogue(command)) => catalogue::run(&command),
        Some(Command::Import(command)) => import::run(&command),
        Some(Command::Export(Export::Lightgbm { ranker, out })) => export::lightgbm(&ranker, &out),
        Some(Command::Export(Export::Onnx { model, out })) => export::onnx(&model, &out),
        Some(Command::Config(command)) => config::run(&command),
        Some(Command::Keys(command)) => keys::run(&command),
        Some(Command::Completions { shell }) => generate::completions(shell),
        Some(Command::Man) => generate::man(),
        None => simulator::run(&arguments.simulator),
    }
}

/// Says what reading the arguments came to: a help that was asked for, or what is wrong with them.
fn tell(told: &clap::Error) -> ExitCode {
    if told.use_stderr() {
        note(told.render().to_string().trim_end());
    } else if let Err(failure) = told.print().map_err(Failure::Output).and_then(|()| all_said()) {
        return failure.report();
    }
    ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2))
}
