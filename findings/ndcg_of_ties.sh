#!/usr/bin/env bash
# CatBoost 1.2.10, pytrec_eval-terrier 0.5.11 (trec_eval), scikit-learn 1.9.1; run on 2026-11-29 with Python 3.11 on Linux.
#
# Three documents, all of the same score, one of them relevant: what is their NDCG? trec_eval orders ties by the documents' names,
# falling, whatever order they were given in: renaming documents moves NDCG from 0.5 to 1. CatBoost puts the relevant ones last, so
# that a model which says the same of everything looks as bad as it can. scikit-learn takes the mean over all orders, 0.71. And a query
# with nothing relevant counts 1 in CatBoost, 0 in the other two: a tenth of such queries moves a mean by a tenth.
#
# Melody's figures of rankers stand beside those of such libraries (docs/interop.md has the table): it takes the mean over ties and
# leaves queries with nothing relevant out of a mean.
#
# Installs the pinned packages in a temporary folder; fails if the behaviour changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet catboost==1.2.10 pytrec_eval-terrier==0.5.11 scikit-learn==1.9.1
cat >"$work/probe.py" <<'PY'
import pytrec_eval
from catboost.utils import eval_metric
from sklearn.metrics import ndcg_score


def trec(names, grades, scores):
    judge = pytrec_eval.RelevanceEvaluator({"q": dict(zip(names, grades))}, {"ndcg"})
    return judge.evaluate({"q": dict(zip(names, scores))})["q"]["ndcg"]


def told(what, names, grades, scores):
    cat = eval_metric(grades, scores, "NDCG", group_id=[0] * 3)[0]
    learn = ndcg_score([grades], [scores])
    print(f"{what}: catboost {cat:.2f}, trec_eval {trec(names, grades, scores):.2f}, scikit-learn {learn:.2f}")


tied = [1.0, 1.0, 1.0]
told("the relevant one given first", ["a", "b", "c"], [1, 0, 0], tied)
told("the same, other names", ["c", "b", "a"], [1, 0, 0], tied)
told("the relevant one given last", ["a", "b", "c"], [0, 0, 1], tied)
told("nothing relevant", ["a", "b", "c"], [0, 0, 0], [3.0, 2.0, 1.0])
PY
found=$(cd "$work" && "$work/venv/bin/python" probe.py)
printf '%s\n' "$found"
diff <(printf '%s\n' "$found") - <<'SEEN'
the relevant one given first: catboost 0.50, trec_eval 0.50, scikit-learn 0.71
the same, other names: catboost 0.50, trec_eval 1.00, scikit-learn 0.71
the relevant one given last: catboost 0.50, trec_eval 1.00, scikit-learn 0.71
nothing relevant: catboost 1.00, trec_eval 0.00, scikit-learn 0.00
SEEN
echo "as seen: three libraries, three orders of what is tied"
