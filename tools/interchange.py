"""Checks that a model folder means the same to PyTorch as to Melody, in both directions.

    python3 tools/interchange.py EXPORT [MODEL]

EXPORT is the program of `cargo build --release --example export_scores`; MODEL a model folder, the
shipped one by default. Needs torch and safetensors; nothing else of the project does.

1. Melody scores its catalogue for a listener; PyTorch loads the same weights and inputs
   (`benches/peers/model.py`) and must come to the same probabilities and gates within 1e-4.
2. PyTorch moves every weight a little and writes a model folder; Melody loads it, which includes
   checking its hash, and the first check is repeated on what Melody then says.
"""

import hashlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "benches" / "peers"))
from model import Network, arguments, probabilities  # noqa: E402

TOLERANCE = 1e-4


def compare(export, folder, scoring):
    """The largest difference between PyTorch's and Melody's probabilities and gates."""
    subprocess.run([export, str(folder), str(scoring)], check=True)
    case = load_file(scoring)
    network = Network.load(folder)
    with torch.inference_mode():
        logits, gates = network(*arguments(case, network.vectors(case)))
    pairs = [(probabilities(logits), probabilities(case["logits"])), (gates, case["gates"])]
    apart = max(float((a - b).abs().max()) for a, b in pairs)
    print(f"{folder.name}: {len(logits)} songs, largest difference {apart:.1e}")
    return apart


def as_hashed(name, tensor):
    """A parameter under the name and in the layout that the hash is taken over: burn's."""
    if re.search(r"norm\w*\.weight$", name):
        return name.removesuffix("weight") + "gamma", tensor
    if re.search(r"norm\w*\.bias$", name):
        return name.removesuffix("bias") + "beta", tensor
    if name.endswith(".weight"):
        return name, tensor.T.contiguous()
    return name, tensor


def weights_hash(tensors):
    digest = hashlib.sha256()
    for name, tensor in sorted(as_hashed(*item) for item in tensors.items()):
        digest.update(name.encode())
        digest.update(struct.pack(f"<{tensor.dim()}Q", *tensor.shape))
        digest.update(tensor.numpy().astype("<f4").tobytes())
    return digest.hexdigest()


def perturbed(folder, out):
    """The same model with every weight moved a little, written by PyTorch."""
    shutil.copytree(folder, out)
    tensors = load_file(folder / "weights.safetensors")
    generator = torch.Generator().manual_seed(1)
    moved = {n: t + 0.01 * torch.randn(t.shape, generator=generator) for n, t in tensors.items()}
    save_file(moved, out / "weights.safetensors")
    manifest = out / "model.toml"
    line = f'weights_sha256 = "{weights_hash(moved)}"'
    manifest.write_text(re.sub(r'(?m)^weights_sha256 = ".*"$', line, manifest.read_text()))


def main():
    export = sys.argv[1]
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parent / "models" / "default"
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        apart = compare(export, folder, work / "scoring.safetensors")
        perturbed(folder, work / "perturbed")
        apart = max(apart, compare(export, work / "perturbed", work / "perturbed.safetensors"))
    if not apart <= TOLERANCE:
        sys.exit(f"PyTorch and Melody differ by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
