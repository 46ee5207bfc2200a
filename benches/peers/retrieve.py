"""faiss beside Melody's scan, turn by turn. Reads a file of vectors and one of queries (32-bit floats), answers each line of
input, `NAME REPETITIONS`, with one of JSON: seconds of each query and recall against the exact flat index.

usage: retrieve.py SONGS QUERIES DIMENSIONS MOST THREADS [cells]"""
import json, sys, time
import numpy as np, faiss

songs, queries, d, most, threads = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
faiss.omp_set_num_threads(threads)
x = np.fromfile(songs, "<f4").reshape(-1, d)
q = np.fromfile(queries, "<f4").reshape(-1, d)
flat = faiss.IndexFlatIP(d)
flat.add(x)
truth = flat.search(q, most)[1]
eight = faiss.IndexScalarQuantizer(d, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
eight.train(x[:: max(1, len(x) // 100000)])
eight.add(x)
indexes = {"faiss flat": flat, "faiss 8 bit": eight}
if "cells" in sys.argv:
    lists = int(4 * len(x) ** 0.5)
    cells = faiss.index_factory(d, f"IVF{lists},Flat", faiss.METRIC_INNER_PRODUCT)
    cells.train(x[:: max(1, len(x) // (50 * lists))])
    cells.add(x)
    recall = lambda: np.mean([len(set(a) & set(b)) / most for a, b in zip(cells.search(q, most)[1], truth)])
    cells.nprobe = 8
    while recall() < 0.99 and cells.nprobe < lists:
        cells.nprobe *= 2
    indexes[f"faiss cells, {cells.nprobe} probes"] = cells
print(json.dumps({"version": faiss.__version__, "names": list(indexes)}), flush=True)
for line in sys.stdin:
    name, repetitions = line.rsplit(" ", 1)
    index, seconds = indexes[name], []
    for i in range(int(repetitions)):
        one = q[i % len(q)][None]
        began = time.perf_counter()
        index.search(one, most)
        seconds.append(time.perf_counter() - began)
    found = index.search(q, most)[1]
    recall = float(np.mean([len(set(a) & set(b)) / most for a, b in zip(found, truth)]))
    print(json.dumps({"seconds": seconds, "recall": recall}), flush=True)
