"""The load, in a process of its own: requests at a fixed rate, timed from when each was due."""

import asyncio
import gc
import json
import random
import re
import sys
import time
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple, cast
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
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE).search


class Due(NamedTuple):
    """One request; `when` by the clock of `time.perf_counter`."""

    when: float
    kind: str
    path: str


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


class Readers:
    """Connections that take what is due in its turn. `took`: milliseconds of every answer, by kind."""

    def __init__(self) -> None:
        self.took: dict[str, list[float]] = {kind: [] for kind, _ in _MIX}
        self._due: deque[Due] = deque()
        self._free: list[Connection] = []
        self._wrong: list[str] = []

    @property
    def are_at_rest(self) -> bool:
        """Whether all that was due is answered."""
        return len(self._free) == _CONNECTIONS

    def check(self) -> None:
        """Raise AssertionError when an answer was wrong."""
        if self._wrong:
            raise AssertionError(self._wrong[0])

    async def connect(self, host: str, port: int) -> None:
        """Open the connections."""
        loop = asyncio.get_running_loop()
        for _ in range(_CONNECTIONS):
            await loop.create_connection(lambda: Connection(self), host, port)

    def ask(self, due: Due) -> None:
        """At once, or when a connection is free."""
        if self._free:
            self._free.pop().send(due)
        else:
            self._due.append(due)

    def free(self, connection: "Connection") -> None:
        """A connection is open, or has all of its answer: it takes what is due next."""
        if self._due:
            connection.send(self._due.popleft())
        else:
            self._free.append(connection)

    def answered(self, connection: "Connection", due: Due, head: bytes) -> None:
        """All of an answer is here."""
        self.took[due.kind].append((time.perf_counter() - due.when) * 1000)
        if not head.startswith(b"HTTP/1.1 200"):
            self._wrong.append(f"{due.path}: {head!r}")
        self.free(connection)

    def lost(self, due: Due | None) -> None:
        """A connection ended."""
        self._wrong.append(f"the connection ended at {due}")


class Connection(asyncio.Protocol):
    """Asks for one path after the other and reads what is answered, its body by its length alone."""

    _transport: asyncio.Transport

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._due: Due | None = None
        self._read = b""
        self._awaited = 0

    def send(self, due: Due) -> None:
        """Ask; the answer is told to the readers."""
        self._due, self._read, self._awaited = due, b"", 0
        self._transport.write(b"GET %b HTTP/1.1\r\nhost: x\r\n\r\n" % due.path.encode())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's has the methods of one, not its class
        self._transport = cast("asyncio.Transport", transport)
        self._readers.free(self)

    def data_received(self, data: bytes) -> None:
        if self._awaited:
            self._awaited -= len(data)
        else:
            self._read += data
            end = self._read.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _LENGTH(self._read)
            assert length, self._read
            self._awaited = end + 4 + int(length[1]) - len(self._read)
        if not self._awaited:
            assert self._due is not None
            self._readers.answered(self, self._due, self._read)

    def connection_lost(self, exc: Exception | None) -> None:
        self._readers.lost(self._due)


async def run(host: str, port: int, *, count: int, rate: float, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of every answer by kind; raises AssertionError for an answer that is not 200."""
    source = random.Random(2)
    paths = {kind: requests(kind, count, source) for kind, _ in _MIX}
    kinds, weights = zip(*_MIX, strict=True)
    readers = Readers()
    await readers.connect(host, port)
    gc.collect()
    gc.freeze()
    start, sent = time.perf_counter(), 0
    while (now := time.perf_counter()) - start < seconds:
        while sent < (now - start) * rate:
            kind = source.choices(kinds, weights)[0]
            readers.ask(Due(start + sent / rate, kind, next(paths[kind])))
            sent += 1
        readers.check()
        await asyncio.sleep(0.001)
    async with asyncio.timeout(60):
        while not readers.are_at_rest:
            readers.check()
            await asyncio.sleep(0.001)
    readers.check()
    return readers.took


if __name__ == "__main__":
    host, port, count, rate, seconds = sys.argv[1:]
    asked = run(host, int(port), count=int(count), rate=float(rate), seconds=float(seconds))
    print(json.dumps(uvloop.run(asked)))  # noqa: T201 - read by the process that started this one
