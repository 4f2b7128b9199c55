"""Dead letters of the notifier: kept when the broker has acknowledged them, and not before."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from services.notifier import rejects as rejects_module
from services.notifier.plan import Rejected, StatusRecord
from services.notifier.rejects import Rejects, RejectsAway
from services.runtime.clock import VirtualClock
from services.runtime.deadletter import read_dead_letter


@dataclass
class FakeProducer:
    """aiokafka's producer: `answers` are what acknowledgements come to, in turn; the last one repeats."""

    answers: list[Exception | None]
    sent: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: int = 0
    stopped: bool = False

    async def start(self) -> None: ...

    async def stop(self) -> None:
        self.stopped = True

    async def send(self, topic: str, **record: Any) -> "asyncio.Task[None]":
        self.sent.append({"topic": topic, **record})
        return asyncio.create_task(self._acknowledge(self.answers.pop(0) if self.answers else None))

    async def _acknowledge(self, answer: Exception | None) -> None:
        await asyncio.sleep(0.01)
        if answer is not None:
            raise answer
        self.acknowledged += 1


def bad(offset: int) -> Rejected:
    return Rejected(StatusRecord(2, offset, b"acme:P1", b"{", 5), "invalid_json", "no JSON")


def send(producers: list[FakeProducer], monkeypatch: pytest.MonkeyPatch, *, times: int = 1) -> list[int]:
    """How many were acknowledged each time `send` returned; RejectsAway counts as -1."""
    opened = iter(producers)
    monkeypatch.setattr(rejects_module, "AIOKafkaProducer", lambda **settings: next(opened))
    found: list[int] = []

    async def play() -> None:
        rejects = Rejects(
            bootstrap="b",
            topic="rejected",
            status_topic="status",
            clock=VirtualClock(7_000),
            code_version="1",
        )
        for _ in range(times):
            try:
                await rejects.send([bad(4), bad(5)])
                found.append(sum(producer.acknowledged for producer in producers))
            except RejectsAway:
                found.append(-1)

    asyncio.run(play())
    return found


def test_it_returns_when_every_letter_is_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    producer = FakeProducer([])

    assert send([producer], monkeypatch) == [2]

    letter = read_dead_letter(producer.sent[0]["key"], producer.sent[0]["value"], producer.sent[0]["headers"])
    assert (letter.key, letter.attempt) == (b"acme:P1", 1)
    assert (letter.value, letter.original_topic, letter.partition, letter.offset) == (b"{", "status", 2, 4)
    assert (letter.error_class, letter.first_failure) == ("invalid_json", "1970-01-01T00:00:07.000Z")
    assert [record["topic"] for record in producer.sent] == ["rejected", "rejected"]


@pytest.mark.parametrize("lost", [0, 1])
def test_a_letter_that_is_not_acknowledged_is_told_and_sent_again_by_a_new_producer(
    monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    answers: list[Exception | None] = [None, None]
    answers[lost] = KafkaConnectionError("away")
    producers = [FakeProducer(answers), FakeProducer([])]

    assert send(producers, monkeypatch, times=2)[0] == -1
    assert producers[0].stopped
    assert producers[1].acknowledged == 2
