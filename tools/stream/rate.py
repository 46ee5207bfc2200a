"""How long an event waits for the version that learned from it, at some rates.

    rate.py MELODY NATS_PORT LOG... --rates 10 100 1000 --seconds 60

Sends the records of feedback logs to a stream at each rate, while a learner learns; needs nats-py and a server with JetStream.
"""

import argparse
import asyncio
import json
import pathlib
import subprocess
import tempfile
import time

import nats


async def make(url, stream):
    client = await nats.connect(url)
    await client.jetstream().add_stream(name=stream, subjects=[f"{stream}.feedback.>"])
    await client.close()


async def send(url, stream, lines, rate, seconds):
    """Sends lines evenly; gives how many were sent and in what time."""
    client = await nats.connect(url)
    js = client.jetstream()
    began, sent = time.monotonic(), 0
    while (now := time.monotonic() - began) < seconds and sent < len(lines):
        due = min(int(rate * now) + 1, len(lines))
        waits = [js.publish(f"{stream}.feedback.all", line) for line in lines[sent:due]]
        await asyncio.gather(*waits)
        sent = due
        await asyncio.sleep(0.005)
    took = time.monotonic() - began
    await client.close()
    return sent, took


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("melody")
    parser.add_argument("port", type=int)
    parser.add_argument("logs", nargs="+", type=pathlib.Path)
    parser.add_argument("--rates", nargs="+", type=int, default=[10, 100, 1000])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--every", default="5")
    arguments = parser.parse_args()
    logs = [log.read_bytes().splitlines() for log in arguments.logs]
    url = f"nats://localhost:{arguments.port}"
    for rate in arguments.rates:
        stream = f"RATE{rate}"
        # As many listeners at once as it takes, in turn.
        some = logs[: -(-int(rate * arguments.seconds) // min(map(len, logs)))]
        lines = [log[place] for place in range(max(map(len, some))) for log in some if place < len(log)]
        with tempfile.TemporaryDirectory() as folder:
            # The stream is made before the first record comes.
            asyncio.run(make(url, stream))
            learn = [arguments.melody, "learn", "--from", f"{url}/{stream}", "--out", folder + "/v", "--every", arguments.every, "--until-idle", "8", "--json"]
            learner = subprocess.Popen(learn, stdout=subprocess.PIPE, text=True)
            sent, took = asyncio.run(send(url, stream, lines, rate, arguments.seconds))
            updates = [json.loads(line) for line in learner.communicate()[0].splitlines()]
        lags = [update["lag_s"] for update in updates if update["lag_s"]]
        # Every update's own median and 99 of 100, weighed by its records.
        weighed = [lag for update, lag in zip(updates, lags) for lag in [lag] * update["records"]]
        half = sorted(lag[0] for lag in weighed)
        most = sorted(lag[1] for lag in weighed)
        print(f"{rate:>6} a second asked, {sent / took:.0f} sent: {len(updates)} updates, lag median {half[len(half) // 2]:.2f} s, "
              f"99 of 100 {most[int(0.99 * (len(most) - 1))]:.2f} s, "
              f"plays {sum(u['plays'] for u in updates)}, left in the stream {updates[-1]['pending']}", flush=True)


main()
