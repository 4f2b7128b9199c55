"""Shipments of a list as orders: an order may have several parcels, and is over when all of them are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.query.index.entries import is_past

Json = dict[str, Any]

_LEAST_FIRST: Final = (
    "lost", "returning", "returned", "delivery_attempted", "available_for_pickup", "out_for_delivery",
    "in_transit", "picked_up", "info_received", "registered", None, "cancelled", "delivered",
)  # fmt: skip
"""What an order of several parcels is named after: the first of these that one of them shows."""
_TONES: Final = {
    "delivered": "good",
    "available_for_pickup": "calm",
    "out_for_delivery": "calm",
    "delivery_attempted": "warn",
    "returning": "warn",
    "lost": "bad",
    "cancelled": "plain",
    "returned": "plain",
}
_SIGNS: Final = {
    "delivered": "good",
    "cancelled": "stop",
    "returning": "back",
    "returned": "back",
    "available_for_pickup": "place",
    "delivery_attempted": "warn",
    "lost": "bad",
    "registered": "clock",
    "info_received": "clock",
    None: "clock",
}
_TROUBLE: Final = frozenset(
    {"lost", "damaged", "missing_pieces", "refused", "address_issue", "delivery_disputed", "action_required"}
)


@dataclass(frozen=True, slots=True)
class Order:
    """An order and its parcels, each as of `schemas.status.ShipmentView`; `order_id` None: a parcel alone."""

    order_id: str | None
    merchant: str | None
    parcels: tuple[Json, ...]

    @property
    def is_past(self) -> bool:
        """Whether nothing is on its way any more."""
        return all(is_past(parcel) for parcel in self.parcels)

    @property
    def milestone(self) -> str | None:
        """The milestone of the parcel that needs a look first."""
        milestone: str | None = min((parcel["milestone"] for parcel in self.parcels), key=_urgency)
        return milestone

    @property
    def arrived(self) -> int:
        """How many parcels are delivered."""
        return sum(parcel["milestone"] == "delivered" for parcel in self.parcels)

    @property
    def conditions(self) -> tuple[str, ...]:
        """What troubles any of the parcels, each once."""
        names = (condition["name"] for parcel in self.parcels for condition in parcel["conditions"])
        return tuple(dict.fromkeys(names))

    @property
    def expected(self) -> str | None:
        """When the last parcel that is on its way is expected."""
        open_parcels = (parcel for parcel in self.parcels if not is_past(parcel))
        return max((parcel["expected"] for parcel in open_parcels if parcel["expected"]), default=None)

    @property
    def delivered_at(self) -> str | None:
        """When the last parcel came."""
        return max((p["delivered_at"] for p in self.parcels if p["delivered_at"]), default=None)


def grouped(parcels: Iterable[Json]) -> list[Order]:
    """The orders of the parcels, in the order of each one's first parcel."""
    groups: dict[tuple[str | None, ...], list[Json]] = {}
    for parcel in parcels:
        groups.setdefault(order_key(parcel), []).append(parcel)
    return [order_of(group) for group in groups.values()]


def order_of(parcels: Sequence[Json]) -> Order:
    """The order that these parcels are."""
    first = parcels[0]
    return Order(first["order_id"], first["merchant"], tuple(parcels))


def order_key(parcel: Json) -> tuple[str | None, ...]:
    """What makes parcels one order: merchant and order id; a parcel without an order stands alone."""
    alone = parcel["shipment"] if parcel["order_id"] is None else None
    return parcel["merchant"], parcel["order_id"], alone


def tone_of(milestone: str | None) -> str:
    """How a milestone's badge looks."""
    return _TONES.get(milestone or "", "calm")


def sign_of(milestone: str | None) -> str:
    """The icon of a milestone's badge."""
    return _SIGNS.get(milestone, "moving")


def trouble_tone(condition: str) -> str:
    """How a condition's badge looks."""
    return "bad" if condition in _TROUBLE else "warn"


def _urgency(milestone: str | None) -> int:
    return _LEAST_FIRST.index(milestone) if milestone in _LEAST_FIRST else len(_LEAST_FIRST)
