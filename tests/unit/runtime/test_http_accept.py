"""Connections are taken in at once, whichever loop runs; where none can be, after a rest."""

import asyncio
import errno
import socket
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, cast

import pytest
import uvloop

from services.runtime import http_accept
from services.runtime.http_accept import Acceptor

WAITING = 40

Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs to the end on a new loop of either kind."""

    def to_the_end(work: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(asyncio.wait_for(work, 20))

    return to_the_end


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        yield listening


class Turns:
    """Counts a loop's turns, each a long one, and in which of them connections were taken in."""

    def __init__(self) -> None:
        self.now = 0
        self.taken: list[int] = []

    def count(self) -> None:
        self.now += 1
        time.sleep(0.001)
        asyncio.get_running_loop().call_soon(self.count)


class Echo(asyncio.Protocol):
    """Answers with what it is sent."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._turns.taken.append(self._turns.now)

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


class Full:
    """A listener that has no file left for a connection the first time; `tries`: how often it was asked."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.tries = 0

    def fileno(self) -> int:
        return self._listener.fileno()

    def setblocking(self, flag: bool) -> None:
        self._listener.setblocking(flag)

    def accept(self) -> tuple[socket.socket, Any]:
        self.tries += 1
        if self.tries == 1:
            raise OSError(errno.EMFILE, "too many open files")
        return self._listener.accept()


def connected(listener: socket.socket) -> socket.socket:
    return socket.create_connection(listener.getsockname(), timeout=10)


async def until(check: Callable[[], bool]) -> None:
    while not check():  # noqa: ASYNC110 - what is waited for is a number in the test's own hands
        await asyncio.sleep(0.001)


def test_all_who_wait_are_taken_in_at_once(listener: socket.socket, run: Run) -> None:
    waiting = [connected(listener) for _ in range(WAITING)]
    turns = Turns()

    async def accept() -> None:
        acceptor = Acceptor(listener, lambda: Echo(turns))
        turns.count()
        await until(lambda: len(turns.taken) == WAITING)
        acceptor.close()

    run(accept())

    assert max(turns.taken) - min(turns.taken) <= 2
    for each in waiting:
        each.close()


def test_each_gets_the_answer_to_what_it_sent(listener: socket.socket, run: Run) -> None:
    heard: list[bytes] = []

    async def accept() -> None:
        acceptor = Acceptor(listener, lambda: Echo(Turns()))
        for word in (b"one", b"two"):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(word)
            heard.append(await reader.readexactly(3))
            writer.close()
        acceptor.close()

    run(accept())

    assert heard == [b"one", b"two"]


def test_where_no_file_is_left_it_rests_and_then_takes_who_waited(
    listener: socket.socket, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_accept, "_PAUSE_S", 0.2)
    full, turns = Full(listener), Turns()
    waiting = connected(listener)
    tries_while_resting = []

    async def accept() -> None:
        acceptor = Acceptor(cast("socket.socket", full), lambda: Echo(turns))
        await until(lambda: full.tries == 1)
        await asyncio.sleep(0.05)
        tries_while_resting.append(full.tries)
        await until(lambda: len(turns.taken) == 1)
        acceptor.close()

    run(accept())

    assert tries_while_resting == [1]
    waiting.close()


@pytest.mark.parametrize("resting", [False, True])
def test_once_closed_it_takes_nobody(
    listener: socket.socket, run: Run, monkeypatch: pytest.MonkeyPatch, resting: bool
) -> None:
    monkeypatch.setattr(http_accept, "_PAUSE_S", 0.05)
    full, turns = Full(listener), Turns()
    full.tries = 0 if resting else 1

    async def accept() -> None:
        acceptor = Acceptor(cast("socket.socket", full), lambda: Echo(turns))
        if resting:
            waiting.append(connected(listener))
            await until(lambda: full.tries == 1)
        acceptor.close()
        waiting.append(connected(listener))
        await asyncio.sleep(0.2)

    waiting: list[socket.socket] = []
    run(accept())

    assert turns.taken == []
    for each in waiting:
        each.close()
