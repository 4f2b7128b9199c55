"""A broker, a timeline in memory and publishers upon them, for tests of the publisher."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from services.projector.batch import Published
from services.projector.lane import Claimed
from services.projector.publisher import Publisher, status_record
from tests.builders import hour, scan
from tests.fakes import FakeBroker, FakeSink
from tests.unit.projector.folded import batch_of, claim_of, new_lane

TOPIC = "status"


class FakeOutbox:
    """The timeline in memory: `rows` are committed; `looked` are the positions asked from."""

    def __init__(self, rows: list[Published]) -> None:
        self.rows = rows
        self.owner = True
        self.looked: list[int] = []
        self.faults: list[Exception] = []

    def unpublished(
        self, model: str, partition: int, *, position: int, seq: int, limit: int
    ) -> list[Published]:
        """As Outbox.unpublished."""
        if self.faults:
            raise self.faults.pop(0)
        self.looked.append(position)
        return [row for row in self.rows if row.src_offset > position][:limit]

    def is_owner(self, claimed: Claimed) -> bool:
        """As Outbox.is_owner."""
        return self.owner

    def close(self) -> None:
        """As Outbox.close."""


class Scene:
    """A broker, a timeline, and the publishers upon them."""

    def __init__(self, count: int) -> None:
        self.broker = FakeBroker(partitions=1)
        envelopes = [scan("in_transit", at=hour(n), code=f"C{n}") for n in range(count)]
        self.changes = batch_of(new_lane(), envelopes).published
        self.outbox = FakeOutbox(self.changes)

    @contextmanager
    def publishing(self) -> Iterator[Publisher]:
        """A publisher that is stopped at the end."""
        publisher = Publisher(
            claim_of(),
            outbox=lambda: self.outbox,  # type: ignore[arg-type,return-value]
            sink=lambda partition: FakeSink(self.broker, TOPIC, partition, f"status-{partition}"),  # type: ignore[arg-type,return-value]
        )
        yield publisher
        publisher.stop()
        publisher.join(timeout=10)
        assert not publisher.alive

    def records(self) -> list[dict[str, Any]]:
        """What readers of the topic see."""
        return [orjson.loads(record.value) for _, record in self.broker.committed(TOPIC, 0)]

    def told(self) -> list[int]:
        """The running numbers readers see."""
        return [change["seq"] for change in self.records()]

    def put(self, *rows: Published) -> None:
        """Rows an earlier publisher has written."""
        sink = FakeSink(self.broker, TOPIC, 0, "status-0")
        sink.open()
        sink.append([status_record(row) for row in rows])
