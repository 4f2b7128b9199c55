"""One moment of two models in PostgreSQL, which any number of threads read at once."""

from collections.abc import Iterator
from typing import Any, Final

from services.projector.rebuild.models import NAME, statements
from services.runtime.postgres import Connection, connect, read_at

_FETCH: Final = 500


class Moment:
    """A snapshot; every reading of it has a connection of its own, for as long as it lasts."""

    def __init__(self, url: str, *, live: str, rebuilt: str) -> None:
        """Take it; raises psycopg.Error."""
        self._url, self._live, self._rebuilt = url, live, rebuilt
        self._queries = statements()
        self._reading: set[Connection] = set()
        self._conn = connect(url, name=NAME)
        self._snapshot = read_at(self._conn)

    def rows(self, name: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        """What the statement gives; it names the rebuilt model, and finds the live one's tables by itself.

        Raises psycopg.Error.
        """
        conn = connect(self._url, name=NAME)
        self._reading.add(conn)
        try:
            read_at(conn, self._snapshot)
            # both sides come in the order of their keys: merged, no row is copied aside into a hash table
            conn.execute("SELECT set_config('enable_hashjoin', 'off', true)")
            conn.execute("SELECT set_config('search_path', %s, true)", (self._live,))
            with conn.cursor(name=name) as cursor:
                cursor.itersize = _FETCH
                cursor.execute(self._queries.get(name, model=self._rebuilt), values)
                yield from cursor
        finally:
            self._reading.discard(conn)
            conn.close()

    def close(self) -> None:
        """Let it go; whoever still reads it meets psycopg.errors.QueryCanceled."""
        for conn in [*self._reading]:
            conn.cancel()
        self._conn.close()
