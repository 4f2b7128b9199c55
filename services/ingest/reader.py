"""One shipment as it is answered: the view that the projector keeps, with its timeline."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.domain.dossier import Told, dossier
from services.domain.shown_to import shown_to

Json = dict[str, Any]


class StoreAway(Exception):
    """The read model cannot be asked now."""


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """A row of the read model; `timeline` as (envelope, StatusChanged or None, least recorded_at)."""

    view: Json
    timeline: Sequence[Told]


class Store(Protocol):
    """Where shipments are read."""

    def shipment(self, key: str) -> ShipmentRow | None:
        """The shipment; None when there is none; raises StoreAway."""
        ...

    def registered_by(self, merchant: str, shipments: Collection[str]) -> Collection[str]:
        """Those of the shipments that the merchant has registered; raises StoreAway."""
        ...


def answer(row: ShipmentRow, merchant: str | None = None) -> Json | None:
    """The shipment with its timeline, oldest first; what is sealed is named, not shown.

    `merchant`: as that tenant may see it, None where it may not.
    """
    if merchant is None:
        return dossier(row.view, row.timeline)
    own = shown_to(merchant, row.view, row.timeline)
    return None if own is None else dossier(*own)
