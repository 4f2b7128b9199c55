"""What the index keeps of a shipment."""

from typing import Any

import pytest
from hypothesis import given

from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.view import view
from services.query.index.entries import entry_of, is_past, slip_of, span_ms, tags_of, words_entry
from services.query.index.terms import week_of
from tests.builders import case_opened, day, deadline_passed, hour, promise, registered, replay, revised, scan
from tests.unit.domain.laws.histories import KEY, checked, histories

Json = dict[str, Any]
DAY_MS = 86_400_000


def test_a_delivery_slipped_by_what_it_was_late() -> None:
    told = view(replay([registered(promise=promise("2026-03-04", zone="UTC")), scan("delivered", at=day(4))]))

    assert (told["late_by"], slip_of(told)) == ("P2D", 2 * DAY_MS)


@pytest.mark.parametrize(
    ("promised", "estimate", "days"),
    [
        ("2026-03-04", "2026-03-07", 3),
        ("2026-03-04T12:00:00Z", "2026-03-05T12:00:00Z", 1),
        ("2026-03-04", "2026-03-06T23:59:59.999Z", 2),
        ("2026-03-04T23:59:59.999Z", "2026-03-05", 1),
        ("2026-03-04", "2026-03-04", None),
        ("2026-03-04T12:00:00Z", "2026-03-04T11:00:00Z", None),
    ],
)
def test_a_parcel_under_way_slips_by_what_is_expected_past_the_promise(
    promised: str, estimate: str, days: int | None
) -> None:
    told = view(
        replay(
            [
                registered(promise=promise(promised, zone="UTC")),
                scan("in_transit", at=hour(1)),
                revised(estimate, kind="carrier_estimate", zone="UTC", at=hour(2)),
            ]
        )
    )

    slip = slip_of(told)

    assert (slip and round(slip / DAY_MS, 3)) == days


def test_nothing_slips_that_was_not_promised_or_was_kept() -> None:
    unpromised = view(replay([registered(), scan("delivered", at=day(4))]))
    kept = view(replay([registered(promise=promise("2026-03-09", zone="UTC")), scan("delivered", at=day(4))]))

    assert (slip_of(unpromised), slip_of(kept)) == (None, None)


@pytest.mark.parametrize(
    ("milestone", "past"),
    [("picked_up", False), ("lost", False), ("delivered", True), ("returned", True), ("cancelled", True)],
)
def test_what_ended_is_past(milestone: str, past: bool) -> None:
    assert is_past(view(replay([registered(), scan(milestone, at=day(1))]))) is past


def test_a_disputed_delivery_is_not_past_and_a_parcel_given_up_is() -> None:
    disputed = replay([scan("delivered", at=day(1)), case_opened("delivery_disputed", at=day(2))])
    silent = replay([scan("picked_up", at=hour(0)), *(deadline_passed("expired", day(60)) for _ in range(1))])

    assert not is_past(view(disputed))
    assert is_past(view(silent))


def test_conditions_are_found_by_name_reason_and_party_and_delays_by_one_name_too() -> None:
    conditions = [
        {"name": "delayed_overdue", "reason": None, "party": None},
        {"name": "customs_hold", "reason": "papers", "party": "customs"},
    ]

    assert tags_of(conditions) == [
        "c:customs_hold",
        "c:delayed",
        "c:delayed_overdue",
        "p:customs",
        "r:papers",
    ]


@pytest.mark.parametrize(
    ("text", "ms"),
    [("P2D", 2 * DAY_MS), ("PT26H5M", 93_900_000), ("PT0.25S", 250), ("P1DT1S", DAY_MS + 1000)],
)
def test_a_span_is_its_milliseconds(text: str, ms: int) -> None:
    assert span_ms(text) == ms


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "1D", "P1W", "P-1D", "p1d", "P1.5D", "PT1"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="span"):
        span_ms(text)


@pytest.mark.parametrize(
    ("expected", "kept"),
    [
        ("2026-03-04", "2026-03-04T00:00:00.000Z"),
        ("2026-03-04T12:00:00+05:00", "2026-03-04T07:00:00.000Z"),
        ("2026-03-04T12:00:00", "2026-03-04T12:00:00.000Z"),
        ("0001-01-01T00:00:00+10:00", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59-10:00", "9999-12-31T23:59:59.999Z"),
        ("20260304", "2026-03-04T00:00:00.000Z"),
    ],
)
def test_what_is_expected_is_kept_as_an_instant_whatever_its_form(expected: str, kept: str) -> None:
    told = view(replay([registered(), scan("in_transit", at=hour(1))])) | {"expected": expected}

    entry = entry_of(told, [], merchant="", is_house=True, text=None)

    assert entry.expected == kept


@checked(300)
@given(histories())
def test_every_shipment_has_an_entry_and_words_however_its_events_are_dated(history: list[Json]) -> None:
    told = view(fold_all(KEY, map(fact_of, history)))

    entry = entry_of(told, [], merchant="", is_house=True, text=None)
    words = words_entry(told, [], merchant="", is_house=True)

    assert entry.shipment == words.shipment == KEY
    assert entry.last_at == words.last_at == told["last_at"]


@pytest.mark.parametrize(
    "told",
    [{"at": hour(10)}, {"local": "2026-03-02T10:00:00"}, {"date": "2026-03-02"}],
    ids=["an instant", "a time without zone", "a date"],
)
def test_the_last_scan_is_found_in_its_week_whatever_is_known_of_its_zone(told: Json) -> None:
    words = words_entry(view(replay([scan("in_transit", **told)])), [], merchant="", is_house=True)

    assert week_of(hour(10)) in words.terms
