//! The program `melody`: what a person types, handed to the command line.

fn main() -> std::process::ExitCode {
    melody::cli::run()
}
