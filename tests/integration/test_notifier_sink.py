"""The sink contract on the notifier's own sink, which lives on an event loop."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.codec import Record
from services.notifier.sink import FencedSink
from services.runtime.sink import LastRecord
from tests.contracts.sink_contract import SinkContract
from tests.contracts.sink_stages import LIMIT_BYTES, BrokerStage


class Blocking:
    """The asynchronous sink, each call run to its end on one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *where: Any) -> None:
        self._loop = loop
        self._sink = self._run(_made(*where))

    def open(self) -> LastRecord | None:
        return self._run(self._sink.open())

    def append(self, records: Sequence[Record]) -> object:
        return self._run(self._sink.append(records))

    def close(self) -> None:
        self._run(self._sink.close())

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(coroutine)


async def _made(*where: Any) -> FencedSink:
    return FencedSink(*where)


class TestNotifierSink(SinkContract):
    """Everything the contract says, on a real broker."""

    @pytest.fixture
    def stage(self, kafka: str) -> Iterator[BrokerStage]:
        topic = f"sink-{uuid4().hex[:8]}"
        admin = KafkaAdminClient(bootstrap_servers=kafka)
        admin.create_topics(
            [
                NewTopic(
                    topic,
                    num_partitions=2,
                    replication_factor=1,
                    topic_configs={"max.message.bytes": str(LIMIT_BYTES)},
                )
            ]
        )
        admin.close()
        loop = asyncio.new_event_loop()
        stage = BrokerStage(kafka, topic, lambda *where: Blocking(loop, *where))
        yield stage
        stage.close()
        loop.close()
