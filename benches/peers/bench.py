"""Times PyTorch or ONNX Runtime for `cargo bench --bench score`.

    bench.py export MODEL SCORING ONNX
    bench.py {torch|onnxruntime} MODEL SCORING ONNX THREADS

SCORING is written by the bench: inputs and our outputs. Prints a line of JSON with the peer's name,
then, for every line `SONGS RUNS` of the input, one with the seconds of each run and the largest
difference to our probabilities.

Timed is what Melody's side times: from a listener's features to probabilities of the first SONGS
songs. The songs' vectors are computed before, once, as on Melody's side.
"""

import json
import os
import sys
import time

what, model_folder, scoring, onnx = sys.argv[1:5]
threads = int(sys.argv[5]) if len(sys.argv) > 5 else 1
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(threads)

import torch
from safetensors.torch import load_file

from model import Network, arguments, probabilities

WARM_UP = 2


class Probabilities(torch.nn.Module):
    """The network as one function of tensors; a number of plays is part of it."""

    def __init__(self, network, session_plays):
        super().__init__()
        self.network = network
        self.session_plays = session_plays

    def forward(self, vectors, profile, moment, scene, songs, outcomes, scenes, candidates, cross):
        inputs = (vectors, profile, moment, scene, songs, outcomes, scenes, self.session_plays)
        return probabilities(self.network(*inputs, candidates, cross)[0])


def load():
    case = load_file(scoring)
    network = Network.load(model_folder)
    with torch.inference_mode():
        vectors = network.vectors(case)
    function = Probabilities(network, int(case["session_plays"])).eval()
    inputs = lambda count: tuple(x for x in arguments(case, vectors, count) if torch.is_tensor(x))
    return function, inputs, probabilities(case["logits"])


NAMES = ("vectors", "profile", "moment", "scene", "songs", "outcomes", "scenes", "candidates", "cross")


def export():
    function, inputs, _ = load()
    count = torch.export.Dim("count", min=2, max=1_000_000)
    shapes = {name: None for name in NAMES} | {"candidates": {0: count}, "cross": {0: count}}
    inputs = tuple(x.clone() for x in inputs(200))
    torch.onnx.export(
        function, inputs, onnx, dynamo=True, external_data=False,
        input_names=list(NAMES), output_names=["probabilities"], dynamic_shapes=shapes,
    )


def of_torch():
    torch.set_num_threads(threads)
    function, inputs, wanted = load()
    return f"PyTorch {torch.__version__.split('+')[0]}", lambda count: lambda x=inputs(count): function(*x).numpy(), wanted


def of_onnxruntime():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    _, inputs, wanted = load()
    taken = {i.name for i in session.get_inputs()}

    def prepare(count):
        feed = {name: x.numpy() for name, x in zip(NAMES, inputs(count)) if name in taken}
        return lambda: session.run(None, feed)[0]

    return f"ONNX Runtime {onnxruntime.__version__}", prepare, wanted


def main():
    if what == "export":
        return export()
    name, prepare, wanted = {"torch": of_torch, "onnxruntime": of_onnxruntime}[what]()
    print(json.dumps({"name": name}), flush=True)
    with torch.inference_mode():
        for line in sys.stdin:
            count, runs = map(int, line.split())
            score = prepare(count)
            for _ in range(WARM_UP):
                found = score()
            seconds = []
            for _ in range(runs):
                began = time.perf_counter()
                score()
                seconds.append(time.perf_counter() - began)
            apart = float(abs(found - wanted[:count].numpy()).max())
            print(json.dumps({"seconds": seconds, "apart": apart}), flush=True)


if __name__ == "__main__":
    main()
