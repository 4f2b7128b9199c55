"""Lists of shipments: what a caller may see, filtered, sorted, page by page."""

import re
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import orjson

from services.query.access.secret import signer_of
from services.query.parts import Parts
from services.query.shipments.conditions import asked
from services.query.shipments.cursors import PURPOSE, BadCursor, Cursors, Place
from services.query.shipments.freshness import indexed
from services.query.shipments.store import Got, IndexMissing, Lists, now_of
from services.query.shipments.wanted import MOST, Moment, Sort, Wanted
from services.runtime.http_auth import Principal
from services.runtime.http_problems import Problem

__all__ = ["Moment", "Page", "Sort", "Wanted", "list_shipments"]

Json = dict[str, Any]

_TRIES: Final = 2
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]").search


@dataclass(frozen=True)
class Page:
    """One page. `texts` are the shipments' JSON as it stands in the read model; `next`: None at the end.

    `total`: how many there are on all pages, up to 10,000 (then 10,001); None unless it was asked for.
    `is_behind`: the index did not catch up in time with what was committed when the page was asked for.
    """

    texts: tuple[str, ...]
    next: str | None
    total: int | None = None
    is_behind: bool = False

    @cached_property
    def items(self) -> list[Json]:
        """The shipments, members as of `schemas.status.ShipmentView`."""
        return [orjson.loads(text) for text in self.texts]


async def list_shipments(parts: Parts, wanted: Wanted, caller: Principal) -> Page:
    """The page that is wanted; raises Problem (400) for a cursor of another list, StoreAway."""
    _check_texts(wanted)
    cursors = Cursors(signer_of(parts.settings).key(PURPOSE))
    behind = _place(cursors, wanted, caller)
    if caller.merchant is not None and wanted.merchant not in (None, caller.merchant):
        return Page((), None)
    merchant = wanted.merchant if caller.merchant is None else caller.merchant
    read = await _read(parts, wanted, merchant, behind)
    limit = _limit(wanted)
    rows = read.got.rows[:limit]
    go_on = None
    if len(read.got.rows) > limit:
        go_on = cursors.give(Place(rows[-1][1], rows[-1][0]), wanted, caller)
    texts = tuple(text for _, _, text in rows if text is not None)
    return Page(texts, go_on, read.total, read.is_behind)


class _Read(NamedTuple):
    got: Got
    total: int | None
    is_behind: bool


async def _read(parts: Parts, wanted: Wanted, merchant: str | None, behind: Place | None) -> _Read:
    """The rows of a page and one more; raises StoreAway."""
    if parts.index is not None and parts.index.number is not None:
        # nearly always the model is the one of before, and the index stands where it stands
        async with parts.store.guessed() as snapshot:
            got, total = await _rows(Lists(snapshot, parts.index.number), wanted, merchant, behind)
        if got.is_sound and got.is_current:
            return _Read(got, total, is_behind=False)
    for _ in range(_TRIES):
        async with indexed(parts) as (snapshot, number, is_behind):
            got, total = await _rows(Lists(snapshot, number), wanted, merchant, behind)
        if got.is_sound:
            return _Read(got, total, is_behind)
    raise IndexMissing


async def _rows(
    lists: Lists, wanted: Wanted, merchant: str | None, behind: Place | None
) -> tuple[Got, int | None]:
    needs_now = wanted.late is not None or wanted.stale is not None
    now = await now_of(lists.snapshot) if needs_now else None
    conditions = asked(wanted, merchant=merchant, now=now)
    got = await lists.page(conditions, wanted.sort, behind=behind, limit=_limit(wanted) + 1)
    return got, await lists.count(conditions) if wanted.counted and got.is_sound else None


def _limit(wanted: Wanted) -> int:
    return min(max(wanted.limit, 1), MOST)


def _place(cursors: Cursors, wanted: Wanted, caller: Principal) -> Place | None:
    if wanted.cursor is None:
        return None
    try:
        return cursors.read(wanted.cursor, wanted, caller)
    except BadCursor as error:
        raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from error


def _check_texts(wanted: Wanted) -> None:
    for name, value in wanted.members().items():
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and not is_text(text):
                raise Problem(HTTPStatus.BAD_REQUEST, f"{name} holds what is no text")


def is_text(text: str) -> bool:
    """Whether PostgreSQL can hold it: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and _HALF_PAIR(text) is None
