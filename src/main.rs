fn main() -> std::process::ExitCode {
    melody::cli::run()
}
