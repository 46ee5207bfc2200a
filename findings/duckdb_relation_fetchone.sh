#!/usr/bin/env bash
# duckdb 2.0.1; run on 2026-11-30 with Python 3.11 on Linux.
#
# `duckdb.sql("select count(*) ...").fetchone()[0]` was the usual way to one number for as long as there were relations. Since version 2
# a relation has neither fetchone() nor fetchmany() nor execute(): it keeps no result between calls, and every call runs the query
# again. So what is drawn at random differs from one fetchall() to the next of the same relation, and `while row := rel.fetchone()`
# is no loop any more. A connection that has executed a query still hands out its rows one by one, and `materialize()` keeps them.
#
# Melody's tables are tried with duckdb in tools/interop/rest, which counts rows of a query in this way: by fetchall().
#
# Installs the pinned package in a temporary folder; fails if the behaviour changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1
cat >"$work/probe.py" <<'PY'
import duckdb

one = duckdb.sql("select count(*) from range(3)")
for name in ("fetchone", "fetchmany", "execute", "fetchall"):
    print(f"relation.{name}: {'there' if hasattr(one, name) else 'not there'}")
print("relation.fetchall()[0]:", one.fetchall()[0])
drawn = duckdb.sql("select random()")
print("drawn twice, the same:", drawn.fetchall() == drawn.fetchall())
kept = drawn.materialize()
print("drawn and kept, the same:", kept.fetchall() == kept.fetchall())
print("connection.execute().fetchone():", duckdb.connect().execute("select count(*) from range(3)").fetchone())
PY
found=$("$work/venv/bin/python" "$work/probe.py")
printf '%s\n' "$found"
diff <(printf '%s\n' "$found") - <<'SEEN'
relation.fetchone: not there
relation.fetchmany: not there
relation.execute: not there
relation.fetchall: there
relation.fetchall()[0]: (3,)
drawn twice, the same: False
drawn and kept, the same: True
connection.execute().fetchone(): (3,)
SEEN
echo "as seen: a relation is a question, and is asked anew each time"
