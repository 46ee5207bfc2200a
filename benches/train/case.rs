//! What ours and the peer train on: the same weights, the same batches.

use std::collections::HashMap;
use std::path::Path;

use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot, SafetensorsStore};
use burn::tensor::{Device, Int, Tensor};
use melody::catalogue::{Catalogue, default_catalogue};
use melody::model::{MOMENT_FEATURES, Network, Output, SongTable};
use melody::objective::shares;
use melody::training::{Batch, Dataset, Split, TrainingConfig, Window, windows};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};

/// Simulated listeners: enough for some batches of whole windows.
const LISTENERS: u64 = 100;

pub(crate) struct Case {
    pub config: TrainingConfig,
    pub data: Dataset,
    pub catalogue: Catalogue,
    pub table: SongTable,
    /// The windows of each batch.
    pub batches: Vec<Vec<Window>>,
    /// Whose identifiers each batch uses, `[songs, 2]`.
    pub keep: Vec<Tensor<2>>,
    pub network: Network,
    pub device: Device,
}

/// Numbers under a name, as a file of tensors holds them.
type Named = HashMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

impl Case {
    /// Simulates listeners and cuts their plays into batches, as training does.
    pub(crate) fn new(
        config: TrainingConfig,
        batches: usize,
        device: &Device,
    ) -> Result<Self, String> {
        let catalogue: Catalogue = default_catalogue();
        let simulated = TrainingConfig { listeners: LISTENERS, ..config.clone() };
        let data = Dataset::simulate(&catalogue, &simulated, Split::Train, &|| {});
        let all = windows(&data);
        let batches: Vec<Vec<Window>> =
            all.chunks_exact(config.batch).take(batches).map(<[Window]>::to_vec).collect();
        if batches.is_empty() {
            return Err(format!(
                "{} windows are fewer than a batch of {}",
                all.len(),
                config.batch
            ));
        }
        let table = SongTable::new(&catalogue, &config.network, device);
        // Every seventh song without its artist, every fifth without its identifier, in turns.
        let keep = (0..batches.len()).map(|batch| {
            let values: Vec<f32> = (0..table.len())
                .flat_map(|song| [(song + batch) % 7, (song + batch) % 5])
                .map(|turn| if turn == 0 { 0.0 } else { 1.0 })
                .collect();
            Tensor::<1>::from_data(values.as_slice(), device).reshape([table.len() as i32, 2])
        });
        Ok(Case {
            keep: keep.collect(),
            network: Network::new(&config.network, config.seed, device),
            device: device.clone(),
            config,
            data,
            catalogue,
            table,
            batches,
        })
    }

    /// Plays that are learned from in a round through all batches.
    pub(crate) fn plays(&self) -> usize {
        self.batches.iter().flatten().map(|window| window.end - window.fresh).sum()
    }

    /// Writes everything for the peer.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), String> {
        let text = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
        let mut store = SafetensorsStore::from_file(folder.join("weights.safetensors"))
            .skip_enum_variants(true)
            .with_to_adapter(BurnToPyTorchAdapter);
        self.network.save_into(&mut store).map_err(|e| text(&e))?;
        let batches = self.tensors();
        let views: Result<HashMap<&str, TensorView>, _> = batches
            .iter()
            .map(|(name, (kind, shape, bytes))| {
                Ok((name.as_str(), TensorView::new(*kind, shape.clone(), bytes)?))
            })
            .collect();
        let views = views.map_err(|e: safetensors::SafeTensorError| text(&e))?;
        safetensors::serialize_to_file(&views, None, &folder.join("batches.safetensors"))
            .map_err(|e| text(&e))?;
        std::fs::write(folder.join("case.json"), self.settings().to_string()).map_err(|e| text(&e))
    }

    fn settings(&self) -> Value {
        let config = &self.config;
        json!({
            "batches": self.batches.len(),
            "network": config.network,
            "interest": config.objective.interest,
            "weights": config.objective.weights,
            "outputs": Output::ALL.map(Output::name),
            "moment_features": MOMENT_FEATURES.len(),
            "learning_rate": config.learning_rate,
            "weight_decay": config.weight_decay,
            "gradient_clip": config.gradient_clip,
        })
    }

    fn tensors(&self) -> Named {
        let mut all = Named::new();
        for (number, (windows, keep)) in self.batches.iter().zip(&self.keep).enumerate() {
            let window = self.config.network.session_window;
            let batch = Batch::gather(&self.data, windows, window, &self.device);
            let s = batch.sequences;
            let mut put = |name: &str, tensor: (Dtype, Vec<usize>, Vec<u8>)| {
                all.insert(format!("{number}.{name}"), tensor);
            };
            put("profile", floats(s.profile));
            put("outcome", floats(s.outcome));
            put("candidate", floats(s.candidate));
            put("session_mask", floats(s.session_mask));
            put("scenes", ids(s.scenes));
            put("labels", floats(batch.labels));
            put("shares", floats(shares(batch.mask)));
            put("keep", floats(keep.clone().select(0, s.songs.clone())));
            put("dense", floats(self.table.dense.clone().select(0, s.songs.clone())));
            for (name, column) in [
                ("genre", &self.table.genre),
                ("family", &self.table.family),
                ("artist", &self.table.artist),
                ("song", &self.table.song),
            ] {
                put(name, ids(column.clone().select(0, s.songs.clone())));
            }
        }
        all
    }
}

fn floats<const D: usize>(tensor: Tensor<D>) -> (Dtype, Vec<usize>, Vec<u8>) {
    let shape = tensor.dims().to_vec();
    (Dtype::F32, shape, tensor.into_data().as_bytes().to_vec())
}

fn ids(tensor: Tensor<1, Int>) -> (Dtype, Vec<usize>, Vec<u8>) {
    let values = tensor.into_data().convert::<i32>();
    (Dtype::I32, values.shape().to_vec(), values.as_bytes().to_vec())
}
