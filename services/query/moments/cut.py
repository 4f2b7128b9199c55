"""One shipment as it stood or was known at a moment: folded anew from what a cut through the log leaves."""

import asyncio
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final

from services.domain.cuts import Copy, Unsure, counting, known_at, true_at, unsure_at
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.tenancy import facts_for, merchants_of, said_by_another
from services.domain.view import view
from services.query.moments.log import copies_in_log
from services.query.moments.moment import Moment
from services.query.parts import Parts
from services.query.seen import Seen, seen
from services.query.store import Snapshot, StoreAway
from services.runtime.http_auth import Principal
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.postgres import load_queries
from services.runtime.records import LogDiverged

Json = dict[str, Any]

QUERIES: Final = load_queries(files("services.query.moments").joinpath("reads.sql").read_text())
KEY: Final = re.compile(r"[a-z0-9_]{1,32}:[\x21-\x7e]{1,64}").fullmatch
_LOG_READERS: Final = 2
"""Readers of the log at a time; others wait."""


class Cuts:
    """Shipments at moments. Made on any thread, used on the server's loop."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turns = asyncio.Semaphore(_LOG_READERS)

    async def seen_at(self, key: str, caller: Principal, moment: Moment) -> Seen | None:
        """The shipment; None where the caller may see nothing of it, or nothing was there or known then.

        Raises StoreAway, also when the log is needed and away.
        """
        if KEY(key) is None:
            return None
        async with self._parts.store.snapshot() as snapshot:
            if moment.is_now:
                return await seen(snapshot, key, caller)
            copies, partition, end = await _kept(snapshot, key)
        if not copies:
            return None
        unsure = None if moment.known_at is None else unsure_at(copies, moment.known_at)
        if unsure is not None:
            copies += await self._from_log(key, partition, unsure, end)
        version = max(offset for offset, _ in copies)
        return await asyncio.to_thread(_at, key, copies, caller.merchant, moment, (partition, version))

    async def _from_log(self, key: str, partition: int, unsure: Unsure, end: int) -> list[Copy]:
        async with self._turns:
            try:
                return await asyncio.to_thread(
                    copies_in_log, self._parts.settings, key, partition, unsure, end
                )
            except (LogDiverged, BrokerUnavailable) as error:
                raise StoreAway("the log is needed to tell what was known then, and is away") from error


async def _kept(snapshot: Snapshot, key: str) -> tuple[list[Copy], int, int]:
    """The copies that the read model keeps, their partition, and the offset it has been folded up to."""
    rows = await snapshot.rows(QUERIES, "copies", {"shipment": key})
    if not rows:
        return [], 0, 0
    row = await snapshot.row(QUERIES, "next_offset", {"partition": rows[0][0]})
    return [Copy(offset, event) for _, offset, event in rows], rows[0][0], 0 if row is None else row[0]


def _at(
    key: str, copies: list[Copy], merchant: str | None, moment: Moment, place: tuple[int, int]
) -> Seen | None:
    envelopes = envelopes_at(copies, moment, own=lambda found: of_merchant(key, found, merchant))
    if not envelopes:
        return None
    folded = fold_all(key, [fact_of(envelope) for envelope in envelopes])
    return Seen(view(folded), [(each, None, each["recorded_at"]) for each in envelopes], *place)


def envelopes_at(
    copies: list[Copy],
    moment: Moment,
    *,
    own: Callable[[list[Copy]], list[Copy]] = lambda copies: copies,
) -> list[Json]:
    """One envelope per event that was true and known then; `own` leaves what the reader may see."""
    found = own(copies)
    if moment.known_at is not None:
        found = known_at(found, moment.known_at)
    envelopes = counting(found)
    return envelopes if moment.as_of is None else true_at(envelopes, moment.as_of)


def of_merchant(key: str, copies: list[Copy], merchant: str | None) -> list[Copy]:
    """The copies that a tenant may see, by all that is known today; None is the house."""
    if merchant is None or merchants_of([copy.envelope for copy in copies]) == {merchant}:
        return copies
    envelopes = counting(copies)
    if merchant not in merchants_of(envelopes):
        return []
    ids = {envelope["event_id"] for envelope in facts_for(key, envelopes, merchant)}
    return [
        copy
        for copy in copies
        if copy.envelope["event_id"] in ids and not said_by_another(copy.envelope, merchant)
    ]
