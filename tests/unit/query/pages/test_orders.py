"""What orders are made of, what is offered for a parcel, and how a form becomes a command."""

from typing import Any

import pytest

from services.domain.requests import Asked
from services.domain.view import view
from services.query.pages.orders.grouped import grouped
from services.query.pages.orders.lists import search_of
from services.query.pages.orders.offers import Offer, offers
from services.query.pages.orders.wishes import NotYet, key_of, wish_of
from tests.builders import hour, registered, replay, scan

Json = dict[str, Any]
KEY = "k" * 22


def parcel(*scans: Json, order_id: str = "O-1", number: str = "P1", merchant: str | None = None) -> Json:
    """A shipment of an order as its readers see it."""
    told = [registered(order_id, at=hour(0), number=number), *scans]
    return view(replay(told)) | {"merchant": merchant}


def actions(shipment: Json, *asked: Asked) -> list[str]:
    """The names of what is offered."""
    return [offer.action for offer in offers(shipment, asked)]


def asked(kind: str, state: Any = "requested") -> Asked:
    """Something that was asked before."""
    return Asked(kind=kind, request_id="R", state=state, asked_at="2026-03-02T00:00:00.000Z")


def test_parcels_of_one_order_are_one_wherever_they_stand_in_the_list() -> None:
    orders = grouped([parcel(number="P1"), parcel(number="P2", order_id="O-2"), parcel(number="P3")])

    assert [(o.order_id, len(o.parcels)) for o in orders] == [("O-1", 2), ("O-2", 1)]


def test_the_same_order_id_of_two_merchants_is_two_orders() -> None:
    assert len(grouped([parcel(merchant="a"), parcel(merchant="b", number="P2")])) == 2


def test_parcels_without_an_order_stand_alone() -> None:
    lone = [parcel(number=n) | {"order_id": None} for n in ("P1", "P2")]

    assert [len(order.parcels) for order in grouped(lone)] == [1, 1]


def test_an_order_is_over_when_all_its_parcels_are_and_shows_the_one_to_look_at() -> None:
    came = parcel(scan("picked_up", at=hour(1)), scan("delivered", at=hour(9)))
    moving = parcel(scan("in_transit", at=hour(1)), number="P2")

    (both,), (one,) = grouped([came, moving]), grouped([came])

    assert (both.is_past, both.milestone, both.arrived) == (False, "in_transit", 1)
    assert (one.is_past, one.milestone) == (True, "delivered")


@pytest.mark.parametrize(
    ("scans", "offered"),
    [
        ([], ["cancel", "address", "contact"]),
        ([scan("info_received", at=hour(1))], ["cancel", "address", "contact"]),
        ([scan("in_transit", at=hour(1))], ["stop", "report", "contact"]),
        ([scan("delivered", at=hour(1))], ["return", "report", "contact"]),
        ([scan("returning", at=hour(1))], ["contact"]),
        ([scan("lost", at=hour(1))], ["contact"]),
    ],
    ids=["registered", "announced", "on its way", "delivered", "on its way back", "lost"],
)
def test_only_what_can_still_be_true_is_offered(scans: list[Json], offered: list[str]) -> None:
    assert actions(parcel(*scans)) == offered


def test_what_is_asked_already_is_not_offered_again() -> None:
    moving = parcel(scan("in_transit", at=hour(1)))

    assert actions(moving, asked("return")) == ["report", "contact"]
    assert actions(moving, asked("return", "refused")) == ["stop", "report", "contact"]
    assert actions(moving, asked("contact")) == ["stop", "report"]
    assert offers(moving, [asked("lost")])[1].kinds == ("damaged",)


def test_an_address_that_was_changed_may_be_changed_again() -> None:
    assert actions(parcel(), asked("address_change", "applied")) == ["cancel", "address", "contact"]
    assert actions(parcel(), asked("address_change")) == ["cancel", "contact"]


@pytest.mark.parametrize(
    ("action", "fields", "command", "body"),
    [
        ("cancel", {"reason": "too_late"}, "cancel", {"reason": "too_late", "party": "recipient"}),
        ("stop", {"reason": "too_late"}, "return", {"reason": "too_late"}),
        ("report", {"kind": "lost", "reason_damaged": "other"}, "case", {"kind": "lost"}),
        (
            "report",
            {"kind": "damaged", "reason_damaged": "contents_wet"},
            "case",
            {"kind": "damaged", "reason": "contents_wet"},
        ),
        (
            "contact",
            {"reason": "too_late", "party": "sender"},
            "contact",
            {"reason": "too_late", "party": "sender"},
        ),
        (
            "address",
            {"street": " Abay  7 ", "city": "Almaty", "country": "KZ", "name": ""},
            "address-change",
            {"address": {"street": "Abay 7", "city": "Almaty", "country": "KZ"}},
        ),
    ],
)
def test_a_form_becomes_a_command(action: str, fields: dict[str, str], command: str, body: Json) -> None:
    wish = wish_of(Offer(action, ("too_late",), ("lost", "damaged")), fields, key=KEY)

    assert (wish.command, wish.body, wish.key) == (command, body, KEY)


@pytest.mark.parametrize(
    ("action", "fields", "wrong"),
    [
        ("cancel", {}, {"reason"}),
        ("cancel", {"reason": "anything else"}, {"reason"}),
        ("report", {"kind": "stolen"}, {"kind"}),
        ("report", {"kind": "damaged", "reason_damaged": "free text"}, {"reason_damaged"}),
        ("contact", {"reason": "too_late", "party": "customs"}, {"party"}),
        ("address", {"street": " ", "city": "x" * 201, "country": "KZ"}, {"street", "city"}),
    ],
)
def test_a_form_that_is_not_filled_in_says_where(
    action: str, fields: dict[str, str], wrong: set[str]
) -> None:
    with pytest.raises(NotYet) as error:
        wish_of(Offer(action, ("too_late",), ("lost", "damaged")), fields, key=KEY)

    assert error.value.faults.keys() == wrong


@pytest.mark.parametrize("key", ["", "short", "with space in it all", "x" * 65, "ключ" * 5])
def test_a_key_that_no_form_of_ours_has_is_none(key: str) -> None:
    assert key_of({"key": key}) is None
    assert key_of({"key": KEY}) == KEY


def test_a_search_that_cannot_be_meant_asks_nothing() -> None:
    search = search_of({"tab": "x", "sort": "x", "milestone": "x", "q": " \x00 ", "cursor": ""})

    assert search == search_of({})
