//! The program `melody`: what a person types, handed to the command line.

/// A kiosk runs for days. What it has in use stays level, but the allocator of some systems keeps more of what was
/// free with every hour (`examples/long_run.rs`); this one does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    melody::cli::run()
}
