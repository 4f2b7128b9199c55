"""A producer's client: made once, beside those who wait for it, and again when it has broken."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest

from services.runtime.batch_client import Client
from services.runtime.connecting import Connecting
from services.runtime.outcomes import BrokerUnavailable
from tests.waiting import until

_LONG = 30.0


class Line:
    """Connects when the test lets it; `trouble` is raised in place of a client."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.tries = 0
        self.trouble: Exception | None = None
        self.clients: list[Closable] = []

    def __call__(self) -> Client:
        self.tries += 1
        self.let.wait(_LONG)
        if self.trouble is not None:
            raise self.trouble
        self.clients.append(Closable())
        return cast(Client, self.clients[-1])


class Closable:
    """As much of a client as is used here."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self, timeout: float) -> None:
        self.closed.set()


def at_once(work: Callable[[], Any], *, callers: int) -> list[Any]:
    """What each caller got or met, called side by side."""
    met: list[Any] = []

    def call() -> None:
        try:
            met.append(work())
        except BrokerUnavailable as error:
            met.append(error)

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_LONG)
    return met


def test_a_caller_whose_patience_is_over_is_told_while_the_attempt_goes_on() -> None:
    line = Line()
    connecting = Connecting(line, patience=timedelta(milliseconds=50))

    with pytest.raises(BrokerUnavailable, match="answered"):
        connecting.client()
    line.let.set()
    until(lambda: connecting.current() is not None, within=_LONG)

    assert connecting.client() is line.clients[0]
    assert line.tries == 1


def test_the_patience_of_many_callers_runs_from_the_beginning_of_the_attempt() -> None:
    line = Line()
    connecting = Connecting(line, patience=timedelta(seconds=0))

    met = at_once(connecting.client, callers=4)
    line.let.set()

    assert [type(each) for each in met] == [BrokerUnavailable] * 4
    assert line.tries == 1


def test_without_a_patience_the_attempt_is_waited_for() -> None:
    line = Line()
    connecting = Connecting(line, patience=None)
    threading.Timer(0.2, line.let.set).start()

    clients = at_once(connecting.client, callers=3)

    assert clients == [line.clients[0]] * 3


def test_a_mistake_of_ours_in_connecting_reaches_whoever_asked() -> None:
    line = Line()
    line.trouble = ValueError("no such compression")
    line.let.set()
    connecting = Connecting(line, patience=None)

    for _ in range(2):
        with pytest.raises(ValueError, match="compression"):
            connecting.client()


def test_a_forgotten_client_is_replaced_and_one_forgotten_late_is_not() -> None:
    line = Line()
    line.let.set()
    connecting = Connecting(line, patience=None)

    first = connecting.client()
    connecting.forget(first)
    second = connecting.client()
    connecting.forget(first)

    assert second is not first
    assert connecting.current() is second


def test_a_client_that_comes_after_the_end_is_closed() -> None:
    line = Line()
    connecting = Connecting(line, patience=timedelta(seconds=0))
    with pytest.raises(BrokerUnavailable):
        connecting.client()

    in_use = connecting.close()
    line.let.set()

    assert in_use is None
    until(lambda: bool(line.clients), within=_LONG)
    assert line.clients[0].closed.wait(_LONG)
    with pytest.raises(BrokerUnavailable, match="closed"):
        connecting.client()
