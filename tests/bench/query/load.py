"""The load, in a process of its own: requests at a fixed rate, timed from when each was due."""

import asyncio
import gc
import json
import random
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import uvloop

from tests.bench.query.population import carrier_of, number_of

_CONNECTIONS = 24
_MIX = (("get", 60), ("list", 25), ("search", 15))
_LISTS = (
    {},
    {"limit": 20},
    {"carrier": "dhl"},
    {"milestone": "in_transit", "limit": 20},
    {"status": "exception"},
    {"condition": "delayed", "sort": "-slip"},
    {"past": "false", "sort": "expected"},
    {"merchant": "merchant-3"},
    {"merchant": "merchant-3", "milestone": "delivered"},
    {"stale": "P20D", "limit": 20},
    {"lane": "KZ-DE"},
    {"carrier": "ups", "past": "false", "sort": "last_at"},
)
_SEARCHES = ("red lamp", "silkteapot", "blue", "steel knife", "glassvase mirror")


def requests(kind: str, count: int, source: random.Random) -> Iterator[str]:
    """Paths of that kind for ever."""
    while True:
        n = source.randrange(count)
        if kind == "get":
            yield f"/v1/shipments/{carrier_of(n)}:{number_of(n)}"
        elif kind == "list":
            yield f"/v1/shipments?{urlencode(source.choice(_LISTS))}"
        else:
            q = source.choice(
                (*_SEARCHES, number_of(n), number_of(n), f"O-{number_of(n)}", f"C-{n // 5:08d}")
            )
            yield f"/v1/shipments?{urlencode({'q': q, 'limit': 20})}"


async def run(host: str, port: int, *, count: int, rate: float, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of every answer by kind; raises AssertionError for an answer that is not 200."""
    source = random.Random(2)
    paths = {kind: requests(kind, count, source) for kind, _ in _MIX}
    due: asyncio.Queue[tuple[float, str, str]] = asyncio.Queue()
    took: dict[str, list[float]] = {kind: [] for kind, _ in _MIX}

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(host, port)
        while True:
            when, kind, path = await due.get()
            writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200"), head + path.encode()
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
            took[kind].append((time.perf_counter() - when) * 1000)
            due.task_done()

    tasks = [asyncio.create_task(connection()) for _ in range(_CONNECTIONS)]
    kinds, weights = zip(*_MIX, strict=True)
    gc.collect()
    gc.freeze()
    start, sent = time.perf_counter(), 0
    while (now := time.perf_counter()) - start < seconds:
        while sent < (now - start) * rate:
            kind = source.choices(kinds, weights)[0]
            due.put_nowait((start + sent / rate, kind, next(paths[kind])))
            sent += 1
        for task in tasks:
            if task.done():
                await task
        await asyncio.sleep(0.001)
    await asyncio.wait_for(due.join(), 60)
    for task in tasks:
        task.cancel()
    return took


if __name__ == "__main__":
    host, port, count, rate, seconds = sys.argv[1:]
    asked = run(host, int(port), count=int(count), rate=float(rate), seconds=float(seconds))
    print(json.dumps(uvloop.run(asked)))  # noqa: T201 - read by the process that started this one
