"""Folders deal out claims and records: each record once, in its order, to the folder of its partition."""

import threading
from dataclasses import dataclass, field

import pytest

from services.projector import folders as folders_module
from services.projector.batch import Records
from services.projector.folder import Folded, Folder, Folding, InlineFolder
from services.projector.folders import Folders
from services.projector.owned import Owned
from tests.builders import hour, scan
from tests.unit.projector.folded import batch_of, claim_of, new_lane, records_of
from tests.unit.projector.folding_aside import RecordingFolder


@dataclass
class EmptyDatabase:
    """Holds nothing; keeps which shipments were asked for."""

    asked: list[str] = field(default_factory=list)

    def states(self, model: str, keys: list[str]) -> dict[str, object]:
        """As Reads.states."""
        self.asked += keys
        return {}


def folders_of(*folders: Folder) -> Folders:
    """Folders upon these."""
    return Folders(folders, arrived=threading.Event())


def opened(folders: Folders, partition: int, *, offset: int = 0) -> Owned:
    """A claim at work."""
    claimed = claim_of(partition=partition, offset=offset)
    owned = Owned(folders.number(), claimed, taken_offset=offset, written_offset=offset)
    folders.open(owned, limit=100)
    return owned


def plain(start: int, end: int) -> Records:
    """Records of these offsets."""
    return [(offset, 0, b"k", b"v") for offset in range(start, end)]


def test_a_partition_is_folded_by_one_folder_that_hears_of_its_claim_first() -> None:
    one, two = RecordingFolder(), RecordingFolder()
    folders = folders_of(one, two)
    even, odd = opened(folders, 2), opened(folders, 3)

    folders.take(even, plain(0, 2))
    folders.take(odd, plain(0, 3))
    folders.push()

    assert ([o.number for o in one.rounds[0].opened], one.taken(even.number)) == ([even.number], [0, 1])
    assert ([o.number for o in two.rounds[0].opened], two.taken(odd.number)) == ([odd.number], [0, 1, 2])
    assert (even.taken_offset, odd.taken_offset) == (2, 3)


def test_a_folder_that_has_nothing_to_do_keeps_none_behind_it_waiting() -> None:
    idle, busy = RecordingFolder(), RecordingFolder()
    folders = folders_of(idle, busy)
    odd = opened(folders, 3)

    folders.take(odd, plain(0, 3))
    folders.push()

    assert (idle.rounds, busy.taken(odd.number)) == ([], [0, 1, 2])


def test_what_comes_while_a_folder_is_busy_makes_the_next_round_and_loses_no_record() -> None:
    folder = RecordingFolder()
    folders = folders_of(folder)
    owned = opened(folders, 0)

    for start in range(0, 30, 10):
        folders.take(owned, plain(start, start + 10))
        folders.push()
    folder.answers.append(Folded([]))
    folders.collect()
    folders.push()

    assert [len(round_.records[owned.number]) for round_ in folder.rounds] == [10, 20]
    assert folder.taken(owned.number) == list(range(30))


def test_a_round_too_large_is_cut_and_its_rest_comes_next_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders_module, "_ROUND_LIMIT", 10)
    folder = RecordingFolder()
    folders = folders_of(folder)
    large, small = opened(folders, 0), opened(folders, 1)

    folders.take(large, plain(0, 23))
    folders.take(small, plain(0, 3))
    while folders.busy and len(folder.rounds) < 20:
        folders.push()
        folder.answers += [Folded([]) for _ in range(folder.outstanding)]
        folders.collect()

    assert folder.taken(large.number) == list(range(23))
    assert folder.taken(small.number) == [0, 1, 2]
    assert max(sum(map(len, round_.records.values())) for round_ in folder.rounds) <= 10
    assert not folders.busy


def test_of_a_claim_that_is_closed_neither_waiting_records_nor_answers_are_used() -> None:
    folder = RecordingFolder()
    folders = folders_of(folder)
    lost = opened(folders, 0)
    folders.take(lost, plain(0, 2))
    folders.push()
    folders.take(lost, plain(2, 4))

    folders.close(lost)
    again = opened(folders, 0)
    folders.take(again, plain(0, 1))
    batch = batch_of(new_lane(), [scan("picked_up", at=hour(1))])
    folder.answers.append(Folded([(lost.number, batch)]))
    folders.collect()
    folders.push()

    assert list(folders.ready) == []
    assert again.number != lost.number
    assert folder.rounds[1].closed == [lost.number]
    assert list(folder.rounds[1].records) == [again.number]


def test_batches_come_out_in_the_order_of_their_rounds_with_their_owner() -> None:
    folders = folders_of(InlineFolder(Folding(partitions=1, connect=_no_database)))
    owned = opened(folders, 0)

    for n in range(3):
        folders.take(owned, records_of([scan("in_transit", at=hour(n), code=f"C{n}")], start=n))
        folders.push()
    folders.collect()

    handed = [each for round_ in folders.ready for each in round_]
    assert [(each.owned, each.batch.start, each.batch.end) for each in handed] == [
        (owned, 0, 1),
        (owned, 1, 2),
        (owned, 2, 3),
    ]


def test_a_state_that_no_commit_has_covered_yet_is_never_asked_of_the_database() -> None:
    database = EmptyDatabase()
    folding = Folding(partitions=1, connect=lambda: database)  # type: ignore[arg-type,return-value]
    folders = folders_of(InlineFolder(folding))
    owned = Owned(folders.number(), claim_of(), taken_offset=0, written_offset=0)
    folders.open(owned, limit=2)

    for n in range(8):
        folders.take(owned, records_of([scan("picked_up", at=hour(1), number=f"N{n}")], start=n))
        folders.push()
        folders.committed(owned, 2)
    written_by_then = ["acme:N0", "acme:N1"]
    new = [key for key in database.asked if database.asked.count(key) == 1]
    uncommitted = [scan("in_transit", at=hour(2), number=f"N{n}") for n in range(2, 8)]
    folders.take(owned, records_of(uncommitted, start=8))
    folders.push()

    assert folders.collect() is None
    assert database.asked == new
    assert not {*database.asked} & {*written_by_then}
    last = folders.ready[-1][0].batch
    assert [row[4] for row in last.rows] == ["in_transit"] * 6
    assert (last.shipments, last.duplicates) == (8, 0)


def test_while_postgresql_cannot_follow_nothing_more_is_folded() -> None:
    folder = RecordingFolder()
    folders = folders_of(folder)
    owned = opened(folders, 0)
    folders.ready.extend([[]] * 4)

    folders.take(owned, plain(0, 5))
    folders.push()

    assert folder.rounds == []
    assert folders.full
    folders.ready.clear()
    folders.push()
    assert folder.taken(owned.number) == [0, 1, 2, 3, 4]


def test_a_folder_without_database_gives_up_every_claim() -> None:
    folder = RecordingFolder(answers=[Folded([], away="OperationalError")])

    assert folders_of(folder).collect() == "OperationalError"


def _no_database() -> None:
    raise AssertionError("a state was asked for that must be in memory")
