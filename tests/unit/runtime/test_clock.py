"""The clock stands where it is put, or tells the machine's time."""

import time

import pytest

from schemas.instants import ms_of
from services.runtime.clock import VirtualClock, WallClock

NOON_MS = 1_700_000_000_123


def test_a_virtual_clock_stands_still() -> None:
    clock = VirtualClock(NOON_MS)

    assert clock.now_ms() == NOON_MS
    assert ms_of(clock.now()) == NOON_MS


def test_a_virtual_clock_goes_forward_only() -> None:
    clock = VirtualClock(NOON_MS)
    clock.advance_to(NOON_MS)
    clock.advance_to(NOON_MS + 5)

    with pytest.raises(ValueError, match="does not go back"):
        clock.advance_to(NOON_MS + 4)

    assert clock.now_ms() == NOON_MS + 5


def test_the_wall_clock_tells_utc() -> None:
    before = time.time_ns() // 1_000_000

    clock = WallClock()
    first, second = clock.now(), clock.now_ms()

    assert first.utcoffset() is not None
    assert not first.utcoffset()
    assert before <= ms_of(first) <= second
