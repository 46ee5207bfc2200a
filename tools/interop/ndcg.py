"""What six libraries say of NDCG where conventions differ: nothing relevant, ties, gains, cuts.

    python3 tools/interop/ndcg.py

Prints the table of docs/interop.md. Every library is asked by its own public interface, on the same few lists.
"""

import importlib.metadata
import logging
import math
import os
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
os.environ["NUMBA_DISABLE_PERFORMANCE_WARNINGS"] = "1"

import catboost.utils  # noqa: E402
import lightgbm  # noqa: E402
import numpy as np  # noqa: E402
import pytrec_eval  # noqa: E402
import ranx  # noqa: E402
import xgboost  # noqa: E402
from sklearn.metrics import ndcg_score  # noqa: E402

# Grades and scores of one query each, and where NDCG is cut.
CASES = {
    "nothing relevant": ([0, 0, 0], [3.0, 2.0, 1.0], 3),
    "all tied, the relevant last": ([0, 0, 1], [1.0, 1.0, 1.0], 3),
    "all tied, the relevant first": ([1, 0, 0], [1.0, 1.0, 1.0], 3),
    "grades 0 2 1, in that order": ([0, 2, 1], [3.0, 2.0, 1.0], 3),
    "the same cut at 2": ([0, 2, 1], [3.0, 2.0, 1.0], 2),
    "a single song, relevant": ([1], [1.0], 3),
}


def by_sklearn(grades, scores, k):
    return ndcg_score([grades], [scores], k=k)


def by_lightgbm(grades, scores, k):
    """Of a model that has learned nothing, with the scores to start from."""
    rows = np.zeros((len(grades), 1))
    data = lightgbm.Dataset(rows, label=grades, group=[len(grades)], init_score=scores)
    data.params = {"verbose": -1, "min_data_in_leaf": 1, "feature_pre_filter": False}
    params = {"objective": "lambdarank", "metric": "ndcg", "eval_at": [k], "verbose": -1}
    booster = lightgbm.Booster({**params, "min_data_in_leaf": 1}, data)
    return booster.eval_train()[0][2]


def by_xgboost(name):
    def ask(grades, scores, k):
        data = xgboost.DMatrix(np.zeros((len(grades), 1)), label=grades, base_margin=scores)
        data.set_group([len(grades)])
        params = {"objective": "rank:ndcg", "eval_metric": name.format(k), "base_score": 0}
        booster = xgboost.train({**params, "verbosity": 0}, data, num_boost_round=0)
        return float(booster.eval(data).split(":")[-1])

    return ask


def by_catboost(metric):
    def ask(grades, scores, k):
        groups = [0] * len(grades)
        return catboost.utils.eval_metric(grades, scores, metric.format(k), group_id=groups)[0]

    return ask


def by_ranx(metric):
    def ask(grades, scores, k):
        names = [f"d{i}" for i in range(len(grades))]
        qrels = ranx.Qrels({"q": dict(zip(names, map(int, grades)))})
        run = ranx.Run({"q": dict(zip(names, scores))})
        return float(ranx.evaluate(qrels, run, metric.format(k)))

    return ask


def by_trec(grades, scores, k):
    names = [f"d{i}" for i in range(len(grades))]
    judge = pytrec_eval.RelevanceEvaluator({"q": dict(zip(names, grades))}, {f"ndcg_cut.{k}"})
    found = judge.evaluate({"q": dict(zip(names, scores))})
    return found["q"][f"ndcg_cut_{k}"] if found else math.nan


def version(package):
    return importlib.metadata.version(package)


LIBRARIES = {
    f"scikit-learn {version('scikit-learn')}": by_sklearn,
    f"LightGBM {version('lightgbm')}": by_lightgbm,
    f"XGBoost {version('xgboost')}, `ndcg@k`": by_xgboost("ndcg@{}"),
    f"XGBoost, `ndcg@k-`": by_xgboost("ndcg@{}-"),
    f"CatBoost {version('catboost')}, default": by_catboost("NDCG:top={}"),
    f"CatBoost, `type=Exp`": by_catboost("NDCG:top={};type=Exp"),
    f"ranx {version('ranx')}, `ndcg`": by_ranx("ndcg@{}"),
    f"ranx, `ndcg_burges`": by_ranx("ndcg_burges@{}"),
    f"trec_eval (pytrec_eval-terrier {version('pytrec_eval-terrier')})": by_trec,
}


def main():
    print("| |" + "|".join(f" {case} " for case in CASES) + "|")
    print("|---|" + "--:|" * len(CASES))
    for name, ask in LIBRARIES.items():
        row = []
        for grades, scores, k in CASES.values():
            try:
                row.append(f"{ask(grades, scores, k):.4f}")
            except Exception as error:  # what a library refuses is part of the answer
                row.append("refused")
                print(f"{name}: {error}".splitlines()[0][:150], file=sys.stderr)
        print(f"| {name} | " + " | ".join(row) + " |")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        main()
