"""PostgreSQL for the index: one writer at a time, rows and positions in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import orjson
import psycopg
from psycopg import sql

from services.domain.dossier import Told
from services.query.index.gathering import Heard, Kept, gather
from services.runtime import metrics
from services.runtime.log import get_logger
from services.runtime.postgres import Connection, Queries, connect, is_passing, load_queries

_LOG: Final = get_logger(__name__)
LAYOUT: Final = 4
"""Raised with every change of what the index holds or how: an index of another layout is made anew."""
NAME: Final = "shiplog-index"
_LOCK: Final = 0x5E1F1DE
_INTERRUPT_S: Final = 2.0
_MOST_TOUCHED: Final = 2_000
_TABLES: Final = ("shipments", "words", "orders")
_TEXTS: Final = "\n".join(
    files("services.query.index").joinpath(name).read_text() for name in ("schema.sql", "statements.sql")
)


class LogDiverged(Exception):
    """The model stands before the index: it was made from another log, and the index is worthless."""


def passes(error: psycopg.Error) -> bool:
    """Whether it may go better later: PostgreSQL was away or not migrated yet, a model just removed."""
    gone = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)
    return isinstance(error, gone) or is_passing(error)


class Fed(NamedTuple):
    """After one turn: where the index stands in each partition, and how many records wait; -1: unknown."""

    ends: dict[int, int]
    behind: int

    @property
    def has_more(self) -> bool:
        """Whether another turn is to follow at once."""
        return self.behind != 0


def schema_of(number: int) -> str:
    """The schema of the index that was made over a model."""
    return f"search_{number}"


@lru_cache(maxsize=8)
def statements(number: int) -> Queries:
    """The statements of the index that was made over a model; `{model}` stays to be named."""
    return load_queries(_TEXTS.replace("{search}", schema_of(number)))


class IndexStore:
    """The index's writing side over one connection. Used by one thread."""

    def __init__(self, url: str) -> None:
        self._conn: Connection = connect(url, name=NAME, autocommit=True)
        self._conn.prepare_threshold = None
        self._execute(0, "settings")

    def close(self) -> None:
        """Close the connection, and with it let the lock go."""
        self._conn.close()

    def interrupt(self) -> None:
        """End the statement that runs, if one does; from any thread."""
        self._conn.cancel_safe(timeout=_INTERRUPT_S)

    def take(self) -> bool:
        """Whether this connection is now the only one that writes indexes."""
        if not self._value(0, "lock", lock=_LOCK):
            return False
        self._execute(0, "create_serving")
        return True

    def pointer(self) -> int | None:
        """The number of the model in force; None before the migration."""
        number: int | None = self._value(0, "pointer")
        return number

    def serving(self) -> int | None:
        """The number of the index that answers, if it is of today's layout."""
        row = self._conn.execute(statements(0).get("serving")).fetchone()
        if row is None or row[1] != LAYOUT:
            return None
        return row[0] if self._value(0, "can_serve", schema=schema_of(row[0])) else None

    def serve(self, number: int) -> None:
        """Let the index answer from now on."""
        self._execute(0, "serve", number=number, layout=LAYOUT)

    def drop(self, number: int) -> None:
        """Remove the index; where it answered, none does until it is made anew."""
        self._execute(number, "drop")

    def drop_others(self, *kept: int) -> None:
        """Remove every index but these."""
        for (schema,) in self._rows(0, "others", kept=[schema_of(number) for number in kept]):
            self._execute(int(schema.removeprefix(schema_of(0)[:-1])), "drop")

    def feed(self, number: int, *, model: int) -> Fed:
        """Bring the index nearer to the model's checkpoints; raises LogDiverged."""
        with self._conn.transaction():
            self._execute(number, "isolate")
            standing = self._rows(number, "standing", model=model)
            if any(has_gone_back for *_, has_gone_back in standing):
                raise LogDiverged(schema_of(number))
            shipments: dict[str, None] = {}
            ends = {partition: start for partition, start, _, _ in standing}
            for partition, start, end, _ in standing:
                if start == end:
                    continue
                room = _MOST_TOUCHED - len(shipments)
                if room <= 0:
                    break
                position = {"partition": partition, "start": start, "end": end}
                touched = self._rows(number, "touched", model=model, limit=room, **position)
                shipments.update((shipment, None) for _, shipment in touched)
                ends[partition] = end if len(touched) < room else touched[-1][0] + 1
                self._execute(number, "moved", partition=partition, end=ends[partition])
            self._write(number, model, list(shipments))
        return Fed(ends, behind=sum(end - ends[partition] for partition, _, end, _ in standing))

    def begin_build(self, number: int, *, model: int) -> None:
        """An empty index without its indexes, its positions as of now; collect what was registered."""
        with self._conn.transaction():
            self._execute(number, "drop")
            self._execute(number, "drop_collected")
            self._execute(number, "tables")
            self._execute(number, "start", model=model)
        self._execute(number, "collect_registrations", model=model)
        self._execute(number, "index_collected")

    def build_on(self, number: int, *, model: int, after: str) -> str | None:
        """Index the next shipments behind the key `after`; the last one's key, None at the end."""
        views = self._rows(number, "next_views", model=model, after=after, limit=_MOST_TOUCHED)
        if not views:
            return None
        kept = self._gathered(views, model, told="collected")
        with self._conn.transaction():
            self._copy(number, "copy", kept)
        return str(views[-1][0])

    def finish_build(self, number: int) -> Iterator[None]:
        """Make the indexes one by one, as the caller comes back for the next."""
        for statement in statements(number).get("indexes").as_string(self._conn).split(";"):
            self._conn.execute(sql.SQL(statement))
            yield
        self._execute(number, "drop_collected")

    def _write(self, number: int, model: int, shipments: list[str]) -> None:
        if not shipments:
            return
        views = self._rows(number, "views", model=model, shipments=shipments)
        kept = self._gathered(views, model, told="registrations")
        self._execute(number, "stage")
        self._copy(number, "stage", kept)
        for table in _TABLES:
            self._execute(number, f"forget_{table}", shipments=shipments)
            self._execute(number, f"keep_{table}")

    def _copy(self, number: int, how: str, kept: Kept) -> None:
        rows_of: tuple[Sequence[Sequence[Any]], ...] = (kept.shipments, kept.words, sorted(kept.orders))
        for table, rows in zip(_TABLES, rows_of, strict=True):
            with self._conn.cursor().copy(statements(number).get(f"{how}_{table}")) as copy:
                for row in rows:
                    copy.write_row(row)

    def _gathered(self, views: Sequence[tuple[str, str]], model: int, *, told: str) -> Kept:
        heard: dict[str, list[Heard]] = {}
        for shipment, event, is_retraction in self._rows(
            0, told, model=model, shipments=[shipment for shipment, _ in views]
        ):
            heard.setdefault(shipment, []).append(Heard(orjson.loads(event), is_retraction))
        kept = gather(views, heard, lambda shipments: self._timelines(model, shipments))
        for shipment, error in kept.left_out.items():
            metrics.INDEX_LEFT_OUT.inc()
            _LOG.error("index_left_out", shipment=shipment, exc_info=error)
        return kept

    def _timelines(self, model: int, shipments: Sequence[str]) -> Mapping[str, list[Told]]:
        found: dict[str, list[Told]] = {}
        for shipment, event, change, at in self._rows(0, "timelines", model=model, shipments=list(shipments)):
            told = (orjson.loads(event), change and orjson.loads(change), at)
            found.setdefault(shipment, []).append(told)
        return found

    def _value(self, number: int, name: str, /, **values: Any) -> Any:
        row = self._conn.execute(statements(number).get(name), values or None).fetchone()
        return None if row is None else row[0]

    def _rows(self, number: int, name: str, /, *, model: int = 0, **values: Any) -> list[tuple[Any, ...]]:
        query = statements(number).get(name, model=f"model_{model}")
        found: list[tuple[Any, ...]] = self._conn.execute(query, values or None).fetchall()
        return found

    def _execute(self, number: int, name: str, /, *, model: int = 0, **values: Any) -> None:
        self._conn.execute(statements(number).get(name, model=f"model_{model}"), values or None)
