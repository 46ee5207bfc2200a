"""Feedback at rest: the Parquet data set, the Arrow shards of a training log and a CSV, each read by every system. Called by
tools/interop/rest."""

import csv
import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import chdb
import duckdb
import pandas
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.ipc
import pyarrow.parquet

MELODY, WORK = sys.argv[1], Path(sys.argv[2])
TABLES = ("sessions", "events", "plays", "impressions")
failed = []


def row(package, what, holds, note=""):
    """A line of the table. What is known not to work is told as such, and fails if it works by now."""
    name = f"{package} {version(package)}"
    told = ("yes" if holds else "**no**") if not note else note
    print(f"| {name} | {what} | {told} |", flush=True)
    if not holds:
        failed.append(f"{name}: {what}")


def tried(package, what, check):
    try:
        found = check()
    except Exception as error:  # Whatever a library throws is the answer.
        print(f"{package}: {what}: {type(error).__name__}: {error}", file=sys.stderr)
        found = False
    row(package, what, found is True)
    if found is not True and found is not False:
        print(f"{package}: {what}: {found}", file=sys.stderr)


def expected():
    """What `melody log show --json` says of the logs: rows of each table, and sums of two columns of the plays, by day."""
    days = {}
    for log in sorted((WORK / "logs").glob("*.jsonl")):
        if log.name.startswith("copy"):
            continue
        day = "2026-11-30" if log.name.startswith("s") else "2026-11-29"
        shown = subprocess.run([MELODY, "log", "show", log, "--json"], capture_output=True, check=True)
        steps = json.loads(shown.stdout)["steps"]
        records = len(log.read_text().splitlines())
        own = [1, records]
        ended = [step for step in steps if step["ended"]]
        own += [len(ended), sum(len(step["impressions"]) for step in steps)]
        own += [sum(step["event"]["heard_ms"] for step in ended), sum(step["ended"]["completed"] for step in ended)]
        so_far = days.get(day, [0] * 6)
        days[day] = [a + b for a, b in zip(so_far, own)]
    return dict(sorted(days.items()))


KNOWN = expected()
HEARD = {day: tuple(known[4:6]) for day, known in KNOWN.items()}
COUNTS = {table: {day: known[i] for day, known in KNOWN.items()} for i, table in enumerate(TABLES)}
# A column of each type.
TYPED = ("song", "heard_ms", "play_ratio", "completed", "day")
DIFFER = "sum(heard_ms), count(*) filter (where completed)"


def text(day):
    return str(day)[:10]


def by_duckdb():
    def read(table):
        return f"read_parquet('{WORK}/set/{table}/**/*.parquet', hive_partitioning = true)"

    def counts():
        found = {t: dict(duckdb.sql(f"select day::text, count(*) from {read(t)} group by 1").fetchall()) for t in TABLES}
        return found == COUNTS or found

    def types():
        found = dict((n, t) for n, t, *_ in duckdb.sql(f"describe select * from {read('plays')}").fetchall())
        found = [found[name] for name in TYPED]
        return found == ["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE"] or found

    def sums():
        found = duckdb.sql(f"select day::text, {DIFFER} from {read('plays')} group by 1").fetchall()
        return {day: (int(heard), whole) for day, heard, whole in found} == HEARD or found

    def joined():
        """Plays that a decision queued, and those of them that say of it what its record says."""
        found = duckdb.sql(
            f"""select count(*), count(*) filter (where e.arm = p.arm and e.propensity = p.propensity)
                from {read('plays')} p join {read('events')} e
                on p.session = e.session and p.decision = e.step and e.counts"""
        ).fetchall()[0]
        return (found[0] == found[1] and found[0] > 50) or found

    def header():
        found = duckdb.sql(
            f"select count(*) from {read('sessions')} where header ->> '$.opening.profile' = profile"
        ).fetchall()[0]
        return found[0] == sum(COUNTS["sessions"].values()) or found

    tried("duckdb", "data set: rows of each table and day as `log show` has them", counts)
    tried("duckdb", "data set: text, int64, double, bool; `day` a date", types)
    tried("duckdb", "data set: sums over plays", sums)
    tried("duckdb", "data set: the arm and propensity of a play are those of its decision's record", joined)
    tried("duckdb", "data set: the header is JSON", header)
    plays = f"select song, ended_ms - began_ms from '{WORK}/plays.csv'"
    tried("duckdb", "CSV: rows, with types", lambda: csv_rows(duckdb.sql(plays).fetchall()))

    def shard():
        try:
            duckdb.sql(f"select * from '{WORK}/train/shard-00000.arrow'").fetchall()
        except duckdb.Error:
            return True
        return "it reads shards by now"

    row("duckdb", "Arrow shard by itself", shard() is True, "no reader for Arrow files")

    def through_arrow():
        listeners = pyarrow.ipc.open_file(WORK / "train/shard-00000.arrow").read_all()
        found = duckdb.sql("select sum(len(plays)) from listeners").fetchall()[0][0]
        assert listeners.num_rows > 0
        return found == train_plays() or found

    tried("duckdb", "Arrow shard that pyarrow has opened", through_arrow)


def train_plays():
    shown = subprocess.run([MELODY, "log", "check", WORK / "train", "--json"], capture_output=True, check=True)
    return json.loads(shown.stdout)["log"]["plays"]


def csv_rows(found):
    with open(WORK / "plays.csv", newline="") as file:
        rows = [(r["song"], int(r["ended_ms"]) - int(r["began_ms"])) for r in csv.DictReader(file)]
    return [tuple(r) for r in found] == rows or (found, rows)


def by_polars():
    def read(table):
        return polars.scan_parquet(WORK / "set" / table)

    def counts():
        found = {
            t: {text(day): n for day, n in read(t).group_by("day").len().collect().rows()} for t in TABLES
        }
        return found == COUNTS or found

    def types():
        schema = read("plays").collect_schema()
        found = [schema[name] for name in TYPED]
        return found == [polars.String, polars.Int64, polars.Float64, polars.Boolean, polars.Date] or found

    def sums():
        found = read("plays").group_by("day").agg(polars.col("heard_ms").sum(), polars.col("completed").sum()).collect()
        return {text(day): (heard, whole) for day, heard, whole in found.rows()} == HEARD or found

    def shard():
        frame = polars.read_ipc(WORK / "train/shard-00000.arrow")
        found = frame.select(polars.col("plays").list.len().sum()).item()
        return found == train_plays() or found

    tried("polars", "data set: rows of each table and day as `log show` has them", counts)
    tried("polars", "data set: text, int64, double, bool; `day` a date", types)
    tried("polars", "data set: sums over plays", sums)
    tried("polars", "Arrow shard: rows and plays", shard)
    frame = polars.read_csv(WORK / "plays.csv")
    frame = frame.select("song", polars.col("ended_ms") - polars.col("began_ms"))
    tried("polars", "CSV: rows, with types", lambda: csv_rows(frame.rows()))


def by_pandas():
    def read(table):
        return pandas.read_parquet(WORK / "set" / table)

    def counts():
        found = {t: {text(day): int(n) for day, n in read(t)["day"].value_counts().items()} for t in TABLES}
        return found == COUNTS or found

    def types():
        frame = read("plays")
        found = [str(frame[name].dtype) for name in TYPED]
        return found == ["str", "int64", "float64", "bool", "category"] or found

    def sums():
        found = read("plays").groupby("day", observed=True)[["heard_ms", "completed"]].sum()
        found = {text(day): (int(r.heard_ms), int(r.completed)) for day, r in found.iterrows()}
        return found == HEARD or found

    def lacking():
        """Songs that the listener chose have no request: whole numbers with gaps become floats."""
        frame = read("plays")
        kept = pandas.read_parquet(WORK / "set" / "plays", dtype_backend="numpy_nullable")
        found = [str(frame["request"].dtype), str(kept["request"].dtype), int(kept["request"].isna().sum())]
        return (found[:2] == ["float64", "Int64"] and found[2] > 0) or found

    def shard():
        frame = pandas.read_feather(WORK / "train/shard-00000.arrow")
        found = int(frame["plays"].map(len).sum())
        return found == train_plays() or found

    tried("pandas", "data set: rows of each table and day as `log show` has them", counts)
    tried("pandas", "data set: text, int64, double, bool; `day` a category of texts", types)
    tried("pandas", "data set: sums over plays", sums)
    tried("pandas", "data set: `request` with gaps is float64, with `dtype_backend=\"numpy_nullable\"` Int64", lacking)
    tried("pandas", "Arrow shard: rows and plays (`read_feather`)", shard)
    frame = pandas.read_csv(WORK / "plays.csv")
    frame["heard"] = frame["ended_ms"] - frame["began_ms"]
    rows = frame[["song", "heard"]].itertuples(index=False, name=None)
    tried("pandas", "CSV: rows, with types", lambda: csv_rows(rows))


def by_pyarrow():
    def counts():
        found = {}
        for table in TABLES:
            days = pyarrow.dataset.dataset(WORK / "set" / table, partitioning="hive").to_table(columns=["day"])["day"]
            found[table] = {text(v["values"].as_py()): v["counts"].as_py() for v in days.value_counts()}
        return found == COUNTS or found

    def types():
        schema = pyarrow.dataset.dataset(WORK / "set" / "plays", partitioning="hive").schema
        found = [str(schema.field(name).type) for name in TYPED]
        return found == ["string", "int64", "double", "bool", "string"] or found

    def dated():
        flavor = pyarrow.dataset.partitioning(pyarrow.schema([("day", pyarrow.date32())]), flavor="hive")
        schema = pyarrow.dataset.dataset(WORK / "set" / "plays", partitioning=flavor).schema
        return str(schema.field("day").type) == "date32[day]"

    def notes():
        file = next((WORK / "set" / "plays").rglob("*.parquet"))
        found = pyarrow.parquet.read_metadata(file).metadata
        return (found[b"feedback_format"], found[b"table"]) == (b"1", b"plays") or found

    tried("pyarrow", "data set: rows of each table and day as `log show` has them", counts)
    tried("pyarrow", "data set: text, int64, double, bool; `day` a text", types)
    tried("pyarrow", "data set: `day` a date where the partitioning's schema says so", dated)
    tried("pyarrow", "data set: version and table in the metadata", notes)


def by_spark():
    if not shutil.which("java"):
        print(f"| pyspark {version('pyspark')} | everything | not tried: no Java |", flush=True)
        return
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as f

    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.warehouse.dir", str(WORK / "warehouse"))
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")

    def read(table):
        return spark.read.parquet(str(WORK / "set" / table))

    def counts():
        found = {t: {text(r["day"]): r["count"] for r in read(t).groupBy("day").count().collect()} for t in TABLES}
        return found == COUNTS or found

    def types():
        schema = read("plays").schema
        found = [schema[name].dataType.simpleString() for name in TYPED]
        return found == ["string", "bigint", "double", "boolean", "date"] or found

    def sums():
        found = read("plays").groupBy("day").agg(f.sum("heard_ms"), f.sum(f.col("completed").cast("int"))).collect()
        return {text(r[0]): (r[1], r[2]) for r in found} == HEARD or found

    tried("pyspark", "data set: rows of each table and day as `log show` has them", counts)
    tried("pyspark", "data set: text, int64, double, bool; `day` a date", types)
    tried("pyspark", "data set: sums over plays", sums)
    frame = spark.read.csv(str(WORK / "plays.csv"), header=True, inferSchema=True)
    frame = frame.select("song", f.col("ended_ms") - f.col("began_ms"))
    tried("pyspark", "CSV: rows, with types (`inferSchema`)", lambda: csv_rows(frame.collect()))

    def shard():
        try:
            spark.read.format("arrow").load(str(WORK / "train")).count()
        except Exception:  # There is no such source.
            return True
        return False

    row("pyspark", "Arrow shard by itself", shard(), "no reader for Arrow files")
    spark.stop()


def by_clickhouse():
    def ask(query):
        return json.loads(str(chdb.query(query, "JSON")))

    def read(table):
        return f"file('{WORK}/set/{table}/*/*.parquet', Parquet)"

    def counts():
        found = {}
        for table in TABLES:
            rows = ask(f"select toString(day) d, toUInt32(count()) n from {read(table)} group by d")["data"]
            found[table] = {r["d"]: r["n"] for r in rows}
        return found == COUNTS or found

    def types():
        meta = ask(f"select {', '.join(TYPED)} from {read('plays')} limit 1")["meta"]
        found = [column["type"] for column in meta]
        known = ["Nullable(String)", "Nullable(Int64)", "Nullable(Float64)", "Nullable(Bool)", "Date"]
        return found == known or found

    def sums():
        sums = "toUInt32(sum(heard_ms)) h, toUInt32(countIf(completed)) c"
        rows = ask(f"select toString(day) d, {sums} from {read('plays')} group by d")["data"]
        return {r["d"]: (r["h"], r["c"]) for r in rows} == HEARD or rows

    def shard():
        shard = f"file('{WORK}/train/shard-00000.arrow', Arrow)"
        found = ask(f"select toUInt32(sum(length(plays.song))) n from {shard}")["data"][0]["n"]
        return found == train_plays() or found

    tried("chdb", "data set: rows of each table and day as `log show` has them", counts)
    tried("chdb", "data set: text, int64, double, bool; `day` a date", types)
    tried("chdb", "data set: sums over plays", sums)
    tried("chdb", "Arrow shard: rows and plays", shard)
    plays = f"select song, ended_ms - began_ms h from file('{WORK}/plays.csv', CSVWithNames)"
    tried("chdb", "CSV: rows, with types", lambda: csv_rows((r["song"], int(r["h"])) for r in ask(plays)["data"]))


def main():
    print("| reads | what | holds |\n|---|---|---|")
    by_duckdb()
    by_polars()
    by_pyarrow()
    by_pandas()
    by_spark()
    by_clickhouse()
    if failed:
        sys.exit("not as it should be: " + "; ".join(failed))


if __name__ == "__main__":
    main()
