//! `melody completions` and `melody man`: the command line, described for shells and for `man`.

use clap::CommandFactory;

use super::arguments::Arguments;
use super::failure::Failure;
use super::say::say_own;

pub(super) fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    // Into memory first: the generator panics on an output that takes no more.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "melody", &mut script);
    say_own(&script)
}

pub(super) fn man() -> Result<(), Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page).map_err(|e| e.to_string())?;
    say_own(&page)
}
