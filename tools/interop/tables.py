"""Tables, shards, curves, recordings and trees, read by those they were made for. Called by tools/interop/run."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import duckdb
import lightgbm
import numpy as np
import pandas
import polars
import pyarrow.ipc
import pyarrow.parquet
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

MELODY, WORK = sys.argv[1], Path(sys.argv[2])
failed = []


def row(package, what, holds):
    name = f"{package} {version(package)}" if package else "this script"
    print(f"| {name} | {what} | {'yes' if holds else '**no**'} |", flush=True)
    if not holds:
        failed.append(f"{name}: {what}")


def said(*arguments):
    done = subprocess.run([MELODY, *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def parquet(name):
    """All readers see the rows of the CSV."""
    path = str(WORK / f"{name}.parquet")
    with open(WORK / f"{name}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    songs = [r["song"] for r in rows]
    numbers = [float(r["score" if name == "impressions" else "play_ratio"]) for r in rows]
    column = "score" if name == "impressions" else "play_ratio"
    what = f"{name}.parquet: rows, texts and numbers of the CSV"
    table = pyarrow.parquet.read_table(path)
    row("pyarrow", what, table["song"].to_pylist() == songs and table[column].to_pylist() == numbers)
    frame = pandas.read_parquet(path)
    row("pandas", what, list(frame.song) == songs and list(frame[column]) == numbers)
    frame = polars.read_parquet(path)
    row("polars", what, frame["song"].to_list() == songs and frame[column].to_list() == numbers)
    found = duckdb.sql(f"select song, {column} from '{path}'").fetchall()
    row("duckdb", what, found == list(zip(songs, numbers)))


def written_back(package, write):
    """A shard that another program has read and written is the same log."""
    folder = WORK / f"log-{package}"
    shutil.copytree(WORK / "log", folder)
    shard = folder / "shard-00000.arrow"
    was = hashlib.sha256(shard.read_bytes()).hexdigest()
    write(shard)
    now = hashlib.sha256(shard.read_bytes()).hexdigest()
    manifest = folder / "log.toml"
    manifest.write_text(manifest.read_text().replace(was, now))
    code, told = said("log", "check", folder)
    row(package, "a shard read and written again passes `melody log check`", code == 0)
    if code:
        print(told, file=sys.stderr)


def by_polars(shard):
    polars.read_ipc(shard).write_ipc(shard)


def by_pyarrow(shard):
    with pyarrow.ipc.open_file(shard) as reader:
        table = reader.read_all()
    with pyarrow.ipc.new_file(shard, table.schema) as writer:
        writer.write_table(table)


def by_pandas(shard):
    with pyarrow.ipc.open_file(shard) as reader:
        frame = reader.read_all().to_pandas()
    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    with pyarrow.ipc.new_file(shard, table.schema) as writer:
        writer.write_table(table)


def curves():
    events = EventAccumulator(str(WORK / "curves"), size_guidance={"scalars": 0})
    events.Reload()
    with open(WORK / "model" / "steps.csv", newline="") as file:
        steps = list(csv.DictReader(file))
    key = next(k for k in steps[0] if "interest" in k and "loss" in k)
    known = [float(r[key]) for r in steps]
    read = [e.value for e in events.Scalars("loss/interest")]
    near = len(known) == len(read) and all(abs(a - b) < 1e-4 for a, b in zip(known, read))
    row("tensorboard", "`loss/interest` has every step of steps.csv", near)
    row("tensorboard", "`validation/loss` is there", len(events.Scalars("validation/loss")) > 0)


def value(tree, features):
    """A tree of our file, by its own words: [value, feature, threshold, low child]."""
    node = tree[0]
    while isinstance(node, list):
        _, feature, threshold, low = node
        node = tree[low if features[feature] <= np.float32(threshold) else low + 1]
    return node


def trees():
    ours = json.loads(Path("models/ltr/default.json").read_text())
    booster = lightgbm.Booster(model_file=str(WORK / "ranker.txt"))
    thresholds = [n[2] for tree in ours["trees"] for n in tree if isinstance(n, list)]
    rng = np.random.default_rng(1)
    # Values at thresholds and beside them, where a wrong side would show.
    rows = rng.choice(np.array(thresholds, dtype=np.float32), (200, len(ours["features"])))
    rows[::2] = np.nextafter(rows[::2], np.float32(np.inf))
    mine = [ours["base"] + sum(np.float32(value(t, r)).item() for t in ours["trees"]) for r in rows]
    theirs = booster.predict(rows.astype(np.float64), raw_score=True)
    row("lightgbm", "scores of the shipped ranker, within 1e-9", max(abs(theirs - mine)) < 1e-9)
    # A model that it has trained itself, read by us and written again.
    names = [name.replace(" ", "_") for name in ours["features"]]
    table = pandas.DataFrame(rng.normal(size=(2000, len(names))).astype(np.float32), columns=names)
    grades = (table[names[0]] + rng.normal(size=2000) > 0).astype(int)
    data = lightgbm.Dataset(table, grades, group=[20] * 100)
    params = {"objective": "lambdarank", "verbose": -1, "num_leaves": 12}
    trained = lightgbm.train(params, data, 30)
    trained.save_model(WORK / "trained.txt")
    code, told = said("import", "lightgbm", WORK / "trained.txt", "--out", WORK / "trained.json")
    if code:
        row("lightgbm", f"a trained model is imported: {told}", False)
        return
    said("export", "lightgbm", WORK / "trained.json", "--out", WORK / "again.txt")
    again = lightgbm.Booster(model_file=str(WORK / "again.txt"))
    apart = np.abs(trained.predict(table) - again.predict(table)).max()
    row("lightgbm", "a model it trained, imported and exported, scores within 1e-6", apart < 1e-6)


def cast():
    lines = [json.loads(line) for line in (WORK / "tour.cast").read_text().splitlines()]
    times = [line[0] for line in lines[1:]]
    row("", "a recording's times rise, and it marks every scene",
        times == sorted(times) and sum(line[1] == "m" for line in lines[1:]) > 5)
    # Version 2: what the newest asciinema of PyPI plays. Its version 3 is a program of Rust.
    done = subprocess.run(
        [Path(sys.executable).parent / "asciinema", "cat", WORK / "tour.cast"], capture_output=True
    )
    row("asciinema", "it plays the recording", done.returncode == 0 and len(done.stdout) > 1000)


def main():
    print("| reads | what | holds |\n|---|---|---|")
    for name in ("plays", "impressions"):
        parquet(name)
    found = duckdb.sql(f"select count(*), avg(true_completion) from '{WORK}/logged.parquet'").fetchall()[0]
    row("duckdb", "plays of a training log, with true probabilities", found[0] > 0 and found[1] > 0)
    written_back("polars", by_polars)
    written_back("pyarrow", by_pyarrow)
    written_back("pandas", by_pandas)
    curves()
    trees()
    cast()
    if failed:
        sys.exit("not as it should be: " + "; ".join(failed))


if __name__ == "__main__":
    main()
