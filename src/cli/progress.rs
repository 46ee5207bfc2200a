//! Progress bars on standard error; none where that is not a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `total` units of `what`.
pub fn bar(total: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(total).with_message(what.to_string());
    let style = ProgressStyle::with_template(
        "{msg:24} [{bar:30}] {pos}/{len}  {elapsed_precise} < {eta_precise}  {prefix}",
    );
    bar.with_style(style.expect("the template is valid").progress_chars("=> "))
}
