//! Examples for near-line updates: what the head was given, and what then happened.
//!
//! Near-line updates train the head alone, so an example keeps the head's input and not the history
//! that led to it. A trained model carries two sets: one to replay, so that the newest plays do not
//! wash out what was known, and one held back, to judge a new version by.

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::config::NetworkConfig;
use crate::heads::{HeadOutputs, Labels};
use crate::numbers::floats;
use melody_core::input::{InputError, Problem};
use melody_core::listener::Interaction;

/// Labels of one example, in the order of the head's logits.
pub const LABELS: usize = HeadOutputs::WIDTH;

/// One play as the head saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The candidate's representation.
    pub own: Vec<f32>,
    /// The context all candidates shared.
    pub shared: Vec<f32>,
    /// Completion, play ratio, like, skip, save, replays, subscription, exposure.
    pub labels: [f32; LABELS],
    /// 1 where the label exists; a label that does not exist is masked, not zero.
    pub mask: [f32; LABELS],
}

impl Example {
    /// Of a play that has just ended, as the head was given it when it began. Whether it is played again shows only
    /// after this, and whether the session converts when it is over. Learning from conversions as they come, and
    /// never from their absence, would teach that everybody subscribes.
    pub fn of_play(own: Vec<f32>, shared: Vec<f32>, play: &Interaction, promoted: bool) -> Self {
        let number = |holds: bool| if holds { 1.0 } else { 0.0 };
        let labels = Labels {
            completion: number(play.completed),
            play_ratio: play.play_ratio,
            like: number(play.liked || play.saved),
            skip: number(play.skipped),
            save: number(play.saved),
            exposure: number(promoted && play.engaged()),
            ..Labels::default()
        };
        let mask = Labels {
            completion: 1.0,
            play_ratio: 1.0,
            like: 1.0,
            skip: 1.0,
            save: 1.0,
            exposure: number(promoted),
            ..Labels::default()
        };
        Example { own, shared, labels: labels.in_order(), mask: mask.in_order() }
    }
}

/// A model's own examples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    /// Learned from again in every update.
    pub replay: Vec<Example>,
    /// Never learned from: an update that gets worse on them is refused.
    pub held_back: Vec<Example>,
}

/// Each set's tensors, by suffix.
const PARTS: [&str; 4] = ["own", "shared", "labels", "mask"];

impl Examples {
    /// Reads `examples.safetensors`, requiring the widths of `config`.
    pub fn parse(name: &str, bytes: &[u8], config: &NetworkConfig) -> Result<Self, InputError> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| {
            Problem::new(name, format!("not a safetensors file: {error}")).field("(header)")
        })?;
        let d_shared = config.d_shared();
        let widths = [config.d_model, d_shared, LABELS, LABELS];
        let set = |set: &str| -> Result<Vec<Example>, InputError> {
            let mut columns = Vec::new();
            let mut rows = None;
            for (part, width) in PARTS.iter().zip(widths) {
                let field = format!("{set}.{part}");
                let problem = |message: String| Problem::new(name, message).field(&field);
                let tensor =
                    file.tensor(&field).map_err(|_| problem("the tensor is missing".into()))?;
                let count = tensor.shape().first().copied().unwrap_or(0);
                let expected = *rows.get_or_insert(count);
                if tensor.dtype() != Dtype::F32 || tensor.shape() != [expected, width] {
                    return Err(problem(format!(
                        "is {:?} {:?} where F32 [{expected}, {width}] is needed",
                        tensor.dtype(),
                        tensor.shape()
                    ))
                    .into());
                }
                let values: Vec<f32> = floats(tensor.data()).collect();
                if values.iter().any(|v| !v.is_finite()) {
                    return Err(problem("holds a value that is not finite".into()).into());
                }
                columns.push(values);
            }
            if rows == Some(0) {
                let problem = Problem::new(name, "the set is empty").field(format!("{set}.own"));
                return Err(problem.into());
            }
            let row =
                |part: usize, i: usize| &columns[part][i * widths[part]..(i + 1) * widths[part]];
            let fixed = |part: usize, i: usize| std::array::from_fn(|k| row(part, i)[k]);
            Ok((0..rows.unwrap_or(0))
                .map(|i| Example {
                    own: row(0, i).to_vec(),
                    shared: row(1, i).to_vec(),
                    labels: fixed(2, i),
                    mask: fixed(3, i),
                })
                .collect())
        };
        Ok(Examples { replay: set("replay")?, held_back: set("held_back")? })
    }

    /// The bytes of `examples.safetensors`.
    pub fn render(&self) -> Vec<u8> {
        let mut tensors: Vec<(String, [usize; 2], Vec<u8>)> = Vec::new();
        for (set, examples) in [("replay", &self.replay), ("held_back", &self.held_back)] {
            let parts: [fn(&Example) -> &[f32]; 4] =
                [|e| &e.own, |e| &e.shared, |e| &e.labels, |e| &e.mask];
            for (part, values) in PARTS.iter().zip(parts) {
                let width = examples.first().map_or(0, |e| values(e).len());
                let bytes = examples.iter().flat_map(values).flat_map(|v| v.to_le_bytes());
                tensors.push((format!("{set}.{part}"), [examples.len(), width], bytes.collect()));
            }
        }
        let views = tensors.iter().map(|(name, shape, bytes)| {
            let view = TensorView::new(Dtype::F32, shape.to_vec(), bytes);
            (name.as_str(), view.expect("the bytes were made for this shape"))
        });
        safetensors::serialize(views, None).expect("names and shapes are valid")
    }
}
