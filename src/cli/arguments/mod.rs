//! What can be said on the command line.

mod command;
mod data;
mod experiments;
mod named;
mod numbers;
mod sessions;
mod simulator;
mod stream;
mod training;
mod work;

pub(super) use command::{Arguments, Command};
pub(super) use data::{
    Catalogue, Export, ExportLog, ExportTrace, Import, ImportHistory, ImportLog, ImportMssd,
    Imports, Log, LogForm, SimulateLog, SplitShares, Trace, TraceForm,
};
pub(super) use experiments::{Ab, Ablate, Eval, Ope, Population, Simulate, Tune};
pub(super) use named::{Device, Named};
pub(super) use sessions::{Demo, Diff, Explain, Open, Replay, Report};
pub(super) use simulator::{AsciiWord, Config, Keys, LangWord, Screen, Settings, Simulator};
pub(super) use stream::{Learn, Versions, Watch};
pub(super) use training::{Train, TrainLtr, TrainTowers};
pub(super) use work::{HandedOut, Worker};
