#!/usr/bin/env bash
# asciinema 2.4.0, the newest on PyPI; run on 2026-11-29 with Python 3.11 on Linux.
#
# `pip install asciinema` does not bring the asciinema of today. Since version 3 it is a program of Rust (3.2.0), whose own
# recordings are asciicast v3 by default; PyPI has stayed at 2.4.0, which refuses those. So a recording that asciinema has just made
# cannot be played by the asciinema that pip has just installed.
#
# Melody therefore records version 2 unless asked for 3: both programs play it.
#
# Installs the pinned package in a temporary folder; fails if the behaviour changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check asciinema==2.4.0
newest=$("$work/venv/bin/python" -m pip index versions --disable-pip-version-check asciinema 2>/dev/null | sed -n 1p)
cat >"$work/2.cast" <<'CAST'
{"version":2,"width":20,"height":2}
[0.0,"o","played\r\n"]
CAST
cat >"$work/3.cast" <<'CAST'
{"version":3,"term":{"cols":20,"rows":2}}
[0.0,"o","played\r\n"]
[0.0,"x","0"]
CAST
played() {
  "$work/venv/bin/asciinema" cat "$1" 2>&1 </dev/null | tr -d '\r' || true
}
found="newest: $newest
version 2: $(played "$work/2.cast")
version 3: $(played "$work/3.cast")"
printf '%s\n' "$found"
diff <(printf '%s\n' "$found") - <<'SEEN'
newest: asciinema (2.4.0)
version 2: played
version 3: asciinema: printing failed: only asciicast v1 and v2 formats can be opened
SEEN
echo "as seen: two programs of one name"
