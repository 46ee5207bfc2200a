#!/usr/bin/env bash
# duckdb 2.0.1, datafusion 55.0.0, polars 2.1.0, pyarrow 26.0.1; run on 2026-12-01 with Python 3.11 on Linux.
#
# Three scores, 0.1, 0.2 and NaN, in a Parquet file as pyarrow writes it. DuckDB finds no NaN by `isnan(x)`, three scores below 0.5, and
# 0.2 as the largest; sorted, the largest is NaN. The same three rows in a file without statistics: one NaN, two below 0.5, NaN
# the largest. So the answer is one of who wrote the file and how, not of what is in it. Parquet's minima and maxima are of what is a
# number (its specification: whoever looks for NaN must not go by them); DuckDB and DataFusion hold NaN for the largest of all numbers
# and yet leave out, or pass without looking, what the maximum seems to settle. DuckDB's own files have no minimum where there is
# a NaN, so that what one tries first is right. Polars is right on both. A row group is passed as a whole: one NaN among
# a million rows is found or not by what else is there. DuckDB had mended this in 2025 (pull request 16962), and has it again
# (issue 25521, open); DataFusion's is issue 15812, open. Neither documentation says so.
#
# Melody's Parquet has null, never NaN, where something is not known; what others add to such tables may.
#
# Installs the pinned packages in a temporary folder; fails if the behaviour changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 datafusion==55.0.0 polars==2.1.0 pyarrow==26.0.1
cat >"$work/probe.py" <<'PY'
import datafusion
import duckdb
import polars
import pyarrow
import pyarrow.parquet

rows = pyarrow.table({"x": [0.1, 0.2, float("nan")]})
pyarrow.parquet.write_table(rows, "with.parquet")
pyarrow.parquet.write_table(rows, "without.parquet", write_statistics=False)
duckdb.sql("copy rows to 'own.parquet'")


def told(name, condition):
    file = f"{name}.parquet"
    context = datafusion.SessionContext()
    context.register_parquet("t", file)
    query = "select count(*) from {} where " + condition
    duck = duckdb.sql(query.format(f"'{file}'")).fetchall()[0][0]
    fusion = context.sql(query.format("t")).collect()[0].column(0)[0].as_py()
    polar = polars.scan_parquet(file).filter(polars.sql_expr(condition.replace("isnan(x)", "x = 'nan'::double"))).collect().height
    return f"duckdb {duck}, datafusion {fusion}, polars {polar}"


for name, what in (("with", "pyarrow"), ("without", "pyarrow, no statistics"), ("own", "duckdb")):
    for condition in ("isnan(x)", "x > 0.5", "x < 0.5"):
        print(f"{what}: {condition}: {told(name, condition)}")
    most = duckdb.sql(f"select max(x) from '{name}.parquet'").fetchall()[0][0]
    last = duckdb.sql(f"select x from '{name}.parquet' order by x desc limit 1").fetchall()[0][0]
    print(f"{what}: duckdb's largest: {most}, first of those sorted: {last}")
PY
found=$(cd "$work" && "$work/venv/bin/python" probe.py)
printf '%s\n' "$found"
diff <(printf '%s\n' "$found") - <<'SEEN'
pyarrow: isnan(x): duckdb 0, datafusion 1, polars 1
pyarrow: x > 0.5: duckdb 0, datafusion 0, polars 1
pyarrow: x < 0.5: duckdb 3, datafusion 2, polars 2
pyarrow: duckdb's largest: 0.2, first of those sorted: nan
pyarrow, no statistics: isnan(x): duckdb 1, datafusion 1, polars 1
pyarrow, no statistics: x > 0.5: duckdb 1, datafusion 1, polars 1
pyarrow, no statistics: x < 0.5: duckdb 2, datafusion 2, polars 2
pyarrow, no statistics: duckdb's largest: nan, first of those sorted: nan
duckdb: isnan(x): duckdb 1, datafusion 1, polars 1
duckdb: x > 0.5: duckdb 1, datafusion 1, polars 1
duckdb: x < 0.5: duckdb 2, datafusion 2, polars 2
duckdb: duckdb's largest: nan, first of those sorted: nan
SEEN
echo "as seen: what a file says of its numbers is taken for what it says of its rows"
