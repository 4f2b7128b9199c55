"""Streams of server-sent events: one shipment as it changes, or all that are selected."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import orjson

from services.domain.dossier import dossier
from services.query.live.change import place_text, places_text
from services.query.live.following import Follower
from services.query.live.hub import Heard
from services.query.live.reads import Dossiers, last_change
from services.query.live.rewind import Gone
from services.query.seen import seen
from services.query.selection import Selection
from services.query.store import ReadStore, StoreAway
from services.query.streaming import Allowed
from services.runtime.clock import monotonic
from services.runtime.http_auth import Principal
from services.runtime.http_problems import Problem
from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable

_LOG: Final = get_logger(__name__)
_COME_BACK: Final = b"retry: 1000\n\n"
_PUBLISHED_IN: Final = timedelta(seconds=1)
_BUSY: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Look:
    """A snapshot: what it shows, the newest change in it, and where to go on from."""

    text: bytes
    known: int
    partition: int
    upcoming: int
    place: str | None


@dataclass(slots=True)
class Live:
    """What the routes of live updates call; other features may call it too."""

    store: ReadStore
    follower: Follower
    dossiers: Dossiers
    most_streams: int
    _open: int = field(default=0, init=False)

    async def one(
        self, shipment: str, caller: Principal, *, last_event_id: str | None, allowed: Allowed
    ) -> AsyncGenerator[bytes, None]:
        """One shipment: a snapshot, or what was missed since the event of that id; then every change.

        Raises Problem (404, 503), StoreAway, before the first byte.
        """
        self._check_room()
        look = await self._look(shipment, caller)
        upcoming, reset = None, False
        if last_event_id:
            try:
                places = await self.follower.resumed(last_event_id, {look.partition})
            except Gone:
                places = None
            reset = places is None
            upcoming = None if places is None else places[look.partition]
        return self._guarded(self._tell_one(shipment, caller, look, upcoming, reset=reset), allowed)

    async def over_all(
        self, selection: Selection, *, last_event_id: str | None, allowed: Allowed
    ) -> AsyncGenerator[bytes, None]:
        """All selected shipments: what was missed since the event of that id, then every change.

        Raises Problem (503) before the first byte.
        """
        self._check_room()
        hub = self.follower.hub
        places, reset = None, False
        if last_event_id:
            try:
                places = await self.follower.resumed(last_event_id, set(hub.places))
            except Gone:
                places = None
            reset = places is None
        return self._guarded(self._tell_all(selection, places, reset=reset), allowed)

    async def _tell_one(
        self, shipment: str, caller: Principal, look: _Look, upcoming: int | None, *, reset: bool
    ) -> AsyncGenerator[bytes, None]:
        while True:
            known = -1
            if upcoming is None:
                if reset:
                    yield _event("reset", None, b"{}")
                yield _event("change", look.place, look.text)
                known, upcoming = look.known, look.upcoming
            try:
                async with aclosing(self._changes(look.partition, upcoming, shipment, caller, known)) as told:
                    async for chunk in told:
                        yield chunk
                return
            except Gone:
                look, upcoming, reset = await self._look(shipment, caller), None, True

    async def _changes(
        self, partition: int, upcoming: int, shipment: str, caller: Principal, known: int
    ) -> AsyncGenerator[bytes, None]:
        """The changes from an offset on, those in a snapshot that knew `known` left out."""
        async with aclosing(self.follower.one(partition, upcoming, shipment.encode())) as followed:
            async for heard in followed:
                if isinstance(heard, int):
                    certain = self.follower.hub.passed.get(partition, -1) >= known
                    yield _beat(place_text(partition, heard) if certain else None)
                    continue
                told = heard.change.told()
                if told["src_offset"] <= known and not told.get("restated"):
                    continue
                text = await self.dossiers.shared_text(told, caller.merchant)
                if text is not None:
                    yield _event("change", place_text(partition, heard.change.offset + 1), text)

    async def _tell_all(
        self, selection: Selection, places: dict[int, int] | None, *, reset: bool
    ) -> AsyncGenerator[bytes, None]:
        hub, of_tenant = self.follower.hub, selection.merchant is not None
        while True:
            if places is None:
                places = dict(hub.places)
                yield _event("reset" if reset else "open", places_text(places), b"{}")
            try:
                changes = self.follower.over_all(places, selection.may_want, of_tenant=of_tenant)
                async with aclosing(changes) as followed:
                    async for heard in followed:
                        if isinstance(heard, Heard):
                            yield await self._selected(selection, heard)
                        else:
                            yield _beat(heard)
                return
            except Gone:
                places, reset = None, True

    async def _selected(self, selection: Selection, heard: Heard) -> bytes:
        """The event of a change; nothing where the tenant's own view of the shipment does not concern it."""
        told = heard.told
        assert told is not None
        after, before = told["after"], told["before"]
        if not selection.is_shared(heard.owners):
            word = selection.word_for(after, before)
        else:
            own = await self.dossiers.seen(told, selection.merchant)
            if own is None:
                return b""
            # what it was before is not worked out: it may never have been selected
            after, word = own.view, selection.word_for(own.view, None) or "left"
        return b"" if word is None else _event(word, heard.places, orjson.dumps(after))

    async def _look(self, shipment: str, caller: Principal) -> _Look:
        """A snapshot, and the position in shipment-status that goes with it."""
        hub = self.follower.hub
        before = dict(hub.places)
        async with self.store.snapshot() as snapshot:
            found = await seen(snapshot, shipment, caller)
            known = -1 if found is None else await last_change(snapshot, shipment)
        if found is None:
            raise Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {shipment}")
        partition = found.partition
        told = await hub.until(lambda: hub.passed.get(partition, -1) >= known, within=_PUBLISHED_IN)
        upcoming = before[partition]
        page = await self.follower.page({partition: upcoming}, key=shipment.encode())
        behind = [] if page is None else [c.offset for c in page.changes if c.told()["src_offset"] > known]
        place = min([*behind, hub.places[partition] if page is None else page.end[partition]])
        text = orjson.dumps(dossier(found.view, found.timeline))
        return _Look(text, known, partition, upcoming, place_text(partition, place) if told else None)

    async def _guarded(
        self, chunks: AsyncGenerator[bytes, None], allowed: Allowed
    ) -> AsyncGenerator[bytes, None]:
        """The stream, ended when something it needs is away: its reader comes back by itself."""
        self._open += 1
        checked = monotonic()
        try:
            yield _COME_BACK
            async for chunk in chunks:
                if chunk:
                    yield chunk
                if monotonic() - checked >= self.follower.beat.total_seconds():
                    await allowed()
                    checked = monotonic()
        except (StoreAway, BrokerUnavailable, Problem, Gone) as error:
            _LOG.info("stream_ended", why=str(error))
        finally:
            self._open -= 1

    def _check_room(self) -> None:
        hub = self.follower.hub
        if not hub.is_ready or hub.ended:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "live updates are not there now", retry_after=_BUSY)
        if self._open >= self.most_streams:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too many streams are open", retry_after=_BUSY)


def _event(name: str, place: str | None, data: bytes) -> bytes:
    head = f"event: {name}\n" if place is None else f"event: {name}\nid: {place}\n"
    return head.encode() + b"data: " + data + b"\n\n"


def _beat(place: str | None) -> bytes:
    """A comment; with an id it moves the reader's Last-Event-ID on, and is no event all the same."""
    return b": alive\n\n" if place is None else f": alive\nid: {place}\n\n".encode()
