"""The read model as commands read it: a connection of their own, the views, server-side cursors."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final
from uuid import uuid4

import orjson
import psycopg

from schemas.instants import datetime_of, instant_text, ms_of
from services.cli.output import DependencyAway
from services.domain.cuts import Copy
from services.runtime.postgres import Connection, Queries, connect, current_model, load_queries

Json = dict[str, Any]

_REPLAY_LOCK: Final = 0x5E1F107
_FETCH: Final = 2_000
_WORD: Final = 2**64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One partition as the projector left it: offsets count from 0, sums are unsigned 64 bit."""

    partition: int
    next_offset: int
    next_seq: int
    shipments: int
    state_sum: int
    history_sum: int


@contextmanager
def postgres_away() -> Iterator[None]:
    """Tells of PostgreSQL's absence as DependencyAway."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise DependencyAway(f"PostgreSQL is away: {str(error).strip()}") from error


@contextmanager
def read_model(url: str) -> Iterator["ReadModel"]:
    """The read model in force behind `url`; raises DependencyAway, also while reading."""
    with postgres_away(), connect(url, name="shiplog-cli", autocommit=True) as conn:
        try:
            model = ReadModel(conn)
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName, LookupError) as error:
            raise DependencyAway("the database has not been migrated: run `shiplog migrate`") from error
        yield model


class ReadModel:
    """Reads on one connection; `core` is written only where a method's first word says so."""

    def __init__(self, conn: Connection) -> None:
        text = files("services.cli.readback").joinpath("queries.sql").read_text()
        self._conn = conn
        self._queries: Queries = load_queries(text)
        self._model = current_model(conn)

    @contextmanager
    def one_snapshot(self) -> Iterator[None]:
        """Let all reads within see the store at one moment."""
        with self._conn.transaction():
            self._conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def counts(self, name: str) -> dict[str, int]:
        """Shipments by `milestones` or by `statuses`; those without a milestone under `none`."""
        return {word or "none": n for word, n in self._rows(name)}

    def checkpoints(self) -> list[Checkpoint]:
        """Every partition's checkpoint, in order."""
        return [
            Checkpoint(p, offset, seq, n, state % _WORD, history % _WORD)
            for p, offset, seq, n, state, history in self._rows("checkpoints")
        ]

    def shipment_rows(self) -> Iterator[Json]:
        """Every shipment's view, by key, streamed."""
        return (orjson.loads(view) for (view,) in self._stream("shipment_rows"))

    def shipment(self, key: str) -> Json | None:
        """The shipment's view; None where there is no such shipment."""
        row = next(iter(self._rows("shipment", shipment=key)), None)
        return None if row is None else dict(orjson.loads(row[0]))

    def timeline_of(self, key: str) -> list[Json]:
        """The shipment's facts that count, in log order: the envelope as `event`, and what it caused."""
        return [_timeline_row(row) for row in self._rows("timeline_of", shipment=key)]

    def copies_of(self, key: str) -> tuple[list[Copy], int, int]:
        """Every copy that is kept of its events, their partition, and the offset it was read up to."""
        rows = self._rows("copies_of", shipment=key)
        copies = [Copy(offset, orjson.loads(event)) for _, offset, event in rows]
        if not rows:
            return copies, 0, 0
        ends = {each.partition: each.next_offset for each in self.checkpoints()}
        return copies, rows[0][0], ends[rows[0][0]]

    def all_facts(self) -> Iterator[tuple[str, list[Json]]]:
        """Every shipment's envelopes as they count, by key, streamed."""
        return _grouped(self._stream("facts_by_shipment"))

    def shown_of(self, shipments: Sequence[str]) -> dict[str, bytes]:
        """What the stored ones of `shipments` show, as JSON; a column overrules the view."""
        rows = self._rows("shown_of", shipments=list(shipments))
        return {key: orjson.dumps(orjson.loads(view) | columns) for key, view, columns in rows}

    def facts_with_deadline(self) -> Iterator[tuple[str, list[Json]]]:
        """The envelopes of the shipments that still have a deadline, streamed."""
        return _grouped(self._stream("facts_with_deadline"))

    def facts_of(self, shipments: Sequence[str]) -> Iterator[tuple[str, list[Json]]]:
        """The envelopes of those of `shipments` that are stored."""
        return _grouped(self._rows("facts_of", shipments=list(shipments)))

    def known_ids(self, shipments: Sequence[str]) -> set[str]:
        """The ids of all events stored of `shipments`."""
        return {event_id for (event_id,) in self._rows("known_ids", shipments=list(shipments))}

    def clock(self) -> tuple[str | None, int | None]:
        """The clock's mode (None before the first `up`) and where virtual time stands, in milliseconds."""
        row = next(iter(self._rows("clock")), None)
        if row is None:
            return None, None
        mode, now = row
        return mode, None if now is None else ms_of(now)

    def fix_clock_mode(self, mode: str) -> str:
        """Keep the clock's mode if none is kept yet; the one that is kept."""
        self._conn.execute(self._queries.get("fix_clock_mode"), {"mode": mode})
        kept, _ = self.clock()
        return kept or mode

    def move_clock(self, ms: int) -> None:
        """Let virtual time stand at `ms`; it never goes back."""
        self._conn.execute(self._queries.get("move_clock"), {"now": datetime_of(ms)})

    def lock_replay(self) -> bool:
        """Be the only replay of this database while this connection lives; whether that worked."""
        return bool(next(iter(self._rows("lock_replay", lock=_REPLAY_LOCK)))[0])

    def accept_partition(self, partition: int) -> int | None:
        """Let a paused partition go on; its bad records, None when it is not paused."""
        row = next(iter(self._rows("accept_partition", partition=partition)), None)
        return None if row is None else int(row[0])

    def paused_partitions(self) -> list[Json]:
        """The partitions that wait to be accepted or are about to go on."""
        return [
            {"partition": p, "since": instant_text(ms_of(since)), "bad": bad, "accepted": accepted}
            for p, since, bad, accepted in self._rows("paused_partitions")
        ]

    def _rows(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        return self._conn.execute(self._queries.get(name, model=self._model), values).fetchall()

    def _stream(self, name: str) -> Iterator[tuple[Any, ...]]:
        with self._conn.transaction(), self._conn.cursor(name=f"shiplog_{uuid4().hex}") as cursor:
            cursor.itersize = _FETCH
            cursor.execute(self._queries.get(name, model=self._model))
            yield from cursor


def _timeline_row(row: tuple[Any, ...]) -> Json:
    partition, offset, shipment, event_id, kind, recorded, event, change = row
    return {
        "partition": partition,
        "src_offset": offset,
        "shipment": shipment,
        "event_id": event_id,
        "type": kind,
        "recorded_at": instant_text(ms_of(recorded)),
        "event": orjson.loads(event),
        "change": orjson.loads(change) if change is not None else None,
    }


def _grouped(rows: Iterable[tuple[str, datetime, str]]) -> Iterator[tuple[str, list[Json]]]:
    """Rows sorted by shipment to (shipment, envelopes), each first known when the row says."""
    key: str | None = None
    envelopes: list[Json] = []
    for shipment, recorded, event in rows:
        if shipment != key:
            if key is not None:
                yield key, envelopes
            key, envelopes = shipment, []
        envelopes.append(orjson.loads(event) | {"recorded_at": instant_text(ms_of(recorded))})
    if key is not None:
        yield key, envelopes
