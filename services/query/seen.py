"""One shipment as a caller may see it."""

from dataclasses import dataclass
from typing import Any

import orjson

from services.domain.dossier import Told
from services.domain.shown_to import shown_to
from services.query.store import QUERIES, Snapshot
from services.runtime.http_auth import Principal

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """`timeline`: one row per fact, not in order; `version`: offset of the event that changed it last."""

    view: Json
    timeline: list[Told]
    partition: int
    version: int


async def seen(snapshot: Snapshot, key: str, caller: Principal) -> Seen | None:
    """The shipment; None where there is none that the caller may see. Raises StoreAway."""
    if "\x00" in key:
        return None
    row = await snapshot.row(QUERIES, "shipment", {"shipment": key})
    if row is None:
        return None
    timeline = await snapshot.rows(QUERIES, "timeline", {"shipment": key})
    whole = Seen(orjson.loads(row[0]), [(e, change, at) for e, change, at in timeline], row[1], row[2])
    return whole if caller.merchant is None else as_seen_by(caller.merchant, whole)


def as_seen_by(merchant: str, whole: Seen) -> Seen | None:
    """What a tenant sees of it; None where it registered nothing."""
    own = shown_to(merchant, whole.view, whole.timeline)
    return None if own is None else Seen(own[0], own[1], whole.partition, whole.version)
