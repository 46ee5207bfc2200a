"""Large files for measuring imports: nobody's listening, drawn from a seed; the same arguments give the same bytes.

    make.py spotify MEGABYTES OUT.json [--layout compact|indented] [--username] [--seed N]
    make.py yambda ROWS OUT.parquet [--order listener|time] [--seed N]

`spotify` writes one file in the keys of Spotify's extended streaming history, as a listener without end would have it: songs by a
power law, a fiftieth podcasts, some plays in incognito mode, some paused and taken up again, titles with quotes, accents and the
signs of other scripts. `--layout` says how its JSON is set: exports of some years are indented, of others one line. `--username`
adds the key that exports had up to 2022, with one name.

`yambda` writes rows as Yambda's flat `listens.parquet` has them, by DuckDB: 10,000 listeners, 930,000 songs by a power law, in the
order of listeners, or of time.
"""

import argparse
import json
import random
import sys

LATIN = ("Paper Boats|Glass Hours|Long Way|No More Dreamers|Kites|The Other Shore|Salt|Under the Pier|Slow Trains|Red Kitchen|Café du Nord"
         "|Señal|Überall|Half Light|Wire & Wood|Seven Rooms|Lanterns|Tide|The \"Quiet\" Song|Backroads\\Home").split("|")
OTHER = "夜の電車|紙の船|Долгий путь|Соль|긴 밤|夏天".split("|")
WORDS = "amber birch cinder delta ember fjord grove harbour island juniper kettle lichen meadow north otter pine quarry river stone".split()
ENDINGS = ["", "", "", "", " - Remastered 2011", " (Live)", " - Radio Edit", " (feat. Somebody)"]
REASONS = ["trackdone"] * 12 + ["fwdbtn"] * 6 + ["backbtn", "endplay", "logout", "clickrow", "unexpected-exit-while-paused", "remote"]
BEGINNINGS = ["trackdone"] * 10 + ["fwdbtn"] * 5 + ["clickrow"] * 4 + ["playbtn", "backbtn", "remote"]
PLATFORMS = ["Android OS 13 API 33 (samsung, SM-G991B)", "iOS 16.3.1 (iPhone14,5)", "Windows 10 (10.0.19044; x64; AppX)", "web_player linux"]
FIRST_DAY = 1_262_304_000
YEAR = 31_557_600
SONGS = 20_000


def name(draw, most):
    words = [draw.choice(WORDS).capitalize() for _ in range(draw.randint(1, most))]
    return " ".join(words)


def songs(draw):
    """Title, artist, album, identifier and milliseconds of every song."""
    artists = [name(draw, 3) for _ in range(SONGS // 8)]
    made = []
    for number in range(SONGS):
        kind = draw.random()
        title = draw.choice(OTHER) if kind < 0.03 else draw.choice(LATIN) if kind < 0.1 else name(draw, 4)
        title += f" {number % 97}" * (draw.random() < 0.3) + draw.choice(ENDINGS)
        uri = "spotify:track:" + "".join(draw.choices("0123456789ABCDEFabcdef", k=22))
        made.append((title, artists[int(len(artists) * draw.random() ** 2)], name(draw, 3), uri, draw.randint(120_000, 420_000)))
    return made


def times(second):
    """RFC 3339 of seconds since 1970."""
    days, rest = divmod(second, 86_400)
    # The calendar of Gregory, from the first of March of the year 0 (Howard Hinnant).
    era, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    of_year = day - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    number = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    year += era * 400 + (month <= 2)
    return f"{year:04}-{month:02}-{number:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"


def spotify(arguments):
    draw = random.Random(arguments.seed)
    known = songs(draw)
    indented = arguments.layout == "indented"
    between, ends = (",\n", "\n]\n") if indented else (",", "]")
    wanted, written, plays = arguments.size * 1_000_000, 0, 0
    now, left = FIRST_DAY, None
    with open(arguments.out, "w", encoding="utf-8", newline="") as out:
        out.write("[\n" if indented else "[")
        while written < wanted:
            title, artist, album, uri, length = known[int(SONGS * draw.random() ** 3)] if left is None else left
            end, start = draw.choice(REASONS), draw.choice(BEGINNINGS) if left is None else "appload"
            heard = length if end == "trackdone" and left is None else int(length * draw.random())
            left = (title, artist, album, uri, length) if end == "logout" else None
            now += heard // 1_000 + draw.randint(0, 3)
            # 16 years of listening day and night are 2 GB; what is more is told twice.
            now = now if now < FIRST_DAY + 16 * YEAR else FIRST_DAY
            podcast = draw.random() < 0.02
            record = {"ts": times(now)}
            if arguments.username:
                record["username"] = "ann"
            record |= {
                "platform": draw.choice(PLATFORMS), "ms_played": heard, "conn_country": "DE", "ip_addr": "0.0.0.0",
                "master_metadata_track_name": None if podcast else title,
                "master_metadata_album_artist_name": None if podcast else artist,
                "master_metadata_album_album_name": None if podcast else album,
                "spotify_track_uri": None if podcast else uri,
                "episode_name": title if podcast else None, "episode_show_name": artist if podcast else None,
                "spotify_episode_uri": "spotify:episode:0" if podcast else None,
                "audiobook_title": None, "audiobook_uri": None, "audiobook_chapter_uri": None, "audiobook_chapter_title": None,
                "reason_start": start, "reason_end": end, "shuffle": draw.random() < 0.4, "skipped": end == "fwdbtn", "offline": False,
                "offline_timestamp": now, "incognito_mode": draw.random() < 0.005,
            }
            if indented:
                text = "  " + json.dumps(record, ensure_ascii=False, indent=2).replace("\n", "\n  ")
            else:
                text = json.dumps(record, ensure_ascii=draw.random() < 0.1, separators=(",", ":"))
            text = between * (plays > 0) + text
            out.write(text)
            written += len(text.encode())
            plays += 1
        out.write(ends)
    print(f"{arguments.out}: {plays} streams", file=sys.stderr)


def yambda(arguments):
    import duckdb

    seed = arguments.seed
    database = duckdb.connect()
    database.execute("set memory_limit = '4GB'; set threads = 2; set preserve_insertion_order = true")
    # A number in [0, 1) for a row and a purpose.
    database.execute(f"create macro lot(row, purpose) as (hash(row, purpose, {seed}) >> 11) / 9007199254740992.0")
    many, rows = 10_000, arguments.size
    # Listeners of the file's first part have fewer plays than those of its last; within a listener time goes on.
    own = f"{many} * pow(row / {rows}, 0.7)"
    of = {
        "listener": f"(floor({own}) * 100 + 7)::uinteger as uid, (5 * floor(5200000 * ({own} - floor({own}))))::uinteger as timestamp",
        "time": f"(floor({many} * pow(lot(row, 'uid'), 0.7)) * 100 + 7)::uinteger as uid, (5 * floor(5200000.0 * row / {rows}))::uinteger as timestamp",
    }[arguments.order]
    database.execute(f"""
        copy (
            select {of},
                (1 + floor(930000 * pow(lot(row, 'item'), 4)) * 10)::uinteger as item_id,
                (lot(row, 'organic') < 0.5)::utinyint as is_organic,
                (case when lot(row, 'whole') < 0.55 then 100 else floor(100 * lot(row, 'share')) end)::usmallint as played_ratio_pct,
                (60 + floor(300 * lot((1 + floor(930000 * pow(lot(row, 'item'), 4)) * 10)::bigint, 'length')))::uinteger as track_length_seconds
            from range({rows}) as numbers(row)
        ) to '{arguments.out}' (format parquet, codec snappy)
    """)
    print(f"{arguments.out}: {rows} rows", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["spotify", "yambda"])
    parser.add_argument("size", type=int, help="megabytes of JSON, or rows")
    parser.add_argument("out")
    parser.add_argument("--layout", choices=["compact", "indented"], default="compact")
    parser.add_argument("--username", action="store_true")
    parser.add_argument("--order", choices=["listener", "time"], default="listener")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    {"spotify": spotify, "yambda": yambda}[arguments.what](arguments)


main()
