"""The gate before the framework: who is counted, who is sent away, and what becomes of his body."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from services.ingest import http_admission
from services.ingest.admission import Admission, cost_of
from services.ingest.http_admission import AdmissionGate

Json = dict[str, Any]
Header = tuple[bytes, bytes]


@dataclass
class Wire:
    """A request with a body in two pieces, and what is answered."""

    taken: int = 0
    sent: list[Json] = field(default_factory=list)

    async def receive(self) -> Json:
        """The next piece."""
        self.taken += 1
        return {"type": "http.request", "body": b"half", "more_body": self.taken < 2}

    async def send(self, message: Any) -> None:
        """Keep it."""
        self.sent.append(message)

    @property
    def status(self) -> int:
        """Of the answer."""
        return int(self.sent[0]["status"])


async def served(_: Any, __: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """An application that takes its time."""
    await asyncio.sleep(0.01)
    await send({"type": "http.response.start", "status": 202, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def request(method: str = "POST", *headers: Header) -> Json:
    """Its scope."""
    return {"type": "http", "method": method, "headers": list(headers)}


def asked(*scopes: Json, most: int) -> list[Wire]:
    """All of them at the same time, where no more than `most` are let in."""
    admission = Admission(least=most - 8)
    wires = [Wire() for _ in scopes]

    async def play() -> None:
        gate = AdmissionGate(served, admission)
        asking = [gate(scope, wire.receive, wire.send) for scope, wire in zip(scopes, wires, strict=True)]
        await asyncio.gather(*asking)

    asyncio.run(play())
    assert admission.lets_in(cost_of(0)), "somebody is counted who has gone"
    return wires


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals need not come late here."""
    monkeypatch.setattr(http_admission, "_PAUSE_S", 0.0)


def test_who_comes_when_too_many_are_there_is_sent_away_with_a_time_to_come_back() -> None:
    wires = asked(*[request()] * 12, most=10)

    assert [wire.status for wire in wires] == [202] * 10 + [429] * 2
    head, body = wires[-1].sent
    assert dict(head["headers"])[b"retry-after"] == b"1"
    assert orjson.loads(body["body"])["title"] == "Too Many Requests"


def test_who_only_asks_is_neither_counted_nor_sent_away() -> None:
    wires = asked(*[request()] * 10, *[request("GET")] * 5, most=10)

    assert [wire.status for wire in wires] == [202] * 15


def test_a_body_that_is_on_its_way_is_read_to_its_end_before_the_answer() -> None:
    wires = asked(*[request()] * 9, request(), most=9)

    assert (wires[-1].status, wires[-1].taken) == (429, 2)


def test_who_waits_to_be_asked_for_his_body_is_answered_without_it() -> None:
    wires = asked(*[request()] * 9, request("POST", (b"expect", b"100-Continue")), most=9)

    assert (wires[-1].status, wires[-1].taken) == (429, 0)


def test_a_request_costs_what_its_body_holds() -> None:
    large = request("POST", (b"content-length", b"2000000"))

    wires = asked(*[large] * 12, most=100)

    assert [wire.status for wire in wires].count(202) == 9


def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def app(scope: Any, _: Any, __: Any) -> None:
        seen.append(scope["type"])

    wire = Wire()
    asyncio.run(AdmissionGate(app, Admission())({"type": "lifespan"}, wire.receive, wire.send))

    assert seen == ["lifespan"]
