"""The sink contract on FencedSink and a real broker, by both ways of handing records over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, KafkaProducer

from schemas.codec import Record
from services.runtime import acknowledged
from tests.contracts.sink_contract import SinkContract
from tests.contracts.sink_stages import LIMIT_BYTES, BrokerStage


@contextmanager
def _stage(kafka: str, *, limit_bytes: int = LIMIT_BYTES) -> Iterator[BrokerStage]:
    """A fresh topic of the session's broker."""
    topic = f"sink-{uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    settings = {"max.message.bytes": str(limit_bytes), "message.timestamp.type": "LogAppendTime"}
    admin.create_topics(
        {topic: {"num_partitions": 2, "replication_factor": 1, "configs": settings}},
        wait_for_metadata=True,
    )
    admin.close()
    stage = BrokerStage(kafka, topic)
    yield stage
    stage.close()


class TestFencedSink(SinkContract):
    """Everything the contract says."""

    @pytest.fixture
    def stage(self, kafka: str) -> Iterator[BrokerStage]:
        """A topic of this test's own."""
        with _stage(kafka) as stage:
            yield stage


class TestFencedSinkByTheLibrarysSend(SinkContract):
    """The same where the library is not as `quick_append` knows it."""

    @pytest.fixture
    def stage(self, kafka: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[BrokerStage]:
        """A topic of this test's own, its sinks without the quick way."""
        monkeypatch.setattr(acknowledged, "fits", lambda _: False)
        with _stage(kafka) as stage:
            yield stage


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What went through the library's `send`."""
    seen: list[Any] = []
    send: Callable[..., Any] = KafkaProducer.send

    def watched(*args: Any, **named: Any) -> Any:
        seen.append(args)
        return send(*args, **named)

    monkeypatch.setattr(KafkaProducer, "send", watched)
    return seen


def test_small_records_go_the_quick_way(kafka: str, sent: list[Any]) -> None:
    with _stage(kafka) as stage:
        sink = stage.sink()
        sink.open()
        last = sink.append([Record(b"key", b"%d" % number, []) for number in range(3_000)])
        sink.close()
        again = stage.sink()
        assert again.open() == (last, b"key", b"2999")
        again.close()
    assert sent == []


def test_one_that_is_perhaps_too_large_is_looked_at_by_the_library(kafka: str, sent: list[Any]) -> None:
    with _stage(kafka, limit_bytes=1024 * 1024) as stage:
        sink = stage.sink()
        sink.open()
        sink.append([Record(b"key", b"small", []), Record(b"key", b"x" * 256 * 1024, [])])
        sink.close()
    assert len(sent) == 2
