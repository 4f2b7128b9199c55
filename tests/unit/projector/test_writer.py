"""The writer: dead letters first, then one transaction per batch, then its news; nothing of a lost claim."""

import threading
from collections.abc import Iterator

import psycopg
import pytest

from services.projector import writer as writer_module
from services.projector.batch import Finished
from services.projector.owned import Handed, Owned
from services.projector.store import StaleWrite
from services.projector.writer import Outcome, Writer, Written
from tests.builders import hour, scan
from tests.unit.projector.folded import batch_of, claim_of, new_lane
from tests.waiting import until


class Scene:
    """What happens, in its order, and what is to go wrong; the batches end at 1, 2, 3, ..."""

    def __init__(self) -> None:
        self.happened: list[str] = []
        self.faults: dict[int, Exception] = {}
        self.buries = True
        self.owned = Owned(1, claim_of(), taken_offset=9, written_offset=0)
        self.may_write = threading.Event()
        self.may_write.set()
        lane = new_lane()
        self.batches = [batch_of(lane, [scan("picked_up", at=hour(n), code=f"C{n}")]) for n in range(4)]
        self.batches.append(batch_of(lane, [b"{"]))

    def handed(self, *numbers: int) -> list[Handed]:
        """A round of the batches with these ends."""
        return [Handed(self.owned, self.batches[number - 1]) for number in numbers]

    def bury(self, handed: Handed) -> bool:
        """As Burial.bury."""
        self.happened.append(f"buried {handed.batch.end}")
        return self.buries

    def committed(self, batch: Finished) -> None:
        """Hears of a commit; what Kafka would be told is that far by then."""
        self.happened.append(f"told {batch.end} at {self.owned.written_offset}")


class FakeStore:
    """The writing connection."""

    backend_pid = 77

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def write(self, batch: Finished) -> None:
        """As Store.write."""
        self._scene.may_write.wait(10)
        self._scene.happened.append(f"wrote {batch.end} at {self._scene.owned.written_offset}")
        if (fault := self._scene.faults.pop(batch.end, None)) is not None:
            raise fault

    def close(self) -> None:
        """As Store.close."""


@pytest.fixture
def scene() -> Scene:
    """Nothing has happened yet."""
    return Scene()


@pytest.fixture
def writer(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    """A connected writer."""
    monkeypatch.setattr(writer_module, "Store", lambda url: FakeStore(scene))
    writer = Writer("url", bury=scene.bury, committed=scene.committed, moved=threading.Event())
    assert writer.connect() == 77
    yield writer
    writer.close()


def settled(writer: Writer, count: int) -> list[Written]:
    """What became of that many batches."""
    found: list[Written] = []

    def all_there() -> bool:
        found.extend(writer.results())
        return len(found) >= count

    until(all_there)
    return found


def test_a_batch_counts_as_written_once_its_transaction_is_through(writer: Writer, scene: Scene) -> None:
    writer.submit(scene.handed(1, 2), timeout=1)

    outcomes = [written.outcome for written in settled(writer, 2)]

    assert outcomes == [Outcome.COMMITTED, Outcome.COMMITTED]
    assert scene.happened == ["wrote 1 at 0", "told 1 at 1", "wrote 2 at 1", "told 2 at 2"]


def test_bad_records_stand_in_rejected_before_their_batch_is_written(writer: Writer, scene: Scene) -> None:
    writer.submit(scene.handed(5), timeout=1)

    assert [written.outcome for written in settled(writer, 1)] == [Outcome.COMMITTED]
    assert scene.happened == ["buried 5", "wrote 5 at 0", "told 5 at 5"]


def test_a_batch_whose_dead_letters_are_not_kept_is_not_written(writer: Writer, scene: Scene) -> None:
    scene.buries = False

    writer.submit(scene.handed(5), timeout=1)

    assert [written.outcome for written in settled(writer, 1)] == [Outcome.DROPPED]
    assert scene.happened == ["buried 5"]
    assert scene.owned.written_offset == 0


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        pytest.param(StaleWrite("partition 0"), Outcome.STALE, id="refused by the fence"),
        pytest.param(psycopg.OperationalError("away"), Outcome.FAILED, id="database away"),
    ],
)
def test_behind_a_batch_that_was_not_written_nothing_of_its_claim_is(
    writer: Writer, scene: Scene, fault: Exception, outcome: Outcome
) -> None:
    scene.faults[2] = fault

    writer.submit(scene.handed(1, 2, 3), timeout=1)
    writer.submit(scene.handed(4), timeout=1)

    outcomes = [written.outcome for written in settled(writer, 4)]
    assert outcomes == [Outcome.COMMITTED, outcome, Outcome.DROPPED, Outcome.DROPPED]
    assert scene.happened == ["wrote 1 at 0", "told 1 at 1", "wrote 2 at 1"]
    assert scene.owned.written_offset == 1
    assert scene.owned.abandoned


def test_nothing_of_an_abandoned_claim_is_written(writer: Writer, scene: Scene) -> None:
    scene.owned.abandoned = True

    writer.submit(scene.handed(1), timeout=1)

    assert [written.outcome for written in settled(writer, 1)] == [Outcome.DROPPED]
    assert scene.happened == []


def test_a_statement_that_can_never_work_is_a_bug_and_ends_the_loop(
    writer: Writer, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    scene.faults[1] = psycopg.errors.UndefinedColumn("a bug")

    writer.submit(scene.handed(1), timeout=1)
    writer._thread.join(10)

    with pytest.raises(psycopg.errors.UndefinedColumn):
        writer.results()
    assert scene.owned.written_offset == 0


def test_two_rounds_are_in_flight_and_a_third_has_to_wait(writer: Writer, scene: Scene) -> None:
    scene.may_write.clear()
    first = writer.submit(scene.handed(1), timeout=1)
    second = writer.submit(scene.handed(2), timeout=1)

    third = writer.submit(scene.handed(3), timeout=0.05)

    assert (first, second, third) == (True, True, False)
    assert not writer.has_room
    assert not writer.wait_idle(timeout=0.05)
    scene.may_write.set()
    assert writer.wait_idle(timeout=10)
    assert writer.has_room
    assert scene.happened[-1] == "told 2 at 2"
