//! A model's parameters as plain numbers: out of tensors, out of files, and into a hash.

use burn::module::Module;
use burn::store::ModuleSnapshot;
use burn::tensor::Tensor;
use sha2::{Digest, Sha256};

/// The elements of a float tensor.
pub(crate) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().expect("networks here hold 32-bit floats")
}

/// SHA-256 over every parameter's name, shape and bytes, in name order.
pub fn weights_hash<M: Module>(module: &M) -> String {
    let mut tensors = module.collect(None, None, true);
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    let mut hash = Sha256::new();
    for tensor in tensors {
        hash.update(tensor.name.as_bytes());
        for &size in tensor.shape.iter() {
            hash.update((size as u64).to_le_bytes());
        }
        hash.update(&tensor.to_bytes().expect("weights are in this machine's memory")[..]);
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Little-endian 32-bit floats.
pub(crate) fn floats(bytes: &[u8]) -> impl Iterator<Item = f32> + '_ {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}
