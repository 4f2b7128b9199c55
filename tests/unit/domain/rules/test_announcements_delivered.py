"""Announcements: delivered. Told once per delivery that counts, taken back when it counts no longer."""

import pytest

from schemas.ids import SEPARATOR, alert_id
from schemas.status import Announcement
from tests.builders import (
    Json,
    day,
    deadline_passed,
    hour,
    promise,
    registered,
    retracted,
    scan,
)
from tests.unit.domain.rules.examples import told, utc

KEY = "acme:P1"

D = hour(100)

MOVING = scan("in_transit", at=hour(90))

DELIVERED = scan("delivered", at=D)

ATTEMPTED = scan("delivery_attempted", at=D + hour(10) - hour(0))

GONE = retracted(DELIVERED)

BACK = retracted(GONE)

STALE_AT = hour(90 + 14 * 24)


def kinds(announcements: list[Json]) -> list[str]:
    return [announced["kind"] for announced in announcements]


def test_delivered_is_told_with_its_cause_and_id() -> None:
    (delivered,) = told([registered(), MOVING, DELIVERED])

    assert Announcement.model_validate(delivered)
    assert delivered["kind"] == "delivered"
    assert delivered["cause"] == DELIVERED["event_id"]
    assert delivered["n"] == 1
    assert delivered["alert_id"] == alert_id(KEY, kind="delivered", cause=DELIVERED["event_id"], n=1)
    assert delivered["occurred_at"] == utc(D)
    assert (delivered["leg_no"], delivered["use_no"]) == (1, 1)
    assert delivered.get("late_by") is None
    assert delivered.get("corrects") is None


@pytest.mark.parametrize(
    "silent",
    [
        DELIVERED,
        DELIVERED | {"recorded_at": utc(day(30))},
        scan("delivered", at=D + 1),
        scan("delivered", at=D - 1, recorded_at=day(9)),
        scan("picked_up", at=hour(80), recorded_at=day(9)),
        scan(None, code="SIG", at=D + 1),
        scan("unknown", code="Q", at=D + 1),
        scan("delivered", at=None, recorded_at=day(9)),
        scan("delivered", at=day(90), recorded_at=day(9)),
        scan("out_for_delivery", at=hour(95), recorded_at=day(9)),
        scan("out_for_delivery", at=D + hour(1) - hour(0)),
        registered("O-1", at=day(9)),
        deadline_passed("settled", D + day(3) - day(0)),
        deadline_passed("stale", STALE_AT),
        retracted("00000000-0000-5000-8000-000000000000", at=day(9)),
    ],
    ids=[
        "the same scan",
        "the same scan recorded later",
        "a repeat",
        "a repeat dated earlier, learnt later, that is now the first",
        "an earlier scan learnt later",
        "paper",
        "an unmapped code",
        "an undated delivery",
        "a delivery from the future",
        "out for delivery before it, learnt later",
        "out for delivery an hour behind it",
        "a registration behind it",
        "its settling",
        "a stale deadline that no longer is",
        "a retraction of nothing",
    ],
)
def test_after_a_delivery_this_tells_no_second_one(silent: Json) -> None:
    announcements = told(
        [MOVING, DELIVERED, silent], "delivered", "correction", "out_for_delivery", "stalled"
    )

    assert kinds(announcements) == ["delivered"]


def test_delivered_late_without_an_overdue_alert_says_so() -> None:
    order = registered(promise=promise("2026-03-03", zone="UTC"))

    (delivered,) = told([order, MOVING, DELIVERED], "delivered", "delay_overdue", "correction")

    assert delivered["kind"] == "delivered"
    assert delivered["late_by"] == "P3D"


@pytest.mark.parametrize("to", ["2026-03-06", "2026-03-20"])
def test_delivered_on_the_promised_date_or_before_is_not_late(to: str) -> None:
    (delivered,) = told([registered(promise=promise(to, zone="UTC")), DELIVERED], "delivered")

    assert delivered.get("late_by") is None


def test_a_window_that_may_have_been_kept_raises_nothing() -> None:
    order = registered(promise=promise("2026-03-05T12:00:00.000Z"))
    scanned = scan("delivered", local="2026-03-05T12:30")

    announcements = told([order, scanned, deadline_passed("promise_overdue", day(3.5))])

    assert kinds(announcements) == ["delivered"]
    assert announcements[0].get("late_by") is None


def test_an_attempt_takes_a_premature_delivery_back() -> None:
    delivered, correction = told([MOVING, DELIVERED, ATTEMPTED], "delivered", "correction")

    assert (correction["kind"], correction["n"]) == ("correction", 1)
    assert correction["corrects"] == delivered["alert_id"]
    assert correction["alert_id"] == alert_id(
        KEY, kind="correction", cause=f"{delivered['alert_id']}{SEPARATOR}{correction['cause']}", n=1
    )


def test_learnt_in_the_other_order_a_premature_delivery_is_never_told() -> None:
    assert told([MOVING, ATTEMPTED, DELIVERED], "delivered", "correction") == []


def test_the_real_delivery_is_told_behind_the_correction_of_the_premature_one() -> None:
    again = scan("delivered", at=D + hour(30) - hour(0))

    first, correction, second = told([MOVING, DELIVERED, ATTEMPTED, again], "delivered", "correction")

    assert (first["cause"], second["cause"]) == (DELIVERED["event_id"], again["event_id"])
    assert correction["corrects"] == first["alert_id"]
    assert second["n"] == 1


def test_in_one_event_the_correction_comes_before_the_new_delivery() -> None:
    between = scan("in_transit", at=D + hour(10) - hour(0))
    again = scan("delivered", at=D + hour(30) - hour(0))

    announcements = told([MOVING, DELIVERED, between, again], "delivered", "correction")

    assert kinds(announcements) == ["delivered", "correction", "delivered"]
    assert announcements[1]["corrects"] == announcements[0]["alert_id"]
    assert announcements[2]["cause"] == again["event_id"]


def test_a_retracted_delivery_is_taken_back() -> None:
    delivered, correction = told([MOVING, DELIVERED, GONE])

    assert kinds([delivered, correction]) == ["delivered", "correction"]
    assert correction["corrects"] == delivered["alert_id"]


def test_what_becomes_true_again_is_told_a_second_time() -> None:
    first, correction, second = told([MOVING, DELIVERED, GONE, BACK])

    assert kinds([first, correction, second]) == ["delivered", "correction", "delivered"]
    assert second["cause"] == first["cause"] == DELIVERED["event_id"]
    assert (first["n"], second["n"]) == (1, 2)
    assert second["alert_id"] == alert_id(KEY, kind="delivered", cause=DELIVERED["event_id"], n=2)


def test_the_second_telling_is_taken_back_by_its_own_id() -> None:
    once_more = retracted(DELIVERED, at=day(8))

    *_, second, correction = told([MOVING, DELIVERED, GONE, BACK, once_more])

    assert second["n"] == 2
    assert correction["corrects"] == second["alert_id"]
    assert correction["alert_id"] != told([MOVING, DELIVERED, GONE])[-1]["alert_id"]


def test_a_mended_mapping_takes_a_delivery_back() -> None:
    wrong = scan("delivered", code="D7", at=D)
    mended = scan("in_transit", code="D7", at=D, mapping_version=2)

    delivered, correction = told([MOVING, wrong, mended], "delivered", "correction")

    assert correction["corrects"] == delivered["alert_id"]


def test_a_retraction_learnt_first_keeps_it_silent() -> None:
    assert told([MOVING, GONE, DELIVERED]) == []
