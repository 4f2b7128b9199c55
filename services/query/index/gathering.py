"""From shipments as the model holds them to what the index keeps of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

import orjson

from services.domain.dossier import Told
from services.domain.older_uses import uses_told
from services.domain.tenancy import merchants_of
from services.query.index.entries import HOUSE, Entry, OrderUse, Words, entry_of, words_entry
from services.query.index.terms import keyed
from services.query.seen import Seen, as_seen_by

Json = dict[str, Any]
Timelines = Callable[[Sequence[str]], Mapping[str, list[Told]]]


class Heard(NamedTuple):
    """A registration or a retraction, as the timeline holds it."""

    event: Json
    is_retraction: bool


_BUGS: Final = (ArithmeticError, LookupError, TypeError, ValueError, AttributeError)
"""What a bug may raise on one shipment: it is left out and told of, the others are indexed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of the index for some shipments, complete for each of them but those left out."""

    shipments: list[Entry] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    orders: set[OrderUse] = field(default_factory=set)
    left_out: dict[str, Exception] = field(default_factory=dict)

    def add(
        self, view: Json, registrations: Sequence[Json], *, merchant: str, is_house: bool, text: str | None
    ) -> None:
        """The entry of one view, and its words."""
        self.shipments.append(entry_of(view, registrations, merchant=merchant, is_house=is_house, text=text))
        self.words.append(words_entry(view, registrations, merchant=merchant, is_house=is_house))

    def whole(self, shipment: str, keep: Callable[["Kept"], None]) -> None:
        """Take all rows that `keep` makes of the shipment, or none."""
        own = Kept()
        try:
            keep(own)
        except _BUGS as error:
            self.left_out[shipment] = error
            return
        self.shipments.extend(own.shipments)
        self.words.extend(own.words)
        self.orders.update(own.orders)


def gather(
    views: Iterable[tuple[str, str]], told: Mapping[str, Sequence[Heard]], timelines: Timelines
) -> Kept:
    """The rows of the shipments in `views`, a function of what the model holds of them now.

    `told`: registrations and retractions of each; `timelines` is asked for the few whose number several
    merchants or several uses share, and must answer with whole timelines.
    """
    kept = Kept()
    shared: dict[str, Json] = {}
    for shipment, text in views:
        view = orjson.loads(text)
        known = told.get(shipment, ())
        registrations = [each.event for each in known if not each.is_retraction]
        if _is_simple(view, known, registrations):
            kept.whole(shipment, partial(_keep_simple, view=view, registrations=registrations))
        else:
            shared[shipment] = view
    if shared:
        for shipment, timeline in timelines(list(shared)).items():
            kept.whole(shipment, partial(_keep_shared, whole=Seen(shared[shipment], timeline, 0, 0)))
    return kept


def _is_simple(view: Json, known: Sequence[Heard], registrations: Sequence[Json]) -> bool:
    if view["use_no"] > 1 or len(merchants_of(registrations)) > 1:
        return False
    ids = {each["event_id"] for each in registrations}
    return not any(each.is_retraction and each.event["data"]["retracts"] in ids for each in known)


def _keep_simple(kept: Kept, view: Json, registrations: Sequence[Json]) -> None:
    merchant = next(iter(merchants_of(registrations)), HOUSE)
    kept.add(view, registrations, merchant=keyed(merchant), is_house=True, text=None)
    _keep_orders(kept, view["shipment"], 1, registrations)


def _keep_orders(kept: Kept, shipment: str, use_no: int, registrations: Iterable[Json]) -> None:
    for registration in registrations:
        data = registration["data"]
        merchant = keyed(data.get("merchant") or HOUSE)
        kept.orders.add(OrderUse(merchant, keyed(data["order_id"]), shipment, use_no))


def _keep_shared(kept: Kept, whole: Seen) -> None:
    merchants = merchants_of([event for event, _, _ in whole.timeline])
    if len(merchants) == 1:
        (only,) = merchants
        _keep_seen(kept, whole, merchant=keyed(only), is_house=True, text=None)
        return
    _keep_seen(kept, whole, merchant=HOUSE, is_house=True, text=None, orders_of=frozenset({HOUSE}))
    for merchant in sorted(merchants - {HOUSE}):
        own = as_seen_by(merchant, whole)
        if own is not None:
            text = orjson.dumps(own.view).decode()
            _keep_seen(kept, own, merchant=keyed(merchant), is_house=False, text=text)


def _keep_seen(
    kept: Kept,
    seen: Seen,
    *,
    merchant: str,
    is_house: bool,
    text: str | None,
    orders_of: frozenset[str] | None = None,
) -> None:
    """`orders_of`: whose orders are kept here; None: everybody's that are in it."""
    envelopes = {event["event_id"]: event for event, _, _ in seen.timeline}
    shipment = seen.view["shipment"]
    registrations: list[Json] = []
    for use in uses_told(shipment, list(envelopes.values())):
        registrations = [envelopes[each] for each in use.registrations]
        owned = [
            each
            for each in registrations
            if orders_of is None or (each["data"].get("merchant") or HOUSE) in orders_of
        ]
        _keep_orders(kept, shipment, use.use_no, owned)
    kept.add(seen.view, registrations, merchant=merchant, is_house=is_house, text=text)
