#!/usr/bin/env bash
# pyarrow 26.0.1 beside numpy 1.26.4; run on 2026-11-29 with Python 3.11 on Linux.
#
# pyarrow names no numpy among what it requires, so that pip installs both together and `pip check` finds nothing broken. Yet it looks
# for numpy when it is imported, and refuses to be imported beside one below 2.0. It works where there is none at all. So whatever
# holds numpy below 2 (sb-obp, the maintained Open Bandit Pipeline, does) takes pyarrow from its environment without a word until
# something imports it, as `pandas.read_parquet` does.
#
# Melody's round trips (tools/interop) read exported decisions with sb-obp and exported tables with pyarrow: in two environments.
#
# Installs the pinned packages in a temporary folder; fails if the behaviour changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip() { "$work/venv/bin/python" -m pip --disable-pip-version-check "$@"; }
imported() {
  "$work/venv/bin/python" -c 'import pyarrow; print("imported")' 2>&1 | tail -n 1
}
pip install --quiet pyarrow==26.0.1
found="alone: $(imported)"
pip install --quiet numpy==1.26.4
found="$found
pip check: $(pip check)
beside numpy 1.26.4: $(imported || true)"
printf '%s\n' "$found"
diff <(printf '%s\n' "$found") - <<'SEEN'
alone: imported
pip check: No broken requirements found.
beside numpy 1.26.4: ImportError: pyarrow requires NumPy 2.0 or newer, found 1.26.4
SEEN
echo "as seen: a requirement that pip does not know of"
