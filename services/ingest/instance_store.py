"""core.ingest_instances, as ingest writes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files

import psycopg

from services.ingest.instances import RowsAway
from services.runtime.postgres import Connection, connect, load_queries


class InstanceStore:
    """One connection, opened when needed; for one thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._queries = load_queries(files("services.ingest").joinpath("instances.sql").read_text())
        self._conn: Connection | None = None

    def write(self, instance: str, *, oldest_unlogged: datetime | None, seen_at: datetime) -> None:
        """Put the row of `instance`; raises RowsAway."""
        row = {"instance": instance, "oldest_unlogged": oldest_unlogged, "seen_at": seen_at}
        self._execute("write", row)

    def remove(self, instances: Sequence[str]) -> None:
        """Delete rows; raises RowsAway."""
        self._execute("remove", {"instances": list(instances)})

    def close(self) -> None:
        """Let go of the connection."""
        if self._conn is not None:
            self._conn.close()
            self._conn = None

    def _execute(self, name: str, values: Mapping[str, object]) -> None:
        try:
            if self._conn is None or self._conn.closed:
                self._conn = connect(self._url, name="shiplog-ingest-row", autocommit=True)
            self._conn.execute(self._queries.get(name), values)
        except psycopg.Error as error:
            self.close()
            raise RowsAway(str(error)) from error
