"""What the parameters of a list may say, and the order of an order's parcels in one word."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.query.shipments.cursors import BadCursor, Cursors, Place
from services.query.shipments.orders import status_of, summarised
from services.query.shipments.parameters import ListParameters, moment_of
from services.query.shipments.wanted import Sort, Wanted
from services.runtime.http_auth import Principal, Role

HOUSE = Principal("house", Role.READER)


def test_a_date_is_the_whole_day_at_both_ends() -> None:
    assert moment_of("2026-03-04", is_end=False) == datetime(2026, 3, 4, tzinfo=UTC)
    assert moment_of("2026-03-04", is_end=True) == datetime(2026, 3, 5, tzinfo=UTC)


def test_an_instant_is_inside_at_both_ends_and_a_plus_may_have_become_a_space() -> None:
    noon = datetime(2026, 3, 4, 7, tzinfo=UTC)

    assert moment_of("2026-03-04T12:00:00 05:00", is_end=False) == noon
    assert moment_of("2026-03-04T12:00:00+05:00", is_end=True) > noon


@pytest.mark.parametrize("text", ["2026-02-30", "2026-03-04T12:00:00", "yesterday", "9999-12-31", "١٢"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        moment_of(text, is_end=True)


@pytest.mark.parametrize(
    ("asked", "sort"),
    [
        ({}, "-last_at"),
        ({"from": "2026-03-04"}, "-last_at"),
        ({"date": "promised"}, "-last_at"),
        ({"date": "promised", "to": "2026-03-04"}, "-promised"),
        ({"date": "expected", "from": "2026-03-04", "sort": "slip"}, "slip"),
    ],
)
def test_a_list_of_a_range_of_dates_is_in_their_order_unless_another_is_asked(
    asked: dict[str, str], sort: str
) -> None:
    assert ListParameters.model_validate(asked).wanted().sort == Sort(sort)


def test_a_parameter_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="colour"):
        ListParameters.model_validate({"colour": "red"})


@pytest.mark.parametrize("place", [Place(None, "acme:1"), Place("2026-03-04 00:00:00+00", "acme:ü€")])
def test_a_cursor_says_what_was_put_into_it(place: Place) -> None:
    cursors = Cursors(b"secret")

    assert cursors.read(cursors.give(place, Wanted(), HOUSE), Wanted(), HOUSE) == place


@pytest.mark.parametrize(
    "other", [Wanted(carrier=("dhl",)), Wanted(sort=Sort.SLIP), Wanted(late=timedelta(days=1))]
)
def test_a_cursor_is_of_one_list(other: Wanted) -> None:
    cursors = Cursors(b"secret")
    cursor = cursors.give(Place(None, "acme:1"), Wanted(), HOUSE)

    with pytest.raises(BadCursor):
        cursors.read(cursor, other, HOUSE)
    with pytest.raises(BadCursor):
        cursors.read(cursor, Wanted(), Principal("m", Role.READER, "m"))
    with pytest.raises(BadCursor):
        Cursors(b"another").read(cursor, Wanted(), HOUSE)


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["delivered", "delivered"], "delivered"),
        (["delivered", "in_transit"], "partly_delivered"),
        (["delivered", "exception"], "exception"),
        (["out_for_delivery", "picked_up"], "picked_up"),
        (["registered", "unknown"], "unknown"),
        (["cancelled"], "cancelled"),
    ],
)
def test_an_order_stands_where_its_parcels_stand(statuses: list[str], status: str) -> None:
    assert status_of(statuses) == status


def test_an_order_has_arrived_when_its_last_parcel_has_and_is_expected_until_then() -> None:
    here = {"milestone": "delivered", "status": "delivered", "delivered_at": "2026-03-04", "expected": None}
    away = {"milestone": "in_transit", "status": "in_transit", "delivered_at": None, "expected": "2026-03-09"}
    customer = {"customer_id": "C-1"}

    on_the_way = summarised("O-1", "m", [here | customer, away | customer])
    there = summarised("O-1", "m", [here | customer, here | customer | {"delivered_at": "2026-03-06"}])

    assert (on_the_way["expected"], on_the_way["delivered_at"]) == ("2026-03-09", None)
    assert (there["expected"], there["delivered_at"], there["customer_id"]) == (None, "2026-03-06", "C-1")
