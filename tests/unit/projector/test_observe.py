"""What the projector tells its metrics: how far it is behind, and which writes came to nothing."""

from typing import cast

import pytest

from services.projector.doubts import Doubts
from services.projector.lane import Claimed
from services.projector.observe import observe_lag, reasons
from services.projector.store import Reads
from services.runtime.clock import VirtualClock
from tests.counted import counted

NOW = 50_000


def observed(lag: dict[int, int], newest_ms: dict[int, int], *, topic: str) -> dict[str, list[float]]:
    """The lag of the partitions in records and in seconds."""
    observe_lag(lag, newest_ms, topic=topic, clock=VirtualClock(NOW))
    return {
        name: [counted(name, topic=topic, partition=str(partition)) for partition in lag]
        for name in ("lag_records", "lag_seconds")
    }


def test_who_waits_is_as_old_as_the_newest_that_was_taken() -> None:
    told = observed({0: 5, 1: 1, 2: 7}, {0: NOW - 3_000, 1: NOW + 2_000}, topic="behind")

    # a broker's clock may be ahead of ours, and of a partition without a record nothing is known
    assert told == {"lag_records": [5, 1, 7], "lag_seconds": [3, 0, 0]}


def test_who_has_all_is_not_behind_however_long_ago_the_last_one_came() -> None:
    told = observed({0: 0}, {0: NOW - 9_000}, topic="at the end")

    assert told == {"lag_records": [0], "lag_seconds": [0]}


def test_to_have_nothing_to_do_is_progress_and_to_be_behind_is_none() -> None:
    observe_lag({0: 0, 1: 0}, {}, topic="t", clock=VirtualClock(NOW))
    observe_lag({0: 0, 1: 1}, {}, topic="t", clock=VirtualClock(2 * NOW))

    assert counted("progress_timestamp_seconds") == NOW / 1000


@pytest.mark.parametrize(
    ("stopped", "waiting", "told"),
    [
        ({}, [], None),
        ({}, [3, 1], "not claimed yet: [1, 3]"),
        ({2: "log diverged", 0: "no rights"}, [1], "0: no rights; 2: log diverged"),
    ],
)
def test_readiness_names_what_stopped_before_what_is_not_claimed(
    stopped: dict[int, str], waiting: list[int], told: str | None
) -> None:
    assert reasons(stopped, waiting) == told


class Owners:
    """What Reads knows of claims: those of these partitions still hold."""

    def __init__(self, *partitions: int) -> None:
        self._partitions = partitions

    def is_owner(self, claimed: Claimed) -> bool:
        """As Reads.is_owner."""
        return claimed.partition in self._partitions


def claimed(partition: int) -> Claimed:
    """A claim of it."""
    return Claimed("model_1", partition, 7, 0, 1, None, 0, 0, 0)


def settled(doubts: Doubts, *held: int) -> float:
    """How many writes were counted as stale."""
    before = counted("refused_stale_writes_total", how="ended")
    doubts.settle(cast("Reads", Owners(*held)))
    return counted("refused_stale_writes_total", how="ended") - before


def test_a_write_that_failed_was_a_stale_one_if_its_claim_is_over_and_is_counted_once() -> None:
    doubts = Doubts()
    for partition in (1, 2, 3):
        doubts.add(claimed(partition))

    assert settled(doubts, 2) == 2
    assert settled(doubts) == 0
