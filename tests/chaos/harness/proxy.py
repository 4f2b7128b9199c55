"""A TCP proxy that can be told to misbehave: a process of its own, commands in and answers out by line.

`{"open": NAME, "to": PORT}` -> `{"port": N}`; `{"mode": MODE, "names": [...], "amount": 0..1}` -> `{}`;
`{"seen": true}` -> how often each mode did something; `{"whose": PORT}` -> the link whose connection to the
server has that local port. The modes: pass, latency, reset, refused, blackhole, half_open, trickle. A link
whose server is down refuses connections, as the server would.
"""

import asyncio
import json
import random
import socket
import struct
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_CHUNK = 65_536
_SLOWEST_S = 0.4
_TRICKLE_BYTES = 1_024
_KNOCK_S = 0.1
_LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class Pair:
    """One client's connection and ours to the server for it."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter

    def abort(self) -> None:
        """Reset both."""
        for end in (self.client, self.server):
            _reset(end)


@dataclass(eq=False)
class Link:
    """A port that stands for a server's."""

    name: str
    to: int
    seen: Counter[str]
    chance: random.Random
    mode: str = "pass"
    amount: float = 1.0
    pairs: set[Pair] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    listener: asyncio.Server | None = None
    _returning: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Take connections, at the port of last time."""
        self.listener = await asyncio.start_server(self.serve, "127.0.0.1", self.port, backlog=256)
        self.port = self.listener.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Take no connections until the server does."""
        if self.listener is not None:
            self.listener.close()
            self.listener = None
            self._returning = asyncio.create_task(self._return())

    async def _return(self) -> None:
        while True:
            await asyncio.sleep(_KNOCK_S)
            if self.mode == "refused" or not await self._answers():
                continue
            try:
                await self.listen()
            except OSError:
                continue
            return

    async def _answers(self) -> bool:
        try:
            _, end = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            return False
        end.close()
        return True

    def turn(self, mode: str, amount: float) -> None:
        """From now on behave like this; what lasted until now ends."""
        if self.mode == "half_open":
            # the server has long forgotten them: the first packet after the silence is answered by a reset
            self._drop_all()
        self.mode, self.amount = mode, amount
        self.changed.set()
        self.changed = asyncio.Event()
        if mode in ("reset", "refused"):
            self.seen[mode] += len(self.pairs)
            self._drop_all()
        if mode == "refused":
            self.refuse()
        if mode == "half_open":
            self.seen["half_open"] += len(self.pairs)
            for pair in self.pairs:
                _reset(pair.server)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from its beginning to its end."""
        if self.mode == "reset":
            self.seen["reset"] += 1
            _reset(writer)
            return
        if self.mode in ("blackhole", "half_open"):
            self.seen[self.mode] += 1
            await self._while("blackhole", "half_open")
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            _reset(writer)
            self.refuse()
            return
        pair = Pair(writer, back)
        self.pairs.add(pair)
        try:
            await asyncio.gather(self._pump(reader, back, pair), self._pump(there, writer, pair))
        finally:
            self.pairs.discard(pair)
            for end in (writer, back):
                end.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, pair: Pair) -> None:
        try:
            while data := await source.read(_CHUNK):
                await self._suffer(data, sink)
        except OSError:
            pass
        # a silence is no news: whoever waits on a half-open connection must not be told of its end
        await self._while("half_open", "blackhole")
        pair.abort()

    async def _suffer(self, data: bytes, sink: asyncio.StreamWriter) -> None:
        if self.mode in ("blackhole", "half_open"):
            self.seen[self.mode] += 1
            await self._while("blackhole", "half_open")
        if self.mode == "latency":
            self.seen["latency"] += 1
            await asyncio.sleep(self.chance.uniform(0.2, 1.0) * self.amount * _SLOWEST_S)
        while self.mode == "trickle" and data:
            self.seen["trickle"] += 1
            sink.write(data[:_TRICKLE_BYTES])
            data = data[_TRICKLE_BYTES:]
            await self._sleep(1.0)
        sink.write(data)
        await sink.drain()

    async def _while(self, *modes: str) -> None:
        while self.mode in modes:
            await self.changed.wait()

    async def _sleep(self, seconds: float) -> None:
        """As long as nothing changes."""
        try:
            await asyncio.wait_for(self.changed.wait(), seconds)
        except TimeoutError:
            return

    def _drop_all(self) -> None:
        for pair in list(self.pairs):
            pair.abort()


def _reset(end: asyncio.StreamWriter) -> None:
    raw = end.get_extra_info("socket")
    if raw is not None and not end.transport.is_closing():
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    end.transport.abort()


class Proxy:
    """All links of a run."""

    def __init__(self, seed: int) -> None:
        self._links: dict[str, Link] = {}
        self._seen: Counter[str] = Counter()
        self._chance = random.Random(seed)

    async def obey(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Do what a line says; the answer."""
        if "open" in wish:
            link = Link(wish["open"], wish["to"], self._seen, self._chance)
            await link.listen()
            self._links[link.name] = link
            return {"port": link.port}
        if "mode" in wish:
            for name in wish["names"]:
                self._links[name].turn(wish["mode"], wish["amount"])
            return {}
        if "whose" in wish:
            return {"name": self._whose(wish["whose"])}
        return dict(self._seen)

    def _whose(self, port: int) -> str | None:
        for link in self._links.values():
            for pair in link.pairs:
                own = pair.server.get_extra_info("sockname")
                if own and own[1] == port:
                    return link.name
        return None


async def main(seed: int) -> None:
    """Obey until the commands end."""
    proxy = Proxy(seed)
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        sys.stdout.write(json.dumps(await proxy.obey(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
