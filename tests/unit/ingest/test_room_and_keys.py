"""Too much at once is sent away with a time to come back; a key that was given out is remembered a while."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import pytest

from services.ingest.http_body import BodyRoom
from services.runtime.http_auth import Gate, Principal, RememberedKeys, Role
from services.runtime.http_problems import Problem


class FakeRequest:
    """A request whose body comes in these pieces."""

    def __init__(self, *pieces: bytes, **headers: str) -> None:
        self.pieces = list(pieces)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    async def stream(self) -> AsyncIterator[bytes]:
        """As Request.stream."""
        while self.pieces:
            yield self.pieces.pop(0)


def refused(room: BodyRoom, *requests: Any, most: int = 100) -> list[HTTPStatus | None]:
    """How each request fares while those before it are still being worked on."""
    found: list[HTTPStatus | None] = []

    async def nested(left: list[Any]) -> None:
        if not left:
            return
        try:
            async with room.body(left[0], most=most):
                found.append(None)
                await nested(left[1:])
        except Problem as problem:
            found.append(HTTPStatus(problem.status))
            await nested(left[1:])

    asyncio.run(nested(list(requests)))
    return found


def test_one_request_more_than_there_is_room_for_is_sent_away_until_another_is_through() -> None:
    room = BodyRoom(most_requests=2)

    at_once = refused(room, FakeRequest(b"a"), FakeRequest(b"b"), FakeRequest(b"c"))
    later = refused(room, FakeRequest(b"d"))

    assert at_once == [None, None, HTTPStatus.TOO_MANY_REQUESTS]
    assert later == [None]


def test_more_bytes_at_once_than_there_is_room_for_are_sent_away_and_read_to_their_end() -> None:
    room = BodyRoom(most_bytes=10)
    large = FakeRequest(b"x" * 6, b"x" * 6, b"x" * 6)

    at_once = refused(room, FakeRequest(b"x" * 5), large)
    later = refused(room, FakeRequest(b"x" * 10))

    assert at_once == [None, HTTPStatus.TOO_MANY_REQUESTS]
    assert large.pieces == []
    assert later == [None]


def test_whoever_is_sent_away_is_told_when_to_come_back() -> None:
    room = BodyRoom(most_requests=0)

    async def ask() -> None:
        async with room.body(FakeRequest(b"a"), most=10):  # type: ignore[arg-type]
            raise AssertionError("there is no room")

    with pytest.raises(Problem) as caught:
        asyncio.run(ask())

    assert int(dict(caught.value.headers or {})["Retry-After"]) >= 1


def test_a_body_beyond_its_bound_is_too_large_and_takes_no_room_afterwards() -> None:
    room = BodyRoom(most_bytes=20)

    statuses = refused(room, FakeRequest(b"x" * 11), FakeRequest(content_length="11"), most=10)
    later = refused(room, FakeRequest(b"x" * 20), most=20)

    assert statuses == [HTTPStatus.REQUEST_ENTITY_TOO_LARGE] * 2
    assert later == [None]


MINE = Principal("mine", Role.READER, "shop")


class FakeKeys:
    """Keys that were given out; how often was asked."""

    def __init__(self, *keys: bytes) -> None:
        self.given = {*keys}
        self.asked = 0

    def known(self, key: bytes) -> Principal | None:
        """Whose key it is."""
        self.asked += 1
        return MINE if key in self.given else None


def test_a_key_is_asked_for_once_in_a_while_and_one_that_was_taken_back_does_not_live_on() -> None:
    keys, seconds = FakeKeys(b"mine"), [0.0]
    remembered = RememberedKeys(keys.known, keep=timedelta(seconds=60), monotonic=lambda: seconds[0])

    first = [remembered(b"mine") for _ in range(3)]
    keys.given.clear()
    seconds[0] = 59.0
    still = remembered(b"mine")
    seconds[0] = 61.0

    assert (first, still) == ([MINE] * 3, MINE)
    assert keys.asked == 1
    assert not remembered(b"mine")


def test_a_key_that_is_not_known_is_asked_for_each_time() -> None:
    keys = FakeKeys()
    remembered = RememberedKeys(keys.known, monotonic=lambda: 0.0)

    refused_first = remembered(b"new")
    keys.given.add(b"new")

    assert not refused_first
    assert remembered(b"new")


@pytest.mark.parametrize(
    ("headers", "trusted"),
    [
        ({"x-api-key": "given"}, True),
        ({"authorization": "Bearer given"}, True),
        ({"x-api-key": "set"}, True),
        ({"authorization": "Basic given"}, False),
        ({"x-api-key": "other"}, False),
        ({"x-api-key": ""}, False),
        ({}, False),
    ],
)
def test_a_caller_is_let_in_by_a_key_that_was_given_out_or_set(
    headers: dict[str, str], trusted: bool
) -> None:
    keys = FakeKeys(sha256(b"given").digest())
    gate = Gate(needed=True, configured="set", known=keys.known)
    request: Any = FakeRequest()
    request.headers = headers

    if trusted:
        assert gate.principal(request).trust == "bearer"
        return
    with pytest.raises(Problem) as caught:
        gate.principal(request)
    assert caught.value.status == HTTPStatus.UNAUTHORIZED
