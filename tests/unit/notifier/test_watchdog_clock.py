"""The watchdog's clock is never ahead of the database's."""

from datetime import UTC, datetime

from services.notifier.watchdog.cautious import CautiousClock
from services.runtime.clock import VirtualClock

NOON = 1_785_585_600_000
DAY = 86_400_000


def test_a_clock_that_runs_a_day_ahead_is_held_back_to_the_databases() -> None:
    clock = CautiousClock(VirtualClock(NOON + DAY), lambda: NOON)

    assert clock.now_ms() == NOON
    assert clock.now() == datetime(2026, 8, 1, 12, tzinfo=UTC)


def test_a_clock_that_runs_behind_is_only_late() -> None:
    clock = CautiousClock(VirtualClock(NOON - DAY), lambda: NOON)

    assert clock.now_ms() == NOON - DAY
