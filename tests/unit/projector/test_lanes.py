"""Lanes: what is claimed, let go and told to Kafka, in step with the group, the log and PostgreSQL."""

import psycopg
import pytest

from services.projector import lanes as lanes_module
from services.projector import pointer as pointer_module
from services.projector.claim import LogDiverged, RulesDiffer
from services.projector.observe import reasons
from services.runtime.outcomes import BrokerUnavailable
from tests.unit.projector.claiming import Scene


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Connected, nothing assigned; waiting takes no time."""
    scene = Scene()
    monkeypatch.setattr(
        lanes_module, "claim", lambda conn, partition, **told: scene.database.claim(partition)
    )
    monkeypatch.setattr(lanes_module, "_RETRY_SECONDS", 0.0)
    assert scene.lanes.reconnect(idle=True)
    return scene


def test_a_partition_is_read_from_where_the_database_says_and_by_its_new_claim_only(scene: Scene) -> None:
    scene.database.offsets[3] = 70

    scene.assign(3)

    assert scene.reader.released == [(3, 70)]
    assert (scene.owned(3).taken_offset, scene.owned(3).written_offset) == (70, 70)
    assert scene.publishers.running == {3: 1}
    assert scene.last_round().opened[0].claimed.next_offset == 70


@pytest.mark.parametrize("how", ["revoked", "lost"])
def test_what_the_group_takes_away_is_abandoned_and_forgotten(scene: Scene, how: str) -> None:
    scene.assign(3)
    lane = scene.owned(3)

    scene.lanes.follow((set(), {3} if how == "revoked" else set(), {3} if how == "lost" else set()))
    scene.lanes.claim_due()

    assert lane.abandoned
    assert lane.ended_by_group
    assert scene.lanes.get(3) is None
    assert scene.lanes.waiting() == []
    assert scene.publishers.running == {}
    assert scene.database.epoch == 1


def test_a_partition_that_went_and_came_back_is_claimed_anew_and_nothing_old_is_kept(scene: Scene) -> None:
    scene.assign(3)
    before = scene.owned(3)

    scene.lanes.follow(({3}, {3}, set()))
    scene.lanes.claim_due()

    assert before.abandoned
    assert scene.owned(3).number != before.number
    assert scene.publishers.running == {3: 2}
    round_ = scene.last_round()
    assert [opening.number for opening in round_.opened] == [scene.owned(3).number]
    assert round_.closed == [before.number]


def test_a_partition_that_is_given_once_more_is_claimed_anew(scene: Scene) -> None:
    scene.assign(3)
    before = scene.owned(3)

    scene.assign(3)

    assert before.abandoned
    assert scene.owned(3).number != before.number
    assert scene.publishers.running == {3: 2}


def test_after_a_refused_write_everything_is_forgotten_and_claimed_again(scene: Scene) -> None:
    scene.assign(3)
    refused = scene.owned(3)
    scene.database.offsets[3] = 50

    scene.lanes.retry(refused)
    scene.lanes.claim_due()

    assert refused.abandoned
    assert scene.owned(3).taken_offset == 50
    assert scene.reader.released[-1] == (3, 50)
    scene.lanes.retry(refused)
    assert scene.lanes.get(3) is not None


def test_a_refused_write_of_a_partition_that_is_gone_claims_nothing(scene: Scene) -> None:
    scene.assign(3)
    refused = scene.owned(3)
    scene.lanes.follow((set(), {3}, set()))

    scene.lanes.retry(refused)
    scene.lanes.claim_due()

    assert scene.lanes.get(3) is None
    assert scene.database.epoch == 1


def test_kafka_is_told_what_is_written_and_not_what_was_taken(scene: Scene) -> None:
    scene.assign(3, 4)
    scene.owned(3).taken_offset = 90
    scene.owned(3).written_offset = 40

    scene.lanes.tell_kafka()

    assert scene.reader.told == [{3: 40}]
    assert scene.lanes.written(3) == 40


def test_without_a_database_no_lane_is_left_and_all_are_claimed_when_it_is_back(scene: Scene) -> None:
    scene.assign(3, 4)
    lanes = [scene.owned(3), scene.owned(4)]

    scene.lanes.lose_connection(None)

    assert all(lane.abandoned for lane in lanes)
    assert not scene.lanes.connected
    assert sorted(scene.lanes.waiting()) == [3, 4]
    assert not scene.lanes.reconnect(idle=False)
    assert scene.lanes.reconnect(idle=True)
    scene.lanes.claim_due()
    assert scene.lanes.waiting() == []
    assert scene.publishers.running == {3: 3, 4: 4}


def test_a_log_that_diverged_stops_its_partition_alone_and_is_named(scene: Scene) -> None:
    scene.database.faults = [LogDiverged("log diverged, rebuild")]

    scene.assign(3, 4)
    scene.lanes.claim_due()

    stopped = [p for p in (3, 4) if scene.lanes.get(p) is None]
    assert len(stopped) == 1
    assert scene.lanes.stopped == {stopped[0]: "log diverged, rebuild"}
    assert reasons(scene.lanes.stopped, scene.lanes.waiting()) == f"{stopped[0]}: log diverged, rebuild"
    assert [partition for partition, _ in scene.reader.released] == [7 - stopped[0]]


@pytest.mark.parametrize(
    "fault", [BrokerUnavailable("away"), psycopg.OperationalError("away")], ids=["broker", "database"]
)
def test_a_claim_that_fails_for_a_while_is_made_again(scene: Scene, fault: Exception) -> None:
    scene.database.faults = [fault]

    scene.assign(3)
    failed = scene.lanes.get(3)
    scene.lanes.reconnect(idle=True)
    scene.lanes.claim_due()

    assert failed is None
    assert scene.owned(3).taken_offset == 0


def test_a_bug_in_a_claim_is_not_taken_for_passing_trouble(scene: Scene) -> None:
    scene.database.faults = [psycopg.errors.UndefinedTable("a bug")]

    with pytest.raises(psycopg.errors.UndefinedTable):
        scene.assign(3)


def test_a_pause_stands_only_when_everything_before_it_is_written(scene: Scene) -> None:
    scene.assign(3)
    lane = scene.owned(3)

    scene.lanes.pause(lane, 500, bad=501)
    scene.lanes.resume_accepted()
    early = dict(scene.database.pauses)
    lane.written_offset = 500
    _look_again(scene)
    scene.lanes.resume_accepted()

    assert scene.reader.paused == [3]
    assert early == {}
    assert scene.database.pauses == {3: False}
    assert scene.lanes.get(3) is None


def test_a_paused_partition_goes_on_when_somebody_accepts_and_not_before(scene: Scene) -> None:
    scene.database.pauses = {3: False}
    scene.database.offsets[3] = 500
    scene.assign(3)
    released = list(scene.reader.released)

    scene.lanes.resume_accepted()
    still = scene.lanes.get(3)
    scene.database.pauses = {3: True}
    _look_again(scene)
    scene.lanes.resume_accepted()
    scene.lanes.claim_due()

    assert (released, still) == ([], None)
    assert scene.database.pauses == {}
    assert scene.reader.released == [(3, 500)]
    assert scene.owned(3).taken_offset == 500


def _look_again(scene: Scene) -> None:
    scene.lanes._pauses._look_at = 0.0


def test_another_model_in_force_is_claimed_at_once_also_where_the_old_one_was_refused(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pointer_module, "_LOOK_EVERY", 0.0)
    scene.lanes.resume_accepted()
    scene.assign(3)
    scene.database.faults.append(RulesDiffer("model_1 has rules 1, this is 2: rebuild"))
    scene.assign(4)
    old, refused = scene.owned(3), set(scene.lanes.stopped)

    scene.database.in_force = "model_2"
    scene.lanes.resume_accepted()
    scene.lanes.claim_due()

    assert refused == {4}
    assert old.abandoned
    assert scene.owned(3) is not old
    assert scene.lanes.stopped == {}
    assert scene.lanes.waiting() == []
