"""What the pages ask the read model beside one shipment: whose a number may be, what time it is there."""

from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from services.query.seen import Seen, seen
from services.query.store import Snapshot
from services.runtime.clock import WallClock
from services.runtime.http_auth import Principal
from services.runtime.postgres import load_queries

Json = dict[str, Any]

_QUERIES: Final = load_queries(files("services.query.pages.track").joinpath("reads.sql").read_text())


async def now_of(snapshot: Snapshot) -> datetime:
    """The present instant of this Shiplog: where history is replayed, the instant it has come to."""
    row = await snapshot.row(_QUERIES, "clock")
    virtual: datetime | None = row[0] if row is not None else None
    return virtual or WallClock().now()


async def with_number(snapshot: Snapshot, number: str, caller: Principal) -> list[Seen]:
    """The shipments with that number, whoever carries them, that the caller may see."""
    rows = await snapshot.rows(_QUERIES, "with_number", {"number": number})
    found = [await seen(snapshot, key, caller) for (key,) in rows]
    return [each for each in found if each is not None]


async def versions_of(snapshot: Snapshot, key: str) -> list[Json]:
    """Every copy of those events of a shipment that came in more than one version, as they came."""
    rows = await snapshot.rows(_QUERIES, "versions", {"shipment": key})
    return [event for (event,) in rows]
