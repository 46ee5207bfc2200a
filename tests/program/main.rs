//! The program as a whole: command line, files, terminal, and the order of the house.

mod bad_input;
#[path = "../common/mod.rs"]
mod common;
mod config;
mod experiments;
mod explained;
mod export;
mod full_disk;
mod gate;
mod house;
mod import;
mod kills;
mod leaving;
mod log;
mod memories;
mod printing;
#[path = "../versions/mod.rs"]
mod publishing;
mod report;
mod rest;
mod resume;
mod running;
mod simulated;
#[path = "../stage/mod.rs"]
mod stage;
mod stream;
mod stream_work;
mod terminal;
mod tools;
mod versions;
mod without;
mod writing;
