"""Brings a database to today's schema: numbered SQL files under an advisory lock, then a first model."""

from importlib.resources import files
from typing import Final

import psycopg
from psycopg import sql

from services.domain.fold import RULES_VERSION
from services.runtime.postgres import connect

_LOCK: Final = 0x5E1F106
_LEDGER: Final = """
CREATE TABLE IF NOT EXISTS public.shiplog_migrations (
    number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class PartitionCountChanged(RuntimeError):
    """The log has another partition count than the read model: a bigger log is a new topic and a rebuild."""


def migrate(url: str, *, partitions: int) -> list[str]:
    """Apply what is missing, create the first model where there is none; the names of what was applied.

    Raises PartitionCountChanged, psycopg.Error.
    """
    with connect(url, name="shiplog-migrate", autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        try:
            return _apply_missing(conn) + _first_model(conn, partitions=partitions)
        finally:
            conn.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


def create_model(conn: psycopg.Connection, number: int, *, partitions: int) -> None:
    """Create the empty schema `model_<number>` in the caller's transaction."""
    create_tables(conn, number, partitions=partitions)
    create_indexes(conn, number)


def create_tables(conn: psycopg.Connection, number: int, *, partitions: int) -> None:
    """Create the model's tables and views without the keys and indexes that slow a load."""
    template = files("services.projector").joinpath("sql/model.sql").read_text()
    conn.execute(
        sql.SQL(template).format(
            model=sql.Identifier(f"model_{number}"),
            partitions=sql.Literal(partitions),
            rules_version=sql.Literal(RULES_VERSION),
        )
    )


def create_indexes(conn: psycopg.Connection, number: int) -> None:
    """Create what `create_tables` left out; what is loaded by then costs its time here."""
    template = files("services.projector").joinpath("sql/model_indexes.sql").read_text()
    conn.execute(sql.SQL(template).format(model=sql.Identifier(f"model_{number}")))


def _apply_missing(conn: psycopg.Connection) -> list[str]:
    conn.execute(_LEDGER)
    known = {row[0] for row in conn.execute("SELECT number FROM public.shiplog_migrations")}
    applied = []
    folder = files("services.projector").joinpath("sql/migrations")
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        number = int(file.name.split("_", 1)[0])
        if number in known:
            continue
        with conn.transaction():
            conn.execute(file.read_text())
            conn.execute(
                "INSERT INTO public.shiplog_migrations (number, name) VALUES (%s, %s)", (number, file.name)
            )
        applied.append(file.name)
    return applied


def _first_model(conn: psycopg.Connection, *, partitions: int) -> list[str]:
    row = conn.execute("SELECT current FROM core.pointer").fetchone()
    if row is None:
        with conn.transaction():
            create_model(conn, 1, partitions=partitions)
            conn.execute("INSERT INTO core.pointer (current) VALUES (1)")
        return ["model_1"]
    count = conn.execute(
        sql.SQL("SELECT count(*) FROM {}.checkpoints").format(sql.Identifier(f"model_{row[0]}"))
    ).fetchone()
    if count is None or count[0] != partitions:
        raise PartitionCountChanged(
            f"the read model has {count and count[0]} partitions, asked for {partitions}"
        )
    return []
