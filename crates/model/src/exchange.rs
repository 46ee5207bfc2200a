//! One scoring of some songs, written down for other tools: everything the network is given, and what
//! it says, in one safetensors file.
//!
//! | tensor | shape | holds |
//! |---|---|---|
//! | `songs.genre`, `.family`, `.artist`, `.song` | `[songs]`, i64 | rows of the tables of that name |
//! | `songs.dense` | `[songs, 17]` | song features, in the schema's order |
//! | `profile`, `moment` | `[29]`, `[12]` | the listener |
//! | `scene` | `[1]`, i64 | row of the tables `scene` and `scene_context` |
//! | `history.songs`, `.scenes` | `[plays]`, i64 | past plays, oldest first |
//! | `history.outcomes` | `[plays, 10]` | how they went |
//! | `session_plays` | `[1]`, i64 | how many of them are of this session |
//! | `candidates` | `[candidates]`, i64 | the songs scored |
//! | `cross` | `[candidates, 9]` | what relates each to the listener |
//! | `logits` | `[candidates, 8]` | the answer, in the schema's order of outputs |
//! | `gates` | `[candidates, tasks, experts]` | how each task used the experts |

use safetensors::tensor::{Dtype, TensorView};

use crate::features::{CROSS_FEATURES, OUTCOME_FEATURES, SONG_FEATURES, cross_features};
use crate::heads::{HeadOutputs, TASKS};
use crate::inference::Inference;
use crate::moment::Moment;
use crate::network::songs::SongTable;
use crate::numbers::values;
use crate::store::ModelFiles;
use melody_core::catalogue::{Catalogue, SongId};
use melody_core::listener::ListenerView;

/// The file of scoring `songs` for a listener. `table` is the catalogue's.
pub fn scoring(
    files: &ModelFiles,
    table: &SongTable,
    catalogue: &Catalogue,
    view: &ListenerView,
    songs: &[SongId],
) -> Vec<u8> {
    let inference = Inference::new(&files.network, files.network.encode_songs(table));
    let moment = Moment::new(view);
    let rows: Vec<usize> = songs.iter().map(|song| song.index()).collect();
    let cross_of = |row: usize| cross_features(catalogue, view, SongId(row as u32));
    let scores = inference.score(&inference.encode(&moment), &rows, cross_of);

    let mut file = File::default();
    for (name, column) in [
        ("songs.genre", &table.genre),
        ("songs.family", &table.family),
        ("songs.artist", &table.artist),
        ("songs.song", &table.song),
    ] {
        file.whole(name, column.clone().into_data().iter::<i64>());
    }
    let dense = values(table.dense.clone());
    file.floats("songs.dense", dense, &[table.len(), SONG_FEATURES.len()]);
    let plays = moment.songs.len();
    file.floats("profile", moment.profile.clone(), &[moment.profile.len()]);
    file.floats("moment", moment.moment.clone(), &[moment.moment.len()]);
    file.whole("scene", [moment.scene as i64]);
    file.whole("history.songs", moment.songs.iter().map(|&row| row.into()));
    file.whole("history.scenes", moment.scenes.iter().map(|&row| row.into()));
    file.floats("history.outcomes", moment.outcomes, &[plays, OUTCOME_FEATURES.len()]);
    file.whole("session_plays", [moment.session_plays as i64]);
    file.whole("candidates", rows.iter().map(|&row| row as i64));
    let cross = rows.iter().flat_map(|&row| cross_of(row)).collect();
    file.floats("cross", cross, &[rows.len(), CROSS_FEATURES.len()]);
    file.floats("logits", scores.logits, &[rows.len(), HeadOutputs::WIDTH]);
    file.floats("gates", scores.gates, &[rows.len(), TASKS.len(), inference.experts()]);
    file.render()
}

/// Tensors by name, with type, shape and bytes.
#[derive(Default)]
struct File(Vec<(String, Dtype, Vec<usize>, Vec<u8>)>);

impl File {
    fn floats(&mut self, name: &str, values: Vec<f32>, shape: &[usize]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.0.push((name.into(), Dtype::F32, shape.into(), bytes));
    }

    fn whole(&mut self, name: &str, values: impl IntoIterator<Item = i64>) {
        let bytes: Vec<u8> = values.into_iter().flat_map(i64::to_le_bytes).collect();
        self.0.push((name.into(), Dtype::I64, vec![bytes.len() / size_of::<i64>()], bytes));
    }

    fn render(&self) -> Vec<u8> {
        let views = self.0.iter().map(|(name, dtype, shape, bytes)| {
            let view = TensorView::new(*dtype, shape.clone(), bytes);
            (name, view.expect("as many bytes as the shape says"))
        });
        safetensors::serialize(views, None).expect("names and sizes are plain")
    }
}
