"""What a list of shipments is asked for: filters, sort, how many, from where on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

Json = dict[str, Any]

MOST: Final = 200
USUAL: Final = 50


class Moment(StrEnum):
    """The times of a shipment that `since` and `until` may speak of."""

    LAST_AT = "last_at"
    EXPECTED = "expected"
    PROMISED = "promised"
    REGISTERED = "registered"
    DELIVERED = "delivered"


class Sort(StrEnum):
    """The order of a list, `-` downwards; shipments without that value come last either way."""

    LAST_AT = "last_at"
    LAST_AT_DOWN = "-last_at"
    EXPECTED = "expected"
    EXPECTED_DOWN = "-expected"
    REGISTERED = "registered"
    REGISTERED_DOWN = "-registered"
    PROMISED = "promised"
    PROMISED_DOWN = "-promised"
    DELIVERED = "delivered"
    DELIVERED_DOWN = "-delivered"
    SLIP = "slip"
    SLIP_DOWN = "-slip"

    @property
    def column(self) -> str:
        """Whose order it is."""
        return self.value.removeprefix("-")

    @property
    def is_down(self) -> bool:
        """Whether the greatest comes first."""
        return self.value.startswith("-")


@dataclass(frozen=True, slots=True)
class Wanted:
    """All filters must hold; of a tuple any one value; empty or None asks nothing.

    `lane`: `KZ-DE`, either side may be left out (`KZ-`). `late`: the promise was missed by at least so much,
    or has been overdue for so long. `stale`: not past, and silent for at least so long. `past`: True only
    what is over, False only what is not. `merchant`: as that tenant sees it; a tenant sees itself anyway.
    """

    milestone: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    condition: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    party: tuple[str, ...] = ()
    carrier: tuple[str, ...] = ()
    lane: str | None = None
    q: str | None = None
    order_id: str | None = None
    customer_id: str | None = None
    merchant: str | None = None
    date_field: Moment = Moment.LAST_AT
    since: datetime | None = None
    until: datetime | None = None
    late: timedelta | None = None
    stale: timedelta | None = None
    past: bool | None = None
    sort: Sort = Sort.LAST_AT_DOWN
    limit: int = USUAL
    cursor: str | None = None
    counted: bool = False

    def members(self) -> dict[str, Any]:
        """Name and value of everything that is asked."""
        return {name: getattr(self, name) for name in self.__slots__}
