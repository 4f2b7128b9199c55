"""One publisher per claimed partition: the old claim's ends before the new one's begins."""

import pytest

from services.projector import publishers as publishers_module
from services.projector.batch import Published
from services.projector.lane import Claimed
from services.projector.publishers import Publishers
from tests.builders import hour, scan
from tests.unit.projector.folded import batch_of, claim_of, new_lane


class FakePublisher:
    """A publisher as its owner sees it."""

    made: list["FakePublisher"] = []  # noqa: RUF012 - emptied before each test

    def __init__(self, claimed: Claimed, **world: object) -> None:
        self.claimed = claimed
        self.handed: list[tuple[list[Published], int]] = []
        self.stopped = False
        self.joined = False
        self.alive = True
        self.stuck: str | None = None
        FakePublisher.made.append(self)

    def hand_over(self, rows: list[Published], *, newest: int) -> None:
        """As Publisher.hand_over."""
        self.handed.append((rows, newest))

    def stop(self) -> None:
        """As Publisher.stop."""
        self.stopped = True

    def join(self, *, timeout: float) -> None:
        """As Publisher.join."""
        self.joined = True


@pytest.fixture
def publishers(monkeypatch: pytest.MonkeyPatch) -> Publishers:
    """None runs yet."""
    FakePublisher.made.clear()
    monkeypatch.setattr(publishers_module, "Publisher", FakePublisher)
    return Publishers(outbox=lambda: None, sink=lambda partition: None)  # type: ignore[arg-type,return-value]


def test_a_new_claim_ends_the_publisher_of_the_old_one(publishers: Publishers) -> None:
    publishers.start(claim_of(epoch=1))
    publishers.start(claim_of(epoch=2))
    publishers.start(claim_of(partition=3))

    assert [(each.claimed.epoch, each.stopped) for each in FakePublisher.made] == [
        (1, True),
        (2, False),
        (1, False),
    ]


def test_a_committed_batch_goes_to_its_partitions_publisher(publishers: Publishers) -> None:
    publishers.start(claim_of())
    publishers.start(claim_of(partition=3))
    lane = new_lane()
    batch = batch_of(lane, [scan("in_transit", at=hour(n), code=f"C{n}") for n in range(3)])
    silent = batch_of(lane, [scan("in_transit", at=hour(0), code="C0")])

    publishers.hand_over(batch)
    publishers.hand_over(silent)

    assert FakePublisher.made[0].handed == [(batch.published, 3)]
    assert FakePublisher.made[1].handed == []


def test_a_publisher_that_died_or_cannot_go_on_is_named(publishers: Publishers) -> None:
    publishers.start(claim_of())
    publishers.start(claim_of(partition=3))
    well = publishers.trouble()
    FakePublisher.made[1].alive = False
    dead = publishers.trouble()
    FakePublisher.made[0].stuck = "RecordRefused"

    assert (well, dead) == (None, "no publisher for [3]")
    assert publishers.trouble() == "cannot publish 0: RecordRefused"


def test_at_the_end_all_are_stopped_and_waited_for(publishers: Publishers) -> None:
    publishers.start(claim_of())
    publishers.start(claim_of(partition=3))
    publishers.stop(0)

    publishers.drain(timeout=1.0)

    assert all(each.stopped and each.joined for each in FakePublisher.made)
