"""Following changes from a position on, whole: read back what is behind, then hear what comes."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Final

from services.query.live.change import BadPlace, Change, places_text, read_places
from services.query.live.hub import Heard, Hub, Listener, OwnersOf, Wants
from services.query.live.rewind import Gone, Page, Rewinder

BEAT: Final = timedelta(seconds=15)
_AT_ONCE: Final = 500
_AHEAD_FOR: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Follower:
    """What streams follow changes with."""

    hub: Hub
    rewinder: Rewinder
    owners_of: OwnersOf
    beat: timedelta = BEAT

    async def resumed(self, text: str, partitions: set[int]) -> dict[int, int] | None:
        """The position a Last-Event-ID tells; None for one that is none of these partitions'.

        A partition that it does not name is followed from its beginning. Raises Gone for one of tomorrow.
        """
        try:
            named = read_places(text)
        except BadPlace:
            return None
        if not named.keys() <= partitions:
            return None
        places = dict.fromkeys(partitions, 0) | named
        # another process of ours may have been quicker
        hub = self.hub
        if not await hub.until(
            lambda: all(at <= hub.places[p] for p, at in places.items()), within=_AHEAD_FOR
        ):
            raise Gone(text)
        return places

    async def one(self, partition: int, upcoming: int, key: bytes) -> AsyncGenerator[Heard | int, None]:
        """The changes of a shipment from an offset on; a number: nothing came before that offset.

        Ends with the service. Raises Gone, BrokerUnavailable.
        """
        places, generation = {partition: upcoming}, self.hub.generation
        while self._goes_on(generation):
            while (page := await self.page(places, key=key)) is not None:
                for change in page.changes:
                    yield Heard(change)
                places = page.end
            listener = Listener()
            with self.hub.listening(listener, key=key):
                while self._goes_on(generation) and not (listener.missed and not listener.heard):
                    if listener.heard:
                        heard = listener.heard.popleft()
                        places = {partition: heard.change.offset + 1}
                        yield heard
                    elif not await listener.wait(self.beat.total_seconds()) and not listener.heard:
                        places = {partition: self.hub.places[partition]}
                        yield places[partition]

    async def over_all(
        self, places: dict[int, int], wants: Wants, *, of_tenant: bool
    ) -> AsyncGenerator[Heard | str | None, None]:
        """The wanted changes of all shipments from a position on; a text: where the stream stands.

        Ends with the service. Raises Gone, BrokerUnavailable, StoreAway.
        """
        generation = self.hub.generation
        while self._goes_on(generation):
            while (page := await self.page(places)) is not None:
                for heard in await self._wanted(page.changes, places, wants, of_tenant=of_tenant):
                    yield heard
                places = page.end
            listener = Listener(wants, of_tenant)
            with self.hub.listening(listener, key=None):
                while self._goes_on(generation) and not (listener.missed and not listener.heard):
                    if listener.heard:
                        heard = listener.heard.popleft()
                        places = dict.fromkeys(places, 0) | read_places(heard.places or "")
                        yield heard
                    elif not await listener.wait(self.beat.total_seconds()) and not listener.heard:
                        places = dict(self.hub.places)
                        yield places_text(places)

    async def page(self, places: dict[int, int], *, key: bytes | None = None) -> Page | None:
        """The next changes behind a position; None, without having waited, when there are none.

        Raises Gone, BrokerUnavailable.
        """
        hub = self.hub
        if all(at >= hub.places[partition] for partition, at in places.items()):
            return None
        recent = hub.recent(places)
        if recent is None:
            behind = {p: at for p, at in places.items() if at < hub.places[p]}
            until = {p: hub.places[p] for p in behind}
            page = await self.rewinder.page(behind, until, key=key, most=_AT_ONCE)
            return Page(page.changes, places | page.end)
        if key is not None:
            changes = [change for change in recent if change.key == key]
            return Page(changes, {p: max(at, hub.places[p]) for p, at in places.items()})
        changes = list(islice(recent, _AT_ONCE))
        if len(changes) < _AT_ONCE:
            return Page(changes, {p: max(at, hub.places[p]) for p, at in places.items()})
        return Page(changes, places | {change.partition: change.offset + 1 for change in changes})

    async def _wanted(
        self, changes: list[Change], places: dict[int, int], wants: Wants, *, of_tenant: bool
    ) -> list[Heard]:
        owners = await self.owners_of({change.key.decode() for change in changes}) if of_tenant else {}
        heard, reached = [], dict(places)
        for change in changes:
            reached[change.partition] = change.offset + 1
            told = change.told()
            theirs = owners.get(told["shipment"], frozenset())
            if wants(told, theirs):
                heard.append(Heard(change, told, theirs, places_text(reached)))
        # a long page must not keep others waiting
        await asyncio.sleep(0)
        return heard

    def _goes_on(self, generation: int) -> bool:
        return not self.hub.ended and self.hub.generation == generation
