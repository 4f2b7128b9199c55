"""The projector's writing side in PostgreSQL: one transaction per batch, fenced by the checkpoint row."""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any, Final

import psycopg

from services.projector.batch import Finished, Published
from services.projector.lane import Claimed
from services.projector.restated import Restated, published
from services.projector.rows import signed, timeline_rows
from services.runtime.postgres import Connection, Queries, connect, current_model, load_queries

_TIMELINE: Final = (
    "src_offset", "shipment", "event_id", "type", "mapping_version", "digest", "recorded_at", "event", "seq",
    "change",
)  # fmt: skip
_SHIPMENTS: Final = (
    "shipment", "partition", "version", "carrier", "milestone", "status", "leg_no", "use_no", "order_id",
    "customer_id", "view", "said", "wake_at", "hash",
)  # fmt: skip


class StaleWrite(RuntimeError):
    """The checkpoint did not hit: another owner, or a batch that does not follow the last one."""


def queries() -> Queries:
    """The projector's named statements."""
    return load_queries(files("services.projector").joinpath("sql/queries.sql").read_text())


class TopicChanged(RuntimeError):
    """The log is another topic, or has another partition count, than the one the model was folded from."""


def keep_topic_facts(url: str, topic: str, *, topic_id: str, partitions: int) -> None:
    """Note the log's facts once; raises TopicChanged when they are not the noted ones, psycopg.Error."""
    named = queries()
    with connect(url, name="shiplog-projector-start", autocommit=True) as conn:
        conn.execute(
            named.get("keep_topic_facts"), {"topic": topic, "topic_id": topic_id, "partitions": partitions}
        )
        row = conn.execute(named.get("topic_facts"), {"topic": topic}).fetchone()
    if row != (topic_id, partitions):
        raise TopicChanged(f"{topic} was {row}, is {(topic_id, partitions)}: log diverged, rebuild")


class Store:
    """One writing connection. Not thread-safe: the writer thread owns it."""

    def __init__(self, url: str, *, name: str = "shiplog-projector-writer") -> None:
        """Connect under that name; raises psycopg.OperationalError."""
        self._queries = queries()
        self._conn = connect(url, name=name, autocommit=True)
        self._conn.execute("SET synchronous_commit = off")
        self._conn.execute(self._queries.get("stage"))

    @property
    def backend_pid(self) -> int:
        """The server process that writes for us."""
        return self._conn.info.backend_pid

    def write(self, batch: Finished) -> None:
        """Write a finished batch in one transaction; raises StaleWrite, psycopg.Error (nothing written)."""
        if batch.copied:
            with self._conn.transaction(), self._conn.cursor() as cursor:
                self._write_many(cursor, batch, batch.claimed.model)
        else:
            self._write_few(batch, batch.claimed.model)

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()

    def _write_few(self, batch: Finished, model: str) -> None:
        """One statement, which is one transaction and one answer to wait for."""
        exact = [key for key, _ in batch.wakes]
        columns = _columns("t_", _TIMELINE, timeline_rows(batch.timeline)) | _columns(
            "s_", _SHIPMENTS, batch.rows
        )
        cursor = self._conn.execute(
            self._queries.get("write_few", model=model), _checkpoint(batch) | columns | {"exact": exact}
        )
        if cursor.fetchone() != (1,):
            raise _stale(batch)

    def _write_many(self, cursor: psycopg.Cursor, batch: Finished, model: str) -> None:
        cursor.execute(self._queries.get("advance", model=model), _checkpoint(batch))
        if cursor.rowcount != 1:
            raise _stale(batch)
        with cursor.copy(self._queries.get("copy_timeline", model=model)) as copy:
            copy.write(batch.timeline)
        with cursor.copy(self._queries.get("copy_shipments", model=model)) as copy:
            copy.write(batch.copied)
        cursor.execute(self._queries.get("upsert_staged", model=model))
        if batch.wakes:
            shipments, wakes = zip(*batch.wakes, strict=True)
            cursor.execute(
                self._queries.get("set_wake", model=model),
                {"shipments": list(shipments), "wakes": list(wakes)},
            )


def _checkpoint(batch: Finished) -> dict[str, Any]:
    return {
        "partition": batch.partition,
        "epoch": batch.claimed.epoch,
        "start": batch.start,
        "end": batch.end,
        "last_event_id": batch.last_event_id,
        "next_seq": batch.next_seq,
        "shipments": batch.shipments,
        "state_sum": signed(batch.state_sum),
        "history_sum": signed(batch.history_sum),
    }


def _stale(batch: Finished) -> StaleWrite:
    return StaleWrite(f"partition {batch.partition} at {batch.start}")


def _columns(prefix: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Rows as one array per column, by the name of its parameter."""
    columns: Iterable[tuple[Any, ...]] = zip(*rows, strict=True) if rows else [()] * len(names)
    return {prefix + name: list(column) for name, column in zip(names, columns, strict=True)}


class Reads:
    """The fold's reading connection: states on a cache miss, pauses. Each call is its own snapshot."""

    def __init__(self, url: str, *, name: str = "shiplog-projector-reader") -> None:
        """Connect under that name; raises psycopg.OperationalError."""
        self._queries = queries()
        self._conn = connect(url, name=name, autocommit=True)

    @property
    def connection(self) -> Connection:
        """The connection, in autocommit mode, for the claim."""
        return self._conn

    def states(self, model: str, keys: Iterable[str]) -> dict[str, tuple[list[str], str | None, int]]:
        """Envelopes in offset order, `said` and hash of the shipments among `keys` that are stored."""
        wanted = {"shipments": list(keys)}
        found: dict[str, tuple[list[str], str | None, int]] = {}
        with self._conn.transaction():
            self._conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for key, said, hash_ in self._conn.execute(self._queries.get("load_said", model=model), wanted):
                found[key] = ([], said, hash_)
            for key, event in self._conn.execute(self._queries.get("load_facts", model=model), wanted):
                found[key][0].append(event)
        return found

    def model(self) -> str:
        """The model in force."""
        return current_model(self._conn)

    def is_owner(self, claimed: Claimed) -> bool:
        """Whether the claim still holds."""
        return _is_owner(self._conn, self._queries, claimed)

    def pause(self, partition: int, *, bad: int) -> None:
        """Keep that the partition waits for somebody to accept its bad records."""
        self._conn.execute(self._queries.get("pause"), {"partition": partition, "bad": bad})

    def paused(self) -> dict[int, bool]:
        """Paused partitions, and whether going on was accepted."""
        return dict(self._conn.execute(self._queries.get("paused")).fetchall())

    def unpause(self, partition: int) -> None:
        """Forget an accepted pause."""
        self._conn.execute(self._queries.get("unpause"), {"partition": partition})

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()


def _is_owner(conn: Connection, named: Queries, claimed: Claimed) -> bool:
    row = conn.execute(
        named.get("still_owner", model=claimed.model),
        {"partition": claimed.partition, "epoch": claimed.epoch},
    ).fetchone()
    return bool(row and row[0])


class Outbox:
    """The publisher's reading connection: the timeline is the outbox."""

    def __init__(self, url: str) -> None:
        """Connect; raises psycopg.OperationalError."""
        self._queries = queries()
        self._conn = connect(url, name="shiplog-projector-outbox", autocommit=True)

    def unpublished(
        self, model: str, partition: int, *, position: int, seq: int, limit: int
    ) -> list[Published]:
        """Up to `limit` changes behind the last one told, whose offset and running number these are.

        Changes behind `position`, up to the snapshot's checkpoint, in offset order; but what a switch has to
        tell comes before all that are numbered behind it.
        """
        restated = self._restated(partition, seq, limit)
        rows = self._conn.execute(
            self._queries.get("unpublished", model=model),
            {
                "partition": partition,
                "position": position,
                "below": restated[0].seq if restated else None,
                "limit": limit,
            },
        )
        changes = [Published(o, n, key, event_id, change.encode()) for o, n, key, event_id, change in rows]
        return changes or restated

    def is_owner(self, claimed: Claimed) -> bool:
        """Whether the claim still holds."""
        return _is_owner(self._conn, self._queries, claimed)

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()

    def _restated(self, partition: int, seq: int, limit: int) -> list[Published]:
        """What a switch has to tell behind number `seq`; what is told up to there is forgotten."""
        told = {"partition": partition, "seq": seq}
        self._conn.execute(self._queries.get("forget_restated"), told)
        rows = self._conn.execute(self._queries.get("restated"), told | {"limit": limit})
        return [published(Restated._make(row)) for row in rows]
