"""Virtual time over a file of history: in which order lines and due deadlines enter the log.

Replay is the watchdog here. It folds what it appends with the same pure code as the projector, so
it knows every deadline without asking anybody, and a deadline is proposed only if it still stands
at the moment it would fire. Time is the `recorded_at` of the next line and never goes back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Any

from schemas.instants import instant_ms, instant_text
from services.domain.deadlines import Deadline, pending
from services.domain.facts import InvalidFact, fact_of
from services.domain.fold import fold
from services.domain.shipment import Shipment, unseen

Json = dict[str, Any]
Propose = Callable[[str, Deadline, str], Json]
"""(shipment key, deadline, recorded_at as instant text) -> the envelope of its DeadlinePassed."""


class VirtualTime:
    """The clock of one replay and the deadlines that it still has to reach.

    `clock_ms` is where an earlier replay left time (None: no time has passed yet).
    """

    def __init__(self, *, clock_ms: int | None, propose: Propose) -> None:
        self.clock_ms = clock_ms
        self._propose = propose
        self._shipments: dict[str, Shipment] = {}
        self._due: list[tuple[int, str, str]] = []
        self._armed: set[tuple[int, str, str]] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._shipments

    def know(self, shipments: Iterable[Shipment]) -> None:
        """Take over shipments as the read model has them, none of which is known here yet."""
        for shipment in shipments:
            self._keep(shipment)

    def line(self, envelope: Json) -> Iterator[Json]:
        """What goes into the log with this line: first the deadlines that come due by its time, then itself.

        A line recorded before the clock moves nothing.
        """
        recorded_ms = instant_ms(envelope["recorded_at"])
        if self.clock_ms is None or recorded_ms >= self.clock_ms:
            yield from self.until(recorded_ms)
        self._fold(envelope)
        yield envelope

    def until(self, moment_ms: int) -> Iterator[Json]:
        """The deadlines up to and including `moment_ms`, by (deadline, shipment, kind); time moves there.

        A moment before the clock is no move, but what is due at the clock itself fires.
        """
        moment_ms = moment_ms if self.clock_ms is None else max(moment_ms, self.clock_ms)
        while self._due and self._due[0][0] <= moment_ms:
            entry = heappop(self._due)
            self._armed.discard(entry)
            yield from self._fire(*entry)
        self.clock_ms = moment_ms

    def _fire(self, at_ms: int, key: str, kind: str) -> Iterator[Json]:
        deadline = next(
            (d for d in pending(self._shipments[key]) if (d.at_ms, d.kind) == (at_ms, kind)), None
        )
        if deadline is None:
            return
        self.clock_ms = at_ms if self.clock_ms is None else max(at_ms, self.clock_ms)
        envelope = self._propose(key, deadline, instant_text(self.clock_ms))
        self._fold(envelope)
        yield envelope

    def _fold(self, envelope: Mapping[str, Any]) -> None:
        try:
            fact = fact_of(envelope)
        except InvalidFact:
            return  # the projector puts it aside as well: it is no part of any shipment
        key = envelope["shipment"]
        before = self._shipments[key] if key in self._shipments else unseen(key)
        after = fold(before, fact)
        if after is not before:
            self._keep(after)

    def _keep(self, shipment: Shipment) -> None:
        self._shipments[shipment.key] = shipment
        for deadline in pending(shipment):
            entry = (deadline.at_ms, shipment.key, str(deadline.kind))
            if entry not in self._armed:
                self._armed.add(entry)
                heappush(self._due, entry)
