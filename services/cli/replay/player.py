"""Plays a file of canonical lines into the log: intake, duplicates, virtual time, one order per partition."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Protocol

from schemas.instants import instant_text
from services.cli.output import DependencyAway
from services.cli.replay.append import LogAppender
from services.cli.replay.virtual import VirtualTime
from services.domain.facts import InvalidFact, fact_of
from services.domain.fold import fold_all
from services.domain.shipment import Shipment
from services.ingest.intake import Intake, Rejection, Taken
from services.ingest.sealing import KeysAway

Json = dict[str, Any]

CHUNK: Final = 1_000
"""Lines between two moments at which everything played is acknowledged and the clock kept."""


class Stored(Protocol):
    """What is needed of `services.cli.readback.store.ReadModel`."""

    def facts_with_deadline(self) -> Iterable[tuple[str, list[Json]]]:
        """The envelopes of the shipments that still have a deadline."""
        ...

    def facts_of(self, shipments: list[str]) -> Iterable[tuple[str, list[Json]]]:
        """The envelopes of those of `shipments` that are stored."""
        ...

    def known_ids(self, shipments: list[str]) -> set[str]:
        """The ids of all events stored of `shipments`."""
        ...

    def move_clock(self, ms: int) -> None:
        """Let virtual time stand at `ms`."""
        ...


@dataclass(slots=True)
class Played:
    """What was read of the file so far. `duplicates`: lines whose event the store or an earlier line has."""

    lines: int = 0
    duplicates: int = 0
    refused: list[Rejection] = field(default_factory=list)


class Player:
    """One replay. `time` None: no time passes, no deadline fires.

    The store must hold everything that is in the log when the first line is played.
    """

    def __init__(
        self, *, intake: Intake, stored: Stored, appender: LogAppender, time: VirtualTime | None
    ) -> None:
        self._intake = intake
        self._stored = stored
        self._appender = appender
        self._time = time
        self._touched: set[str] = set()
        self._known: set[str] = set()
        self.played = Played()

    def play(
        self, lines: Iterable[tuple[int, bytes]], *, until_ms: int | None, seen: Callable[[int], None]
    ) -> Played:
        """Append every numbered line and every deadline that comes due; `seen` hears of bytes played.

        Raises DependencyAway, AnswerIsNo.
        """
        if self._time is not None:
            self._time.know(self._remembered(self._stored.facts_with_deadline()))
        numbered = iter(lines)
        while chunk := list(islice(numbered, CHUNK)):
            self._play_chunk(chunk)
            seen(sum(len(line) + 1 for _, line in chunk))
        if self._time is not None:
            self._finish(self._time, until_ms)
        return self.played

    def _play_chunk(self, chunk: list[tuple[int, bytes]]) -> None:
        taken = self._taken(chunk)
        self.played.lines += len(chunk)
        self.played.refused += taken.rejections
        self._remember({envelope["shipment"] for envelope in taken.envelopes})
        for envelope in taken.envelopes:
            self._count(envelope["event_id"])
            for due in self._time.line(envelope) if self._time is not None else (envelope,):
                self._appender.add(due)
        self._keep()

    def _taken(self, chunk: list[tuple[int, bytes]]) -> Taken:
        try:
            # every line says when it was recorded: the moment of receipt is of no use
            return self._intake.take(chunk, now=instant_text(0))
        except KeysAway as error:
            raise DependencyAway(f"data keys are out of reach: {error}") from error

    def _finish(self, time: VirtualTime, until_ms: int | None) -> None:
        moment_ms = until_ms if until_ms is not None else time.clock_ms
        if moment_ms is not None:
            for due in time.until(moment_ms):
                self._appender.add(due)
            self._keep()

    def _keep(self) -> None:
        """Wait until all that was played stands in the log, only then move the clock.

        The clock kept is therefore never ahead of the log: a replay that is killed and started again with
        the same file meets its own lines as duplicates and fires what it had not fired, at the same place
        in each shipment's order.
        """
        self._appender.settle()
        if self._time is not None and self._time.clock_ms is not None:
            self._stored.move_clock(self._time.clock_ms)

    def _count(self, event_id: str) -> None:
        if event_id in self._known:
            self.played.duplicates += 1
        self._known.add(event_id)

    def _remember(self, keys: set[str]) -> None:
        """Learn what the store has of shipments that this replay meets for the first time."""
        new = sorted(keys - self._touched)
        self._touched.update(new)
        if self._time is None:
            self._known |= self._stored.known_ids(new)
        else:
            self._time.know(self._remembered(self._stored.facts_of(new)))

    def _remembered(self, stored: Iterable[tuple[str, list[Json]]]) -> Iterator[Shipment]:
        for key, envelopes in stored:
            self._touched.add(key)
            self._known.update(envelope["event_id"] for envelope in envelopes)
            yield folded(key, envelopes)


def folded(key: str, envelopes: Iterable[Json]) -> Shipment:
    """The shipment of stored envelopes, those left out that are no facts."""
    return fold_all(key, list(_facts(envelopes)))


def _facts(envelopes: Iterable[Json]) -> Iterator[Any]:
    for envelope in envelopes:
        try:
            yield fact_of(envelope)
        except InvalidFact:
            continue
