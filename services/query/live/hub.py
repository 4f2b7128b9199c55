"""Where all streams of the process hear of changes; on the server's loop, except where it says otherwise."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from services.query.live.change import Change, Json, Places, places_text
from services.query.live.ring import Ring
from services.query.selection import Owners
from services.runtime import metrics

MOST_QUEUED: Final = 200
"""Changes that wait for a slow reader; one that is further behind reads them back from the log."""
_USUAL_BYTES: Final = 2_000


OwnersOf = Callable[[Collection[str]], Awaitable[Mapping[str, Owners]]]
Wants = Callable[[Json, Owners], bool]


@dataclass(frozen=True, slots=True)
class Heard:
    """A change; for streams over all: its StatusChanged, who registered it, and where the stream stands."""

    change: Change
    told: Json | None = None
    owners: Owners = frozenset()
    places: str | None = None


@dataclass(slots=True, eq=False)
class Listener:
    """One stream's ear. `missed`: more came than could wait, and was not kept."""

    wants: Wants | None = None
    """None: of one shipment, everything"""
    of_tenant: bool = False
    """`wants` must be told who registered the shipment"""
    heard: deque[Heard] = field(default_factory=deque)
    missed: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, heard: Heard) -> None:
        """Keep it for the stream, if there is room."""
        if self.missed or len(self.heard) >= MOST_QUEUED:
            self.missed = True
        else:
            self.heard.append(heard)
        self.wake.set()

    async def wait(self, seconds: float) -> bool:
        """Whether something happened within so many seconds."""
        if not self.wake.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await self.wake.wait()
            except TimeoutError:
                return False
        self.wake.clear()
        return True


class Hub:
    """Knows how far `shipment-status` has been told, keeps its newest part, and who listens."""

    def __init__(self, *, ring_bytes: int, owners_of: OwnersOf) -> None:
        self._ring_bytes = ring_bytes
        self._owners_of = owners_of
        self._rings: dict[int, Ring] = {}
        self._by_key: dict[bytes, set[Listener]] = {}
        self._over_all: set[Listener] = set()
        self._moved: set[asyncio.Event] = set()
        self.places: dict[int, int] = {}
        """By partition the next offset that streams will hear of."""
        self.passed: dict[int, int] = {}
        """By partition the offset in shipment-events of the newest change told."""
        self.is_ready = False
        self.ended = False
        self.trouble: str | None = None
        """What ended the telling, for health."""
        self.generation = 0
        """Rises when the topic turns out to be another one."""

    def offsets_before_end(self, partitions: int) -> int:
        """How many records of each partition are worth reading again at the start; from any thread."""
        return self._ring_bytes // _USUAL_BYTES // max(partitions, 1)

    def begin(self, places: Mapping[int, int]) -> None:
        """The log is read from these offsets on; streams that stood elsewhere end."""
        self.generation += 1
        self.places, self.passed = dict(places), {}
        most = self._ring_bytes // max(len(places), 1)
        self._rings = {partition: Ring(most, start) for partition, start in places.items()}
        self._wake_all()

    def caught_up(self) -> None:
        """From now on what comes is new."""
        self.is_ready = True
        self._wake_all()

    async def take(self, changes: list[Change]) -> None:
        """Tell the next changes to whom they concern; what `owners_of` raises, with nothing told."""
        owners: Mapping[str, Owners] = {}
        if any(listener.of_tenant for listener in self._over_all):
            owners = await self._owners_of({change.key.decode() for change in changes})
        for change in changes:
            self._rings[change.partition].add(change)
            self.places[change.partition] = change.offset + 1
            self._tell(change, owners)
        if changes:
            newest = {change.partition: change for change in changes}
            self.passed |= {partition: each.told()["src_offset"] for partition, each in newest.items()}
        for moved in self._moved:
            moved.set()

    def end(self) -> None:
        """Let every stream end."""
        self.ended = True
        self._wake_all()

    def recent(self, places: Places) -> Iterator[Change] | None:
        """The changes since those places, partition by partition; None where only the log has them all."""
        behind = {p: at for p, at in places.items() if at < self.places[p]}
        if any(at < self._rings[p].start for p, at in behind.items()):
            return None
        return (change for p, at in behind.items() for change in self._rings[p].since(at))

    @contextmanager
    def listening(self, listener: Listener, *, key: bytes | None) -> Iterator[None]:
        """Hear every change from now until the block ends; of one shipment where `key` names it."""
        ears = self._over_all if key is None else self._by_key.setdefault(key, set())
        ears.add(listener)
        metrics.LIVE_STREAMS.inc()
        try:
            yield
        finally:
            metrics.LIVE_STREAMS.dec()
            ears.discard(listener)
            if key is not None and not ears and self._by_key.get(key) is ears:
                del self._by_key[key]

    async def until(self, holds: Callable[[], bool], *, within: timedelta) -> bool:
        """Whether that held in time; looked at whenever something was told."""
        moved = asyncio.Event()
        self._moved.add(moved)
        try:
            async with asyncio.timeout(within.total_seconds()):
                while not holds():
                    moved.clear()
                    await moved.wait()
        except TimeoutError:
            return False
        finally:
            self._moved.discard(moved)
        return True

    def _tell(self, change: Change, owners: Mapping[str, Owners]) -> None:
        for listener in self._by_key.get(change.key, ()):
            listener.hear(Heard(change))
        if not self._over_all:
            return
        told = change.told()
        heard = Heard(change, told, owners.get(told["shipment"], frozenset()), places_text(self.places))
        for listener in self._over_all:
            if listener.wants is None or listener.wants(told, heard.owners):
                listener.hear(heard)

    def _wake_all(self) -> None:
        for listeners in (*self._by_key.values(), self._over_all):
            for listener in listeners:
                listener.wake.set()
        for moved in self._moved:
            moved.set()
