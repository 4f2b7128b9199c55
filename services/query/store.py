"""PostgreSQL for the read side: a pool on the server's loop, snapshots of the current model."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from services.runtime.http_auth import Principal
from services.runtime.keys import QUERIES as KEYS
from services.runtime.keys import principal_of
from services.runtime.postgres import Queries, connection_settings, load_queries

Row = tuple[Any, ...]
AsyncConnection = psycopg.AsyncConnection[Row]

_POOL: Final = 12
_FOR_PAGES: Final = ("-c max_parallel_workers_per_gather=0", "-c jit=off")
"""A page is read in a millisecond or two: starting workers or a compiler for it takes longer."""
_WAIT: Final = timedelta(seconds=5)
QUERIES: Final = load_queries(files("services.query").joinpath("reads.sql").read_text())


class StoreAway(Exception):
    """The read model cannot be asked now."""


class WrongValue(Exception):
    """A value of the caller's that PostgreSQL has no form for, such as a text with NUL in it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One connection and the model that was current when it was taken."""

    conn: AsyncConnection
    model: str

    async def rows(self, queries: Queries, name: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Rows of a named statement; `{model}` in it is the snapshot's."""
        cursor = await self.conn.execute(queries.text(name, model=self.model), values)
        return await cursor.fetchall()

    async def row(self, queries: Queries, name: str, values: Mapping[str, Any] | None = None) -> Row | None:
        """The first row, or None."""
        cursor = await self.conn.execute(queries.text(name, model=self.model), values)
        return await cursor.fetchone()


class ReadStore:
    """Reads through the views of the current model. Made on any thread, opened on the server's loop."""

    def __init__(self, url: str, *, connections: int = _POOL) -> None:
        self._pool = AsyncConnectionPool[AsyncConnection](
            url,
            min_size=1,
            max_size=connections,
            open=False,
            timeout=_WAIT.total_seconds(),
            kwargs=connection_settings("shiplog-query", _FOR_PAGES) | {"autocommit": True},
        )
        self._known = "model_1"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """The pool, from now until the block ends; PostgreSQL need not answer yet."""
        await self._pool.open()
        try:
            yield
        finally:
            await self._pool.close()

    @asynccontextmanager
    async def latest(self) -> AsyncIterator[Snapshot]:
        """For one statement: the current model, without a transaction; raises StoreAway."""
        async with self._connection() as conn:
            self._known = await _model(conn)
            yield Snapshot(conn, self._known)

    @asynccontextmanager
    async def guessed(self) -> AsyncIterator[Snapshot]:
        """For one statement that reads the pointer too: the model that was current when last looked at.

        Where the statement tells of another one, or of none, `latest` is to be asked. Raises StoreAway.
        """
        async with self._connection() as conn:
            yield Snapshot(conn, self._known)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """For several statements that must see the same moment; raises StoreAway."""
        async with self._connection() as conn, conn.transaction():
            await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield Snapshot(conn, await _model(conn))

    async def key_of(self, key_sha256: bytes) -> Principal | None:
        """Whose API key has this hash; raises StoreAway."""
        async with self._connection() as conn:
            cursor = await conn.execute(KEYS.get("key_of"), {"key_sha256": key_sha256})
            return principal_of(await cursor.fetchone())

    async def answers(self) -> None:
        """Return when PostgreSQL answers; raises StoreAway."""
        async with self._connection() as conn:
            await _model(conn)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._pool.connection() as conn:
                yield conn
        except PoolTimeout as error:
            raise StoreAway("PostgreSQL does not answer, or everybody waits for it") from error
        except psycopg.OperationalError as error:
            raise StoreAway("PostgreSQL does not answer") from error
        except (psycopg.DataError, UnicodeEncodeError) as error:
            raise WrongValue("a value holds NUL or another character that no text has") from error
        except psycopg.errors.UndefinedTable as error:
            raise StoreAway("PostgreSQL is not migrated, or a model was just removed") from error


async def _model(conn: AsyncConnection) -> str:
    row = await (await conn.execute(QUERIES.text("pointer"))).fetchone()
    if row is None:
        raise StoreAway("PostgreSQL is not migrated")
    return f"model_{row[0]}"
