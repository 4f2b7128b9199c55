"""View and timeline of one number as each of its merchants is shown them."""

from typing import Any

from schemas.vocabulary import EventType
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.shown_to import shown_to
from services.domain.view import view
from tests.builders import Json, fact, hour, scan

KEY = "acme:P1"
MINE, THEIRS, SCAN = (
    fact(EventType.SHIPMENT_REGISTERED, {"order_id": "S-1", "merchant": "shop"}, at=hour(0)),
    fact(EventType.SHIPMENT_REGISTERED, {"order_id": "M-1", "merchant": "mall"}, at=hour(1)),
    scan("picked_up", at=hour(2)),
)


def told(*events: Json) -> tuple[Json, list[Any]]:
    """View and timeline of the read model, each event with what it changed."""
    rows = [(event, {"changes": ["milestone"]}, event["recorded_at"]) for event in events]
    return view(fold_all(KEY, map(fact_of, events))), rows


def test_of_two_merchants_each_is_shown_its_own_events_and_not_what_they_changed_for_both() -> None:
    whole, timeline = told(MINE, THEIRS, SCAN)

    shop = shown_to("shop", whole, timeline)
    mall = shown_to("mall", whole, timeline)

    assert shop is not None
    assert mall is not None
    assert [event["event_id"] for event, _, _ in shop[1]] == [MINE["event_id"], SCAN["event_id"]]
    assert [event["event_id"] for event, _, _ in mall[1]] == [THEIRS["event_id"], SCAN["event_id"]]
    assert {change for _, change, _ in shop[1] + mall[1]} == {None}
    assert (shop[0]["order_id"], mall[0]["order_id"]) == ("S-1", "M-1")
    assert [at for _, _, at in shop[1]] == [MINE["recorded_at"], SCAN["recorded_at"]]


def test_who_is_alone_is_shown_all_as_it_stands() -> None:
    whole, timeline = told(MINE, SCAN)

    assert shown_to("shop", whole, timeline) == (whole, timeline)


def test_who_registered_nothing_is_shown_nothing() -> None:
    whole, timeline = told(MINE, THEIRS, SCAN)

    assert shown_to("store", whole, timeline) is None
    assert shown_to("shop", *told(SCAN)) is None
