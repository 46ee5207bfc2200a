//! How a command fails.

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use super::note::note;
use melody_core::input::{InputError, Problem};
use melody_lab::reports::Undone;

/// What a program exits with that a closed pipe has ended.
const PIPE_CLOSED: u8 = 141;

#[derive(Debug)]
pub(super) enum Failure {
    /// An expectation or check failed; the command has said so already.
    Check,
    /// The program was made to end; this is its exit code, and nothing is left to say.
    Ended(u8),
    /// What was to be printed could not be.
    Output(io::Error),
    /// Something handed over is wrong.
    Input(InputError),
    /// Something could not be done; the message says what and why.
    Other(String),
}

impl Failure {
    /// Prints the failure and gives the exit code.
    pub(super) fn report(self) -> ExitCode {
        match self {
            Failure::Check => ExitCode::from(1),
            Failure::Ended(code) => ExitCode::from(code),
            // Whoever read has seen enough (`melody explain ... | head`); there is nothing to say about it.
            Failure::Output(error) if error.kind() == ErrorKind::BrokenPipe => {
                ExitCode::from(PIPE_CLOSED)
            }
            Failure::Output(error) => {
                note(format_args!("error: the output could not be written: {error}"));
                ExitCode::from(1)
            }
            Failure::Input(error) => {
                note(format_args!("error: {error}"));
                ExitCode::from(2)
            }
            Failure::Other(message) => {
                note(format_args!("error: {message}"));
                ExitCode::from(2)
            }
        }
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Failure::Input(error)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::Input(problem.into())
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Failure::Other(message)
    }
}

impl From<Undone> for Failure {
    fn from(error: Undone) -> Self {
        match error {
            Undone::Input(error) => Failure::Input(error),
            error => Failure::Other(error.to_string()),
        }
    }
}
