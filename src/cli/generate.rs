//! `melody completions` and `melody man`: the command line, described for shells and for `man`.

use std::io;

use clap::CommandFactory;

use super::arguments::Arguments;
use super::failure::Failure;

pub(super) fn completions(shell: clap_complete::Shell) {
    clap_complete::generate(shell, &mut Arguments::command(), "melody", &mut io::stdout());
}

pub(super) fn man() -> Result<(), Failure> {
    let page = clap_mangen::Man::new(Arguments::command());
    page.render(&mut io::stdout()).map_err(|e| e.to_string().into())
}
