"""ONNX Runtime's scores beside Melody's, for empty, padded and full histories. Called by tools/interop/run.

    python3 tools/interop/onnx_scores.py GRAPHS SCORING...

GRAPHS is the folder of `melody export onnx`; a SCORING is written by `cargo run --release --example export_scores`. All listeners go
through as one batch, padded before, behind and in between, and each alone without padding.
"""

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

TOLERANCE = 1e-5
# Plays that the model looks at.
MOST = 50
failed = []


def row(package, what, holds):
    name = f"{package} {version(package)}"
    print(f"| {name} | {what} | {'yes' if holds else '**no**'} |", flush=True)
    if not holds:
        failed.append(f"{name}: {what}")


def runner(path):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda **given: dict(zip(names, session.run(None, given)))


def places(plays, room, way):
    """Where the plays of a history stand in so much room."""
    if way == "before":
        return np.arange(room - plays, room)
    if way == "between":
        return np.linspace(0, room - 1, plays).round().astype(int)
    return np.arange(plays)


def laid_out(values, where, room, filling):
    out = np.full((room, *values.shape[1:]), filling, values.dtype)
    out[where] = values
    return out


def listeners(cases, vectors, room, way):
    """What `encode.onnx` is given of several listeners. Padding holds what would show, were it looked at."""
    given = {name: [] for name in ("songs", "outcomes", "scenes", "mask")}
    for case in cases:
        songs = vectors[case["history.songs"]]
        where = places(len(songs), room, way)
        given["songs"].append(laid_out(songs, where, room, 1e3))
        given["outcomes"].append(laid_out(case["history.outcomes"], where, room, np.nan))
        given["scenes"].append(laid_out(case["history.scenes"], where, room, 99))
        given["mask"].append(laid_out(np.ones(len(songs), bool), where, room, False))
    whole = {f"history_{name}": np.stack(values) for name, values in given.items()}
    for name in ("profile", "moment"):
        whole[name] = np.stack([case[name] for case in cases])
    for name in ("scene", "session_plays"):
        whole[name] = np.concatenate([case[name] for case in cases])
    return whole


def probabilities(logits):
    p = 1 / (1 + np.exp(-logits.astype(np.float64)))
    p[..., 5] = np.exp(np.minimum(logits[..., 5], 4))
    return p


def apart(found, cases):
    """The largest difference of probabilities and gates."""
    wanted = np.stack([probabilities(case["logits"]) for case in cases])
    gates = np.stack([case["gates"] for case in cases])
    off = [np.abs(found["outputs"] - wanted).max(), np.abs(found["gates"] - gates).max()]
    return max(off) if all(np.isfinite(off)) else np.inf


def main():
    folder, files = Path(sys.argv[1]), sys.argv[2:]
    cases = [load_file(file) for file in files]
    for name in ("songs", "encode", "score"):
        onnx.checker.check_model(onnx.load(folder / f"{name}.onnx"), full_check=True)
    row("onnx", f"{folder.name}: checker.check_model of all graphs, shapes inferred", True)
    songs, encode, score = (runner(folder / f"{name}.onnx") for name in ("songs", "encode", "score"))
    case = cases[0]
    tables = {name: case[f"songs.{name}"] for name in ("genre", "family", "artist", "song", "dense")}
    vectors = songs(**tables)["vectors"]

    def scored(cases, room, way):
        candidates = np.stack([vectors[case["candidates"]] for case in cases])
        cross = np.stack([case["cross"] for case in cases])
        return score(**encode(**listeners(cases, vectors, room, way)), songs=candidates, cross=cross)

    lengths = [len(case["history.songs"]) for case in cases]
    told = f"{folder.name}: {len(vectors)} songs after {{}} plays, within {TOLERANCE}"
    for case, plays in zip(cases, lengths):
        off = apart(scored([case], plays, "behind"), [case])
        row("onnxruntime", f"{told.format(plays)}: {off:.1e}", off <= TOLERANCE)
    together = ", ".join(map(str, lengths))
    for way in ("before", "between", "behind"):
        off = apart(scored(cases, MOST, way), cases)
        what = f"{told.format(together)}, as one batch padded {way} the plays to {MOST}: {off:.1e}"
        row("onnxruntime", what.replace("behind the plays", "behind them"), off <= TOLERANCE)
    if failed:
        sys.exit("not as it should be: " + "; ".join(failed))


if __name__ == "__main__":
    main()
