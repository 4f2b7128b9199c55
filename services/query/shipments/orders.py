"""An order and its parcels; the same number under two merchants is two orders."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final

import orjson
from fastapi import FastAPI, Query, Response

from schemas.vocabulary import Milestone
from services.domain.tenancy import merchants_of
from services.query.caller import Reader
from services.query.index.entries import HOUSE
from services.query.index.terms import keyed
from services.query.parts import Parts
from services.query.seen import as_seen_by, seen
from services.query.shipments.answering import BEHIND, JSON, PRIVATE
from services.query.shipments.answers import OrderView
from services.query.shipments.freshness import indexed
from services.query.shipments.listing import is_text
from services.query.shipments.parameters import Text
from services.query.shipments.store import Lists
from services.query.shipments.uses import in_use_alone
from services.query.store import Row, Snapshot
from services.runtime.http_auth import Principal, Role
from services.runtime.http_problems import PROBLEM_JSON, Problem

Json = dict[str, Any]

_MOST_PARCELS: Final = 1_000
_CHOICES: Final[Json] = {
    "description": "Several merchants have an order of that number: `merchants` to choose from.",
    "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_ENDED: Final = frozenset({"delivered", "returned", "cancelled", "lost"})
_HOUSE: Final = Principal("house", Role.READER)
_RANK: Final = {str(milestone): rank for rank, milestone in enumerate(Milestone)} | {"unknown": -1}


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the route."""

    @app.get(
        "/v1/orders/{order_id:path}",
        response_model=OrderView,
        summary="One order with its parcels",
        responses={300: _CHOICES},
    )
    async def order(
        order_id: str,
        caller: Reader,
        merchant: Annotated[Text | None, Query(description="whose order; for callers of the house")] = None,
    ) -> Response:
        """An order may be split over several parcels, and a parcel may hold several orders.

        The same number under two merchants is two orders. A caller of the house who does not say which
        gets 300 with the `merchants` to choose from; one without a merchant is chosen by `merchant=-`.
        """
        if not is_text(order_id) or not is_text(merchant or ""):
            raise _unknown(order_id)
        whose = _whose(caller, merchant, order_id)
        async with indexed(parts, whole=True) as (snapshot, number, is_behind):
            lists = Lists(snapshot, number)
            rows = await lists.parcels(keyed(order_id), merchant=None if whose is None else keyed(whose))
            told = await _told(snapshot, order_id, rows)
        headers = PRIVATE | {BEHIND: "behind"} if is_behind else PRIVATE
        return Response(orjson.dumps(told), headers=headers, media_type=JSON)


def _whose(caller: Principal, merchant: str | None, order_id: str) -> str | None:
    """The merchant whose order it is; None: to be seen."""
    if caller.merchant is None:
        return HOUSE if merchant == "-" else merchant
    if merchant not in (None, caller.merchant) or caller.merchant == HOUSE:
        raise _unknown(order_id)
    return caller.merchant


async def _told(snapshot: Snapshot, order_id: str, rows: Sequence[Row]) -> Json:
    merchants = sorted({merchant for merchant, _, _ in rows})
    if len(merchants) > 1:
        choice = {"merchants": [merchant or "-" for merchant in merchants]}
        raise Problem(HTTPStatus.MULTIPLE_CHOICES, f"several merchants have an order {order_id}", more=choice)
    parcels = [
        parcel
        for whose, shipment, use_no in rows[:_MOST_PARCELS]
        if (parcel := await _parcel(snapshot, shipment, use_no, whose)) is not None
    ]
    if not parcels:
        raise _unknown(order_id)
    return summarised(order_id, merchants[0] or None, parcels) | {"more": len(rows) > _MOST_PARCELS}


async def _parcel(snapshot: Snapshot, shipment: str, use_no: int, whose: str) -> Json | None:
    """The parcel as its merchant sees it, in the use that was the order's."""
    found = await seen(snapshot, shipment, _HOUSE)
    if found is not None and whose != HOUSE:
        merchants = merchants_of([event for event, _, _ in found.timeline])
        merchant = next((each for each in merchants if keyed(each) == whose), None)
        found = None if merchant is None else as_seen_by(merchant, found)
    if found is not None and use_no != found.view["use_no"]:
        found = in_use_alone(found, use_no)
    return None if found is None else found.view


def summarised(order_id: str, merchant: str | None, parcels: Sequence[Json]) -> Json:
    """The order in the members of OrderView."""
    under_way = [each for each in parcels if each["milestone"] not in _ENDED]
    arrived = [each["delivered_at"] for each in parcels if each["milestone"] == "delivered"]
    return {
        "order_id": order_id,
        "merchant": merchant,
        "customer_id": next((each["customer_id"] for each in parcels if each["customer_id"]), None),
        "status": status_of([each["status"] for each in parcels]),
        "expected": max((each["expected"] for each in under_way if each["expected"]), default=None),
        "delivered_at": max(arrived) if len(arrived) == len(parcels) else None,
        "parcels": list(parcels),
    }


def status_of(statuses: Sequence[str]) -> str:
    """The state of all parcels in one word; what OrderView says of it."""
    if "exception" in statuses:
        return "exception"
    if len(set(statuses)) == 1:
        return statuses[0]
    if "delivered" in statuses:
        return "partly_delivered"
    return min(statuses, key=lambda status: _RANK[status])


def _unknown(order_id: str) -> Problem:
    shown = f"order {order_id}" if is_text(order_id) else "that order"
    return Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {shown}")
