"""The switch: lock every live checkpoint, fold to exactly their offsets, compare, turn the pointer.

Who writes the live model waits for its row meanwhile and finds its epoch raised; who claims finds another
model named (see `claim`). Readers read the pointer and never wait.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from services.projector.rebuild.models import (
    NAME,
    Checkpoint,
    checkpoints_of,
    number_of,
    statements,
    targets_of,
)
from services.projector.rebuild.tail import Tail
from services.projector.restated import Queued, with_queued
from services.runtime.postgres import DatabaseError, connect

_LOCK_PATIENCE: Final = "2s"
_LOCK_NOT_AVAILABLE: Final = "55P03"
_ATTEMPTS: Final = 3
_SUMS: Final = ("next_offset", "next_seq", "shipments", "state_sum", "history_sum")


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two models at the same offsets, the live one locked."""

    live: list[Checkpoint]
    other: list[Checkpoint]

    @property
    def differing(self) -> list[tuple[int, str]]:
        """(partition, column) where the checkpoints differ; empty: equal in state and history."""
        return [
            (live.partition, column)
            for live, other in zip(self.live, self.other, strict=True)
            for column in _SUMS
            if getattr(live, column) != getattr(other, column)
        ]


class Switch:
    """The way from the live model to another one, on a connection of its own."""

    def __init__(self, url: str, *, live: str, other: str) -> None:
        """Connect; raises psycopg.OperationalError."""
        self._queries = statements()
        self._live, self._other = live, other
        self._conn = connect(url, name=NAME, autocommit=False)

    @contextmanager
    def meeting(self, tail: Tail) -> Iterator[Meeting]:
        """Both models at the same offsets; the live one stands still until the block ends."""
        self._lock()
        try:
            live = self._checkpoints("lock_checkpoints", self._live)
            tail.advance(targets_of(live))
            yield Meeting(live, self._checkpoints("checkpoints", self._other))
        except BaseException:
            self._conn.rollback()
            raise
        self._conn.commit()

    def flip(self, meeting: Meeting) -> None:
        """Within the meeting: whoever owned a partition owns it no more, and the other model is the one."""
        epoch = max(c.owner_epoch for c in (*meeting.live, *meeting.other)) + 1
        for model in (self._live, self._other):
            self._conn.execute(self._queries.get("raise_epochs", model=model), {"epoch": epoch})
        self._conn.execute(self._queries.get("point"), {"number": number_of(self._other)})

    def to_restate(self) -> dict[int, Queued]:
        """By partition what an earlier switch left to tell, if anything; some of it may be told by now."""
        rows = self._conn.execute(self._queries.get("to_restate")).fetchall()
        return {partition: Queued(*row) for partition, *row in rows}

    def take_over(self, positions: Mapping[int, int], *, said: bool) -> None:
        """Within the meeting: what the live model told is told, and with `said` what it has said is said.

        `positions`: by partition the offset of the last record told of; changes behind it are history.
        """
        self._conn.execute("SELECT set_config('search_path', %s, true)", (self._live,))
        if said:
            self._conn.execute(self._queries.get("take_over_said", model=self._other))
        for partition, position in positions.items():
            told = {"partition": partition, "position": position}
            self._conn.execute(self._queries.get("tell_no_more", model=self._other), told)

    def restate(self, meeting: Meeting) -> int:
        """Within the meeting: let the publishers tell of every shipment that the two show differently.

        How many these are. The running numbers go on behind them.
        """
        self._conn.execute("SELECT set_config('search_path', %s, true)", (self._live,))
        for name in ("find_differing", "count_differing"):
            self._conn.execute(self._queries.get(name, model=self._other))
        differing = self._conn.execute(self._queries.get("restate", model=self._other)).rowcount
        queued = self.to_restate()
        for live in meeting.live:
            last = with_queued(live.next_seq - 1, queued.get(live.partition))
            named = {"partition": live.partition, "next_seq": last + 1}
            self._conn.execute(self._queries.get("go_on_with_seq", model=self._other), named)
        return differing

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()

    def _lock(self) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                self._conn.execute("SELECT set_config('lock_timeout', %s, true)", (_LOCK_PATIENCE,))
                self._checkpoints("lock_checkpoints", self._live)
            except DatabaseError as error:
                self._conn.rollback()
                if error.sqlstate != _LOCK_NOT_AVAILABLE or attempt == _ATTEMPTS - 1:
                    raise
                self._conn.execute(self._queries.get("end_owners", model=self._live))
                self._conn.commit()
            else:
                return

    def _checkpoints(self, name: str, model: str) -> list[Checkpoint]:
        return checkpoints_of(self._conn.execute(self._queries.get(name, model=model)).fetchall())
