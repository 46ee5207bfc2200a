//! Networks that lack a part, to see what the part adds: trained without, and not just robbed of it afterwards.
//!
//! The layers through which a part reaches the rest say nothing: their weights are zero, and learn nothing. What is left is the
//! network without the part, in the layers and the files of any other, so that whoever scores with it need not know.

use std::collections::BTreeSet;

use burn::nn::Linear;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::assembled::Network;
use crate::features::CROSS_FEATURES;

/// A part that a network can be trained without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkPart {
    /// What relates a song to the listener's past, reckoned by hand: [`CROSS_FEATURES`].
    CrossFeatures,
    /// Attention of songs to past plays, and of these to each other. The blocks' feed-forward layers stay.
    Attention,
    /// The short-time module: the vector of the session's last plays. The session's figures among the moment's features stay.
    Session,
}

impl NetworkPart {
    /// As a training config writes it.
    pub fn name(self) -> &'static str {
        match self {
            NetworkPart::CrossFeatures => "cross-features",
            NetworkPart::Attention => "attention",
            NetworkPart::Session => "session",
        }
    }

    /// The layers through which it reaches the rest, each with how many of its inputs, the first ones, are the part's; `None` where
    /// the whole layer is.
    fn ways(self, network: &mut Network) -> Vec<(&mut Linear, Option<usize>)> {
        match self {
            NetworkPart::CrossFeatures => {
                vec![(&mut network.candidate, Some(CROSS_FEATURES.len()))]
            }
            NetworkPart::Attention => {
                let blocks = network.encoder.blocks.iter_mut();
                blocks.map(|block| (&mut block.attention.output, None)).collect()
            }
            NetworkPart::Session => vec![(&mut network.session.output, None)],
        }
    }
}

/// The network in which these parts say nothing.
pub fn silenced(mut network: Network, parts: &BTreeSet<NetworkPart>) -> Network {
    for part in parts {
        for (layer, inputs) in part.ways(&mut network) {
            layer.weight = layer.weight.clone().map(|weight| silent(weight, inputs));
            // A bias says something of its own only where all the layer is the part's.
            if inputs.is_none() {
                layer.bias = layer.bias.take().map(|bias| bias.map(|bias| bias.zeros_like()));
            }
        }
    }
    network
}

/// Takes out of the gradients of a network that was [`silenced`] what would let these parts speak again.
pub fn keep_silent(
    gradients: &mut GradientsParams,
    network: &mut Network,
    parts: &BTreeSet<NetworkPart>,
) {
    for part in parts {
        for (layer, inputs) in part.ways(network) {
            if let Some(gradient) = gradients.remove::<2>(layer.weight.id) {
                gradients.register(layer.weight.id, silent(gradient, inputs));
            }
            if let Some(bias) = layer.bias.as_ref().filter(|_| inputs.is_none()) {
                gradients.remove::<1>(bias.id);
            }
        }
    }
}

/// `[inputs, outputs]` with zeros for the first inputs, or for all.
fn silent(weight: Tensor<2>, inputs: Option<usize>) -> Tensor<2> {
    let Some(inputs) = inputs else { return weight.zeros_like() };
    let others = weight.dims()[0] - inputs;
    let zeros = weight.clone().narrow(0, 0, inputs).zeros_like();
    Tensor::cat(vec![zeros, weight.narrow(0, inputs, others)], 0)
}
