"""What has something to do and does not move is told; what moves, is done, or is left out is not."""

from datetime import timedelta

import pytest

from services.runtime.unread import StandsStill, Unanswered


class Watched:
    """Looks at partitions at seconds that are set by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.still = StandsStill("takes", patience=timedelta(seconds=12), monotonic=lambda: self.now)

    def at(self, second: float, positions: dict[int, int], ends: dict[int, int]) -> str | None:
        self.now = second
        return self.still.look(at=positions, ends=ends)


def test_a_partition_that_has_records_and_takes_none_for_long_is_named() -> None:
    watched = Watched()

    early = [watched.at(second, {0: 5, 1: 9}, {0: 7, 1: 9}) for second in (0.0, 6.0, 11.9)]
    late = watched.at(12.0, {0: 5, 1: 9}, {0: 8, 1: 9})

    assert early == [None] * 3
    assert late == "partition 0 takes nothing behind offset 5 for 12 s"


@pytest.mark.parametrize(
    ("positions", "ends"),
    [
        pytest.param({0: 6}, {0: 9}, id="it moves"),
        pytest.param({0: 5}, {0: 5}, id="nothing is left"),
        pytest.param({}, {0: 9}, id="it is paused or another's"),
        pytest.param({0: 5}, {}, id="nobody knows the end"),
    ],
)
def test_the_time_begins_anew_when(positions: dict[int, int], ends: dict[int, int]) -> None:
    watched = Watched()
    watched.at(0.0, {0: 5}, {0: 9})

    between = watched.at(11.0, positions, ends)
    after = watched.at(13.0, {0: 5}, {0: 9})
    again = watched.at(24.9, {0: 5}, {0: 9})

    assert (between, after, again) == (None, None, None)


def test_a_group_is_waited_for_without_a_break_before_it_is_called_silent() -> None:
    seconds = iter((0, 19, 20, 25, 44, 45))
    unanswered = Unanswered(patience=timedelta(seconds=20), monotonic=lambda: next(seconds))

    told = [unanswered.look(is_waiting=waits) for waits in (True, True, False, True, True, True)]

    assert told == [None] * 5 + ["the group does not take this member in for 20 s"]
