//! `melody import lightgbm`: a ranker that LightGBM has trained.

use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::say::say;
use crate::cli::train_ltr::RANKER;
use melody_core::input::read_text;
use melody_core::output::{may_write, write_whole};
use melody_lab::ltr::from_lightgbm;
use melody_recommender::ltr::Ranker;
use melody_recommender::ranking::feature_names;

pub(super) fn run(file: &Path, out: &Path) -> Result<(), Failure> {
    let name = out.file_stem().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| format!("--out {}: names no file", out.display()))?;
    may_write(out, RANKER, &[file])?;
    let shown = file.display().to_string();
    let (base, forest) = from_lightgbm(&shown, &read_text(file)?, &feature_names())?;
    let about = format!("{} trees of a model of LightGBM's", forest.trees.len());
    let (_, text) = Ranker::new(name, &about, &feature_names(), base, forest);
    // What a policy's ranker must hold to, as the size of its scores, this one must too.
    let ranker = Ranker::parse(&out.display().to_string(), &text, &feature_names())?;
    write_whole(out, text.as_bytes())?;
    say!("wrote {}: {}, {}", out.display(), ranker.about, &ranker.hash[..12])
}
