"""The loop: what is polled is folded once, handed over in order, and counts when it is written."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from services.projector import loop as loop_module
from services.projector.batch import Records
from services.projector.folder import InlineFolder
from services.projector.writer import Outcome
from services.runtime.lifecycle import StopSignal
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.unread import StandsStill, Unanswered
from tests.builders import hour, scan
from tests.unit.projector.folded import records_of
from tests.unit.projector.turning import Scene


def records(start: int, end: int) -> Records:
    """Records of one shipment at these offsets."""
    return records_of([scan("in_transit", at=hour(n), code=f"C{n}") for n in range(start, end)], start=start)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Nothing is polled yet; waiting takes no time."""
    monkeypatch.setattr(loop_module, "_TELL_EVERY", 0.0)
    monkeypatch.setattr(loop_module, "_FULL_WAIT", 0.0)
    monkeypatch.setattr(loop_module, "_ROUND_MOST", 0.0)
    return Scene()


def test_every_record_is_written_once_in_batches_that_follow_each_other(scene: Scene) -> None:
    scene.turns({0: records(0, 3)}, {}, {0: records(3, 4)}, {0: records(4, 9)})

    assert scene.writer.ends() == [(0, 3), (3, 4), (4, 9)]
    assert scene.writer.offsets() == list(range(9))
    assert scene.owned.taken_offset == 9
    assert scene.lanes.asked == []


def test_records_that_a_claim_has_had_already_are_left_out_and_the_rest_is_taken(scene: Scene) -> None:
    scene.turns({0: records(0, 3)}, {0: records(1, 5)}, {0: records(0, 2)})

    assert scene.writer.ends() == [(0, 3), (3, 5)]
    assert scene.writer.offsets() == [0, 1, 2, 3, 4]
    assert [handed.batch.duplicates for handed in scene.writer.written] == [0, 0]


def test_records_of_a_partition_that_is_not_claimed_are_not_touched(scene: Scene) -> None:
    scene.turns({1: records(0, 3), 0: records(0, 1)})

    assert scene.writer.ends() == [(0, 1)]


class Resting:
    """Rounds whose rest never ends."""

    left = 0.0

    def began(self) -> None:
        """As Rounds.began."""
        self.left = 0.001

    def through(self) -> None:
        """As Rounds.through."""


def test_what_comes_behind_few_records_waits_until_the_rest_is_over(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    resting = Resting()
    monkeypatch.setattr(scene.projector, "_rounds", resting)

    scene.turns({}, {0: records(0, 2)}, {0: records(2, 3)})
    while_it_rests = scene.writer.ends()
    resting.left = 0.0
    scene.projector.turn()
    scene.projector.turn()

    assert while_it_rests == [(0, 2)]
    assert scene.writer.ends() == [(0, 2), (2, 3)]


def test_behind_many_records_the_next_are_taken_at_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_module, "_MANY", 2)
    monkeypatch.setattr(scene.projector, "_rounds", Resting())

    scene.turns({0: records(0, 2)}, {0: records(2, 4)}, {0: records(4, 5)}, {0: records(5, 9)})

    assert scene.writer.ends() == [(0, 2), (2, 4), (4, 5)]


def test_the_rest_ends_when_all_that_was_taken_is_written_and_not_before(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    resting = Resting()
    monkeypatch.setattr(scene.projector, "_rounds", resting)
    monkeypatch.setattr(resting, "through", lambda: setattr(resting, "left", 0.0))
    scene.reader.polls = [{0: records(0, 2)}, {0: records(2, 3)}]
    scene.projector.turn()

    scene.writer.idle = False
    scene.projector.turn()
    while_written = len(scene.reader.polls)
    scene.writer.idle = True
    scene.writer.has_room = False
    scene.folders.take(scene.owned, records(2, 3))
    scene.projector.turn()
    while_folded = len(scene.reader.polls)
    scene.projector.turn()
    while_ready = len(scene.reader.polls)
    scene.writer.has_room = True
    scene.projector.turn()
    scene.projector.turn()

    assert (while_written, while_folded, while_ready) == (1, 1, 1)
    assert scene.reader.polls == []


def test_records_that_nobody_takes_make_no_rest(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.projector, "_rounds", Resting())

    scene.turns({1: records(0, 3)}, {0: records(0, 1)})

    assert scene.writer.ends() == [(0, 1)]


def test_a_refused_write_is_claimed_again_and_a_failed_one_ends_the_connection(scene: Scene) -> None:
    scene.writer.outcomes = {2: Outcome.STALE, 4: Outcome.FAILED, 6: Outcome.DROPPED}

    scene.turns({0: records(0, 2)}, {0: records(2, 4)}, {0: records(4, 6)})

    assert scene.lanes.asked == ["retry 1", "lose connection", "doubt"]
    assert scene.writer.ends() == []


def test_states_may_be_let_go_when_their_batch_is_written_and_not_before(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(scene.folders, "committed", lambda owned, batch: told.append(batch))
    scene.writer.outcomes = {2: Outcome.DROPPED}

    scene.turns({0: records(0, 1)}, {0: records(1, 2)}, {0: records(2, 3)})

    assert told == [1, 3]


def test_behind_one_bad_record_too_many_the_partition_is_paused(scene: Scene) -> None:
    scene.turns({0: records_of([b"{"] * 502)})

    assert scene.lanes.asked == ["pause at 500, 500 bad"]
    assert scene.writer.ends() == [(0, 500)]


def test_a_broker_that_is_away_is_polled_again(scene: Scene) -> None:
    scene.turns(BrokerUnavailable("away"), {0: records(0, 2)})

    assert scene.writer.ends() == [(0, 2)]


def test_without_a_database_nothing_polled_is_taken(scene: Scene) -> None:
    scene.lanes.connected = False

    scene.turns({0: records(0, 2)})

    assert scene.owned.taken_offset == 0
    assert scene.writer.ends() == []
    assert scene.lanes.asked == ["reconnect", "reconnect"]


def test_a_writer_without_room_keeps_finished_batches_waiting_in_order(scene: Scene) -> None:
    scene.writer.has_room = False
    scene.turns({0: records(0, 2)}, {0: records(2, 3)})
    waiting = scene.writer.ends()

    scene.writer.has_room = True
    scene.turns({0: records(3, 4)})

    assert waiting == []
    assert scene.writer.ends() == [(0, 2), (2, 3), (3, 4)]
    assert scene.writer.offsets() == [0, 1, 2, 3]


def test_a_silent_folder_stops_the_beat(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InlineFolder, "silent_for", 2.0)
    scene.seconds[0] = 31.0

    scene.turns()
    stalled = scene.health.live()
    monkeypatch.setattr(InlineFolder, "silent_for", 0.5)
    scene.turns()

    assert stalled == "no beat for 31.0 s"
    assert scene.health.live() is None


def test_when_told_to_stop_what_was_taken_is_written_and_kafka_told(scene: Scene) -> None:
    scene.writer.has_room = False
    scene.turns({0: records(0, 2)}, {0: records(2, 5)})
    stop = StopSignal(handle_signals=False)
    stop.set()

    scene.writer.has_room = True
    scene.projector.run(stop)

    assert scene.writer.offsets() == [0, 1, 2, 3, 4]
    assert scene.writer.ends()[-1][1] == scene.owned.taken_offset
    assert scene.lanes.told == scene.owned.taken_offset


def test_a_partition_that_is_fetched_no_more_is_told_as_a_stall_and_one_that_goes_on_is_not(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.projector, "_still", StandsStill("takes", patience=timedelta(0)))
    scene.turns({0: records(0, 2)})
    scene.ends = {0: 5}

    scene.turns({})
    stalled = scene.health.live()
    scene.turns({0: records(2, 5)}, {})

    assert stalled == "partition 0 takes nothing behind offset 2 for 0 s"
    assert scene.health.live() is None


def test_records_that_were_taken_and_are_not_written_yet_are_no_stall_of_the_reader(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.projector, "_still", StandsStill("takes", patience=timedelta(0)))
    scene.ends = {0: 5}
    scene.writer.outcomes = {2: Outcome.FAILED}

    scene.turns({0: records(0, 2)}, {})

    assert scene.health.live() is None


def test_a_group_that_never_takes_the_member_in_is_told_as_a_stall(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.projector, "_unanswered", Unanswered(patience=timedelta(0)))
    scene.reader.is_answered = False
    scene.turns({})
    while_nobody_answers = scene.health.live()

    scene.ends = {0: 0}
    scene.turns({})
    stalled = scene.health.live()
    scene.reader.is_answered = True
    scene.turns({})

    assert while_nobody_answers is None
    assert stalled == "the group does not take this member in for 0 s"
    assert scene.health.live() is None
