"""What may be asked of a parcel as it stands: only what can still be true when it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.domain.requests import Asked

Json = dict[str, Any]

WAITING: Final = frozenset({None, "registered", "info_received"})
ON_THE_WAY: Final = frozenset(
    {"picked_up", "in_transit", "out_for_delivery", "available_for_pickup", "delivery_attempted"}
)
RETURN_REASONS: Final = ("changed_mind", "wrong_item", "not_as_described", "arrived_damaged", "other")
STOP_REASONS: Final = ("changed_mind", "ordered_twice", "wrong_address", "too_late", "other")
CASES: Final[dict[str, tuple[str, ...]]] = {
    "lost": (),
    "damaged": ("box_damaged", "contents_broken", "contents_wet", "other"),
    "missing_pieces": ("item_missing", "fewer_pieces", "empty_box", "other"),
    "delivery_disputed": (),
}
TOPICS: Final = ("where_is_it", "delivery_day", "change_something", "papers", "other")
ADDRESS: Final = {
    "name": "name",
    "street": "street-address",
    "city": "address-level2",
    "postal_code": "postal-code",
    "country": "country-name",
}
"""The fields of an address, and what a browser may fill them in with."""
NEEDED: Final = frozenset({"street", "city", "country"})


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be asked. `action`: cancel, stop, return, address, report or contact.

    `reasons` are what may be said for it, `kinds` what may be reported.
    """

    action: str
    reasons: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def offers(view: Json, asked: Sequence[Asked]) -> tuple[Offer, ...]:
    """What is offered now: nothing that is asked already, nothing that it is too late for."""
    standing = {each.kind for each in asked if each.state in ("requested", "applied")}
    waits = {each.kind for each in asked if each.state == "requested"}
    milestone, forward = view["milestone"], view["direction"] == "forward"
    offered: list[Offer] = []
    if forward and milestone in WAITING:
        offered.append(Offer("cancel", STOP_REASONS))
        if "address_change" not in waits:
            offered.append(Offer("address"))
    elif forward and milestone in ON_THE_WAY and "return" not in standing:
        offered.append(Offer("stop", STOP_REASONS))
    elif milestone == "delivered" and "return" not in standing:
        offered.append(Offer("return", RETURN_REASONS))
    kinds = tuple(kind for kind in _reportable(milestone, forward) if kind not in standing)
    if kinds:
        offered.append(Offer("report", kinds=kinds))
    if "contact" not in standing:
        offered.append(Offer("contact", TOPICS))
    return tuple(offered)


def _reportable(milestone: str | None, forward: bool) -> tuple[str, ...]:
    if milestone == "delivered":
        return ("damaged", "missing_pieces", "delivery_disputed")
    if milestone in ON_THE_WAY and forward:
        return ("lost", "damaged")
    return ()
