"""One shipment as it is answered: the view that the projector keeps, with its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.domain.dossier import Told, dossier

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


def answer(row: ShipmentRow) -> Json:
    """The shipment with its timeline, oldest first; what is sealed is named, not shown."""
    return dossier(row.view, row.timeline)
