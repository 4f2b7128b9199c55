"""What ingest asks PostgreSQL: one shipment, whose an API key is."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import psycopg

from services.ingest.reader import ShipmentRow, StoreAway
from services.runtime.http_auth import Principal
from services.runtime.keys import QUERIES as KEYS
from services.runtime.keys import principal_of
from services.runtime.postgres import Connection, connect, current_model, load_queries

_MOST_IDLE = 8


class ShipmentStore:
    """Reads of the current model through its views. Thread-safe; connections are opened as needed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._queries = load_queries(files("services.ingest").joinpath("reads.sql").read_text())
        self._lock = threading.Lock()
        self._idle: list[Connection] = []

    def shipment(self, key: str) -> ShipmentRow | None:
        """The shipment and its timeline, of one snapshot; None when there is none; raises StoreAway."""
        with self._connection() as conn, conn.transaction():
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            model = current_model(conn)
            named = {"shipment": key}
            row = conn.execute(self._queries.get("shipment", model=model), named).fetchone()
            if row is None:
                return None
            timeline = conn.execute(self._queries.get("timeline", model=model), named).fetchall()
            return ShipmentRow(view=row[0], timeline=timeline)

    def registered_by(self, merchant: str, shipments: Collection[str]) -> set[str]:
        """Those of the shipments that the merchant has registered; raises StoreAway."""
        named = {"merchant": merchant, "shipments": list(shipments)}
        with self._connection() as conn:
            query = self._queries.get("registered_by", model=current_model(conn))
            return {shipment for (shipment,) in conn.execute(query, named)}

    def key_of(self, key_sha256: bytes) -> Principal | None:
        """Whose API key has this hash; raises StoreAway."""
        with self._connection() as conn:
            return principal_of(conn.execute(KEYS.get("key_of"), {"key_sha256": key_sha256}).fetchone())

    def answers(self) -> str | None:
        """None when PostgreSQL answers, else what is wrong."""
        try:
            with self._connection() as conn:
                conn.execute("SELECT 1")
        except StoreAway as error:
            return str(error)
        return None

    def close(self) -> None:
        """Let go of all idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for conn in idle:
            conn.close()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        conn: Connection | None = None
        try:
            conn = self._take() or connect(self._url, name="shiplog-ingest", autocommit=True)
            yield conn
        except (psycopg.Error, LookupError) as error:
            if conn is not None:
                conn.close()
            raise StoreAway("PostgreSQL does not answer, or is not migrated") from error
        self._give_back(conn)

    def _take(self) -> Connection | None:
        with self._lock:
            while self._idle:
                conn = self._idle.pop()
                if not conn.closed:
                    return conn
        return None

    def _give_back(self, conn: Any) -> None:
        with self._lock:
            if len(self._idle) < _MOST_IDLE:
                self._idle.append(conn)
                return
        conn.close()
