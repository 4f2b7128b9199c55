"""What live updates ask the read model: whose a shipment is, and the timeline that goes with a change."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from importlib.resources import files
from typing import Final

import orjson

from services.domain.dossier import dossier
from services.query.live.change import Json
from services.query.seen import Seen, as_seen_by
from services.query.selection import Owners
from services.query.store import ReadStore, Snapshot
from services.runtime.clock import monotonic
from services.runtime.postgres import load_queries

QUERIES: Final = load_queries(files("services.query.live").joinpath("reads.sql").read_text())
_OWNERS_KEPT: Final = timedelta(seconds=5)
_MOST_OWNERS: Final = 20_000
_MOST_SHOWN: Final = 512


async def last_change(snapshot: Snapshot, shipment: str) -> int:
    """The offset in shipment-events of the newest event that changed the shipment; -1: none did."""
    row = await snapshot.row(QUERIES, "last_change", {"shipment": shipment})
    return -1 if row is None or row[0] is None else int(row[0])


class OwnerBook:
    """Who has registered shipments, as of some seconds ago at most."""

    def __init__(self, store: ReadStore) -> None:
        self._store = store
        self._known: dict[str, tuple[float, Owners]] = {}

    async def owners_of(self, shipments: Collection[str]) -> Mapping[str, Owners]:
        """By shipment the merchants that have registered it; raises StoreAway."""
        now = monotonic()
        unknown = [each for each in shipments if self._known.get(each, (0.0,))[0] <= now]
        if unknown:
            await self._look_up(unknown, until=now + _OWNERS_KEPT.total_seconds())
        return {each: self._known[each][1] for each in shipments}

    async def _look_up(self, shipments: list[str], *, until: float) -> None:
        async with self._store.latest() as snapshot:
            rows = await snapshot.rows(QUERIES, "owners", {"shipments": shipments})
        found: dict[str, set[str]] = {each: set() for each in shipments}
        for shipment, merchant in rows:
            if merchant is not None:
                found[shipment].add(merchant)
        if len(self._known) > _MOST_OWNERS:
            self._known = {each: kept for each, kept in self._known.items() if kept[0] > until}
        self._known |= {each: (until, frozenset(owners)) for each, owners in found.items()}


class Dossiers:
    """The shipment with its timeline as a change left it; many who follow one shipment share one reading."""

    def __init__(self, store: ReadStore) -> None:
        self._store = store
        self._reading: dict[tuple[str, int, str | None], asyncio.Task[bytes | None]] = {}

    async def text(self, told: Json, merchant: str | None) -> bytes | None:
        """JSON; None when the change is none that this tenant may know of. Raises StoreAway."""
        seen = await self.seen(told, merchant)
        return None if seen is None else orjson.dumps(dossier(seen.view, seen.timeline))

    async def shared_text(self, told: Json, merchant: str | None) -> bytes | None:
        """As `text`, read once for all who ask for the same."""
        asked = (told["shipment"], told["seq"], merchant)
        task = self._reading.get(asked)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            while len(self._reading) >= _MOST_SHOWN:
                del self._reading[next(iter(self._reading))]
            task = self._reading[asked] = asyncio.create_task(self.text(told, merchant))
        return await asyncio.shield(task)

    async def seen(self, told: Json, merchant: str | None) -> Seen | None:
        """The shipment as a change left it, for the house or one tenant. Raises StoreAway."""
        named = {"shipment": told["shipment"], "upto": told["src_offset"]}
        async with self._store.latest() as snapshot:
            rows = await snapshot.rows(QUERIES, "as_it_stood", named)
        whole = Seen(
            told["after"], [(e, c, at) for e, c, at in rows], told["src_partition"], told["src_offset"]
        )
        if merchant is None:
            return whole
        own = as_seen_by(merchant, whole)
        if own is None or told.get("restated"):
            return own
        concerns = any(event["event_id"] == told["cause_event_id"] for event, _, _ in own.timeline)
        return own if concerns else None
