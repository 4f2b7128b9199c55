"""The models of a database as a rebuild handles them: list, create, load, index, drop."""

from importlib.resources import files
from typing import Any, Final, NamedTuple

from services.projector.batch import Finished
from services.projector.migrate import create_indexes, create_tables
from services.projector.rows import signed, unsigned
from services.projector.store import queries
from services.runtime.postgres import DatabaseError, Queries, connect, current_model, load_queries

NAME: Final = "shiplog-rebuild"
_LOCK: Final = 0x5E1F108
_LOCK_NOT_AVAILABLE: Final = "55P03"
_DROP_PATIENCE: Final = "2s"


class Checkpoint(NamedTuple):
    """A partition of a model: where it stands, and the sums (unsigned) up to there."""

    partition: int
    next_offset: int
    owner_epoch: int
    next_seq: int
    last_event_id: str | None
    topic_id: str | None
    shipments: int
    state_sum: int
    history_sum: int


def statements() -> Queries:
    """The named statements of a rebuild."""
    return load_queries(files("services.projector").joinpath("sql/rebuild.sql").read_text())


def checkpoints_of(rows: list[tuple[Any, ...]]) -> list[Checkpoint]:
    """Rows of `checkpoints` or `lock_checkpoints` as values."""
    return [Checkpoint._make((*row[:7], unsigned(row[7]), unsigned(row[8]))) for row in rows]


def targets_of(checkpoints: list[Checkpoint]) -> dict[int, int]:
    """By partition the offset that a model stands at."""
    return {c.partition: c.next_offset for c in checkpoints}


class Models:
    """Used by one rebuild at a time: it holds the lock for as long as it lives."""

    def __init__(self, url: str) -> None:
        """Connect; raises psycopg.OperationalError."""
        self._url = url
        self._queries = statements()
        self._conn = connect(url, name=NAME, autocommit=True)

    def lock(self) -> bool:
        """Be the only rebuild of this database, and end what a killed one left; False: there is one."""
        row = self._conn.execute(self._queries.get("lock"), {"lock": _LOCK}).fetchone()
        if not (row and row[0]):
            return False
        self._conn.execute(self._queries.get("end_leftovers"), {"name": NAME})
        return True

    def current(self) -> str:
        """The model in force."""
        return current_model(self._conn)

    def all(self) -> list[str]:
        """Every model there is, by number."""
        return [f"model_{n}" for (n,) in self._conn.execute(self._queries.get("models")).fetchall()]

    def retired(self) -> str | None:
        """The model that was in force before this one: of the others the one switched last."""
        epochs = {name: self._epoch(name) for name in self.all() if name != self.current()}
        once = {name: epoch for name, epoch in epochs.items() if epoch > 0}
        return max(once, key=lambda name: (once[name], name)) if once else None

    def unfinished(self) -> list[str]:
        """Models that never were in force: half-built ones, whose rebuild was killed."""
        return [name for name in self.all() if name != self.current() and self._epoch(name) == 0]

    def rules_version(self, model: str) -> int:
        """The rules the model was folded by."""
        row = self._conn.execute(self._queries.get("rules_version", model=model)).fetchone()
        return int(row[0]) if row else 0

    def checkpoints(self, model: str) -> list[Checkpoint]:
        """Every partition's checkpoint, in order."""
        return checkpoints_of(self._conn.execute(self._queries.get("checkpoints", model=model)).fetchall())

    def create(self, *, partitions: int) -> str:
        """A new empty model without keys and indexes; its name."""
        number = max(map(number_of, self.all()), default=0) + 1
        with self._conn.transaction():
            create_tables(self._conn, number, partitions=partitions)
        return f"model_{number}"

    def is_indexed(self, model: str) -> bool:
        """Whether the model's keys and indexes are made."""
        row = self._conn.execute(self._queries.get("is_indexed"), {"schema": model}).fetchone()
        return bool(row and row[0])

    def index(self, model: str) -> None:
        """Make keys and indexes, all or none, and let the planner know what is there."""
        self._conn.execute("SELECT set_config('maintenance_work_mem', '512MB', false)")
        with self._conn.transaction():
            create_indexes(self._conn, number_of(model))
        self._conn.execute(self._queries.get("analyze", model=model))

    def drop(self, model: str) -> bool:
        """Drop the model; False when somebody still reads it: the next rebuild will."""
        try:
            with self._conn.transaction():
                self._conn.execute("SELECT set_config('lock_timeout', %s, true)", (_DROP_PATIENCE,))
                self._conn.execute(self._queries.get("drop_model", model=model))
        except DatabaseError as error:
            if error.sqlstate != _LOCK_NOT_AVAILABLE:
                raise
            return False
        return True

    def close(self) -> None:
        """Close the connection, and let go of the lock."""
        self._conn.close()

    def _epoch(self, model: str) -> int:
        return max((c.owner_epoch for c in self.checkpoints(model)), default=0)


class Loading:
    """One transaction that fills one partition's part of an empty model."""

    def __init__(self, url: str, model: str) -> None:
        """Connect; raises psycopg.OperationalError."""
        self._model = model
        self._projector, self._queries = queries(), statements()
        self._conn = connect(url, name=NAME, autocommit=False)
        self._conn.execute("SET synchronous_commit = off")

    def timeline(self, rows: bytes) -> None:
        """Add COPY text of timeline rows."""
        with (
            self._conn.cursor() as cursor,
            cursor.copy(self._projector.get("copy_timeline", model=self._model)) as copy,
        ):
            copy.write(rows)

    def close_partition(self, batch: Finished, *, topic_id: str) -> None:
        """Add the shipments, sorted, and the checkpoint, and commit."""
        with self._conn.cursor() as cursor:
            with cursor.copy(self._queries.get("copy_shipments", model=self._model)) as copy:
                copy.write(batch.copied)
            cursor.execute(
                self._queries.get("keep_loaded", model=self._model),
                {
                    "partition": batch.partition,
                    "end": batch.end,
                    "last_event_id": batch.last_event_id,
                    "next_seq": batch.next_seq,
                    "topic_id": topic_id,
                    "shipments": batch.shipments,
                    "state_sum": signed(batch.state_sum),
                    "history_sum": signed(batch.history_sum),
                },
            )
            if cursor.rowcount != 1:
                raise RuntimeError(f"partition {batch.partition} of {self._model} is loaded already")
        self._conn.commit()

    def close(self) -> None:
        """Close the connection; what was not committed is gone."""
        self._conn.close()


def number_of(model: str) -> int:
    """The number in a model's name."""
    return int(model.removeprefix("model_"))
