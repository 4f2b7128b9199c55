"""Tenants: a merchant's key registers for that merchant only, and tells only of what it has registered."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Final

from schemas.vocabulary import EventType
from services.ingest.checks import Checked, InvalidEvent

Json = dict[str, Any]
RegisteredBy = Callable[[str, Collection[str]], Collection[str]]
"""Of these shipments, those that the merchant has registered."""

_MOST_KEPT: Final = 100_000


class NotRegistered(LookupError):
    """The tenant has registered no such shipment."""


class Tenants:
    """Knows what tenants have registered: from the read model, and before it what went through here."""

    def __init__(self, registered_by: RegisteredBy) -> None:
        self._registered_by = registered_by
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def unregistered(self, merchant: str, shipments: Iterable[str]) -> set[str]:
        """Those that the merchant has not registered; what the read model raises when it is away."""
        with self._lock:
            asked = {each for each in shipments if (merchant, each) not in self._known}
        if not asked:
            return set()
        found = set(self._registered_by(merchant, asked))
        self.remember(merchant, found)
        return asked - found

    def remember(self, merchant: str, shipments: Iterable[str]) -> None:
        """These are registered, or about to be; a registration is for ever."""
        with self._lock:
            self._known |= OrderedDict.fromkeys((merchant, each) for each in shipments)
            while len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Tenant:
    """The merchant in whose name a request comes."""

    merchant: str
    tenants: Tenants

    def owned(self, event: Checked) -> Checked:
        """The event, a registration in the tenant's own name; raises InvalidEvent for another's."""
        if event.type != EventType.SHIPMENT_REGISTERED:
            return event
        if event.data.get("merchant", self.merchant) != self.merchant:
            raise InvalidEvent("/data/merchant", "a merchant registers for itself only")
        return replace(event, data=event.data | {"merchant": self.merchant})

    def not_its_own(self, envelopes: Sequence[Json]) -> set[str]:
        """The shipments among these that neither they nor anything before has registered."""
        registered = {e["shipment"] for e in envelopes if e["type"] == EventType.SHIPMENT_REGISTERED}
        self.tenants.remember(self.merchant, registered)
        return self.tenants.unregistered(self.merchant, {e["shipment"] for e in envelopes})

    def check(self, shipment: str) -> None:
        """Raise NotRegistered unless the tenant has registered the shipment."""
        if self.tenants.unregistered(self.merchant, [shipment]):
            raise NotRegistered(shipment)
