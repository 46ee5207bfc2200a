#!/usr/bin/env bash
# LightGBM 4.7.0 (with scikit-learn 1.9.1), XGBoost 3.2.0, CatBoost 1.2.10; run on 2026-12-01 with Python 3.11 on Linux.
#
# A ranker is trained on songs whose feature is always known, and then asked about one whose feature is not: NaN. All three hold NaN
# for what is missing, so one would guess that they agree, or refuse. None says a word. LightGBM takes it for a 0: a song in the middle
# here, the worst where values start at 0. XGBoost takes it for as large as can be: where large is good, what nobody knows anything
# of is ranked first. CatBoost takes it for as small as can be. Where the training has met a NaN, LightGBM and XGBoost have
# learned a way for it; a column without any gives none. LightGBM's documentation says that NaN is what is missing and leaves this out; its
# maintainers have answered it in two ways (issue 2292: it goes right; 6139: it becomes 0, as is seen here). CatBoost goes low
# even with nan_mode="Max" (issue 2850).
#
# Melody's features are always known, and its import refuses LightGBM models where a 0 is taken for missing. A ranker keeps no way
# for NaN, so that an imported model's scores are LightGBM's for what is known alone.
#
# Installs the pinned packages in a temporary folder; fails if the behaviour changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check catboost==1.2.10 lightgbm==4.7.0 scikit-learn==1.9.1 xgboost==3.2.0
cat >"$work/probe.py" <<'PY'
import numpy
from catboost import CatBoostRanker
from lightgbm import LGBMRanker
from xgboost import XGBRanker

QUERIES, SONGS, TREES = 100, 20, 20
feature = numpy.random.default_rng(1).uniform(-3, 3, (QUERIES * SONGS, 1))
asked = {"the smallest": -3.0, "a zero": 0.0, "the largest": 3.0, "not known": numpy.nan}
values = numpy.array(list(asked.values()))[:, None]
for good, better in (("large", feature[:, 0]), ("small", -feature[:, 0])):
    grade = (better > -1).astype(int) + (better > 1)
    for model, queries in (
        (LGBMRanker(n_estimators=TREES, verbose=-1), {"group": [SONGS] * QUERIES}),
        (XGBRanker(n_estimators=TREES), {"group": [SONGS] * QUERIES}),
        (CatBoostRanker(iterations=TREES, verbose=0, allow_writing_files=False), {"group_id": numpy.arange(QUERIES).repeat(SONGS)}),
    ):
        *known, unknown = model.fit(feature, grade, **queries).predict(values)
        nearest = int(numpy.argmin(numpy.abs(numpy.array(known) - unknown)))
        place = 1 + sum(score > unknown + 1e-3 for score in known)
        print(f"{good} is good: {type(model).__name__}: not known scores as {list(asked)[nearest]}, place {place} of 3")
PY
found=$("$work/venv/bin/python" -W ignore "$work/probe.py")
printf '%s\n' "$found"
diff <(printf '%s\n' "$found") - <<'SEEN'
large is good: LGBMRanker: not known scores as a zero, place 2 of 3
large is good: XGBRanker: not known scores as the largest, place 1 of 3
large is good: CatBoostRanker: not known scores as the smallest, place 3 of 3
small is good: LGBMRanker: not known scores as a zero, place 2 of 3
small is good: XGBRanker: not known scores as the largest, place 3 of 3
small is good: CatBoostRanker: not known scores as the smallest, place 1 of 3
SEEN
echo "as seen: what is not known is bad, middling or best"
