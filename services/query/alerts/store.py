"""PostgreSQL for alerts: one writer at a time, rows and positions in the topic in one transaction."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

import orjson
import psycopg

from services.runtime.fetched import LogRecord
from services.runtime.postgres import Connection, Queries, connect, is_passing, load_queries

LAYOUT: Final = 1
"""Raised with every change of the tables: others are made anew from the topic."""
_LOCK: Final = 0xA1E275
_TEXT: Final = files("services.query.alerts").joinpath("statements.sql").read_text()
_QUERIES: Final[Queries] = load_queries(_TEXT.replace("{layout}", str(LAYOUT)))


def passes(error: psycopg.Error) -> bool:
    """Whether it may go better later: PostgreSQL was away or not migrated yet, a model just removed."""
    gone = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)
    return isinstance(error, gone) or is_passing(error)


class AlertStore:
    """The writing side over one connection. Used by one thread."""

    def __init__(self, url: str) -> None:
        self._conn: Connection = connect(url, name="shiplog-alerts", autocommit=True)

    def close(self) -> None:
        """Let go of the connection, and of the lock."""
        self._conn.close()

    def take(self) -> bool:
        """Become the only writer, unless there is one; the tables are there then."""
        row = self._conn.execute(_QUERIES.get("lock"), {"lock": _LOCK}).fetchone()
        if row is None or not row[0]:
            return False
        if not self._is_of_this_layout():
            self.start_anew()
        return True

    def start_anew(self) -> None:
        """Empty tables; what they held is read from the topic again."""
        with self._conn.transaction():
            self._conn.execute(_QUERIES.get("drop"))
            for statement in _QUERIES.get("create").as_string(self._conn).split(";"):
                self._conn.execute(statement.encode())

    def progress(self) -> dict[int, int]:
        """By partition the offset that comes next."""
        return dict(self._conn.execute(_QUERIES.get("progress")).fetchall())

    def add(self, partition: int, records: Sequence[LogRecord]) -> None:
        """Keep the alerts of these records and the position behind them."""
        told = [_members(partition, record) for record in records if record[3] is not None]
        named = {name: [row[name] for row in told] for name in told[0]} if told else {}
        with self._conn.transaction():
            if named:
                self._conn.execute(_QUERIES.get("add", model=self._model()), named)
            self.move_on({partition: records[-1][0] + 1})

    def move_on(self, offsets: Mapping[int, int]) -> None:
        """Go on from these offsets."""
        named = {"partitions": list(offsets), "offsets": list(offsets.values())}
        self._conn.execute(_QUERIES.get("move_on"), named)

    def forget(self, *, before_ms: int) -> None:
        """Remove what was told before an instant."""
        self._conn.execute(_QUERIES.get("forget"), {"before_ms": before_ms})

    def _is_of_this_layout(self) -> bool:
        there = self._conn.execute(_QUERIES.get("has_schema")).fetchone()
        if there is None or not there[0]:
            return False
        row = self._conn.execute(_QUERIES.get("layout")).fetchone()
        return row is not None and row[0] == LAYOUT

    def _model(self) -> str:
        row = self._conn.execute(_QUERIES.get("pointer")).fetchone()
        if row is None:
            raise psycopg.errors.UndefinedTable("core.pointer is empty")
        return f"model_{row[0]}"


def _members(partition: int, record: LogRecord) -> dict[str, Any]:
    offset, stored_ms, _, value = record
    assert value is not None
    alert = orjson.loads(value)
    return {
        "alert_ids": alert["alert_id"],
        "told_ms": stored_ms,
        "partitions": partition,
        "offsets": offset,
        "kinds": alert["kind"],
        "shipments": alert["shipment"],
        "order_ids": alert["order_id"],
        "customer_ids": alert["customer_id"],
        "causes": alert["cause_event_id"],
        "alerts": value.decode(),
    }
