//! A model on disk: one folder with weights, shape, schema, report and hashes.
//!
//! | file | holds |
//! |---|---|
//! | `model.toml` | name, hash of the weights, what it was trained on |
//! | `config.toml` | the network's shape |
//! | `schema.toml` | what each feature means |
//! | `weights.safetensors` | parameters under PyTorch's names and layout |
//! | `towers.safetensors` | the two towers of retrieval, where the model has them |
//! | `examples.safetensors` | replayed and held-back examples for near-line updates |
//! | `report.json`, `MODEL_CARD.md` | how training went, for people and programs |
//!
//! `models/README.md` lists every parameter: name, shape, layout, and how the hash is taken.
//! `tools/interchange.py` reads and writes such folders with PyTorch.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot, PyTorchToBurnAdapter, SafetensorsStore};
use burn::tensor::Device;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::config::NetworkConfig;
use crate::examples::Examples;
use crate::network::assembled::Network;
use crate::numbers::{floats, weights_hash};
use crate::objective::Objective;
use crate::retrieval::Towers;
use crate::schema::Schema;
use melody_core::input::{InputError, Problem, TomlFile, read_bytes};
use melody_core::output::write_together;

/// The model's identity, `model.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the folder's form.
    pub format: u32,
    /// What traces call the model.
    pub name: String,
    /// SHA-256 over the parameters' names, shapes and values.
    pub weights_sha256: String,
    /// The same over the towers'; absent where the model has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub towers_sha256: Option<String>,
    /// The catalogue its training log was simulated on.
    pub trained_on: String,
    /// That it was trained with.
    pub seed: u64,
    /// That training took.
    pub steps: u64,
    /// What was optimised.
    pub objective: Objective,
}

/// A model folder's contents, checked.
#[derive(Clone, Debug)]
pub struct ModelFiles {
    /// What it is called and was trained for.
    pub manifest: Manifest,
    /// The network's shape.
    pub config: NetworkConfig,
    /// With its weights.
    pub network: Network,
    /// What finds songs worth scoring; without, other sources must do.
    pub towers: Option<Towers>,
    /// For near-line updates.
    pub examples: Examples,
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        &[$(Texts {
            folder: concat!("models/", $name),
            manifest: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/", $name, "/model.toml")),
            config: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/", $name, "/config.toml")),
            schema: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/", $name, "/schema.toml")),
            weights: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/", $name, "/weights.safetensors")),
            towers: Some(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/", $name, "/towers.safetensors"))),
            examples: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/", $name, "/examples.safetensors")),
            report: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/", $name, "/report.json")),
        }),*]
    };
}

/// The files that make up a model, unread.
struct Texts<'a> {
    folder: &'a str,
    manifest: &'a str,
    config: &'a str,
    schema: &'a str,
    weights: &'a [u8],
    towers: Option<&'a [u8]>,
    examples: &'a [u8],
    /// Empty where nobody asks for it.
    report: &'a str,
}

/// Models compiled into the program; the first is the default.
const SHIPPED: &[Texts] = shipped!["default"];

/// The file of the towers.
const TOWERS: &str = "towers.safetensors";

/// Names that need no folder.
pub fn shipped_names() -> impl Iterator<Item = &'static str> + Clone {
    SHIPPED.iter().filter_map(|texts| texts.folder.strip_prefix("models/"))
}

/// A model compiled into the program.
pub fn load_shipped(name: &str, device: &Device) -> Option<Result<ModelFiles, InputError>> {
    let place = shipped_names().position(|shipped| shipped == name)?;
    Some(read(&SHIPPED[place], device))
}

/// The training report of a model compiled into the program, in JSON.
pub fn shipped_report(name: &str) -> Option<&'static str> {
    let place = shipped_names().position(|shipped| shipped == name)?;
    Some(SHIPPED[place].report)
}

/// Reads a model folder, checking shapes, schema and hash.
pub fn load(folder: &Path, device: &Device) -> Result<ModelFiles, InputError> {
    if folder.is_file() {
        return Err(Problem::new(folder.display().to_string(), "is a file, not a model folder")
            .help("a model is the folder that `melody train --out DIR` writes; name that")
            .into());
    }
    let text = |name: &str| TomlFile::read(&folder.join(name)).map(|file| file.text);
    let folder_name = folder.display().to_string();
    let towers = folder.join(TOWERS);
    let towers = towers.exists().then(|| read_bytes(&towers)).transpose()?;
    let texts = Texts {
        folder: &folder_name,
        manifest: &text("model.toml")?,
        config: &text("config.toml")?,
        schema: &text("schema.toml")?,
        weights: &read_bytes(&folder.join("weights.safetensors"))?,
        towers: towers.as_deref(),
        examples: &read_bytes(&folder.join("examples.safetensors"))?,
        report: "",
    };
    read(&texts, device)
}

fn read(texts: &Texts, device: &Device) -> Result<ModelFiles, InputError> {
    let path = |name: &str| format!("{}/{name}", texts.folder);
    let manifest_file = TomlFile::embedded(&path("model.toml"), texts.manifest);
    let manifest: Manifest = manifest_file.parse()?;
    let config = NetworkConfig::parse(&TomlFile::embedded(&path("config.toml"), texts.config))?;
    Schema::check(&TomlFile::embedded(&path("schema.toml"), texts.schema))?;

    let fresh = Network::new(&config, 0, device);
    let network = filled(&path("weights.safetensors"), texts.weights, fresh)?;
    // A file that the manifest does not know is another model's, left behind.
    let towers = match (&manifest.towers_sha256, texts.towers) {
        (None, _) => None,
        (Some(_), Some(bytes)) => {
            Some(filled(&path(TOWERS), bytes, Towers::new(&config, 0, device))?)
        }
        (Some(_), None) => {
            let help = "model.toml has their hash: bring the file back, or make others with `melody train-towers`";
            return Err(Problem::new(path(TOWERS), "no such file").help(help).into());
        }
    };

    let mut check = manifest_file.checker();
    check.require(manifest.format == 1, "format", "only format 1 is known");
    let hashes = [
        ("weights_sha256", Some(weights_hash(&network)), Some(&manifest.weights_sha256)),
        ("towers_sha256", towers.as_ref().map(weights_hash), manifest.towers_sha256.as_ref()),
    ];
    for (field, found, wanted) in hashes {
        if found.as_ref() != wanted {
            let found =
                found.map_or("there are none".into(), |hash| format!("their hash is {hash}"));
            check.problem(field, format!("these are not the weights of the model: {found}")).help =
                Some(
                    "the weights are not those this model was saved with; fetch the folder again"
                        .into(),
                );
        }
    }
    check.finish()?;
    let examples = Examples::parse(&path("examples.safetensors"), texts.examples, &config)?;
    Ok(ModelFiles { manifest, config, network, towers, examples })
}

/// A module with the weights of a file, which must be all of its and no others.
fn filled<M: ModuleSnapshot>(name: &str, bytes: &[u8], mut module: M) -> Result<M, InputError> {
    check_weights(name, bytes, &module)?;
    let mut store = SafetensorsStore::from_bytes(Some(bytes.to_vec()))
        .skip_enum_variants(true)
        .with_from_adapter(PyTorchToBurnAdapter);
    let applied = module.load_from(&mut store);
    applied.map_err(|error| Problem::new(name, error.to_string()).field("(weights)"))?;
    Ok(module)
}

/// Requires the file to hold exactly the module's tensors, in its shapes, all finite.
fn check_weights(
    name: &str,
    bytes: &[u8],
    network: &impl ModuleSnapshot,
) -> Result<(), InputError> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| {
        Problem::new(name, format!("not a safetensors file: {error}")).field("(header)")
    })?;
    let wanted = network.collect(None, Some(Box::new(BurnToPyTorchAdapter)), true);
    let mut problems = Vec::new();
    for tensor in &wanted {
        let problem = |message: String| Problem::new(name, message).field(&tensor.name);
        let shape: Vec<usize> = tensor.shape.iter().copied().collect();
        match file.tensor(&tensor.name) {
            Err(_) => problems.push(problem("the tensor is missing".into())),
            Ok(found) if found.shape() != shape => problems.push(problem(format!(
                "has shape {:?} where config.toml asks for {shape:?}",
                found.shape()
            ))),
            Ok(found) if found.dtype() != Dtype::F32 => {
                problems.push(problem(format!("has type {:?} where F32 is needed", found.dtype())));
            }
            Ok(found) => {
                let odd = floats(found.data()).position(|v| !v.is_finite());
                if let Some(at) = odd {
                    problems.push(problem(format!("value {at} is not a finite number")));
                }
            }
        }
    }
    let known = wanted.iter().map(|tensor| tensor.name.as_str()).collect();
    problems.extend(unknown(name, &file, &known));
    problems.sort_by(|a, b| a.field.cmp(&b.field));
    if problems.is_empty() { Ok(()) } else { Err(InputError { problems }) }
}

/// Tensors of a file that are told one by one because the network has none of them. More are counted: a file may hold a
/// million.
const MOST_UNKNOWN: usize = 50;

/// What of the file the network does not know.
fn unknown(name: &str, file: &SafeTensors, known: &BTreeSet<&str>) -> Vec<Problem> {
    let mut names = file.names();
    names.retain(|name| !known.contains(*name));
    names.sort_unstable();
    let more = names.len().saturating_sub(MOST_UNKNOWN);
    names.truncate(MOST_UNKNOWN);
    let told = names.into_iter().map(|unknown| {
        let problem = Problem::new(name, "no such tensor in this network").field(unknown);
        problem.suggest(unknown, known.iter().copied())
    });
    let mut problems: Vec<Problem> = told.collect();
    if more > 0 {
        let message = format!("{more} more tensors that this network does not have");
        problems.push(Problem::new(name, message).field("(header)"));
    }
    problems
}

/// Writes a model folder: everything but the report, which training writes beside it. The files take their places together, once all
/// are on the disk, `model.toml` last.
pub fn save(folder: &Path, files: &ModelFiles) -> Result<(), String> {
    let text = |value: &dyn erased::Toml| value.render().into_bytes();
    let towers = files.towers.as_ref().map(weights).transpose()?;
    let mut contents = vec![
        ("config.toml", text(&files.config)),
        ("schema.toml", text(&Schema::current())),
        ("examples.safetensors", files.examples.render()),
        ("weights.safetensors", weights(&files.network)?),
    ];
    contents.extend(towers.map(|towers| (TOWERS, towers)));
    contents.push(("model.toml", text(&files.manifest)));
    let contents: Vec<(PathBuf, &[u8])> =
        contents.iter().map(|(name, bytes)| (folder.join(name), bytes.as_slice())).collect();
    write_together(&contents)
}

/// A module's weights as a file holds them.
fn weights(network: &impl ModuleSnapshot) -> Result<Vec<u8>, String> {
    // Without metadata, which is written in no fixed order: the same weights make the same file.
    let mut store = SafetensorsStore::from_bytes(None)
        .with_to_adapter(BurnToPyTorchAdapter)
        .skip_enum_variants(true)
        .clear_metadata();
    network.save_into(&mut store).map_err(|e| e.to_string())?;
    store.get_bytes().map_err(|e| e.to_string())
}

mod erased {
    /// What can be written as TOML, without its type.
    pub(super) trait Toml {
        fn render(&self) -> String;
    }

    impl<T: serde::Serialize> Toml for T {
        fn render(&self) -> String {
            toml::to_string_pretty(self).expect("these structs hold only what TOML can")
        }
    }
}
