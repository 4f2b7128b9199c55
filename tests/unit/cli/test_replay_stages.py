"""How replay waits: stage by stage, patient with progress, not with standstill."""

from collections.abc import Iterator

import pytest

from services.cli.output import DependencyAway
from services.cli.replay.settling import published
from services.cli.replay.stages import Stage, missing, wait_for


class FakeTime:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def stage(name: str, measures: Iterator[int], log: list[str]) -> Stage:
    def behind() -> int:
        log.append(name)
        return next(measures)

    return Stage(name, lambda: behind)


def standing(at: int) -> Iterator[int]:
    while True:
        yield at


def test_a_stage_is_asked_only_when_the_one_before_it_is_done() -> None:
    time, log = FakeTime(), list[str]()
    stages = [stage("projector", iter([5, 2, 0]), log), stage("notifier", iter([1, 0]), log)]

    wait_for(stages, patience=1.0, monotonic=lambda: time.now, sleep=time.sleep)

    assert log == ["projector"] * 3 + ["notifier"] * 2


def test_slow_progress_is_waited_for_however_long_it_takes() -> None:
    time = FakeTime()
    stages = [stage("projector", iter(range(100, -1, -1)), [])]

    wait_for(stages, patience=0.5, monotonic=lambda: time.now, sleep=time.sleep)

    assert time.now > 10.0


def test_a_stage_that_stands_still_is_named_after_the_patience_is_spent() -> None:
    time = FakeTime()
    stages = [stage("projector", iter([3, 0]), []), stage("notifier", standing(7), [])]

    with pytest.raises(DependencyAway) as raised:
        wait_for(stages, patience=60.0, monotonic=lambda: time.now, sleep=time.sleep)

    assert raised.value.fields == {"stage": "notifier", "behind": 7}
    assert 60.0 < time.now < 62.0


def test_falling_further_behind_is_no_progress() -> None:
    time = FakeTime()

    with pytest.raises(DependencyAway):
        wait_for(
            [stage("notifier", iter(range(10, 1000)), [])],
            patience=5.0,
            monotonic=lambda: time.now,
            sleep=time.sleep,
        )


def test_what_is_missing_is_counted_per_partition_and_being_ahead_of_one_does_not_help_another() -> None:
    assert missing({0: 10, 1: 5}, {0: 4, 1: 100}) == 6
    assert missing({0: 10}, {}) == 10


def test_the_next_running_number_is_one_above_the_last_published_change() -> None:
    last = {0: (17, b'{"seq": 9}'), 1: (3, b"not ours")}

    assert published(last) == {0: 10}
