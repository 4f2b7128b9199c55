"""The quick selector against the standard library's: what is watched, what is ready, what is refused."""

import selectors
import socket
from collections.abc import Iterator
from selectors import EVENT_READ, EVENT_WRITE

import pytest

from services.runtime.quick_selector import QuickSelector

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture(params=[selectors.DefaultSelector, QuickSelector], ids=["plain", "quick"])
def selector(request: pytest.FixtureRequest) -> Iterator[selectors.BaseSelector]:
    """Each of both."""
    with request.param() as made:
        yield made


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two ends of a connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def ready(selector: selectors.BaseSelector) -> list[tuple[object, int]]:
    """The data and events of what is ready now."""
    return [(key.data, events) for key, events in selector.select(0)]


def test_what_is_put_back_with_other_data_is_told_with_that(
    selector: selectors.BaseSelector, pair: Pair
) -> None:
    ours, theirs = pair
    for turn in range(3):
        selector.register(ours, EVENT_READ, turn)
        assert ready(selector) == []
        theirs.send(b"x")
        assert ready(selector) == [(turn, EVENT_READ)]
        assert selector.unregister(ours).data == turn
        ours.recv(1)


def test_what_is_taken_off_is_not_told_whatever_comes(selector: selectors.BaseSelector, pair: Pair) -> None:
    ours, theirs = pair
    selector.register(ours, EVENT_READ)
    selector.unregister(ours)
    theirs.send(b"x")

    assert [ready(selector) for _ in range(3)] == [[], [], []]
    selector.register(ours, EVENT_READ, "again")
    assert ready(selector) == [("again", EVENT_READ)]


def test_what_is_put_back_for_another_event_is_watched_for_that_alone(
    selector: selectors.BaseSelector, pair: Pair
) -> None:
    ours, theirs = pair
    theirs.send(b"x")
    selector.register(ours, EVENT_READ)
    selector.unregister(ours)
    selector.register(ours, EVENT_WRITE, "writes")

    assert ready(selector) == [("writes", EVENT_WRITE)]
    selector.modify(ours, EVENT_READ | EVENT_WRITE, "both")
    assert ready(selector) == [("both", EVENT_READ | EVENT_WRITE)]


def test_a_socket_that_gets_the_number_of_a_closed_one_is_watched(selector: selectors.BaseSelector) -> None:
    first, other = socket.socketpair()
    selector.register(first, EVENT_READ, "closed")
    number = first.fileno()
    selector.unregister(first)
    first.close()
    other.close()
    second, peer = socket.socketpair()
    with second, peer:
        assert number in (second.fileno(), peer.fileno())
        selector.register(second, EVENT_READ, "second")
        selector.register(peer, EVENT_READ, "peer")
        peer.send(b"x")
        assert ready(selector) == [("second", EVENT_READ)]


def test_it_knows_what_is_watched_and_nothing_else(selector: selectors.BaseSelector, pair: Pair) -> None:
    ours, theirs = pair
    selector.register(ours, EVENT_READ, "ours")
    selector.register(theirs, EVENT_READ)
    selector.unregister(theirs)

    assert selector.get_key(ours).data == "ours"
    assert len(selector.get_map()) == 1
    for act in (selector.get_key, selector.unregister, lambda end: selector.modify(end, EVENT_WRITE)):
        with pytest.raises(KeyError):
            act(theirs)
    with pytest.raises(KeyError):
        selector.register(ours, EVENT_READ)


def test_a_closed_socket_is_refused(selector: selectors.BaseSelector) -> None:
    ours, theirs = socket.socketpair()
    selector.register(ours, EVENT_READ)
    selector.unregister(ours)
    ours.close()
    theirs.close()

    with pytest.raises(ValueError, match="file descriptor"):
        selector.register(ours, EVENT_READ)


def test_the_quick_one_asks_the_system_to_put_a_socket_back_only_when_something_has_come_meanwhile(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("register", "unregister"):
        plain = getattr(selectors.DefaultSelector, name)

        def counted(self: object, *args: object, name: str = name, plain: object = plain) -> object:
            calls.append(name)
            return plain(self, *args)  # type: ignore[operator]

        monkeypatch.setattr(selectors.DefaultSelector, name, counted)
    with QuickSelector() as quick:
        for _ in range(5):
            quick.register(pair[0], EVENT_READ)
            quick.unregister(pair[0])
        assert calls == ["register"]
        pair[1].send(b"x")
        quick.select(0)
        quick.select(0)

    assert calls == ["register", "unregister"]
