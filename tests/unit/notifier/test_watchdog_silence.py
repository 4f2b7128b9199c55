"""Which carriers' whole feeds are silent."""

from datetime import timedelta

from services.notifier.watchdog.silence import SilenceRules, silent_carriers

RULES = SilenceRules(threshold=timedelta(seconds=10), least_parcels=3)
NOW = 100_000


def silent(heard: dict[str, int], parcels: dict[str, int]) -> frozenset[str]:
    return silent_carriers(heard, parcels, now_ms=NOW, rules=RULES)


def test_a_carrier_of_whom_nothing_came_for_longer_than_the_threshold_is_silent() -> None:
    assert silent({"acme": NOW - 10_001, "zenith": NOW - 10_000}, {"acme": 3, "zenith": 3}) == {"acme"}


def test_a_carrier_with_few_parcels_may_have_nothing_to_say() -> None:
    assert silent({"acme": 0}, {"acme": 2}) == frozenset()


def test_a_carrier_without_parcels_on_their_way_is_not_missed() -> None:
    assert silent({"acme": 0}, {}) == frozenset()


def test_a_carrier_never_heard_is_not_called_silent() -> None:
    assert silent({}, {"acme": 50}) == frozenset()
