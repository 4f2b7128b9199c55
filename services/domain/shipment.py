"""The Shipment: a frozen value, a function of the set of its facts."""

from typing import Final, NamedTuple

from services.domain.conditions import Run
from services.domain.facts import Fact
from services.domain.legs import Delivery
from services.domain.order import Zones
from services.domain.pieces import NOWHERE, Track
from services.domain.promise import Judged


class Condition(NamedTuple):
    """An open condition as shown; `since` is a text in the form of the view."""

    name: str
    reason: str | None = None
    party: str | None = None
    since: str | None = None
    who: str | None = None
    until: str | None = None


class Overdue(NamedTuple):
    """The promise of one use: `due` says it was passed unfulfilled and is so still; `untrue` that it
    was not: kept, or called off before it ran out."""

    use_no: int
    deadline: int
    due: bool
    untrue: bool


class Standing(NamedTuple):
    """What there is to announce, read off the shipment."""

    deliveries: tuple[Delivery, ...] = ()
    overdues: tuple[Overdue, ...] = ()
    runs: tuple[Run, ...] = ()
    stale_at: int | None = None
    stay: tuple[str, Fact, tuple[str, ...]] | None = None
    retracted: tuple[str, ...] = ()


class Order(NamedTuple):
    """Whose shipment it is, as the first registration of the use tells."""

    order_id: str | None = None
    customer_id: str | None = None
    merchant: str | None = None
    service: str | None = None


class Counts(NamedTuple):
    """Scans of the newest use, and of these the late, the undated, the unmapped."""

    scans: int = 0
    late: int = 0
    undated: int = 0
    unknown: int = 0


NO_ORDER: Final = Order()
NO_COUNTS: Final = Counts()
NOTHING_STANDS: Final = Standing()


class Shipment(NamedTuple):
    """A shipment after a set of facts.

    `facts` hold every fact in the order of R1, those without a place first (`unplaced` of them);
    `heads` the first eight characters of their ids in a row; `fact_sum` the sum of their digests
    modulo 2**64. `floating`: the place of some fact moves with Z. `passed`: (kind, milliseconds UTC)
    of every DeadlinePassed. Everything from `use_no` on is of the newest use; `plain`: that is the
    first one, on its first leg, and nothing in it asks for more than the next scan.
    """

    key: str
    facts: tuple[Fact, ...] = ()
    unplaced: int = 0
    heads: str = ""
    fact_sum: int = 0
    zones: Zones = ()
    floating: bool = False
    passed: tuple[tuple[str, int], ...] = ()
    use_no: int = 1
    use_start: int = 0
    track: Track = NOWHERE
    order: Order = NO_ORDER
    promise: Judged | None = None
    expected: str | None = None
    conditions: tuple[Condition, ...] = ()
    tracking_state: str = "active"
    status: str = "unknown"
    counts: Counts = NO_COUNTS
    standing: Standing = NOTHING_STANDS
    plain: bool = True


def unseen(key: str) -> Shipment:
    """The shipment of a key that no fact speaks of yet."""
    return Shipment(key)
