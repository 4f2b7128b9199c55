"""An agent that is stuck and a stream that fetches nothing are told as a stall, on a real broker."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import EventT

from services.notifier import still
from services.notifier.app import AppSettings
from services.notifier.lanes import Lanes
from services.notifier.service import StreamEnded, Watch, live
from services.notifier.transport import Runs
from services.runtime.group_offsets import GroupOffsets
from services.runtime.lifecycle import StopSignal
from services.runtime.log_ends import LogEnds
from services.runtime.unread import StandsStill
from tests.integration.notifier_stand import PARTITIONS, StatusWriter, make_topics

pytestmark = pytest.mark.timeout(120)
WITHIN = 40.0


class Stuck(Lanes):
    """Takes the first event and never comes back."""

    async def feed(self, event: EventT) -> None:
        """As Lanes.feed."""
        await asyncio.Event().wait()


class Quick(Lanes):
    """Is done with everything at once."""

    done: dict[int, int]

    async def feed(self, event: EventT) -> None:
        """As Lanes.feed."""
        event.ack()
        self.done[event.message.partition] = event.message.offset + 1

    def next_offsets(self) -> dict[int, int]:
        """As Lanes.next_offsets."""
        return self.done


def stalls(
    kafka: str, folder: Path, lanes: Lanes, *, until: Callable[[str | None], bool]
) -> list[str | None]:
    """What the life of a stream over ten status records says of itself, until it says the right thing."""
    prefix = f"still-{uuid4().hex[:8]}-"
    names = make_topics(kafka, prefix)
    writer = StatusWriter(kafka, names.status.name, name=f"{prefix}writer")
    writer.write(10, partition=1)
    writer.close()
    ends = LogEnds(kafka, names.status.name, isolation="read_committed")
    ends.start()
    offsets = GroupOffsets(kafka, f"{prefix}notifier", names.status.name)
    offsets.start()
    stop, said = StopSignal(handle_signals=False), list[str | None]()

    def stands_still(what: str | None) -> None:
        said.append(what)
        if until(what):
            stop.set()

    settings = AppSettings(
        bootstrap=kafka, status_topic=names.status.name, partitions=PARTITIONS,
        group=f"{prefix}notifier", instance="one", folder=folder,
    )  # fmt: skip
    watch = Watch(
        beat=lambda: None, assigned=lambda: None, stands_still=stands_still, ends=lambda: ends.ends,
        committed=lambda: offsets.committed,
    )  # fmt: skip

    async def limited() -> None:
        async with asyncio.timeout(WITHIN):
            await live(settings, lanes, stop=stop, watch=watch)

    try:
        with suppress(StreamEnded):
            asyncio.run(limited())
    finally:
        ends.stop()
        offsets.stop()
    return said


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stall is one after three seconds."""
    patient: Any = lambda what, **_: StandsStill(what, patience=still.timedelta(seconds=3))  # noqa: E731
    monkeypatch.setattr(still, "StandsStill", patient)


def test_an_agent_that_never_finishes_its_first_event_is_a_stall(kafka: str, tmp_path: Path) -> None:
    said = stalls(kafka, tmp_path, Stuck(lambda _: None), until=lambda what: what is not None)  # type: ignore[arg-type,return-value]

    assert (said[-1] or "").startswith("partition 1 finishes nothing")


def test_a_stream_whose_fetches_bring_nothing_is_a_stall(
    kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiokafka.consumer.fetcher.Fetcher.fetched_records", _nothing)

    said = stalls(kafka, tmp_path, Stuck(lambda _: None), until=lambda what: what is not None)  # type: ignore[arg-type,return-value]

    assert (said[-1] or "").startswith("partition 1 fetches nothing")


def test_a_fetch_that_never_reaches_the_stream_is_a_stall(
    kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Runs, "iterate", lambda *_: iter(()))
    lanes = Quick(lambda _: None)  # type: ignore[arg-type,return-value]
    lanes.done = {}

    said = stalls(kafka, tmp_path, lanes, until=lambda what: what is not None)

    assert (said[-1] or "").startswith("partition 1 finishes nothing")


def test_offsets_that_the_group_is_never_told_are_a_stall(
    kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as the library does when a commit has failed: it believes that it succeeded
    monkeypatch.setattr(AIOKafkaConsumerThread, "_commit", _believed)
    lanes = Quick(lambda _: None)  # type: ignore[arg-type,return-value]
    lanes.done = {}

    said = stalls(kafka, tmp_path, lanes, until=lambda what: what is not None)

    assert lanes.done == {1: 10}
    assert (said[-1] or "").startswith("partition 1 commits nothing behind offset 0")


def test_a_stream_that_is_done_with_everything_is_none_also_behind_markers(
    kafka: str, tmp_path: Path
) -> None:
    lanes = Quick(lambda _: None)  # type: ignore[arg-type,return-value]
    lanes.done = {}
    looks = iter(range(80))

    said = stalls(kafka, tmp_path, lanes, until=lambda _: next(looks) >= 60)

    assert lanes.done == {1: 10}
    assert set(said) == {None}


async def _nothing(*_: object, **__: object) -> dict[object, object]:
    await asyncio.sleep(0.05)
    return {}


async def _believed(*_: object, **__: object) -> bool:
    return True
