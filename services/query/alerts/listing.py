"""Lists of alerts, the newest first, page by page."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final, NamedTuple

import orjson

from schemas.instants import instant_text
from services.query.store import Snapshot
from services.runtime.postgres import load_queries

Json = dict[str, Any]

PURPOSE: Final = "alert cursors"
QUERIES: Final = load_queries(files("services.query.alerts").joinpath("reads.sql").read_text())
_MAC_BYTES: Final = 16
_LAST: Final = 2**62


class BadCursor(ValueError):
    """The cursor was not given out by us, or for another list."""


class Place(NamedTuple):
    """The alert behind which a page begins."""

    told_ms: int
    partition: int
    topic_offset: int


_NEWEST: Final = Place(_LAST, 2**31 - 1, _LAST)


@dataclass(frozen=True, slots=True)
class WantedAlerts:
    """All filters must hold; None asks nothing. `since`: told then or later. `merchant`: the tenant's own."""

    kind: tuple[str, ...] = ()
    shipment: str | None = None
    order_id: str | None = None
    customer_id: str | None = None
    merchant: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertPage:
    """`next` is the cursor of the page behind it, None at the end."""

    items: list[Json]
    next: str | None


async def list_alerts(
    snapshot: Snapshot, wanted: WantedAlerts, *, limit: int, cursor: str | None, secret: bytes
) -> AlertPage:
    """The page behind the cursor. Raises BadCursor, StoreAway."""
    place = _NEWEST if cursor is None else _read(cursor, wanted, secret)
    named = {
        **place._asdict(),
        "since_ms": 0 if wanted.since is None else round(wanted.since.timestamp() * 1000),
        "kinds": list(wanted.kind) or None,
        "shipment": wanted.shipment,
        "order_id": wanted.order_id,
        "customer_id": wanted.customer_id,
        "merchant": wanted.merchant,
        "most": limit + 1,
    }
    rows = await snapshot.rows(QUERIES, "alerts", named)
    items = [shown(row, is_tenants=wanted.merchant is not None) for row in rows[:limit]]
    further = len(rows) > limit
    return AlertPage(items, _cursor(Place(*rows[limit - 1][:3]), wanted, secret) if further else None)


def shown(row: tuple[Any, ...], *, is_tenants: bool) -> Json:
    """A row as it is told; to a tenant of a shared number without what was promised."""
    told_ms, _, _, is_shared, text = row
    alert: Json = orjson.loads(text)
    if is_tenants and is_shared:
        # the promise in force may be the other merchant's
        alert |= {"promise": None, "late_by": None}
    return alert | {"told_at": instant_text(told_ms)}


def _cursor(place: Place, wanted: WantedAlerts, secret: bytes) -> str:
    body = orjson.dumps(list(place))
    return urlsafe_b64encode(_mac(body, wanted, secret) + body).rstrip(b"=").decode()


def _read(text: str, wanted: WantedAlerts, secret: bytes) -> Place:
    try:
        told = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError as error:
        raise BadCursor("the cursor is not one of ours") from error
    mac, body = told[:_MAC_BYTES], told[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(body, wanted, secret)):
        raise BadCursor("the cursor is not one of ours, or of another list")
    return Place(*orjson.loads(body))


def _mac(body: bytes, wanted: WantedAlerts, secret: bytes) -> bytes:
    asked = hashlib.sha256(orjson.dumps(asdict(wanted), default=str, option=orjson.OPT_SORT_KEYS)).digest()
    return hmac.digest(secret, asked + body, "sha256")[:_MAC_BYTES]
