"""Which shipments a stream over all tells of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

Owners = frozenset[str]
"""The merchants that have registered a shipment, as far as anybody asked."""
Members = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """All filters must hold; of a tuple any one value, an empty one asks nothing.

    `merchant`: only what this tenant has registered, as it sees it; None: the house, everything.
    """

    merchant: str | None = None
    carrier: tuple[str, ...] = ()
    milestone: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    condition: tuple[str, ...] = ()
    customer_id: tuple[str, ...] = ()
    order_id: tuple[str, ...] = ()

    def may_want(self, told: Members, owners: Owners) -> bool:
        """Whether a StatusChanged can concern the stream; the last word has `word_for`."""
        if self.merchant is not None and self.merchant not in owners:
            return False
        if self.is_shared(owners):
            return True
        return self.word_for(told["after"], told["before"]) is not None

    def is_shared(self, owners: Owners) -> bool:
        """Whether the tenant sees less of the shipment than stands in the log."""
        return self.merchant is not None and owners != {self.merchant}

    def word_for(self, after: Members, before: Members | None) -> str | None:
        """`change` when the shipment is selected now, `left` when it was before, else None."""
        if not (
            _any_of(self.carrier, after["carrier"])
            and _any_of(self.customer_id, after["customer_id"])
            and _any_of(self.order_id, after["order_id"])
        ):
            return None
        if self._stands(after, [condition["name"] for condition in after["conditions"]]):
            return "change"
        return "left" if before is not None and self._stands(before, before["conditions"]) else None

    def _stands(self, axes: Members, conditions: Collection[str]) -> bool:
        return (
            _any_of(self.milestone, axes["milestone"])
            and _any_of(self.status, axes["status"])
            and (not self.condition or not set(self.condition).isdisjoint(conditions))
        )


def _any_of(wanted: tuple[str, ...], value: str | None) -> bool:
    return not wanted or value in wanted
