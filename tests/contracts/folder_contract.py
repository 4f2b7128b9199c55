"""What every folder keeps: rounds answered in their order, the same batches wherever the fold runs."""

import threading

from schemas.codec import event_record
from services.projector.batch import Finished, Records
from services.projector.folder import Folder, Opening, Round
from services.projector.lane import Claimed
from services.runtime.clock import monotonic
from tests.builders import hour, scan

PARTITIONS = 1
ARRIVED = threading.Event()


def claimed(*, offset: int = 0) -> Claimed:
    """A claim of the only partition, at the start of its log."""
    return Claimed("model_1", 0, 1, offset, 1, None, 0, 0, 0)


def records(*milestones: str, start: int = 0) -> Records:
    """One record per milestone of one shipment, an hour apart, from offset `start`."""
    envelopes = [scan(milestone, at=hour(start + n)) for n, milestone in enumerate(milestones)]
    made = [event_record(envelope) for envelope in envelopes]
    return [(start + n, 1_000, record.key, record.value) for n, record in enumerate(made)]


def batches(folder: Folder, count: int) -> list[tuple[int, Finished]]:
    """The next `count` batches the folder gives, within 30 s."""
    found: list[tuple[int, Finished]] = []
    until = monotonic() + 30
    while len(found) < count and monotonic() < until:
        for folded in folder.results():
            found += folded.batches
        ARRIVED.wait(0.05)
    assert len(found) == count
    return found


class FolderContract:
    """Needs a fixture `folder`."""

    def test_a_round_gives_one_batch_per_claim_that_begins_and_ends_where_its_records_do(
        self, folder: Folder
    ) -> None:
        folder.submit(
            Round(
                opened=[Opening(1, claimed(), 100)],
                records={1: records("picked_up", "in_transit", "delivered")},
            )
        )

        ((number, batch),) = batches(folder, 1)

        assert number == 1
        assert (batch.start, batch.end, batch.records, batch.duplicates, batch.changes) == (0, 3, 3, 0, 3)
        assert [row[4:6] for row in batch.rows] == [("delivered", "delivered")]
        assert batch.timeline.count(b"\n") == 3

    def test_states_and_sums_go_on_from_round_to_round_and_a_duplicate_counts_once(
        self, folder: Folder
    ) -> None:
        first, second = records("picked_up", "in_transit"), records("delivered", start=2)
        again = [(3, 1_000, *first[0][2:])]
        folder.submit(Round(opened=[Opening(1, claimed(), 100)], records={1: first}))
        folder.submit(Round(records={1: second + again}))

        (_, one), (_, two) = batches(folder, 2)

        assert (one.end, two.start, two.end) == (2, 2, 4)
        assert (two.duplicates, two.shipments, two.number) == (1, 1, 2)
        assert [row[4] for row in two.rows] == ["delivered"]

    def test_records_of_a_claim_that_is_closed_or_was_never_opened_are_left_alone(
        self, folder: Folder
    ) -> None:
        folder.submit(Round(opened=[Opening(1, claimed(), 100)], records={1: records("picked_up")}))
        folder.submit(Round(closed=[1], records={1: records("in_transit", start=1), 9: records("lost")}))
        folder.submit(Round(opened=[Opening(2, claimed(), 100)], records={2: records("picked_up")}))

        (first, one), (second, two) = batches(folder, 2)

        assert (first, second) == (1, 2)
        assert one.state_sum == two.state_sum

    def test_behind_one_bad_record_too_many_nothing_is_folded_until_the_claim_is_new(
        self, folder: Folder
    ) -> None:
        bad: Records = [(n, 1_000, b"acme:X", b"{") for n in range(501)]
        folder.submit(Round(opened=[Opening(1, claimed(), 100)], records={1: bad}))
        folder.submit(Round(records={1: records("picked_up", start=501)}))
        folder.submit(
            Round(
                closed=[1],
                opened=[Opening(2, claimed(), 100)],
                records={2: records("picked_up")},
            )
        )

        (_, stopped), (number, fresh) = batches(folder, 2)

        assert (stopped.end, stopped.overflow, len(stopped.bad), stopped.bad_lately) == (500, 500, 500, 500)
        assert (number, fresh.start, fresh.end, fresh.overflow) == (2, 0, 1, None)

    def test_a_state_that_cannot_be_loaded_gives_up_every_claim_and_the_folder_goes_on(
        self, folder_without_database: Folder
    ) -> None:
        folder = folder_without_database
        folder.submit(
            Round(opened=[Opening(1, claimed(offset=5), 100)], records={1: records("lost", start=5)})
        )
        folder.submit(Round(records={1: records("in_transit", start=6)}))
        folder.submit(Round(opened=[Opening(2, claimed(), 100)], records={2: records("picked_up")}))

        answers = []
        until = monotonic() + 60
        while len(answers) < 3 and monotonic() < until:
            answers += folder.results()
            ARRIVED.wait(0.05)

        assert [answer.away for answer in answers] == ["OperationalError", None, None]
        assert [[number for number, _ in answer.batches] for answer in answers] == [[], [], [2]]


NOWHERE = "postgresql://127.0.0.1:1/none?connect_timeout=2"
