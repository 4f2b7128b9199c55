"""What the watchdog reads from PostgreSQL, and the one thing it sets: an alarm clock, by compare and set."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final, TypeVar

import psycopg

from schemas.instants import datetime_of, ms_of
from services.notifier.due import Due, IngestState, Rearm
from services.runtime.postgres import Connection, connect, current_model, is_passing, load_queries

T = TypeVar("T")
Cursor = tuple[int, str]
"""(wake_ms, shipment) of the last row of a page"""

START: Final[Cursor] = (-62_135_596_800_000, "")
"""Before every row: the first instant a datetime can hold."""


class DatabaseAway(Exception):
    """PostgreSQL did not answer; passing."""


@dataclass(frozen=True, slots=True)
class DuePage:
    """One snapshot: due rows, every copy of every fact of their shipments, and the projector's offsets."""

    model: str
    due: tuple[Due, ...]
    events: Mapping[str, Sequence[str]]
    checkpoints: Mapping[int, int]
    backlog: int


@dataclass(frozen=True, slots=True)
class Heard:
    """By carrier: when its newest event was recorded. `offsets`: how far the timeline was read."""

    newest_ms: Mapping[str, int]
    offsets: Mapping[int, int]


class WatchdogStore:
    """One connection, made anew after trouble. Every method raises DatabaseAway when the server is away."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._queries = load_queries(
            files("services.notifier").joinpath("watchdog/queries.sql").read_text("utf-8")
        )
        self._conn: Connection | None = None

    def is_virtual(self) -> bool:
        """Whether time is a replay's: then the replay is the watchdog."""
        return self._read(lambda conn: self._row(conn, "clock_mode") == ("virtual",))

    def server_ms(self) -> int:
        """The server's own clock, in milliseconds since 1970."""
        row = self._read(lambda conn: self._row(conn, "server_clock"))
        if row is None:
            raise DatabaseAway("the server told no time")
        return ms_of(row[0])

    def instances(self) -> tuple[IngestState, ...]:
        """Every ingest instance that ever told of itself and was not cleared away."""
        rows = self._read(lambda conn: conn.execute(self._queries.get("instances")).fetchall())
        return tuple(IngestState(instance, _ms(oldest), ms_of(seen)) for instance, oldest, seen in rows)

    def due_page(self, *, now_ms: int, after: Cursor, limit: int) -> DuePage:
        """The next rows whose alarm rang by `now_ms`, behind `after`; one snapshot of all it holds."""

        def read(conn: Connection) -> DuePage:
            model = current_model(conn)
            bound = {"now": datetime_of(now_ms), "limit": limit}
            bound |= {"after_wake": datetime_of(after[0]), "after_shipment": after[1]}
            rows = conn.execute(self._queries.get("due", model=model), bound).fetchall()
            due = tuple(Due(row[0], row[1], row[2], ms_of(row[3]), row[4]) for row in rows)
            checkpoints = conn.execute(self._queries.get("checkpoints", model=model)).fetchall()
            backlog = conn.execute(self._queries.get("backlog", model=model), bound).fetchone()
            return DuePage(
                model, due, self._events(conn, model, due), dict(checkpoints), backlog[0] if backlog else 0
            )

        return self._read(read)

    def rearm(self, model: str, rearms: Sequence[Rearm]) -> int:
        """Set alarms anew where neither row nor alarm has moved; how many were set."""
        with self._connected() as conn, conn.transaction():
            return sum(
                conn.execute(
                    self._queries.get("rearm", model=model),
                    {
                        "shipment": rearm.due.shipment,
                        "version": rearm.due.version,
                        "was": datetime_of(rearm.due.wake_ms),
                        "wake_at": None if rearm.wake_ms is None else datetime_of(rearm.wake_ms),
                    },
                ).rowcount
                # in one order, as the projector does: two writers never wait for each other in a ring
                for rearm in sorted(rearms, key=lambda rearm: rearm.due.shipment)
            )

    def open_parcels(self) -> dict[str, int]:
        """Shipments with a deadline ahead, by carrier."""
        return self._read(
            lambda conn: dict(
                conn.execute(self._queries.get("open_parcels", model=current_model(conn))).fetchall()
            )
        )

    def heard(self, offsets: Mapping[int, int], *, tail: int) -> Heard:
        """What carriers said behind `offsets`, going back no further than `tail` records."""

        def read(conn: Connection) -> Heard:
            model = current_model(conn)
            newest: dict[str, int] = {}
            reached = dict(offsets)
            for partition, end in conn.execute(self._queries.get("checkpoints", model=model)).fetchall():
                after = max(offsets.get(partition, -1), end - 1 - tail)
                rows = conn.execute(
                    self._queries.get("heard_since", model=model), {"partition": partition, "after": after}
                )
                for carrier, recorded_at, _ in rows:
                    newest[carrier] = max(newest.get(carrier, 0), ms_of(recorded_at))
                reached[partition] = end - 1
            return Heard(newest, reached)

        return self._read(read)

    def heard_of(self, carrier: str) -> int | None:
        """When a carrier's newest event was recorded, over all time; None when there is none."""

        def read(conn: Connection) -> int | None:
            statement = self._queries.get("heard_of", model=current_model(conn))
            row = conn.execute(statement, {"carrier": carrier}).fetchone()
            return _ms(row[0]) if row else None

        return self._read(read)

    def close(self) -> None:
        """Let go of the connection."""
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.close()

    def _events(self, conn: Connection, model: str, due: Sequence[Due]) -> dict[str, list[str]]:
        events: dict[str, list[str]] = {row.shipment: [] for row in due}
        if events:
            statement = self._queries.get("facts", model=model)
            for shipment, event in conn.execute(statement, {"shipments": list(events)}):
                events[shipment].append(event)
        return events

    def _row(self, conn: Connection, name: str) -> tuple[Any, ...] | None:
        return conn.execute(self._queries.get(name)).fetchone()

    def _read(self, read: Callable[[Connection], T]) -> T:
        with self._connected() as conn, conn.transaction():
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return read(conn)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            if self._conn is None:
                self._conn = connect(self._url, name="shiplog-watchdog", autocommit=True)
            yield self._conn
        except psycopg.Error as error:
            self.close()
            if is_passing(error):
                raise DatabaseAway(str(error)) from error
            raise


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else ms_of(moment)
