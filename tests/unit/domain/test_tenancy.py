"""One number under two merchants: each sees its own order, and nothing that only the other has."""

from typing import Any

from schemas.vocabulary import EventType
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.tenancy import facts_for, merchants_of
from services.domain.view import view
from tests.builders import day, deadline_passed, fact, hour, promise, retracted, scan

Json = dict[str, Any]
KEY = "acme:P1"


def order(merchant: str | None, order_id: str, *, at: int, promised: str | None = None) -> Json:
    data = {"order_id": order_id, "merchant": merchant, "promise": promise(promised) if promised else None}
    return fact(EventType.SHIPMENT_REGISTERED, data, at=at)


def seen_by(merchant: str, *facts: Json) -> Json:
    kept = facts_for(KEY, facts, merchant)
    return view(fold_all(KEY, map(fact_of, kept)))


def test_two_merchants_of_one_parcel_see_the_same_scans_and_each_its_own_order() -> None:
    facts = [
        order("shop", "S-1", at=hour(0)),
        order("mall", "M-1", at=hour(1)),
        scan("picked_up", at=hour(2)),
    ]

    shop, mall = seen_by("shop", *facts), seen_by("mall", *facts)

    assert (shop["order_id"], mall["order_id"]) == ("S-1", "M-1")
    assert shop["milestone"] == mall["milestone"] == "picked_up"
    assert "mall" not in str(facts_for(KEY, facts, "shop"))
    assert "shop" not in str(facts_for(KEY, facts, "mall"))


def test_the_next_use_of_a_number_is_not_told_to_the_merchant_of_the_one_before() -> None:
    first = [order("shop", "S-1", at=hour(0)), scan("picked_up", at=hour(1)), scan("delivered", at=day(2))]
    second = [order("mall", "M-1", at=day(6)), scan("picked_up", at=day(7)), scan("in_transit", at=day(8))]

    shop, mall = seen_by("shop", *first, *second), seen_by("mall", *first, *second)

    assert (shop["milestone"], shop["scans"]) == ("delivered", 2)
    assert (mall["milestone"], mall["scans"], mall["delivered_at"]) == ("in_transit", 2, None)
    assert {e["event_id"] for e in facts_for(KEY, [*first, *second], "shop")} == {
        e["event_id"] for e in first
    }


def test_the_passing_of_the_others_promise_and_a_word_against_its_registration_stay_with_the_other() -> None:
    mine = order("shop", "S-1", at=hour(0), promised="2026-03-09T00:00:00Z")
    theirs = order("mall", "M-1", at=hour(1), promised="2026-03-04T00:00:00Z")
    facts = [mine, theirs, scan("picked_up", at=hour(2)), deadline_passed("promise_overdue", day(2))]
    passed = facts[-1]
    withdrawn = retracted(theirs)

    shop = facts_for(KEY, [*facts, withdrawn], "shop")

    assert passed["event_id"] not in {e["event_id"] for e in shop}
    assert withdrawn["event_id"] not in {e["event_id"] for e in shop}
    assert passed["event_id"] in {e["event_id"] for e in facts_for(KEY, facts, "mall")}


def test_a_command_is_told_to_the_tenant_who_gave_it_and_not_to_the_other() -> None:
    told = fact(EventType.SHIPMENT_CANCELLED, {"reason": "sold out"}, at=hour(3))
    told["source"] = {"channel": "command", "trust": "bearer", "carrier_account": "shop"}
    facts = [order("shop", "S-1", at=hour(0)), order("mall", "M-1", at=hour(1)), told]

    assert seen_by("shop", *facts)["milestone"] == "cancelled"
    assert seen_by("mall", *facts)["milestone"] == "registered"


def test_who_registered_nothing_sees_nothing_and_who_is_alone_sees_all() -> None:
    facts = [order("shop", "S-1", at=hour(0)), scan("picked_up", at=hour(1)), scan("in_transit", at=None)]

    assert merchants_of(facts) == {"shop"}
    assert facts_for(KEY, facts, "mall") == []
    assert facts_for(KEY, facts, "shop") == facts
