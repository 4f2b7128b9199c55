"""One shipment as a caller may see it."""

from dataclasses import dataclass
from typing import Any

import orjson

from services.domain.dossier import Told
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.tenancy import facts_for, merchants_of
from services.domain.view import view
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
    row = await snapshot.row(QUERIES, "shipment", {"shipment": key})
    if row is None:
        return None
    timeline = await snapshot.rows(QUERIES, "timeline", {"shipment": key})
    whole = Seen(orjson.loads(row[0]), [(e, change, at) for e, change, at in timeline], row[1], row[2])
    return whole if caller.merchant is None else as_seen_by(caller.merchant, whole)


def as_seen_by(merchant: str, whole: Seen) -> Seen | None:
    """What a tenant sees of it: folded anew from what is its own where others registered it too."""
    envelopes = [event for event, _, _ in whole.timeline]
    merchants = merchants_of(envelopes)
    if merchant not in merchants:
        return None
    if merchants == {merchant}:
        return whole
    key = whole.view["shipment"]
    first_known = {event["event_id"]: at for event, _, at in whole.timeline}
    dated = [event | {"recorded_at": first_known[event["event_id"]]} for event in envelopes]
    kept = facts_for(key, dated, merchant)
    if not kept:
        return None
    ids = {event["event_id"] for event in kept}
    # what an event changed was worked out with everybody's events: it is not told to one of them
    timeline: list[Told] = [(event, None, at) for event, _, at in whole.timeline if event["event_id"] in ids]
    folded = fold_all(key, [fact_of(event) for event in kept])
    return Seen(view(folded), timeline, whole.partition, whole.version)
