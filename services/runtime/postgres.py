"""PostgreSQL: connections that notice a dead peer, named statements, which errors pass by themselves."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

Connection = psycopg.Connection[tuple[Any, ...]]
DatabaseError = psycopg.Error
"""What any statement or connection may raise; `is_passing` tells which of it passes by itself."""
DatabaseAway = psycopg.OperationalError

_CONNECT_TIMEOUT_S: Final = 5
_PEER_TIMEOUT_MS: Final = 10_000

# The server must notice a dead client too: it holds the client's locks until then.
_SERVER_OPTIONS: Final = (
    f"-c tcp_user_timeout={_PEER_TIMEOUT_MS} -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 "
    "-c tcp_keepalives_count=3 -c timezone=UTC"
)

# SQLSTATE classes (PostgreSQL's appendix A) that tell of the surroundings, not of the statement:
# connection, transaction rollback (serialisation, deadlock), resources, prerequisite state (lock not
# available), operator intervention, system error; and the server's own time limits on a transaction.
_PASSING_CLASSES: Final = frozenset({"08", "40", "53", "55", "57", "58"})
_PASSING_STATES: Final = frozenset({"25P03", "25P04"})

_NAME_LINE: Final = re.compile(r"^-- name: *([a-z][a-z0-9_]*) *$", re.MULTILINE)
_MODEL: Final = "{model}"


class UnknownQuery(LookupError):
    """The `.sql` file holds no statement of that name, or one name twice."""


class Queries:
    """The named statements of one `.sql` file."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._composed = lru_cache(maxsize=1024)(self._compose)
        self._bytes = lru_cache(maxsize=1024)(lambda name, model: self.get(name, model=model).as_bytes(None))

    @property
    def names(self) -> frozenset[str]:
        """Every statement's name."""
        return frozenset(self._texts)

    def get(self, name: str, *, model: str | None = None) -> sql.Composed:
        """The statement `name`, `{model}` in it standing for the schema `model`.

        Raises UnknownQuery, and ValueError when the statement needs a model and none is given.
        """
        return self._composed(name, model)

    def text(self, name: str, *, model: str | None = None) -> bytes:
        """As `get`, put together once: for statements that run thousands of times a second."""
        return self._bytes(name, model)

    def _compose(self, name: str, model: str | None) -> sql.Composed:
        if name not in self._texts:
            raise UnknownQuery(name)
        parts = self._texts[name].split(_MODEL)
        if model is None and len(parts) > 1:
            raise ValueError(f"{name} needs a model")
        # split and joined, not formatted: other braces in the text ('{}'::text[]) stay what they are
        joint: sql.Composable = sql.Identifier(model) if model is not None else sql.SQL("")
        pieces: list[sql.Composable] = [sql.SQL(parts[0])]
        for part in parts[1:]:
            pieces += [joint, sql.SQL(part)]
        return sql.Composed(pieces)


def load_queries(text: str) -> Queries:
    """The statements of a `.sql` file: blocks that begin with a line `-- name: some_name`.

    Raises UnknownQuery when a name stands twice or a statement has no text.
    """
    pieces = _NAME_LINE.split(text)[1:]
    texts: dict[str, str] = {}
    for name, body in zip(pieces[::2], pieces[1::2], strict=True):
        if name in texts or not body.strip():
            raise UnknownQuery(f"{name} stands twice or is empty")
        texts[name] = body.strip()
    return Queries(texts)


def connection_settings(name: str, more_options: Sequence[str] = ()) -> dict[str, Any]:
    """Arguments of a connection whose both ends notice within about 10 s that the other is gone; times UTC.

    `name` shows as application_name.
    """
    return {
        "application_name": name,
        "connect_timeout": _CONNECT_TIMEOUT_S,
        "keepalives": 1,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": _PEER_TIMEOUT_MS,
        "options": " ".join((_SERVER_OPTIONS, *more_options)),
    }


def connect(url: str, *, name: str, autocommit: bool = False) -> Connection:
    """A connection with `connection_settings`; options of the URL's own win. Raises DatabaseAway."""
    settings = connection_settings(name)
    own = str(conninfo_to_dict(url).get("options") or "")
    settings["options"] = f"{_SERVER_OPTIONS} {own}".strip()
    return psycopg.connect(url, autocommit=autocommit, **settings)


def read_at(conn: Connection, snapshot: str | None = None) -> str:
    """Begin a transaction that reads one moment, another's where its snapshot is told; the snapshot.

    Raises psycopg.Error, also when the other's transaction has ended.
    """
    conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    if snapshot is not None:
        conn.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(snapshot))
        return snapshot
    row = conn.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None, "a function gives a row"
    return str(row[0])


def current_model(conn: Connection) -> str:
    """The schema of the read model in force, such as `model_1`; raises LookupError before the migration."""
    row = conn.execute("SELECT current FROM core.pointer").fetchone()
    if row is None:
        raise LookupError("core.pointer is empty: the database has not been migrated")
    return f"model_{row[0]}"


def unreachable(url: str) -> str | None:
    """None when PostgreSQL answers, else what is wrong; for health checks."""
    try:
        with connect(url, name="shiplog-health", autocommit=True) as conn:
            current_model(conn)
    except (psycopg.Error, LookupError) as error:
        return f"PostgreSQL does not answer, or is not migrated ({type(error).__name__})"
    return None


def is_passing(error: BaseException) -> bool:
    """Whether the same work may succeed later: the surroundings failed, not the statement."""
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is not None:
        return error.sqlstate[:2] in _PASSING_CLASSES or error.sqlstate in _PASSING_STATES
    # without a state the server never answered: connection refused, cut, closed, or the pool ran dry
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
