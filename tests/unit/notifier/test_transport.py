"""Runs of records as Faust's messages: what it hands on, and how far it would commit."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiokafka
import pytest
from faust.transport.consumer import Fetcher
from faust.types import TP

from services.notifier.app import AppSettings, build_app
from services.notifier.transport import Run, Runs

PLACE = TP("status", 0)


def fetched(*offsets: int, place: TP = PLACE) -> list[Any]:
    """What a fetch brings of a partition."""
    return [
        aiokafka.ConsumerRecord(place.topic, place.partition, offset, 1_500, 1, b"k", b"v", None, 1, 1, ())
        for offset in offsets
    ]


class Stream:
    """Faust's own bookkeeping over a consumer that is never connected."""

    def __init__(self, folder: Path) -> None:
        app, _ = build_app(
            AppSettings(
                bootstrap="127.0.0.1:1",
                status_topic=PLACE.topic,
                partitions=1,
                group="g",
                instance="i",
                folder=folder,
            )
        )
        self._consumer: Any = app.consumer
        self._fetcher = Fetcher(app, loop=asyncio.get_running_loop())
        app.topics.acks_enabled_for = lambda topic: True  # type: ignore[method-assign,assignment]
        self.messages: list[Run] = []

    async def bring(self, *fetches: list[Any]) -> None:
        """Deliver what these fetches brought."""
        consumer = self._consumer
        runs = [
            (place, consumer._to_message(place, records))
            for fetch in fetches
            for place, records in consumer.scheduler.iterate({PLACE: fetch})
        ]

        async def getmany(**_: float) -> AsyncIterator[tuple[TP, Run]]:
            for run in runs:
                yield run
            consumer._stopped.set()

        async def deliver(message: Run) -> None:
            message.incref()
            self.messages.append(message)

        consumer.getmany, consumer.callback = getmany, deliver
        consumer._stopped.clear()
        await consumer._drain_messages(self._fetcher)

    def acknowledge(self, message: Run) -> None:
        """As an event does."""
        message.ack(self._consumer)

    def committed(self) -> int | None:
        """The offset Faust commits next, None when there is none."""
        offset: int | None = self._consumer._filter_committable_offsets([PLACE]).get(PLACE)
        if offset is not None:
            self._consumer._committed_offset[PLACE] = offset
        return offset

    def resume(self, offset: int) -> None:
        """Stand where the group has committed."""
        self._consumer._read_offset[PLACE] = offset
        self._consumer._committed_offset[PLACE] = offset


def played(folder: Path, fetches: Sequence[list[Any]], *, resumed: int | None = None) -> list[int | None]:
    """What is committed after nothing, and then after each run in turn, is acknowledged."""

    async def play() -> list[int | None]:
        stream = Stream(folder)
        if resumed is not None:
            stream.resume(resumed)
        await stream.bring(*fetches)
        committed = [stream.committed()]
        for message in stream.messages:
            stream.acknowledge(message)
            committed.append(stream.committed())
        return committed

    return asyncio.run(play())


def test_what_a_rebalance_refused_to_commit_is_committed_when_it_is_read_again(tmp_path: Path) -> None:
    async def play() -> int | None:
        stream = Stream(tmp_path)
        consumer = stream._consumer

        async def rebalanced(_: object) -> bool:
            # as the library does when the partition is revoked while the commit is under way
            for kept in ("_gap", "_acked", "_acked_index", "_read_offset", "_committed_offset"):
                getattr(consumer, kept).pop(PLACE, None)
            return False

        async def flush() -> None:
            return

        consumer.assignment = lambda: {PLACE}
        consumer.app.producer.flush = flush
        consumer._thread.commit = rebalanced
        await stream.bring(fetched(0, 1, 2))
        stream.acknowledge(stream.messages.pop())
        await consumer.commit()

        await stream.bring(fetched(0, 1, 2))
        stream.acknowledge(stream.messages.pop())
        return stream.committed()

    assert asyncio.run(play()) == 3


def test_each_partition_is_handed_on_as_one_run() -> None:
    other = TP("status", 1)
    first, second = fetched(4, 5), fetched(7, place=other)

    runs = list(Runs().iterate({PLACE: first, other: second, TP("status", 2): []}))

    assert runs == [(PLACE, first), (other, second)]


def test_a_run_carries_its_records_and_stands_at_the_last_of_them(tmp_path: Path) -> None:
    async def play() -> Run:
        stream = Stream(tmp_path)
        await stream.bring(fetched(4, 5, 9))
        return stream.messages[0]

    run = asyncio.run(play())

    assert [record.offset for record in run.records] == [4, 5, 9]
    assert (run.tp, run.offset, run.timestamp) == (PLACE, 9, 1.5)


@pytest.mark.parametrize(
    ("fetches", "resumed", "committed"),
    [
        ([fetched(0, 1, 2), fetched(3, 4), fetched(5)], None, [None, 3, 5, 6]),
        ([fetched(0, 1, 2), fetched(3, 4), fetched(5)], 0, [None, 3, 5, 6]),
        ([fetched(7, 8, 9), fetched(10, 11)], 7, [None, 10, 12]),
        # what is missing are markers and aborted records
        ([fetched(8, 9), fetched(12), fetched(14, 17)], 7, [None, 10, 13, 18]),
        ([fetched(0, 3), fetched(5, 9), fetched(11)], None, [None, 4, 10, 12]),
    ],
    ids=str,
)
def test_nothing_of_a_run_is_committed_before_all_of_it_is_acknowledged(
    tmp_path: Path, fetches: list[list[Any]], resumed: int | None, committed: list[int | None]
) -> None:
    assert played(tmp_path, fetches, resumed=resumed) == committed
