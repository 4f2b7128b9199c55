"""Announcements: a parcel that stalls, and dates that slip past the promise."""

import pytest

from tests.builders import (
    Json,
    day,
    deadline_passed,
    hour,
    promise,
    registered,
    retracted,
    revised,
    scan,
)
from tests.unit.domain.rules.examples import told

MOVING = scan("in_transit", at=hour(90))

STALE_AT = hour(90 + 14 * 24)


def kinds(announcements: list[Json]) -> list[str]:
    return [announced["kind"] for announced in announcements]


ORDER = registered(promise=promise("2026-03-05", zone="UTC"))

DUE = day(4)

PASSED = deadline_passed("promise_overdue", DUE)


def test_stalled_is_told_by_its_deadline_and_ends_silently() -> None:
    passed = deadline_passed("stale", STALE_AT)

    (stalled,) = told([MOVING, passed, scan("in_transit", at=day(30))])

    assert stalled["kind"] == "stalled"
    assert stalled["cause"] == passed["event_id"]


def test_stalled_again_is_told_by_the_new_deadline() -> None:
    second = deadline_passed("stale", day(44))

    first, again = told([MOVING, deadline_passed("stale", STALE_AT), scan("in_transit", at=day(30)), second])

    assert kinds([first, again]) == ["stalled", "stalled"]
    assert again["cause"] == second["event_id"]


def test_a_scan_learnt_late_ends_stalled_silently() -> None:
    late = scan("in_transit", at=STALE_AT - 1, recorded_at=day(30))

    assert kinds(told([MOVING, deadline_passed("stale", STALE_AT), late])) == ["stalled"]


@pytest.mark.parametrize(
    ("revision", "kind"),
    [
        ("carrier_estimate", "delay_announced"),
        ("carrier_promised", "delay_announced"),
        ("predicted", "delay_predicted"),
    ],
)
def test_a_date_past_the_promise_is_told_once(revision: str, kind: str) -> None:
    first = revised("2026-03-07", kind=revision, zone="UTC", at=day(1))
    second = revised("2026-03-08", kind=revision, zone="UTC", at=day(2))

    (delay,) = told([ORDER, first, second])

    assert (delay["kind"], delay["cause"]) == (kind, first["event_id"])


@pytest.mark.parametrize(
    ("revision", "kind"), [("carrier_estimate", "delay_announced"), ("predicted", "delay_predicted")]
)
def test_a_delay_that_was_retracted_is_taken_back(revision: str, kind: str) -> None:
    slipped = revised("2026-03-07", kind=revision, zone="UTC", at=day(1))

    delay, correction = told([ORDER, slipped, retracted(slipped)])

    assert kinds([delay, correction]) == [kind, "correction"]
    assert correction["corrects"] == delay["alert_id"]


@pytest.mark.parametrize("revision", ["carrier_estimate", "predicted"])
def test_a_delay_ends_silently_with_the_delivery(revision: str) -> None:
    slipped = revised("2026-03-07", kind=revision, zone="UTC", at=day(1))

    announcements = told([ORDER, slipped, scan("delivered", at=day(2))])

    assert kinds(announcements)[1:] == ["delivered"]


def test_no_delay_is_told_behind_a_delivery() -> None:
    slipped = revised("2026-03-07", kind="predicted", zone="UTC", at=day(3))

    announcements = told([ORDER, scan("delivered", at=day(2)), slipped, PASSED])

    assert kinds(announcements) == ["delivered"]
