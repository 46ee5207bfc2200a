//! What can be said on the command line.

mod command;
mod data;
mod experiments;
mod named;
mod sessions;
mod simulator;
mod training;

pub use command::{Arguments, Command};
pub use data::{
    Catalogue, Import, ImportHistory, ImportLog, ImportMssd, Log, SimulateLog, SplitShares,
};
pub use experiments::{Ab, Eval, Ope, Population, Simulate, Tune};
pub use named::{Device, Named};
pub use sessions::{Demo, Diff, Explain, Open, Replay};
pub use simulator::{AsciiWord, Config, Keys, LangWord, Screen, Settings, Simulator};
pub use training::{Train, TrainLtr};
