//! The recipe of towers for a model that has been trained already: its weights stay, its folder gains two towers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compare::Comparison;
use super::folder::write_text;
use super::named::report_named;
use super::report::{Report, model_card};
use super::stage::{Teller, Undone, Watch, Work};
use crate::config::TrainingConfig;
use crate::data::Split;
use crate::data::log::{Listening, TrainingLog};
use crate::retrieval::{TowerRecipe, TowerReport, tower_work, train_towers};
use melody_core::catalogue::Catalogue;
use melody_core::output::{Kind, Mark, may_replace};
use melody_model as model;
use melody_model::{Backend, ModelFiles};
use melody_sessions::names::{DEFAULT, catalogue_named, model_named, policy_named};

/// What towers are to be made of.
#[derive(Clone, Debug)]
pub struct TowersWanted {
    /// `default` or a model's folder.
    pub model: String,
    /// `default` or a catalogue's folder.
    pub catalogue: String,
    /// The training log to learn from; simulated listeners, those the model was trained on, if there is none.
    pub log: Option<PathBuf>,
    /// That tensors are computed on.
    pub backend: Backend,
    /// The folder the model is written to with its towers; it may be the model's own.
    pub out: PathBuf,
}

/// Gives a model towers and writes it into a folder. Every weight it had stays as it was.
///
/// # Errors
/// When something that is named cannot be read, or the folder cannot be written.
pub fn deliver_towers(wanted: &TowersWanted, watch: &mut Watch) -> Result<TowerReport, Undone> {
    let teller = Teller::new(watch);
    let here = Path::new("");
    let manifest = Kind { name: "model", mark: Mark::Line("weights_sha256 = ") };
    may_replace(&wanted.out.join("model.toml"), manifest, &[])?;
    let device = model::device(wanted.backend);
    let mut files = model_named(&wanted.model, here, &device)?;
    let catalogue = Arc::new(catalogue_named(&wanted.catalogue, here)?);
    let report = report_named(&wanted.model, here);
    let config = report.as_ref().map_or_else(TrainingConfig::default, |r| r.config.clone());
    let log =
        wanted.log.as_ref().map(|dir| TrainingLog::open(dir, catalogue.clone())).transpose()?;
    let towers = towers(&mut files, &catalogue, log.as_ref(), &config, &teller)?
        .ok_or_else(|| "there are no plays to learn from".to_string())?;
    model::save(&wanted.out, &files)?;
    if let Some(report) = report {
        let report = Report { towers: Some(towers.clone()), manifest: files.manifest, ..report };
        let json = serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?;
        write_text(&wanted.out, "report.json", json + "\n")?;
        let comparison = comparison(&wanted.out);
        write_text(&wanted.out, "MODEL_CARD.md", model_card(&report, comparison.as_ref()))?;
    }
    Ok(towers)
}

/// Gives `files` towers that learn from a log, or from the simulated listeners of `config`; none where there is nothing to learn.
pub(super) fn towers(
    files: &mut ModelFiles,
    catalogue: &Arc<Catalogue>,
    log: Option<&TrainingLog>,
    config: &TrainingConfig,
    teller: &Teller,
) -> Result<Option<TowerReport>, Undone> {
    let config = TrainingConfig { rollouts: 0, ..config.clone() };
    let listening = |split| match log {
        Some(log) => Listening::Log(log.clone(), Some(split)),
        None => Listening::simulated(catalogue.clone(), &config, split),
    };
    let device = files.network.head.listener.val().device();
    let (learn, judge) = (listening(Split::Train), listening(Split::Test));
    let recipe = TowerRecipe {
        catalogue,
        learn: &learn,
        judge: &judge,
        interest: policy_named(DEFAULT, Path::new(""))?.interest,
        seed: config.seed,
        device: &device,
    };
    let work = tower_work(&recipe);
    Ok(teller.of(Work::Towers, work, || train_towers(files, &recipe, &|| teller.one()))?)
}

/// The comparison that stands in a model's folder, if there is one.
fn comparison(folder: &Path) -> Option<Comparison> {
    let text = std::fs::read_to_string(folder.join("comparison.json")).ok()?;
    serde_json::from_str(&text).ok()
}
