"""One order as its page shows it: every parcel with what was asked of it and what may be asked now."""

from asyncio import sleep
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from services.domain.requests import Asked, requests_of
from services.query.pages.orders.grouped import Order, order_of
from services.query.pages.orders.lists import orders_named
from services.query.pages.orders.offers import Offer, offers
from services.query.pages.orders.whose import Whose
from services.query.parts import Parts
from services.query.seen import Seen, seen

Json = dict[str, Any]

KEY_BYTES: Final = 16
_LOOK_AGAIN: Final = timedelta(milliseconds=100)
_PATIENCE: Final = timedelta(seconds=2)
_MOST_ITEMS: Final = 50


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel with what was asked of it, and what may be asked now."""

    view: Json
    envelopes: list[Json]
    asked: list[Asked]
    offers: tuple[Offer, ...]

    @property
    def contents(self) -> list[Json]:
        """What is in it, as the merchant told last."""
        told = [e for e in self.envelopes if e["type"] == "ShipmentRegistered"]
        own = [e for e in told if e["data"].get("order_id") == self.view["order_id"]]
        latest = max(own, key=lambda e: str(e.get("occurred_at") or ""), default=None)
        return list((latest or {"data": {}})["data"].get("items") or [])[:_MOST_ITEMS]

    def offer(self, action: str) -> Offer | None:
        """What is offered under this name."""
        return next((offer for offer in self.offers if offer.action == action), None)

    def has_event(self, event_id: str) -> bool:
        """Whether the timeline holds it."""
        return any(e["event_id"] == event_id for e in self.envelopes)

    def event_of(self, key: str) -> str | None:
        """The id of the event that was sent under this key."""
        # ingest keeps the keys of merchants apart: one that gives a command stands before its key
        told = ((e, (e.get("source") or {}).get("carrier_event_id") or "") for e in self.envelopes)
        return next((e["event_id"] for e, sent in told if sent.rpartition(" ")[2] == key), None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An order with its parcels."""

    order: Order
    parcels: tuple[Parcel, ...]

    def parcel(self, shipment: str) -> Parcel | None:
        """The parcel of this key."""
        return next((each for each in self.parcels if each.view["shipment"] == shipment), None)

    def has_event(self, event_id: str) -> bool:
        """Whether any parcel's timeline holds it."""
        return any(parcel.has_event(event_id) for parcel in self.parcels)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came back: what was typed, what is wrong with it, and why it was not taken.

    `keeps_key`: nobody knows whether it was taken, so that sending it again must be the same request.
    """

    shipment: str = ""
    action: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    trouble: str | None = None
    keeps_key: bool = False

    def value(self, parcel: Parcel, offer: Offer, name: str) -> str:
        """What was typed into a field of that form."""
        return self.fields.get(name, "") if self.is_of(parcel, offer) else ""

    def fault(self, parcel: Parcel, offer: Offer, name: str) -> str | None:
        """The text that says what is wrong with a field of that form."""
        return self.faults.get(name) if self.is_of(parcel, offer) else None

    def is_of(self, parcel: Parcel, offer: Offer) -> bool:
        """Whether it is that form."""
        return (self.shipment, self.action) == (parcel.view["shipment"], offer.action)


async def sheets(parts: Parts, order_id: str, whose: Whose) -> list[Sheet]:
    """The orders of that name: one, or one of each merchant. Raises StoreAway, Problem (400)."""
    return [await _sheet(parts, order, whose) for order in await orders_named(parts, order_id, whose)]


async def sheets_with(parts: Parts, order_id: str, whose: Whose, event_id: str | None) -> list[Sheet]:
    """The same, once they show the event; without it when that takes too long."""
    tries = _PATIENCE // _LOOK_AGAIN if event_id else 0
    found = await sheets(parts, order_id, whose)
    while tries > 0 and found and not any(sheet.has_event(event_id or "") for sheet in found):
        tries -= 1
        await sleep(_LOOK_AGAIN.total_seconds())
        found = await sheets(parts, order_id, whose)
    return found


async def _sheet(parts: Parts, order: Order, whose: Whose) -> Sheet:
    caller = whose.of(order.merchant)
    found: list[Parcel] = []
    async with parts.store.snapshot() as snapshot:
        for listed in order.parcels:
            shown = await seen(snapshot, listed["shipment"], caller)
            if shown is not None and _is_theirs(shown, order, whose):
                found.append(_parcel(shown, may_ask=whose.may_ask))
    fresh = order_of([parcel.view for parcel in found]) if found else order
    return Sheet(fresh, tuple(found))


def _is_theirs(shown: Seen, order: Order, whose: Whose) -> bool:
    """A number may have gone over to another order or customer since it was listed."""
    return whose.sees(shown.view) and bool(shown.view["order_id"] == order.order_id)


def _parcel(shown: Seen, *, may_ask: bool) -> Parcel:
    envelopes = [event | {"recorded_at": at} for event, _, at in shown.timeline]
    asked = requests_of(shown.view, envelopes)
    offered = offers(shown.view, asked) if may_ask else ()
    return Parcel(shown.view, envelopes, asked, offered)
